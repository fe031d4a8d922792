"""Error messages for invalid settings."""

from __future__ import annotations

from typing import Any

import pytest
from tiny import ListeningTeacher

from gensim_distill import DistilledWord2Vec

Sentences = list[list[str]]


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"null_word": 1}, "occurs in no document"),
        ({"hs": 0, "negative": 0}, "set either 'hs' or 'negative' to be positive"),
        ({"solver": "newton"}, "use 'one-pass' or 'sgd'"),
        ({"solver": "sgd", "objective": "hybrid"}, "solver='sgd' is for objective='x2static'"),
        ({"solver": "sgd", "objective": "aggregate"}, "for objective='aggregate' omit solver="),
        ({"objective": "skipgram"}, "objective='skipgram' must be 'hybrid', "),
        ({"objective": "aggregate", "whitening": 0.5}, "remove whitening="),
        ({"objective": "x2static", "whitening": 1.5}, "between 0"),
        ({"objective": "x2static", "whitening": -0.1}, "between 0"),
        ({"objective": "x2static", "whitening": float("nan")}, "between 0"),
        ({"context": "paragraph"}, "'sentence' or 'text'"),
        ({"context": -1}, "a number of words on either side"),
        ({"context": 1.5}, "a number of words on either side"),
        ({"context": True}, "a number of words on either side"),
        ({"context": "window", "window": -2}, "a number of words on either side"),
        ({"layers": 4}, "has no layer 4: it has 4, from 0 .* to 3"),
        ({"layers": [0, -5]}, "has no layer -5"),
        ({"layers": [3, -1]}, "different layers"),
        ({"layers": []}, "one or more different layers"),
        ({"vector_size": 97}, "from 1 to 96, the number of dimensions"),
        ({"vector_size": 0}, "from 1 to 96"),
        ({"vector_size": -5}, "from 1 to 96"),
        ({"contexts_per_word": 0}, "must be a whole number from 1"),
        ({"contexts_per_word": -3}, "must be a whole number from 1"),
        ({"contexts_per_word": "many"}, "must be a whole number from 1"),
        ({"contexts_per_word": True}, "must be a whole number from 1"),
        ({"contexts_per_word": float("nan")}, "must be a whole number from 1"),
        ({"objective": "x2static", "solver": "sgd", "negative": 0}, "set either 'hs' or 'negative' to be positive"),
        ({"objective": "x2static", "solver": "sgd", "epochs": 0}, "explicit epochs count"),
    ],
    ids=str,
)
def test_invalid_settings_raise_before_the_teacher_reads(
    corpus: Sentences, listener: ListeningTeacher, settings: dict[str, Any], message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        DistilledWord2Vec(corpus, min_count=1, teacher=listener, **settings)
    assert listener.heard == []


@pytest.mark.parametrize("layers", [True, [0.5], "last"])
def test_layers_of_wrong_type_raise(corpus: Sentences, listener: ListeningTeacher, layers: Any) -> None:
    with pytest.raises(TypeError, match="must be an integer or a list of integers"):
        DistilledWord2Vec(corpus, min_count=1, teacher=listener, layers=layers)
    assert listener.heard == []


def test_object_without_objective_methods_raises(corpus: Sentences, distill: Any) -> None:
    with pytest.raises(TypeError, match="or an object with the methods views"):
        distill(corpus, objective=object())
