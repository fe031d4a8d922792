"""The linear discriminant of each word: the direction that best separates contexts with the word from all others."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from gensim_distill._utils.arrays import Rows
from gensim_distill.linalg import (
    clear_rounding,
    estimate_signal_variance,
    normalize,
    row_blocks,
    shrinkage_factors,
    whitening,
)
from gensim_distill.statistics.moments import Moments


@dataclass(frozen=True)
class Discriminant:
    """The closed form of X2Static, ``(S + r I) ** -whitening @ (m_w - m)``.

    m_w is the mean context of a word, m and S are the mean and the covariance of all contexts of the corpus.

    Attributes
    ----------
    mean : numpy.ndarray of float64, shape (d,)
        m, where d is the number of dimensions of the teacher.
    matrix : numpy.ndarray of float64, shape (d, d)
        ``(S + r I) ** -whitening``; see :func:`~gensim_distill.linalg.inverse_power`.
    noise_variance : float
        The expected squared length of a single context after centering and multiplication by `matrix`. The vector of
        a word with n contexts unrelated to it has 1/n of this as its expected squared length.
    """

    mean: np.ndarray
    matrix: np.ndarray
    noise_variance: float

    @classmethod
    def fit(cls, moments: Moments, exponent: float) -> Discriminant:
        """Learn from all contexts of a corpus.

        Parameters
        ----------
        moments : Moments
            The statistics of the corpus in one view, with its second moment.
        exponent : float
            The whitening exponent, from 0 to 1.

        Returns
        -------
        Discriminant
        """
        matrix, noise_variance = whitening(moments.covariance(), exponent)
        return cls(moments.mean(), matrix, noise_variance)

    def vectors(self, moments: Moments, rows: Rows = slice(None)) -> np.ndarray:
        """Compute the closed form for words.

        Parameters
        ----------
        moments : Moments
            The statistics of any words in the same view.
        rows : slice or numpy.ndarray of int64, optional
            The words to compute, all by default.

        Returns
        -------
        numpy.ndarray of float64, shape (number of words, d)
            Rows of zeros for words without contexts, and for those whose mean context equals the mean of all.
        """
        vectors: np.ndarray = self.differences(moments, rows) @ self.matrix
        return vectors

    def differences(self, moments: Moments, rows: Rows = slice(None)) -> np.ndarray:
        """Compute ``m_w - m`` for words; parameters and result as for :meth:`vectors`."""
        means = moments.means(rows)
        means -= self.mean
        clear_rounding(means, self.mean)
        means[moments.counts[rows] == 0] = 0.0
        return means


@dataclass(frozen=True)
class ShrunkDiscriminant:
    """L2-normalized vectors of a :class:`Discriminant`, shrunk for words with few contexts.

    Attributes
    ----------
    discriminant : Discriminant
    signal_variance : float
        The mean squared length of its vectors beyond noise; see
        :func:`~gensim_distill.linalg.estimate_signal_variance`.
    """

    discriminant: Discriminant
    signal_variance: float

    @classmethod
    def fit(cls, moments: Moments, exponent: float) -> ShrunkDiscriminant:
        """Learn from all contexts of a corpus; parameters as for :meth:`Discriminant.fit`."""
        discriminant = Discriminant.fit(moments, exponent)
        # The squared lengths of all vectors sum to the trace of matrix.T @ second @ matrix, at half the cost of the
        # vectors themselves: second is symmetric, and numpy computes one triangle of it.
        second = np.zeros_like(discriminant.matrix)
        for rows in row_blocks(moments.vocabulary_size):
            differences = discriminant.differences(moments, rows)
            second += differences.T @ differences
        squared_length = float(((second @ discriminant.matrix) * discriminant.matrix).sum())
        signal_variance = estimate_signal_variance(squared_length, moments.counts, discriminant.noise_variance)
        return cls(discriminant, signal_variance)

    def vectors(self, moments: Moments, rows: Rows = slice(None)) -> np.ndarray:
        """Compute the shrunk vectors of words; parameters and result as for :meth:`Discriminant.vectors`."""
        vectors = normalize(self.discriminant.vectors(moments, rows), overwrite=True)
        vectors *= self.lengths(moments.counts[rows])[:, None]
        return vectors

    def lengths(self, counts: np.ndarray) -> np.ndarray:
        """Compute the lengths to which the vectors of words are shrunk.

        The best estimate of a true mean is r times the sample mean, with r from
        :func:`~gensim_distill.linalg.shrinkage_factors`. The sample mean has the expected length sqrt(s / r), where s
        is `signal_variance`; the estimate thus has the length sqrt(r s), and sqrt(r) in units of the signal.

        Parameters
        ----------
        counts : numpy.ndarray of int, shape (n,)
            The number of contexts of each word.

        Returns
        -------
        numpy.ndarray of float64, shape (n,)
            From 0 to 1.
        """
        lengths: np.ndarray = np.sqrt(shrinkage_factors(counts, self.discriminant.noise_variance, self.signal_variance))
        return lengths
