"""Keeping what was learned with its words: statistics and output weights have one row per word, in the order of ``wv``."""

from __future__ import annotations

import numpy as np
from gensim.models import KeyedVectors, Word2Vec

from gensim_distill._utils.arrays import IntArray, take_rows
from gensim_distill.solvers.learned_state import LearnedState
from gensim_distill.solvers.settings import SolverName


def align_rows(model: Word2Vec, learned: LearnedState) -> None:
    """Move all that a model has learned to the words of ``wv``, which the user may have reordered, added to or replaced.

    Parameters
    ----------
    model : Word2Vec
        Its output weights, and the counts of words without any, are changed.
    learned : LearnedState
        Rows of words that ``wv`` lacks are dropped.

    Raises
    ------
    ValueError
        If the parts of ``wv`` do not belong together, or with hierarchical softmax, if its words are others.
    """
    _check_shape(model.wv)
    words = model.wv.index_to_key
    if learned.words == words:
        return
    _check_indices(model.wv)
    rows = learned.rows_of(words)
    if "syn1" in vars(model) and not _is_permutation(rows, learned):
        raise ValueError(
            "Words were added to or removed from model.wv, and hs=1 has a tree over the vocabulary: add words by "
            "build_vocab(update=True), or train with negative sampling."
        )
    _move_weights(model, rows)
    learned.align(words)


def aligned_state(model: Word2Vec, learned: LearnedState, solver: SolverName) -> tuple[LearnedState, np.ndarray | None]:
    """Return what a model has learned for the words of ``wv``, without a loss for words that it lacks now.

    Parameters
    ----------
    model : Word2Vec
    learned : LearnedState
    solver : {"one-pass", "sgd"}

    Returns
    -------
    state : LearnedState
        `learned`, or a copy if ``wv`` lacks some of its words.
    weights : numpy.ndarray or None
        With ``solver="sgd"``, the weights of negative sampling.

    Raises
    ------
    ValueError
        If the parts of ``wv`` do not belong together.
    """
    has_weights = solver == "sgd" and bool(model.negative)
    rows = None
    _check_shape(model.wv)
    if learned.words != model.wv.index_to_key:
        _check_indices(model.wv)
        rows = learned.rows_of(model.wv.index_to_key)
        keeps_all = learned.words is None or np.count_nonzero(rows >= 0) == len(learned.words)
        if keeps_all and ("syn1" not in vars(model) or _is_permutation(rows, learned)):
            align_rows(model, learned)
            rows = None
        else:
            learned = learned.copy()
            learned.align(model.wv.index_to_key)
    weights: np.ndarray | None = getattr(model, "syn1neg", None) if has_weights else None
    return learned, weights if weights is None or rows is None else take_rows(weights, rows)


def update_rows(model: Word2Vec, learned: LearnedState) -> None:
    """Move all that a model has learned to its updated vocabulary, over which gensim has built a new tree.

    Parameters
    ----------
    model : Word2Vec
        As after its ``update_weights()``.
    learned : LearnedState
    """
    _check_shape(model.wv)
    _check_indices(model.wv)
    rows = learned.rows_of(model.wv.index_to_key)
    if "syn1" in vars(model):  # of the nodes of the tree, not of words
        nodes = np.arange(len(rows))
        nodes[len(model.syn1) :] = -1
        model.syn1 = take_rows(model.syn1, nodes)
    _move_weights(model, rows)
    learned.align(model.wv.index_to_key)


def _move_weights(model: Word2Vec, rows: IntArray) -> None:
    """Move the weights of negative sampling to other rows, with its table, and the counts of new words to at least 1."""
    vectors: KeyedVectors = model.wv
    if "syn1neg" not in vars(model) or np.array_equal(rows, np.arange(len(model.syn1neg))):
        return
    model.syn1neg = take_rows(model.syn1neg, rows)
    vectors.allocate_vecattrs()
    counts = vectors.expandos.get("count")
    if counts is None:
        return
    new = (rows < 0) & (counts == 0)
    counts[new] = 1
    if "sample_int" in vectors.expandos:
        vectors.expandos["sample_int"][new] = np.iinfo(np.uint32).max  # never skipped by subsampling
    model.make_cum_table()


def _is_permutation(rows: IntArray, learned: LearnedState) -> bool:
    return not np.any(rows < 0) and (learned.words is None or len(rows) == len(learned.words))


def _check_shape(vectors: KeyedVectors) -> None:
    """Check that a vocabulary has one vector per word.

    Raises
    ------
    ValueError
        If it has not.
    """
    expected = (len(vectors.index_to_key), vectors.vector_size)
    if vectors.vectors.shape != expected:
        raise ValueError(
            f"model.wv has vectors of shape {vectors.vectors.shape}, where its {expected[0]} words and vector_size={expected[1]} "
            "need another: change index_to_key, key_to_index, vectors and vector_size alike, or build the vocabulary again."
        )


def _check_indices(vectors: KeyedVectors) -> None:
    """Check that the words, indices and attributes of a vocabulary belong together.

    Raises
    ------
    ValueError
        If they do not.
    """
    size, index = len(vectors.index_to_key), vectors.key_to_index
    if len(index) != size or any(index.get(word) != row for row, word in enumerate(vectors.index_to_key)):
        raise ValueError(
            "The words of model.wv.index_to_key are not those of key_to_index with their positions: change both alike, or "
            "build the vocabulary again."
        )
    if long := [name for name, values in vectors.expandos.items() if len(values) > size]:
        raise ValueError(
            f"model.wv.expandos[{long[0]!r}] has {len(vectors.expandos[long[0]])} values for {size} words: remove the values of "
            "words that were removed, or build the vocabulary again."
        )
