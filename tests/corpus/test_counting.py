"""WordCounts: words of raw texts counted by chunks, against a loop over the words of each document."""

from __future__ import annotations

import tracemalloc
from collections import defaultdict
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from random_texts import difficult_texts

from gensim_distill import DistilledWord2Vec, TextReader
from gensim_distill.corpus import chunk_words
from gensim_distill.corpus.counting import WordCounts

READERS = [
    TextReader(),
    TextReader(key=str),
    TextReader(str.split, key=str.upper),
    TextReader(lambda text: text.split(" "), key=str),
]


@pytest.fixture(scope="module", params=[(2, 4), (100_000, 1 << 16)], ids=["small parts", "one part"])
def parts(request: pytest.FixtureRequest) -> Any:
    with pytest.MonkeyPatch.context() as patch:
        for name, value in zip(["_MOST_COUNTED", "_LONG_TEXT"], request.param):
            patch.setattr(chunk_words, name, value)
        yield


@given(st.lists(st.one_of(difficult_texts, difficult_texts.map(str.split)), max_size=8))
@example(
    ["b a, b", "c a \u0301b a", ["d", "A", "a"], "d a", " \u200d", "", "é 10\u202f000 x  y\n\nz w", "b\x1c\u0301a b"]
)
@pytest.mark.parametrize("reader", READERS, ids=["unicode", "key", "white space", "custom"])
def test_counts_and_their_order_are_those_of_each_document(
    parts: None, reader: TextReader, documents: list[Any]
) -> None:
    expected: dict[str, int] = defaultdict(int)
    for document in documents:
        for word in reader.keys(document):
            expected[word] += 1
    counts = WordCounts()
    counts.add(documents, reader)
    assert list(counts.words.items()) == list(expected.items())
    assert counts.total_words == sum(expected.values())
    assert counts.documents == len(documents)
    assert counts.single_word_documents == sum(isinstance(text, str) and len(text.split()) <= 1 for text in documents)


def test_vocabulary_is_the_same_with_and_without_chunks(caplog: pytest.LogCaptureFixture) -> None:
    corpus = ["Rain, rain; go away!", ["rain", "Sun"], "The sun\u0301 — the rain.", "Away with  you"] * 5
    whole = TextReader(lambda text: TextReader().word_splitter(text))
    with caplog.at_level("INFO"):
        models = [DistilledWord2Vec(min_count=1, reader=reader) for reader in (TextReader(), whole)]
        for model in models:
            model.build_vocab(corpus, progress_per=7)
        limited = DistilledWord2Vec(min_count=1, max_vocab_size=100)
        limited.build_vocab(corpus, progress_per=7)
    for model in (*models, limited):
        assert model.wv.index_to_key == models[1].wv.index_to_key
        assert list(model.wv.expandos["count"]) == list(models[1].wv.expandos["count"])
        assert (model.corpus_count, model.corpus_total_words) == (20, 65)
    # Those of gensim, with max_vocab_size, are the same.
    messages = [message for message in caplog.messages if message.startswith(("PROGRESS", "collected"))]
    assert messages[:4] == messages[4:8] == messages[8:]
    assert messages[1:4] == [
        "PROGRESS: at sentence #7, processed 23 words, keeping 8 word types",
        "PROGRESS: at sentence #14, processed 45 words, keeping 8 word types",
        "collected 8 word types from a corpus of 65 raw words and 20 sentences",
    ]


def test_words_of_one_long_document_are_counted_in_parts() -> None:
    text = " ".join(f"word{number % 1000}" for number in range(300_000))
    reader, counts = TextReader(), WordCounts()
    tracemalloc.start()
    counts.add([text], reader)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert set(counts.words.values()) == {300} and counts.total_words == 300_000
    assert peak < 4e6  # 300,000 strings of seven letters take 17 MB
