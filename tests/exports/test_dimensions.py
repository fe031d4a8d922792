"""Reduction to fewer dimensions."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from gensim.models import KeyedVectors
from numpy.testing import assert_array_equal
from small_vectors import random_vectors

from gensim_distill import DistilledWord2Vec
from gensim_distill.exports import export
from gensim_distill.exports.dimensions import has_principal_axes
from gensim_distill.vectors import load_safetensors


def test_principal_components_are_truncated(tmp_path: Path) -> None:
    vectors = random_vectors([f"word{i}" for i in range(200)])
    _, _, basis = np.linalg.svd(vectors.vectors, full_matrices=False)
    in_order = KeyedVectors(12)
    in_order.add_vectors(vectors.index_to_key, vectors.vectors @ basis.T)
    assert has_principal_axes(in_order.vectors)
    assert not has_principal_axes(vectors.vectors)
    loaded = load_safetensors(export(in_order, tmp_path / "first", "safetensors", dimensions=5))
    assert_array_equal(loaded.vectors, in_order.vectors[:, :5])
    fewer = load_safetensors(export(in_order, tmp_path / "fewer", "safetensors", dimensions=5, max_words=20))
    assert_array_equal(fewer.vectors, in_order.vectors[:20, :5])


def test_other_vectors_are_projected_onto_principal_directions(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    vectors = random_vectors([f"word{i}" for i in range(200)])
    with caplog.at_level(logging.INFO, "gensim_distill"):
        loaded = load_safetensors(export(vectors, tmp_path / "projected", "safetensors", dimensions=5))
    assert "projected onto their 5 principal directions" in caplog.text
    _, strengths, _ = np.linalg.svd(vectors.vectors)
    assert (loaded.vectors**2).sum() == pytest.approx((strengths[:5] ** 2).sum(), rel=1e-5)


def test_reduced_models_have_principal_axes(teacher: Any, corpus: list[list[str]]) -> None:
    model = DistilledWord2Vec(corpus, teacher=teacher, min_count=1, vector_size=10)
    assert has_principal_axes(model.wv.vectors)
