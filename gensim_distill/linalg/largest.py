"""The largest of many numbers, in a defined order."""

from __future__ import annotations

import numpy as np

from gensim_distill._utils.arrays import IntArray


def largest(values: np.ndarray, n: int) -> IntArray:
    """Return the positions of the largest values, the largest first; equal values are in the order of their positions.

    Parameters
    ----------
    values : numpy.ndarray, shape (n_values,)
    n : int
        The number of positions, or fewer if there are fewer values.

    Returns
    -------
    numpy.ndarray of int64, shape (at most n,)

    Examples
    --------
    >>> import numpy as np
    >>> from gensim_distill.linalg import largest
    >>> largest(np.array([0.5, 2.0, 0.5, 1.0]), 3).tolist()
    [1, 3, 0]
    """
    candidates = np.arange(len(values))
    if n < len(values):
        candidates = np.flatnonzero(values >= np.partition(values, -n)[-n])
    order = np.argsort(-values[candidates], kind="stable")[:n]
    positions: IntArray = candidates[order]
    return positions
