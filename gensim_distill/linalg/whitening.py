"""Whitening by powers of a covariance."""

from __future__ import annotations

import numpy as np
from scipy import linalg

# Mean squared length of whitened contexts, whatever the scale of the teacher: long enough for logistic scores to
# saturate, short enough not to overshoot at usual learning rates.
_SQUARED_LENGTH = 16.0
# The share of a variance that negative eigenvalues may take before it is computed without them.
_NEGLIGIBLE = 1e-6
_EXPONENT_PRECISION = 1e-6


def inverse_power(covariance: np.ndarray, exponent: float, ridge: float = 0.01) -> np.ndarray:
    """Compute ``(covariance + ridge * mean_eigenvalue * I) ** -exponent``.

    Multiplication by the result whitens fully with an exponent of 0.5. A smaller exponent whitens partially, which
    amplifies the noise in directions of little variance less.

    Parameters
    ----------
    covariance : numpy.ndarray, shape (d, d)
        Symmetric and positive semi-definite.
    exponent : float
        0 returns the identity, 1 the inverse.
    ridge : float, optional
        Added to the diagonal, as a fraction of the mean eigenvalue, 0.01 by default. With 0, directions without
        variance become zeros, as in a pseudo-inverse.

    Returns
    -------
    numpy.ndarray of float64, shape (d, d)
        The identity, if the covariance is zero.

    Examples
    --------
    >>> import numpy as np
    >>> from gensim_distill.linalg import inverse_power
    >>> inverse_power(np.diag([4.0, 1.0]), exponent=0.5, ridge=0.0).round(3).tolist()
    [[0.5, 0.0], [0.0, 1.0]]
    """
    return whitening(covariance, exponent, ridge)[0]


def whitening(covariance: np.ndarray, exponent: float, ridge: float = 0.01) -> tuple[np.ndarray, float]:
    """Compute :func:`inverse_power` and the variance that is left after multiplication by it.

    Parameters
    ----------
    covariance : numpy.ndarray, shape (d, d)
        Symmetric and positive semi-definite up to rounding.
    exponent, ridge : float
        As in :func:`inverse_power`.

    Returns
    -------
    matrix : numpy.ndarray of float64, shape (d, d)
    variance : float
        The trace of ``matrix @ covariance @ matrix``, at least 0. Negative eigenvalues, which only rounding leaves,
        count as zero.

    Examples
    --------
    >>> import numpy as np
    >>> from gensim_distill.linalg import whitening
    >>> matrix, variance = whitening(np.diag([4.0, -1e-3]), exponent=0.5, ridge=0.0)
    >>> matrix.round(3).tolist(), variance
    ([[0.5, 0.0], [0.0, 0.0]], 1.0)
    """
    eigenvalues, basis = linalg.eigh(covariance)
    values = np.maximum(eigenvalues, 0.0)
    values = values + ridge * values.mean()
    if exponent == 0 or not values.any():  # a corpus with a single context has no variance
        return np.eye(len(values)), max(float(np.trace(covariance)), 0.0)
    scale = np.zeros_like(values)
    scale[values > 0] = values[values > 0] ** -exponent
    power: np.ndarray = (basis * scale) @ basis.T
    variance = float(np.trace(power @ covariance @ power))
    spectrum = eigenvalues * scale**2
    if -spectrum[eigenvalues < 0].sum() > _NEGLIGIBLE * variance:
        variance = float(spectrum[eigenvalues > 0].sum())
    return power, variance


def whitening_exponent(covariance: np.ndarray, share: float, ridge: float = 0.01) -> float:
    """Return the exponent of :func:`inverse_power` that leaves an effective number of dimensions.

    The effective number is the participation ratio of the eigenvalues of the whitened covariance, ``sum(l) ** 2 /
    sum(l ** 2)``: 1 if one direction has all the variance, d if all have equally much. Hidden states of sentence
    transformers need little whitening, those of masked language models or of a collection on one topic more.

    Parameters
    ----------
    covariance : numpy.ndarray, shape (d, d)
        Symmetric and positive semi-definite.
    share : float
        The effective number as a share of d, from 0 to 1.
    ridge : float, optional
        As in :func:`inverse_power`.

    Returns
    -------
    float
        From 0, if the covariance has that many effective dimensions already, to 0.5.

    Examples
    --------
    >>> import numpy as np
    >>> from gensim_distill.linalg import whitening_exponent
    >>> whitening_exponent(np.eye(2), share=0.6), whitening_exponent(np.diag([1.0, 0.0]), share=1.0)
    (0.0, 0.5)
    """
    values = _positive_eigenvalues(covariance, ridge)

    def effective_share(exponent: float) -> float:
        return _participation_ratio(values ** (1 - 2 * exponent)) / len(covariance)

    low, high = 0.0, 0.5
    if not len(values) or effective_share(low) >= share:
        return low
    # The effective number grows with the exponent.
    while high - low > _EXPONENT_PRECISION:
        middle = (low + high) / 2
        low, high = (middle, high) if effective_share(middle) < share else (low, middle)
    return high


def effective_dimensions(covariance: np.ndarray, ridge: float = 0.01) -> float:
    """Return the effective number of dimensions, the participation ratio of :func:`whitening_exponent`.

    Parameters
    ----------
    covariance : numpy.ndarray, shape (d, d)
        Symmetric and positive semi-definite.
    ridge : float, optional
        As in :func:`inverse_power`.

    Returns
    -------
    float
        From 1 to d, or 0 if the covariance is zero.

    Examples
    --------
    >>> import numpy as np
    >>> from gensim_distill.linalg import effective_dimensions
    >>> effective_dimensions(np.diag([1.0, 1.0, 0.0]), ridge=0.0)
    2.0
    """
    values = _positive_eigenvalues(covariance, ridge)
    return _participation_ratio(values) if len(values) else 0.0


def _positive_eigenvalues(covariance: np.ndarray, ridge: float) -> np.ndarray:
    """Return the positive eigenvalues of the regularized covariance, divided by the largest."""
    values = np.maximum(linalg.eigvalsh(covariance), 0.0)
    values = values + ridge * values.mean()
    scaled: np.ndarray = values[values > 0] / values.max(initial=1e-300)
    return scaled


def _participation_ratio(values: np.ndarray) -> float:
    return float(values.sum() ** 2 / (values**2).sum())


def whitening_transform(mean: np.ndarray, covariance: np.ndarray, exponent: float) -> tuple[np.ndarray, np.ndarray]:
    """Compute the affine transform that whitens contexts before gradient descent.

    ``contexts @ matrix + offset`` is centered, whitened by `exponent`, scaled to a mean squared length of 16 and then
    shifted by a unit vector in the direction of the mean. The shift is the intercept of the logistic regressions:
    a word is much rarer as a target than as a negative sample, and without an intercept its vector would have to
    shrink to account for that.

    Parameters
    ----------
    mean : numpy.ndarray, shape (d,)
    covariance : numpy.ndarray, shape (d, d)
    exponent : float
        As in :func:`inverse_power`.

    Returns
    -------
    matrix : numpy.ndarray of float32, shape (d, d)
    offset : numpy.ndarray of float32, shape (d,)

    Examples
    --------
    >>> import numpy as np
    >>> from gensim_distill.linalg import whitening_transform
    >>> matrix, offset = whitening_transform(np.array([3.0, 4.0]), np.zeros((2, 2)), exponent=0.5)
    >>> (np.array([3.0, 4.0]) @ matrix + offset).round(3).tolist()
    [0.6, 0.8]
    """
    matrix, variance = whitening(covariance, exponent)
    if variance > 0:
        matrix = matrix * np.sqrt(_SQUARED_LENGTH / variance)
    whitened_mean = mean @ matrix
    length = np.linalg.norm(whitened_mean)
    intercept = whitened_mean / length if length > 0 else np.eye(len(mean))[0]
    return matrix.astype(np.float32), (intercept - whitened_mean).astype(np.float32)
