"""read_corpus: the context budget, skipped documents, and counts."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from solver_inputs import WordTeacher, count_vocabulary

from gensim_distill import TextReader
from gensim_distill.contexts.views import View
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
