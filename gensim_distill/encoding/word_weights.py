"""Weights of words, and the components that all texts share, fitted to word vectors."""

from __future__ import annotations

import itertools
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

import numpy as np
from gensim.models import KeyedVectors

from gensim_distill.corpus.documents import Document
from gensim_distill.corpus.reader import TextReader
from gensim_distill.corpus.validation import check_texts
from gensim_distill.corpus.word_lookup import WordLookup
from gensim_distill.encoding.weighting import (
    BATCH_SIZE,
    EncoderSettings,
    Weighting,
    check_vectors,
    check_weighting,
    default_components,
    idf_weights,
    mean_rows,
    relative_frequencies,
    sif_weights,
    unigram_second_moment,
)
from gensim_distill.linalg import principal_directions_from_moment


@dataclass(frozen=True)
class WordWeights:
    """The result of :func:`fit_word_weights`.

    Attributes
    ----------
    weights : numpy.ndarray of float64, shape (n_words,)
        The weight of each word.
    directions : numpy.ndarray of float64, shape (n, vector_size)
        The directions to project out, L2-normalized.
    settings : EncoderSettings
        The settings that they depend on.
    """

    weights: np.ndarray
    directions: np.ndarray
    settings: EncoderSettings


def fit_word_weights(
    vectors: KeyedVectors,
    weighting: Weighting,
    a: float,
    components: int | None,
    texts: Iterable[Document] | None,
    reader: TextReader,
    components_from: Literal["vocabulary", "texts"] | None,
) -> WordWeights:
    """Fit the weights of words and the components to project out.

    Parameters
    ----------
    vectors, weighting, a, components, texts, reader, components_from
        See :meth:`TextEncoder.of <gensim_distill.encoding.TextEncoder.of>`.

    Returns
    -------
    WordWeights

    Raises
    ------
    ValueError, TypeError
        If a parameter is invalid, a vector is not finite, or the texts have no known word.
    """
    if vectors.vector_size == 1 and components == 1:
        components = 0  # nothing would be left without the only dimension
    check_weighting(weighting, a, components, vectors.vector_size)
    check_vectors(vectors)
    is_default = components is None
    components = default_components(vectors) if components is None else components
    if texts is None and weighting == "idf":
        raise ValueError(
            "weighting='idf' needs texts to count in how many of them each word occurs: pass texts=, or use "
            "weighting='sif', which needs only the counts of the words."
        )
    if components_from not in (None, "vocabulary", "texts") or (components_from == "texts" and texts is None):
        raise ValueError(f"components_from={components_from!r} must be 'vocabulary', or 'texts' together with texts=.")
    from_texts = bool(components) and texts is not None and components_from != "vocabulary"
    if texts is not None:
        check_texts(texts, passes=2 if weighting == "idf" and from_texts else 1)
    # Computed once, since it may log a warning.
    needs_frequencies = weighting == "sif" or (components and not from_texts)
    frequencies = relative_frequencies(vectors) if needs_frequencies else np.empty(0)
    if weighting == "idf":
        weights = idf_weights(WordLookup(vectors.key_to_index, reader), texts or (), len(vectors))
    elif weighting == "sif":
        weights = sif_weights(frequencies, a)
    else:
        weights = np.ones(len(vectors))
    settings: EncoderSettings = {
        "weighting": weighting,
        "a": a,
        "components": components,
        "texts": from_texts or weighting == "idf",
    }
    if is_default and not components:  # so that an encoder of more words has the default for them
        del settings["components"]
    directions = np.zeros((0, vectors.vector_size))
    if components:
        table = weighted_table(vectors, weights, directions)
        if from_texts:
            moment = _second_moment(table, WordLookup(vectors.key_to_index, reader), texts or ())
        else:
            moment = unigram_second_moment(table, frequencies)
        directions = principal_directions_from_moment(moment, components).T
    return WordWeights(weights, directions, settings)


def weighted_table(vectors: KeyedVectors, weights: np.ndarray, directions: np.ndarray) -> np.ndarray:
    """Return the vectors times their weights, with some directions projected out.

    Parameters
    ----------
    vectors : KeyedVectors
    weights : numpy.ndarray, shape (n_words,)
    directions : numpy.ndarray, shape (n, vector_size)
        Orthonormal directions.

    Returns
    -------
    numpy.ndarray of float32, shape (n_words, vector_size)
    """
    table: np.ndarray = vectors.vectors * weights[:, None].astype(np.float32)
    if len(directions):
        table -= (table @ directions.T.astype(np.float32)) @ directions.astype(np.float32)
    return table


def _second_moment(table: np.ndarray, lookup: WordLookup, texts: Iterable[Document]) -> np.ndarray:
    """Return the sum of the outer products of the vectors of texts with themselves."""
    moment = np.zeros((table.shape[1], table.shape[1]))
    source = iter(texts)
    while batch := list(itertools.islice(source, BATCH_SIZE)):
        means = mean_rows(table, *lookup.rows(batch))
        moment += means.T.astype(np.float64) @ means
    if not moment.any():
        raise ValueError("The texts have no word that has a vector: pass texts like those to be encoded.")
    return moment
