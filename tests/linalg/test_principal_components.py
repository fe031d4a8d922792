"""Principal directions against NumPy and scikit-learn."""

from __future__ import annotations

import numpy as np
import pytest
from reference import project
from sklearn.decomposition import PCA, TruncatedSVD

from gensim_distill.linalg import center, principal_directions, principal_directions_from_moment


@pytest.mark.parametrize("n_components", [1, 3, 6])
def test_projections_equal_the_svd_up_to_signs(vectors: np.ndarray, n_components: int) -> None:
    projected = project(vectors, n_components)
    left, values, _ = np.linalg.svd(vectors, full_matrices=False)
    np.testing.assert_allclose(np.abs(projected), np.abs(left * values)[:, :n_components], atol=1e-8)
    if n_components < 6:
        sklearn = TruncatedSVD(n_components, algorithm="arpack", random_state=0).fit_transform(vectors)
        np.testing.assert_allclose(np.abs(projected), np.abs(sklearn), atol=1e-6)


def test_projections_of_centered_vectors_equal_pca(vectors: np.ndarray) -> None:
    projected, pca = project(center(vectors), 3), PCA(3).fit_transform(vectors)
    np.testing.assert_allclose(np.abs(projected), np.abs(pca), atol=1e-8)


def test_signs_are_deterministic(vectors: np.ndarray) -> None:
    projected = project(vectors, 4)
    np.testing.assert_array_equal(project(vectors.copy(), 4), projected)
    np.testing.assert_allclose(project(vectors[::-1], 4), projected[::-1], atol=1e-8)
    np.testing.assert_allclose(project(np.tile(vectors, (3, 1)), 4)[:40], projected, atol=1e-8)


def test_largest_entry_of_each_direction_is_positive(vectors: np.ndarray) -> None:
    directions = principal_directions(vectors, 4)
    assert (directions[np.abs(directions).argmax(axis=0), np.arange(4)] > 0).all()


def test_no_projection_preserves_dot_products_better(vectors: np.ndarray) -> None:
    products = vectors @ vectors.T

    def error(projected: np.ndarray) -> float:
        return float(np.linalg.norm(projected @ projected.T - products))

    smallest = error(project(vectors, 3))
    # Eckart, Young and Mirsky: the error of the best approximation of rank three is the remaining eigenvalues.
    assert smallest == pytest.approx(np.linalg.norm(np.sort(np.linalg.eigvalsh(products))[:-3]))
    rng = np.random.default_rng(1)
    for _ in range(20):
        assert smallest <= error(vectors @ np.linalg.qr(rng.normal(size=(6, 3)))[0])
    assert error(project(vectors, 6)) == pytest.approx(0.0, abs=1e-9)


def test_vectors_of_lower_rank_get_columns_of_zeros(vectors: np.ndarray) -> None:
    projected = project(vectors[:2], 4)
    np.testing.assert_allclose(projected[:, 2:], 0.0, atol=1e-6)
    np.testing.assert_allclose(projected @ projected.T, vectors[:2] @ vectors[:2].T)


def test_directions_are_orthonormal_in_float64(vectors: np.ndarray) -> None:
    for directions in (principal_directions(vectors, 4), principal_directions(vectors.astype(np.float32), 4)):
        assert directions.dtype == np.float64
        np.testing.assert_allclose(directions.T @ directions, np.eye(4), atol=1e-12)
    np.testing.assert_allclose(directions, principal_directions(vectors, 4), atol=1e-5)


def test_directions_from_the_second_moment_are_the_same(vectors: np.ndarray) -> None:
    from_moment = principal_directions_from_moment(vectors.T @ vectors, 4)
    np.testing.assert_allclose(from_moment, principal_directions(vectors, 4), atol=1e-12)


@pytest.mark.parametrize("n_components", [0, -1, 7])
def test_impossible_number_of_components_raises(vectors: np.ndarray, n_components: int) -> None:
    with pytest.raises(ValueError, match=f"from 1 to 6 principal directions, not {n_components}"):
        principal_directions(vectors, n_components)
