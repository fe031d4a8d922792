"""Whitening by powers of a covariance."""

from __future__ import annotations

import numpy as np
from scipy import linalg

# Mean squared length of whitened contexts: long enough that scores can become certain, short enough
# that steps do not overshoot at usual learning rates, whatever the teacher's own scale.
_SQUARED_LENGTH = 16.0


def inverse_power(covariance: np.ndarray, exponent: float, ridge: float = 0.01) -> np.ndarray:
    """Give ``(covariance + ridge * mean eigenvalue * I) ** -exponent``.

    An exponent of 0.5 whitens, smaller ones do so by half: directions in which contexts vary much
    are shrunk, but not to the size of all others, which would raise the noise in the weakest.

    Parameters
    ----------
    covariance : numpy.ndarray, shape (width, width)
        Symmetric and positive semi-definite.
    exponent : float
        0 gives the identity, 1 the ordinary inverse.
    ridge : float, optional
        As a fraction of the mean eigenvalue; keeps directions without variance from exploding.

    Returns
    -------
    numpy.ndarray of float64, shape (width, width)

    Examples
    --------
    >>> import numpy as np
    >>> from gensim_distill.linalg.whitening import inverse_power
    >>> inverse_power(np.diag([4.0, 1.0]), exponent=0.5, ridge=0.0).round(3).tolist()
    [[0.5, 0.0], [0.0, 1.0]]
    """
    values, basis = linalg.eigh(covariance)
    values = np.maximum(values, 0.0)
    values = values + ridge * values.mean()
    if exponent == 0 or not values.any():
        return np.eye(len(values))  # without variance, of a corpus of one context, there is nothing to temper
    # Without a ridge, directions that nothing varies in are left out, as in a pseudo-inverse.
    scale = np.zeros_like(values)
    scale[values > 0] = values[values > 0] ** -exponent
    return (basis * scale) @ basis.T


def whitener(mean: np.ndarray, covariance: np.ndarray, exponent: float) -> tuple[np.ndarray, np.ndarray]:
    """Give matrix and offset that make contexts ``c @ matrix + offset`` whitened by `exponent`, for gradient descent.

    The contexts are centered, scaled to a mean squared length of 16, and then moved by one unit in the
    direction of their mean. This constant part serves as the intercept of the logistic regressions:
    a word is much rarer as a target than as noise, and without an intercept its vector would have to
    shrink to say so.

    Parameters
    ----------
    mean : numpy.ndarray, shape (width,)
    covariance : numpy.ndarray, shape (width, width)
    exponent : float
        As for :func:`inverse_power`.

    Returns
    -------
    (numpy.ndarray of float32, numpy.ndarray of float32)
        Of the shapes (width, width) and (width,).
    """
    matrix = inverse_power(covariance, exponent)
    variance = np.trace(matrix @ covariance @ matrix)
    if variance > 0:
        matrix = matrix * np.sqrt(_SQUARED_LENGTH / variance)
    middle = mean @ matrix
    length = np.linalg.norm(middle)
    intercept = middle / length if length > 0 else np.eye(len(mean))[0]
    return matrix.astype(np.float32), (intercept - middle).astype(np.float32)
