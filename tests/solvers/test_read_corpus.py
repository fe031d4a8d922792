"""read_corpus: the context budget, skipped documents, and counts."""

from __future__ import annotations

import io
import random
import tracemalloc
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from solver_inputs import WordTeacher, count_vocabulary
from tqdm import tqdm

from gensim_distill import TextReader
from gensim_distill._utils.progress import use_bar_class
from gensim_distill.contexts.memory import reading_memory
from gensim_distill.contexts.views import View
from gensim_distill.corpus.passages import PASSAGE_WORDS
from gensim_distill.solvers.read_corpus import check_document_count, read_corpus
from gensim_distill.solvers.settings import PassSettings

Sentences = list[list[str]]
VIEW = View((1,), "token")


def read(documents: Any, corpus: Sentences, settings: dict[str, Any], **options: Any) -> list[int]:
    """Return the indices of the words whose contexts are read, in order."""
    made = PassSettings(WordTeacher(), TextReader(), (VIEW,), progress=False, **settings)
    batches = read_corpus(documents, made, [VIEW], count_vocabulary(corpus).index, **options)
    return [word for batch in batches for word in batch[VIEW.name].words.tolist()]


def test_every_document_is_read_without_a_budget(corpus: Sentences) -> None:
    index = count_vocabulary(corpus).index
    assert read(corpus, corpus, {}) == [index[word] for text in corpus for word in text]
    assert read(iter(corpus), corpus, {}) == [index[word] for text in corpus for word in text]


def test_budget_reads_fewer_documents_with_every_word(corpus: Sentences) -> None:
    words = read(corpus * 4, corpus, {"contexts_per_word": 1})
    assert len(words) <= sum(map(len, corpus))
    assert np.unique(words).size == len(count_vocabulary(corpus))


def test_budget_of_an_iterator_raises(corpus: Sentences) -> None:
    with pytest.raises(TypeError, match="can't support 2 passes.*list_iterator can be read once"):
        read(iter(corpus), corpus, {"contexts_per_word": 1})


def test_default_budget_does_not_apply_to_an_iterator(corpus: Sentences) -> None:
    words = read(iter(corpus * 4), corpus, {"contexts_per_word": 1, "budget_is_default": True})
    assert len(words) == 4 * sum(map(len, corpus))


def test_skip_drops_documents_but_counts_them(corpus: Sentences) -> None:
    counts: list[int] = []
    words = read(corpus, corpus, {}, skip=lambda documents: list(documents)[6:], at_end=counts.append)
    assert len(words) == sum(map(len, corpus[6:]))
    assert counts == [len(corpus)]


def long_documents(number: int) -> list[str]:
    """Draw documents of 30 sentences of six words."""
    draw = random.Random(1)
    sentences = [[" ".join(f"w{draw.randrange(50)}" for _ in range(6)) + "." for _ in range(30)] for _ in range(number)]
    return [" ".join(own) for own in sentences]


def lengths(documents: Any, view: View, **settings: Any) -> list[int]:
    """Return the numbers of words of the texts that the teacher reads."""
    made = PassSettings(WordTeacher(), TextReader(), (view,), progress=False, **settings)
    batches = read_corpus(documents, made, [view], {f"w{i}": i for i in range(50)})
    return [length for batch in batches for length in batch[view.name].document_lengths.tolist()]


@pytest.mark.parametrize("budget", [None, 3])
@pytest.mark.parametrize("scope", ["token", "sentence", "passage", 3])
def test_long_documents_are_read_in_passages_of_whole_sentences(scope: Any, budget: int | None) -> None:
    found = lengths(long_documents(4), View((1,), scope), contexts_per_word=budget)
    assert all(0 < length <= PASSAGE_WORDS and length % 6 == 0 for length in found)
    assert sum(found) == 4 * 180 if budget is None else 0 < sum(found) < 4 * 180


@pytest.mark.parametrize("budget", [None, 1])
def test_whole_documents_are_read_if_a_view_has_the_scope_text(budget: int | None) -> None:
    assert set(lengths(long_documents(4), View((1,), "text"), contexts_per_word=budget)) == {180}


def test_counts_are_of_documents() -> None:
    counts: list[int] = []
    made = PassSettings(WordTeacher(), TextReader(), (VIEW,), progress=False, contexts_per_word=3)
    list(read_corpus(long_documents(4), made, [VIEW], {f"w{i}": i for i in range(50)}, at_end=counts.append))
    assert counts == [4]


@pytest.mark.parametrize("budget", [None, 4])
def test_memory_of_a_long_document_is_that_of_its_sentences(budget: int | None) -> None:
    view = View((1,), "passage")
    teacher = WordTeacher()
    teacher.batch_tokens = 100

    def peak(documents: list[str]) -> int:
        made = PassSettings(teacher, TextReader(), (view,), progress=False, contexts_per_word=budget)
        tracemalloc.start()
        try:
            for batch in read_corpus(documents, made, [view], {f"w{i}": i for i in range(50)}):
                del batch
            return tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("gensim_distill.corpus.passage_batches._CHARACTERS", 20_000)
        patch.setattr("gensim_distill.corpus.passages._WINDOW", 2_000)
        sentences = [f"{sentence}." for document in long_documents(40) for sentence in document.split(". ")]
        in_sentences, in_one = peak(sentences), peak([" ".join(sentences)])
        few_empty, many_empty = peak([""] * 5_000), peak([""] * 20_000)
    at_most = reading_memory([view], teacher.width, teacher)
    assert in_one < 1.1 * in_sentences + at_most
    # Some slack for garbage that is collected later.
    assert many_empty < 1.5 * few_empty + at_most


@pytest.mark.parametrize(
    ("count", "expected", "message"),
    [
        (0, None, "train() called with an empty iterator"),
        (8, 9, "supplied example count (8) did not equal expected count (9)"),
        (8, 8, ""),
        (8, None, ""),
    ],
)
def test_check_document_count_logs_warnings(
    count: int, expected: int | None, message: str, caplog: pytest.LogCaptureFixture
) -> None:
    check_document_count(count, expected)
    assert message in caplog.text
    assert bool(caplog.text) == bool(message)


def test_no_documents_where_some_were_expected_raise() -> None:
    with pytest.raises(ValueError, match="no documents in this pass, where 9 were expected: pass a corpus that can be"):
        check_document_count(0, 9)


class ThreadedTeacher(WordTeacher):
    """The same teacher, which reads small chunks in two threads."""

    concurrent_reads = 2
    batch_tokens = 8
    batches_per_chunk = 1


@pytest.mark.parametrize("budget", [None, 1])
def test_progress_counts_documents_that_were_read(corpus: Sentences, budget: int | None) -> None:
    bars: list[Any] = []

    class Recorded(tqdm):  # type: ignore[type-arg]
        def __init__(self, *arguments: Any, **settings: Any) -> None:
            super().__init__(*arguments, **(settings | {"file": io.StringIO()}))
            bars.append(self)

    drawn = 0

    def documents() -> Iterator[list[str]]:
        nonlocal drawn
        for document in corpus * 4:
            drawn += 1
            yield document

    class Corpus:
        def __iter__(self) -> Iterator[list[str]]:
            nonlocal drawn
            drawn = 0
            return documents()

    made = PassSettings(ThreadedTeacher(), TextReader(), (VIEW,), progress=True, contexts_per_word=budget)
    read_documents, ahead, reported = 0, 0, []
    with use_bar_class(Recorded):
        for batch in read_corpus(Corpus(), made, [VIEW], count_vocabulary(corpus).index, at_batch=reported.append):
            assert bars[-1].n <= (reported[-2] if len(reported) > 1 else 0)  # not what the teacher is reading
            read_documents += len(batch[VIEW.name].document_lengths)
            ahead = max(ahead, drawn - reported[-1])
    assert budget is not None or reported[-1] == read_documents == 4 * len(corpus)
    assert ahead > 0 and reported == sorted(reported)
    assert bars[-1].n == 4 * len(corpus)


def test_progress_of_passages_counts_whole_documents() -> None:
    reported: list[int] = []
    made = PassSettings(ThreadedTeacher(), TextReader(), (VIEW,), progress=False)
    documents = long_documents(3)
    list(read_corpus(documents, made, [VIEW], {"w1": 0}, at_batch=reported.append))
    assert reported[0] == 0 and reported[-1] == 3 and reported == sorted(reported)
