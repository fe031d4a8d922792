"""Additive statistics of contexts, from which the one-pass objectives compute vectors.

All of them are sums: the statistics of the parts of a corpus add up to those of the whole, in any order and on any
number of machines, and a corpus can grow later.
"""

from __future__ import annotations

import copy
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from gensim_distill._utils.arrays import IntArray, Rows, take_rows
from gensim_distill.contexts.scopes import ContextBatch
from gensim_distill.linalg import ROUNDING

# torch takes seconds to import: it is imported where there are hidden states.
if TYPE_CHECKING:
    import torch

# The mean of this many contexts is close enough to the mean of their batch.
_SAMPLE = 1_024
# The mean of hidden states beyond this is an overflow in the teacher; squares and dot products of smaller ones stay finite
# in float32.
_LARGEST_MEAN = 1e10
# Few enough rows to stay in the CPU cache between gathering and writing back.
_ROWS_IN_CACHE = 128


@dataclass
class Moments:
    """First moments of the contexts of each word, and first and second moments of all contexts.

    Sums are kept in float64: a corpus adds millions of float32 terms, and the covariance is a small
    difference of large second moments.

    Parameters
    ----------
    vocabulary_size, width : int
        Number of words, and dimensions of a context.
    second_moment : bool, optional
        Whether to keep the sum of outer products, which :meth:`covariance` needs.

    Attributes
    ----------
    sums : numpy.ndarray of float64, shape (vocabulary_size, width)
        The sum of the contexts of each word; float32 after :meth:`round_sums`.
    counts : numpy.ndarray of int64, shape (vocabulary_size,)
        The number of contexts of each word.
    untokenizable : numpy.ndarray of int64, shape (vocabulary_size,)
        The number of occurrences of each word without any subword that the teacher knows.
    total : numpy.ndarray of float64, shape (width,)
        The sum of all contexts, including those of out-of-vocabulary words. A context that several words share,
        such as a whole document, counts once, so that long documents do not outweigh short ones.
    total_count : int
        The number of contexts in `total`.
    outer : numpy.ndarray of float64, shape (width, width), or None
        The sum of their outer products.

    Examples
    --------
    >>> import numpy as np
    >>> from gensim_distill.contexts.scopes import ContextBatch
    >>> from gensim_distill.statistics.moments import Moments
    >>> moments = Moments(vocabulary_size=2, width=1)
    >>> one_document = ContextBatch(np.array([0, 1, 0]), np.array([0, 0, 1]), np.array([[2.0], [4.0]]), np.array([3]))
    >>> moments.add(one_document)
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
        """Return the size of such moments in memory, in bytes."""
        return 8 * (vocabulary_size * (width + 2) + width * width * second_moment)

    def add(self, batch: ContextBatch) -> None:
        """Add the contexts of some documents.

        Raises
        ------
        ValueError
            If hidden states of the teacher are not finite, or too large for float32.
        """
        import torch
        from torch.nn.functional import embedding_bag

        from gensim_distill.teachers.devices import to_device, to_host

        # The sums are computed where the contexts are, for instance on a GPU, and only sums are copied from there.
        contexts = batch.tensor
        read, n = batch.rows >= 0, len(contexts)
        used = np.bincount(batch.rows[read], minlength=n) > 0
        counted = contexts if used.all() else contexts.index_select(0, to_device(np.flatnonzero(used), contexts.device))
        with np.errstate(invalid="ignore"):  # infinite hidden states raise an error below
            self.total += _exact_sum(counted)
        self.total_count += int(used.sum())
        if not np.abs(self.total).max(initial=0.0) <= _LARGEST_MEAN * max(self.total_count, 1):  # NaN is not
            raise ValueError(
                "The teacher returned hidden states that are NaN, infinite or larger than 1e10, of which no vectors can be "
                "computed: load it with dtype='float32', or check its weights."
            )
        if self.outer is not None:
            exact = counted.double()
            self.outer += to_host(exact.T @ exact)

        known = batch.words >= 0
        self.untokenizable += np.bincount(batch.words[known & ~read], minlength=self.vocabulary_size)
        occurrences = np.flatnonzero(known & read)
        occurrences = occurrences[np.argsort(batch.words[occurrences], kind="stable")]
        begins = np.flatnonzero(np.diff(batch.words[occurrences], prepend=-1))
        words, counts = batch.words[occurrences[begins]], np.diff(begins, append=len(occurrences))
        self.counts[words] += counts
        # For speed, only differences from the mean of the batch are summed in float32. The mean itself, which is
        # far larger for many teachers, is added in float64.
        center = contexts.narrow(0, 0, min(n, _SAMPLE)).sum(dim=0) / max(min(n, _SAMPLE), 1)
        rows, bags = (to_device(a, contexts.device) for a in (batch.rows[occurrences], begins))
        sums = torch.from_numpy(to_host(embedding_bag(rows, contexts - center, bags, mode="sum")))
        exact_sums = sums.double().addr_(torch.from_numpy(counts).double(), center.cpu().double())
        torch.from_numpy(self.sums).index_add_(0, torch.from_numpy(words), exact_sums)

    def merge(self, other: Moments, indices: IntArray | None = None) -> None:
        """Add the statistics of other documents, over the same vocabulary or a part of it.

        Parameters
        ----------
        other : Moments
        indices : numpy.ndarray of int64, shape (other.vocabulary_size,), optional
            The index in this vocabulary of each word of the other one; by default both are the same.

        Raises
        ------
        ValueError
            If vocabulary size, width or second_moment differ.
        """
        size = other.vocabulary_size if indices is None else len(indices)
        ours = (self.vocabulary_size if indices is None else other.vocabulary_size, self.width, self.second_moment)
        theirs = (size, other.width, other.second_moment)
        if ours != theirs:
            raise ValueError(
                f"Moments can be merged if vocabulary size, width and second_moment agree: {ours} against {theirs}."
            )
        rows = slice(None) if indices is None else indices
        if indices is None:
            self.sums += other.sums
        else:
            for begin in range(0, size, _ROWS_IN_CACHE):
                some = slice(begin, begin + _ROWS_IN_CACHE)
                self.sums[indices[some]] += other.sums[some]
        self.counts[rows] += other.counts
        self.untokenizable[rows] += other.untokenizable
        self.total += other.total
        self.total_count += other.total_count
        if self.outer is not None:
            self.outer += other.outer

    def round_sums(self) -> None:
        """Convert the sums of words to float32, which halves the bytes to send.

        Merged into moments that are not rounded, they are still added in float64.
        """
        self.sums = self.sums.astype(np.float32)

    def take(self, rows: IntArray) -> Moments:
        """Return the statistics with other words: some of these in any order, and new ones without contexts.

        Parameters
        ----------
        rows : numpy.ndarray of int64, shape (number of words,)
            The row of each word in these statistics; -1 for a new word.

        Returns
        -------
        Moments
            The sums over all contexts are shared with these statistics.
        """
        taken = copy.copy(self)
        taken.vocabulary_size = len(rows)
        taken.sums, taken.counts = take_rows(self.sums, rows), take_rows(self.counts, rows)
        taken.untokenizable = take_rows(self.untokenizable, rows)
        return taken

    def means(self, rows: Rows = slice(None)) -> np.ndarray:
        """Return the mean context of each word, shape (vocabulary_size, width); zeros for words without contexts.

        Parameters
        ----------
        rows : slice or numpy.ndarray of int64, optional
            The words to return; all by default.
        """
        return self.sums[rows] / np.maximum(self.counts[rows], 1)[:, None]

    def mean(self) -> np.ndarray:
        """Return the mean of all contexts, shape (width,)."""
        return self.total / max(self.total_count, 1)

    def covariance(self) -> np.ndarray:
        """Return the covariance of all contexts, shape (width, width); zeros if they are equal up to rounding.

        Raises
        ------
        ValueError
            If the moments were made without ``second_moment=True``.
        """
        if self.outer is None:
            raise ValueError("These moments were made without second_moment=True and have no covariance.")
        mean = self.mean()
        covariance = self.outer / max(self.total_count, 1) - np.outer(mean, mean)
        if np.trace(covariance) <= ROUNDING**2 * (mean @ mean):
            return np.zeros_like(covariance)
        return covariance

    def to_arrays(self) -> dict[str, np.ndarray]:
        """Return the arrays to save, by name; they are not copied."""
        arrays = {
            "sums": self.sums,
            "counts": self.counts,
            "untokenizable": self.untokenizable,
            "total": self.total,
            "total_count": np.array([self.total_count]),
        }
        return arrays if self.outer is None else arrays | {"outer": self.outer}

    @classmethod
    def from_arrays(cls, arrays: dict[str, np.ndarray]) -> Moments:
        """Return moments with the arrays of :meth:`to_arrays`, which are not copied.

        Raises
        ------
        KeyError, ValueError
            If an array is missing, or has another shape or dtype than the others require.
        """
        moments = cls(0, 0)
        if arrays["sums"].ndim != 2:
            raise ValueError(f"sums have the shape {arrays['sums'].shape}, where two dimensions were expected")
        moments.vocabulary_size, moments.width = words, width = arrays["sums"].shape
        shapes = {
            "sums": (words, width), "counts": (words,), "untokenizable": (words,), "total": (width,), "total_count": (1,),
            "outer": (width, width),
        }  # fmt: skip
        for name, shape in shapes.items():
            if name == "outer" and name not in arrays:
                continue
            array, kind = arrays[name], "i" if "count" in name or name == "untokenizable" else "f"
            if array.shape != shape or array.dtype.kind != kind:
                raise ValueError(
                    f"{name} has the shape {array.shape} and the dtype {array.dtype}, not the shape {shape}"
                )
        moments.sums, moments.counts, moments.untokenizable = arrays["sums"], arrays["counts"], arrays["untokenizable"]
        moments.total, moments.total_count = arrays["total"], int(arrays["total_count"][0])
        moments.outer = arrays.get("outer")
        moments.second_moment = moments.outer is not None
        return moments


def _exact_sum(contexts: torch.Tensor) -> np.ndarray:
    """Return the sum over the rows in float64."""
    import torch

    from gensim_distill.teachers.devices import to_host

    if contexts.device.type == "cpu":  # numpy takes a tenth of the time of torch
        total: np.ndarray = contexts.numpy().sum(axis=0, dtype=np.float64)
        return total
    return to_host(contexts.sum(dim=0, dtype=torch.float64))
