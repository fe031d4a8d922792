"""ChunkWords: the words of raw text that is divided at whitespace, against those of the whole text."""

from __future__ import annotations

import copy
import pickle
import re
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from random_texts import difficult_texts

from gensim_distill import TextReader
from gensim_distill.corpus import chunk_words
from gensim_distill.corpus.splitting import split_words

READERS = [TextReader(), TextReader(key=str), TextReader(str.split), TextReader(str.split, key=str.upper)]


def undivided(reader: TextReader) -> TextReader:
    """Return a reader with a splitter of the user's own, which splits each text as a whole."""
    return TextReader(lambda text: reader.word_splitter(text), reader.key)  # type: ignore[arg-type, return-value]


@given(st.lists(difficult_texts, max_size=5))
@example(
    ["a \u0301b", "\U0001f1e6\t\r", "10\u202f000 10 000", " \u200d😀", "🇩🇪 🇩 🇪", "e \u0301", " ", "", "a  b\n\nc "]
)
@pytest.mark.parametrize("reader", READERS)
def test_words_of_chunks_are_those_of_the_text(reader: TextReader, texts: list[str]) -> None:
    texts = [*texts, " ".join(texts)]
    expected = [undivided(reader).text(text) for text in texts]
    for _ in range(2):  # then the chunks are cached
        assert [reader.text(text) for text in texts] == expected
        assert [reader.keys(text) for text in texts] == [text.keys for text in expected]


def test_each_chunk_is_split_once_and_each_key_is_computed_once() -> None:
    asked: list[str] = []
    reader = TextReader(key=lambda word: asked.append(word) or word.lower())  # type: ignore[func-returns-value]
    for _ in range(3):
        assert reader.keys("The cat, the cat") == reader.text("The cat, the cat").keys == ["the", "cat", "the", "cat"]
    assert sorted(asked) == ["The", "cat", "the"]


def test_own_splitter_is_called_for_each_text() -> None:
    split: list[str] = []
    reader = TextReader(lambda text: split.append(text) or text.split("-"))  # type: ignore[func-returns-value]
    assert reader.keys("a b-c") == reader.keys("a b-c") == ["a b", "c"]
    assert split == ["a b-c"] * 2


def test_cache_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(chunk_words, "_MOST_CHUNKS", 50)
    words = chunk_words.ChunkWords(lambda text: [match.span() for match in re.finditer(r"\S+", text)], str)
    for number in range(500):
        long = "x" * (number + 1)
        assert words.spans_of(f"{number} {long}")[0] == words.keys_of(f"{number} {long}") == [str(number), long]
        assert max(len(words._keys), len(words._shapes)) <= 50


def test_changed_settings_change_the_words() -> None:
    reader = TextReader()
    assert reader.keys("The cat's-eye") == ["the", "cat's", "eye"]
    reader.key = str.upper
    assert reader.keys("The cat's-eye") == ["THE", "CAT'S", "EYE"]
    reader.word_splitter = str.split
    assert reader.keys("The cat's-eye") == ["THE", "CAT'S-EYE"]


@pytest.mark.parametrize("twin_of", [copy.copy, copy.deepcopy, lambda reader: pickle.loads(pickle.dumps(reader))])
def test_cache_is_neither_compared_nor_copied(twin_of: Any) -> None:
    reader = TextReader(key=str.upper)
    before = pickle.dumps(reader)
    assert reader.keys("the cat") == ["THE", "CAT"]
    assert pickle.dumps(reader) == before
    twin = twin_of(reader)
    assert twin == reader == TextReader(key=str.upper) and repr(twin) == repr(reader)
    twin.key = str.title
    assert (twin.keys("the cat"), reader.keys("the cat")) == (["The", "Cat"], ["THE", "CAT"])


def test_words_of_one_long_text() -> None:
    text = "Ein Wörterbuch — mit „Beispielen“, \u00e4\u0308 usw.\n\n" * 1000
    assert TextReader(split_words).text(text) == undivided(TextReader()).text(text)
