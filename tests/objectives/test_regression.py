"""Regressions for out-of-vocabulary words, on statistics whose vectors are known."""

from __future__ import annotations

import numpy as np
import pytest
from reference import random_moments, select_words, unit

from gensim_distill.linalg import ridge_weights
from gensim_distill.linalg import rows as blocks
from gensim_distill.objectives import X2Static
from gensim_distill.objectives.regression import (
    PENALTY,
    ContextProjection,
    DirectionRegression,
    IsolatedWordProjection,
)


def test_regression_predicts_directions_with_the_median_length() -> None:
    rng = np.random.default_rng(0)
    features = rng.normal(size=(500, 4))
    vectors = features @ rng.normal(size=(4, 6))
    regression = DirectionRegression.fit(lambda rows: features[rows], vectors, np.ones(500, dtype=bool))
    predicted = regression.vectors(features)
    lengths = np.linalg.norm(vectors, axis=1)
    assert predicted.dtype == np.float32
    np.testing.assert_allclose(np.linalg.norm(predicted, axis=1), np.median(lengths), rtol=1e-5)
    cosines = (predicted * vectors).sum(axis=1) / np.linalg.norm(predicted, axis=1) / lengths
    assert cosines.mean() > 0.95


def test_regression_ignores_unused_words_and_zeros() -> None:
    rng = np.random.default_rng(0)
    features, vectors = rng.normal(size=(50, 4)), rng.normal(size=(50, 6))
    used = np.arange(50) < 30
    vectors[25:30] = 0.0
    fitted = DirectionRegression.fit(lambda rows: features[rows], vectors, used)
    alone = DirectionRegression.fit(lambda rows: features[:25][rows], vectors[:25], np.ones(25, dtype=bool))
    assert fitted.n_words == alone.n_words == 25
    np.testing.assert_allclose(fitted.weights, alone.weights, atol=1e-6)
    np.testing.assert_allclose(fitted.vectors(features), alone.vectors(features), atol=1e-6)


@pytest.mark.parametrize("n_words", [0, 1, 40])
def test_regression_equals_ridge_regression_on_centered_directions(
    n_words: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(blocks, "_BLOCK_SIZE", 7)
    rng = np.random.default_rng(0)
    features, vectors = rng.normal(size=(50, 4)), rng.normal(1.0, 1.0, size=(50, 6))
    fitted = DirectionRegression.fit(lambda rows: features[rows], vectors, np.arange(50) < n_words)
    directions = unit(vectors[:n_words])
    mean = directions.sum(axis=0) / max(n_words, 1)
    own = features[:n_words]
    np.testing.assert_allclose(
        fitted.weights, ridge_weights(own.T @ own, own.T @ (directions - mean), PENALTY), atol=1e-6
    )
    np.testing.assert_allclose(fitted.intercept, mean, atol=1e-6)
    lengths = np.linalg.norm(vectors[:n_words], axis=1)
    assert fitted.length == pytest.approx(np.median(lengths) if n_words else 0)
    assert fitted.weights.dtype == fitted.intercept.dtype == np.float32


def test_isolated_words_predict_vectors_that_are_linear_in_them() -> None:
    (moments,) = random_moments(X2Static(), 300).values()
    vectors = moments.means() @ np.random.default_rng(1).normal(size=(6, 4))
    vectors -= vectors.mean(axis=0)
    used = np.arange(300) % 2 == 0
    predicted = IsolatedWordProjection.fit(moments, vectors, used).vectors(moments)
    held_out = ~used & (moments.counts > 0)
    cosines = (predicted * vectors).sum(axis=1) / np.linalg.norm(predicted, axis=1) / np.linalg.norm(vectors, axis=1)
    assert cosines[held_out].mean() > 0.8


def test_contexts_predict_the_closed_form() -> None:
    moments = random_moments(X2Static(), 300)
    vectors = X2Static().vectors(moments)
    (view,) = moments.values()
    projection = ContextProjection.fit(view, vectors)
    words = np.array([3, 299])  # the last one has no context
    predicted = projection.vectors(select_words(moments, words))
    assert predicted[0] @ vectors[3] > 0.9 * np.linalg.norm(predicted[0]) * np.linalg.norm(vectors[3])
    assert not predicted[1].any()


def test_words_without_contexts_or_not_used_do_not_change_a_regression(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(blocks, "_BLOCK_SIZE", 7)
    (moments,) = random_moments(X2Static(), 60).values()
    vectors = np.random.default_rng(1).normal(size=(60, 4))
    used = np.arange(60) >= 20
    assert used[59] and not moments.counts[59]
    isolated, contexts = IsolatedWordProjection.fit(moments, vectors, used), ContextProjection.fit(moments, vectors)
    vectors[59] *= -5
    assert_equal(ContextProjection.fit(moments, vectors).regression, contexts.regression)
    vectors[:20] *= -5
    moments.sums[:20] += 9
    again = IsolatedWordProjection.fit(moments, vectors, used)
    assert_equal(again.regression, isolated.regression)
    np.testing.assert_array_equal(again.centering.center, isolated.centering.center)


def assert_equal(one: DirectionRegression, other: DirectionRegression) -> None:
    np.testing.assert_array_equal(one.weights, other.weights)
    np.testing.assert_array_equal(one.intercept, other.intercept)
    assert (one.length, one.n_words) == (other.length, other.n_words)
