"""WordLookup: the rows of words in raw strings, against the reader, and its caches."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from random_texts import difficult_texts

from gensim_distill import TextReader
from gensim_distill.corpus import reader as reader_module
from gensim_distill.corpus import word_lookup
from gensim_distill.corpus.word_lookup import WordLookup


def keys_of(texts: list[str], reader: TextReader, found: WordLookup, words: list[str]) -> list[list[str]]:
    rows, lengths = found.rows(texts)
    ends = np.cumsum(lengths)
    return [[words[row] for row in rows[end - length : end]] for end, length in zip(ends, lengths)]


@given(st.lists(difficult_texts, max_size=5))
@example(["a \u0301b", "\U0001f1e6\t\r", "10\u202f000 10 000", " \u200d😀", "🇩🇪 🇩 🇪"])
@pytest.mark.parametrize(
    "reader", [TextReader(), TextReader(key=str), TextReader(str.split), TextReader(str.split, key=str.upper)]
)
def test_lookup_finds_the_words_of_the_reader(reader: TextReader, texts: list[str]) -> None:
    expected = [reader.keys(text) for text in texts]
    words = sorted({word for keys in expected for word in keys})
    found = WordLookup({word: row for row, word in enumerate(words)}, reader)
    assert keys_of(texts, reader, found, words) == expected
    # Now the chunks are cached. The second lookup knows half of the words.
    assert keys_of(texts[::-1], reader, found, words) == expected[::-1]
    half = WordLookup({word: row for row, word in enumerate(words[::2])}, reader)
    known = [[key for key in keys if key in words[::2]] for keys in expected]
    assert keys_of(texts, reader, half, words[::2]) == known


def test_default_splitter_is_called_once_per_chunk(monkeypatch: pytest.MonkeyPatch) -> None:
    split: list[str] = []
    spans = reader_module._spans
    monkeypatch.setattr(reader_module, "_spans", lambda splitter, text: split.append(text) or spans(splitter, text))
    texts = ["The cat, the cat", "the dog"] * 100
    reader = TextReader()
    found = WordLookup({"cat": 0, "dog": 1}, reader)
    for _ in range(2):
        found.rows(texts)
        assert sorted(split) == ["The", "cat", "cat,", "dog", "the"]
    # The reader shares the chunks that it has split, and need not hold those of a lookup.
    reader.keys("the tree")
    assert split[5:] == ["the", "tree"]
    found.rows(["the tree tree"])
    assert split[7:] == []


@pytest.mark.parametrize("reader", [TextReader(), TextReader(key=lambda word: word.strip("0123456789"))])
def test_caches_are_bounded(reader: TextReader, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(word_lookup, "_MOST_CHUNKS", 50)
    words = {"cat": 0, "the": 1}
    found = WordLookup(words, reader)
    texts = [f"the{number} cat {number}" for number in range(500)] + ["x" * 1000 + " cat"]
    for documents in (texts, [text.split() for text in texts]):
        for start in range(0, len(documents), 20):
            batch = documents[start : start + 20]
            expected = [words[key] for document in batch for key in reader.keys(document) if key in words]
            assert found.rows(batch)[0].tolist() == expected
    # One batch may exceed the limit.
    assert len(found._chunks or ()) <= 50 + 40
    assert len(found._keyed or ()) <= 50


def parts_of(word: str) -> list[int]:
    """Divide a word into its letters a and b; words that begin with another letter are unknown."""
    return [100 + "ab".index(letter) for letter in word if letter in "ab"] if word[:1] in "ab" else []


@given(st.lists(difficult_texts, max_size=5))
@pytest.mark.parametrize(
    "reader",
    [TextReader(), TextReader(str.split, key=str.upper), TextReader(lambda text: text.split(" "), key=str)],
    ids=["unicode", "white space", "custom"],
)
def test_words_without_a_row_are_divided(reader: TextReader, texts: list[str]) -> None:
    documents: list[Any] = [*texts, *(text.split() for text in texts)]
    keys = [reader.keys(document) for document in documents]
    words = sorted({word for of_text in keys for word in of_text})[::2]
    index = {word: row for row, word in enumerate(words)}
    expected = [[[index[word]] if word in index else parts_of(word) for word in of_text] for of_text in keys]
    flat = [row for of_text in expected for of_word in of_text for row in of_word]
    found = WordLookup(index, reader, parts_of)
    for _ in range(2):  # then the words are cached
        rows, lengths = found.rows(documents)
        assert rows.tolist() == flat
        assert lengths.tolist() == [sum(map(len, of_text)) for of_text in expected]
        rows, sizes = found.rows_of_keys([word for of_text in keys for word in of_text])
        assert rows.tolist() == flat and sizes.tolist() == [len(of_word) for of_text in expected for of_word in of_text]


@pytest.mark.parametrize("reader", [TextReader(), TextReader(key=lambda word: word.strip("0123456789"))])
def test_words_are_divided_once_and_the_cache_is_bounded(reader: TextReader, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(word_lookup, "_MOST_CHUNKS", 50)
    divided: list[str] = []
    found = WordLookup({"cat": 0}, reader, lambda word: divided.append(word) or parts_of(word))
    for documents in (["ab cat, abba"] * 100, [["ab", "cat", "abba"]] * 100):
        divided.clear()
        for start in range(0, 100, 20):
            assert found.rows(documents[start : start + 20])[0].tolist() == [100, 101, 0, 100, 101, 101, 100] * 20
        assert sorted(divided) == ["ab", "abba"]
    for number in range(100):
        documents = [[f"{letter * 10}{number}x{place}" for place in range(5)] for letter in "ab"]
        assert found.rows(documents)[0].tolist() == [100] * 50 + [101] * 50
        assert found.rows([" ".join(document) for document in documents])[0].tolist() == [100] * 50 + [101] * 50
    assert found._divided is not None and len(found._divided) <= 60
    assert found._chunks is not None and len(found._chunks) <= 60
