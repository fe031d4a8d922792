"""Smaller dtypes for vectors: float16, and int8 with one scale per row."""

from __future__ import annotations

from typing import Literal, TypeAlias, get_args

import numpy as np

from gensim_distill._utils.validation import check_choice
from gensim_distill.linalg import row_blocks

#: The dtypes in which vectors can be written, where the format has them.
VectorDtype: TypeAlias = Literal["float32", "float16", "int8"]
DTYPES: tuple[VectorDtype, ...] = get_args(VectorDtype)

_LARGEST_FLOAT16 = 65504


def to_float16(vectors: np.ndarray) -> np.ndarray:
    """Return vectors in float16.

    Parameters
    ----------
    vectors : numpy.ndarray, shape (n, vector_size)

    Returns
    -------
    numpy.ndarray of float16, shape (n, vector_size)

    Raises
    ------
    ValueError
        If a number is too large for float16.
    """
    largest = float(np.maximum(vectors.max(initial=0.0), -vectors.min(initial=0.0)))
    if largest > _LARGEST_FLOAT16:
        raise ValueError(
            f"dtype='float16': the vectors contain numbers as large as {largest:.3g}, and float16 ends at "
            f"{_LARGEST_FLOAT16}: use float32, or scale the vectors down, which changes no cosine."
        )
    return vectors.astype(np.float16)


def to_int8(vectors: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return vectors as integers from -127 to 127, and a scale for each row.

    Parameters
    ----------
    vectors : numpy.ndarray, shape (n, vector_size)

    Returns
    -------
    values : numpy.ndarray of int8, shape (n, vector_size)
    scales : numpy.ndarray of float32, shape (n,)
        The factor of each row: ``values * scales[:, None]`` approximates the vectors.

    Examples
    --------
    >>> import numpy as np
    >>> from gensim_distill.vectors.quantization import to_int8
    >>> values, scales = to_int8(np.array([[1.27, -0.5], [0.0, 0.0]]))
    >>> values.tolist(), scales.round(4).tolist()
    ([[127, -50], [0, 0]], [0.009999999776482582, 0.0])
    """
    values, scales = np.empty(vectors.shape, dtype=np.int8), np.empty(len(vectors), dtype=np.float32)
    for rows in row_blocks(len(vectors)):
        scales[rows] = np.abs(vectors[rows]).max(axis=1, initial=0.0) / 127
        steps = np.where(scales[rows] > 0, scales[rows], 1)[:, None]
        values[rows] = np.clip(np.rint(vectors[rows] / steps), -127, 127)
    return values, scales


def quantize(vectors: np.ndarray, dtype: VectorDtype) -> tuple[np.ndarray, np.ndarray | None]:
    """Return vectors in a dtype, and for int8 the scale of each row, else None.

    Parameters
    ----------
    vectors : numpy.ndarray of float32, shape (n, vector_size)
    dtype : {"float32", "float16", "int8"}

    Returns
    -------
    values : numpy.ndarray of `dtype`, shape (n, vector_size)
    scales : numpy.ndarray of float32, shape (n,), or None

    Raises
    ------
    ValueError
        If the dtype is unknown, or a number is too large for float16.
    """
    check_choice("dtype", dtype, DTYPES)
    if dtype == "int8":
        return to_int8(vectors)
    return (to_float16(vectors) if dtype == "float16" else vectors), None


def float_rows(vectors: np.ndarray, dtype: VectorDtype) -> np.ndarray:
    """Return vectors in a dtype of :func:`quantize` without scales.

    Raises
    ------
    ValueError
        If the dtype is another, or a number is too large for float16.
    """
    check_choice("dtype", dtype, ("float32", "float16"))
    return quantize(vectors, dtype)[0]


def dequantize(values: np.ndarray, scales: np.ndarray | None) -> np.ndarray:
    """Return the vectors in float32 from the output of :func:`quantize`."""
    if scales is None:
        return values.astype(np.float32, copy=False)
    vectors = values.astype(np.float32)
    with np.errstate(over="ignore"):  # of damaged files
        vectors *= scales[:, None]
    return vectors
