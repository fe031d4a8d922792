"""From pooled hidden states to the context of every word, for each scope."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from gensim_distill._utils.arrays import IntArray
from gensim_distill.contexts.chunks import pooling_level
from gensim_distill.contexts.pooling import Level, PooledStates, Spans
from gensim_distill.contexts.views import View
from gensim_distill.corpus.documents import DocumentText, Span


@dataclass(slots=True)
class ContextBatch:
    """The occurrences of words in some texts, and their contexts.

    Attributes
    ----------
    words : numpy.ndarray of int64, shape (n_occurrences,)
        The vocabulary index of each word, -1 if it is not in the vocabulary.
    rows : numpy.ndarray of int64, shape (n_occurrences,)
        The row of `contexts` that is the word's context, -1 if there is none, because the teacher's
        tokenizer yields nothing for all of its scope.
    contexts : numpy.ndarray of float32, shape (n_contexts, width)
        The context vectors; many words share one where the scope is a sentence or a text.
    document_lengths : numpy.ndarray of int64, shape (n_texts,)
        The number of words of each text; they follow each other in `words`.
    """

    words: IntArray
    rows: IntArray
    contexts: np.ndarray
    document_lengths: IntArray


def spans_of_words(texts: Sequence[DocumentText]) -> Spans:
    """Lay the words of several texts into one set of arrays."""
    number = [len(text.keys) for text in texts]
    starts, ends = (
        np.fromiter(itertools.chain.from_iterable(places), dtype=np.int64, count=sum(number))
        for places in ([text.starts for text in texts], [text.ends for text in texts])
    )
    return Spans(np.repeat(np.arange(len(texts)), number), starts, ends)


def flatten(spans: Sequence[Sequence[Span]]) -> Spans:
    """Lay the spans of several texts into one set of arrays."""
    flat = np.array([span for text in spans for span in text], dtype=np.int64).reshape(-1, 2)
    return Spans(
        texts=np.repeat(np.arange(len(spans)), [len(text) for text in spans]), starts=flat[:, 0], ends=flat[:, 1]
    )


def contexts_of_words(
    view: View,
    pooled: dict[str, PooledStates],
    levels: dict[str, Level],
    texts: Sequence[DocumentText],
    document_lengths: IntArray,
) -> tuple[IntArray, np.ndarray]:
    """Give the context row of each word, and the contexts."""
    level = pooling_level(view.scope)
    text_of_word = np.repeat(np.arange(len(texts)), document_lengths)
    if level == "texts":
        rows = text_of_word
    elif level == "sentences":
        rows = _sentence_of_word(levels[level].spans, texts, text_of_word)
    else:
        rows = np.arange(len(text_of_word))
    contexts, known = pooled[level].states[view.layers], pooled[level].subwords > 0
    if isinstance(view.scope, int):
        contexts, known = _windows(contexts, known, document_lengths, view.scope)
    return np.where((rows >= 0) & known[rows], rows, -1) if len(known) else np.full(len(rows), -1), contexts


def _sentence_of_word(sentences: Spans | None, texts: Sequence[DocumentText], text_of_word: IntArray) -> IntArray:
    """Find the sentence that each word begins in, or -1."""
    assert sentences is not None
    base = np.concatenate([[0], np.cumsum([len(text.string) + 1 for text in texts])])
    word_starts = base[text_of_word] + np.array([start for text in texts for start in text.starts], dtype=np.int64)
    found = np.searchsorted(base[sentences.texts] + sentences.starts, word_starts, side="right") - 1
    inside = found >= 0
    if len(sentences):
        inside &= word_starts < base[sentences.texts[found]] + sentences.ends[found]
    return np.where(inside, found, -1)


def _windows(
    states: np.ndarray, known: np.ndarray, document_lengths: IntArray, size: int
) -> tuple[np.ndarray, np.ndarray]:
    """Average the states of the words at most `size` away, within each text."""
    n = len(states)
    size = min(size, n)
    # Differences of running sums; in float64, since the sums grow with the chunk.
    sums = np.zeros((n + 1, states.shape[1]))
    np.cumsum(states * known[:, None], axis=0, dtype=np.float64, out=sums[1:])
    counts = np.concatenate([[0], np.cumsum(known)])
    text_ends = np.repeat(np.cumsum(document_lengths), document_lengths)
    text_starts = text_ends - np.repeat(document_lengths, document_lengths)
    position = np.arange(n)
    first = np.maximum(position - size, text_starts)
    last = np.minimum(position + size + 1, text_ends)
    number = counts[last] - counts[first]
    means = (sums[last] - sums[first]) / np.maximum(number, 1)[:, None]
    return means.astype(np.float32), number > 0
