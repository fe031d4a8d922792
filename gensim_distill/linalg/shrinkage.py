"""Shrinkage of means toward zero, by how much of their length is noise."""

from __future__ import annotations

import numpy as np


def shrinkage(vectors: np.ndarray, counts: np.ndarray, noise: float) -> np.ndarray:
    """Estimate how much of the squared length of each vector, a mean of so many terms, is not noise.

    It is the factor by which the estimator of James and Stein would shrink the mean, with the
    variance between the true means estimated from all of them: ``counts / (counts + noise / signal)``.

    Parameters
    ----------
    vectors : numpy.ndarray, shape (n, width)
        Means, less what they are to be shrunk to.
    counts : numpy.ndarray of int, shape (n,)
        How many terms each is the mean of.
    noise : float
        The expected squared length of one term less its own mean.

    Returns
    -------
    numpy.ndarray of float64, shape (n,)
        Between 0 and 1; 0 for all if the vectors are no longer than by chance.

    Examples
    --------
    >>> import numpy as np
    >>> from gensim_distill.linalg.shrinkage import shrinkage
    >>> shrinkage(np.array([[3.0], [-3.0]]), np.array([1, 1]), noise=3.0).round(3).tolist()
    [0.667, 0.667]
    """
    present = counts > 0
    total = float((vectors[present] ** 2).sum())
    return shrinkage_at(counts, noise, signal_variance(total, counts, noise))


def signal_variance(squared_length: float, counts: np.ndarray, noise: float) -> float:
    """Estimate the mean squared length that means would have without their noise, for :func:`shrinkage_at`.

    Parameters
    ----------
    squared_length : float
        The sum of the squared lengths of the means that are of one term at least.
    counts : numpy.ndarray of int, shape (n,)
        How many terms each is the mean of.
    noise : float
        The expected squared length of one term less its own mean.

    Returns
    -------
    float
        0 if the means are no longer than by chance.
    """
    present = counts > 0
    if not present.any():
        return 0.0
    return max(float((squared_length - (noise / counts[present]).sum()) / present.sum()), 0.0)


def shrinkage_at(counts: np.ndarray, noise: float, signal: float) -> np.ndarray:
    """Give the factor of :func:`shrinkage` where noise and signal are known.

    Examples
    --------
    >>> import numpy as np
    >>> from gensim_distill.linalg.shrinkage import shrinkage_at
    >>> shrinkage_at(np.array([0, 1, 3]), noise=3.0, signal=1.0).tolist()
    [0.0, 0.25, 0.5]
    """
    if signal <= 0:
        return np.zeros(len(counts))
    factors: np.ndarray = np.where(counts > 0, signal / (signal + noise / np.maximum(counts, 1)), 0.0)
    return factors
