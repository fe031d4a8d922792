"""Shrinkage of sample means toward zero, after James and Stein."""

from __future__ import annotations

import numpy as np


def shrinkage_factors(counts: np.ndarray, noise_variance: float, signal_variance: float) -> np.ndarray:
    """Compute by how much to shrink means: ``signal_variance / (signal_variance + noise_variance / counts)``.

    A factor is the share of the expected squared length of a mean that is not sampling noise.

    Parameters
    ----------
    counts : numpy.ndarray of int, shape (n,)
        The number of observations of each mean.
    noise_variance : float
        The expected squared distance of one observation from its true mean.
    signal_variance : float
        The mean squared length of the true means; see :func:`estimate_signal_variance`.

    Returns
    -------
    numpy.ndarray of float64, shape (n,)
        From 0 to 1; 0 for means without observations, and for all if there is no signal.

    Examples
    --------
    >>> import numpy as np
    >>> from gensim_distill.linalg import shrinkage_factors
    >>> shrinkage_factors(np.array([0, 1, 3]), noise_variance=3.0, signal_variance=1.0).tolist()
    [0.0, 0.25, 0.5]
    """
    if signal_variance <= 0:
        return np.zeros(len(counts))
    factors: np.ndarray = np.where(
        counts > 0, signal_variance / (signal_variance + noise_variance / np.maximum(counts, 1)), 0.0
    )
    return factors


def estimate_signal_variance(squared_length: float, counts: np.ndarray, noise_variance: float) -> float:
    """Estimate the mean squared length of the true means from that of sample means.

    Parameters
    ----------
    squared_length : float
        The sum of the squared lengths of the sample means with at least one observation.
    counts : numpy.ndarray of int, shape (n,)
        The number of observations of each mean.
    noise_variance : float
        The expected squared distance of one observation from its true mean.

    Returns
    -------
    float
        0, if the sample means are no longer than noise alone would make them.

    Examples
    --------
    >>> import numpy as np
    >>> from gensim_distill.linalg import estimate_signal_variance
    >>> estimate_signal_variance(squared_length=18.0, counts=np.array([1, 1]), noise_variance=3.0)
    6.0
    """
    present = counts > 0
    if not present.any():
        return 0.0
    return max(float((squared_length - (noise_variance / counts[present]).sum()) / present.sum()), 0.0)


def estimate_shrinkage_factors(means: np.ndarray, counts: np.ndarray, noise_variance: float) -> np.ndarray:
    """Estimate :func:`shrinkage_factors` from the means themselves.

    Parameters
    ----------
    means : numpy.ndarray, shape (n, d)
        Sample means, centered.
    counts : numpy.ndarray of int, shape (n,)
        The number of observations of each mean.
    noise_variance : float
        The expected squared distance of one observation from its true mean.

    Returns
    -------
    numpy.ndarray of float64, shape (n,)
        From 0 to 1.

    Examples
    --------
    >>> import numpy as np
    >>> from gensim_distill.linalg import estimate_shrinkage_factors
    >>> estimate_shrinkage_factors(np.array([[3.0], [-3.0]]), np.array([1, 1]), noise_variance=3.0).round(3).tolist()
    [0.667, 0.667]
    """
    squared_length = float((means[counts > 0] ** 2).sum())
    return shrinkage_factors(counts, noise_variance, estimate_signal_variance(squared_length, counts, noise_variance))
