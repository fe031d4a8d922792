"""Principal components."""

from __future__ import annotations

import numpy as np
from scipy import linalg

from gensim_distill.linalg.rows import second_moment


def reduce_width(vectors: np.ndarray, width: int) -> np.ndarray:
    """Project vectors onto their `width` main directions, the strongest first.

    The directions are those of the largest second moment about zero: of all projections this one
    keeps the dot products best. For centered vectors it is PCA. Signs are fixed so that the entry of
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
    projected: np.ndarray = vectors @ principal_directions(vectors, width).astype(vectors.dtype, copy=False)
    return projected


def principal_directions(vectors: np.ndarray, width: int) -> np.ndarray:
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
    >>> from gensim_distill.linalg.principal_components import principal_directions
    >>> principal_directions(np.array([[1.0, 0.0], [0.0, 2.0], [0.0, -3.0]]), 1).tolist()
    [[0.0], [1.0]]
    """
    size = vectors.shape[1]
    if not 1 <= width <= size:
        raise ValueError(f"Vectors of width {size} can be reduced to 1 up to that many, not to {width}.")
    return principal_directions_of_moment(second_moment(vectors), width)


def principal_directions_of_moment(moment: np.ndarray, number: int) -> np.ndarray:
    """Give the :func:`principal_directions` of vectors of which the second moment alone is known.

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
