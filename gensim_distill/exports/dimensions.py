"""Reduce vectors to fewer dimensions, by their principal components."""

from __future__ import annotations

import logging

import numpy as np

from gensim_distill._utils.validation import check_whole
from gensim_distill.linalg import principal_directions_from_moment, row_blocks, second_moment

logger = logging.getLogger(__name__)

# Tolerance for a second moment that counts as diagonal: the rounding of float32.
_TOLERANCE = 1e-4


def has_principal_axes(vectors: np.ndarray) -> bool:
    """Return whether the coordinates are the principal components of the vectors, the strongest first.

    Then the first k coordinates are the best projection to k dimensions. This holds for the vectors
    of a :class:`~gensim_distill.DistilledWord2Vec` that were reduced to its ``vector_size``.

    Parameters
    ----------
    vectors : numpy.ndarray, shape (n, vector_size)

    Returns
    -------
    bool

    Examples
    --------
    >>> import numpy as np
    >>> from gensim_distill.exports.dimensions import has_principal_axes
    >>> has_principal_axes(np.array([[2.0, 0.0], [0.0, 1.0]])), has_principal_axes(np.array([[1.0, 0.0], [0.0, 2.0]]))
    (True, False)
    """
    moment = second_moment(vectors, dtype=np.float64)
    strengths = np.diag(moment)
    scale = strengths.max(initial=0.0)
    return bool(
        np.abs(moment - np.diag(strengths)).max(initial=0.0) <= _TOLERANCE * scale
        and (np.diff(strengths) <= _TOLERANCE * scale).all()
    )


def projection(vectors: np.ndarray, dimensions: int | None) -> np.ndarray | None:
    """Return the matrix that projects vectors to fewer dimensions, or None to keep all.

    If the coordinates are principal components already, the projection selects the first of them.
    Otherwise it projects onto the principal directions, which is logged, since it changes all coordinates.

    Parameters
    ----------
    vectors : numpy.ndarray, shape (n, vector_size)
    dimensions : int or None

    Returns
    -------
    numpy.ndarray of float64, shape (vector_size, dimensions), or None

    Raises
    ------
    ValueError
        If `dimensions` is not a whole number from 1 to the size of the vectors.
    """
    size = vectors.shape[1]
    if dimensions is None:
        return None
    check_whole("dimensions", dimensions, 1, size, ", the dimensions of these vectors, or None to keep all")
    if dimensions == size:
        return None
    if has_principal_axes(vectors):
        return np.eye(size, dimensions)
    logger.info(
        "The vectors are projected onto their %i principal directions, which changes all coordinates.", dimensions
    )
    return principal_directions_from_moment(second_moment(vectors, dtype=np.float64), int(dimensions))


def project(vectors: np.ndarray, matrix: np.ndarray | None) -> np.ndarray:
    """Return vectors times a matrix, in float32; without a matrix only the dtype changes.

    Parameters
    ----------
    vectors : numpy.ndarray, shape (n, vector_size)
    matrix : numpy.ndarray, shape (vector_size, dimensions), or None

    Returns
    -------
    numpy.ndarray of float32, shape (n, dimensions)
    """
    if matrix is None:
        return np.ascontiguousarray(vectors, dtype=np.float32)
    projected = np.empty((len(vectors), matrix.shape[1]), dtype=np.float32)
    for rows in row_blocks(len(vectors)):
        projected[rows] = vectors[rows].astype(np.float64) @ matrix
    return projected
