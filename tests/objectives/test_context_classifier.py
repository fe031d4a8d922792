"""The classifier of contexts, compared with Gaussian densities of scipy."""

from __future__ import annotations

import numpy as np
from reference import random_moments
from scipy import stats

from gensim_distill.contexts.scopes import ContextBatch
from gensim_distill.linalg import estimate_shrinkage_factors, whitening
from gensim_distill.objectives import X2Static
from gensim_distill.objectives.context_classifier import RIDGE, ContextClassifier
from gensim_distill.statistics.moments import Moments


def test_scores_equal_log_densities_of_gaussians() -> None:
    """With many contexts of each word and no ridge, the shrinkage is negligible."""
    generator = np.random.default_rng(0)
    means = np.array([[3.0, 0.0], [0.0, 2.0], [-3.0, -2.0]])
    contexts = np.concatenate([generator.normal(mean, 1.0, (4_000, 2)) for mean in means]).astype(np.float32)
    words = np.repeat(np.arange(3), 4_000)
    moments = Moments(vocabulary_size=3, width=2, second_moment=True)
    moments.add(ContextBatch(words, np.arange(len(words)), contexts, np.array([len(words)])))
    classifier = ContextClassifier(moments, ridge=0.0)
    # All words share the covariance of all contexts.
    densities = [stats.multivariate_normal(moments.means()[word], moments.covariance()) for word in range(3)]
    for context in np.array([[3.0, 1.0], [0.0, 0.0], [-1.0, -2.0]]):
        expected = np.array([density.logpdf(context) for density in densities])
        scores = classifier.scores(context)
        np.testing.assert_allclose(scores - scores[0], expected - expected[0], atol=0.02)


def test_means_of_few_contexts_are_shrunk() -> None:
    moments = Moments(vocabulary_size=2, width=2, second_moment=True)
    contexts = np.random.default_rng(1).normal(size=(1_001, 2)).astype(np.float32) + np.array([2, 0], np.float32)
    contexts[0] = [-4.0, 0.0]
    words = np.array([1] + [0] * 1_000)
    moments.add(ContextBatch(words, np.arange(1_001), contexts, np.array([1_001])))
    shrunk = ContextClassifier(moments).scores(np.array([-4.0, 0.0]))
    moments.counts[1], moments.sums[1] = 1_000, moments.sums[1] * 1_000  # the same mean with more contexts
    assert shrunk[1] - shrunk[0] < np.diff(ContextClassifier(moments).scores(np.array([-4.0, 0.0])))[0]


def test_scores_equal_the_formula_for_words_with_few_contexts_and_without() -> None:
    (moments,) = random_moments(X2Static(), 30).values()
    assert {0, 1} < set(moments.counts.tolist())
    mean, covariance = moments.mean(), moments.covariance()
    differences = moments.means() - mean
    differences[moments.counts == 0] = 0.0
    matrix, noise_variance = whitening(covariance, 0.5)
    differences *= estimate_shrinkage_factors(differences @ matrix, moments.counts, noise_variance)[:, None]
    ridge = RIDGE * np.trace(covariance) / len(covariance) * np.eye(len(covariance))
    weights = np.linalg.solve(covariance + ridge, differences.T).T
    context = np.arange(6.0)
    expected = weights @ (context - mean) - (weights * differences).sum(axis=1) / 2
    np.testing.assert_allclose(ContextClassifier(moments).scores(context), expected, atol=1e-9)
