"""Reference implementations that tests compare the package with: every context in memory, float64, no blocks."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from scipy.linalg import fractional_matrix_power

from gensim_distill import DistilledWord2Vec
from gensim_distill.contexts.scopes import ContextBatch
from gensim_distill.contexts.teacher_pass import read_contexts
from gensim_distill.contexts.views import Scope, View
from gensim_distill.corpus.reader import TextReader
from gensim_distill.linalg import principal_directions, ridge_weights
from gensim_distill.objectives import Objective
from gensim_distill.statistics.moments import Moments

# --- vectors from the contexts of every occurrence -------------------------------------------


def raw_contexts(
    model: DistilledWord2Vec, corpus: list[list[str]], layers: tuple[int, ...], scope: Scope
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return the word and the context of each occurrence, and each context once.

    Words outside the vocabulary are -1.
    """
    view = View(layers, scope)
    words, contexts, background = [], [], []
    for chunk in read_contexts(corpus, TextReader(), model.teacher, [view], model.wv.key_to_index):
        batch = chunk[view.name]
        words += batch.words[batch.rows >= 0].tolist()
        contexts += batch.contexts[batch.rows[batch.rows >= 0]].tolist()
        background += batch.contexts[sorted(set(batch.rows.tolist()) - {-1})].tolist()
    return np.array(words), np.array(contexts), np.array(background)


def mean_contexts(words: np.ndarray, contexts: np.ndarray) -> np.ndarray:
    """Compute the mean context of each word."""
    return np.array([contexts[words == word].mean(axis=0) for word in range(words.max() + 1)])


def centered_mean_contexts(words: np.ndarray, contexts: np.ndarray, background: np.ndarray) -> np.ndarray:
    """Compute the mean context of each word minus the mean over words."""
    means = mean_contexts(words, contexts)
    centered: np.ndarray = means - means.mean(axis=0)
    return centered


def linear_discriminants(
    words: np.ndarray, contexts: np.ndarray, background: np.ndarray, exponent: float
) -> np.ndarray:
    """Compute (S + r I) ** -exponent (m_w - m), with r a hundredth of the mean eigenvalue of S."""
    covariance = np.cov(background.T, bias=True)
    regularized = covariance + 0.01 * np.trace(covariance) / len(covariance) * np.eye(len(covariance))
    differences = mean_contexts(words, contexts) - background.mean(axis=0)
    # Rounding may leave imaginary parts.
    discriminants: np.ndarray = differences @ fractional_matrix_power(regularized, -exponent).real.T
    return discriminants


def unit(vectors: np.ndarray) -> np.ndarray:
    """L2-normalize rows that are not zero."""
    normalized: np.ndarray = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    return normalized


# --- linear algebra ---------------------------------------------------------------------------


def project(vectors: np.ndarray, n_components: int) -> np.ndarray:
    """Project vectors onto their principal directions."""
    projected: np.ndarray = vectors @ principal_directions(vectors, n_components).astype(vectors.dtype)
    return projected


def ridge_prediction(predictors: Sequence[np.ndarray], targets: np.ndarray, penalty: float = 1.0) -> np.ndarray:
    """Predict targets from the concatenation of predictors by ridge regression."""
    joined = np.hstack(predictors)
    prediction: np.ndarray = joined @ ridge_weights(joined.T @ joined, joined.T @ targets, penalty)
    return prediction


# --- statistics without a teacher -------------------------------------------------------------


def random_moments(objective: Objective, vocabulary_size: int, width: int = 6) -> dict[str, Moments]:
    """Return statistics of random contexts with a common component and directions of unequal strength.

    The last word has no context.
    """
    rng = np.random.default_rng(0)
    moments = {}
    for view in objective.views(4):
        if view.keeps_texts:
            continue
        own = moments[view.name] = Moments(vocabulary_size, width, view.second_moment)
        rows = rng.integers(-1, vocabulary_size - 1, 3 * vocabulary_size)
        contexts = 5 + rng.normal(size=(len(rows), width)) * np.geomspace(1, 0.05, width)
        own.add(ContextBatch(rows, np.arange(len(rows)), contexts, np.array([len(rows)])))
    return moments


def select_words(moments: dict[str, Moments], words: np.ndarray) -> dict[str, Moments]:
    """Return the sums and counts of some words, the statistics that are known of words outside a vocabulary."""
    selected = {}
    for name, view in moments.items():
        selected[name] = Moments(len(words), view.width)
        selected[name].sums, selected[name].counts = view.sums[words], view.counts[words]
    return selected
