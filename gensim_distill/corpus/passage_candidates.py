"""Passages among which the context budget selects."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from gensim_distill._utils.arrays import IntArray

#: The largest hash.
NO_LIMIT = 2**64 - 1
# The number of words of the passages that are sorted or copied at a time.
_BLOCK = 2_000_000
_PASSAGE = 2**32 - 1


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
        words = np.empty(lengths.sum(), dtype=self.words.dtype)
        end = 0
        for block in _blocks(lengths):
            found = self.words[ranges(starts[passages[block]], lengths[block])]
            words[end : end + len(found)] = found
            end += len(found)
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

    def by_word(self, num_words: int) -> tuple[IntArray, IntArray]:
        """Return the passages that contain each word, in order.

        Parameters
        ----------
        num_words : int
            The number of words of the vocabulary.

        Returns
        -------
        tuple of two numpy.ndarray
            Where the passages of each word begin, and the end of the last; and the passages.
        """
        pairs = _sorted_pairs(self.words, self.lengths)
        bounds = np.searchsorted(pairs, np.arange(num_words + 1) << 32)
        pairs &= _PASSAGE
        return bounds, pairs

    def first_of_each_word(self, number: int, num_words: int) -> tuple[IntArray, np.ndarray]:
        """Return the passages that are among the first ones of at least one of their words, for passages sorted by hash.

        Parameters
        ----------
        number : int
            Of passages of each word.
        num_words : int
            The number of words of the vocabulary.

        Returns
        -------
        passages : numpy.ndarray of int64
            Their numbers, in order.
        limits : numpy.ndarray of uint64, shape (num_words,)
            The hash of the last one of each word, or the largest hash if there are fewer.
        """
        limits = np.full(num_words, NO_LIMIT, dtype=np.uint64)
        found, bounds = np.zeros(num_words, dtype=np.int64), np.append(0, np.cumsum(self.lengths))
        first = np.zeros(len(self.lengths), dtype=np.bool_)
        for block in _blocks(self.lengths):
            pairs = _sorted_pairs(self.words[bounds[block.start] : bounds[block.stop]], self.lengths[block])
            words = pairs >> 32
            begins = np.flatnonzero(np.append(True, words[1:] != words[:-1])[: len(words)])
            numbers = np.diff(begins, append=len(words))
            before = found[words[begins]]
            rank = np.arange(len(words)) + np.repeat(before - begins, numbers)
            passages = (pairs & _PASSAGE) + block.start
            first[passages[rank < number]] = True
            last = np.flatnonzero(rank == number - 1)
            limits[words[last]] = self.hashes[passages[last]]
            found[words[begins]] = before + numbers
        return np.flatnonzero(first), limits

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
    found = np.repeat(starts - before, lengths)
    found += np.arange(len(found))
    return found


def _sorted_pairs(words: np.ndarray, lengths: IntArray) -> IntArray:
    """Return the words of passages and the number of the passage of each, in one number, sorted."""
    pairs = words.astype(np.int64)
    pairs <<= 32
    pairs |= np.repeat(np.arange(len(lengths), dtype=np.int32), lengths)
    pairs.sort()  # several times as fast as a stable argsort of the words
    return pairs


def _blocks(lengths: IntArray) -> Iterator[slice]:
    """Yield slices of passages with some words in each."""
    bounds = np.cumsum(lengths)
    begin, words = 0, 0
    while begin < len(lengths):
        end = max(int(np.searchsorted(bounds, words + _BLOCK, side="right")), begin + 1)
        yield slice(begin, end)
        begin, words = end, int(bounds[end - 1])
