"""Keeping what was learned with its words: statistics and output weights have one row per word, in the order of ``wv``."""

from __future__ import annotations

import numpy as np
from gensim.models import KeyedVectors, Word2Vec

from gensim_distill._utils.arrays import IntArray, take_rows
from gensim_distill.solvers.learned_state import LearnedState


def align_rows(model: Word2Vec, learned: LearnedState) -> LearnedState:
    """Move all that a model has learned to the words of ``wv``, which the user may have reordered, added to or replaced.

    Parameters
    ----------
    model : Word2Vec
        Its output weights, and the counts of words without any, are changed.
    learned : LearnedState

    Returns
    -------
    LearnedState
        `learned`.

    Raises
    ------
    ValueError
        If the parts of ``wv`` do not belong together, or with hierarchical softmax, if its words are others.
    """
    words = model.wv.index_to_key
    if learned.words != words:
        _check_consistent(model.wv)
        rows = learned.rows_of(words)
        if "syn1" in vars(model) and (np.any(rows < 0) or len(rows) != len(learned.words or words)):
            raise ValueError(
                "Words were added to or removed from model.wv, and hs=1 has a tree over the vocabulary: add words by "
                "build_vocab(update=True), or train with negative sampling."
            )
        _move_weights(model, rows)
        learned.align(words)
    return learned


def update_rows(model: Word2Vec, learned: LearnedState) -> None:
    """Move all that a model has learned to its updated vocabulary, over which gensim has built a new tree.

    Parameters
    ----------
    model : Word2Vec
        As after its ``update_weights()``.
    learned : LearnedState
    """
    _check_consistent(model.wv)
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


def _check_consistent(vectors: KeyedVectors) -> None:
    """Check that words, indices, vectors and counts of a vocabulary belong together.

    Raises
    ------
    ValueError
        If they do not.
    """
    words, size = vectors.index_to_key, len(vectors.index_to_key)
    same = len(vectors.key_to_index) == size and all(
        vectors.key_to_index.get(word) == i for i, word in enumerate(words)
    )
    if (
        not same
        or vectors.vectors.shape != (size, vectors.vector_size)
        or any(len(values) > size for values in vectors.expandos.values())
    ):
        raise ValueError(
            f"model.wv was changed by parts that do not belong together: it has {size} words in index_to_key, "
            f"{len(vectors.key_to_index)} in key_to_index, and vectors of shape {vectors.vectors.shape}: change all of them "
            "alike, or build the vocabulary again."
        )
