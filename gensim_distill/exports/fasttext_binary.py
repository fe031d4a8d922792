"""fastText's .bin: words and the vectors of their n-grams, so that unknown words have vectors too."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from gensim.models import KeyedVectors
from gensim.models.fasttext import FastText, FastTextKeyedVectors, save_facebook_model
from scipy import sparse

from gensim_distill.exports.data import ExportData
from gensim_distill.exports.protocol import WHITE_SPACE, Exporter
from gensim_distill.exports.quantization import project


def check_subwords(keyed: KeyedVectors) -> None:
    """Say what is missing if vectors have no n-grams.

    Raises
    ------
    TypeError
        If they have none.
    """
    if not isinstance(keyed, FastTextKeyedVectors) or not len(keyed.vectors_ngrams):
        raise TypeError(
            f"fastText's .bin holds the vectors of character n-grams, and {type(keyed).__name__} has none: export what "
            "model.to_fasttext() gives, or take the format 'fasttext', a .vec file of the words alone."
        )


def _write(material: ExportData, path: Path, dtype: str) -> None:
    keyed = material.keyed
    ngrams = project(keyed.vectors_ngrams, material.matrix)
    width = ngrams.shape[1]
    counts = np.ones(len(material.words), dtype=np.int64) if material.counts is None else material.counts

    vectors = FastTextKeyedVectors(width, keyed.min_n, keyed.max_n, keyed.bucket)
    vectors.index_to_key = material.words
    vectors.key_to_index = {word: row for row, word in enumerate(material.words)}
    vectors.expandos["count"] = counts
    vectors.vectors_ngrams = ngrams
    # The vector of a word is the mean of its row and of its n-grams when the file is read: this is the row
    # by which the mean becomes the vector that the word has here.
    vectors.vectors = material.vectors
    vectors.vectors_vocab = _own_rows(material, ngrams)

    # The settings of a training that was none; what can be read back is vectors. There are no output weights.
    model: Any = FastText(
        vector_size=width, min_n=keyed.min_n, max_n=keyed.max_n, bucket=keyed.bucket, min_count=1, hs=0, negative=5
    )
    model.wv = vectors
    model.corpus_total_words = int(counts.sum())
    model.syn1neg = np.zeros((len(material.words), width), dtype=np.float32)
    save_facebook_model(model, str(path))


def _own_rows(material: ExportData, ngrams: np.ndarray) -> np.ndarray:
    keyed = material.keyed
    if keyed.buckets_word is None or len(keyed.buckets_word) != len(keyed):
        keyed.recalc_char_ngram_buckets()  # gensim makes this list when it is needed
    buckets = [keyed.buckets_word[row] for row in material.rows]
    lengths = np.array([len(of_word) for of_word in buckets])
    flat = np.concatenate(buckets) if buckets else np.empty(0, dtype=np.int64)
    starts = np.concatenate([[0], np.cumsum(lengths)])
    of_words = sparse.csr_array((np.ones(len(flat)), flat, starts), shape=(len(buckets), len(ngrams)))
    rows: np.ndarray = material.vectors * (lengths + 1.0)[:, None] - of_words @ ngrams.astype(np.float64)
    return rows.astype(np.float32)


FASTTEXT_BINARY = Exporter(
    "fasttext-binary",
    "fastText and gensim",
    "from gensim.models.fasttext import load_facebook_vectors\n\nvectors = load_facebook_vectors({path!r})",
    _write,
    suffix=".bin",
    other_dtypes="the format has float32, or the product quantization of fastText itself (`fasttext quantize`)",
    cannot_hold=WHITE_SPACE,
    reason="are empty, hold white space, at which fastText ends them, or are no UTF-8",
)
