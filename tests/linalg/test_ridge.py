"""Ridge regression against scikit-learn."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.linear_model import Ridge

from gensim_distill.linalg import center, ridge_weights


@pytest.mark.parametrize("penalty", [0.0, 0.3, 1.0])
def test_weights_equal_those_of_scikit_learn(vectors: np.ndarray, penalty: float) -> None:
    rng = np.random.default_rng(1)
    predictors = np.hstack([center(vectors), rng.normal(size=(40, 3))])
    targets = rng.normal(size=(40, 4))
    gram = predictors.T @ predictors
    alpha = penalty * np.linalg.eigvalsh(gram).mean()
    expected = Ridge(alpha=alpha, fit_intercept=False, solver="svd").fit(predictors, targets).coef_.T
    np.testing.assert_allclose(ridge_weights(gram, predictors.T @ targets, penalty), expected, atol=1e-8)


def test_underdetermined_regression_interpolates_without_penalty(vectors: np.ndarray) -> None:
    predictors, targets = vectors[:3], vectors[:3, :2]
    gram, moment = predictors.T @ predictors, predictors.T @ targets
    np.testing.assert_allclose(predictors @ ridge_weights(gram, moment, penalty=0.0), targets, atol=1e-8)
    assert 0 < np.linalg.norm(predictors @ ridge_weights(gram, moment)) < np.linalg.norm(targets)


def test_weights_of_zero_predictors_are_zeros() -> None:
    np.testing.assert_array_equal(ridge_weights(np.zeros((6, 6)), np.zeros((6, 2))), np.zeros((6, 2)))
