"""Principal directions, for the reduction of vectors to fewer dimensions."""

from __future__ import annotations

import numpy as np
from scipy import linalg

from gensim_distill.linalg.rows import second_moment


def principal_directions(vectors: np.ndarray, n_components: int) -> np.ndarray:
    """Compute the orthonormal directions with the largest second moment about zero, the largest first.

    Among all projections to `n_components` dimensions, ``vectors @ principal_directions(vectors, n_components)``
    preserves dot products best. For centered vectors it is PCA. The entry of largest magnitude of each direction is
    positive, so that signs are deterministic.

    Parameters
    ----------
    vectors : numpy.ndarray, shape (n, d)
    n_components : int
        From 1 to d.

    Returns
    -------
    numpy.ndarray of float64, shape (d, n_components)
        One direction per column.

    Raises
    ------
    ValueError
        If `n_components` is not from 1 to d.

    Examples
    --------
    >>> import numpy as np
    >>> from gensim_distill.linalg import principal_directions
    >>> principal_directions(np.array([[1.0, 0.0], [0.0, 2.0], [0.0, -3.0]]), n_components=1).tolist()
    [[0.0], [1.0]]
    """
    size = vectors.shape[1]
    if not 1 <= n_components <= size:
        raise ValueError(
            f"Vectors of {size} dimensions have from 1 to {size} principal directions, not {n_components}: "
            "change n_components."
        )
    return principal_directions_from_moment(second_moment(vectors), n_components)


def principal_directions_from_moment(moment: np.ndarray, n_components: int) -> np.ndarray:
    """Compute :func:`principal_directions` from the second moment of the vectors.

    Parameters
    ----------
    moment : numpy.ndarray, shape (d, d)
        ``vectors.T @ vectors``; see :func:`~gensim_distill.linalg.second_moment`.
    n_components : int
        From 1 to d.

    Returns
    -------
    numpy.ndarray of float64, shape (d, n_components)
        One direction per column.

    Examples
    --------
    >>> import numpy as np
    >>> from gensim_distill.linalg import principal_directions_from_moment
    >>> principal_directions_from_moment(np.diag([1.0, 13.0]), n_components=1).tolist()
    [[0.0], [1.0]]
    """
    size = len(moment)
    _, basis = linalg.eigh(moment.astype(np.float64), subset_by_index=[size - n_components, size - 1])
    basis = basis[:, ::-1]  # eigh returns ascending eigenvalues
    directions: np.ndarray = basis * np.sign(basis[np.abs(basis).argmax(axis=0), np.arange(n_components)])
    return directions
