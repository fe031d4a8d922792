"""Least squares on bags of words: rows of a table that add up to the vectors of texts."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import sparse

from gensim_distill._utils.arrays import IntArray

# Columns that are solved together: the temporary arrays stay small beside the table.
CORRECTED_COLUMNS = 128


def bags_of_words(words: IntArray, lengths: IntArray, vocabulary_size: int) -> sparse.csr_array:
    """Return one row per text with the count of each word, divided by the square root of the length of the text.

    A sum over n words has n times the variance of one word. With this divisor all texts have residuals of the same
    variance, whatever their lengths, so that least squares weights them as it should.

    Parameters
    ----------
    words : numpy.ndarray of int, shape (sum of lengths,)
        The words of all texts, concatenated.
    lengths : numpy.ndarray of int, shape (n_texts,)
    vocabulary_size : int

    Returns
    -------
    scipy.sparse.csr_array of float32, shape (n_texts, vocabulary_size)

    Examples
    --------
    >>> import numpy as np
    >>> from gensim_distill.linalg.bags import bags_of_words
    >>> bags_of_words(np.array([0, 0, 1, 2]), np.array([4, 0]), vocabulary_size=3).toarray().tolist()
    [[1.0, 0.5, 0.5], [0.0, 0.0, 0.0]]
    """
    shares = np.repeat((1 / np.sqrt(np.maximum(lengths, 1))).astype(np.float32), lengths)
    ends = np.concatenate([[0], np.cumsum(lengths)])
    # scipy's products need indices and ends of one integer type.
    kind = np.int32 if len(words) < 2**31 else np.int64
    bags = sparse.csr_array((shares, words.astype(kind), ends.astype(kind)), shape=(len(lengths), vocabulary_size))
    bags.sum_duplicates()
    return bags


def sum_rows(bags: sparse.csr_array, rows: np.ndarray) -> np.ndarray:
    """Compute ``bags @ rows`` on all cores.

    The kernel is torch's; scipy uses one core, and takes twice as long on it.

    Parameters
    ----------
    bags : scipy.sparse.csr_array of float32, shape (n, m)
    rows : numpy.ndarray of float, shape (m, d)

    Returns
    -------
    numpy.ndarray, shape (n, d)
        Of the dtype of `rows`.

    Examples
    --------
    >>> import numpy as np
    >>> from scipy import sparse
    >>> from gensim_distill.linalg.bags import sum_rows
    >>> bags = sparse.csr_array(np.array([[1.0, 0.5], [0.0, 0.0]], np.float32))
    >>> sum_rows(bags, np.array([[1.0], [4.0]], np.float32)).tolist()
    [[3.0], [0.0]]
    """
    if not bags.nnz:
        return np.zeros((bags.shape[0], rows.shape[1]), rows.dtype)
    import torch  # takes seconds to import
    from torch.nn.functional import embedding_bag

    table = torch.from_numpy(np.ascontiguousarray(rows))
    indices, ends, shares = (torch.from_numpy(array) for array in (bags.indices, bags.indptr, bags.data))
    with torch.inference_mode():
        sums: np.ndarray = embedding_bag(
            indices, table, ends, mode="sum", per_sample_weights=shares.to(table.dtype), include_last_offset=True
        ).numpy()
    return sums


@dataclass(frozen=True)
class Correction:
    """The result of :func:`correct_rows`.

    Attributes
    ----------
    rows : numpy.ndarray of float32, shape (vocabulary_size, d)
        The corrections of the rows of the table; zeros for words that are in no text.
    residuals : tuple of float
        The norm of the gradient before the first iteration and after each, relative to the first.
    """

    rows: np.ndarray
    residuals: tuple[float, ...]


def correct_rows(
    table: np.ndarray, bags: sparse.csr_array, targets: np.ndarray, penalty: float, iterations: int = 8
) -> Correction:
    """Fit ``argmin_D ||bags @ (table + D) - targets||² + penalty ||D||²``.

    The solver is the method of conjugate gradients, preconditioned by the diagonal, for many columns at once. A word
    that occurs rarely keeps its row of the table, a frequent one learns what it contributes.

    Parameters
    ----------
    table : numpy.ndarray of float32, shape (vocabulary_size, d)
    bags : scipy.sparse.csr_array of float32, shape (n_texts, vocabulary_size)
        See :func:`bags_of_words`.
    targets : numpy.ndarray of float32, shape (n_texts, d)
    penalty : float
    iterations : int, optional
        For texts, vectors hardly change after four.

    Returns
    -------
    Correction

    Examples
    --------
    >>> import numpy as np
    >>> from scipy import sparse
    >>> from gensim_distill.linalg.bags import correct_rows
    >>> bags = sparse.csr_array(np.eye(2, dtype=np.float32))
    >>> correct_rows(np.zeros((2, 1), np.float32), bags, np.array([[2.0], [4.0]], np.float32), penalty=1.0).rows.tolist()
    [[1.0], [2.0]]
    """
    transposed = sparse.csr_array(bags.T)
    squares = np.bincount(bags.indices, bags.data.astype(np.float64) ** 2, minlength=bags.shape[1])
    preconditioner = (1 / (squares + penalty)).astype(np.float32)[:, None]
    rows = np.zeros_like(table)
    norms = np.zeros(iterations + 1)
    for start in range(0, table.shape[1], CORRECTED_COLUMNS):
        some = slice(start, start + CORRECTED_COLUMNS)
        gradient = sum_rows(transposed, targets[:, some] - sum_rows(bags, table[:, some]))
        scaled = gradient * preconditioner
        direction = scaled.copy()
        length = np.einsum("wd,wd->d", gradient, scaled)
        norms[0] += length.sum()
        for iteration in range(1, iterations + 1):
            product = sum_rows(transposed, sum_rows(bags, direction))
            product += np.float32(penalty) * direction
            curvature = np.einsum("wd,wd->d", direction, product)
            step = np.divide(length, curvature, out=np.zeros_like(length), where=curvature > 0)
            rows[:, some] += step * direction
            gradient -= step * product
            scaled = gradient * preconditioner
            before, length = length, np.einsum("wd,wd->d", gradient, scaled)
            norms[iteration] += length.sum()
            direction *= np.divide(length, before, out=np.zeros_like(length), where=before > 0)
            direction += scaled
    relative = np.sqrt(np.maximum(norms, 0) / norms[0]) if norms[0] > 0 else np.zeros_like(norms)
    return Correction(rows, tuple(relative.tolist()))
