"""Settings of models, training, and comparison of models, for the tests of the word2vec and oov packages."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from gensim_distill import DistilledWord2Vec
from gensim_distill.objectives import OBJECTIVES

Sentences = list[list[str]]

MORE = [
    ["the", "owl", "sees", "the", "fox"],
    ["a", "lazy", "owl", "and", "a", "brown", "bear", "sleep", "all", "day"],
    ["the", "dog", "barks", "at", "new_york", "and", "at", "the", "owl", "."],
    [],
    ["the", "bear", "eats", "honey", ",", "the", "owl", "eats", "hens"],
]

ONE_PASS: dict[str, dict[str, Any]] = {
    **{name: {"objective": name} for name in OBJECTIVES},
    "aggregate, three layers": {"objective": "aggregate", "layers": [0, 1, -1]},
    "aggregate, window": {"objective": "aggregate", "context": 2},
    "x2static, sentences": {"objective": "x2static", "context": "sentence", "whitening": 0.25},
    "hybrid, 9 dimensions": {"objective": "hybrid", "vector_size": 9},
}

SGD: dict[str, Any] = {
    "objective": "x2static", "solver": "sgd", "sample": 0, "alpha": 0.1, "workers": 1, "epochs": 3,
}  # fmt: skip


def distill(corpus: Any, teacher: Any, **settings: Any) -> DistilledWord2Vec:
    return DistilledWord2Vec(
        corpus, teacher=teacher, **({"min_count": 1, "progress": False, "contexts_per_word": None} | settings)
    )


def train(model: DistilledWord2Vec, corpus: Any) -> tuple[int, int]:
    return model.train(corpus, total_examples=len(list(corpus)), epochs=model.epochs)


def assert_same_by_word(a: DistilledWord2Vec, b: DistilledWord2Vec, tolerance: float = 1e-4) -> None:
    """Check that words have the same vectors and counts in two models, in any order."""
    assert set(a.wv.key_to_index) == set(b.wv.key_to_index)
    words = a.wv.index_to_key
    scale = np.linalg.norm(b.wv.vectors, axis=1).mean()
    # A regression on few texts makes more of the last digits of sums in float32, whose order differs.
    np.testing.assert_allclose(a.wv[words] / scale, b.wv[words] / scale, atol=tolerance)
    assert [a.wv.get_vecattr(w, "count") for w in words] == [b.wv.get_vecattr(w, "count") for w in words]


class FailingCorpus:
    """A corpus whose source fails after some documents."""

    def __init__(self, texts: Sentences) -> None:
        self.texts = texts

    def __iter__(self) -> Iterator[list[str]]:
        yield from self.texts
        raise OSError("the disk is gone")
