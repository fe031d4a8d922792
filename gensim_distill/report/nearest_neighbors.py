"""The nearest neighbors that the HTML report shows for each word."""

from __future__ import annotations

import numpy as np
from gensim.models import KeyedVectors

from gensim_distill._utils.arrays import IntArray
from gensim_distill.evaluation.neighbors import nearest_rows

_BLOCK = 2048  # words per block of the neighbor search


def nearest_neighbors(vectors: KeyedVectors, rows: IntArray, unit: np.ndarray, k: int) -> tuple[IntArray, np.ndarray]:
    """Return the k nearest neighbors of each word, the nearest first, and their cosines."""
    n = len(rows)
    k = min(k, n - 1)
    nearest = np.empty((n, k), dtype=np.int64)
    cosines = np.empty((n, k), dtype=np.float32)
    for start in range(0, n, _BLOCK):
        block = np.arange(start, min(start + _BLOCK, n))
        found = np.sort(nearest_rows(vectors, rows, block, k), axis=1)  # ties are in the order of frequency
        near = np.einsum("id,ikd->ik", unit[block], unit[found])
        order = np.argsort(-near, axis=1, kind="stable")
        nearest[block] = np.take_along_axis(found, order, axis=1)
        cosines[block] = np.take_along_axis(near, order, axis=1)
    return nearest, np.clip(cosines, -1.0, 1.0)
