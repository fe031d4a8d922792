"""Whitening against SciPy's powers of matrices."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.linalg import fractional_matrix_power

from gensim_distill.linalg import inverse_power, whitening_exponent, whitening_transform


@pytest.mark.parametrize("exponent", [0.0, 0.25, 0.5, 1.0])
@pytest.mark.parametrize("ridge", [0.0, 0.01, 1.0])
def test_inverse_power_equals_scipy(vectors: np.ndarray, exponent: float, ridge: float) -> None:
    covariance = np.cov(vectors.T, bias=True)
    regularized = covariance + ridge * np.trace(covariance) / 6 * np.eye(6)
    expected = fractional_matrix_power(regularized, -exponent)
    np.testing.assert_allclose(inverse_power(covariance, exponent, ridge), expected, atol=1e-8 * np.abs(expected).max())


@pytest.mark.parametrize("exponent", [0.0, 0.5, 1.0])
def test_ridge_bounds_the_inverse_of_a_singular_covariance(vectors: np.ndarray, exponent: float) -> None:
    covariance = np.cov(vectors[:3].T, bias=True)  # of rank two
    ridge = 0.01 * np.trace(covariance) / 6
    expected = fractional_matrix_power(covariance + ridge * np.eye(6), -exponent)
    np.testing.assert_allclose(inverse_power(covariance, exponent), expected, rtol=1e-7, atol=1e-9)
    assert np.linalg.norm(inverse_power(covariance, exponent), 2) <= ridge**-exponent * (1 + 1e-9)


@pytest.mark.parametrize("exponent", [0.0, 0.5, 1.0])
def test_inverse_power_of_zero_covariance_is_the_identity(exponent: float) -> None:
    np.testing.assert_array_equal(inverse_power(np.zeros((4, 4)), exponent), np.eye(4))


def test_inverse_power_with_exponent_zero_is_the_identity() -> None:
    np.testing.assert_allclose(inverse_power(np.diag([4.0, 1.0, 0.0]), exponent=0.0, ridge=0.0), np.eye(3))


def test_inverse_power_without_ridge_is_a_pseudo_inverse() -> None:
    np.testing.assert_allclose(inverse_power(np.diag([4.0, 0.0]), exponent=1.0, ridge=0.0), np.diag([0.25, 0.0]))


def test_inverse_power_of_a_half_whitens(vectors: np.ndarray) -> None:
    matrix = inverse_power(np.cov(vectors.T, bias=True), exponent=0.5, ridge=1e-12)
    np.testing.assert_allclose(np.cov((vectors @ matrix).T, bias=True), np.eye(6), atol=1e-6)


def test_whitening_transform_fixes_spread_and_intercept(vectors: np.ndarray) -> None:
    spreads = []
    for scale in (0.01, 1.0, 100.0):
        contexts = scale * vectors
        mean = contexts.mean(axis=0)
        for exponent in (0.0, 0.25, 0.5, 1.0):
            matrix, offset = whitening_transform(mean, np.cov(contexts.T, bias=True), exponent)
            assert matrix.dtype == offset.dtype == np.float32
            whitened = contexts @ matrix + offset
            intercept = whitened.mean(axis=0)
            assert np.linalg.norm(intercept) == pytest.approx(1.0, abs=1e-4)
            assert intercept @ (mean @ matrix) == pytest.approx(np.linalg.norm(mean @ matrix), rel=1e-4)
            spreads.append(((whitened - intercept) ** 2).sum(axis=1).mean())
    np.testing.assert_allclose(spreads, 16.0, rtol=1e-4)


def test_whitening_transform_with_larger_exponent_evens_out_variances(vectors: np.ndarray) -> None:
    covariance = np.cov(vectors.T, bias=True)
    spreads = []
    for exponent in (0.0, 0.25, 0.5):
        matrix = whitening_transform(vectors.mean(axis=0), covariance, exponent)[0].astype(np.float64)
        eigenvalues = np.linalg.eigvalsh(matrix @ covariance @ matrix)
        spreads.append(eigenvalues.max() / eigenvalues.min())
    assert spreads[0] == pytest.approx(np.linalg.cond(covariance), rel=1e-3)
    assert spreads[0] > spreads[1] > spreads[2] >= 1


def test_whitening_transform_with_a_half_gives_an_isotropic_covariance() -> None:
    covariance = np.array([[2.0, 0.6], [0.6, 1.0]])
    matrix, _ = whitening_transform(np.ones(2), covariance, 0.5)
    np.testing.assert_allclose(matrix @ covariance @ matrix, 8 * np.eye(2), atol=0.16)


def test_whitening_transform_of_constant_contexts_is_the_intercept() -> None:
    matrix, offset = whitening_transform(np.array([3.0, 4.0]), np.zeros((2, 2)), 0.5)
    np.testing.assert_allclose([3.0, 4.0] @ matrix + offset, [0.6, 0.8], atol=1e-6)


def test_whitening_transform_of_contexts_with_mean_zero_has_an_intercept() -> None:
    _, offset = whitening_transform(np.zeros(2), np.eye(2), 0.5)
    assert np.linalg.norm(offset) == pytest.approx(1)


@pytest.mark.parametrize("share", [0.3, 0.6, 0.9])
def test_whitening_exponent_leaves_the_effective_dimensions(share: float) -> None:
    covariance = np.diag(1 / np.arange(1.0, 101.0) ** 2)
    exponent = whitening_exponent(covariance, share, ridge=0.0)
    power = inverse_power(covariance, exponent, ridge=0.0)
    values = np.linalg.eigvalsh(power @ covariance @ power)
    assert values.sum() ** 2 / (values**2).sum() / 100 == pytest.approx(share, rel=1e-3)


def test_whitening_exponent_is_0_if_dimensions_are_effective_already() -> None:
    assert whitening_exponent(np.diag([1.0, 0.9, 1.1]), 0.6) == 0.0


def test_whitening_exponent_of_a_covariance_of_zeros_is_0() -> None:
    assert whitening_exponent(np.zeros((3, 3)), 0.6) == 0.0
