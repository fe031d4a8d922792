"""The regression of texts finds rows of words whose sums are the teacher's vectors of texts."""

from __future__ import annotations

import logging

import numpy as np
import pytest

from gensim_distill.linalg.bags import bags_of_words
from gensim_distill.objectives import text_regression
from gensim_distill.objectives.text_regression import TextRegression, targets_of_texts, weights_of_words
from gensim_distill.statistics.text_store import TextSample

WORDS, WIDTH, TEXTS = 40, 4, 600


@pytest.fixture
def table() -> np.ndarray:
    return np.random.default_rng(1).normal(size=(WORDS, WIDTH)).astype(np.float32)


def texts_of(table: np.ndarray, n_texts: int = TEXTS, offset: float = 5.0) -> TextSample:
    """Return texts whose vectors are the mean rows of their words, with a large component in common."""
    random = np.random.default_rng(2)
    lengths = random.integers(2, 9, n_texts)
    words = random.integers(0, len(table), lengths.sum())
    means = bags_of_words(words, lengths, len(table)) @ table / np.sqrt(lengths)[:, None] + offset
    return TextSample(words.astype(np.int32), lengths.astype(np.int32), means.astype(np.float32))


def cosines(first: np.ndarray, second: np.ndarray) -> np.ndarray:
    lengths = np.linalg.norm(first, axis=1) * np.linalg.norm(second, axis=1)
    return np.einsum("nd,nd->n", first, second) / lengths


def test_targets_are_centered_unit_vectors() -> None:
    vectors = np.random.default_rng(3).normal(4.0, 1.0, (500, 3)).astype(np.float32)
    targets, whitening = targets_of_texts(vectors)
    assert whitening == 0  # the dimensions count equally much already
    np.testing.assert_allclose(targets.mean(axis=0), 0, atol=1e-6)
    centered = vectors - vectors.mean(axis=0)
    units = centered / np.linalg.norm(centered, axis=1, keepdims=True)
    np.testing.assert_allclose(targets, units - units.mean(axis=0), atol=1e-5)


def test_targets_are_whitened_as_far_as_their_spectrum_requires() -> None:
    vectors = (np.random.default_rng(3).normal(size=(4_000, 8)) * [10.0, *[0.1] * 7]).astype(np.float32)
    targets, whitening = targets_of_texts(vectors)
    assert 0.2 < whitening < 0.5
    raw, _ = targets_of_texts(vectors, whitening=0.0)
    assert targets[:, 1].std() / targets[:, 0].std() > 2 * raw[:, 1].std() / raw[:, 0].std()


def test_half_precision_vectors_are_accepted(table: np.ndarray) -> None:
    texts = texts_of(table)
    half = TextSample(texts.words, texts.lengths, texts.vectors.astype(np.float16))
    np.testing.assert_allclose(targets_of_texts(half.vectors)[0], targets_of_texts(texts.vectors)[0], atol=0.02)


def fit_rows(texts: TextSample, predictors: np.ndarray, weights: np.ndarray | None = None) -> TextRegression:
    weights = np.ones(len(predictors)) if weights is None else weights
    return TextRegression.fit(texts, lambda words: predictors[words], weights, whitening=0.0)


def test_linear_part_finds_the_map_from_predictors_to_rows(table: np.ndarray) -> None:
    rotation = np.linalg.qr(np.random.default_rng(4).normal(size=(WIDTH, WIDTH)))[0].astype(np.float32)
    regression = fit_rows(texts_of(table), table @ rotation)
    assert regression.explained > 0.8
    rows = regression.rows(table @ rotation, slice(None))
    assert cosines(regression.bags @ rows, regression.targets).mean() > 0.9


def test_linear_part_equals_the_normal_equations(table: np.ndarray) -> None:
    weights = np.linspace(0.1, 1, WORDS)
    texts = texts_of(table)
    regression = fit_rows(texts, table, weights)
    for weight, fitted, penalty in (
        (weights, regression.map, regression.penalty),
        (np.ones(WORDS), regression.word_map, 0.2),
    ):
        sums = regression.bags @ (weight[:, None] * table)
        gram = sums.T @ sums
        ridge = penalty * np.trace(gram) / WIDTH * np.eye(WIDTH)
        expected = np.linalg.solve(gram + ridge, sums.T @ regression.targets)
        np.testing.assert_allclose(fitted, expected, atol=1e-4 * np.abs(expected).max())
    sums, held_out = regression.bags @ (weights[:, None] * table), np.arange(TEXTS) % 8 == 7
    gram = sums[~held_out].T @ sums[~held_out]
    ridge = regression.penalty * np.trace(gram) / WIDTH * np.eye(WIDTH)
    linear = np.linalg.solve(gram + ridge, sums[~held_out].T @ regression.targets[~held_out])
    errors = ((sums @ linear - regression.targets)[held_out] ** 2).sum()
    assert regression.explained == pytest.approx(1 - errors / (regression.targets[held_out] ** 2).sum(), rel=1e-4)


def test_weights_multiply_the_linear_part_of_rows(table: np.ndarray) -> None:
    weights = np.linspace(0.1, 1.0, WORDS)
    texts = texts_of(table * weights[:, None].astype(np.float32))
    assert fit_rows(texts, table, weights).explained > fit_rows(texts, table).explained


def test_word_specific_part_learns_what_predictors_lack(table: np.ndarray, caplog: pytest.LogCaptureFixture) -> None:
    predictors = table[:, :1]
    regression = fit_rows(texts_of(table), predictors)
    linear = regression.rows(predictors, slice(None))
    rows = linear.copy()
    with caplog.at_level(logging.INFO):
        report = regression.correct(rows)
    before, after = (cosines(regression.bags @ part, regression.targets).mean() for part in (linear, rows))
    assert after > before + 0.2
    assert report.texts == TEXTS and len(report.residuals) == 5
    assert report.residuals[-1] < 0.1
    assert f"Vectors of {TEXTS} texts" in caplog.text


def test_words_in_no_text_have_no_part_of_their_own(table: np.ndarray) -> None:
    more = np.vstack([table, np.ones((1, WIDTH), np.float32)])
    regression = fit_rows(texts_of(table), more)
    rows = regression.rows(more, slice(None))
    last = rows[-1].copy()
    regression.correct(rows)
    np.testing.assert_array_equal(rows[-1], last)


def test_the_penalty_is_selected_on_texts_held_out(table: np.ndarray) -> None:
    noise = np.random.default_rng(5).normal(size=(WORDS, 30)).astype(np.float32)
    assert fit_rows(texts_of(table), table).penalty < 0.1
    assert fit_rows(texts_of(table, n_texts=60), noise).penalty >= 0.1


def test_texts_and_words_in_groups_give_the_same_maps(table: np.ndarray, monkeypatch: pytest.MonkeyPatch) -> None:
    texts, weights = texts_of(table), np.linspace(0.1, 1, WORDS)
    monkeypatch.setattr(text_regression, "_BYTES", 8 * 4 * WIDTH)  # two words, and few texts
    monkeypatch.setattr(text_regression, "_MOST_HELD_OUT", 16)
    divided = fit_rows(texts, table, weights)
    monkeypatch.setattr(text_regression, "_BYTES", 1 << 28)
    whole = fit_rows(texts, table, weights)
    assert divided.penalty == whole.penalty
    np.testing.assert_allclose(divided.map, whole.map, atol=1e-5 * np.abs(whole.map).max())
    np.testing.assert_allclose(divided.word_map, whole.word_map, atol=1e-5 * np.abs(whole.word_map).max())


@pytest.mark.parametrize("n_texts", [1, 2, 7, 8, 9])
def test_few_texts_have_finite_rows(table: np.ndarray, n_texts: int) -> None:
    regression = fit_rows(texts_of(table, n_texts), table)
    rows = regression.rows(table, slice(None))
    regression.correct(rows)
    assert np.isfinite(rows).all()


def test_texts_with_equal_vectors_have_rows_of_zeros(table: np.ndarray) -> None:
    texts = texts_of(np.zeros_like(table))
    regression = fit_rows(texts, table)
    rows = regression.rows(table, slice(None))
    regression.correct(rows)
    np.testing.assert_allclose(rows, 0, atol=1e-6)


def test_wide_targets_keep_their_principal_components(table: np.ndarray) -> None:
    wide = np.hstack([table, np.zeros((WORDS, 3), np.float32)])
    regression = fit_rows(texts_of(wide), table)
    reduced = regression.word_map_of_width(WIDTH)
    assert reduced.shape == (WIDTH, WIDTH)
    np.testing.assert_allclose(reduced @ reduced.T, regression.word_map @ regression.word_map.T, atol=1e-5)
    assert regression.word_map_of_width(9) is regression.word_map


def test_frequent_words_have_small_weights() -> None:
    np.testing.assert_allclose(weights_of_words(np.array([0.0, 0.01, 0.99])), [1, 0.5, 0.01])
