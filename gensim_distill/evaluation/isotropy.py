"""Isotropy: how evenly word vectors use the directions there are."""

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

_BLOCK = 4096  # words that are gone through at once


@dataclass(frozen=True)
class IsotropyResult:
    """How evenly vectors use the directions there are.

    Attributes
    ----------
    partition : float
        Mu & Viswanath's measure, min Z(c) / max Z(c) over the main directions c, from 0 to 1, where
        1 is isotropic.
    mean_cosine : float
        The mean cosine of two different words; 0 is isotropic.
    effective_dimension : float
        The participation ratio of the variances along the main directions: as many directions of
        equal variance would be as uneven. At most the width.
    width, words : int
        The width of the vectors and the number of words that have a direction.
    """

    partition: float
    mean_cosine: float
    effective_dimension: float
    width: int
    words: int


def isotropy(vectors: Any, *, most_frequent: int | None = None, unit_length: bool = True) -> IsotropyResult:
    """Tell how evenly vectors use the directions there are.

    Parameters
    ----------
    vectors : KeyedVectors, model with ``wv``, or path
        See :func:`load_vectors`. Words whose vectors are zeros are left out.
    most_frequent : int, optional
        Only the first so many words; by default all.
    unit_length : bool, optional
        Whether the partition function is that of the vectors at length one, as needed to compare
        vectors of different scale. With False it is that of the vectors as they are, as in the paper.

    Returns
    -------
    IsotropyResult

    Notes
    -----
    Z(c) is the sum over the words of exp(c · v). Mu & Viswanath (2018) take the eigenvectors of VᵀV
    for c; since these have no sign, both signs are taken here. Mean cosine and effective dimension
    go by the vectors at length one.

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
    n, width = len(rows), model.vector_size
    if n < 2:
        logger.warning("No isotropy: %i words have a direction.", n)
        return IsotropyResult(math.nan, math.nan, math.nan, width, n)
    total, second, outer = np.zeros(width), np.zeros((width, width)), np.zeros((width, width))
    for start in range(0, n, _BLOCK):
        some = rows[start : start + _BLOCK]
        unit = unit_vectors(model, some).astype(np.float64)
        total += unit.sum(axis=0)
        second += unit.T @ unit
        if not unit_length:
            own = model.vectors[some].astype(np.float64)
            outer += own.T @ own
    _, basis = linalg.eigh(second if unit_length else outer)
    logs = np.full(2 * width, -np.inf)
    for start in range(0, n, _BLOCK):
        some = rows[start : start + _BLOCK]
        own = unit_vectors(model, some) if unit_length else model.vectors[some]
        exponents = own.astype(np.float64) @ np.concatenate([basis, -basis], axis=1)
        logs = np.logaddexp(logs, logsumexp(exponents, axis=0))
    mean = total / n
    variances = np.maximum(linalg.eigvalsh(second / n - np.outer(mean, mean)), 0.0)
    squares = float((variances**2).sum())
    return IsotropyResult(
        partition=float(np.exp(logs.min() - logs.max())),
        mean_cosine=float((total @ total - np.trace(second)) / (n * (n - 1))),
        # Equal vectors have no variance at all, along no direction.
        effective_dimension=float(variances.sum()) ** 2 / squares if squares > 1e-24 else 0.0,
        width=width,
        words=n,
    )
