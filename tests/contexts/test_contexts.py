"""The context of each word, for all scopes, against a slow loop over words and subwords."""

from __future__ import annotations

import copy
import itertools
import re
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from gensim_distill import DistilledWord2Vec, StateBatch
from gensim_distill.contexts.chunks import divide_into_chunks
from gensim_distill.contexts.scopes import ContextBatch
from gensim_distill.contexts.teacher_pass import read_contexts
from gensim_distill.contexts.views import Scope, View, check_scope
from gensim_distill.corpus.documents import Document
from gensim_distill.corpus.reader import TextReader
from gensim_distill.teachers import Teacher, TransformerTeacher
from gensim_distill.teachers.text_head import TextHead
from gensim_distill.teachers.windows import find_word_starts, split_windows

torch.set_num_threads(1)  # a second thread slows down such small models

UNREAD = "\u200b"  # BERT's normalizer deletes zero-width spaces

DOCUMENTS: list[Document] = [
    ["the", "quick", "brown", "fox", ".", "the", "dog", "sleeps", "!", "a", "cat"],
    [],
    [UNREAD],
    ["the", UNREAD, "dog", ".", UNREAD, ".", UNREAD, UNREAD, "fox"],
    "The dog sleeps. The fox runs away!\n\nNew bears? Unheard-of words",
    "",
    "   ",
    ["new_york", "is", "far"],
    ("the cat sleeps and the bears eat . " * 20).split(),  # longer than the teacher's 64 positions
    ["fox"],
    ["the", "dog", "eats", ",", "the", "cat", "eats", ",", "the", "fox", "eats"],
]
VOCABULARY = {"the": 0, "dog": 1, "fox": 2, "sleeps": 3, UNREAD: 4, "new_york": 5, ".": 6}
SCOPES: list[Scope] = ["token", 0, 1, 3, 10**9, "sentence", "text"]


def slow_contexts(
    document: Document, reader: TextReader, teacher: Teacher, layers: Sequence[int], scope: Scope
) -> list[np.ndarray | None]:
    """Return the context of each word of a document by its definition, None for a word without one."""
    text = reader.text(document)
    subwords = []
    for batch in teacher.read([text.string], layers):
        layer_mean = np.mean([np.asarray(states) for states in batch.states], axis=0)
        subwords += list(zip(batch.starts.tolist(), batch.ends.tolist(), layer_mean))

    def mean(states: Iterable[np.ndarray]) -> np.ndarray | None:
        states = list(states)
        return np.mean(states, axis=0) if states else None

    def span_mean(start: int, end: int) -> np.ndarray | None:
        return mean(state for a, b, state in subwords if a < end and b > start and a < b)

    words = [span_mean(start, end) for start, end in zip(text.starts, text.ends)]
    if scope == "token":
        return words
    if scope == "text":
        return [mean(state for _, _, state in subwords) for _ in words]
    if scope == "sentence":
        sentences = reader.sentences(document, text)
        found = [[span_mean(a, b) for a, b in sentences if a <= start < b] for start in text.starts]
        return [sentence[0] if sentence else None for sentence in found]
    size = int(scope)
    windows = [words[max(0, i - size) : i + size + 1] for i in range(len(words))]
    return [mean(state for state in window if state is not None) for window in windows]


def read_all(
    documents: Iterable[Document],
    teacher: Teacher,
    views: Sequence[View],
    reader: TextReader | None = None,
    vocabulary: Mapping[str, int] = VOCABULARY,
) -> list[dict[str, ContextBatch]]:
    return list(read_contexts(documents, reader or TextReader(), teacher, views, vocabulary))


def read_one(
    documents: Iterable[Document], teacher: Teacher, view: View, reader: TextReader | None = None
) -> list[ContextBatch]:
    return [chunk[view.name] for chunk in read_all(documents, teacher, [view], reader)]


def flat_contexts(batches: Iterable[ContextBatch]) -> Iterator[np.ndarray | None]:
    """Yield the context of each occurrence, None for an occurrence without one."""
    for batch in batches:
        assert len(batch.rows) == len(batch.words) == batch.document_lengths.sum()
        for row in batch.rows.tolist():
            yield None if row < 0 else batch.contexts[row]


def assert_same_contexts(found: Iterable[np.ndarray | None], expected: Iterable[np.ndarray | None]) -> None:
    found, expected = list(found), list(expected)
    assert [context is None for context in found] == [context is None for context in expected]
    for one, other in zip(found, expected):
        if one is not None:
            np.testing.assert_allclose(one, other, atol=2e-6)


@pytest.mark.parametrize("layers", [(3,), (0, 2)])
@pytest.mark.parametrize("scope", SCOPES)
def test_contexts_equal_slow_loop(teacher: TransformerTeacher, scope: Scope, layers: tuple[int, ...]) -> None:
    reader = TextReader()
    assert_same_contexts(
        flat_contexts(read_one(DOCUMENTS, teacher, View(layers, scope))),
        [context for document in DOCUMENTS for context in slow_contexts(document, reader, teacher, layers, scope)],
    )


def with_pooling(teacher: TransformerTeacher, pooling: str) -> TransformerTeacher:
    twin = copy.copy(teacher)
    twin.text_head = TextHead(pooling)  # type: ignore[attr-defined,unused-ignore]
    return twin


def test_summary_of_a_teacher_that_pools_by_the_mean_is_that_of_sentences(teacher: TransformerTeacher) -> None:
    summary, sentence = View((3,), "summary"), View((3,), "sentence")
    assert summary.keeps_texts
    assert not sentence.keeps_texts
    [batches] = read_all(DOCUMENTS, teacher, [summary, sentence, View((3,), "token")])
    for name in ("words", "rows", "contexts", "document_lengths"):
        np.testing.assert_array_equal(
            getattr(batches[summary.name], name), getattr(batches[sentence.name], name), err_msg=name
        )


@pytest.mark.parametrize("batch_tokens", ["auto", 1, 70])
@pytest.mark.parametrize("pooling", ["first", "last"])
def test_summary_of_other_teachers_is_an_end_of_the_document(
    bert: tuple[Any, Any], pooling: str, batch_tokens: int | str
) -> None:
    teacher = with_pooling(TransformerTeacher(*bert, device="cpu", dtype="float32", batch_tokens=batch_tokens), pooling)
    [whole] = read_one(DOCUMENTS, TransformerTeacher(*bert, device="cpu", dtype="float32"), View((3,), "text"))
    batches = read_one(DOCUMENTS, teacher, View((3,), "summary"))
    special = teacher.tokenizer.cls_token_id if pooling == "first" else teacher.tokenizer.sep_token_id
    expected = [vector for document in DOCUMENTS for vector in special_states(document, bert, special)]
    assert_same_contexts(flat_contexts(batches), expected)
    # The long document has the mean over its windows.
    assert sum(vector is not None for vector in expected) == np.count_nonzero(whole.rows >= 0)


def special_states(document: Document, bert: tuple[Any, Any], token: int) -> list[np.ndarray | None]:
    """Return for each word of a document the mean state of a special token over the windows that the teacher reads."""
    model, tokenizer = bert
    text = TextReader().text(document)
    ids = tokenizer(text.string, add_special_tokens=False)["input_ids"]
    windows = [ids] if len(ids) <= 62 else []
    if len(ids) > 62:
        offsets = tokenizer(text.string, add_special_tokens=False, return_offsets_mapping=True)["offset_mapping"]
        starts = find_word_starts(text.string, np.array([start for start, _ in offsets]))
        windows = [ids[window.begin : window.end] for window in split_windows(0, starts, len(ids), 62)]
        assert len(windows) > 2
    states = []
    for window in windows if ids else []:
        whole = torch.tensor([[tokenizer.cls_token_id, *window, tokenizer.sep_token_id]])
        with torch.inference_mode():
            states.append(model(whole).last_hidden_state[0][whole[0] == token][0].numpy())
    return [np.mean(states, axis=0) if states else None for _ in text.keys]


def test_summary_needs_the_corpus_and_has_no_covariance() -> None:
    for settings in ({"second_moment": True}, {"isolated": True}):
        with pytest.raises(ValueError, match="'summary' keeps the texts of a corpus"):
            View((3,), "summary", **settings)


@pytest.mark.parametrize(("size", "same"), [(sys.maxsize, 10**9), (2**80, 10**9), (np.int64(1), 1)])
def test_window_of_any_size(teacher: TransformerTeacher, size: int, same: int) -> None:
    assert_same_contexts(
        flat_contexts(read_one(DOCUMENTS, teacher, View((3,), size))),
        flat_contexts(read_one(DOCUMENTS, teacher, View((3,), same))),
    )


def test_words_are_vocabulary_indices_or_minus_one(teacher: TransformerTeacher) -> None:
    [batch] = read_one(DOCUMENTS, teacher, View((3,), "text"))
    keys = [TextReader().keys(document) for document in DOCUMENTS]
    assert batch.words.tolist() == [VOCABULARY.get(key, -1) for text in keys for key in text]
    assert batch.document_lengths.tolist() == [len(text) for text in keys]


def test_untokenizable_words_have_a_window_but_no_token_context(
    teacher: TransformerTeacher,
) -> None:
    documents: list[Document] = [["the", UNREAD, "dog"], [UNREAD]]
    for scope, known in [("token", [True, False, True]), (1, [True] * 3), ("text", [True] * 3)]:
        [batch] = read_one(documents, teacher, View((3,), scope))
        assert (batch.rows >= 0).tolist() == [*known, False]


def test_words_outside_sentences_have_no_sentence_context(teacher: TransformerTeacher) -> None:
    reader = TextReader(sentence_splitter=lambda string: [(4, 7), (7, 14), (14, 14), (20, 24)])
    documents: list[Document] = ["The dog sleeps. The fox runs away!", "new bears eat all the honey and sleep"]
    batches = read_one(documents, teacher, View((1,), "sentence"), reader)
    expected = [
        context for document in documents for context in slow_contexts(document, reader, teacher, (1,), "sentence")
    ]
    assert [context is None for context in expected[:7]] == [True, False, False, True, False, True, True]
    assert_same_contexts(flat_contexts(batches), expected)


@pytest.mark.parametrize("batch_tokens", [1, 3])
def test_contexts_do_not_depend_on_chunks(
    bert: tuple[Any, Any], teacher: TransformerTeacher, batch_tokens: int
) -> None:
    views = [View((1, 3), scope) for scope in SCOPES]
    small = TransformerTeacher(*bert, device="cpu", dtype="float32", batch_tokens=batch_tokens)
    many, [one] = read_all(DOCUMENTS, small, views), read_all(DOCUMENTS, teacher, views)
    texts_each = [len(next(iter(chunk.values())).document_lengths) for chunk in many]
    assert len(many) > 3
    assert max(texts_each) > 1
    for name, whole in one.items():
        batches = [chunk[name] for chunk in many]
        assert np.concatenate([batch.words for batch in batches]).tolist() == whole.words.tolist()
        assert np.concatenate([batch.document_lengths for batch in batches]).tolist() == whole.document_lengths.tolist()
        assert_same_contexts(flat_contexts(batches), flat_contexts([whole]))


class Wordwise:
    """A teacher whose hidden states are all the same."""

    width, num_layers = 1, 1

    def __init__(self, batch_tokens: int, batches_per_chunk: int) -> None:
        self.batch_tokens, self.batches_per_chunk = batch_tokens, batches_per_chunk

    def read(self, texts: Sequence[str], layers: Sequence[int]) -> Iterator[StateBatch]:
        ends = [[match.end() for match in re.finditer(r"\w+", text)] for text in texts]
        text = np.repeat(np.arange(len(texts)), [len(some) for some in ends])
        last = np.array(list(itertools.chain(*ends)), dtype=np.int64)
        yield StateBatch(texts=text, starts=last - 1, ends=last, states=[np.ones((len(last), 1))])


def chunks_of(lengths: Sequence[int], teacher: Teacher, is_shard: bool = False) -> list[list[int]]:
    """Return the lengths of the documents of each chunk."""
    view = View((0,), "token")
    documents = [["word"] * length for length in lengths]
    chunks = read_contexts(documents, TextReader(), teacher, [view], {}, is_shard=is_shard)
    return [chunk[view.name].document_lengths.tolist() for chunk in chunks]


lengths_of_texts = st.lists(st.integers(0, 30), max_size=60)
wordwise = st.builds(Wordwise, st.integers(1, 5), st.integers(1, 6))


@given(lengths_of_texts, wordwise)
def test_chunks_shrink_at_the_end_and_are_the_same_after_resuming(lengths: list[int], teacher: Wordwise) -> None:
    chunks = chunks_of(lengths, teacher)
    assert list(itertools.chain(*chunks)) == lengths
    usual = teacher.batch_tokens * teacher.batches_per_chunk
    for number, chunk in enumerate(chunks):
        rest = list(itertools.chain(*chunks[number:]))
        ends = sum(rest) < 2 * usual and rest.count(0) < 2 * usual
        most = max(sum(rest) // 4, teacher.batch_tokens) if ends else usual
        assert (sum(chunk) <= most and chunk.count(0) <= usual) or len(chunk) == 1
        if number + 1 < len(chunks):
            more = [*chunk, chunks[number + 1][0]]
            assert sum(more) > most or more.count(0) > usual  # none is smaller than need be
        assert chunks_of(lengths[sum(map(len, chunks[:number])) :], teacher) == chunks[number:]


@given(lengths_of_texts, wordwise)
def test_chunks_of_a_shard_have_one_size(lengths: list[int], teacher: Wordwise) -> None:
    chunks = chunks_of(lengths, teacher, is_shard=True)
    assert list(itertools.chain(*chunks)) == lengths
    usual = teacher.batch_tokens * teacher.batches_per_chunk
    assert all(sum(chunk) <= usual or len(chunk) == 1 for chunk in chunks)
    for chunk, following in itertools.pairwise(chunks):
        assert sum(chunk) + following[0] > usual or chunk.count(0) == usual


@pytest.mark.parametrize(
    "document",
    [
        pytest.param("", id="empty"),
        pytest.param("...", id="punctuation"),
        pytest.param([], id="no tokens"),
        pytest.param("-" * 10_000, id="long punctuation"),
        pytest.param("x" * 10_000, id="a long word"),
    ],
)
def test_documents_without_many_words_do_not_pile_up(document: Document) -> None:
    drawn, words = itertools.count(), 50
    corpus = (document for _ in drawn)
    chunks = divide_into_chunks(corpus, TextReader(), words, words, needs_sentences=True)
    for chunk in itertools.islice(chunks, 3):
        assert 1 <= len(chunk.documents) <= words
        assert sum(len(text.string) for text in chunk.documents) <= 2 * 64 * words + 10_000
    assert next(drawn) <= 5 * words


def test_long_document_is_a_chunk_of_its_own() -> None:
    documents = ["word", "word " * 5_000, "-" * 100_000, "", "word"]
    view = View((0,), "token")
    chunks = read_contexts(documents, TextReader(), Wordwise(10, 5), [view], {}, is_shard=True)
    assert [chunk[view.name].document_lengths.tolist() for chunk in chunks] == [[1], [5_000], [0, 0, 1]]


def test_long_documents_without_words_are_not_read() -> None:
    heard: list[str] = []

    class Listener(Wordwise):
        def read(self, texts: Sequence[str], layers: Sequence[int]) -> Iterator[StateBatch]:
            heard.extend(texts)
            return super().read(texts, layers)

    list(read_contexts(["-" * 100_000, "---", "word"], TextReader(), Listener(10, 5), [View((0,), "sentence")], {}))
    assert heard == ["", "---", "word"]


def test_corpus_is_streamed(bert: tuple[Any, Any], corpus: list[list[str]]) -> None:
    teacher = TransformerTeacher(*bert, device="cpu", dtype="float32", batch_tokens=1)
    taken = []

    def stream() -> Iterator[list[str]]:
        for item in corpus * 10:
            taken.append(item)
            yield item

    next(read_contexts(stream(), TextReader(), teacher, [View((3,), "text")], VOCABULARY))
    assert len(taken) < len(corpus)


def test_words_of_a_sentence_or_document_share_a_context(teacher: TransformerTeacher, corpus: list[list[str]]) -> None:
    [of_texts] = read_one(corpus, teacher, View((3,), "text"))
    [of_sentences] = read_one(corpus, teacher, View((3,), "sentence"))
    assert len(of_texts.contexts) == len(corpus)
    sentences = [TextReader().sentences(item, TextReader().text(item)) for item in corpus]
    assert len(of_sentences.contexts) == sum(map(len, sentences))


def test_empty_corpus_has_no_contexts(teacher: TransformerTeacher) -> None:
    assert read_all([], teacher, [View((3,), "text")]) == []


@pytest.mark.parametrize("documents", [[[]], ["", []], [[""]], [[UNREAD], [UNREAD, UNREAD]]])
@pytest.mark.parametrize("scope", SCOPES)
def test_untokenizable_documents_have_no_contexts(
    teacher: TransformerTeacher, documents: list[Document], scope: Scope
) -> None:
    [batch] = read_one(documents, teacher, View((3,), scope))
    assert (batch.rows == -1).all()
    assert len(batch.document_lengths) == len(documents)


@pytest.mark.parametrize("scope", ["token", "sentence", "text", 0, 7, np.int64(3)])
def test_check_scope_returns_valid_scopes(scope: Scope) -> None:
    assert check_scope(scope) == scope


@pytest.mark.parametrize("scope", ["paragraph", "window", "summary", -1, True, 1.5, None])
def test_check_scope_raises_for_invalid_scopes(scope: Any) -> None:
    with pytest.raises(ValueError, match=r"a number of words on either side, .* 'sentence', 'passage' or 'text'"):
        check_scope(scope)


def test_context_window_has_the_size_of_window(teacher: TransformerTeacher, corpus: list[list[str]]) -> None:
    def vectors(**settings: Any) -> np.ndarray:
        return DistilledWord2Vec(
            corpus, teacher=teacher, objective="x2static", min_count=1, progress=False, **settings
        ).wv.vectors

    by_name = vectors(context="window", window=2)
    np.testing.assert_array_equal(by_name, vectors(context=2))
    assert not np.allclose(by_name, vectors(context=3))
