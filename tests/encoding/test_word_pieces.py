"""WordPieces: the greedy division of words into pieces."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from gensim_distill.encoding.word_pieces import WordPieces, without_accents

_STRINGS = st.lists(st.text("ab#é", min_size=1, max_size=4), max_size=8, unique=True)


def greedy(word: str, words: list[str], pieces: list[str]) -> list[int]:
    """Divide a word in the plainest way."""
    if not any("é" in piece for piece in pieces):
        word = without_accents(word)
    rows: list[int] = []
    start = 0
    while start < len(word):
        # Strings of the vocabulary have precedence at the beginning, pieces inside.
        strings = [*words, *pieces] if not start else pieces
        first = 0 if not start else len(words)
        found = [string for string in strings if word.startswith(string, start)]
        if not found:
            return []
        longest = max(found, key=len)
        rows.append(first + strings.index(longest))
        start += len(longest)
    return rows


@given(_STRINGS, _STRINGS, st.text("abé", max_size=10))
@example(["é"], [], "é")
@example(["é"], ["é"], "éé")
def test_words_are_divided_greedily(words: list[str], pieces: list[str], word: str) -> None:
    assert WordPieces(words, pieces).rows(word) == greedy(word, words, pieces)


def test_words_are_matched_at_the_beginning_only() -> None:
    division = WordPieces(["rain", "bow"], ["rain", "s"])
    assert division.rows("rains") == [0, 3]
    assert division.rows("rainrain") == [0, 2]  # inside of a word it is the piece
    assert division.rows("rainbow") == []


@pytest.mark.parametrize("marker", ["##", "##x", "###", "####s"])
def test_words_that_begin_with_the_marker_of_pieces_are_words(marker: str) -> None:
    division = WordPieces([marker, "rain"], ["s", marker])
    assert (
        division.rows(marker) == [0] and division.rows("rains") == [1, 2] and division.rows(f"rain{marker}") == [1, 3]
    )


def test_strings_that_cannot_be_encoded_have_no_token() -> None:
    division = WordPieces(["rain", "\ud800", "sun"], ["s", "\udfff", "n"])
    assert division.rows("suns") == [2, 3] and division.rows("sunn") == [2, 5]
    assert division.rows("\ud800s") == division.rows("sun\udfff") == []
    assert division.token_rows.tolist() == [-1, 0, 2, 3, 5, 3, 5]


def test_the_unknown_word_and_empty_strings_have_no_rows() -> None:
    division = WordPieces(["rain"], ["", "s"])
    assert division.rows("") == division.rows("[UNK]") == division.rows("##") == []
    assert WordPieces(["[UNK]"], ["s"]).rows("[UNK]s") == [0, 1]


def test_very_long_words_are_unknown_unless_the_vocabulary_has_such() -> None:
    assert WordPieces(["a"], ["a"]).rows("a" * 100) == [0] + [1] * 99
    assert WordPieces(["a"], ["a"]).rows("a" * 101) == []
    assert WordPieces(["b" * 200], ["a"]).rows("b" * 200) == [0]
    assert len(WordPieces(["b" * 200, "a"], ["a"]).rows("a" * 200)) == 200
    assert WordPieces(["b" * 20_000, "a"], ["a"]).rows("a" * 2_000) == []


def test_accents_are_removed_only_if_no_piece_has_any() -> None:
    without = WordPieces(["café"], ["caf", "e", "s"])
    assert (without.rows("cafés"), without.rows("e\u0301"), without.rows("한")) == ([1, 2, 3], [2], [])
    assert WordPieces(["café"], ["caf", "é", "e", "s"]).rows("cafés") == [0, 4]
