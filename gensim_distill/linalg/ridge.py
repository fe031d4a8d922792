"""Ridge regression."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from scipy import linalg

from gensim_distill.linalg.rows import row_blocks


def ridge_prediction(
    predictors: Sequence[np.ndarray], targets: np.ndarray, penalty: float = 1.0, overwrite: bool = False
) -> np.ndarray:
    """Predict targets from several arrays side by side, by ridge regression over the rows.

    What the predictors agree on is predicted well, what is noise in one of them is not. There is no
    intercept: center predictors and targets first.

    Parameters
    ----------
    predictors : sequence of numpy.ndarray, each of shape (n, d_i)
    targets : numpy.ndarray, shape (n, k)
    penalty : float, optional
        As a multiple of the mean eigenvalue of the predictors' second moment: directions that vary as
        much as the mean are halved at 1, and kept as they are at 0.
    overwrite : bool, optional
        Whether the result may take the place of the targets.

    Returns
    -------
    numpy.ndarray of float64, shape (n, k)

    Examples
    --------
    >>> import numpy as np
    >>> from gensim_distill.linalg.ridge import ridge_prediction
    >>> ridge_prediction([np.array([[1.0], [-1.0]])], np.array([[2.0], [-2.0]])).tolist()
    [[1.0], [-1.0]]
    """
    gram = np.block([[left.T @ right for right in predictors] for left in predictors])
    moment = np.concatenate([predictor.T @ targets for predictor in predictors])
    weights = ridge_weights(gram, moment, penalty)
    # Piece by piece, rather than lay all predictors of a large vocabulary side by side.
    predicted = targets if overwrite else np.empty(targets.shape)
    for rows in row_blocks(len(targets)):
        predicted[rows] = np.hstack([predictor[rows] for predictor in predictors]) @ weights
    return predicted


def ridge_weights(gram: np.ndarray, moment: np.ndarray, penalty: float = 1.0) -> np.ndarray:
    """Give the weights of a ridge regression whose predictors and targets are known by their products alone.

    Parameters
    ----------
    gram : numpy.ndarray, shape (d, d)
        ``predictors.T @ predictors``.
    moment : numpy.ndarray, shape (d, k)
        ``predictors.T @ targets``.
    penalty : float, optional
        As for :func:`ridge_prediction`.

    Returns
    -------
    numpy.ndarray of float64, shape (d, k)
        Zeros, if the predictors are.

    Examples
    --------
    >>> import numpy as np
    >>> from gensim_distill.linalg.ridge import ridge_weights
    >>> ridge_weights(np.array([[2.0]]), np.array([[4.0]])).tolist()
    [[1.0]]
    """
    mean_eigenvalue = np.trace(gram) / len(gram)
    if not mean_eigenvalue:
        return np.zeros(moment.shape)
    weights: np.ndarray
    if penalty:
        weights = linalg.solve(gram + penalty * mean_eigenvalue * np.eye(len(gram)), moment, assume_a="pos")
    else:
        weights = linalg.lstsq(gram, moment)[0]  # of fewer rows than columns the shortest solution
    return weights
