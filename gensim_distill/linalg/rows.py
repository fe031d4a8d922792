"""Operations on the rows of large matrices: blocks, centering, normalization, second moments."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
import numpy.typing as npt

# Rows per block: temporary arrays stay small beside matrices with one row per word.
_BLOCK_SIZE = 2048

#: Differences up to this part of the length of vectors are rounding: in float32, hidden states of one text differ by
#: about a tenth of it from one batch to another.
ROUNDING = 1e-5


def row_blocks(n_rows: int) -> Iterator[slice]:
    """Iterate over the rows of a matrix in consecutive blocks of up to 2,048 rows.

    Parameters
    ----------
    n_rows : int

    Yields
    ------
    slice

    Examples
    --------
    >>> from gensim_distill.linalg import row_blocks
    >>> list(row_blocks(3_000))
    [slice(0, 2048, None), slice(2048, 3000, None)]
    """
    return (slice(start, min(start + _BLOCK_SIZE, n_rows)) for start in range(0, n_rows, _BLOCK_SIZE))


def build_in_blocks(build_block: Callable[[slice], np.ndarray], n_rows: int, n_columns: int) -> np.ndarray:
    """Build a float32 matrix block by block, so that float64 intermediates exist for one block at a time.

    Parameters
    ----------
    build_block : callable
        Returns the rows of a slice.
    n_rows, n_columns : int
        The shape of the result.

    Returns
    -------
    numpy.ndarray of float32, shape (n_rows, n_columns)

    Examples
    --------
    >>> import numpy as np
    >>> from gensim_distill.linalg import build_in_blocks
    >>> sums = np.array([[2.0, 4.0], [9.0, 3.0]])
    >>> counts = np.array([[2], [3]])
    >>> build_in_blocks(lambda rows: sums[rows] / counts[rows], n_rows=2, n_columns=2).tolist()
    [[1.0, 2.0], [3.0, 1.0]]
    """
    matrix = np.empty((n_rows, n_columns), dtype=np.float32)
    for rows in row_blocks(n_rows):
        matrix[rows] = build_block(rows)
    return matrix


def second_moment(vectors: np.ndarray, dtype: npt.DTypeLike | None = None) -> np.ndarray:
    """Compute ``vectors.T @ vectors``, accumulated in float64.

    Parameters
    ----------
    vectors : numpy.ndarray, shape (n, d)
        With float32 vectors the products within a block are float32; the sum over blocks is float64.
    dtype : dtype, optional
        The dtype of the products, if not that of the vectors. One block at a time is converted.

    Returns
    -------
    numpy.ndarray of float64, shape (d, d)

    Examples
    --------
    >>> import numpy as np
    >>> from gensim_distill.linalg import second_moment
    >>> second_moment(np.array([[1.0, 2.0], [0.0, 1.0]])).tolist()
    [[1.0, 2.0], [2.0, 5.0]]
    """
    moment = np.zeros((vectors.shape[1], vectors.shape[1]))
    for rows in row_blocks(len(vectors)):
        block = vectors[rows].astype(vectors.dtype if dtype is None else dtype, copy=False)
        moment += block.T @ block
    return moment


def center(vectors: np.ndarray, present: np.ndarray | None = None) -> np.ndarray:
    """Subtract the mean over the rows.

    Parameters
    ----------
    vectors : numpy.ndarray, shape (n, d)
    present : numpy.ndarray of bool, shape (n,), optional
        The rows to include, all by default. The others do not contribute to the mean and become zeros.

    Returns
    -------
    numpy.ndarray, shape (n, d)

    Examples
    --------
    >>> import numpy as np
    >>> from gensim_distill.linalg import center
    >>> center(np.array([[1.0, 2.0], [3.0, 4.0]])).tolist()
    [[-1.0, -1.0], [1.0, 1.0]]
    """
    if present is None:
        present = np.ones(len(vectors), dtype=bool)
    centered = np.zeros_like(vectors)
    if present.any():
        centered[present] = vectors[present] - vectors[present].mean(axis=0)
    return centered


def clear_rounding(differences: np.ndarray, reference: np.ndarray) -> np.ndarray:
    """Replace differences from a vector by zeros where they are rounding, before normalization would enlarge them.

    Parameters
    ----------
    differences : numpy.ndarray of float, shape (n, d)
        Vectors minus `reference`; changed in place.
    reference : numpy.ndarray of float, shape (d,)

    Returns
    -------
    numpy.ndarray of float, shape (n, d)
        `differences`.

    Examples
    --------
    >>> import numpy as np
    >>> from gensim_distill.linalg import clear_rounding
    >>> reference = np.array([3.0, 4.0])
    >>> clear_rounding(np.array([[3.0, 4.0000001], [3.0, 5.0]]) - reference, reference).tolist()
    [[0.0, 0.0], [0.0, 1.0]]
    """
    largest = ROUNDING * np.linalg.norm(reference)
    differences[_row_lengths(differences) <= largest] = 0.0
    return differences


def normalize(vectors: np.ndarray, overwrite: bool = False) -> np.ndarray:
    """L2-normalize each row; rows of zeros stay zeros.

    Parameters
    ----------
    vectors : numpy.ndarray, shape (n, d)
    overwrite : bool, optional
        Whether to write the result into `vectors`. False by default.

    Returns
    -------
    numpy.ndarray, shape (n, d)

    Examples
    --------
    >>> import numpy as np
    >>> from gensim_distill.linalg import normalize
    >>> normalize(np.array([[3.0, 4.0], [0.0, 0.0]])).tolist()
    [[0.6, 0.8], [0.0, 0.0]]
    """
    lengths = _row_lengths(vectors)[:, None]
    result: np.ndarray = np.divide(vectors, np.where(lengths > 0, lengths, 1.0), out=vectors if overwrite else None)
    return result


def _row_lengths(vectors: np.ndarray) -> np.ndarray:
    """Compute the L2 norm of each row, in a third of the time of ``np.linalg.norm``, which stores all squares first."""
    lengths: np.ndarray
    if vectors.dtype.kind == "f":
        lengths = np.sqrt(np.einsum("nd,nd->n", vectors, vectors))
    else:  # squares of integers would overflow
        lengths = np.linalg.norm(vectors, axis=1)
    return lengths
