"""Isotropy of word vectors."""

from __future__ import annotations

import importlib
import math
from typing import Any

import numpy as np
import pytest
from gensim.models import KeyedVectors

from gensim_distill.evaluation import (
    isotropy,
)

WORDS = [f"w{i}" for i in range(50)]


def random_vectors(seed: int = 0, words: list[str] = WORDS, vector_size: int = 6) -> KeyedVectors:
    made = KeyedVectors(vector_size)
    made.add_vectors(words, np.random.default_rng(seed).normal(size=(len(words), vector_size)).astype(np.float32))
    return made


@pytest.mark.parametrize("normalize", [True, False])
def test_isotropy_matches_the_formula_of_the_paper(normalize: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    vectors = random_vectors()
    vectors.vectors += 0.7
    module = importlib.import_module("gensim_distill.evaluation.isotropy")
    unit = vectors.get_normed_vectors().astype(np.float64)
    rows = unit if normalize else vectors.vectors.astype(np.float64)
    _, directions = np.linalg.eigh(rows.T @ rows)
    partition = [np.exp(rows @ (sign * c)).sum() for c in directions.T for sign in (1, -1)]
    cosines = unit @ unit.T
    variances = np.linalg.eigvalsh(np.cov(unit.T, bias=True))
    for block in (4096, 7):
        monkeypatch.setattr(module, "_BLOCK", block)
        found = isotropy(vectors, normalize=normalize)
        assert found.partition == pytest.approx(min(partition) / max(partition), rel=1e-5)
        assert found.mean_cosine == pytest.approx(cosines[~np.eye(50, dtype=bool)].mean(), rel=1e-5)
        assert found.effective_dimension == pytest.approx(variances.sum() ** 2 / (variances**2).sum(), rel=1e-5)
        assert (found.vector_size, found.words) == (6, 50)


def test_vectors_with_a_common_component_are_less_isotropic() -> None:
    vectors = random_vectors()
    even = isotropy(vectors)
    vectors.vectors += 3
    shifted = isotropy(vectors)
    assert shifted.partition < even.partition
    assert shifted.mean_cosine > 0.8 > abs(even.mean_cosine)


def test_scale_matters_only_without_normalization() -> None:
    vectors, large = random_vectors(), random_vectors()
    large.vectors = large.vectors * np.float32(300)
    assert isotropy(large).partition == pytest.approx(isotropy(vectors).partition)
    raw = isotropy(large, normalize=False).partition
    assert 0 <= raw < isotropy(vectors, normalize=False).partition


def test_equal_vectors_have_no_effective_dimension() -> None:
    vectors = random_vectors()
    vectors.vectors[:] = 1
    found = isotropy(vectors)
    assert found.effective_dimension == 0
    assert found.mean_cosine == pytest.approx(1)


@pytest.mark.parametrize("dtype", [np.float16, np.float64, np.int64])
def test_other_dtypes(dtype: Any) -> None:
    vectors, other = random_vectors(), random_vectors()
    other.vectors = np.round(other.vectors * 1000).astype(dtype)
    assert isotropy(other).partition == pytest.approx(isotropy(vectors).partition, abs=0.01)
    assert isotropy(other, normalize=False).partition >= 0


def test_too_few_words_and_vectors_that_are_not_finite() -> None:
    assert math.isnan(isotropy(random_vectors(words=["a"])).partition)
    vectors = random_vectors()
    vectors.vectors[1] = np.inf
    with pytest.raises(ValueError, match="'w1', contain NaN or infinity"):
        isotropy(vectors)
