"""Passages among which the context budget selects."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from gensim_distill._utils.arrays import IntArray

#: The largest hash.
NO_LIMIT = 2**64 - 1


@dataclass(slots=True)
class Passages:
    """Passages: the hash of each, the part and the document in which it occurs first, its size, and its words.

    Attributes
    ----------
    hashes : numpy.ndarray of uint64, shape (n,)
    texts : numpy.ndarray of uint64, shape (n,)
        The hash of the longer passage of which it is a part, or 0.
    parts, ordinals : numpy.ndarray of int64, shape (n,)
    begins, ends : numpy.ndarray of int64, shape (n,)
        Where it is in this document, in characters or tokens.
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
    begins: IntArray
    ends: IntArray
    sizes: IntArray
    words: np.ndarray
    lengths: IntArray

    @classmethod
    def empty(cls) -> Passages:
        """Create no passages."""
        hashes, none = np.zeros(0, dtype=np.uint64), np.zeros(0, dtype=np.int64)
        return cls(hashes, hashes, none, none, none, none, none, np.zeros(0, dtype=np.int32), none)

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
            self.begins[passages],
            self.ends[passages],
            self.sizes[passages],
            words,
            lengths,
        )

    def by_word(self) -> tuple[IntArray, IntArray]:
        """Return the words of all passages, sorted, and the passages that contain them; those of each word are in order."""
        owners = np.repeat(np.arange(len(self.hashes)), self.lengths)
        # Sorting numbers is several times as fast as a stable argsort of the words.
        pairs = np.sort(self.words.astype(np.int64) << 32 | owners)
        return pairs >> 32, pairs & 0xFFFFFFFF

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


@dataclass(slots=True)
class Limits:
    """The largest hashes of passages that may be selected with those found before.

    Attributes
    ----------
    words : numpy.ndarray of uint64, shape (n_words,), or None
        A passage may be a candidate of a word up to this hash. None if there are no limits.
    texts : int
        A longer passage may be one of the sample up to this hash.
    """

    words: np.ndarray | None = None
    texts: int = NO_LIMIT

    def possible(self, passages: Passages) -> Passages:
        """Return the passages that may be candidates of at least one of their words; each of them has a word."""
        if self.words is None or not len(passages.hashes):
            return passages
        within = np.repeat(passages.hashes, passages.lengths) <= self.words[passages.words]
        starts = np.cumsum(passages.lengths) - passages.lengths
        return passages.take(np.flatnonzero(np.logical_or.reduceat(within, starts)))


def ranges(starts: IntArray, lengths: IntArray) -> IntArray:
    """Return the concatenation of ``range(start, start + length)`` over all pairs of start and length."""
    before = np.cumsum(lengths) - lengths
    return np.repeat(starts - before, lengths) + np.arange(lengths.sum())
