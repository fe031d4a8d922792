"""Rows of large matrices: blocks, means, lengths and second moments."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

# Rows that are worked on at once where arrays are as large as the vocabulary.
_ROWS = 2048


def row_blocks(length: int) -> Iterator[slice]:
    """Divide rows as many as a vocabulary has words into slices, in order, to be worked on one after the other.

    Examples
    --------
    >>> from gensim_distill.linalg.rows import row_blocks
    >>> list(row_blocks(3_000))
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
    for rows in row_blocks(len(vectors)):
        moment += vectors[rows].T @ vectors[rows]
    return moment


def center(vectors: np.ndarray, present: np.ndarray | None = None) -> np.ndarray:
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
    >>> from gensim_distill.linalg.rows import center
    >>> center(np.array([[1.0, 2.0], [3.0, 4.0]])).tolist()
    [[-1.0, -1.0], [1.0, 1.0]]
    """
    if present is None:
        present = np.ones(len(vectors), dtype=bool)
    centered = np.zeros_like(vectors)
    if present.any():
        centered[present] = vectors[present] - vectors[present].mean(axis=0)
    return centered


def normalize(vectors: np.ndarray, overwrite: bool = False) -> np.ndarray:
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
    >>> from gensim_distill.linalg.rows import normalize
    >>> normalize(np.array([[3.0, 4.0], [0.0, 0.0]])).tolist()
    [[0.6, 0.8], [0.0, 0.0]]
    """
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    result: np.ndarray = np.divide(vectors, np.where(lengths > 0, lengths, 1.0), out=vectors if overwrite else None)
    return result
