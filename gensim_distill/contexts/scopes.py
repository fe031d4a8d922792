"""Scopes: from pooled hidden states to the context of each word."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from gensim_distill._utils.arrays import IntArray
from gensim_distill.contexts.pooling import Level, PooledStates, Spans
from gensim_distill.contexts.views import View
from gensim_distill.corpus.documents import DocumentText, Span


@dataclass(slots=True)
class ContextBatch:
    """The words of successive documents and their contexts.

    Attributes
    ----------
    words : numpy.ndarray of int64, shape (n_occurrences,)
        The index of each word in the vocabulary, -1 for other words.
    rows : numpy.ndarray of int64, shape (n_occurrences,)
        The row of each word's context in `contexts`, -1 if it has none, because the teacher's tokenizer returns no
        subwords for its whole scope.
    contexts : numpy.ndarray of float32, shape (n_contexts, width)
        The context vectors; the words of a sentence or document share one if that is the scope.
    document_lengths : numpy.ndarray of int64, shape (n_documents,)
        The number of words of each document; their words are concatenated in `words`.
    """

    words: IntArray
    rows: IntArray
    contexts: np.ndarray
    document_lengths: IntArray


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
) -> tuple[IntArray, np.ndarray]:
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
    numpy.ndarray of float32, shape (n_contexts, width)
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
    states: np.ndarray, known: np.ndarray, document_lengths: IntArray, size: int
) -> tuple[np.ndarray, np.ndarray]:
    """Return the mean over the words at most `size` positions away, within each document, and whether there is one."""
    n = len(states)
    size = min(size, n)
    # Differences of cumulative sums, in float64, since these grow with the chunk.
    sums = np.zeros((n + 1, states.shape[1]))
    np.cumsum(states * known[:, None], axis=0, dtype=np.float64, out=sums[1:])
    counts = np.concatenate([[0], np.cumsum(known)])
    document_ends = np.repeat(np.cumsum(document_lengths), document_lengths)
    document_starts = document_ends - np.repeat(document_lengths, document_lengths)
    position = np.arange(n)
    first = np.maximum(position - size, document_starts)
    last = np.minimum(position + size + 1, document_ends)
    number = counts[last] - counts[first]
    means = (sums[last] - sums[first]) / np.maximum(number, 1)[:, None]
    return means.astype(np.float32), number > 0
