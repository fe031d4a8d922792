"""Pieces of words: which there are, and their rows."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest
from solver_inputs import WordTeacher

from gensim_distill.objectives.piece_regression import rows_of_pieces
from gensim_distill.solvers import text_pieces
from gensim_distill.solvers.settings import Vocabulary
from gensim_distill.solvers.text_pieces import fit_pieces, select_pieces

LETTERS = "abcdefghij"


class TeacherOfPieces(WordTeacher):
    """A teacher that lists subwords, and has embeddings that count the letters of words."""

    def __init__(self, strings: Sequence[str], embeddings: Any = None) -> None:
        self.strings, self.embeddings = strings, embeddings

    def subword_strings(self) -> Sequence[str]:
        return self.strings

    def subword_embeddings(self, words: Sequence[str]) -> Any:
        if self.embeddings is not None:
            return self.embeddings
        return np.array([[word.count(letter) for letter in LETTERS] for word in words], np.float32)


def vocabulary_of(number: int) -> Vocabulary:
    random = np.random.default_rng(1)
    words = list(dict.fromkeys("".join(random.choice(list(LETTERS), 5)) for _ in range(2 * number)))[:number]
    return Vocabulary(words, {word: row for row, word in enumerate(words)})


def test_pieces_have_characters_of_words_and_stay_in_order(monkeypatch: pytest.MonkeyPatch) -> None:
    assert select_pieces(["the", "é", "T", "eth", "t"], ["the", "ten"]) == ["the", "eth", "t"]
    # A letter that the small vocabulary lacks, but not of another alphabet, nor other characters.
    strings = ["job", "'", "7", "я", "да", "ж"]
    assert select_pieces(strings, ["the", "ten"]) == ["job"]
    assert select_pieces(strings, ["it's", "42", "нет"]) == ["job", "'", "7", "я", "да", "ж"]
    monkeypatch.setattr(text_pieces, "MAX_PIECES", 2)
    assert select_pieces(["the", "é", "T", "eth", "t"], ["the", "ten"]) == ["the", "eth"]


def test_pieces_that_are_words_have_rows_as_others() -> None:
    vocabulary = vocabulary_of(300)
    rows = np.random.default_rng(2).normal(size=(300, 3)).astype(np.float32)
    rows[1] = 0  # a word without contexts
    first, second, *_ = vocabulary.words
    teacher = TeacherOfPieces(["ab", first, "ÿ", second, "jj"])
    strings, of_pieces = fit_pieces(teacher, vocabulary, rows)
    assert strings == ("ab", first, second, "jj")
    assert of_pieces.dtype == np.float32 and of_pieces.any(axis=1).all()
    words = teacher.subword_embeddings(vocabulary.words)
    expected = rows_of_pieces(teacher.subword_embeddings(strings), words, rows)
    np.testing.assert_allclose(of_pieces, expected, atol=1e-5)


def test_small_vocabularies_and_other_teachers_have_no_pieces() -> None:
    rows = np.ones((300, 3), np.float32)
    small, large = vocabulary_of(text_pieces.MIN_WORDS - 1), vocabulary_of(300)
    for teacher, vocabulary in [
        (TeacherOfPieces(["ab"]), small),
        (WordTeacher(), large),
        (TeacherOfPieces(["ÿ"]), large),
    ]:
        strings, of_pieces = fit_pieces(teacher, vocabulary, rows[: len(vocabulary)])
        assert strings == () and of_pieces.shape == (0, 3)


@pytest.mark.parametrize(
    ("embeddings", "error", "message"),
    [
        (np.ones(3), TypeError, "with one row for each word|array of numbers with one row"),
        (np.full((1, 2), "a"), TypeError, "returned"),
        (np.ones((5, 2)), TypeError, "for 300 words|for 1 words"),
        ([[1.0], [1.0, 2.0]], TypeError, "array of numbers with one row for each word"),
    ],
)
def test_wrong_embeddings_raise(embeddings: Any, error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        fit_pieces(TeacherOfPieces(["ab"], embeddings), vocabulary_of(300), np.ones((300, 3), np.float32))


def test_embeddings_of_words_and_pieces_have_the_same_dimensions() -> None:
    teacher = TeacherOfPieces(["ab"])
    teacher.subword_embeddings = lambda words: np.ones((len(words), len(words)))  # type: ignore[method-assign]
    with pytest.raises(TypeError, match="vectors of 300 dimensions and then of 1: all must have the same number"):
        fit_pieces(teacher, vocabulary_of(300), np.ones((300, 3), np.float32))


def test_embeddings_that_are_not_finite_raise() -> None:
    teacher = TeacherOfPieces(["ab"])
    teacher.subword_embeddings = lambda words: np.full((len(words), 2), np.nan)  # type: ignore[method-assign]
    with pytest.raises(ValueError, match="numbers that are not finite"):
        fit_pieces(teacher, vocabulary_of(300), np.ones((300, 3), np.float32))


def test_rows_of_pieces_follow_the_rows_of_words() -> None:
    random = np.random.default_rng(1)
    embeddings = (random.normal(size=(5_000, 6)) + 10).astype(np.float32)
    directions = embeddings - embeddings.mean(axis=0)
    directions /= np.linalg.norm(directions, axis=1, keepdims=True)
    rows = (directions @ random.normal(size=(6, 3)) + [1, 2, 3]).astype(np.float32)
    rows[0] = 0  # a word without a row is ignored
    predicted = rows_of_pieces(embeddings[:100], embeddings, rows)
    np.testing.assert_allclose(predicted[1:], rows[1:100], atol=0.2)  # the penalty shrinks them a little
    assert np.abs(predicted[0]).min() > 0.1


def test_pieces_without_subwords_have_rows_of_zeros() -> None:
    embeddings = np.random.default_rng(1).normal(size=(50, 6)).astype(np.float32)
    pieces = embeddings[:2].copy()
    pieces[1] = 0
    rows = rows_of_pieces(pieces, embeddings, embeddings)
    assert rows[0].any() and not rows[1].any()
    assert not rows_of_pieces(pieces, np.zeros_like(embeddings), embeddings).any()
