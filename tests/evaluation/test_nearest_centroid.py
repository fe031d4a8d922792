"""Classification by the nearest centroid."""

from __future__ import annotations

import numpy as np
import pytest
from table_encoder import TableEncoder

from gensim_distill.evaluation import classification, nearest_centroid

# The centroid of "a" is (1, 0), that of "b" is (0, 1) for L2-normalized vectors; without, (1, 9) and (0, 2).
VECTORS = {
    "a1": [10.0, 0.0], "a2": [0.8, 0.6], "a3": [0.8, -0.6], "b1": [0.0, 0.1], "x": [2.0, 1.0], "y": [-1.0, 5.0],
}  # fmt: skip
TEXTS, LABELS = list(VECTORS), ["a", "a", "a", "b", "a", "a"]
TRAIN = [True, True, True, True, False, False]


def test_texts_get_the_label_of_the_nearest_centroid() -> None:
    found = nearest_centroid(TableEncoder(VECTORS), TEXTS, LABELS, train=TRAIN)
    assert (found.accuracy, found.majority, found.tested, found.texts, found.labels) == (0.5, 1.0, 2, 6, 2)
    assert found.penalties == () and found.low < 0.5 < found.high
    given = nearest_centroid(np.array(list(VECTORS.values())), TEXTS, LABELS, train=TRAIN)
    assert given == found


def test_classifiers_can_be_trained_on_given_texts() -> None:
    random = np.random.default_rng(0)
    labels = random.integers(0, 3, 90)
    vectors = np.eye(3)[labels] + random.normal(0, 0.1, (90, 3))
    train = np.arange(90) < 60
    texts = [f"{number}" for number in range(90)]
    # The test texts have other vectors for the same labels, so that nothing can be right.
    vectors[60:] = np.eye(3)[(labels[60:] + 1) % 3]
    for found in (
        classification(vectors, texts, labels.tolist(), train=train.tolist()),
        classification(vectors, texts, labels.tolist(), train=train.tolist(), penalty=10.0, scale="unit"),
        nearest_centroid(vectors, texts, labels.tolist(), train=train.tolist()),
    ):
        assert (found.accuracy, found.tested) == (0, 30)


def test_c_is_selected_or_given() -> None:
    random = np.random.default_rng(0)
    vectors, labels = random.normal(size=(40, 3)), random.integers(0, 2, 40).tolist()
    texts = ["x"] * 40
    assert classification(vectors, texts, labels, penalty=10.0, folds=2).penalties == (10.0, 10.0)
    selected = classification(vectors, texts, labels, scale="unit", folds=2).penalties
    assert set(selected) <= {0.1, 1.0, 10.0, 100.0}
    # Vectors of equal direction are equal if they are L2-normalized.
    scaled = vectors * random.uniform(1, 100, size=(40, 1))
    one, other = (classification(rows, texts, labels, scale="unit", penalty=1.0) for rows in (vectors, scaled))
    assert one == other


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"train": [True, False]}, r"shape \(2,\): expected True or False for each of 6 texts"),
        ({"train": [1, 1, 1, 1, 0, 0]}, "type int64"),
        ({"train": [True] * 6}, "train is True for all texts"),
        ({"train": [True, True, True, False, False, False]}, "have only one label"),
    ],
)
def test_invalid_divisions_raise(options: dict[str, list[bool]], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        nearest_centroid(TableEncoder(VECTORS), TEXTS, LABELS, **options)


def test_invalid_penalties_and_scales_raise() -> None:
    vectors = np.eye(6)
    with pytest.raises(ValueError, match="penalty=0 must be a positive number, such as 1.0, or None"):
        classification(vectors, TEXTS, LABELS, penalty=0)
    with pytest.raises(ValueError, match="scale='l2' must be 'standard' or 'unit'"):
        classification(vectors, TEXTS, LABELS, scale="l2")  # type: ignore[arg-type]
