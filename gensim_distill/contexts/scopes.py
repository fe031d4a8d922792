"""Scopes: from pooled hidden states to the context of each word."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from gensim_distill._utils.arrays import IntArray
from gensim_distill.contexts.pooling import Level, PooledStates, Spans
from gensim_distill.contexts.views import View
from gensim_distill.corpus.documents import DocumentText, Span

# torch takes seconds to import: it is imported where there are hidden states.
if TYPE_CHECKING:
    import torch


class ContextBatch:
    """The words of successive documents and their contexts.

    Parameters
    ----------
    words : numpy.ndarray of int64, shape (n_occurrences,)
        The index of each word in the vocabulary, -1 for other words.
    rows : numpy.ndarray of int64, shape (n_occurrences,)
        The row of each word's context in `contexts`, -1 if it has none, because the teacher's tokenizer returns no
        subwords for its whole scope.
    contexts : numpy.ndarray or torch.Tensor of float32, shape (n_contexts, width)
        The context vectors; the words of a sentence or document share one if that is the scope. A tensor may be on a GPU;
        only what is asked for is copied from there.
    document_lengths : numpy.ndarray of int64, shape (n_documents,)
        The number of words of each document; their words are concatenated in `words`.

    Examples
    --------
    >>> import numpy as np
    >>> import torch
    >>> from gensim_distill.contexts.scopes import ContextBatch
    >>> batch = ContextBatch(np.array([5, 7]), np.array([0, 1]), torch.eye(2), np.array([2]))
    >>> batch.contexts.tolist(), batch.take(np.array([1])).tolist()
    ([[1.0, 0.0], [0.0, 1.0]], [[0.0, 1.0]])
    """

    __slots__ = ("_contexts", "document_lengths", "rows", "words")

    def __init__(
        self, words: IntArray, rows: IntArray, contexts: np.ndarray | torch.Tensor, document_lengths: IntArray
    ) -> None:
        self.words, self.rows, self.document_lengths = words, rows, document_lengths
        self._contexts = contexts

    @property
    def contexts(self) -> np.ndarray:
        """The context vectors as an array; those on a GPU are copied at each access."""
        return _as_array(self._contexts)

    @contexts.setter
    def contexts(self, contexts: np.ndarray | torch.Tensor) -> None:
        self._contexts = contexts

    @property
    def tensor(self) -> torch.Tensor:
        """The context vectors as a tensor, where they are."""
        import torch

        return torch.from_numpy(self._contexts) if isinstance(self._contexts, np.ndarray) else self._contexts

    @property
    def nbytes(self) -> int:
        """The size of the context vectors in bytes."""
        return self._contexts.nbytes

    def take(self, rows: IntArray) -> np.ndarray:
        """Return some of the context vectors as an array."""
        if isinstance(self._contexts, np.ndarray):
            return self._contexts[rows]
        from gensim_distill.teachers.devices import to_device

        return _as_array(self._contexts.index_select(0, to_device(rows, self._contexts.device)))


def _as_array(contexts: np.ndarray | torch.Tensor) -> np.ndarray:
    if isinstance(contexts, np.ndarray):
        return contexts
    from gensim_distill.teachers.devices import to_host

    return to_host(contexts)


def word_spans(documents: Sequence[DocumentText]) -> Spans:
    """Return the spans of the words of documents."""
    number = [len(document.keys) for document in documents]
    starts, ends = (
        np.fromiter(itertools.chain.from_iterable(places), dtype=np.int64, count=sum(number))
        for places in ([document.starts for document in documents], [document.ends for document in documents])
    )
    return Spans(np.repeat(np.arange(len(documents)), number), starts, ends)


def sentence_spans(sentences: Sequence[Sequence[Span]]) -> Spans:
    """Return the spans of the sentences of documents."""
    flat = np.array([span for document in sentences for span in document], dtype=np.int64).reshape(-1, 2)
    number = [len(document) for document in sentences]
    return Spans(np.repeat(np.arange(len(sentences)), number), flat[:, 0], flat[:, 1])


def contexts_of_words(
    view: View,
    level: str,
    pooled: dict[str, PooledStates],
    levels: dict[str, Level],
    documents: Sequence[DocumentText],
    document_lengths: IntArray,
) -> tuple[IntArray, torch.Tensor]:
    """Return the rows and the contexts of a :class:`ContextBatch`.

    Parameters
    ----------
    view : View
    level : str
        The name of its level.
    pooled : dict of str to PooledStates
        The pooled hidden states by level.
    levels : dict of str to Level
    documents : sequence of DocumentText
    document_lengths : numpy.ndarray of int64, shape (n_documents,)
        The number of words of each document.

    Returns
    -------
    numpy.ndarray of int64, shape (n_occurrences,)
    torch.Tensor of float32, shape (n_contexts, width)
    """
    document_of_word = np.repeat(np.arange(len(documents)), document_lengths)
    if level == "words":
        rows = np.arange(len(document_of_word))
    elif level == "sentences":
        rows = _sentence_of_word(levels[level].spans, documents, document_of_word)
    else:
        rows = document_of_word
    contexts, known = pooled[level].states[view.layers], pooled[level].subwords > 0
    if isinstance(view.scope, int):
        contexts, known = _windows(contexts, known, document_lengths, view.scope)
    return np.where((rows >= 0) & known[rows], rows, -1) if len(known) else np.full(len(rows), -1), contexts


def _sentence_of_word(
    sentences: Spans | None, documents: Sequence[DocumentText], document_of_word: IntArray
) -> IntArray:
    """Return the sentence in which each word begins, or -1."""
    assert sentences is not None
    # Character positions in the concatenation of all documents.
    base = np.concatenate([[0], np.cumsum([len(document.string) + 1 for document in documents])])
    word_starts = base[document_of_word] + np.array(
        [start for document in documents for start in document.starts], dtype=np.int64
    )
    found = np.searchsorted(base[sentences.texts] + sentences.starts, word_starts, side="right") - 1
    inside = found >= 0
    if len(sentences):
        inside &= word_starts < base[sentences.texts[found]] + sentences.ends[found]
    return np.where(inside, found, -1)


def _windows(
    states: torch.Tensor, known: np.ndarray, document_lengths: IntArray, size: int
) -> tuple[torch.Tensor, np.ndarray]:
    """Return the mean over the words at most `size` positions away, within each document, and whether there is one."""
    import torch

    from gensim_distill.teachers.devices import to_device

    n = len(states)
    size = min(size, n)
    # Differences of cumulative sums, in float64, since these grow with the chunk.
    sums = torch.zeros((n + 1, states.shape[1]), dtype=torch.float64, device=states.device)
    of_known = states * to_device(known[:, None], states.device)
    torch.cumsum(of_known, dim=0, dtype=torch.float64, out=sums.narrow(0, 1, n))
    counts = np.concatenate([[0], np.cumsum(known)])
    document_ends = np.repeat(np.cumsum(document_lengths), document_lengths)
    document_starts = document_ends - np.repeat(document_lengths, document_lengths)
    position = np.arange(n)
    first = np.maximum(position - size, document_starts)
    last = np.minimum(position + size + 1, document_ends)
    number = counts[last] - counts[first]
    ends, starts, divisor = (to_device(a, states.device) for a in (last, first, np.maximum(number, 1)[:, None]))
    return ((sums.index_select(0, ends) - sums.index_select(0, starts)) / divisor).float(), number > 0
