"""Nearest neighbors: the overlap of two sets of vectors, and hubs, the neighbors of very many words."""

from __future__ import annotations

import logging
import math
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

import numpy as np
from gensim.models import KeyedVectors
from scipy import stats

from gensim_distill._utils.arrays import IntArray
from gensim_distill._utils.validation import check_whole
from gensim_distill.evaluation.teacher_vectors import teacher_vectors
from gensim_distill.teachers import Teacher
from gensim_distill.vectors.keyed import is_nonzero, unit_vectors
from gensim_distill.vectors.load import load_vectors

logger = logging.getLogger(__name__)

_BLOCK = 4096  # words per block


@dataclass(frozen=True)
class OverlapResult:
    """The result of :func:`neighbor_overlap`.

    Attributes
    ----------
    overlap : float
        The mean share of common neighbors, from 0 to 1; NaN with fewer than two shared words.
    expected : float
        The overlap of random neighbors: k divided by the number of all other words.
    k : int
        The number of neighbors, reduced if there are fewer words.
    words : int
        The number of shared words with nonzero vectors, among which neighbors are searched.
    sample : int
        The number of words whose neighbors were compared.
    """

    overlap: float
    expected: float
    k: int
    words: int
    sample: int


@dataclass(frozen=True)
class HubnessResult:
    """The result of :func:`hubness`.

    Attributes
    ----------
    skewness : float
        The skewness of the k-occurrence, the number of words of which a word is a neighbor: near 0
        without hubs, large with hubs; NaN with fewer than two words, or if it is the same for all.
    antihubs : float
        The share of words that are not a neighbor of any word.
    hubs : tuple of (str, int)
        The words with the largest k-occurrences, and these numbers.
    k, words : int
        The number of neighbors, and of words with nonzero vectors.
    """

    skewness: float
    antihubs: float
    hubs: tuple[tuple[str, int], ...]
    k: int
    words: int


def neighbor_overlap(
    vectors: Any,
    reference: Any,
    *,
    words: Collection[str] | None = None,
    k: int = 10,
    sample: int | None = 2000,
    most_frequent: int | None = 30_000,
    seed: int = 1,
) -> OverlapResult:
    """Compute the mean share of nearest neighbors that a word has in both of two sets of vectors.

    Parameters
    ----------
    vectors : KeyedVectors, model with ``wv``, or path
        See :func:`~gensim_distill.vectors.load_vectors`.
    reference : KeyedVectors, model with ``wv``, path or Teacher
        The vectors to compare with. Of a teacher these are its vectors of the isolated words; for
        others pass the result of :func:`teacher_vectors`.
    words : collection of str, optional
        Use only these words, case-sensitively.
    k : int, optional
        The number of neighbors.
    sample : int, optional
        The number of random words whose neighbors are compared; None compares all.
    most_frequent : int, optional
        Use only this many words of `vectors`, from the first; None uses all, which is slow with a
        teacher and many words.
    seed : int, optional
        The seed of the sample.

    Returns
    -------
    OverlapResult

    Notes
    -----
    Neighbors are the words of the largest cosine among the shared words. Zero vectors are ignored.

    Examples
    --------
    >>> from gensim.test.utils import datapath
    >>> from gensim_distill.evaluation import neighbor_overlap
    >>> from gensim_distill.vectors import load_vectors
    >>> vectors = load_vectors(datapath("euclidean_vectors.bin"))
    >>> neighbor_overlap(vectors, vectors).overlap
    1.0
    """
    check_whole("k", k, 1, advice=", the number of neighbors")
    if sample is not None:
        check_whole("sample", sample, 1, advice=", or None for all words")
    model = load_vectors(vectors)
    allowed = None if words is None else set(words)
    keys = [key for key in model.index_to_key[:most_frequent] if allowed is None or key in allowed]
    if isinstance(reference, Teacher) and not hasattr(reference, "wv"):
        other = teacher_vectors(reference, keys) if keys else model
    else:
        other = load_vectors(reference)
    shared = [key for key in keys if key in other.key_to_index]
    rows = [np.array([kv.key_to_index[key] for key in shared], dtype=np.int64) for kv in (model, other)]
    nonzero = is_nonzero(model, rows[0]) & is_nonzero(other, rows[1])
    rows = [some[nonzero] for some in rows]
    n = len(rows[0])
    if n < 2:
        logger.warning("No neighbors to compare: the vectors share only %i words with nonzero vectors.", n)
        return OverlapResult(math.nan, math.nan, 0, n, 0)
    k = min(k, n - 1)
    queries = np.arange(n)
    if sample is not None and sample < n:
        queries = np.sort(np.random.default_rng(seed).choice(n, sample, replace=False))
    common = 0
    for start in range(0, len(queries), _BLOCK):
        some = queries[start : start + _BLOCK]
        first, second = nearest_rows(model, rows[0], some, k), nearest_rows(other, rows[1], some, k)
        # A neighbor in both occurs twice in the sorted row.
        both = np.sort(np.concatenate([first, second], axis=1), axis=1)
        common += int((both[:, 1:] == both[:, :-1]).sum())
    return OverlapResult(common / (k * len(queries)), k / (n - 1), k, n, len(queries))


def hubness(vectors: Any, k: int = 10, *, most_frequent: int | None = 30_000, top: int = 10) -> HubnessResult:
    """Measure how unevenly words occur among the nearest neighbors of other words (Radovanović et al., 2010).

    In spaces of many dimensions some words, hubs, are among the nearest neighbors of very many words,
    which spoils lists of neighbors and nearest-neighbor search.

    Parameters
    ----------
    vectors : KeyedVectors, model with ``wv``, or path
        See :func:`~gensim_distill.vectors.load_vectors`. Zero vectors are ignored.
    k : int, optional
        The number of neighbors, by cosine.
    most_frequent : int, optional
        Use only this many words, from the first; None uses all. The time grows with the square.
    top : int, optional
        The number of hubs to return.

    Returns
    -------
    HubnessResult

    References
    ----------
    Miloš Radovanović, Alexandros Nanopoulos and Mirjana Ivanović. Hubs in Space: Popular Nearest
    Neighbors in High-Dimensional Data. JMLR 11, 2010.

    Examples
    --------
    >>> from gensim.models import KeyedVectors
    >>> from gensim_distill.evaluation import hubness
    >>> vectors = KeyedVectors(2)
    >>> vectors.add_vectors(["hub", "a", "b", "c"], [[1.0, 0.0], [1.0, 0.4], [1.0, -0.5], [1.0, -5.0]])
    >>> hubness(vectors, k=1).hubs[0]
    ('hub', 2)
    """
    check_whole("k", k, 1, advice=", the number of neighbors")
    model = load_vectors(vectors)
    rows = np.arange(len(model))[:most_frequent]
    rows = rows[is_nonzero(model, rows)]
    n = len(rows)
    if n < 2:
        logger.warning("No hubs: only %i words have a nonzero vector.", n)
        return HubnessResult(math.nan, math.nan, (), 0, n)
    k = min(k, n - 1)
    occurrences = np.zeros(n, dtype=np.int64)
    for start in range(0, n, _BLOCK):
        queries = np.arange(start, min(start + _BLOCK, n))
        occurrences += np.bincount(nearest_rows(model, rows, queries, k).ravel(), minlength=n)
    order = np.argsort(-occurrences, kind="stable")[:top]
    return HubnessResult(
        skewness=float(stats.skew(occurrences)) if np.ptp(occurrences) else math.nan,
        antihubs=float((occurrences == 0).mean()),
        hubs=tuple((model.index_to_key[rows[index]], int(occurrences[index])) for index in order),
        k=k,
        words=n,
    )


def nearest_rows(vectors: KeyedVectors, rows: IntArray, queries: IntArray, k: int) -> IntArray:
    """Return the positions in `rows` of the k words nearest to each query, in no particular order.

    Parameters
    ----------
    vectors : KeyedVectors
    rows : numpy.ndarray of int64, shape (n,)
        The candidates.
    queries : numpy.ndarray of int64, shape (n_queries,)
        Positions in `rows`. A query is not its own neighbor.
    k : int
        At most n - 1.

    Returns
    -------
    numpy.ndarray of int64, shape (n_queries, k)
    """
    asked = unit_vectors(vectors, rows[queries])
    best = np.full((len(queries), 0), -np.inf, dtype=np.float32)
    places = np.zeros((len(queries), 0), dtype=np.int64)
    for start in range(0, len(rows), _BLOCK):
        block = np.arange(start, min(start + _BLOCK, len(rows)))
        scores = asked @ unit_vectors(vectors, rows[block]).T
        own = np.flatnonzero((queries >= start) & (queries <= block[-1]))
        scores[own, queries[own] - start] = -np.inf
        # The k best of all are among the k best of each block.
        if len(block) > k:
            some = np.argpartition(-scores, k - 1, axis=1)[:, :k]
        else:
            some = np.broadcast_to(np.arange(len(block)), scores.shape)
        best = np.concatenate([best, np.take_along_axis(scores, some, axis=1)], axis=1)
        places = np.concatenate([places, block[some]], axis=1)
        if best.shape[1] > k:
            keep = np.argpartition(-best, k - 1, axis=1)[:, :k]
            best, places = np.take_along_axis(best, keep, axis=1), np.take_along_axis(places, keep, axis=1)
    return places
