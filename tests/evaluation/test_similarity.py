"""Word similarity, compared with scipy and gensim."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from gensim.models import KeyedVectors
from gensim.test.utils import datapath
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from gensim_distill.evaluation import (
    shared_pairs,
    similarity_difference,
    word_similarity,
)
from gensim_distill.vectors import load_vectors

WORDS = [f"w{i}" for i in range(40)]


def random_vectors(seed: int = 0, words: list[str] = WORDS) -> KeyedVectors:
    made = KeyedVectors(5)
    made.add_vectors(words, np.random.default_rng(seed).normal(size=(len(words), 5)).astype(np.float32))
    return made


@pytest.fixture
def pairs() -> list[tuple[str, str, float]]:
    """Pairs whose scores follow the cosines of `random_vectors()`, with noise and ties."""
    vectors, rng = random_vectors(), np.random.default_rng(1)
    chosen = [tuple(rng.choice(WORDS, 2, replace=False).tolist()) for _ in range(60)]
    return [(a, b, round(5 + 3 * float(vectors.similarity(a, b)) + rng.normal())) for a, b in chosen]


@pytest.mark.parametrize("name", ["simlex999.txt", "wordsim353.tsv"])
@pytest.mark.parametrize("case_insensitive", [True, False])
@pytest.mark.parametrize("unknown", ["skip", "zero"])
@pytest.mark.parametrize("most_frequent", [1500, 300_000])
def test_correlation_and_coverage_match_gensim(
    name: str, case_insensitive: bool, unknown: str, most_frequent: int
) -> None:
    vectors = load_vectors(datapath("euclidean_vectors.bin"))
    _, (expected, _), unknown_share = vectors.evaluate_word_pairs(
        datapath(name),
        case_insensitive=case_insensitive,
        dummy4unknown=unknown == "zero",
        restrict_vocab=most_frequent,
    )
    found = word_similarity(
        vectors,
        name.partition(".")[0],
        case_insensitive=case_insensitive,
        unknown=unknown,
        most_frequent=most_frequent,
        resamples=10,
    )
    assert found.spearman == pytest.approx(expected, abs=1e-4)  # gensim's cosines are in float32, with ties
    if unknown == "skip":
        assert 100 * (1 - found.coverage) == pytest.approx(unknown_share)
    else:
        assert found.pairs_used == found.pairs_total


def test_the_interval_is_a_percentile_bootstrap(pairs: Any) -> None:
    vectors = random_vectors()
    found = word_similarity(vectors, pairs, confidence=0.9, resamples=200, seed=3)
    cosines = np.array([vectors.similarity(a, b) for a, b, _ in pairs])
    scores = np.array([score for *_, score in pairs])
    rng = np.random.default_rng(3)
    picks = [rng.integers(60, size=60) for _ in range(200)]
    resampled = [stats.spearmanr(cosines[pick], scores[pick]).statistic for pick in picks]
    np.testing.assert_allclose([found.low, found.high], np.quantile(resampled, [0.05, 0.95]), atol=1e-6)
    assert found == word_similarity(vectors, pairs, confidence=0.9, resamples=200, seed=3)
    assert found.low != word_similarity(vectors, pairs, confidence=0.9, resamples=200, seed=4).low


def test_higher_confidence_has_a_wider_interval(pairs: Any) -> None:
    ends = [word_similarity(random_vectors(), pairs, confidence=confidence) for confidence in (0.5, 0.8, 0.99)]
    assert ends[2].low < ends[1].low < ends[0].low < ends[0].spearman < ends[0].high < ends[1].high < ends[2].high


@settings(max_examples=25)
@given(st.integers(0, 1000), st.sampled_from([1e-30, 1e-3, 1.0, 1e30]))
def test_the_scale_of_vectors_is_ignored(seed: int, scale: float) -> None:
    vectors = random_vectors(seed)
    listed = [(WORDS[i], WORDS[-i - 1], float(i)) for i in range(12)]
    expected = word_similarity(vectors, listed, resamples=0).spearman
    vectors.vectors = vectors.vectors * np.float32(scale)
    assert word_similarity(vectors, listed, resamples=0).spearman == pytest.approx(expected)


def test_out_of_vocabulary_words_are_skipped_and_named(pairs: Any) -> None:
    found = word_similarity(random_vectors(), [*pairs, ("W1", "unheard", 3.0), ("of", "unheard", 4.0)])
    assert (found.pairs_used, found.pairs_total, found.missing) == (60, 62, ("unheard", "of"))
    assert found.coverage == 60 / 62
    assert word_similarity(random_vectors(), [("W1", "w2", 3.0)], case_insensitive=False).missing == ("W1",)


def test_words_limit_the_vocabulary(pairs: Any) -> None:
    some = {w.upper() for w in WORDS[:20]}
    found = word_similarity(random_vectors(), pairs, words=some)
    assert found.pairs_used == sum(a.upper() in some and b.upper() in some for a, b, _ in pairs) < 60
    assert set(found.missing) == {w for a, b, _ in pairs for w in (a, b)} - set(WORDS[:20])


@pytest.mark.parametrize(
    ("listed", "note"),
    [
        ([], "0 pairs are too few"),
        ([("w1", "w2", 1.0)], "1 pair is too few"),
        ([("w1", "w2", 1.0), ("w3", "w4", 2.0)], "2 pairs are too few"),
        ([("w1", "w2", 1.0), ("w3", "w4", 1.0), ("w5", "w6", 1.0)], "same score"),
        ([("w1", "zero", 1.0), ("w3", "zero", 2.0), ("w5", "zero", 3.0)], "same cosine"),
    ],
)
def test_an_undefined_correlation_has_a_note(
    listed: Any, note: str, caplog: pytest.LogCaptureFixture, recwarn: pytest.WarningsRecorder
) -> None:
    vectors = random_vectors()
    vectors.add_vector("zero", np.zeros(5, dtype=np.float32))
    found = word_similarity(vectors, listed)
    assert math.isnan(found.spearman)
    assert math.isnan(found.low)
    assert note in found.note
    assert note in caplog.text
    assert not [warning for warning in recwarn if issubclass(warning.category, RuntimeWarning)]


def test_used_vectors_must_be_finite(pairs: Any) -> None:
    vectors = random_vectors(words=[*WORDS, "spare"])
    vectors.vectors[-1] = np.inf
    assert word_similarity(vectors, pairs).pairs_used == 60
    vectors.vectors[3, 2] = np.nan
    with pytest.raises(ValueError, match="'w3', contain NaN or infinity"):
        word_similarity(vectors, pairs)


@pytest.mark.parametrize("dtype", [np.float16, np.float64, np.int64])
def test_other_dtypes(pairs: Any, dtype: Any) -> None:
    vectors = random_vectors()
    expected = word_similarity(vectors, pairs, resamples=0).spearman
    vectors.vectors = np.round(vectors.vectors * 1000).astype(dtype)
    assert word_similarity(vectors, pairs, resamples=0).spearman == pytest.approx(expected, abs=0.01)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"confidence": 95}, "confidence=95"),
        ({"resamples": -1}, "resamples=-1"),
        ({"unknown": "drop"}, "unknown='drop'"),
        ({"most_frequent": 0}, "most_frequent=0"),
    ],
)
def test_invalid_arguments_raise(options: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        word_similarity(random_vectors(), "simlex999", **options)


def test_shared_pairs_are_in_every_vocabulary(pairs: Any) -> None:
    first, second = random_vectors(words=WORDS[:30]), random_vectors(words=[w.upper() for w in WORDS[10:]])
    both = set(WORDS[10:30])
    assert shared_pairs([first, second], pairs) == [p for p in pairs if p[0] in both and p[1] in both]
    assert shared_pairs({"a": first, "b": second}, pairs, case_insensitive=False) == []
    with pytest.raises(TypeError, match="several models"):
        shared_pairs(first, pairs)


def test_the_difference_has_a_paired_bootstrap(pairs: Any) -> None:
    first, second = random_vectors(), random_vectors(seed=5, words=WORDS[:35])
    found = similarity_difference(first, second, pairs, resamples=100, seed=2)
    same = shared_pairs([first, second], pairs)
    n = len(same)
    assert (found.pairs_used, found.pairs_total) == (n, 60)
    assert found.first == word_similarity(first, same).spearman
    assert found.second == word_similarity(second, same).spearman
    assert found.difference == found.first - found.second
    scores = np.array([score for *_, score in same])
    cosines = [np.array([model.similarity(a, b) for a, b, _ in same]) for model in (first, second)]
    rng = np.random.default_rng(2)
    resampled = []
    for pick in (rng.integers(n, size=n) for _ in range(100)):
        one, other = (stats.spearmanr(c[pick], scores[pick]).statistic for c in cosines)
        resampled.append(one - other)
    np.testing.assert_allclose([found.low, found.high], np.quantile(resampled, [0.025, 0.975]), atol=1e-6)


def test_a_model_has_no_difference_from_itself(pairs: Any) -> None:
    found = similarity_difference(random_vectors(), random_vectors(), pairs)
    assert (found.difference, found.low, found.high) == (0.0, 0.0, 0.0)
