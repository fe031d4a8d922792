"""Word similarity against scipy and gensim, and the data sets it is measured on."""

from __future__ import annotations

import gzip
import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from gensim.models import KeyedVectors
from gensim.test.utils import datapath
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from gensim_distill.evaluation import (
    read_pairs,
    read_questions,
    read_texts,
    shared_pairs,
    similarity_difference,
    word_similarity,
)
from gensim_distill.evaluation.correlation import spearman
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
def test_correlation_and_coverage_are_gensims(
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


@given(st.lists(st.tuples(st.integers(-3, 3), st.integers(-3, 3)), min_size=2, max_size=12))
def test_the_rank_correlation_is_scipys(values: list[tuple[int, int]]) -> None:
    first, second = np.array(values, dtype=float).T
    found = float(spearman(first[None], second[None])[0])
    if np.ptp(first) == 0 or np.ptp(second) == 0:
        assert math.isnan(found)
    else:
        assert found == pytest.approx(stats.spearmanr(first, second).statistic)


def test_the_interval_is_that_of_a_plain_bootstrap(pairs: Any) -> None:
    vectors = random_vectors()
    found = word_similarity(vectors, pairs, confidence=0.9, resamples=200, seed=3)
    cosines = np.array([vectors.similarity(a, b) for a, b, _ in pairs])
    scores = np.array([score for *_, score in pairs])
    rng = np.random.default_rng(3)
    picks = [rng.integers(60, size=60) for _ in range(200)]
    drawn = [stats.spearmanr(cosines[pick], scores[pick]).statistic for pick in picks]
    np.testing.assert_allclose([found.low, found.high], np.quantile(drawn, [0.05, 0.95]), atol=1e-6)
    assert found == word_similarity(vectors, pairs, confidence=0.9, resamples=200, seed=3)
    assert found.low != word_similarity(vectors, pairs, confidence=0.9, resamples=200, seed=4).low


def test_an_interval_of_more_confidence_is_wider(pairs: Any) -> None:
    ends = [word_similarity(random_vectors(), pairs, confidence=confidence) for confidence in (0.5, 0.8, 0.99)]
    assert ends[2].low < ends[1].low < ends[0].low < ends[0].spearman < ends[0].high < ends[1].high < ends[2].high


@settings(max_examples=25)
@given(st.integers(0, 1000), st.sampled_from([1e-30, 1e-3, 1.0, 1e30]))
def test_the_scale_of_vectors_does_not_matter(seed: int, scale: float) -> None:
    vectors = random_vectors(seed)
    listed = [(WORDS[i], WORDS[-i - 1], float(i)) for i in range(12)]
    expected = word_similarity(vectors, listed, resamples=0).spearman
    vectors.vectors = vectors.vectors * np.float32(scale)
    assert word_similarity(vectors, listed, resamples=0).spearman == pytest.approx(expected)


def test_unknown_words_are_counted_and_named(pairs: Any) -> None:
    found = word_similarity(random_vectors(), [*pairs, ("W1", "unheard", 3.0), ("of", "unheard", 4.0)])
    assert (found.pairs_used, found.pairs_total, found.missing) == (60, 62, ("unheard", "of"))
    assert found.coverage == 60 / 62
    assert word_similarity(random_vectors(), [("W1", "w2", 3.0)], case_insensitive=False).missing == ("W1",)


def test_words_narrow_what_is_known(pairs: Any) -> None:
    some = {w.upper() for w in WORDS[:20]}
    found = word_similarity(random_vectors(), pairs, words=some)
    assert found.pairs_used == sum(a.upper() in some and b.upper() in some for a, b, _ in pairs) < 60
    assert set(found.missing) == {w for a, b, _ in pairs for w in (a, b)} - set(WORDS[:20])


@pytest.mark.parametrize(
    ("listed", "note"),
    [
        ([], "0 pairs are too few"),
        ([("w1", "w2", 1.0), ("w3", "w4", 2.0)], "2 pairs are too few"),
        ([("w1", "w2", 1.0), ("w3", "w4", 1.0), ("w5", "w6", 1.0)], "same score"),
        ([("w1", "zero", 1.0), ("w3", "zero", 2.0), ("w5", "zero", 3.0)], "same cosine"),
    ],
)
def test_where_there_is_no_correlation_it_says_why(
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


def test_numbers_that_are_not_finite_are_refused_where_they_are_used(pairs: Any) -> None:
    vectors = random_vectors(words=[*WORDS, "spare"])
    vectors.vectors[-1] = np.inf
    assert word_similarity(vectors, pairs).pairs_used == 60
    vectors.vectors[3, 2] = np.nan
    with pytest.raises(ValueError, match="'w3', contain NaN or infinity"):
        word_similarity(vectors, pairs)


@pytest.mark.parametrize("dtype", [np.float16, np.float64, np.int64])
def test_other_number_formats_work(pairs: Any, dtype: Any) -> None:
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
def test_bad_settings_are_refused(options: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        word_similarity(random_vectors(), "simlex999", **options)


# --- two models on the same pairs ---------------------------------------------------------------


def test_shared_pairs_are_those_that_every_model_knows(pairs: Any) -> None:
    first, second = random_vectors(words=WORDS[:30]), random_vectors(words=[w.upper() for w in WORDS[10:]])
    both = set(WORDS[10:30])
    assert shared_pairs([first, second], pairs) == [p for p in pairs if p[0] in both and p[1] in both]
    assert shared_pairs({"a": first, "b": second}, pairs, case_insensitive=False) == []
    with pytest.raises(TypeError, match="several models"):
        shared_pairs(first, pairs)


def test_the_difference_is_resampled_in_pairs(pairs: Any) -> None:
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
    drawn = []
    for pick in (rng.integers(n, size=n) for _ in range(100)):
        one, other = (stats.spearmanr(c[pick], scores[pick]).statistic for c in cosines)
        drawn.append(one - other)
    np.testing.assert_allclose([found.low, found.high], np.quantile(drawn, [0.025, 0.975]), atol=1e-6)


def test_a_model_does_not_differ_from_itself(pairs: Any) -> None:
    found = similarity_difference(random_vectors(), random_vectors(), pairs)
    assert (found.difference, found.low, found.high) == (0.0, 0.0, 0.0)


# --- data sets ----------------------------------------------------------------------------------


def test_the_sets_that_gensim_ships_are_built_in() -> None:
    assert len(read_pairs("simlex999")) == 999
    assert len(read_pairs("wordsim353")) == 353
    google = read_questions("google")
    assert sum(map(len, google.values())) == 19544
    assert next(iter(google)) == "capital-common-countries"
    assert len(google) == 14


@pytest.mark.parametrize("delimiter", ["\t", ",", ";", " "])
@pytest.mark.parametrize(
    "header", ["", "Word 1{0}Word 2{0}Human (mean)\n", "# a comment\n", "\ufeffword1{0}word2{0}score\n"]
)
@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_tables_of_pairs_are_read_whatever_parts_their_columns(
    delimiter: str, header: str, newline: str, tmp_path: Path
) -> None:
    if delimiter == " ":
        header = header.replace("Word ", "word").replace(" (mean)", "")
    lines = (header + "cat{0}dog{0}7.5\n# old{0}new{0}1\n\nnaïve{0}café{0}-1e1\n").format(delimiter)
    path = tmp_path / "pairs"
    path.write_bytes(lines.replace("\n", newline).encode())
    assert read_pairs(path) == [("cat", "dog", 7.5), ("naïve", "café", -10.0)]
    path.write_bytes(gzip.compress(lines.encode()))
    assert read_pairs(path) == [("cat", "dog", 7.5), ("naïve", "café", -10.0)]


def test_other_columns_can_be_named_by_position(tmp_path: Path) -> None:
    path = tmp_path / "SimLex-999.txt"
    path.write_text("word1\tword2\tPOS\tSimLex999\told\nold\tnew\tA\t1.58\tx\n", encoding="utf-8")
    assert read_pairs(path, columns=(0, 1, 3)) == [("old", "new", 1.58)]
    with pytest.raises(ValueError, match="line 2: .*'A'.* give its place with columns="):
        read_pairs(path)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"a\tb\t1\nc\td\tmuch\n", "line 2: .*'much'.*a score, a finite number, were expected"),
        (b"# c\na\tb\t1\n\nc\td\n", "line 4: 2 columns"),
        (b"a,b,1\nc,d,nan\n", "line 2"),
        (b"a b 1\n\xff\xfe c 2\n", "not in UTF-8"),
        (b"# nothing\n", "no word pairs"),
        (gzip.compress(b"a b 1\n" * 1000, mtime=0)[:30], "cannot be decompressed"),
    ],
)
def test_the_line_that_cannot_be_read_is_named(content: bytes, message: str, tmp_path: Path) -> None:
    path = tmp_path / "pairs.tsv"
    path.write_bytes(content)
    with pytest.raises(ValueError, match=message):
        read_pairs(path)


def test_questions_come_from_files_with_sections_and_tables_without(tmp_path: Path) -> None:
    path = tmp_path / "questions"
    path.write_text("# c\n: capital cities\nAthens Greece Rome Italy\n: gram1\na b c d\n", encoding="utf-8")
    assert read_questions(path) == {
        "capital cities": [("Athens", "Greece", "Rome", "Italy")],
        "gram1": [("a", "b", "c", "d")],
    }
    path.write_text("New York\tUSA\tRome\tItaly\n", encoding="utf-8")
    assert read_questions(path) == {"": [("New York", "USA", "Rome", "Italy")]}
    path.write_text(": one\na b c d\na b c\n", encoding="utf-8")
    with pytest.raises(ValueError, match="line 3: .*four words"):
        read_questions(path)
    with pytest.raises(FileNotFoundError, match="'gogle' is neither a file nor a data set that gensim brings"):
        read_questions("gogle")
    with pytest.raises(ValueError, match="question 1: 'abcd'"):
        read_questions(["abcd"])  # type: ignore[list-item]


def test_texts_and_labels_come_from_tables(tmp_path: Path) -> None:
    path = tmp_path / "texts"
    path.write_text('id,Label,TEXT\n1,pos,"Good, \n""very"" good"\n2,neg,#bad\n', encoding="utf-8")
    assert read_texts(path) == (['Good, \n"very" good', "#bad"], ["pos", "neg"])
    path.write_text('text\tlabel\nsaid "no\t0\n', encoding="utf-8")
    assert read_texts(path) == (['said "no'], ["0"])
    path.write_text("1\tfine film\n0\tno film\n", encoding="utf-8")
    assert read_texts(path, text=1, label=0) == (["fine film", "no film"], ["1", "0"])
    with pytest.raises(ValueError, match="no column 'text' in its first line"):
        read_texts(path)
    path.write_text("text,label\na,b\nc\n", encoding="utf-8")
    with pytest.raises(ValueError, match="line 3: 1 columns"):
        read_texts(path)
    with pytest.raises(TypeError, match="two names or two positions"):
        read_texts(path, text="text", label=1)
    path.write_text(f"text,label\n{'a ' * 100_000},b\n", encoding="utf-8")
    assert len(read_texts(path)[0][0]) == 200_000
