"""Linear algebra of word vectors: arrays in, arrays out."""

from __future__ import annotations

import numpy as np
from scipy import linalg


def centre(vectors: np.ndarray, present: np.ndarray | None = None) -> np.ndarray:
    """Subtract the mean over the rows, or over those of them that are `present`.

    Examples
    --------
    >>> import numpy as np
    >>> from gensim_distill.geometry import centre
    >>> centre(np.array([[1.0, 2.0], [3.0, 4.0]])).tolist()
    [[-1.0, -1.0], [1.0, 1.0]]
    """
    rows = vectors if present is None else vectors[present]
    return vectors - rows.mean(axis=0) if len(rows) else vectors


def normalise(vectors: np.ndarray) -> np.ndarray:
    """Scale each row to length one; rows of zeros stay as they are.

    Examples
    --------
    >>> import numpy as np
    >>> from gensim_distill.geometry import normalise
    >>> normalise(np.array([[3.0, 4.0], [0.0, 0.0]])).tolist()
    [[0.6, 0.8], [0.0, 0.0]]
    """
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    return vectors / np.where(lengths > 0, lengths, 1.0)


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
    # A corpus of one context has no variance at all: then there is nothing to temper.
    scale = np.where(values > 0, np.power(values, -exponent, where=values > 0, out=np.ones_like(values)), 0.0)
    if not values.any():
        scale = np.ones_like(values)
    result: np.ndarray = (basis * scale) @ basis.T
    return result


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
    if not 1 <= width <= vectors.shape[1]:
        raise ValueError(f"Vectors of width {vectors.shape[1]} can be reduced to 1 up to that many, not to {width}.")
    values, basis = linalg.eigh(vectors.T @ vectors)
    basis = basis[:, np.argsort(values)[::-1][:width]]
    basis *= np.sign(basis[np.abs(basis).argmax(axis=0), np.arange(width)])
    projected: np.ndarray = vectors @ basis
    return projected


def whitener(mean: np.ndarray, covariance: np.ndarray, exponent: float) -> tuple[np.ndarray, np.ndarray]:
    """Give mean and matrix that make contexts ``(c - mean) @ matrix`` centred and whitened by `exponent`.

    The matrix is scaled so that an entry of a context has the variance one on average, whatever
    the exponent and the teacher: then the same learning rate serves them all.

    Parameters
    ----------
    mean : numpy.ndarray, shape (width,)
    covariance : numpy.ndarray, shape (width, width)
    exponent : float
        As for :func:`tempered_inverse`.

    Returns
    -------
    (numpy.ndarray of float32, numpy.ndarray of float32)
        Of the shapes (width,) and (width, width).
    """
    matrix = tempered_inverse(covariance, exponent)
    variance = np.trace(matrix @ covariance @ matrix) / len(mean)
    if variance > 0:
        matrix = matrix / np.sqrt(variance)
    return mean.astype(np.float32), matrix.astype(np.float32)
