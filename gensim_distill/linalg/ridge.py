"""Ridge regression."""

from __future__ import annotations

import numpy as np
from scipy import linalg


def ridge_weights(gram: np.ndarray, moment: np.ndarray, penalty: float = 1.0) -> np.ndarray:
    """Compute the weights of a ridge regression without intercept from its normal equations.

    ``predictors @ weights`` then predicts the targets. Center predictors and targets first.

    Parameters
    ----------
    gram : numpy.ndarray, shape (d, d)
        ``predictors.T @ predictors``.
    moment : numpy.ndarray, shape (d, k)
        ``predictors.T @ targets``.
    penalty : float, optional
        As a multiple of the mean eigenvalue of `gram`. With the default, 1, a direction with the mean eigenvalue is
        shrunk by half. 0 is least squares; if it is underdetermined, the solution of minimum norm.

    Returns
    -------
    numpy.ndarray of float64, shape (d, k)
        Zeros, if all predictors are zeros.

    Examples
    --------
    >>> import numpy as np
    >>> from gensim_distill.linalg import ridge_weights
    >>> ridge_weights(gram=np.array([[2.0]]), moment=np.array([[4.0]])).tolist()
    [[1.0]]
    """
    mean_eigenvalue = np.trace(gram) / len(gram)
    if not mean_eigenvalue:
        return np.zeros(moment.shape)
    weights: np.ndarray
    if penalty:
        # Twice as fast as linalg.solve, which also estimates the condition.
        # In LAPACK's order, the factor takes the place of the copy.
        regularized = np.array(gram, dtype=np.float64, order="F")
        np.einsum("ii->i", regularized)[:] += penalty * mean_eigenvalue
        factor = linalg.cho_factor(regularized, overwrite_a=True)
        weights = linalg.cho_solve(factor, moment)
    else:
        weights = linalg.lstsq(gram, moment)[0]
    return weights
