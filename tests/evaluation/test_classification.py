"""Text classification: features against a plain loop, accuracies against what can be known."""

from __future__ import annotations

import math
import sys
from typing import Any

import numpy as np
import pytest
from gensim.models import KeyedVectors
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import binomtest

from gensim_distill.contexts.teacher_pass import read_contexts
from gensim_distill.contexts.views import View
from gensim_distill.corpus.reader import TextReader
from gensim_distill.evaluation import classification, teacher_text_vectors, text_vectors
from gensim_distill.teachers import TransformerTeacher
from gensim_distill.vectors.keyed import keyed_vectors

VOCABULARY = [f"w{i}" for i in range(30)]
COUNTS = np.random.default_rng(9).integers(1, 1000, 30)


def random_vectors(counts: bool = True, width: int = 6) -> KeyedVectors:
    rows = np.random.default_rng(0).normal(size=(30, width)).astype(np.float32)
    return keyed_vectors(VOCABULARY, rows, COUNTS if counts else None)


def plain_means(vectors: KeyedVectors, texts: list[list[str]], frequency: dict[str, float], a: float) -> np.ndarray:
    means = np.zeros((len(texts), vectors.vector_size))
    for row, text in zip(means, texts):
        known = [word for word in text if word in vectors.key_to_index]
        for word in known:
            row += vectors[word] * a / (a + frequency[word]) / len(known)
    return means


tokens = st.lists(st.lists(st.sampled_from([*VOCABULARY[:12], "unknown"]), max_size=8), min_size=1, max_size=6)


@settings(max_examples=50)
@given(tokens, st.sampled_from([1e-4, 1e-2, 3.0]), st.booleans())
def test_features_are_weighted_means(texts: list[list[str]], a: float, counted: bool) -> None:
    vectors = random_vectors(counted)
    flat = [token for text in texts for token in text]
    if counted:
        frequency = dict(zip(VOCABULARY, COUNTS / COUNTS.sum()))
    else:
        frequency = {word: flat.count(word) / len(flat) for word in flat}
    found = text_vectors(vectors, texts, a=a)
    np.testing.assert_allclose(found.vectors, plain_means(vectors, texts, frequency, a), atol=1e-5)
    assert found.frequencies == ("vectors" if counted else "texts")
    assert (found.known_tokens, found.tokens) == (len(flat) - flat.count("unknown"), len(flat))
    assert found.without_words == sum(set(text) <= {"unknown"} for text in texts)


def test_an_infinite_a_gives_the_plain_mean() -> None:
    vectors = random_vectors()
    found = text_vectors(vectors, [["w1", "w2", "w2"]], a=math.inf).vectors[0]
    np.testing.assert_allclose(found, (vectors["w1"] + 2 * vectors["w2"]) / 3, rtol=1e-5)


def test_tokens_are_looked_up_as_they_are_and_then_in_lower_case() -> None:
    vectors = KeyedVectors(1)
    vectors.add_vectors(["us", "US", "rain"], [[1.0], [2.0], [3.0]])
    found = text_vectors(vectors, ["US", "us", "Us.", "RAIN!"], a=math.inf)
    assert found.vectors.ravel().tolist() == [2, 1, 1, 3]
    split = text_vectors(vectors, ["RAIN!", "rain us"], a=math.inf, splitter=str.split)
    assert split.vectors.ravel().tolist() == [0, 2]
    assert (split.known_tokens, split.tokens, split.without_words) == (2, 3, 1)


def test_frequencies_can_be_chosen() -> None:
    texts = [["w1", "w2", "w2"]]
    counted, bare = random_vectors(), random_vectors(counts=False)
    np.testing.assert_array_equal(
        text_vectors(counted, texts, frequencies="texts").vectors, text_vectors(bare, texts).vectors
    )
    assert text_vectors(counted, texts, frequencies="texts").frequencies == "texts"
    with pytest.raises(ValueError, match="do not tell how often"):
        text_vectors(bare, texts, frequencies="vectors")


@pytest.mark.parametrize("dtype", [np.float16, np.float64, np.int64])
def test_other_number_formats_work(dtype: Any) -> None:
    vectors = random_vectors()
    vectors.vectors = np.round(100 * vectors.vectors).astype(dtype)
    frequency = dict(zip(VOCABULARY, COUNTS / COUNTS.sum()))
    found = text_vectors(vectors, [["w1", "w2"]]).vectors
    np.testing.assert_allclose(found, plain_means(vectors, [["w1", "w2"]], frequency, 1e-3), rtol=1e-2)


def test_no_texts_and_empty_texts_have_features_too() -> None:
    assert text_vectors(random_vectors(), []).vectors.shape == (0, 6)
    assert not text_vectors(random_vectors(), ["", []]).vectors.any()


def test_a_teachers_features_are_its_means_over_texts(teacher: TransformerTeacher, corpus: list[list[str]]) -> None:
    found = teacher_text_vectors(teacher, [*corpus, ""], layer=1)
    view = View((1,), "text")
    for text, mean in zip(corpus, found):
        (batch,) = read_contexts([text], TextReader(), teacher, [view], {})
        np.testing.assert_allclose(mean, batch[view.name].contexts[0], atol=1e-5)
    assert not found[-1].any()
    assert found.shape == (9, teacher.width)


# --- classification -----------------------------------------------------------------------------


def labeled(n: int = 120, noise: float = 0.0, seed: int = 0) -> tuple[list[list[str]], list[str]]:
    """Texts of two or three topics, whose words are apart but for a share of noise."""
    rng = np.random.default_rng(seed)
    labels = rng.choice(3, n, p=[0.5, 0.3, 0.2])
    texts = []
    for label in labels:
        own = rng.integers(10 * label, 10 * label + 10, 8)
        words = np.where(rng.random(8) < noise, rng.integers(0, 30, 8), own)
        texts.append([VOCABULARY[word] for word in words])
    return texts, [f"topic {label}" for label in labels]


def test_what_can_be_told_is_told_and_the_rest_is_not() -> None:
    vectors = random_vectors(width=30)
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


def test_the_interval_is_wilsons_and_the_seed_decides_all() -> None:
    vectors, (texts, labels) = random_vectors(), labeled(noise=0.6)
    found = classification(vectors, texts, labels, confidence=0.9, seed=4)
    interval = binomtest(round(found.accuracy * 120), 120).proportion_ci(0.9, method="wilson")
    assert (found.low, found.high) == pytest.approx((interval.low, interval.high))
    assert found == classification(vectors, texts, labels, confidence=0.9, seed=4)
    others = {classification(vectors, texts, labels, train=60, seed=seed).accuracy for seed in range(4)}
    assert len(others) > 1


@pytest.mark.parametrize(("train", "tested"), [(0.75, 30), (100, 20), (20, 100)])
def test_a_part_of_the_texts_can_be_trained_on(train: Any, tested: int) -> None:
    texts, labels = labeled()
    found = classification(random_vectors(width=30), texts, labels, train=train)
    assert found.tested == tested
    assert found.majority == pytest.approx(labels.count("topic 0") / 120, abs=0.06)  # of each label its share
    assert found.accuracy > 0.8


def test_texts_are_never_tested_by_what_was_trained_on_them() -> None:
    # Features that name the text, and labels at random: only a leak would do better than chance.
    labels = np.random.default_rng(0).integers(0, 2, 60)
    assert classification(np.eye(60) * 100, ["-"] * 60, labels).accuracy < 0.75


def test_vectors_of_texts_can_be_given_instead() -> None:
    vectors, (texts, labels) = random_vectors(), labeled(noise=0.5)
    found = classification(text_vectors(vectors, texts).vectors, texts, labels)
    expected = classification(vectors, texts, labels)
    assert (found.accuracy, found.penalties) == (expected.accuracy, expected.penalties)
    assert (found.coverage, found.without_words, found.frequencies) == (None, None, None)


def test_a_teacher_classifies_by_its_means_of_texts(teacher: TransformerTeacher, corpus: list[list[str]]) -> None:
    labels = ["dog" in text for text in corpus] * 3
    found = classification(teacher, corpus * 3, labels, folds=3)
    expected = classification(teacher_text_vectors(teacher, corpus * 3), corpus * 3, labels, folds=3)
    assert found == expected


def test_two_texts_a_label_are_enough() -> None:
    found = classification(random_vectors(), [["w1"], ["w1"], ["w2"], ["w2"]], [0, 0, 1, 1], folds=2)
    assert found.accuracy == 1.0
    assert found.penalties == (1.0, 1.0)  # nothing to choose by


@pytest.mark.parametrize(
    ("texts", "labels", "options", "error", "message"),
    [
        (["a", "b"], [1], {}, ValueError, "2 texts and 1 labels"),
        (["a", "b"], [1, 1], {"folds": 2}, ValueError, "1 different labels"),
        (["a", "b", "c"], [1, 1, 2], {"folds": 2}, ValueError, "texts of one label only"),
        (["a"] * 4, [1, 2] * 2, {"folds": 1}, ValueError, "folds=1"),
        (["a"] * 4, [1, 2] * 2, {"folds": 5}, ValueError, "folds=5"),
        (["a"] * 4, [1, 2] * 2, {"train": 4}, ValueError, "train=4 of 4 texts"),
        (["a"] * 4, [1, 2] * 2, {"train": 0.0}, ValueError, "train=0.0"),
        (["a"] * 4, [1, 2] * 2, {"a": 0, "folds": 2}, ValueError, "a=0"),
        (["a"] * 4, [1, 2] * 2, {"frequencies": "web", "folds": 2}, ValueError, "frequencies='web'"),
        (["a"] * 4, [1, 2] * 2, {"confidence": 2, "folds": 2}, ValueError, "confidence=2"),
        ("one text", [1, 2], {}, TypeError, "texts is the single string 'one text'"),
        ([1, 2, 3, 4], [1, 2] * 2, {"folds": 2}, TypeError, "corpus item is 1 of type int"),
    ],
)
def test_what_cannot_be_classified_is_refused(
    texts: Any, labels: Any, options: dict[str, Any], error: type[Exception], message: str
) -> None:
    with pytest.raises(error, match=message):
        classification(random_vectors(), texts, labels, **options)


def test_features_must_be_finite_and_one_a_text() -> None:
    with pytest.raises(ValueError, match="shape"):
        classification(np.ones((3, 2)), ["a"] * 4, [0, 1] * 2, folds=2)
    with pytest.raises(ValueError, match="not finite"):
        classification(np.full((4, 2), np.nan), ["a"] * 4, [0, 1] * 2, folds=2)
    vectors = random_vectors()
    vectors.vectors[1] = np.nan
    with pytest.raises(ValueError, match="vector of 'w1' holds"):
        text_vectors(vectors, [["w1"]])


def test_without_scikit_learn_the_error_names_the_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "sklearn.linear_model", None)
    with pytest.raises(ImportError, match=r'scikit-learn: pip install "gensim-distill\[evaluation\]"'):
        classification(random_vectors(), *labeled())
