"""Clusters of words on the map, their names and their colors."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from gensim_distill._utils.arrays import IntArray
from gensim_distill._utils.extras import needs
from gensim_distill.linalg import normalize

#: The cluster of words that are in none.
NO_CLUSTER = -1
_WORDS_PER_NAME = 3
# Two words are forms of one word, such as job and jobs, if they begin with the same letters.
_COMMON_LETTERS = 4
_SHORTEST_STEM = 3


def find_clusters(positions: np.ndarray, *, min_size: int | None = None) -> IntArray:
    """Find dense groups of words on the map, with HDBSCAN.

    Clusters are found on the map, not in the full vectors, so that they match what a reader sees. Words in
    sparse regions are in no cluster.

    Parameters
    ----------
    positions : numpy.ndarray, shape (n, 2)
    min_size : int, optional
        The minimum number of words per cluster. By default half a percent of all words, and at least 5.

    Returns
    -------
    numpy.ndarray of int64, shape (n,)
        The cluster of each word; cluster 0 is the largest, and -1 stands for none.

    Raises
    ------
    ImportError
        If scikit-learn is not installed.

    Examples
    --------
    >>> import numpy as np
    >>> from gensim_distill.report.clusters import find_clusters
    >>> near = np.random.default_rng(0).normal(size=(60, 2))
    >>> far = near[:40] + 100
    >>> np.unique(find_clusters(np.concatenate([near, far]), min_size=30)).tolist()
    [0, 1]
    """
    cluster = needs("sklearn.cluster", "A map of words", "report")
    n = len(positions)
    if min_size is None:
        min_size = max(5, n // 200)
    # Leaves are the smallest clusters of this size: three words can describe them.
    found = cluster.HDBSCAN(
        min_cluster_size=max(2, min_size), min_samples=min(5, n), cluster_selection_method="leaf", copy=True
    ).fit_predict(positions.astype(np.float64))
    sizes = np.bincount(found[found >= 0])
    rank = np.empty(len(sizes), dtype=np.int64)
    rank[np.argsort(-sizes, kind="stable")] = np.arange(len(sizes))
    return np.where(found >= 0, rank[found] if len(sizes) else NO_CLUSTER, NO_CLUSTER).astype(np.int64)


def name_clusters(words: Sequence[str], vectors: np.ndarray, clusters: IntArray) -> list[tuple[str, ...]]:
    """Name each cluster by its most frequent words among those nearest to its center.

    The candidates are the tenth of its words with the largest cosine to the center. Forms of one word,
    such as ``sing`` and ``singing``, count once.

    Parameters
    ----------
    words : sequence of str
        The most frequent first.
    vectors : numpy.ndarray of float32, shape (n, vector_size)
        L2-normalized.
    clusters : numpy.ndarray of int64, shape (n,)
        The result of :func:`find_clusters`.

    Returns
    -------
    list of tuple of str
        Up to three words per cluster.

    Examples
    --------
    >>> import numpy as np
    >>> from gensim_distill.report.clusters import name_clusters
    >>> vectors = np.eye(4, dtype=np.float32)[[0, 0, 0, 1, 1]]
    >>> name_clusters(["sing", "singing", "song", "fish", "boat"], vectors, np.array([0, 0, 0, 1, 1]))
    [('sing', 'song'), ('fish', 'boat')]
    """
    names: list[tuple[str, ...]] = []
    for number in range(int(clusters.max(initial=NO_CLUSTER)) + 1):
        members = np.flatnonzero(clusters == number)
        center = normalize(vectors[members].mean(axis=0, keepdims=True))[0]
        nearest = members[np.argsort(-(vectors[members] @ center), kind="stable")]
        nearest = nearest[: max(10, len(nearest) // 10)]
        chosen: list[str] = []
        by_frequency = [words[index] for index in np.sort(nearest)]
        # Punctuation comes last: it is used only if there is nothing else.
        for word in sorted(by_frequency, key=lambda word: not any(map(str.isalnum, word))):
            if len(chosen) < _WORDS_PER_NAME and not any(_is_same_word(word, other) for other in chosen):
                chosen.append(word)
        names.append(tuple(chosen))
    return names


def cluster_centers(positions: np.ndarray, clusters: IntArray) -> np.ndarray:
    """Return the median position of each cluster, as an array of float32, shape (n_clusters, 2)."""
    count = int(clusters.max(initial=NO_CLUSTER)) + 1
    centers = [np.median(positions[clusters == number], axis=0) for number in range(count)]
    return np.array(centers, dtype=np.float32).reshape(count, 2)


def spread_colors(centers: np.ndarray, n_colors: int) -> IntArray:
    """Assign colors to clusters such that clusters of the same color are far from each other.

    Parameters
    ----------
    centers : numpy.ndarray, shape (n_clusters, 2)
    n_colors : int

    Returns
    -------
    numpy.ndarray of int64, shape (n_clusters,)
        The number of each color, from 0.

    Examples
    --------
    >>> import numpy as np
    >>> from gensim_distill.report.clusters import spread_colors
    >>> spread_colors(np.array([[0.0, 0.0], [1.0, 0.0], [9.0, 0.0]]), n_colors=2).tolist()
    [0, 1, 0]
    """
    colors = np.zeros(len(centers), dtype=np.int64)
    for number, center in enumerate(centers):
        distances = np.linalg.norm(centers[:number] - center, axis=1)
        nearest = np.full(n_colors, np.inf)
        np.minimum.at(nearest, colors[:number], distances)
        colors[number] = int(np.argmax(nearest))
    return colors


def _is_same_word(first: str, second: str) -> bool:
    first, second = sorted((first.casefold(), second.casefold()), key=len)
    return len(first) >= _SHORTEST_STEM and second.startswith(first[:_COMMON_LETTERS])
