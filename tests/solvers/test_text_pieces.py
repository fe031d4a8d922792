"""Pieces of words: which there are, how they are read, and their rows."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import pytest
from solver_inputs import WIDTH, WordTeacher, count_vocabulary

from gensim_distill import TextReader
from gensim_distill.contexts.views import View
from gensim_distill.objectives.piece_regression import rows_of_pieces
from gensim_distill.solvers import isolated_words, text_pieces
from gensim_distill.solvers.isolated_words import add_isolated_words, read_isolated_words
from gensim_distill.solvers.settings import PassSettings
from gensim_distill.solvers.text_pieces import read_pieces, select_pieces
from gensim_distill.statistics.corpus_statistics import CorpusStatistics, ShardStatistics
from gensim_distill.statistics.moments import Moments

VIEW = View((0, 1), "token", isolated=True)


class TeacherOfPieces(WordTeacher):
    """A teacher that lists its subwords, and keeps what it has read."""

    def __init__(self, strings: Sequence[str]) -> None:
        self.strings = strings
        self.heard: list[str] = []

    def subword_strings(self) -> Sequence[str]:
        return self.strings

    def read(self, texts: Sequence[str], layers: Sequence[int]):  # type: ignore[no-untyped-def]
        self.heard += texts
        return super().read(texts, layers)


def test_pieces_have_characters_of_words_and_stay_in_order(monkeypatch: pytest.MonkeyPatch) -> None:
    assert select_pieces(["the", "é", "T", "eth", "t"], ["the", "ten"]) == ["the", "eth", "t"]
    monkeypatch.setattr(text_pieces, "MAX_PIECES", 2)
    assert select_pieces(["the", "é", "T", "eth", "t"], ["the", "ten"]) == ["the", "eth"]


def test_only_pieces_that_are_no_words_are_read(corpus: list[list[str]], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(text_pieces, "MIN_WORDS", 1)
    vocabulary = count_vocabulary(corpus)
    word = vocabulary.words[0]
    teacher = TeacherOfPieces([word[0] + word, word, word + word, "ÿ"])
    settings = PassSettings(teacher, TextReader(), (VIEW,), progress=False)
    moments = {VIEW.name: Moments(len(vocabulary), WIDTH)}
    add_isolated_words(moments, corpus, settings, vocabulary)
    before = moments[VIEW.name].total.copy()
    teacher.heard.clear()
    pieces = read_pieces(moments[VIEW.name], corpus, settings, vocabulary)
    assert pieces is not None
    assert pieces.strings == (word[0] + word, word, word + word)
    assert teacher.heard == [word[0] + word, word + word]
    np.testing.assert_allclose(pieces.moments.means()[1], moments[VIEW.name].means()[0], rtol=1e-6)
    np.testing.assert_array_equal(moments[VIEW.name].total, before)


def test_small_vocabularies_and_other_teachers_have_no_pieces(corpus: list[list[str]]) -> None:
    vocabulary = count_vocabulary(corpus)
    moments = Moments(len(vocabulary), WIDTH)
    listing = PassSettings(TeacherOfPieces(["a"]), TextReader(), (VIEW,), progress=False)
    assert read_pieces(moments, corpus, listing, vocabulary) is None
    many = count_vocabulary([[f"w{number}" for number in range(300)]])
    moments = Moments(len(many), WIDTH)
    assert read_pieces(moments, corpus, PassSettings(WordTeacher(), TextReader(), (VIEW,)), many) is None
    assert read_pieces(moments, corpus, PassSettings(TeacherOfPieces(["ÿ"]), TextReader(), (VIEW,)), many) is None


def isolated(states: np.ndarray) -> Moments:
    moments = Moments(len(states), states.shape[1])
    moments.sums, moments.counts = states, np.ones(len(states), np.int64)
    return moments


def test_rows_of_pieces_follow_the_rows_of_words() -> None:
    random = np.random.default_rng(1)
    states = random.normal(size=(5_000, WIDTH)) + 10
    directions = states - states.mean(axis=0)
    directions /= np.linalg.norm(directions, axis=1, keepdims=True)
    rows = (directions @ random.normal(size=(WIDTH, 3)) + [1, 2, 3]).astype(np.float32)
    rows[0] = 0  # a word without a row is ignored
    predicted = rows_of_pieces(isolated(states[:100]), isolated(states), rows)
    np.testing.assert_allclose(predicted[1:], rows[1:100], atol=0.1)
    assert np.abs(predicted[0]).min() > 0.1


def test_pieces_without_hidden_states_have_rows_of_zeros() -> None:
    states = np.random.default_rng(1).normal(size=(50, WIDTH))
    pieces = isolated(states[:2])
    pieces.counts[1] = 0
    rows = rows_of_pieces(pieces, isolated(states), states.astype(np.float32))
    assert rows[0].any() and not rows[1].any()


class DistributedHere:
    """A distributed corpus whose only worker is this process."""

    def __init__(self) -> None:
        self.words: list[list[str]] = []

    def read_isolated_words(
        self, reader: TextReader, teacher: Any, views: Any, words: Any, vocabulary: Any, progress: Any
    ) -> Iterator[ShardStatistics]:
        self.words = words
        for (word,) in words:
            moments = {view.name: Moments(1, WIDTH) for view in views}
            read_isolated_words([word], reader, teacher, views, {word: 0}, moments)
            yield ShardStatistics(np.array([vocabulary[word]]), CorpusStatistics(moments))


def test_workers_read_pieces(corpus: list[list[str]], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(text_pieces, "MIN_WORDS", 1)
    monkeypatch.setattr(isolated_words, "DistributedCorpus", DistributedHere)
    vocabulary = count_vocabulary(corpus)
    word = vocabulary.words[0]
    teacher = TeacherOfPieces([word, word[0] + word, word + word])
    settings = PassSettings(teacher, TextReader(), (VIEW,), progress=False)
    moments = Moments(len(vocabulary), WIDTH)
    distributed: Any = DistributedHere()
    pieces = read_pieces(moments, distributed, settings, vocabulary)
    here = read_pieces(moments, corpus, settings, vocabulary)
    assert pieces is not None and here is not None
    assert distributed.words == [[word[0] + word], [word + word]]
    assert pieces.strings == here.strings
    np.testing.assert_allclose(pieces.moments.sums, here.moments.sums, rtol=1e-6)
