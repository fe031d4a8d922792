"""Explanations add up to the cosine of the vectors that `encode` returns."""

from __future__ import annotations

import re
from itertools import chain
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gensim_distill import TextReader
from gensim_distill.corpus.word_lookup import WordLookup
from gensim_distill.encoding import Explanation, TextEncoder
from gensim_distill.encoding.marking import Piece
from gensim_distill.encoding.text_words import words_in

WORDS = ["rain", "sun", "wind", "snow", "new_york", "don't"]
ENCODER = TextEncoder(WORDS, np.random.default_rng(0).normal(size=(len(WORDS), 4)))

tokens = st.sampled_from([*WORDS, "Rain", "unknown", "", "a b"])
texts = st.one_of(st.lists(tokens, max_size=12), st.lists(tokens, max_size=12).map(", ".join), st.text(max_size=20))


PIECED = TextEncoder(
    WORDS, ENCODER.table, pieces=["u", "n", "known"], piece_table=np.random.default_rng(1).normal(size=(3, 4))
)


def cosine(query: Any, text: Any, encoder: TextEncoder = ENCODER) -> float:
    one, other = (encoder.encode([document])[0].astype(np.float64) for document in (query, text))
    lengths = np.linalg.norm(one) * np.linalg.norm(other)
    return float(one @ other / lengths) if lengths else 0.0


@given(query=texts, text=texts)
@pytest.mark.parametrize("encoder", [ENCODER, PIECED], ids=["words", "pieces"])
def test_contributions_add_up_to_the_cosine(encoder: TextEncoder, query: Any, text: Any) -> None:
    explanation = encoder.explain(query, text)
    assert explanation.similarity == pytest.approx(cosine(query, text, encoder), abs=1e-5)
    for sums in (explanation.query_contributions, explanation.text_contributions, explanation.pairs):
        assert sums.sum() == pytest.approx(explanation.similarity, abs=1e-12)
    assert explanation.pairs.shape == (len(explanation.query_words), len(explanation.text_words))
    np.testing.assert_allclose(explanation.pairs.sum(axis=1), explanation.query_contributions, atol=1e-12)
    np.testing.assert_allclose(explanation.pairs.sum(axis=0), explanation.text_contributions, atol=1e-12)
    of_words = sum(value for _, _, value in explanation.top(1_000))
    assert of_words == pytest.approx(explanation.similarity, abs=1e-12)
    for words in (explanation.query, explanation.text):
        assert words.words == [words.string[start:end] for start, end in words.spans.tolist()]
    for pieces, words in (
        (explanation.marked_query(), explanation.query),
        (explanation.marked_text(), explanation.text),
    ):
        assert "".join(piece.text for piece in pieces) == words.string
    assert "similarity" in str(explanation) and "similarity" in explanation._repr_html_()


@given(text=texts)
def test_words_are_those_of_the_reader(text: Any) -> None:
    words = ENCODER.words_in(text)
    expected = TextReader().text(text)
    assert words.string == expected.string
    assert words.spans.tolist() == list(map(list, zip(expected.starts, expected.ends)))
    assert [number >= 0 for number in words.numbers] == [key in WORDS for key in expected.keys]


def test_unknown_words_contribute_nothing_and_are_in_their_place() -> None:
    explanation = ENCODER.explain("rain", "The rain, the wind!")
    assert explanation.text_words == ["The", "rain", "the", "wind"]
    assert explanation.text_contributions[[0, 2]].tolist() == [0, 0]
    assert explanation.text_contributions[1] != 0 != explanation.text_contributions[3]
    assert [pair[:2] for pair in explanation.top()] == [("rain", "rain"), ("rain", "wind")]


@pytest.mark.parametrize("text", ["", [], "?", "unknown words", ["unknown"]])
def test_texts_without_known_words_have_similarity_0(text: Any) -> None:
    for explanation in (ENCODER.explain("rain", text), ENCODER.explain(text, "rain"), ENCODER.explain(text, text)):
        assert explanation.similarity == 0 == explanation.pairs.sum()
        assert explanation.top() == []
        assert str(explanation) == "similarity 0"


def test_pieces_of_a_word_are_summed_into_the_word() -> None:
    class Pieces(WordLookup):
        def rows_of_keys(self, keys: Any) -> Any:
            rows = {"rain": [0], "rainbow": [0, 1, 1]}
            found = [rows.get(key, []) for key in keys]
            return np.array(list(chain.from_iterable(found)), dtype=np.int64), np.array([len(part) for part in found])

    table, lookup = np.array([[1.0, 0.0], [0.0, 2.0]]), Pieces({}, TextReader())
    query, text = (words_in(text, lookup, table) for text in ("Rain", "the rainbow and the rain"))
    assert text.numbers.tolist() == [-1, 0, -1, -1, 1]
    assert text.rows.tolist() == [[1, 4], [1, 0]]
    explanation = Explanation(query, text)
    assert explanation.text_contributions == pytest.approx(np.array([0, 1, 0, 0, 1]) / np.sqrt(20))


def test_a_list_of_texts_raises() -> None:
    texts = ["Rain, and then the sun.", "A wind from the sea."]
    for query, text in (("rain", texts), (texts, "rain"), ("rain", ["snow fell all day", "sun"[:0]])):
        with pytest.raises(TypeError, match=r"lists whose tokens are whole texts, .*Pass the texts themselves"):
            ENCODER.explain(query, text)
    assert ENCODER.explain("rain", ["new york"]).similarity == ENCODER.explain("rain", []).similarity == 0


def test_equal_words_are_one_pair_of_top() -> None:
    explanation = ENCODER.explain("Rain rain sun", "wind RAIN wind rain")
    top = explanation.top(2)
    assert top == explanation.top(9)[:2]
    assert top[0][2] >= top[1][2]
    by_words = {(one, other): value for one, other, value in explanation.top(9)}
    assert by_words["Rain", "wind"] == pytest.approx(explanation.pairs[np.ix_([0, 1], [0, 2])].sum())
    with pytest.raises(ValueError, match="n=0 must be a whole number from 1"):
        explanation.top(0)


def test_top_does_not_depend_on_the_size_of_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    explanation = ENCODER.explain(WORDS[:3], WORDS[3:])
    whole = explanation.top(7)
    monkeypatch.setattr("gensim_distill.encoding.explanation._PAIRS_AT_ONCE", 1)
    assert explanation.top(7) == [(one, other, pytest.approx(value)) for one, other, value in whole]


def test_long_texts_need_no_matrix_of_pairs() -> None:
    text = " ".join(WORDS[number % 4] for number in range(50_000))
    explanation = ENCODER.explain(text, text)
    assert explanation.similarity == pytest.approx(1)
    assert explanation.text_contributions.sum() == pytest.approx(1)
    assert len(explanation.top(100)) == 16
    assert len(explanation._repr_html_()) < 200_000
    assert "pairs" not in vars(explanation)


def test_the_marked_part_of_a_long_text_has_the_words_that_contribute() -> None:
    text = "nothing here " * 50 + "but Rain, rain! " + "nothing there " * 50
    pieces = ENCODER.explain("rain", text).marked_text(40)
    shown = "".join(piece.text for piece in pieces)
    assert [piece for piece in pieces if piece.strength] == [Piece("Rain", 1.0), Piece("rain", 1.0)]
    assert shown.startswith("… ") and shown.endswith(" …") and len(shown) <= 44
    assert "".join(piece.text for piece in ENCODER.explain("rain", "A rain.").marked_text(40)) == "A rain."


def test_html_is_escaped_and_marks_both_signs() -> None:
    encoder = TextEncoder(["<b>", "sun"], [[1.0], [-0.5]], TextReader(str.split, str))
    page = encoder.explain("<b>", "<b> & sun")._repr_html_()
    assert re.findall(r"<mark style=\"[^\"]*rgba\((.+?)\)\">(.+?)</mark>", page)[1:] == [
        ("255,176,0,0.70", "&lt;b&gt;"),
        ("64,128,255,0.35", "sun"),
    ]
    assert " &amp; " in page


def test_control_characters_are_escaped_in_the_printed_form() -> None:
    encoder = TextEncoder(["\x1b[2J"], [[1.0]])
    assert r"\x1b[2J" in str(encoder.explain(["\x1b[2J"], ["\x1b[2J"]))
