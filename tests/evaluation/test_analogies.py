"""Analogies, compared with gensim."""

from __future__ import annotations

import importlib
import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from gensim.models import KeyedVectors
from gensim.test.utils import datapath

from gensim_distill.evaluation import (
    analogies,
    read_questions,
)

COUNTRIES = ["France", "Italy", "Spain", "Japan", "Egypt", "Iraq", "Cuba", "Greece"]
CAPITALS = ["Paris", "Rome", "Madrid", "Tokyo", "Cairo", "Baghdad", "Havana", "Athens"]


def paired_vectors(noise: float = 0.6, seed: int = 0) -> KeyedVectors:
    """Return countries and capitals, which differ by an offset and noise, and other words, some in several cases."""
    rng = np.random.default_rng(seed)
    countries = rng.normal(size=(8, 12))
    capitals = countries + rng.normal(size=12) + noise * rng.normal(size=(8, 12))
    others = [f"word{i}" for i in range(60)]
    spellings = ["paris", "PARIS", "rome", "france", "cUbA", "hAvana"]
    words = [*CAPITALS, *spellings, *others, *COUNTRIES]
    rows = np.concatenate([capitals, rng.normal(size=(6 + 60, 12)), countries])
    # Other spellings are close to the first.
    places = [words.index(word.capitalize()) for word in spellings]
    rows[8:14] = rows[places] + 0.1 * rng.normal(size=(6, 12))
    made = KeyedVectors(12)
    made.add_vectors(words, rows.astype(np.float32))
    return made


@pytest.fixture
def questions(tmp_path: Path) -> str:
    lines = [": capitals"]
    for i, (country, capital) in enumerate(zip(COUNTRIES, CAPITALS)):
        lines += [f"{country} {capital} {c} {d}" for j, (c, d) in enumerate(zip(COUNTRIES, CAPITALS)) if j != i]
    lines += [": gram1-nonsense", "word1 word2 word3 word4", "word1 unknown word3 word4", "Paris France paris france"]
    path = tmp_path / "questions.txt"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return str(path)


def gensim_score(vectors: KeyedVectors, path: str, **options: Any) -> tuple[float, dict[str, tuple[int, int]]]:
    score, sections = vectors.evaluate_word_analogies(path, **options)
    counts = {s["section"]: (len(s["correct"]), len(s["correct"]) + len(s["incorrect"])) for s in sections[:-1]}
    return score, counts


@pytest.mark.parametrize("case_insensitive", [True, False])
@pytest.mark.parametrize("most_frequent", [300_000, 70, 78])
@pytest.mark.parametrize("seed", range(3))
def test_add_matches_gensim(questions: str, case_insensitive: bool, most_frequent: int, seed: int) -> None:
    vectors = paired_vectors(seed=seed)
    found = analogies(vectors, questions, case_insensitive=case_insensitive, most_frequent=most_frequent)
    score, counts = gensim_score(vectors, questions, case_insensitive=case_insensitive, restrict_vocab=most_frequent)
    assert {s.name: (s.correct, s.total) for s in found.sections} == counts
    assert found.accuracy == score
    assert found.total + found.skipped == 8 * 7 + 3


def test_add_matches_gensim_for_googles_questions() -> None:
    vectors = KeyedVectors.load_word2vec_format(datapath("euclidean_vectors.bin"), binary=True)
    score, counts = gensim_score(vectors, datapath("questions-words.txt"), restrict_vocab=2000)
    found = analogies(vectors, "google", most_frequent=2000)
    assert {s.name: (s.correct, s.total) for s in found.sections} == counts
    assert found.accuracy == score
    right = {s.name: s.correct for s in found.sections}
    assert found.semantic * sum(s.total for s in found.sections[:5]) == pytest.approx(sum(list(right.values())[:5]))
    assert found.syntactic * sum(s.total for s in found.sections[5:]) == pytest.approx(sum(list(right.values())[5:]))
    assert found.coverage == found.total / 19544


def test_add_ignores_answers_beyond_gensims_candidates(tmp_path: Path) -> None:
    # Six spellings of the question's own words are nearer than the answer, and gensim looks at five.
    made = KeyedVectors(3)
    spellings = ["DOG", "dOg", "doG", "DoG", "dOG", "DOg"]
    words = ["Dog", "cat", "bird", *spellings, "answer"]
    near = [[0, 1, 1.0]] + [[0.0, 1.0, 1 + 0.01 * i] for i in range(6)]
    made.add_vectors(words, np.array([near[0], [1, 0, 0], [1, 0, 0.1], *near[1:], [0, 1, 0]], dtype=np.float32))
    path = tmp_path / "questions.txt"
    for number in (3, 7, 8, 9):
        path.write_text(": one\ncat bird dog answer\n", encoding="utf-8")
        some = KeyedVectors(3)
        some.add_vectors([*words[:number], "answer"], np.array([*made.vectors[:number], made["answer"]]))
        assert analogies(some, path).accuracy == gensim_score(some, str(path))[0] == float(number < 8)


def brute_force(vectors: KeyedVectors, question: tuple[str, str, str, str]) -> str:
    spelling = {word.upper(): word for word in reversed(vectors.index_to_key)}  # the first of each word
    a, b, c = (spelling[word.upper()] for word in question[:3])
    for word, _ in vectors.most_similar_cosmul(positive=[b, c], negative=[a], topn=len(vectors)):
        if word.upper() not in {a.upper(), b.upper(), c.upper()}:
            return str(word)
    raise AssertionError


@pytest.mark.filterwarnings("ignore:Call to deprecated `init_sims`")
@pytest.mark.parametrize("seed", range(3))
def test_mul_matches_gensims_cosmul(questions: str, seed: int) -> None:
    vectors = paired_vectors(noise=1.0, seed=seed)
    capitals = read_questions(questions)["capitals"]
    found = analogies(vectors, {"one": capitals}, method="mul")
    expected = sum(brute_force(vectors, question).upper() == question[3].upper() for question in capitals)
    assert 0 < found.correct == expected < found.total
    # One by one, so that errors cannot cancel.
    for question in capitals[:20]:
        right = brute_force(vectors, question).upper() == question[3].upper()
        assert analogies(vectors, [question], method="mul").correct == int(right)


def test_the_result_does_not_depend_on_blocks(questions: str, monkeypatch: pytest.MonkeyPatch) -> None:
    module = importlib.import_module("gensim_distill.evaluation.analogies")
    vectors = paired_vectors()
    whole = {method: analogies(vectors, questions, method=method) for method in ("add", "mul")}
    monkeypatch.setattr(module, "_WORDS", 7)
    monkeypatch.setattr(module, "_QUESTIONS", 5)
    for method, expected in whole.items():
        assert analogies(vectors, questions, method=method) == expected


@pytest.mark.parametrize("dtype", [np.float16, np.float64, np.int64])
def test_other_dtypes(questions: str, dtype: Any) -> None:
    vectors = paired_vectors(noise=0.05)
    expected = analogies(vectors, questions)
    vectors.vectors = np.round(vectors.vectors * 100).astype(dtype)
    found = analogies(vectors, questions)
    assert found.correct == pytest.approx(expected.correct, abs=1)
    assert found.correct > 50


def test_words_limit_questions_and_answers(questions: str) -> None:
    vectors = paired_vectors(noise=0.05)
    narrow = analogies(vectors, questions, words=[w.lower() for w in COUNTRIES[:3] + CAPITALS[:3]])
    assert narrow.sections[0].total == narrow.sections[0].correct == 6
    assert "Cuba" in narrow.missing
    assert "Rome" not in narrow.missing


def test_zero_vectors_are_no_answers() -> None:
    made = KeyedVectors(2)
    made.add_vectors(["a", "b", "c", "d", "zero"], np.array([[1, 0], [1, 1], [1, 0.1], [1, 1.2], [0, 0]]))
    assert analogies(made, [("a", "b", "c", "d")]).accuracy == 1
    assert analogies(made, [("a", "b", "c", "zero"), ("zero", "b", "c", "d")]).correct == 0


def test_without_questions_the_accuracy_is_nan(caplog: pytest.LogCaptureFixture) -> None:
    found = analogies(paired_vectors(), [("one", "two", "three", "Paris")])
    assert math.isnan(found.accuracy)
    assert math.isnan(found.semantic)
    assert found.missing == ("one", "two", "three")
    assert (found.total, found.skipped, found.coverage) == (0, 1, 0.0)
    assert "none of the 1 questions" in caplog.text


def test_invalid_arguments_raise() -> None:
    with pytest.raises(ValueError, match="method='times'"):
        analogies(paired_vectors(), method="times")
    with pytest.raises(ValueError, match="most_frequent=0"):
        analogies(paired_vectors(), most_frequent=0)
    broken = paired_vectors()
    broken.vectors[3, 0] = np.nan
    with pytest.raises(ValueError, match="such as 'Tokyo', contain NaN or infinity"):
        analogies(broken)
