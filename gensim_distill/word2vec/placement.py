"""Placing trained vectors into ``wv``: projection to ``vector_size``, gensim's locks, words that were not trained."""

from __future__ import annotations

import logging

import numpy as np
from gensim.models import KeyedVectors

from gensim_distill._utils.arrays import IntArray
from gensim_distill._utils.text import short
from gensim_distill.linalg import principal_directions
from gensim_distill.solvers.learned_state import LearnedState

logger = logging.getLogger(__name__)

_MAX_NAMED = 10  # words that a warning names


def place_vectors(vectors: KeyedVectors, trained: np.ndarray, learned: LearnedState) -> None:
    """Replace the vectors of a vocabulary by trained ones, reduced to `vector_size` by principal components.

    Parameters
    ----------
    vectors : KeyedVectors
    trained : numpy.ndarray, shape (vocabulary_size, dimensions of the objective)
        As for :func:`compute_vectors`.
    learned : LearnedState
        As for :func:`compute_vectors`.
    """
    replace_vectors(vectors, compute_vectors(vectors, trained, learned))


def compute_vectors(vectors: KeyedVectors, trained: np.ndarray, learned: LearnedState) -> np.ndarray:
    """Return the vectors that a vocabulary has after training, reduced to `vector_size` by principal components.

    Parameters
    ----------
    vectors : KeyedVectors
        The present vectors, which are not changed.
    trained : numpy.ndarray, shape (vocabulary_size, dimensions of the objective)
        Words whose rows are zeros keep the vectors that they have.
    learned : LearnedState
        Its principal components are set; the projection of isolated words, which was fitted to earlier vectors, is dropped.

    Returns
    -------
    numpy.ndarray, shape (vocabulary_size, vector_size)
    """
    learned.directions = learned.isolated_projection = None
    rows = np.flatnonzero(np.any(trained, axis=1))
    if trained.shape[1] > vectors.vector_size:
        learned.directions = principal_directions(trained, vectors.vector_size).astype(np.float32)
        trained = trained @ learned.directions
    new: np.ndarray = np.array(vectors.vectors)
    new[rows] = apply_locks(vectors, rows, trained[rows])
    return new


def replace_vectors(vectors: KeyedVectors, new: np.ndarray) -> None:
    """Write new vectors into the array of a vocabulary, or replace an array that is read-only, as of a memory map.

    Parameters
    ----------
    vectors : KeyedVectors
    new : numpy.ndarray, shape (vocabulary_size, vector_size)
    """
    if vectors.vectors.flags.writeable:
        vectors.vectors[:] = new
    else:
        vectors.vectors = new
    vectors.norms = None


def warn_untrained(
    vectors: KeyedVectors, untrained: np.ndarray, reason: str, result: str = "keep a small random vector"
) -> None:
    """Log a warning that names the words from which nothing was learned.

    Parameters
    ----------
    vectors : KeyedVectors
    untrained : numpy.ndarray of bool, shape (vocabulary_size,)
    reason : str
        Why not; it follows the number of words.
    result : str, optional
        Their vectors; it follows the reason.
    """
    words = [vectors.index_to_key[index] for index in np.flatnonzero(untrained)]
    if words:
        named = ", ".join(map(short, words[:_MAX_NAMED]))
        message = f"%i of %i words {reason} and {result}: %s"  # each reason is a warning of its own
        logger.warning(message, len(words), len(vectors), named)


def apply_locks(vectors: KeyedVectors, rows: IntArray, new: np.ndarray) -> np.ndarray:
    """Return new vectors of some words, as far as gensim's ``vectors_lockf`` permits them to change.

    Parameters
    ----------
    vectors : gensim.models.KeyedVectors
        The present vectors. Where ``vectors_lockf`` is 0 they are kept, where it is 1 they are replaced, and in between
        they move by that share of the difference.
    rows : numpy.ndarray of int64
        The words.
    new : numpy.ndarray, shape (len(rows), vector_size)

    Returns
    -------
    numpy.ndarray, shape (len(rows), vector_size)
    """
    factors: np.ndarray | None = getattr(vectors, "vectors_lockf", None)
    if factors is None or np.all(factors == 1):
        return new
    factor = np.asarray(factors)[rows % len(factors), None]  # as in gensim, a single one is for all
    old = vectors.vectors[rows]
    return np.where(factor == 0, old, old + factor * (new - old))
