"""Text classification."""

from __future__ import annotations

import sys
from typing import Any

import numpy as np
import pytest
from gensim.models import KeyedVectors
from scipy.stats import binomtest

from gensim_distill.evaluation import (
    classification,
    teacher_text_vectors,
    text_vectors,
)
from gensim_distill.teachers import TransformerTeacher
from gensim_distill.vectors.keyed import keyed_vectors

VOCABULARY = [f"w{i}" for i in range(30)]


COUNTS = np.random.default_rng(9).integers(1, 1000, 30)


def random_vectors(counts: bool = True, vector_size: int = 6) -> KeyedVectors:
    rows = np.random.default_rng(0).normal(size=(30, vector_size)).astype(np.float32)
    return keyed_vectors(VOCABULARY, rows, COUNTS if counts else None)


def labeled(n: int = 120, noise: float = 0.0, seed: int = 0) -> tuple[list[list[str]], list[str]]:
    """Return texts of three topics with words of their own, except for a share of noise."""
    rng = np.random.default_rng(seed)
    labels = rng.choice(3, n, p=[0.5, 0.3, 0.2])
    texts = []
    for label in labels:
        own = rng.integers(10 * label, 10 * label + 10, 8)
        words = np.where(rng.random(8) < noise, rng.integers(0, 30, 8), own)
        texts.append([VOCABULARY[word] for word in words])
    return texts, [f"topic {label}" for label in labels]


def test_topics_are_classified_and_random_labels_are_not() -> None:
    vectors = random_vectors(vector_size=30)
    easy = classification(vectors, *labeled())
    assert easy.accuracy > 0.95
    texts, labels = labeled()
    shuffled = np.random.default_rng(1).permutation(labels).tolist()
    chance = classification(vectors, texts, shuffled)
    assert chance.accuracy < 0.6
    assert chance.majority == pytest.approx(0.5, abs=0.1)
    assert (easy.tested, easy.texts, easy.labels) == (120, 120, 3)
    assert (easy.coverage, easy.without_words, easy.frequencies) == (1.0, 0, "vectors")
    assert len(easy.penalties) == 5


def test_the_interval_is_wilsons_and_the_seed_selects_the_split() -> None:
    vectors, (texts, labels) = random_vectors(), labeled(noise=0.6)
    found = classification(vectors, texts, labels, confidence=0.9, seed=4)
    interval = binomtest(round(found.accuracy * 120), 120).proportion_ci(0.9, method="wilson")
    assert (found.low, found.high) == pytest.approx((interval.low, interval.high))
    assert found == classification(vectors, texts, labels, confidence=0.9, seed=4)
    others = {classification(vectors, texts, labels, train=60, seed=seed).accuracy for seed in range(4)}
    assert len(others) > 1


@pytest.mark.parametrize(("train", "tested"), [(0.75, 30), (100, 20), (20, 100)])
def test_train_is_a_number_or_a_share(train: Any, tested: int) -> None:
    texts, labels = labeled()
    found = classification(random_vectors(vector_size=30), texts, labels, train=train)
    assert found.tested == tested
    assert found.majority == pytest.approx(labels.count("topic 0") / 120, abs=0.06)  # stratified
    assert found.accuracy > 0.8


def test_training_and_test_texts_are_disjoint() -> None:
    # One feature per text, and random labels: only a leak is better than chance.
    labels = np.random.default_rng(0).integers(0, 2, 60)
    assert classification(np.eye(60) * 100, ["-"] * 60, labels).accuracy < 0.75


def test_vectors_of_texts_as_features() -> None:
    vectors, (texts, labels) = random_vectors(), labeled(noise=0.5)
    found = classification(text_vectors(vectors, texts).vectors, texts, labels)
    expected = classification(vectors, texts, labels)
    assert (found.accuracy, found.penalties) == (expected.accuracy, expected.penalties)
    assert (found.coverage, found.without_words, found.frequencies) == (None, 0, None)


def test_a_teacher_is_classified_by_its_text_vectors(teacher: TransformerTeacher, corpus: list[list[str]]) -> None:
    labels = ["dog" in text for text in corpus] * 3
    found = classification(teacher, corpus * 3, labels, folds=3)
    expected = classification(teacher_text_vectors(teacher, corpus * 3), corpus * 3, labels, folds=3)
    assert found == expected


def test_two_texts_per_label_are_enough() -> None:
    found = classification(random_vectors(), [["w1"], ["w1"], ["w2"], ["w2"]], [0, 0, 1, 1], folds=2)
    assert found.accuracy == 1.0
    assert found.penalties == (1.0, 1.0)  # too few to select C


@pytest.mark.parametrize(
    ("texts", "labels", "options", "error", "message"),
    [
        (["a", "b"], [1], {}, ValueError, "2 texts and 1 labels"),
        (["a", "b"], [1, 1], {"folds": 2}, ValueError, "two distinct labels, found 1"),
        (["a", "b", "c"], [1, 1, 2], {"folds": 2}, ValueError, "have only one label"),
        (["a"] * 4, [1, 2] * 2, {"folds": 1}, ValueError, "folds=1"),
        (["a"] * 4, [1, 2] * 2, {"folds": 5}, ValueError, "There are 4 texts for 5 folds"),
        (
            ["a"] * 4,
            [1, 2] * 2,
            {"train": 4},
            ValueError,
            "train=4 must be a whole number below the number of texts, 4",
        ),
        (["a"] * 4, [1, 2] * 2, {"train": 0.0}, ValueError, "train=0.0"),
        (["a"] * 4, [1, 2] * 2, {"a": 0, "folds": 2}, ValueError, "a=0"),
        (["a"] * 4, [1, 2] * 2, {"frequencies": "web", "folds": 2}, ValueError, "frequencies='web'"),
        (["a"] * 4, [1, 2] * 2, {"confidence": 2, "folds": 2}, ValueError, "confidence=2"),
        ("one text", [1, 2], {}, TypeError, "texts is the single string 'one text'"),
        ([1, 2, 3, 4], [1, 2] * 2, {"folds": 2}, TypeError, "document is 1 of type int"),
    ],
)
def test_invalid_arguments_raise(
    texts: Any, labels: Any, options: dict[str, Any], error: type[Exception], message: str
) -> None:
    with pytest.raises(error, match=message):
        classification(random_vectors(), texts, labels, **options)


def test_features_must_be_finite_with_one_row_per_text() -> None:
    with pytest.raises(ValueError, match="shape"):
        classification(np.ones((3, 2)), ["a"] * 4, [0, 1] * 2, folds=2)
    with pytest.raises(ValueError, match="NaN or infinity"):
        classification(np.full((4, 2), np.nan), ["a"] * 4, [0, 1] * 2, folds=2)


def test_without_scikit_learn_the_error_names_the_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "sklearn.linear_model", None)
    with pytest.raises(ImportError, match=r'scikit-learn: pip install "gensim-distill\[evaluation\]"'):
        classification(random_vectors(), *labeled())
