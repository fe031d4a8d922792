"""Operations on rows against NumPy."""

from __future__ import annotations

import numpy as np
import pytest

from gensim_distill.linalg import build_in_blocks, center, normalize, row_blocks, second_moment


@pytest.mark.parametrize("n_rows", [0, 1, 2_048, 2_049, 5_000])
def test_row_blocks_cover_all_rows_in_order(n_rows: int) -> None:
    rows = np.arange(n_rows)
    blocks = [rows[block] for block in row_blocks(n_rows)]
    np.testing.assert_array_equal(np.concatenate([*blocks, rows[:0]]), rows)
    assert all(0 < len(block) <= 2_048 for block in blocks)


def test_build_in_blocks_rounds_each_block_to_float32() -> None:
    values = np.random.default_rng(0).normal(size=(5_000, 3))
    built = build_in_blocks(lambda rows: values[rows], 5_000, 3)
    assert built.dtype == np.float32
    np.testing.assert_array_equal(built, values.astype(np.float32))


def test_second_moment_of_float32_sums_in_float64() -> None:
    vectors = np.random.default_rng(0).normal(size=(5_000, 3)).astype(np.float32)
    moment = second_moment(vectors)
    assert moment.dtype == np.float64
    exact = vectors.astype(np.float64)
    np.testing.assert_allclose(moment, exact.T @ exact, rtol=1e-4, atol=1e-2)


def test_center_subtracts_the_mean_and_keeps_differences(vectors: np.ndarray) -> None:
    centered = center(vectors)
    np.testing.assert_allclose(centered.mean(axis=0), 0.0, atol=1e-12)
    np.testing.assert_allclose(centered[1:] - centered[:-1], vectors[1:] - vectors[:-1], atol=1e-12)


def test_center_ignores_rows_that_are_not_present(vectors: np.ndarray) -> None:
    present = np.arange(len(vectors)) % 3 == 0
    expected = np.where(present[:, None], vectors - vectors[::3].mean(axis=0), 0.0)
    np.testing.assert_allclose(center(vectors, present), expected)
    assert not center(vectors, np.zeros(len(vectors), dtype=bool)).any()


def test_normalize_keeps_directions_and_zeros(vectors: np.ndarray) -> None:
    vectors[3] = 0.0
    unit = normalize(vectors)
    lengths = np.linalg.norm(vectors, axis=1)
    np.testing.assert_allclose(unit * lengths[:, None], vectors)
    np.testing.assert_allclose(np.delete(np.linalg.norm(unit, axis=1), 3), 1.0)
    assert not unit[3].any()


def test_normalize_accepts_integers() -> None:
    unit = normalize(np.array([[100, 0], [-60, 80]], np.int8))  # squares are beyond int8
    np.testing.assert_allclose(unit, [[1.0, 0.0], [-0.6, 0.8]])


def test_normalize_overwrites_only_on_request(vectors: np.ndarray) -> None:
    original = vectors.copy()
    unit = normalize(vectors)
    np.testing.assert_array_equal(vectors, original)
    assert normalize(vectors, overwrite=True) is vectors
    np.testing.assert_array_equal(vectors, unit)
