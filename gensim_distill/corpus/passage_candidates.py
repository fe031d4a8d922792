"""Passages among which the context budget selects."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from gensim_distill._utils.arrays import IntArray


@dataclass(slots=True)
class Passages:
    """Passages: the hash of each, the part and the document in which it occurs first, its size, and its words.

    Attributes
    ----------
    hashes : numpy.ndarray of uint64, shape (n,)
    texts : numpy.ndarray of uint64, shape (n,)
        The hash of the longer passage of which it is a part, or 0.
    parts, ordinals : numpy.ndarray of int64, shape (n,)
    sizes : numpy.ndarray of int64, shape (n,)
        The number of words, as counted by :func:`~gensim_distill.corpus.passages.count_words`.
    words : numpy.ndarray of int32
        The indices of the different words of each passage in the vocabulary, concatenated.
    lengths : numpy.ndarray of int64, shape (n,)
        The number of these of each passage.
    """

    hashes: np.ndarray
    texts: np.ndarray
    parts: IntArray
    ordinals: IntArray
    sizes: IntArray
    words: np.ndarray
    lengths: IntArray

    @classmethod
    def of(cls, hashes: Any, texts: Any, part: int, ordinals: Any, sizes: Any, words: Any, lengths: Any) -> Passages:
        """Create passages of one part of the corpus from sequences."""
        parts = np.full(len(hashes), part, dtype=np.int64)
        hashes, texts = (np.array(values, dtype=np.uint64) for values in (hashes, texts))
        ordinals, sizes, lengths = (np.asarray(values, dtype=np.int64) for values in (ordinals, sizes, lengths))
        return cls(hashes, texts, parts, ordinals, sizes, np.asarray(words, np.int32), lengths)

    @classmethod
    def empty(cls) -> Passages:
        """Create no passages."""
        return cls.of([], [], 0, [], [], [], [])

    @classmethod
    def concatenate(cls, parts: Sequence[Passages]) -> Passages:
        """Concatenate passages."""
        return cls(*(np.concatenate([getattr(part, name) for part in parts]) for name in cls.__slots__))

    def take(self, passages: IntArray) -> Passages:
        """Return some of the passages, by their numbers."""
        starts, lengths = np.cumsum(self.lengths) - self.lengths, self.lengths[passages]
        words = self.words[ranges(starts[passages], lengths)]
        return Passages(
            self.hashes[passages],
            self.texts[passages],
            self.parts[passages],
            self.ordinals[passages],
            self.sizes[passages],
            words,
            lengths,
        )

    def distinct(self) -> Passages:
        """Return the passages sorted by their hashes; of equal ones the first in the corpus.

        It is a part of the longer passage with the smallest hash of those that have an equal one, so that the longer passages
        with the smallest hashes have all the passages that are their parts.
        """
        order = np.lexsort((self.ordinals, self.parts, self.hashes))
        hashes = self.hashes[order]
        begins = np.flatnonzero(np.append(True, hashes[1:] != hashes[:-1])[: len(order)])
        found = self.take(order[begins])
        if len(begins) < len(order):
            # Less 1, no longer passage is the largest number.
            found.texts = np.minimum.reduceat(self.texts[order] - np.uint64(1), begins) + np.uint64(1)
        return found

    def first(self, words: float) -> Passages:
        """Return the first passages, of about a number of words together."""
        before = np.cumsum(self.sizes) - self.sizes
        return self.take(np.flatnonzero(before < words))


def ranges(starts: IntArray, lengths: IntArray) -> IntArray:
    """Return the concatenation of ``range(start, start + length)`` over all pairs of start and length."""
    before = np.cumsum(lengths) - lengths
    return np.repeat(starts - before, lengths) + np.arange(lengths.sum())
