"""Smaller numbers and fewer of them: arrays in, arrays out."""

from __future__ import annotations

import logging

import numpy as np

from gensim_distill._utils.validation import check_whole
from gensim_distill.linalg import principal_directions, row_blocks, second_moment

logger = logging.getLogger(__name__)

#: The types in which vectors can be written, where a format allows.
DTYPES = ("float32", "float16", "int8")
# How far the second moment of vectors in main order may be from a diagonal matrix: that of float32.
_TOLERANCE = 1e-4


def in_main_order(vectors: np.ndarray) -> bool:
    """Tell whether the coordinates are the main directions of the vectors, the strongest first.

    Then the first k coordinates are the best k of all projections. It is so for the vectors of a
    :class:`~gensim_distill.DistilledWord2Vec` that were reduced to its ``vector_size``.

    Parameters
    ----------
    vectors : numpy.ndarray, shape (n, width)

    Returns
    -------
    bool

    Examples
    --------
    >>> import numpy as np
    >>> from gensim_distill.exports.quantization import in_main_order
    >>> in_main_order(np.array([[2.0, 0.0], [0.0, 1.0]])), in_main_order(np.array([[1.0, 0.0], [0.0, 2.0]]))
    (True, False)
    """
    moment = second_moment(vectors.astype(np.float64))
    strength = np.diag(moment)
    scale = strength.max(initial=0.0)
    return bool(
        np.abs(moment - np.diag(strength)).max(initial=0.0) <= _TOLERANCE * scale
        and (np.diff(strength) <= _TOLERANCE * scale).all()
    )


def projection(vectors: np.ndarray, dimensions: int | None) -> np.ndarray | None:
    """Give the matrix that brings vectors to fewer dimensions, or None if they keep them.

    Of vectors in main order it takes the first coordinates as they are; others are projected onto
    their main directions, and that is logged, since their coordinates are then new ones.

    Raises
    ------
    ValueError
        If there are not so many dimensions.
    """
    width = vectors.shape[1]
    if dimensions is None:
        return None
    check_whole("dimensions", dimensions, 1, width, ", the dimensions of these vectors, or None to keep all")
    if dimensions == width:
        return None
    if in_main_order(vectors):
        return np.eye(width, dimensions)
    logger.info("The vectors are projected onto their %i main directions, so that all coordinates are new.", dimensions)
    return principal_directions(vectors.astype(np.float64), int(dimensions))


def project(vectors: np.ndarray, matrix: np.ndarray | None) -> np.ndarray:
    """Give vectors times a matrix in float32, piece by piece; without a matrix the vectors as they are."""
    if matrix is None:
        return np.ascontiguousarray(vectors, dtype=np.float32)
    projected = np.empty((len(vectors), matrix.shape[1]), dtype=np.float32)
    for rows in row_blocks(len(vectors)):
        projected[rows] = vectors[rows].astype(np.float64) @ matrix
    return projected


def to_half(vectors: np.ndarray) -> np.ndarray:
    """Give vectors in float16.

    Raises
    ------
    ValueError
        If one holds a number that float16 has no room for.
    """
    largest = float(np.abs(vectors).max(initial=0.0))
    if largest > 65504:
        raise ValueError(
            f"dtype='float16': the vectors hold numbers of the size of {largest:.3g}, and float16 ends at 65504: use float32, "
            "or scale the vectors down, which changes no cosine."
        )
    return vectors.astype(np.float16)


def quantize(vectors: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Give vectors as whole numbers from -127 to 127, and a scale for each row.

    Parameters
    ----------
    vectors : numpy.ndarray, shape (n, width)

    Returns
    -------
    numpy.ndarray of int8, shape (n, width)
    numpy.ndarray of float32, shape (n,)
        By which to multiply each row.

    Examples
    --------
    >>> import numpy as np
    >>> from gensim_distill.exports.quantization import quantize
    >>> values, scales = quantize(np.array([[1.27, -0.5], [0.0, 0.0]]))
    >>> values.tolist(), scales.round(4).tolist()
    ([[127, -50], [0, 0]], [0.009999999776482582, 0.0])
    """
    scales = (np.abs(vectors).max(axis=1, initial=0.0) / 127).astype(np.float32)
    steps = np.where(scales > 0, scales, 1)[:, None]
    return np.clip(np.rint(vectors / steps), -127, 127).astype(np.int8), scales


def after_export(vectors: np.ndarray, dimensions: int | None, dtype: str) -> np.ndarray:
    """Give the vectors, in float32, that one finds again after an export with these settings."""
    smaller = project(vectors, projection(vectors, dimensions))
    if dtype == "float16":
        return to_half(smaller).astype(np.float32)
    if dtype == "int8":
        values, scales = quantize(smaller)
        return values.astype(np.float32) * scales[:, None]
    return smaller
