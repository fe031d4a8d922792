"""Models to save and load, for the tests of persistence."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from text_objective import KeepsTexts
from trained_models import Sentences

from gensim_distill import DistilledWord2Vec

SETTINGS: dict[str, dict[str, Any]] = {
    "hybrid": {"objective": "hybrid"},
    "aggregate": {"objective": "aggregate"},
    "aggregate, two layers, 7 dimensions": {"objective": "aggregate", "layers": [0, -1], "vector_size": 7},
    "texts": {"objective": KeepsTexts()},
    "x2static": {"objective": "x2static", "context": "sentence", "whitening": 0.25},
    "x2static by sgd": {"objective": "x2static", "solver": "sgd", "sample": 0, "alpha": 0.1, "workers": 1},
    "x2static by sgd, whitened": {
        "objective": "x2static", "solver": "sgd", "sample": 0, "workers": 1, "whitening": 0.5, "context": 2,
    },
    "x2static by sgd with hs": {
        "objective": "x2static", "solver": "sgd", "sample": 0, "alpha": 0.1, "workers": 1, "hs": 1, "negative": 0,
    },
}  # fmt: skip

MORE = [["the", "owl", "sees", "the", "fox"], ["a", "lazy", "owl", "and", "a", "bear"], ["the", "dog", "eats"]]


def distill(corpus: Sentences, teacher: Any, **settings: Any) -> DistilledWord2Vec:
    return DistilledWord2Vec(
        corpus, teacher=teacher, **({"min_count": 1, "device": "cpu", "dtype": "float32", "progress": False} | settings)
    )


def train_more(model: DistilledWord2Vec) -> DistilledWord2Vec:
    model.build_vocab(MORE, update=True)
    model.train(MORE, total_examples=model.corpus_count, epochs=model.epochs)
    return model


def assert_same_vectors(a: Any, b: Any) -> None:
    a, b = getattr(a, "wv", a), getattr(b, "wv", b)
    assert a.index_to_key == b.index_to_key
    np.testing.assert_array_equal(a.vectors, b.vectors)


def save_and_load(model: DistilledWord2Vec, folder: Path) -> DistilledWord2Vec:
    model.save(str(folder / "model"))
    return DistilledWord2Vec.load(str(folder / "model"))
