"""A map of a vocabulary: the words, where they stand, their neighbors and their clusters."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from gensim.models import KeyedVectors

from gensim_distill._utils.arrays import IntArray
from gensim_distill._utils.validation import check_number, check_whole
from gensim_distill.evaluation.neighbors import nearest_rows
from gensim_distill.report.clusters import find_clusters, name_clusters
from gensim_distill.report.umap_layout import FEWEST_WORDS, MIN_DISTANCE, NEIGHBOURS, lay_out
from gensim_distill.vectors.keyed import is_nonzero, unit_vectors, word_counts
from gensim_distill.vectors.load import load_vectors

logger = logging.getLogger(__name__)

_BLOCK = 2048  # words whose neighbors are sought at once


@dataclass(frozen=True)
class WordMap:
    """Words in the plane.

    Attributes
    ----------
    words : list of str
        The most frequent first.
    places : numpy.ndarray of float32, shape (n, 2)
        Where they stand.
    counts : numpy.ndarray of int64, shape (n,), or None
        How often each occurs, if it is known.
    neighbors : numpy.ndarray of int64, shape (n, k)
        For each word the numbers of those nearest to it, by the cosine of the full vectors, the nearest
        first; among the words of the map.
    cosines : numpy.ndarray of float32, shape (n, k)
        How near.
    clusters : numpy.ndarray of int64, shape (n,)
        The cluster of each, -1 for none.
    names : list of tuple of str
        For each cluster some words that say what it holds.
    vocabulary : int
        How many words the vectors have in all.
    without_direction : int
        How many of the words that were to be on the map have a vector of zeros, and so no place on it.
    """

    words: list[str]
    places: np.ndarray
    counts: IntArray | None
    neighbors: IntArray
    cosines: np.ndarray
    clusters: IntArray
    names: list[tuple[str, ...]]
    vocabulary: int
    without_direction: int


def word_map(
    source: Any,
    *,
    max_words: int = 20_000,
    neighbors: int = 12,
    min_distance: float = MIN_DISTANCE,
    smallest_cluster: int | None = None,
    seed: int = 1,
) -> WordMap:
    """Lay out the most frequent words in the plane, such that those with like vectors stand together.

    Parameters
    ----------
    source : DistilledWord2Vec, gensim model, KeyedVectors, str or path
        See :func:`~gensim_distill.vectors.load_vectors`.
    max_words : int, optional
        How many words, the most frequent ones: by their counts if there are any, or else in the order of
        the vectors, which in most files is that of frequency. Time grows with the square.
    neighbors : int, optional
        How many neighbors are kept of each word.
    min_distance : float, optional
        UMAP's ``min_dist``: less draws like words closer together. Its ``n_neighbors`` is 15, its
        metric the cosine, its start the main plane of the vectors (``init="pca"``).
    smallest_cluster : int, optional
        The fewest words that make a cluster (HDBSCAN's ``min_cluster_size``); by default half a per cent
        of the words, and at least five.
    seed : int, optional
        The same seed gives the same map on the same machine.

    Returns
    -------
    WordMap

    Raises
    ------
    ValueError
        If there are fewer than ten words with a direction, or a setting is no number that makes sense.
    ImportError
        If umap-learn or scikit-learn are not installed; the message names the extra.

    Examples
    --------
    >>> from gensim.test.utils import datapath
    >>> from gensim_distill.report import word_map
    >>> found = word_map(datapath("euclidean_vectors.bin"), max_words=200)
    >>> found.places.shape, found.neighbors.shape
    ((200, 2), (200, 12))
    """
    vectors = load_vectors(source)
    check_settings(
        vectors,
        max_words=max_words,
        neighbors=neighbors,
        min_distance=min_distance,
        smallest_cluster=smallest_cluster,
        seed=seed,
    )
    counts = word_counts(vectors)
    rows = np.arange(len(vectors)) if counts is None else np.argsort(-counts, kind="stable")
    rows = rows[:max_words]
    directed = is_nonzero(vectors, rows)
    without_direction = int((~directed).sum())
    if without_direction:
        logger.warning("%i of %i words have a vector of zeros and are not on the map.", without_direction, len(rows))
    rows = rows[directed]
    _check_enough(len(rows))
    unit = unit_vectors(vectors, rows)
    nearest, cosines = _neighbors(vectors, rows, unit, max(neighbors, NEIGHBOURS - 1))
    logger.info("Laying out %i words", len(rows))
    places = lay_out(unit, nearest, cosines, min_distance=min_distance, seed=seed)
    clusters = find_clusters(places, smallest=smallest_cluster)
    words = [str(vectors.index_to_key[row]) for row in rows]
    return WordMap(
        words=words,
        places=places,
        counts=None if counts is None else counts[rows],
        neighbors=nearest[:, :neighbors],
        cosines=cosines[:, :neighbors],
        clusters=clusters,
        names=name_clusters(words, unit, clusters),
        vocabulary=len(vectors),
        without_direction=without_direction,
    )


def check_settings(
    vectors: KeyedVectors,
    *,
    max_words: Any,
    neighbors: Any,
    min_distance: Any,
    smallest_cluster: Any,
    seed: Any,
) -> None:
    """Refuse settings of which no map can be made, or too few words; see :func:`word_map`."""
    check_whole("max_words", max_words, FEWEST_WORDS)
    check_whole("neighbors", neighbors, 1)
    if smallest_cluster is not None:
        check_whole("smallest_cluster", smallest_cluster, 2)
    check_whole("seed", seed, 0, 2**32 - 1)
    check_number("min_distance", min_distance, 0, 1)
    _check_enough(len(vectors))


def _check_enough(words: int) -> None:
    if words < FEWEST_WORDS:
        raise ValueError(
            f"The vectors have {words} words with a direction, and a map needs at least {FEWEST_WORDS}: give vectors of more "
            "words."
        )


def _neighbors(vectors: KeyedVectors, rows: IntArray, unit: np.ndarray, k: int) -> tuple[IntArray, np.ndarray]:
    """Give the nearest of each word, the nearest first, and their cosines."""
    n = len(rows)
    k = min(k, n - 1)
    nearest = np.empty((n, k), dtype=np.int64)
    cosines = np.empty((n, k), dtype=np.float32)
    for start in range(0, n, _BLOCK):
        block = np.arange(start, min(start + _BLOCK, n))
        found = np.sort(nearest_rows(vectors, rows, block, k), axis=1)  # of equally near ones the more frequent
        near = np.einsum("id,ikd->ik", unit[block], unit[found])
        order = np.argsort(-near, axis=1, kind="stable")
        nearest[block] = np.take_along_axis(found, order, axis=1)
        cosines[block] = np.take_along_axis(near, order, axis=1)
    return nearest, np.clip(cosines, -1.0, 1.0)


def labels_of(names: Sequence[tuple[str, ...]], longest: int = 24) -> list[str]:
    """Write the names of clusters as labels: their words, parted by commas, the overlong cut."""
    return [", ".join(shorten(word, longest) for word in name) for name in names]


def shorten(word: str, longest: int) -> str:
    """Cut an overlong word."""
    return word if len(word) <= longest else word[: longest - 1] + "…"
