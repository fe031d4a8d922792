"""Settings of models, and documents with an out-of-vocabulary word, for the tests of inferred and added words."""

from __future__ import annotations

from typing import Any

ONE_PASS: dict[str, dict[str, Any]] = {
    "hybrid": {"objective": "hybrid"},
    "hybrid, 9 dimensions": {"objective": "hybrid", "vector_size": 9},
    "hybrid, 64 dimensions": {"objective": "hybrid", "vector_size": 64},
    "hybrid, last layer": {"objective": "hybrid", "layers": -1, "context": "sentence"},
    "aggregate": {"objective": "aggregate"},
    "aggregate, two layers, 7 dimensions": {"objective": "aggregate", "layers": [0, -1], "vector_size": 7},
    "x2static": {"objective": "x2static"},
    "x2static, window": {"objective": "x2static", "context": 2, "whitening": 0.25},
}
SGD: dict[str, dict[str, Any]] = {
    "sgd": {"alpha": 0.1},
    "sgd, whitened": {"alpha": 0.1, "whitening": 0.5},
    "sgd, whitened, 20 dimensions": {"alpha": 0.1, "whitening": 0.5, "vector_size": 20},
    "sgd with hs": {"alpha": 0.1, "hs": 1, "negative": 0},
}
for _settings in SGD.values():
    _settings |= {"objective": "x2static", "solver": "sgd", "sample": 0, "workers": 1, "epochs": 20}

OWLS = [["the", "owl", "sees", "the", "fox"], ["a", "lazy", "owl", "and", "a", "brown", "owl"]]
