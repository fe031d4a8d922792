"""`WordMap`: the most frequent words, their positions in the plane, their neighbors and clusters."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from gensim.models import KeyedVectors

from gensim_distill._utils.arrays import IntArray
from gensim_distill._utils.validation import check_number, check_whole
from gensim_distill.report.clusters import find_clusters, name_clusters
from gensim_distill.report.nearest_neighbors import nearest_neighbors
from gensim_distill.report.umap_layout import MIN_DISTANCE, MIN_WORDS, N_NEIGHBORS, umap_layout
from gensim_distill.vectors.keyed import check_finite, is_nonzero, unit_vectors, word_counts
from gensim_distill.vectors.load import load_vectors

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class WordMap:
    """A map of the words of some vectors.

    Attributes
    ----------
    words : list of str
        The most frequent first.
    positions : numpy.ndarray of float32, shape (n, 2)
        The position of each word in the plane.
    counts : numpy.ndarray of int64, shape (n,), or None
        The number of occurrences of each word, if known.
    neighbors : numpy.ndarray of int64, shape (n, k)
        For each word the nearest other words of the map by cosine of the full vectors, the nearest first,
        as indices of `words`.
    cosines : numpy.ndarray of float32, shape (n, k)
        The cosine with each neighbor.
    clusters : numpy.ndarray of int64, shape (n,)
        The cluster of each word, -1 for none.
    cluster_names : list of tuple of str
        Words that describe each cluster.
    vocabulary_size : int
        The number of all words of the vectors.
    zero_vectors : int
        The number of words that are not on the map because their vector is zero.
    """

    words: list[str]
    positions: np.ndarray
    counts: IntArray | None
    neighbors: IntArray
    cosines: np.ndarray
    clusters: IntArray
    cluster_names: list[tuple[str, ...]]
    vocabulary_size: int
    zero_vectors: int


def word_map(
    source: Any,
    *,
    max_words: int = 20_000,
    neighbors: int = 12,
    min_distance: float = MIN_DISTANCE,
    min_cluster_size: int | None = None,
    seed: int = 1,
) -> WordMap:
    """Compute a map of the most frequent words, on which words with similar vectors are close to each other.

    Parameters
    ----------
    source : DistilledWord2Vec, gensim model, KeyedVectors, str or path
        See :func:`~gensim_distill.vectors.load_vectors`.
    max_words : int, optional
        The number of words, the most frequent by their counts; without counts the first words, which in
        most files are the most frequent. The time grows with the square.
    neighbors : int, optional
        The number of neighbors to store per word.
    min_distance : float, optional
        UMAP's ``min_dist``: a smaller value draws similar words closer together. UMAP's ``n_neighbors`` is
        15, its metric the cosine, and its start the first two principal components (``init="pca"``).
    min_cluster_size : int, optional
        HDBSCAN's ``min_cluster_size``. By default half a percent of the words, and at least 5.
    seed : int, optional
        The same seed computes the same map on the same machine.

    Returns
    -------
    WordMap

    Raises
    ------
    ValueError
        If fewer than ten words have a nonzero vector, a vector contains NaN or infinity, or a parameter is invalid.
    ImportError
        If umap-learn or scikit-learn is not installed; the message names the extra.

    Examples
    --------
    >>> from gensim.test.utils import datapath
    >>> from gensim_distill.report import word_map
    >>> words = word_map(datapath("euclidean_vectors.bin"), max_words=200)
    >>> words.positions.shape, words.neighbors.shape
    ((200, 2), (200, 12))
    """
    vectors = load_vectors(source)
    check_map_parameters(
        vectors,
        max_words=max_words,
        neighbors=neighbors,
        min_distance=min_distance,
        min_cluster_size=min_cluster_size,
        seed=seed,
    )
    counts = word_counts(vectors)
    rows = np.arange(len(vectors)) if counts is None else np.argsort(-counts, kind="stable")
    rows = rows[:max_words]
    nonzero = is_nonzero(vectors, rows)
    zero_vectors = int((~nonzero).sum())
    if zero_vectors:
        logger.warning("%i of %i words have a zero vector and are not on the map.", zero_vectors, len(rows))
    rows = rows[nonzero]
    _check_enough_words(len(rows))
    unit = unit_vectors(vectors, rows)
    nearest, cosines = nearest_neighbors(vectors, rows, unit, max(neighbors, N_NEIGHBORS - 1))
    logger.info("Computing the layout of %i words", len(rows))
    positions = umap_layout(unit, nearest, cosines, min_distance=min_distance, seed=seed)
    clusters = find_clusters(positions, min_size=min_cluster_size)
    words = [str(vectors.index_to_key[row]) for row in rows]
    return WordMap(
        words=words,
        positions=positions,
        counts=None if counts is None else counts[rows],
        neighbors=nearest[:, :neighbors],
        cosines=cosines[:, :neighbors],
        clusters=clusters,
        cluster_names=name_clusters(words, unit, clusters),
        vocabulary_size=len(vectors),
        zero_vectors=zero_vectors,
    )


def check_map_parameters(
    vectors: KeyedVectors,
    *,
    max_words: Any,
    neighbors: Any,
    min_distance: Any,
    min_cluster_size: Any,
    seed: Any,
) -> None:
    """Check the parameters of :func:`word_map`.

    Raises
    ------
    ValueError
        If one is invalid, there are too few words, or a vector contains NaN or infinity.
    """
    check_whole("max_words", max_words, MIN_WORDS)
    check_whole("neighbors", neighbors, 1)
    if min_cluster_size is not None:
        check_whole("min_cluster_size", min_cluster_size, 2)
    check_whole("seed", seed, 0, 2**32 - 1)
    check_number("min_distance", min_distance, 0, 1)
    rows = np.arange(len(vectors))
    check_finite(vectors, rows)
    _check_enough_words(int(is_nonzero(vectors, rows).sum()))


def cluster_labels(names: Sequence[tuple[str, ...]], max_length: int = 24) -> list[str]:
    """Return the names of clusters as text, with long words shortened."""
    return [", ".join(shorten(word, max_length) for word in name) for name in names]


def shorten(word: str, max_length: int) -> str:
    """Shorten a word to at most `max_length` characters, with an ellipsis."""
    return word if len(word) <= max_length else word[: max_length - 1] + "…"


def _check_enough_words(words: int) -> None:
    if words < MIN_WORDS:
        raise ValueError(
            f"The vectors have {words} words with a nonzero vector, and a map needs at least {MIN_WORDS}: pass vectors with "
            "more words."
        )
