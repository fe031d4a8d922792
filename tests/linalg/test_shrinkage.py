"""Shrinkage of means whose true values are known."""

from __future__ import annotations

import numpy as np

from gensim_distill.linalg import estimate_shrinkage_factors


def test_shrinkage_brings_means_nearer_to_their_true_values() -> None:
    rng = np.random.default_rng(0)
    counts = rng.integers(1, 50, 2000)
    truth = rng.normal(size=(2000, 10))
    means = truth + rng.normal(size=truth.shape) * np.sqrt(20.0 / counts)[:, None]
    factors = estimate_shrinkage_factors(means, counts, noise_variance=10 * 20.0)
    # In each of the ten dimensions the variance of true means is 1 and that of an observation 20.
    np.testing.assert_allclose(factors, counts / (counts + 20.0), atol=0.05)
    assert ((means * factors[:, None] - truth) ** 2).sum() < 0.5 * ((means - truth) ** 2).sum()


def test_means_no_longer_than_noise_are_shrunk_to_zero(vectors: np.ndarray) -> None:
    counts = np.full(len(vectors), 2)
    assert not estimate_shrinkage_factors(vectors, counts, noise_variance=1e6).any()
    assert not estimate_shrinkage_factors(vectors[:0], counts[:0], noise_variance=1.0).any()


def test_means_without_observations_are_shrunk_to_zero(vectors: np.ndarray) -> None:
    counts = np.full(len(vectors), 2)
    counts[0] = 0
    means = np.where(counts[:, None] > 0, vectors, 0.0)
    factors = estimate_shrinkage_factors(means, counts, noise_variance=1.0)
    assert factors[0] == 0
    assert (factors[1:] > 0).all()
