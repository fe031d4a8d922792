"""Documents of every type: rows of tables, arrays, columns, and what is no document."""

from __future__ import annotations

import collections
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from gensim_distill import TextReader
from gensim_distill.corpus.documents import check_tokens

TEXTS = ["the cat sleeps all day", "a dog sees the cat", "the dog eats", "cat and dog"] * 4
TOKENS = [text.split() for text in TEXTS]


def cursor_rows(row_factory: Any = None) -> list[Any]:
    with sqlite3.connect(":memory:") as connection:
        connection.row_factory = row_factory
        connection.execute("create table texts (text text)")
        connection.executemany("insert into texts values (?)", [(text,) for text in TEXTS])
        return connection.execute("select text from texts").fetchall()


ROWS: dict[str, Callable[[], Any]] = {
    "column of an array": lambda: np.array(TEXTS)[:, None],
    "column of objects": lambda: np.array(TEXTS, dtype=object)[:, None],
    "tuples": lambda: [(text,) for text in TEXTS],
    "three lists": lambda: [[text] for text in TEXTS[:3]],
    "empty ones before": lambda: [[], (), *([text] for text in TEXTS)],
    "cursor": cursor_rows,
    "cursor with names": lambda: cursor_rows(sqlite3.Row),
    "two columns": lambda: [(text, "positive") for text in TEXTS],
    "lists of sentences": lambda: [[f"{text} and night.", "Yes."] for text in TEXTS],
    "column of a frame": lambda: pytest.importorskip("pandas").DataFrame({"text": TEXTS})[["text"]].values,
    "rows of a frame": lambda: list(
        pytest.importorskip("pandas").DataFrame({"text": TEXTS}).itertuples(index=False, name="Row")
    ),
}


@pytest.mark.parametrize("rows", ROWS)
def test_rows_of_a_table_raise(distill: Any, rows: str) -> None:
    with pytest.raises(TypeError, match=r"tokens are whole texts, .*Pass the texts themselves, such as \[row\[0\]"):
        distill(ROWS[rows]())


def test_rows_raise_after_a_few_documents(distill: Any) -> None:
    class Stream:
        read = 0

        def __iter__(self) -> Any:
            for self.read in range(1, 1_000):
                yield ["a whole text"]

    stream = Stream()
    with pytest.raises(TypeError, match="the first one has 'a whole text'"):
        distill(stream)
    assert stream.read == 10


@pytest.mark.parametrize(
    "corpus",
    [
        [["machine learning", "is", "fun"]] * 12,
        [["deep nets", "machine learning"]] * 12,
        [["new york"]] * 11 + [["the", "dog"], ["the dog"]],
        [["new york"], ["the"], [], ["old town"]],
    ],
)
def test_phrases_with_spaces_are_words(distill: Any, corpus: list[list[str]]) -> None:
    if len(corpus) == 13:  # nothing but phrases at first
        corpus = [corpus[-2], *corpus]
    assert set(distill(corpus).wv.index_to_key) == {token for document in corpus for token in document}


def test_encoding_rows_of_a_table_raises(distill: Any) -> None:
    model = distill(TOKENS)
    with pytest.raises(TypeError, match=r"as in rows of a table: the first one has 'what is this thing'"):
        model.encode([("what is this thing",), ("and what is this other",)])
    assert model.encode([["new york"], ["cat"]]).shape == (2, model.vector_size)


STRINGS: dict[str, Callable[[], Any]] = {
    "lists": lambda: [list(map(np.str_, tokens)) for tokens in TOKENS],
    "arrays": lambda: [np.array(tokens) for tokens in TOKENS],
    "matrix": lambda: np.array([tokens[:3] for tokens in TOKENS]),
    "raw": lambda: np.array(TEXTS),
}


@pytest.mark.parametrize("strings", STRINGS)
@pytest.mark.parametrize("reader", [None, TextReader(key=str)])
def test_words_of_numpy_strings_are_plain(distill: Any, strings: str, reader: TextReader | None) -> None:
    model = distill(STRINGS[strings](), reader=reader)
    assert {type(word) for word in model.wv.index_to_key} == {str}
    assert {type(word) for word in model.wv.key_to_index} == {str}
    model.build_vocab([[np.str_("zebra"), "cat"]], update=True)
    model.add_words([np.str_("lion")])
    assert {type(word) for word in model.wv.index_to_key} == {str}
    assert repr(model.wv.index_to_key[-2:]) == "['zebra', 'lion']"


def test_words_with_counts_are_plain_strings(distill: Any) -> None:
    model = distill()
    model.build_vocab_from_freq({np.str_("cat"): 2, "dog": 1})
    assert repr(model.wv.index_to_key) == "['cat', 'dog']"
    with pytest.raises(TypeError, match="has the word 1 of type int, where a string was expected"):
        distill().build_vocab_from_freq({"cat": 2, 1: 3})


@pytest.mark.parametrize(
    ("document", "message"),
    [
        ({"text": "a b", "label": 1}, r"is a dict with the keys \['label', 'text'\].*pass the column of texts"),
        (collections.Counter("ab"), r"is a Counter with the keys \['a', 'b'\]"),
        ({"the", "cat"}, "is a set, whose words have no order.*pass a list"),
        (frozenset(["the"]), "is a frozenset, whose words have no order"),
        (b"the cat", "is b'the cat' of type bytes, .*: decode bytes"),
        (bytearray(b"the cat"), r"is bytearray\(b'the cat'\) .*: decode bytes"),
        (memoryview(b"the cat"), "of type memoryview, .*: decode bytes"),
        (np.bytes_(b"the cat"), "of type bytes_, .*: decode bytes"),
        (None, "is None of type NoneType, .*remove or fill in missing values"),
        (float("nan"), "is nan of type float, .*remove or fill in missing values"),
        (np.array("the cat"), "of type ndarray, where a list of tokens or a raw string was expected"),
        (Path("a.txt"), r"Path\('a.txt'\) of type .*: read the file, or pass its path as corpus_file="),
        (iter(["the"]), "which can be read once"),
        (["the", None], "has the token None of type NoneType"),
        (["the", float("nan")], "has the token nan of type float"),
        (["the", b"cat"], "has the token b'cat' of type bytes"),
        ([["the", "cat"], ["a"]], r"has the token \['the', 'cat'\] of type list"),
        (np.zeros((50, 50)), "has the token array"),
    ],
    ids=lambda value: type(value).__name__ if not isinstance(value, str) else "",
)
def test_other_documents_raise_one_sentence(document: Any, message: str) -> None:
    with pytest.raises(TypeError, match=message) as raised:
        check_tokens(document)
    assert "\n" not in str(raised.value)
    assert len(str(raised.value)) < 400


def test_columns_of_other_libraries_are_documents_or_raise(distill: Any) -> None:
    pandas, pyarrow = pytest.importorskip("pandas"), pytest.importorskip("pyarrow")
    frame = pandas.DataFrame({"text": TEXTS, "tokens": TOKENS})
    expected = distill(TEXTS).wv.index_to_key
    for column in (frame["text"], frame["text"].astype("string"), frame["text"].astype("category"), frame["tokens"]):
        assert distill(column).wv.index_to_key == expected
    for column in (pyarrow.array(TEXTS), pyarrow.chunked_array([TEXTS])):
        assert distill(column.to_pylist()).wv.index_to_key == expected
        with pytest.raises(TypeError, match=r"of type StringScalar, .*convert the column.*to_pylist\(\)"):
            distill(column)
    with pytest.raises(TypeError, match="is None of type|is <NA> of type|is nan of type"):
        distill(pandas.concat([frame["text"].astype("string"), pandas.Series([None])]))
    with pytest.raises(TypeError, match=r"A document is a DataFrame with the keys \['text', 'tokens'\]"):
        distill([frame, frame])
    with pytest.raises(TypeError, match="The corpus is a Table, whose items are its keys or columns"):
        distill(pyarrow.table({"text": TEXTS}))


def test_an_array_without_dimensions_raises(distill: Any) -> None:
    with pytest.raises(TypeError, match="must be an iterable of raw strings or of lists of tokens, got array"):
        distill(np.array("the cat"))


# --- vocabularies without words ------------------------------------------------------------------


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"min_count": 100}, "the most frequent, 'the', occurs 12 times, and min_count is 100: lower min_count"),
        ({"max_vocab_size": 1, "min_count": 5}, "max_vocab_size=1 is too small for this corpus, .*: raise it"),
        ({"max_final_vocab": 1}, "'the', occurs 12 times, as often as others, and max_final_vocab=1 has no room"),
        ({"trim_rule": lambda word, count, least: 1}, "trim_rule discards it and all others: change trim_rule"),
    ],
)
def test_a_vocabulary_without_words_raises_with_the_reason(distill: Any, settings: Any, message: str) -> None:
    corpus = [*TOKENS, ["dog"] * 4, *(["zebra", str(number)] for number in range(4))]
    with pytest.raises(RuntimeError, match=f"No word is left for the vocabulary: .*{message}"):
        distill(corpus if "max_vocab_size" in settings else TOKENS, **{"min_count": 1} | settings)
