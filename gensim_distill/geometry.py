"""Linear algebra of word vectors: arrays in, arrays out."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from scipy import linalg

# Mean squared length of whitened contexts: long enough that scores can become certain, short enough
# that steps do not overshoot at usual learning rates, whatever the teacher's own scale.
_SQUARED_LENGTH = 16.0


def centre(vectors: np.ndarray, present: np.ndarray | None = None) -> np.ndarray:
    """Subtract the mean over the rows; if some are not `present`, they do not count and become zeros.

    Parameters
    ----------
    vectors : numpy.ndarray, shape (n, width)
    present : numpy.ndarray of bool, shape (n,), optional
        Which rows there are; by default all.

    Returns
    -------
    numpy.ndarray, shape (n, width)

    Examples
    --------
    >>> import numpy as np
    >>> from gensim_distill.geometry import centre
    >>> centre(np.array([[1.0, 2.0], [3.0, 4.0]])).tolist()
    [[-1.0, -1.0], [1.0, 1.0]]
    """
    if present is None:
        present = np.ones(len(vectors), dtype=bool)
    centred = np.zeros_like(vectors)
    if present.any():
        centred[present] = vectors[present] - vectors[present].mean(axis=0)
    return centred


# Rows that are worked on at once where arrays are as large as the vocabulary.
_ROWS = 8_192


def normalise(vectors: np.ndarray, overwrite: bool = False) -> np.ndarray:
    """Scale each row to length one; rows of zeros stay as they are.

    Parameters
    ----------
    vectors : numpy.ndarray, shape (n, d)
    overwrite : bool, optional
        Whether the result may take the place of the vectors.

    Returns
    -------
    numpy.ndarray, shape (n, d)

    Examples
    --------
    >>> import numpy as np
    >>> from gensim_distill.geometry import normalise
    >>> normalise(np.array([[3.0, 4.0], [0.0, 0.0]])).tolist()
    [[0.6, 0.8], [0.0, 0.0]]
    """
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    result: np.ndarray = np.divide(vectors, np.where(lengths > 0, lengths, 1.0), out=vectors if overwrite else None)
    return result


def tempered_inverse(covariance: np.ndarray, exponent: float, ridge: float = 0.01) -> np.ndarray:
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
    >>> from gensim_distill.geometry import tempered_inverse
    >>> tempered_inverse(np.diag([4.0, 1.0]), exponent=0.5, ridge=0.0).round(3).tolist()
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


def ridge_prediction(
    predictors: Sequence[np.ndarray], targets: np.ndarray, penalty: float = 1.0, overwrite: bool = False
) -> np.ndarray:
    """Predict targets from several arrays side by side, by ridge regression over the rows.

    What the predictors agree on is predicted well, what is noise in one of them is not. There is no
    intercept: centre predictors and targets first.

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
    >>> from gensim_distill.geometry import ridge_prediction
    >>> ridge_prediction([np.array([[1.0], [-1.0]])], np.array([[2.0], [-2.0]])).tolist()
    [[1.0], [-1.0]]
    """
    gram = np.block([[left.T @ right for right in predictors] for left in predictors])
    mean_eigenvalue = np.trace(gram) / len(gram)
    if not mean_eigenvalue:
        return np.zeros(targets.shape)
    moment = np.concatenate([predictor.T @ targets for predictor in predictors])
    if penalty:
        weights = linalg.solve(gram + penalty * mean_eigenvalue * np.eye(len(gram)), moment, assume_a="pos")
    else:
        weights = linalg.lstsq(gram, moment)[0]  # of fewer rows than columns the shortest solution
    # Piece by piece, rather than lay all predictors of a large vocabulary side by side.
    predicted = targets if overwrite else np.empty(targets.shape)
    for start in range(0, len(targets), _ROWS):
        rows = slice(start, start + _ROWS)
        predicted[rows] = np.hstack([predictor[rows] for predictor in predictors]) @ weights
    return predicted


def reliability(vectors: np.ndarray, counts: np.ndarray, noise: float) -> np.ndarray:
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
    >>> from gensim_distill.geometry import reliability
    >>> reliability(np.array([[3.0], [-3.0]]), np.array([1, 1]), noise=3.0).round(3).tolist()
    [0.667, 0.667]
    """
    present = counts > 0
    chance = noise / np.maximum(counts, 1)
    signal = np.mean((vectors[present] ** 2).sum(axis=1) - chance[present]) if present.any() else 0.0
    if signal <= 0:
        return np.zeros(len(counts))
    factors: np.ndarray = np.where(present, signal / (signal + chance), 0.0)
    return factors


def reduce_width(vectors: np.ndarray, width: int) -> np.ndarray:
    """Project vectors onto their `width` main directions, the strongest first.

    The directions are those of the largest second moment about zero: of all projections this one
    keeps the dot products best. For centred vectors it is PCA. Signs are fixed so that the entry of
    largest magnitude of each direction is positive: the same vectors always give the same result.

    Parameters
    ----------
    vectors : numpy.ndarray, shape (n, d)
    width : int
        At most d.

    Returns
    -------
    numpy.ndarray, shape (n, width)
    """
    projected: np.ndarray = vectors @ main_directions(vectors, width)
    return projected


def main_directions(vectors: np.ndarray, width: int) -> np.ndarray:
    """Give the `width` main directions of vectors as columns, the strongest first; see :func:`reduce_width`.

    With them what belongs to the vectors, such as those of the n-grams of words, can be projected alike.

    Returns
    -------
    numpy.ndarray, shape (d, width)
    """
    if not 1 <= width <= vectors.shape[1]:
        raise ValueError(f"Vectors of width {vectors.shape[1]} can be reduced to 1 up to that many, not to {width}.")
    values, basis = linalg.eigh(vectors.T @ vectors)
    basis = basis[:, np.argsort(values)[::-1][:width]]
    basis *= np.sign(basis[np.abs(basis).argmax(axis=0), np.arange(width)])
    directions: np.ndarray = basis
    return directions


def whitener(mean: np.ndarray, covariance: np.ndarray, exponent: float) -> tuple[np.ndarray, np.ndarray]:
    """Give matrix and offset that make contexts ``c @ matrix + offset`` whitened by `exponent`, for gradient descent.

    The contexts are centred, scaled to a mean squared length of 16, and then moved by one unit in the
    direction of their mean. This constant part serves as the intercept of the logistic regressions:
    a word is much rarer as a target than as noise, and without an intercept its vector would have to
    shrink to say so.

    Parameters
    ----------
    mean : numpy.ndarray, shape (width,)
    covariance : numpy.ndarray, shape (width, width)
    exponent : float
        As for :func:`tempered_inverse`.

    Returns
    -------
    (numpy.ndarray of float32, numpy.ndarray of float32)
        Of the shapes (width, width) and (width,).
    """
    matrix = tempered_inverse(covariance, exponent)
    variance = np.trace(matrix @ covariance @ matrix)
    if variance > 0:
        matrix = matrix * np.sqrt(_SQUARED_LENGTH / variance)
    middle = mean @ matrix
    length = np.linalg.norm(middle)
    intercept = middle / length if length > 0 else np.eye(len(mean))[0]
    return matrix.astype(np.float32), (intercept - middle).astype(np.float32)
