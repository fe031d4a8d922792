"""Passages: parts of documents, of whole sentences, with all words of the document."""

from __future__ import annotations

import itertools
import re
import tracemalloc
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gensim_distill import TextReader
from gensim_distill.corpus import passages
from gensim_distill.corpus.documents import Document
from gensim_distill.corpus.passages import count_words, divide, divide_documents

READER = TextReader()
SENTENCES = [
    "It rains.",
    "The old man snores!",
    "Why?",
    "Nobody knows 3.5 of it, or 1\u202f000.",
    "\n\n",
    "Don't…",
    "e.g. this",
]
pieces = st.one_of(
    st.sampled_from(SENTENCES),
    st.sampled_from(
        [
            "今日は雨。",
            "我们在这里等雨停",
            "ฝนตกหนัก",
            "🇩🇪🇫🇷",
            "👩\u200d👩\u200d👧",
            "e\u0301te\u0301",
            "\u00adsoft\u00adly",
            "\U0001f3fb",
            "\ufeff",
        ]
    ),
    st.text(max_size=12),
)
raw_documents = st.lists(pieces, max_size=40).map(" ".join) | st.lists(pieces, max_size=40).map("".join)
token_documents = st.lists(st.sampled_from(["rain", "falls", ".", "?!", "", "new_york", "猫"]), max_size=60)


def keys(document: Document, reader: TextReader = READER) -> list[str]:
    return reader.keys(document)


@given(raw_documents | token_documents, st.integers(1, 12))
def test_words_of_passages_are_the_words_of_the_document(document: Document, max_words: int) -> None:
    divided = list(divide(document, READER, max_words))
    assert [key for passage in divided for key in keys(passage)] == keys(document)


@given(raw_documents, st.integers(1, 12), st.integers(40, 200))
def test_words_do_not_depend_on_windows(document: str, max_words: int, window: int) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(passages, "_WINDOW", window)
        divided = list(divide(document, READER, max_words))
    longest = max(map(len, document.split()), default=0)
    if 2 * longest + 24 * max_words < window:
        assert [key for passage in divided for key in keys(passage)] == keys(document)
    assert "".join("".join(divided).split()) == "".join(document.split())


@given(raw_documents | token_documents, st.integers(1, 12))
def test_passages_are_short_and_divided_no_further(document: Any, max_words: int) -> None:
    for passage in divide(document, READER, max_words):
        assert list(divide(passage, READER, max_words)) == [passage]
        assert count_words(passage) <= max_words or len(keys(passage)) <= 1  # type: ignore[arg-type]


@pytest.mark.parametrize("document", ["It rains. It pours.", ["It", "rains", "."], (), "", " \n", ("a", "b")])
def test_short_document_is_unchanged(document: Any) -> None:
    [passage] = divide(document, READER, 4)
    assert passage is document


def test_no_limit_yields_whole_documents() -> None:
    documents = ["It rains. " * 100, ["rain"] * 1000]
    assert all(a is b for a, b in zip(divide_documents(documents, READER, None), documents))


def test_passages_are_successive_sentences() -> None:
    text = "It rains. It pours! The old man snores.  He went to bed and bumped his head, and did not get up. Oh."
    assert list(divide(text, READER, 8)) == [
        "It rains. It pours! The old man snores.",
        "He went to bed and bumped his head,",
        "and did not get up. Oh.",
    ]
    tokens = ["It", "rains", ".", "It", "pours", "!", "The", "old", "man", "snores", "."]
    assert list(divide(tokens, READER, 6)) == [tokens[:6], tokens[6:]]


def test_sentence_splitter_may_return_empty_strings() -> None:
    reader = TextReader(sentence_splitter=lambda string: re.split(r"(?<=[.!?])", string))
    assert list(divide("It rains. The old man snores.", reader, 4)) == ["It rains.", "The old man snores."]


def test_sentence_splitter_of_the_reader_is_used() -> None:
    def at_semicolons(text: str) -> list[tuple[int, int]]:
        bounds = [0, *(i + 1 for i, character in enumerate(text) if character == ";"), len(text)]
        return [(a, b) for a, b in itertools.pairwise(bounds) if a < b]

    reader = TextReader(sentence_splitter=at_semicolons)
    assert list(divide("a b. c; d e f; g h.", reader, 4)) == ["a b. c;", "d e f;", "g h."]


@pytest.mark.parametrize("text", ["我们在这里等雨停" * 300, "ก็ฝนตกหนักมาก" * 300])
def test_text_without_spaces_is_divided(text: str) -> None:
    divided = list(divide(text, READER, 16))
    assert "".join(divided) == text
    assert max(map(len, divided)) <= 16 * 4
    assert len(divided) < 2 * len(text) / (16 * 4)


def test_long_word_is_a_passage_of_its_own() -> None:
    word = "x" * 1000
    assert list(divide(f"It is {word} here. And so on, and so on.", READER, 6)) == [
        "It is",
        word,
        "here.",
        "And so on, and so on.",
    ]


def test_division_is_that_of_one_window() -> None:
    text = " ".join(f"This is sentence number {i} of the text." for i in range(6000))
    assert len(text) > 2 * passages._WINDOW
    divided = list(divide(text, READER, 32))
    assert all(passage.startswith("This") and passage.endswith("text.") for passage in divided)
    assert {passage.count("This") for passage in divided[:-1]} == {4}
    assert " ".join(divided) == text


@pytest.mark.parametrize("text", ["It rains again. " * 500_000, "雨" * 3_000_000, "x" * 9_000_000])
def test_memory_does_not_depend_on_the_length_of_a_document(text: str) -> None:
    tracemalloc.start()
    try:
        for _ in itertools.islice(divide(text, READER), 600):
            pass
        assert tracemalloc.get_traced_memory()[1] < 32_000_000
    finally:
        tracemalloc.stop()


def test_invalid_documents_raise() -> None:
    with pytest.raises(TypeError, match="has the token 7 of type int"):
        list(divide(["a"] * 100 + [7], READER, 10))  # type: ignore[list-item]
    with pytest.raises(TypeError, match="can be read once"):
        list(divide((token for token in "ab"), READER, 10))
