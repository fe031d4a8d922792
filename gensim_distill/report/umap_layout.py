"""Where words stand on the map: UMAP, from neighbors that are already known."""

from __future__ import annotations

import warnings

import numpy as np

from gensim_distill._utils.arrays import IntArray
from gensim_distill._utils.extras import needs

#: Fewer words make no map.
FEWEST_WORDS = 10
NEIGHBOURS = 15
MIN_DISTANCE = 0.1


def lay_out(
    vectors: np.ndarray,
    neighbors: IntArray,
    cosines: np.ndarray,
    *,
    min_distance: float = MIN_DISTANCE,
    seed: int = 1,
) -> np.ndarray:
    """Give each vector a place in the plane, near to its neighbors, by UMAP.

    Of what 20,000 vectors of width 384 take on two cores, UMAP (some 15 seconds on one of them) is a tenth
    of t-SNE (more than two minutes on both), and it keeps groups of groups together as well. The neighbors
    are exact, so nothing but the seed is left to chance, and the start is the plane of the two main
    directions, so that what is far apart in the vectors begins far apart.

    Parameters
    ----------
    vectors : numpy.ndarray of float32, shape (n, width)
        At length one.
    neighbors : numpy.ndarray of int64, shape (n, k)
        The nearest of each, the nearest first, without itself.
    cosines : numpy.ndarray of float32, shape (n, k)
        How near they are.
    min_distance : float, optional
        How near to each other words may stand on the map, UMAP's ``min_dist``.
    seed : int, optional
        The same seed gives the same map.

    Returns
    -------
    numpy.ndarray of float32, shape (n, 2)

    Raises
    ------
    ImportError
        If umap-learn is not installed.

    Examples
    --------
    >>> import numpy as np
    >>> from gensim_distill.linalg import normalize
    >>> from gensim_distill.report.umap_layout import lay_out
    >>> vectors = normalize(np.random.default_rng(0).normal(size=(20, 4))).astype(np.float32)
    >>> cosines = vectors @ vectors.T
    >>> np.fill_diagonal(cosines, -2)
    >>> nearest = np.argsort(-cosines, axis=1)[:, :5]
    >>> lay_out(vectors, nearest, np.take_along_axis(cosines, nearest, axis=1)).shape
    (20, 2)
    """
    umap = needs("umap", "A map of words", "report")
    n = len(vectors)
    with_itself = np.concatenate([np.arange(n)[:, None], neighbors], axis=1)
    distances = np.concatenate([np.zeros((n, 1)), np.clip(1 - cosines, 0, None)], axis=1)
    mapper = umap.UMAP(
        n_neighbors=min(NEIGHBOURS, with_itself.shape[1]),
        min_dist=min_distance,
        metric="cosine",
        init="pca",
        random_state=seed,
        n_jobs=1,  # what a seed makes UMAP use in any case
        precomputed_knn=(with_itself, distances.astype(np.float32)),
    )
    with warnings.catch_warnings():
        # That new points could not be placed with such neighbors, which nobody asks for here.
        warnings.simplefilter("ignore")
        places: np.ndarray = mapper.fit_transform(vectors)
    return places.astype(np.float32)
