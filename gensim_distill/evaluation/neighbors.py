"""Nearest neighbors: how many two sets of vectors have in common, and whether some words are everybody's."""

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

_BLOCK = 4096  # words that are held against others at once


@dataclass(frozen=True)
class OverlapResult:
    """How many nearest neighbors two sets of vectors have in common.

    Attributes
    ----------
    overlap : float
        The mean share of common neighbors, from 0 to 1; nan with fewer than two shared words.
    expected : float
        What chance gives: k of all other words.
    k : int
        The number of neighbors, fewer than asked for if there are not as many words.
    words : int
        How many words both know; neighbors are sought among them.
    sample : int
        For how many of them neighbors were compared.
    """

    overlap: float
    expected: float
    k: int
    words: int
    sample: int


@dataclass(frozen=True)
class HubnessResult:
    """How unevenly words serve as neighbors of others.

    Attributes
    ----------
    skewness : float
        Of the number of words that each word is a neighbor of: near 0 without hubs, large with
        them; nan with fewer than two words, or if all serve equally often.
    isolated : float
        The share of words that are nobody's neighbor.
    hubs : tuple of (str, int)
        The words that are a neighbor of most others, and of how many.
    k, words : int
        The number of neighbors, and of words.
    """

    skewness: float
    isolated: float
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
    """Tell how many of a word's nearest neighbors are the same in two sets of vectors.

    Parameters
    ----------
    vectors : KeyedVectors, model with ``wv``, or path
        See :func:`load_vectors`.
    reference : the same, or Teacher
        What to compare with; a teacher reads the words of `vectors` alone, see
        :func:`teacher_vectors`, whose result can be given instead.
    words : collection of str, optional
        Only these words, as they are written.
    k : int, optional
        The number of neighbors.
    sample : int, optional
        For how many words, drawn at random, neighbors are compared; None is for all.
    most_frequent : int, optional
        Only the first so many words of `vectors`; None is for all, which with a teacher and many
        words takes its time.
    seed : int, optional
        For the draw.

    Returns
    -------
    OverlapResult

    Notes
    -----
    Neighbors go by cosine, among the words that both know. Words whose vectors are zeros have none
    and are left out.

    Examples
    --------
    >>> from gensim.test.utils import datapath
    >>> from gensim_distill.evaluation import neighbor_overlap
    >>> from gensim_distill.vectors import load_vectors
    >>> vectors = load_vectors(datapath("euclidean_vectors.bin"))
    >>> neighbor_overlap(vectors, vectors).overlap
    1.0
    """
    _check(k)
    if sample is not None and sample < 1:
        raise ValueError(f"sample={sample!r}: give a whole number from 1, or None for all words.")
    model = load_vectors(vectors)
    allowed = None if words is None else set(words)
    keys = [key for key in model.index_to_key[:most_frequent] if allowed is None or key in allowed]
    if isinstance(reference, Teacher) and not hasattr(reference, "wv"):
        other = teacher_vectors(reference, keys) if keys else model
    else:
        other = load_vectors(reference)
    shared = [key for key in keys if key in other.key_to_index]
    rows = [np.array([kv.key_to_index[key] for key in shared], dtype=np.int64) for kv in (model, other)]
    directed = is_nonzero(model, rows[0]) & is_nonzero(other, rows[1])
    rows = [some[directed] for some in rows]
    n = len(rows[0])
    if n < 2:
        logger.warning("No neighbors to compare: the vectors share %i words with a direction.", n)
        return OverlapResult(math.nan, math.nan, 0, n, 0)
    k = min(k, n - 1)
    queries = np.arange(n)
    if sample is not None and sample < n:
        queries = np.sort(np.random.default_rng(seed).choice(n, sample, replace=False))
    common = 0
    for start in range(0, len(queries), _BLOCK):
        some = queries[start : start + _BLOCK]
        first, second = nearest_rows(model, rows[0], some, k), nearest_rows(other, rows[1], some, k)
        # A neighbor of both stands twice in the sorted row.
        both = np.sort(np.concatenate([first, second], axis=1), axis=1)
        common += int((both[:, 1:] == both[:, :-1]).sum())
    return OverlapResult(common / (k * len(queries)), k / (n - 1), k, n, len(queries))


def hubness(vectors: Any, k: int = 10, *, most_frequent: int | None = 30_000, top: int = 10) -> HubnessResult:
    """Tell how unevenly words serve as neighbors of others (Radovanović et al., 2010).

    In spaces of many dimensions some words, hubs, are among the nearest neighbors of very many
    others, which spoils lists of neighbors and nearest-neighbor search.

    Parameters
    ----------
    vectors : KeyedVectors, model with ``wv``, or path
        See :func:`load_vectors`. Words whose vectors are zeros are left out.
    k : int, optional
        The number of neighbors, by cosine.
    most_frequent : int, optional
        Only the first so many words; None is for all. Time grows with the square.
    top : int, optional
        How many hubs are named.

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
    _check(k)
    model = load_vectors(vectors)
    rows = np.arange(len(model))[:most_frequent]
    rows = rows[is_nonzero(model, rows)]
    n = len(rows)
    if n < 2:
        logger.warning("No hubs: %i words have a direction.", n)
        return HubnessResult(math.nan, math.nan, (), 0, n)
    k = min(k, n - 1)
    served = np.zeros(n, dtype=np.int64)
    for start in range(0, n, _BLOCK):
        queries = np.arange(start, min(start + _BLOCK, n))
        served += np.bincount(nearest_rows(model, rows, queries, k).ravel(), minlength=n)
    order = np.argsort(-served, kind="stable")[:top]
    return HubnessResult(
        skewness=float(stats.skew(served)) if np.ptp(served) else math.nan,
        isolated=float((served == 0).mean()),
        hubs=tuple((model.index_to_key[rows[index]], int(served[index])) for index in order),
        k=k,
        words=n,
    )


def _check(k: int) -> None:
    check_whole("k", k, 1, advice=", the number of neighbors")


def nearest_rows(vectors: KeyedVectors, rows: IntArray, queries: IntArray, k: int) -> IntArray:
    """Give the places in `rows` of the k words nearest to each query, a place itself, but itself; in no order."""
    asked = unit_vectors(vectors, rows[queries])
    best = np.full((len(queries), 0), -np.inf, dtype=np.float32)
    places = np.zeros((len(queries), 0), dtype=np.int64)
    for start in range(0, len(rows), _BLOCK):
        block = np.arange(start, min(start + _BLOCK, len(rows)))
        scores = asked @ unit_vectors(vectors, rows[block]).T
        own = np.flatnonzero((queries >= start) & (queries <= block[-1]))
        scores[own, queries[own] - start] = -np.inf
        # Only the best of the block can be among the best of all.
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
