"""Bags of words, and the correction of a table by least squares."""

from __future__ import annotations

import numpy as np
import pytest

from gensim_distill.linalg.bags import bags_of_words, correct_rows, sum_rows


def test_rows_are_counts_divided_by_the_root_of_the_length() -> None:
    bags = bags_of_words(np.array([2, 0, 2, 1]), np.array([3, 0, 1]), 4).toarray()
    root = np.sqrt(3)
    np.testing.assert_allclose(bags, [[1 / root, 0, 2 / root, 0], [0] * 4, [0, 1, 0, 0]], rtol=1e-6)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_sums_of_rows_equal_the_product(dtype: type[np.floating]) -> None:
    bags = bags_of_words(np.array([2, 0, 2, 1]), np.array([3, 0, 1, 0]), 4)
    rows = np.random.default_rng(1).normal(size=(4, 6)).astype(dtype)[:, ::2]  # not contiguous
    sums = sum_rows(bags, rows)
    assert sums.dtype == dtype
    np.testing.assert_allclose(sums, bags.toarray() @ rows, rtol=1e-6)


def test_sums_over_no_words_are_zeros() -> None:
    empty = bags_of_words(np.empty(0, np.int32), np.zeros(2, np.int32), 4)
    assert not sum_rows(empty, np.ones((4, 3), np.float32)).any()
    assert sum_rows(empty[:0], np.ones((4, 3), np.float32)).shape == (0, 3)


@pytest.fixture
def problem() -> tuple[np.ndarray, ...]:
    random = np.random.default_rng(1)
    lengths = random.integers(1, 6, 30)
    words = random.integers(0, 12, lengths.sum())
    return (
        words,
        lengths,
        random.normal(size=(13, 130)).astype(np.float32),
        random.normal(size=(30, 130)).astype(np.float32),
    )


def test_correction_equals_the_normal_equations(problem: tuple[np.ndarray, ...]) -> None:
    words, lengths, table, targets = problem
    bags = bags_of_words(words, lengths, 13)
    dense = bags.toarray().astype(np.float64)
    wanted = np.linalg.solve(dense.T @ dense + 0.7 * np.eye(13), dense.T @ (targets - dense @ table))
    correction = correct_rows(table, bags, targets, penalty=0.7, iterations=30)
    np.testing.assert_allclose(correction.rows, wanted, atol=1e-4)
    assert correction.residuals[0] == 1 and correction.residuals[-1] < 1e-4


def test_words_in_no_text_are_not_corrected(problem: tuple[np.ndarray, ...]) -> None:
    words, lengths, table, targets = problem
    assert not correct_rows(table, bags_of_words(words, lengths, 13), targets, 0.7).rows[12].any()


def test_nothing_to_correct_is_no_correction(problem: tuple[np.ndarray, ...]) -> None:
    words, lengths, table, _ = problem
    bags = bags_of_words(words, lengths, 13)
    correction = correct_rows(np.zeros_like(table), bags, np.zeros((30, 130), np.float32), 0.7)
    assert not correction.rows.any() and not any(correction.residuals)
