"""Additive statistics of contexts: all that the one-pass objectives need to know of a corpus.

Everything in here is a sum, so statistics of two halves of a corpus add up to those of the whole,
in any order, on any number of machines, today and next year.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from scipy import sparse

from gensim_distill._utils.arrays import IntArray
from gensim_distill.contexts.buffers import Rooms
from gensim_distill.contexts.scopes import ContextBatch

# Of so many contexts of a batch is the mean near enough to that of all.
_SAMPLE = 1_024
# So few rows at a time that what is gathered of them stays in the cache until it is put back.
_ROWS_IN_CACHE = 128
# One array of the size of a batch is needed for each, for a moment.
_rooms = Rooms(kept=1 << 26)


@dataclass
class Moments:
    """First moments of the contexts of each word, first and second moments of all contexts.

    Sums are kept in float64: a corpus adds millions of float32 terms, and the covariance is a small
    difference of large second moments.

    Parameters
    ----------
    vocabulary_size, width : int
        Number of words and length of a context.
    second_moment : bool, optional
        Whether to keep the sum of outer products, from which :meth:`covariance` comes.

    Attributes
    ----------
    sums : numpy.ndarray of float64, shape (vocabulary_size, width)
        For each word the sum of its contexts; of float32 after :meth:`round_sums`.
    counts : numpy.ndarray of int64, shape (vocabulary_size,)
        For each word the number of its contexts.
    untokenizable : numpy.ndarray of int64, shape (vocabulary_size,)
        For each word the number of its occurrences that the teacher could make nothing of.
    total : numpy.ndarray of float64, shape (width,)
        The sum of all contexts, those of words outside the vocabulary too. A context that several
        words share, such as a text, is in it once, lest long texts outweigh short ones.
    total_count : int
        The number of these contexts.
    outer : numpy.ndarray of float64, shape (width, width), or None
        The sum of their outer products.

    Examples
    --------
    >>> import numpy as np
    >>> from gensim_distill.contexts.scopes import ContextBatch
    >>> from gensim_distill.statistics.moments import Moments
    >>> moments = Moments(vocabulary_size=2, width=1)
    >>> one_text = ContextBatch(np.array([0, 1, 0]), np.array([0, 0, 1]), np.array([[2.0], [4.0]]), np.array([3]))
    >>> moments.add(one_text)
    >>> moments.means().ravel().tolist(), moments.mean().tolist()
    ([3.0, 2.0], [3.0])
    """

    vocabulary_size: int
    width: int
    second_moment: bool = False
    sums: np.ndarray = field(init=False)
    counts: IntArray = field(init=False)
    untokenizable: IntArray = field(init=False)
    total: np.ndarray = field(init=False)
    total_count: int = field(init=False, default=0)
    outer: np.ndarray | None = field(init=False, default=None)

    def __post_init__(self) -> None:
        self.sums = np.zeros((self.vocabulary_size, self.width))
        self.counts = np.zeros(self.vocabulary_size, dtype=np.int64)
        self.untokenizable = np.zeros(self.vocabulary_size, dtype=np.int64)
        self.total = np.zeros(self.width)
        if self.second_moment:
            self.outer = np.zeros((self.width, self.width))

    @staticmethod
    def bytes_of(vocabulary_size: int, width: int, second_moment: bool) -> int:
        """Give the memory that such moments take."""
        return 8 * (vocabulary_size * (width + 2) + width * width * second_moment)

    def add(self, batch: ContextBatch) -> None:
        """Add the contexts of some texts."""
        import torch

        read, n = batch.rows >= 0, len(batch.contexts)
        used = np.bincount(batch.rows[read], minlength=n) > 0
        self.total += batch.contexts.sum(axis=0, dtype=np.float64)
        if not used.all():
            self.total -= batch.contexts[~used].sum(axis=0, dtype=np.float64)
        self.total_count += int(used.sum())
        if self.outer is not None:
            exact = torch.from_numpy(batch.contexts[used]).double()
            torch.from_numpy(self.outer).addmm_(exact.T, exact)

        known = batch.words >= 0
        self.untokenizable += np.bincount(batch.words[known & ~read], minlength=self.vocabulary_size)
        words, column = np.unique(batch.words[known & read], return_inverse=True)
        rows = batch.rows[known & read]
        counts = np.bincount(column, minlength=len(words))
        self.counts[words] += counts
        # What is summed in float32, for speed, is the distance from the middle of the batch; the rest,
        # which in many teachers is far larger, is added in float64.
        middle = batch.contexts[:_SAMPLE].mean(axis=0) if n else np.zeros(self.width, np.float32)
        centered = np.subtract(batch.contexts, middle, out=_rooms.array((n, self.width)))
        occurrences = sparse.csr_array((np.ones(len(rows), np.float32), (column, rows)), shape=(len(words), n))
        sums = occurrences @ centered
        # By torch, which lets other threads go on meanwhile, unlike numpy.
        exact_sums = (
            torch.from_numpy(sums).double().addr_(torch.from_numpy(counts).double(), torch.from_numpy(middle).double())
        )
        torch.from_numpy(self.sums).index_add_(0, torch.from_numpy(words), exact_sums)

    def merge(self, other: Moments, places: IntArray | None = None) -> None:
        """Add the statistics of other texts, over the same vocabulary or a part of it.

        Parameters
        ----------
        other : Moments
        places : numpy.ndarray of int64, optional
            For each word of the other vocabulary its index in this one, if they are not the same.

        Raises
        ------
        ValueError
            If vocabulary, width or kind differ.
        """
        size = other.vocabulary_size if places is None else len(places)
        ours = (self.vocabulary_size if places is None else other.vocabulary_size, self.width, self.second_moment)
        theirs = (size, other.width, other.second_moment)
        if ours != theirs:
            raise ValueError(
                f"Moments can be merged if vocabulary size, width and second_moment agree: {ours} against {theirs}."
            )
        rows = slice(None) if places is None else places
        if places is None:
            self.sums += other.sums
        else:
            for begin in range(0, size, _ROWS_IN_CACHE):
                some = slice(begin, begin + _ROWS_IN_CACHE)
                self.sums[places[some]] += other.sums[some]
        self.counts[rows] += other.counts
        self.untokenizable[rows] += other.untokenizable
        self.total += other.total
        self.total_count += other.total_count
        if self.outer is not None:
            self.outer += other.outer

    def round_sums(self) -> None:
        """Keep the sums of words in float32, as they are to be sent: half the bytes.

        What they are merged into, if it was not itself rounded, adds them up in float64.
        """
        self.sums = self.sums.astype(np.float32)

    def grow(self, vocabulary_size: int) -> None:
        """Make room for words that were added at the end of the vocabulary."""
        added = vocabulary_size - self.vocabulary_size
        if added < 0:
            raise ValueError(f"The vocabulary has {self.vocabulary_size} words and cannot shrink to {vocabulary_size}.")
        self.sums = np.concatenate([self.sums, np.zeros((added, self.width))])
        self.counts = np.concatenate([self.counts, np.zeros(added, dtype=np.int64)])
        self.untokenizable = np.concatenate([self.untokenizable, np.zeros(added, dtype=np.int64)])
        self.vocabulary_size = vocabulary_size

    def means(self, rows: slice = slice(None)) -> np.ndarray:
        """Give the mean context of each word, shape (vocabulary_size, width); zeros for words without any.

        Parameters
        ----------
        rows : slice, optional
            Of which words; by default of all.
        """
        return self.sums[rows] / np.maximum(self.counts[rows], 1)[:, None]

    def mean(self) -> np.ndarray:
        """Give the mean of all contexts, shape (width,)."""
        return self.total / max(self.total_count, 1)

    def covariance(self) -> np.ndarray:
        """Give the covariance of all contexts, shape (width, width).

        Raises
        ------
        ValueError
            If second moments were not kept.
        """
        if self.outer is None:
            raise ValueError("These moments were made without second_moment=True and have no covariance.")
        mean = self.mean()
        return self.outer / max(self.total_count, 1) - np.outer(mean, mean)

    def _arrays(self) -> dict[str, np.ndarray]:
        arrays = {
            "sums": self.sums,
            "counts": self.counts,
            "untokenizable": self.untokenizable,
            "total": self.total,
            "total_count": np.array([self.total_count]),
        }
        return arrays if self.outer is None else arrays | {"outer": self.outer}

    @classmethod
    def _of_arrays(cls, arrays: dict[str, np.ndarray]) -> Moments:
        moments = cls(0, 0)
        moments.vocabulary_size, moments.width = arrays["sums"].shape
        moments.sums, moments.counts, moments.untokenizable = arrays["sums"], arrays["counts"], arrays["untokenizable"]
        moments.total, moments.total_count = arrays["total"], int(arrays["total_count"][0])
        moments.outer = arrays.get("outer")
        moments.second_moment = moments.outer is not None
        return moments
