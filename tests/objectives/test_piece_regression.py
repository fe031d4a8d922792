"""The rows of pieces of words, compared with a ridge regression with intercept in float64."""

from __future__ import annotations

import numpy as np
from reference import unit

from gensim_distill.linalg import ridge_weights
from gensim_distill.objectives.piece_regression import PENALTY, rows_of_pieces


def test_rows_of_pieces_equal_ridge_regression_on_the_words_that_have_rows() -> None:
    rng = np.random.default_rng(0)
    words, pieces = (rng.normal(2.0, 1.0, (n, 4)).astype(np.float32) for n in (30, 5))
    rows = rng.normal(1.0, 1.0, (30, 3)).astype(np.float32)
    words[0], rows[1], pieces[2] = 0, 0, 0
    center, mean_row = words[2:].mean(axis=0), rows[2:].mean(axis=0)
    features = unit(words[2:] - center)
    centered = (features - features.mean(axis=0)).astype(np.float64)
    weights = ridge_weights(centered.T @ centered, centered.T @ (rows[2:] - mean_row), PENALTY)
    expected = (unit(pieces - center) - features.mean(axis=0)) @ weights + mean_row
    expected[2] = 0
    np.testing.assert_allclose(rows_of_pieces(pieces, words, rows), expected, atol=1e-5)


def test_rows_of_pieces_are_zeros_if_no_word_can_be_used() -> None:
    rows = rows_of_pieces(np.ones((2, 4), np.float32), np.zeros((3, 4), np.float32), np.ones((3, 5), np.float32))
    np.testing.assert_array_equal(rows, np.zeros((2, 5)))
    assert rows.dtype == np.float32
