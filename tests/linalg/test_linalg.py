"""Geometry against numpy, scipy and scikit-learn."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.linalg import fractional_matrix_power
from sklearn.decomposition import PCA, TruncatedSVD
from sklearn.linear_model import Ridge

from gensim_distill.linalg.principal_components import principal_directions, reduce_width
from gensim_distill.linalg.ridge import ridge_prediction
from gensim_distill.linalg.rows import center, normalize
from gensim_distill.linalg.shrinkage import shrinkage
from gensim_distill.linalg.whitening import inverse_power, whitener


@pytest.fixture
def vectors() -> np.ndarray:
    """Forty vectors of width six, not centered, with directions of clearly different strength."""
    rng = np.random.default_rng(0)
    mixing = rng.normal(size=(6, 6)) * [5.0, 3.0, 2.0, 1.0, 0.5, 0.1]
    return rng.normal(size=(40, 6)) @ mixing.T + rng.normal(size=6)


def test_centered_vectors_have_mean_zero_and_keep_their_differences(vectors: np.ndarray) -> None:
    centered = center(vectors)
    np.testing.assert_allclose(centered.mean(axis=0), 0.0, atol=1e-12)
    np.testing.assert_allclose(centered[1:] - centered[:-1], vectors[1:] - vectors[:-1], atol=1e-12)


def test_centering_goes_by_the_rows_that_are_present_and_leaves_zeros_for_the_others(vectors: np.ndarray) -> None:
    present = np.arange(len(vectors)) % 3 == 0
    expected = np.where(present[:, None], vectors - vectors[::3].mean(axis=0), 0.0)
    np.testing.assert_allclose(center(vectors, present), expected)
    assert not center(vectors, np.zeros(len(vectors), dtype=bool)).any()


def test_normalized_rows_have_length_one_and_their_old_direction(vectors: np.ndarray) -> None:
    vectors[3] = 0.0
    unit = normalize(vectors)
    lengths = np.linalg.norm(vectors, axis=1)
    np.testing.assert_allclose(unit * lengths[:, None], vectors)
    np.testing.assert_allclose(np.delete(np.linalg.norm(unit, axis=1), 3), 1.0)
    assert not unit[3].any()


@pytest.mark.parametrize("exponent", [0.0, 0.25, 0.5, 1.0])
@pytest.mark.parametrize("ridge", [0.0, 0.01, 1.0])
def test_the_tempered_inverse_is_a_power_of_the_ridged_covariance(
    vectors: np.ndarray, exponent: float, ridge: float
) -> None:
    covariance = np.cov(vectors.T, bias=True)
    ridged = covariance + ridge * np.trace(covariance) / 6 * np.eye(6)
    expected = fractional_matrix_power(ridged, -exponent)
    np.testing.assert_allclose(inverse_power(covariance, exponent, ridge), expected, atol=1e-8 * np.abs(expected).max())


@pytest.mark.parametrize("exponent", [0.0, 0.5, 1.0])
def test_the_ridge_keeps_the_inverse_of_a_covariance_without_full_rank_bounded(
    vectors: np.ndarray, exponent: float
) -> None:
    covariance = np.cov(vectors[:3].T, bias=True)  # of rank two
    ridge = 0.01 * np.trace(covariance) / 6
    expected = fractional_matrix_power(covariance + ridge * np.eye(6), -exponent)
    np.testing.assert_allclose(inverse_power(covariance, exponent), expected, rtol=1e-7, atol=1e-9)
    assert np.linalg.norm(inverse_power(covariance, exponent), 2) <= ridge**-exponent * (1 + 1e-9)


@pytest.mark.parametrize("exponent", [0.0, 0.5, 1.0])
def test_contexts_without_any_variance_are_left_as_they_are(exponent: float) -> None:
    np.testing.assert_array_equal(inverse_power(np.zeros((4, 4)), exponent), np.eye(4))


def test_an_exponent_of_zero_gives_the_identity_whatever_the_ridge_and_rank() -> None:
    np.testing.assert_allclose(inverse_power(np.diag([4.0, 1.0, 0.0]), exponent=0.0, ridge=0.0), np.eye(3))


def test_an_exponent_of_a_half_whitens(vectors: np.ndarray) -> None:
    matrix = inverse_power(np.cov(vectors.T, bias=True), exponent=0.5, ridge=1e-12)
    np.testing.assert_allclose(np.cov((vectors @ matrix).T, bias=True), np.eye(6), atol=1e-6)


@pytest.mark.parametrize("width", [1, 3, 6])
def test_reduced_vectors_are_those_of_the_svd_but_for_signs(vectors: np.ndarray, width: int) -> None:
    reduced = reduce_width(vectors, width)
    left, values, _ = np.linalg.svd(vectors, full_matrices=False)
    np.testing.assert_allclose(np.abs(reduced), np.abs(left * values)[:, :width], atol=1e-8)
    if width < 6:
        sklearn = TruncatedSVD(width, algorithm="arpack", random_state=0).fit_transform(vectors)
        np.testing.assert_allclose(np.abs(reduced), np.abs(sklearn), atol=1e-6)


def test_reducing_centered_vectors_is_pca(vectors: np.ndarray) -> None:
    reduced, pca = reduce_width(center(vectors), 3), PCA(3).fit_transform(vectors)
    np.testing.assert_allclose(np.abs(reduced), np.abs(pca), atol=1e-8)


def test_the_signs_of_reduced_vectors_do_not_depend_on_the_order_of_rows_or_repetition(vectors: np.ndarray) -> None:
    reduced = reduce_width(vectors, 4)
    np.testing.assert_array_equal(reduce_width(vectors.copy(), 4), reduced)
    np.testing.assert_allclose(reduce_width(vectors[::-1], 4), reduced[::-1], atol=1e-8)
    np.testing.assert_allclose(reduce_width(np.tile(vectors, (3, 1)), 4)[:40], reduced, atol=1e-8)


def test_the_largest_entry_of_each_direction_is_positive(vectors: np.ndarray) -> None:
    directions = np.linalg.lstsq(vectors, reduce_width(vectors, 4), rcond=None)[0]
    assert (directions[np.abs(directions).argmax(axis=0), np.arange(4)] > 0).all()


def test_no_projection_keeps_dot_products_better(vectors: np.ndarray) -> None:
    products = vectors @ vectors.T

    def error(projected: np.ndarray) -> float:
        return float(np.linalg.norm(projected @ projected.T - products))

    reduced = error(reduce_width(vectors, 3))
    # Eckart, Young and Mirsky: the best of rank three leaves the other eigenvalues.
    assert reduced == pytest.approx(np.linalg.norm(np.sort(np.linalg.eigvalsh(products))[:-3]))
    rng = np.random.default_rng(1)
    for _ in range(20):
        assert reduced <= error(vectors @ np.linalg.qr(rng.normal(size=(6, 3)))[0])
    assert error(reduce_width(vectors, 6)) == pytest.approx(0.0, abs=1e-9)


def test_vectors_of_lower_rank_than_wanted_get_columns_of_zeros(vectors: np.ndarray) -> None:
    reduced = reduce_width(vectors[:2], 4)
    np.testing.assert_allclose(reduced[:, 2:], 0.0, atol=1e-6)
    np.testing.assert_allclose(reduced @ reduced.T, vectors[:2] @ vectors[:2].T)


@pytest.mark.parametrize("width", [0, -1, 7])
def test_a_width_that_there_is_not_is_refused(vectors: np.ndarray, width: int) -> None:
    with pytest.raises(ValueError, match=f"reduced to 1 up to that many, not to {width}"):
        reduce_width(vectors, width)


def test_whitened_contexts_have_one_spread_and_one_intercept_whatever_exponent_and_scale(vectors: np.ndarray) -> None:
    spreads = []
    for scale in (0.01, 1.0, 100.0):
        contexts = scale * vectors
        mean = contexts.mean(axis=0)
        for exponent in (0.0, 0.25, 0.5, 1.0):
            matrix, offset = whitener(mean, np.cov(contexts.T, bias=True), exponent)
            assert matrix.dtype == offset.dtype == np.float32
            whitened = contexts @ matrix + offset
            intercept = whitened.mean(axis=0)
            assert np.linalg.norm(intercept) == pytest.approx(1.0, abs=1e-4)
            assert intercept @ (mean @ matrix) == pytest.approx(np.linalg.norm(mean @ matrix), rel=1e-4)
            spreads.append(((whitened - intercept) ** 2).sum(axis=1).mean())
    np.testing.assert_allclose(spreads, 16.0, rtol=1e-4)


def test_the_more_whitening_the_more_even_are_the_variances(vectors: np.ndarray) -> None:
    covariance = np.cov(vectors.T, bias=True)
    spreads = []
    for exponent in (0.0, 0.25, 0.5):
        matrix = whitener(vectors.mean(axis=0), covariance, exponent)[0].astype(np.float64)
        eigenvalues = np.linalg.eigvalsh(matrix @ covariance @ matrix)
        spreads.append(eigenvalues.max() / eigenvalues.min())
    assert spreads[0] == pytest.approx(np.linalg.cond(covariance), rel=1e-3)
    assert spreads[0] > spreads[1] > spreads[2] >= 1


def test_whitening_by_a_half_gives_a_covariance_near_a_multiple_of_the_identity() -> None:
    covariance = np.array([[2.0, 0.6], [0.6, 1.0]])
    matrix, _ = whitener(np.ones(2), covariance, 0.5)
    np.testing.assert_allclose(matrix @ covariance @ matrix, 8 * np.eye(2), atol=0.16)


def test_contexts_without_variance_become_their_intercept() -> None:
    matrix, offset = whitener(np.array([3.0, 4.0]), np.zeros((2, 2)), 0.5)
    np.testing.assert_allclose([3.0, 4.0] @ matrix + offset, [0.6, 0.8], atol=1e-6)


def test_contexts_whose_mean_is_zero_have_an_intercept_too() -> None:
    _, offset = whitener(np.zeros(2), np.eye(2), 0.5)
    assert np.linalg.norm(offset) == pytest.approx(1)


def test_the_main_directions_are_what_width_is_reduced_by(vectors: np.ndarray) -> None:
    directions = principal_directions(vectors, 4)
    np.testing.assert_allclose(directions.T @ directions, np.eye(4), atol=1e-12)
    np.testing.assert_array_equal(vectors @ directions, reduce_width(vectors, 4))
    in_float32 = reduce_width(vectors.astype(np.float32), 4)
    assert in_float32.dtype == np.float32
    np.testing.assert_allclose(in_float32, reduce_width(vectors, 4), atol=1e-5)


@pytest.mark.parametrize("penalty", [0.0, 0.3, 1.0])
def test_ridge_prediction_is_that_of_scikit_learn(vectors: np.ndarray, penalty: float) -> None:
    rng = np.random.default_rng(1)
    left, right, targets = center(vectors), rng.normal(size=(40, 3)), rng.normal(size=(40, 4))
    both = np.hstack([left, right])
    alpha = penalty * np.linalg.eigvalsh(both.T @ both).mean()
    expected = Ridge(alpha=alpha, fit_intercept=False, solver="svd").fit(both, targets).predict(both)
    np.testing.assert_allclose(ridge_prediction([left, right], targets, penalty), expected, atol=1e-8)


def test_ridge_prediction_from_fewer_rows_than_columns_and_from_nothing(vectors: np.ndarray) -> None:
    targets = vectors[:3, :2]
    np.testing.assert_allclose(ridge_prediction([vectors[:3]], targets, penalty=0.0), targets, atol=1e-8)
    shrunk = np.linalg.norm(ridge_prediction([vectors[:3]], targets))
    assert 0 < shrunk < np.linalg.norm(targets)
    assert not ridge_prediction([np.zeros((3, 6))], targets).any()


def test_shrinking_by_reliability_brings_means_nearer_to_what_they_estimate() -> None:
    rng = np.random.default_rng(0)
    counts = rng.integers(1, 50, 2000)
    truth = rng.normal(size=(2000, 10))
    means = truth + rng.normal(size=truth.shape) * np.sqrt(20.0 / counts)[:, None]
    trust = shrinkage(means, counts, noise=10 * 20.0)
    # The variance of the true means is 1 and that of a term 20 in each of the ten directions.
    np.testing.assert_allclose(trust, counts / (counts + 20.0), atol=0.05)
    assert ((means * trust[:, None] - truth) ** 2).sum() < 0.5 * ((means - truth) ** 2).sum()


def test_means_no_longer_than_by_chance_and_words_without_any_are_not_relied_on(vectors: np.ndarray) -> None:
    counts = np.full(len(vectors), 2)
    assert not shrinkage(vectors, counts, noise=1e6).any()
    assert not shrinkage(vectors[:0], counts[:0], noise=1.0).any()
    counts[0] = 0
    trust = shrinkage(np.where(counts[:, None] > 0, vectors, 0.0), counts, noise=1.0)
    assert trust[0] == 0
    assert (trust[1:] > 0).all()
