"""Types of arrays, and selection of rows."""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
import numpy.typing as npt

IntArray: TypeAlias = npt.NDArray[np.int64]
#: Some rows of an array.
Rows: TypeAlias = slice | npt.NDArray[np.int64]


def take_rows(array: np.ndarray, rows: IntArray) -> np.ndarray:
    """Return some rows of an array, and zeros for rows of -1.

    Parameters
    ----------
    array : numpy.ndarray, shape (n, ...)
    rows : numpy.ndarray of int64, shape (m,)
        From -1 to n - 1.

    Returns
    -------
    numpy.ndarray, shape (m, ...)

    Examples
    --------
    >>> import numpy as np
    >>> from gensim_distill._utils.arrays import take_rows
    >>> take_rows(np.array([3, 5]), np.array([1, -1, 0])).tolist()
    [5, 0, 3]
    """
    if not len(array):
        return np.zeros((len(rows), *array.shape[1:]), dtype=array.dtype)
    taken = array[rows]  # which is the last row for -1
    taken[rows < 0] = 0
    return taken
