"""Isotropy: how evenly word vectors are distributed over all directions."""

from __future__ import annotations

import logging
import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy import linalg
from scipy.special import logsumexp

from gensim_distill.vectors.keyed import is_nonzero, unit_vectors
from gensim_distill.vectors.load import load_vectors

logger = logging.getLogger(__name__)

_BLOCK = 4096  # words per block


@dataclass(frozen=True)
class IsotropyResult:
    """The result of :func:`isotropy`.

    Attributes
    ----------
    partition : float
        Mu & Viswanath's measure, min Z(c) / max Z(c) over the principal directions c, from 0 to 1
        (isotropic).
    mean_cosine : float
        The mean cosine of two different words; 0 is isotropic.
    effective_dimension : float
        The participation ratio of the variances along the principal directions: the number of
        directions of equal variance that would be as uneven. At most `vector_size`.
    vector_size : int
        The dimensions of the vectors.
    words : int
        The number of words with a nonzero vector.
    """

    partition: float
    mean_cosine: float
    effective_dimension: float
    vector_size: int
    words: int


def isotropy(vectors: Any, *, most_frequent: int | None = None, normalize: bool = True) -> IsotropyResult:
    """Measure how evenly word vectors are distributed over all directions.

    Parameters
    ----------
    vectors : KeyedVectors, model with ``wv``, or path
        See :func:`~gensim_distill.vectors.load_vectors`. Zero vectors are ignored.
    most_frequent : int, optional
        Use only this many words, from the first. By default all.
    normalize : bool, optional
        Whether the partition function is that of the L2-normalized vectors, which makes vectors of
        different scales comparable. With False the vectors are not normalized, as in the paper.

    Returns
    -------
    IsotropyResult

    Notes
    -----
    Z(c) is the sum over the words of exp(c · v). Mu & Viswanath (2018) use the eigenvectors of VᵀV as
    c; since their sign is arbitrary, both signs are used here. Mean cosine and effective dimension
    are those of the L2-normalized vectors.

    References
    ----------
    Jiaqi Mu and Pramod Viswanath. All-but-the-Top: Simple and Effective Postprocessing for Word
    Representations. ICLR 2018. arXiv:1702.01417.

    Examples
    --------
    >>> from gensim.models import KeyedVectors
    >>> from gensim_distill.evaluation import isotropy
    >>> vectors = KeyedVectors(2)
    >>> vectors.add_vectors(["a", "b", "c", "d"], [[1, 0], [-1, 0], [0, 1], [0, -1]])
    >>> result = isotropy(vectors)
    >>> round(result.partition, 3), round(result.effective_dimension, 3)
    (1.0, 2.0)
    """
    model = load_vectors(vectors)
    rows = np.arange(len(model))[:most_frequent]
    rows = rows[is_nonzero(model, rows)]
    n, size = len(rows), model.vector_size
    if n < 2:
        logger.warning("No isotropy: only %i words have a nonzero vector.", n)
        return IsotropyResult(math.nan, math.nan, math.nan, size, n)
    total, second, outer = np.zeros(size), np.zeros((size, size)), np.zeros((size, size))
    for start in range(0, n, _BLOCK):
        some = rows[start : start + _BLOCK]
        unit = unit_vectors(model, some).astype(np.float64)
        total += unit.sum(axis=0)
        second += unit.T @ unit
        if not normalize:
            own = model.vectors[some].astype(np.float64)
            outer += own.T @ own
    _, basis = linalg.eigh(second if normalize else outer)
    logs = np.full(2 * size, -np.inf)
    for start in range(0, n, _BLOCK):
        some = rows[start : start + _BLOCK]
        own = unit_vectors(model, some) if normalize else model.vectors[some]
        exponents = own.astype(np.float64) @ np.concatenate([basis, -basis], axis=1)
        logs = np.logaddexp(logs, logsumexp(exponents, axis=0))
    mean = total / n
    variances = np.maximum(linalg.eigvalsh(second / n - np.outer(mean, mean)), 0.0)
    squares = float((variances**2).sum())
    return IsotropyResult(
        partition=float(np.exp(logs.min() - logs.max())),
        mean_cosine=float((total @ total - np.trace(second)) / (n * (n - 1))),
        # Equal vectors have no variance in any direction.
        effective_dimension=float(variances.sum()) ** 2 / squares if squares > 1e-24 else 0.0,
        vector_size=size,
        words=n,
    )
