"""Linear algebra of word vectors: arrays in, arrays out."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
from scipy import linalg

# Rows that are worked on at once where arrays are as large as the vocabulary.
_ROWS = 2048

# Mean squared length of whitened contexts: long enough that scores can become certain, short enough
# that steps do not overshoot at usual learning rates, whatever the teacher's own scale.
_SQUARED_LENGTH = 16.0


def pieces(length: int) -> Iterator[slice]:
    """Divide rows as many as a vocabulary has words into slices, in order, to be worked on one after the other.

    Examples
    --------
    >>> from gensim_distill.linalg.geometry import pieces
    >>> list(pieces(3_000))
    [slice(0, 2048, None), slice(2048, 3000, None)]
    """
    return (slice(start, min(start + _ROWS, length)) for start in range(0, length, _ROWS))


def second_moment(vectors: np.ndarray) -> np.ndarray:
    """Give ``vectors.T @ vectors`` in float64; of vectors in float32 the products are in float32, the sums of them are not.

    Parameters
    ----------
    vectors : numpy.ndarray, shape (n, d)

    Returns
    -------
    numpy.ndarray of float64, shape (d, d)
    """
    moment = np.zeros((vectors.shape[1], vectors.shape[1]))
    for rows in pieces(len(vectors)):
        moment += vectors[rows].T @ vectors[rows]
    return moment


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
    >>> from gensim_distill.linalg.geometry import centre
    >>> centre(np.array([[1.0, 2.0], [3.0, 4.0]])).tolist()
    [[-1.0, -1.0], [1.0, 1.0]]
    """
    if present is None:
        present = np.ones(len(vectors), dtype=bool)
    centred = np.zeros_like(vectors)
    if present.any():
        centred[present] = vectors[present] - vectors[present].mean(axis=0)
    return centred


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
    >>> from gensim_distill.linalg.geometry import normalise
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
    >>> from gensim_distill.linalg.geometry import tempered_inverse
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
    >>> from gensim_distill.linalg.geometry import ridge_prediction
    >>> ridge_prediction([np.array([[1.0], [-1.0]])], np.array([[2.0], [-2.0]])).tolist()
    [[1.0], [-1.0]]
    """
    gram = np.block([[left.T @ right for right in predictors] for left in predictors])
    moment = np.concatenate([predictor.T @ targets for predictor in predictors])
    weights = ridge_weights(gram, moment, penalty)
    # Piece by piece, rather than lay all predictors of a large vocabulary side by side.
    predicted = targets if overwrite else np.empty(targets.shape)
    for rows in pieces(len(targets)):
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
    >>> from gensim_distill.linalg.geometry import ridge_weights
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
    >>> from gensim_distill.linalg.geometry import reliability
    >>> reliability(np.array([[3.0], [-3.0]]), np.array([1, 1]), noise=3.0).round(3).tolist()
    [0.667, 0.667]
    """
    present = counts > 0
    total = float((vectors[present] ** 2).sum())
    return reliability_at(counts, noise, signal_level(total, counts, noise))


def signal_level(squared_length: float, counts: np.ndarray, noise: float) -> float:
    """Estimate the mean squared length that means would have without their noise, for :func:`reliability_at`.

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


def reliability_at(counts: np.ndarray, noise: float, signal: float) -> np.ndarray:
    """Give the factor of :func:`reliability` where noise and signal are known.

    Examples
    --------
    >>> import numpy as np
    >>> from gensim_distill.linalg.geometry import reliability_at
    >>> reliability_at(np.array([0, 1, 3]), noise=3.0, signal=1.0).tolist()
    [0.0, 0.25, 0.5]
    """
    if signal <= 0:
        return np.zeros(len(counts))
    factors: np.ndarray = np.where(counts > 0, signal / (signal + noise / np.maximum(counts, 1)), 0.0)
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
    projected: np.ndarray = vectors @ main_directions(vectors, width).astype(vectors.dtype, copy=False)
    return projected


def main_directions(vectors: np.ndarray, width: int) -> np.ndarray:
    """Give the directions onto which :func:`reduce_width` projects, as the columns of a matrix.

    Parameters
    ----------
    vectors : numpy.ndarray, shape (n, d)
    width : int
        At most d.

    Returns
    -------
    numpy.ndarray of float64, shape (d, width)

    Examples
    --------
    >>> import numpy as np
    >>> from gensim_distill.linalg.geometry import main_directions
    >>> main_directions(np.array([[1.0, 0.0], [0.0, 2.0], [0.0, -3.0]]), 1).tolist()
    [[0.0], [1.0]]
    """
    size = vectors.shape[1]
    if not 1 <= width <= size:
        raise ValueError(f"Vectors of width {size} can be reduced to 1 up to that many, not to {width}.")
    return main_directions_of(second_moment(vectors), width)


def main_directions_of(moment: np.ndarray, number: int) -> np.ndarray:
    """Give the :func:`main_directions` of vectors of which the second moment alone is known.

    Parameters
    ----------
    moment : numpy.ndarray, shape (d, d)
        ``vectors.T @ vectors``.
    number : int
        At most d.

    Returns
    -------
    numpy.ndarray of float64, shape (d, number)
    """
    size = len(moment)
    _, basis = linalg.eigh(moment.astype(np.float64), subset_by_index=[size - number, size - 1])
    basis = basis[:, ::-1]  # the strongest first
    directions: np.ndarray = basis * np.sign(basis[np.abs(basis).argmax(axis=0), np.arange(number)])
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
