"""Small random vectors for the tests of exports, and the plainest text encoder."""

from __future__ import annotations

from typing import Any

import numpy as np
from gensim.models import KeyedVectors

from gensim_distill import TextReader

WORDS = [
    "the",
    "of",
    "cat",
    "dog",
    "storm",
    "coast",
    "don't",
    "café",
    "new_york",
    "日",
    "👍🏽",
    "house",
    "rain",
    "sun",
    "[UNK]",
]
TEXTS = [
    "The cat, of the house! Don't rain on the dog...",
    "CAFÉ new_york 日 👍🏽 - the storm; 'of' the COAST",
    "unknown words of no house",
    "nothing known here",
    "",
]


class MeanEncoder:
    """The part of a text encoder that exports need, and the mean of the rows of the words of a text."""

    def __init__(self, words: list[str], table: np.ndarray, reader: TextReader | None = None) -> None:
        self.words, self.table, self.reader = words, table, reader or TextReader()
        self.pieces: list[str] = []
        self.piece_table = table[:0]

    def encode(self, texts: list[Any]) -> np.ndarray:
        rows = {word: row for row, word in enumerate(self.words)}
        found = [[rows[key] for key in self.reader.keys(text) if key in rows] for text in texts]
        return np.array([self.table[of].mean(axis=0) if of else np.zeros(self.table.shape[1]) for of in found])


def random_vectors(words: list[str] = WORDS, vector_size: int = 12, counts: bool = True, seed: int = 0) -> KeyedVectors:
    """Return random vectors, with descending counts."""
    random = np.random.default_rng(seed)
    vectors = KeyedVectors(vector_size)
    vectors.add_vectors(words, random.normal(size=(len(words), vector_size)).astype(np.float32))
    if counts:
        for row, word in enumerate(words):
            vectors.set_vecattr(word, "count", 1000 - 10 * row)
    return vectors


def mean_encoder(vectors: KeyedVectors) -> MeanEncoder:
    """Return an encoder with weighted vectors."""
    weights = np.linspace(0.2, 1, len(vectors), dtype=np.float32)
    return MeanEncoder(list(vectors.index_to_key), vectors.vectors * weights[:, None])


def nearest(vectors: KeyedVectors) -> dict[str, list[str]]:
    """Return the five nearest neighbors of each word."""
    return {word: [near for near, _ in vectors.most_similar(word, topn=5)] for word in vectors.index_to_key}


def cosines(left: np.ndarray, right: np.ndarray) -> np.ndarray:
    """Return the cosine of each pair of rows; 1 for rows of zeros."""
    lengths = np.linalg.norm(left, axis=1) * np.linalg.norm(right, axis=1)
    products: np.ndarray = (left.astype(float) * right).sum(axis=1)
    return np.divide(products, lengths, out=np.ones(len(left)), where=lengths > 0)
