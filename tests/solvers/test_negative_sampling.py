"""NegativeSampling: steps and losses of gensim's kernels compared with numpy."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pytest
from gensim.models import Word2Vec
from scipy.special import expit, log_expit
from solver_inputs import WIDTH, tree_path

from gensim_distill.solvers.negative_sampling import NegativeSampling

COUNTS = {"the": 100, "cat": 49, "dog": 36, "fox": 9, "bear": 4}

# The error of the sigmoid in the table of gensim's kernels.
TABLE = 0.01


def prepared_model(counts: dict[str, int] = COUNTS, width: int = WIDTH, **settings: Any) -> Word2Vec:
    """Return a model with a vocabulary and random output weights."""
    model = Word2Vec(vector_size=width, min_count=1, **({"sample": 0, "negative": 3} | settings))
    model.build_vocab_from_freq(counts)
    rng = np.random.default_rng(0)
    for name in ("syn1", "syn1neg"):
        if hasattr(model, name):
            setattr(model, name, rng.normal(0, 0.5, (len(counts), width)).astype(np.float32))
    return model


def fix_noise(model: Word2Vec, word: int) -> None:
    """Make one word the only noise word, by moving all the mass of the table to it."""
    model.cum_table[:word] = 0
    model.cum_table[word:] = model.cum_table[-1]


def take_step(
    model: Word2Vec,
    words: Sequence[int] | np.ndarray,
    rows: Sequence[int] | np.ndarray,
    contexts: np.ndarray,
    alpha: float,
    seed: int = 1,
) -> None:
    width = contexts.shape[1]
    NegativeSampling(model, width).step(
        np.array(words), np.array(rows), contexts, alpha, np.zeros(width, np.float32), seed
    )


def loss_of(
    model: Word2Vec, words: Sequence[int] | np.ndarray, rows: Sequence[int] | np.ndarray, contexts: np.ndarray
) -> float:
    generator = np.random.default_rng(0)
    return NegativeSampling(model, contexts.shape[1]).loss(np.array(words), np.array(rows), contexts, generator)


def numpy_step(weights: np.ndarray, targets: list[tuple[int, float]], context: np.ndarray, alpha: float) -> None:
    """Take the step of one example; `targets` are rows of the weights with their labels."""
    for target, label in targets:
        score = weights[target] @ context
        if abs(score) < 6:  # gensim skips saturated scores
            weights[target] += alpha * (label - expit(score)) * context


def random_examples(n: int, seed: int = 0) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    return (
        rng.integers(0, len(COUNTS), n),
        rng.integers(0, 6, n),
        rng.normal(0, 1, (6, WIDTH)).astype(np.float32),
    )


# --- steps ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("noise", [0, 2, 4])
def test_step_of_negative_sampling_equals_numpy(noise: int) -> None:
    model = prepared_model(negative=3)
    fix_noise(model, noise)
    for word, row, context in zip(*(values := random_examples(40))[:2], values[2][values[1]]):
        expected = model.syn1neg.astype(np.float64)
        numpy_step(expected, [(word, 1.0)] + [(noise, 0.0)] * (3 if word != noise else 0), context, alpha=0.1)
        take_step(model, [word], [row], values[2], alpha=0.1)
        np.testing.assert_allclose(model.syn1neg, expected, atol=3 * 0.1 * TABLE * np.abs(context).max())


def test_step_of_hierarchical_softmax_equals_numpy() -> None:
    model = prepared_model(hs=1, negative=0)
    for word, row, context in zip(*(values := random_examples(40))[:2], values[2][values[1]]):
        expected = model.syn1.astype(np.float64)
        numpy_step(expected, [(node, 1.0 - code) for node, code in tree_path(model, word)], context, alpha=0.1)
        take_step(model, [word], [row], values[2], alpha=0.1)
        np.testing.assert_allclose(model.syn1, expected, atol=0.1 * TABLE * np.abs(context).max())


def test_step_updates_both_kinds_of_output_weights() -> None:
    both, only_hs = prepared_model(hs=1, negative=3), prepared_model(hs=1, negative=0)
    only_hs.syn1[:] = both.syn1
    before = both.syn1neg.copy()
    words, rows, contexts = random_examples(10)
    take_step(both, words, rows, contexts, alpha=0.1)
    take_step(only_hs, words, rows, contexts, alpha=0.1)
    np.testing.assert_array_equal(both.syn1, only_hs.syn1)
    assert not np.allclose(both.syn1neg, before)


def test_step_ignores_saturated_scores() -> None:
    model = prepared_model()
    fix_noise(model, 0)
    model.syn1neg[:] = 2.0
    before = model.syn1neg.copy()
    take_step(model, [1, 2], [0, 1], np.array([[1, 1, 1, 1], [-1, -1, -1, -1]], np.float32), alpha=0.5)
    np.testing.assert_array_equal(model.syn1neg, before)


def test_step_does_not_change_contexts() -> None:
    words, rows, contexts = random_examples(20)
    before = contexts.copy()
    take_step(prepared_model(hs=1), words, rows, contexts, alpha=0.5)
    np.testing.assert_array_equal(contexts, before)


@pytest.mark.parametrize(
    ("words", "rows"),
    [
        ([1, 2, 3, 1, 4, 2, 1], [0, 0, 0, 1, 1, 1, 0]),  # fewer contexts than words
        ([1, 2, 1, 1, 1, 2, 1], [0, 0, 1, 2, 3, 2, 3]),  # fewer words than contexts
    ],
)
def test_independent_steps_of_negative_sampling_can_be_taken_at_once(words: list[int], rows: list[int]) -> None:
    contexts = 2 * np.eye(4, dtype=np.float32)  # the step of one context changes no score of another
    at_once, one_by_one = prepared_model(), prepared_model()
    for model in (at_once, one_by_one):
        fix_noise(model, 0)
    take_step(at_once, words, rows, contexts, alpha=0.3)
    for word, row in zip(words, rows):
        take_step(one_by_one, [word], [row], contexts, alpha=0.3)
    np.testing.assert_allclose(at_once.syn1neg, one_by_one.syn1neg, atol=1e-6)


@pytest.mark.parametrize(("words", "rows"), [([1, 2, 4, 2], [0, 1, 2, 1]), ([1, 2, 2, 1, 2], [0, 1, 2, 3, 1])])
def test_independent_steps_of_hierarchical_softmax_can_be_taken_at_once(words: list[int], rows: list[int]) -> None:
    contexts = 2 * np.eye(4, dtype=np.float32)
    at_once, one_by_one = (prepared_model(hs=1, negative=0) for _ in range(2))
    take_step(at_once, words, rows, contexts, alpha=0.3)
    for word, row in zip(words, rows):
        take_step(one_by_one, [word], [row], contexts, alpha=0.3)
    np.testing.assert_allclose(at_once.syn1, one_by_one.syn1, atol=1e-6)


@pytest.mark.parametrize("n_contexts", [1, 12_000])
def test_step_takes_more_examples_than_one_call_of_the_kernel(n_contexts: int) -> None:
    model = prepared_model(width=1, negative=1)
    fix_noise(model, 0)
    model.syn1neg[:] = 0
    rows = np.arange(12_000) % n_contexts
    take_step(model, np.ones(12_000, np.int64), rows, np.ones((n_contexts, 1), np.float32), alpha=1e-7)
    assert model.syn1neg[1, 0] == pytest.approx(12_000 * 0.5e-7, rel=0.03)
    assert model.syn1neg[0, 0] == pytest.approx(-12_000 * 0.5e-7, rel=0.03)


def test_step_without_examples_changes_nothing() -> None:
    model = prepared_model()
    before = model.syn1neg.copy()
    take_step(model, np.array([], np.int64), np.array([], np.int64), np.ones((3, WIDTH), np.float32), alpha=0.5)
    np.testing.assert_array_equal(model.syn1neg, before)


@pytest.mark.parametrize(("ns_exponent", "share"), [(0.5, 2 / 12), (1.0, 4 / 104), (0.0, 1 / 2)])
def test_noise_words_are_drawn_by_count_to_the_power_of_ns_exponent(ns_exponent: float, share: float) -> None:
    model = prepared_model({"often": 100, "rare": 4}, width=1, negative=5, ns_exponent=ns_exponent)
    model.syn1neg[:] = 0
    take_step(model, np.zeros(6_000, np.int64), np.zeros(6_000, np.int64), np.ones((1, 1), np.float32), alpha=1e-6)
    assert model.syn1neg[0, 0] == pytest.approx(6_000 * 0.5e-6, rel=0.03)  # a word is never its own noise
    assert model.syn1neg[1, 0] / (-0.5e-6 * 30_000) == pytest.approx(share, rel=0.05, abs=0.01)


def test_seed_determines_noise_words() -> None:
    def weights(seed: int) -> np.ndarray:
        model = prepared_model()
        take_step(model, *random_examples(20), alpha=0.1, seed=seed)
        return model.syn1neg

    np.testing.assert_array_equal(weights(3), weights(3))
    assert not np.allclose(weights(3), weights(4))


@pytest.mark.parametrize("settings", [{}, {"hs": 1, "negative": 0}])
def test_vocabulary_of_one_word_can_be_trained(settings: dict[str, int]) -> None:
    model = prepared_model({"fox": 3}, **settings)
    assert np.isfinite(loss_of(model, [0, 0], [0, 1], np.ones((2, WIDTH), np.float32)))
    take_step(model, [0, 0], [0, 1], np.ones((2, WIDTH), np.float32), alpha=0.1)
    assert np.isfinite(NegativeSampling(model, WIDTH).vectors()).all()


# --- the loss -------------------------------------------------------------------------------------


def test_loss_of_negative_sampling_equals_its_definition() -> None:
    model = prepared_model(negative=3)
    fix_noise(model, 2)
    words, rows, contexts = random_examples(2_500)
    scores = contexts[rows].astype(np.float64) @ model.syn1neg.T.astype(np.float64)
    expected = -log_expit(scores[np.arange(2_500), words]).sum() - 3 * log_expit(-scores[words != 2, 2]).sum()
    assert loss_of(model, words, rows, contexts) == pytest.approx(expected, rel=1e-5)


def test_loss_of_negative_sampling_draws_noise_by_count() -> None:
    model = prepared_model(negative=3, ns_exponent=0.5)
    context = np.array([[1.0, -0.5, 0.5, 2.0]], np.float32)
    scores = model.syn1neg @ context[0]
    share = np.sqrt(list(COUNTS.values())) / np.sqrt(list(COUNTS.values())).sum()
    expected = -log_expit(scores[1]) - 3 * np.delete(share * log_expit(-scores), 1).sum()
    n = 20_000
    mean = loss_of(model, np.ones(n, np.int64), np.zeros(n, np.int64), context) / n
    assert mean == pytest.approx(expected, rel=0.02)


def test_loss_of_hierarchical_softmax_equals_its_definition() -> None:
    model = prepared_model(hs=1, negative=0)
    words, rows, contexts = random_examples(1_500)
    expected = -sum(
        log_expit((1 - 2 * code) * (model.syn1[node] @ contexts[row]))
        for word, row in zip(words, rows)
        for node, code in tree_path(model, word)
    )
    assert loss_of(model, words, rows, contexts) == pytest.approx(expected, rel=1e-5)


def test_probabilities_of_hierarchical_softmax_sum_to_one() -> None:
    model = prepared_model(hs=1, negative=0)
    context = np.array([[1.0, -0.5, 0.5, 2.0]], np.float32)
    assert sum(np.exp(-loss_of(model, [word], [0], context)) for word in range(len(COUNTS))) == pytest.approx(1)


def numeric_gradient(loss: Callable[[], float], weights: np.ndarray) -> np.ndarray:
    gradient = np.zeros_like(weights)
    for index in np.ndindex(*weights.shape):
        value = weights[index]
        above, below = [], []
        for side, offset in ((above, 1e-4), (below, -1e-4)):
            weights[index] = value + offset
            side.append(loss())
        weights[index] = value
        gradient[index] = (above[0] - below[0]) / 2e-4
    return gradient


@pytest.mark.parametrize(("name", "settings"), [("syn1neg", {"negative": 3}), ("syn1", {"hs": 1, "negative": 0})])
def test_small_step_follows_the_negative_numeric_gradient(name: str, settings: dict[str, int]) -> None:
    model = prepared_model(**settings)
    if model.negative:
        fix_noise(model, 2)
    words, rows, contexts = random_examples(15)
    weights = getattr(model, name)

    setattr(model, name, weights.astype(np.float64))
    gradient = numeric_gradient(lambda: loss_of(model, words, rows, contexts), getattr(model, name))

    setattr(model, name, weights.copy())
    take_step(model, words, rows, contexts, alpha=1e-3)
    moved = (getattr(model, name).astype(np.float64) - weights) / 1e-3
    assert np.linalg.norm(moved + gradient) < 0.03 * np.linalg.norm(gradient)


# --- vectors --------------------------------------------------------------------------------------


def test_vectors_of_negative_sampling_are_its_weights() -> None:
    model = prepared_model()
    np.testing.assert_array_equal(NegativeSampling(model, WIDTH).vectors(), model.syn1neg)


def test_vectors_of_hierarchical_softmax_are_gradients_of_log_probabilities() -> None:
    """Near zero, the gradient of the log probability of a word is half its vector."""
    model = prepared_model(hs=1, negative=0)
    vectors = NegativeSampling(model, WIDTH).vectors()
    for word in range(len(COUNTS)):
        for axis in range(WIDTH):
            sides = 1e-2 * np.array([np.eye(WIDTH)[axis], -np.eye(WIDTH)[axis]], np.float32)
            growth = (loss_of(model, [word], [1], sides) - loss_of(model, [word], [0], sides)) / 2e-2
            assert growth == pytest.approx(vectors[word, axis] / 2, abs=1e-3)


# --- subsampling ----------------------------------------------------------------------------------


def test_subsampling_keeps_occurrences_with_the_probability_of_the_paper() -> None:
    t, counts = 0.01, np.array([9_000, 900, 100])
    model = prepared_model(dict(zip("abc", counts.tolist())), sample=t)
    ratio = t / (counts / counts.sum())
    probabilities = np.minimum(1, np.sqrt(ratio) + ratio)
    words = np.repeat(np.arange(3), 20_000)
    kept = NegativeSampling(model, WIDTH).subsample(words, np.random.default_rng(0)).reshape(3, -1).mean(axis=1)
    np.testing.assert_allclose(kept, probabilities, atol=0.018)  # five standard deviations
    assert kept[2] == 1


def test_subsampling_is_off_with_sample_zero() -> None:
    model = prepared_model(sample=0)
    assert NegativeSampling(model, WIDTH).subsample(np.arange(5).repeat(1_000), np.random.default_rng(0)).all()
