"""Groups of words on the map, and what to call them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from gensim_distill._utils.arrays import IntArray
from gensim_distill._utils.extras import needs
from gensim_distill.linalg import normalize

#: The label of words that are in no cluster.
NONE = -1
_WORDS_IN_LABEL = 3
_COMMON_START = (
    4  # words that begin alike so far are taken for forms of one; so are shorter ones that go on, as job, jobs
)
_SHORT = 3


def find_clusters(places: np.ndarray, *, smallest: int | None = None) -> IntArray:
    """Find where words are dense on the map, by HDBSCAN.

    Clusters are found on the map, so that they are what the eye sees there; words in thin places are in
    none, rather than in one that they have nothing to do with.

    Parameters
    ----------
    places : numpy.ndarray, shape (n, 2)
    smallest : int, optional
        The fewest words that make a cluster; by default half a per cent of all, and at least five.

    Returns
    -------
    numpy.ndarray of int64, shape (n,)
        The number of each word's cluster, the largest cluster first; -1 for none.

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
    >>> np.unique(find_clusters(np.concatenate([near, far]), smallest=30)).tolist()
    [0, 1]
    """
    cluster = needs("sklearn.cluster", "A map of words", "report")
    n = len(places)
    if smallest is None:
        smallest = max(5, n // 200)
    # Leaves are the smallest groups that still hold so many words: these can be named in three words.
    found = cluster.HDBSCAN(
        min_cluster_size=max(2, smallest), min_samples=min(5, n), cluster_selection_method="leaf", copy=True
    ).fit_predict(places.astype(np.float64))
    sizes = np.bincount(found[found >= 0])
    rank = np.empty(len(sizes), dtype=np.int64)
    rank[np.argsort(-sizes, kind="stable")] = np.arange(len(sizes))
    return np.where(found >= 0, rank[found] if len(sizes) else NONE, NONE).astype(np.int64)


def name_clusters(words: Sequence[str], vectors: np.ndarray, clusters: IntArray) -> list[tuple[str, ...]]:
    """Give each cluster the words that say best what it holds.

    These are, of the tenth of its words that are nearest its center, the most frequent ones, of which no
    two begin alike (``sing``, ``singing``).

    Parameters
    ----------
    words : sequence of str
        The most frequent first.
    vectors : numpy.ndarray of float32, shape (n, width)
        At length one.
    clusters : numpy.ndarray of int64, shape (n,)
        As :func:`find_clusters` gives them.

    Returns
    -------
    list of tuple of str
        Up to three words a cluster.

    Examples
    --------
    >>> import numpy as np
    >>> from gensim_distill.report.clusters import name_clusters
    >>> vectors = np.eye(4, dtype=np.float32)[[0, 0, 0, 1, 1]]
    >>> name_clusters(["sing", "singing", "song", "fish", "boat"], vectors, np.array([0, 0, 0, 1, 1]))
    [('sing', 'song'), ('fish', 'boat')]
    """
    names: list[tuple[str, ...]] = []
    for number in range(int(clusters.max(initial=NONE)) + 1):
        members = np.flatnonzero(clusters == number)
        center = normalize(vectors[members].mean(axis=0, keepdims=True))[0]
        nearest = members[np.argsort(-(vectors[members] @ center), kind="stable")]
        nearest = nearest[: max(10, len(nearest) // 10)]
        chosen: list[str] = []
        by_frequency = [words[index] for index in np.sort(nearest)]
        # Marks say little, so they name only what holds nothing else.
        for word in sorted(by_frequency, key=lambda word: not any(map(str.isalnum, word))):
            if len(chosen) < _WORDS_IN_LABEL and not any(_begin_alike(word, other) for other in chosen):
                chosen.append(word)
        names.append(tuple(chosen))
    return names


def centers(places: np.ndarray, clusters: IntArray) -> np.ndarray:
    """Give the middle of each cluster on the map, the median, which words at its edge do not move."""
    count = int(clusters.max(initial=NONE)) + 1
    middles = [np.median(places[clusters == number], axis=0) for number in range(count)]
    return np.array(middles, dtype=np.float32).reshape(count, 2)


def spread_colors(middles: np.ndarray, colors: int) -> IntArray:
    """Give each cluster one of a few colors, such that those with the same are as far apart as can be.

    Parameters
    ----------
    middles : numpy.ndarray, shape (k, 2)
        Where the clusters are.
    colors : int
        How many there are.

    Returns
    -------
    numpy.ndarray of int64, shape (k,)

    Examples
    --------
    >>> import numpy as np
    >>> from gensim_distill.report.clusters import spread_colors
    >>> spread_colors(np.array([[0.0, 0.0], [1.0, 0.0], [9.0, 0.0]]), colors=2).tolist()
    [0, 1, 0]
    """
    given = np.zeros(len(middles), dtype=np.int64)
    for number, middle in enumerate(middles):
        distances = np.linalg.norm(middles[:number] - middle, axis=1)
        nearest = np.full(colors, np.inf)
        np.minimum.at(nearest, given[:number], distances)
        given[number] = int(np.argmax(nearest))
    return given


def _begin_alike(first: str, second: str) -> bool:
    first, second = sorted((first.casefold(), second.casefold()), key=len)
    return len(first) >= _SHORT and second.startswith(first[:_COMMON_START])
