"""solver="sgd": gensim's kernels against numpy and scipy, and the whole solver from corpus to vectors."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from gensim.models import Word2Vec
from gensim.models.callbacks import CallbackAny2Vec
from reference import project
from scipy.optimize import minimize
from scipy.special import expit, log_expit

from gensim_distill import DistilledWord2Vec, StateBatch, Teacher
from gensim_distill.contexts.teacher_pass import read_contexts
from gensim_distill.contexts.views import Scope, View
from gensim_distill.linalg import whitening_transform
from gensim_distill.solvers.negative_sampling import NegativeSampling
from gensim_distill.teachers import TransformerTeacher

torch.set_num_threads(1)  # the models are so small that threads only wait for each other

SCOPES: list[Scope] = ["token", 2, "sentence", "text"]
COUNTS = {"the": 100, "cat": 49, "dog": 36, "fox": 9, "bear": 4}
WIDTH = 4
# gensim's kernels look the sigmoid up in a table that is right to this.
TABLE = 0.01


def prepared_model(counts: dict[str, int] = COUNTS, width: int = WIDTH, **settings: Any) -> Word2Vec:
    """Prepare a vocabulary and random output weights as gensim has them before training."""
    model = Word2Vec(vector_size=width, min_count=1, **({"sample": 0, "negative": 3} | settings))
    model.build_vocab_from_freq(counts)
    rng = np.random.default_rng(0)
    for name in ("syn1", "syn1neg"):
        if hasattr(model, name):
            setattr(model, name, rng.normal(0, 0.5, (len(counts), width)).astype(np.float32))
    return model


def let_noise_be(model: Word2Vec, word: int) -> None:
    """Make the draw of noise words certain: all the mass of the table to one word."""
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


def path(model: Word2Vec, word: int) -> list[tuple[int, int]]:
    """Give the inner nodes on the way to a word in the tree of hierarchical softmax, and which way to go."""
    return list(zip(model.wv.expandos["point"][word].tolist(), model.wv.expandos["code"][word].tolist()))


def numpy_step(weights: np.ndarray, targets: list[tuple[int, float]], context: np.ndarray, alpha: float) -> None:
    """Take the SGD step of one example: `targets` are rows of the weights with the label of each."""
    for target, label in targets:
        score = weights[target] @ context
        if abs(score) < 6:  # gensim takes the sigmoid to be saturated from there on
            weights[target] += alpha * (label - expit(score)) * context


def random_examples(n: int, seed: int = 0) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    return (
        rng.integers(0, len(COUNTS), n),
        rng.integers(0, 6, n),
        rng.normal(0, 1, (6, WIDTH)).astype(np.float32),
    )


# --- one step --------------------------------------------------------------------------------


@pytest.mark.parametrize("noise", [0, 2, 4])
def test_a_step_of_negative_sampling_is_that_of_numpy(noise: int) -> None:
    model = prepared_model(negative=3)
    let_noise_be(model, noise)
    for word, row, context in zip(*(values := random_examples(40))[:2], values[2][values[1]]):
        expected = model.syn1neg.astype(np.float64)
        numpy_step(expected, [(word, 1.0)] + [(noise, 0.0)] * (3 if word != noise else 0), context, alpha=0.1)
        take_step(model, [word], [row], values[2], alpha=0.1)
        np.testing.assert_allclose(model.syn1neg, expected, atol=3 * 0.1 * TABLE * np.abs(context).max())


def test_a_step_of_hierarchical_softmax_is_that_of_numpy() -> None:
    model = prepared_model(hs=1, negative=0)
    for word, row, context in zip(*(values := random_examples(40))[:2], values[2][values[1]]):
        expected = model.syn1.astype(np.float64)
        numpy_step(expected, [(node, 1.0 - code) for node, code in path(model, word)], context, alpha=0.1)
        take_step(model, [word], [row], values[2], alpha=0.1)
        np.testing.assert_allclose(model.syn1, expected, atol=0.1 * TABLE * np.abs(context).max())


def test_both_kinds_of_output_weights_learn_where_both_are_asked_for() -> None:
    both, alone = prepared_model(hs=1, negative=3), prepared_model(hs=1, negative=0)
    alone.syn1[:] = both.syn1
    before = both.syn1neg.copy()
    words, rows, contexts = random_examples(10)
    take_step(both, words, rows, contexts, alpha=0.1)
    take_step(alone, words, rows, contexts, alpha=0.1)
    np.testing.assert_array_equal(both.syn1, alone.syn1)
    assert not np.allclose(both.syn1neg, before)


def test_a_saturated_score_is_not_moved_further() -> None:
    model = prepared_model()
    let_noise_be(model, 0)
    model.syn1neg[:] = 2.0
    before = model.syn1neg.copy()
    take_step(model, [1, 2], [0, 1], np.array([[1, 1, 1, 1], [-1, -1, -1, -1]], np.float32), alpha=0.5)
    np.testing.assert_array_equal(model.syn1neg, before)


def test_the_contexts_are_not_changed_by_a_step() -> None:
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
def test_steps_of_negative_sampling_that_do_not_interact_are_the_same_together_and_one_by_one(
    words: list[int], rows: list[int]
) -> None:
    contexts = 2 * np.eye(4, dtype=np.float32)  # a step for one changes no score of another
    together, one_by_one = prepared_model(), prepared_model()
    for model in (together, one_by_one):
        let_noise_be(model, 0)
    take_step(together, words, rows, contexts, alpha=0.3)
    for word, row in zip(words, rows):
        take_step(one_by_one, [word], [row], contexts, alpha=0.3)
    np.testing.assert_allclose(together.syn1neg, one_by_one.syn1neg, atol=1e-6)


@pytest.mark.parametrize(("words", "rows"), [([1, 2, 4, 2], [0, 1, 2, 1]), ([1, 2, 2, 1, 2], [0, 1, 2, 3, 1])])
def test_steps_of_hierarchical_softmax_that_do_not_interact_are_the_same_together_and_one_by_one(
    words: list[int], rows: list[int]
) -> None:
    contexts = 2 * np.eye(4, dtype=np.float32)
    together, one_by_one = (prepared_model(hs=1, negative=0) for _ in range(2))
    take_step(together, words, rows, contexts, alpha=0.3)
    for word, row in zip(words, rows):
        take_step(one_by_one, [word], [row], contexts, alpha=0.3)
    np.testing.assert_allclose(together.syn1, one_by_one.syn1, atol=1e-6)


@pytest.mark.parametrize("n_contexts", [1, 12_000])
def test_no_example_is_lost_where_there_are_more_than_the_kernel_takes_at_once(n_contexts: int) -> None:
    model = prepared_model(width=1, negative=1)
    let_noise_be(model, 0)
    model.syn1neg[:] = 0
    rows = np.arange(12_000) % n_contexts
    take_step(model, np.ones(12_000, np.int64), rows, np.ones((n_contexts, 1), np.float32), alpha=1e-7)
    assert model.syn1neg[1, 0] == pytest.approx(12_000 * 0.5e-7, rel=0.03)
    assert model.syn1neg[0, 0] == pytest.approx(-12_000 * 0.5e-7, rel=0.03)


def test_a_step_without_examples_changes_nothing() -> None:
    model = prepared_model()
    before = model.syn1neg.copy()
    take_step(model, np.array([], np.int64), np.array([], np.int64), np.ones((3, WIDTH), np.float32), alpha=0.5)
    np.testing.assert_array_equal(model.syn1neg, before)


@pytest.mark.parametrize(("ns_exponent", "share"), [(0.5, 2 / 12), (1.0, 4 / 104), (0.0, 1 / 2)])
def test_noise_words_are_drawn_by_their_counts_to_the_power_of_ns_exponent(ns_exponent: float, share: float) -> None:
    model = prepared_model({"often": 100, "rare": 4}, width=1, negative=5, ns_exponent=ns_exponent)
    model.syn1neg[:] = 0
    take_step(model, np.zeros(6_000, np.int64), np.zeros(6_000, np.int64), np.ones((1, 1), np.float32), alpha=1e-6)
    assert model.syn1neg[0, 0] == pytest.approx(6_000 * 0.5e-6, rel=0.03)  # never its own noise
    assert model.syn1neg[1, 0] / (-0.5e-6 * 30_000) == pytest.approx(share, rel=0.05, abs=0.01)


def test_the_seed_decides_the_noise_words() -> None:
    def weights(seed: int) -> np.ndarray:
        model = prepared_model()
        take_step(model, *random_examples(20), alpha=0.1, seed=seed)
        return model.syn1neg

    np.testing.assert_array_equal(weights(3), weights(3))
    assert not np.allclose(weights(3), weights(4))


# --- the loss --------------------------------------------------------------------------------


def test_the_loss_of_negative_sampling_is_its_definition() -> None:
    model = prepared_model(negative=3)
    let_noise_be(model, 2)
    words, rows, contexts = random_examples(2_500)
    scores = contexts[rows].astype(np.float64) @ model.syn1neg.T.astype(np.float64)
    expected = -log_expit(scores[np.arange(2_500), words]).sum() - 3 * log_expit(-scores[words != 2, 2]).sum()
    assert loss_of(model, words, rows, contexts) == pytest.approx(expected, rel=1e-5)


def test_the_loss_of_negative_sampling_draws_its_noise_as_training_does() -> None:
    model = prepared_model(negative=3, ns_exponent=0.5)
    context = np.array([[1.0, -0.5, 0.5, 2.0]], np.float32)
    scores = model.syn1neg @ context[0]
    share = np.sqrt(list(COUNTS.values())) / np.sqrt(list(COUNTS.values())).sum()
    expected = -log_expit(scores[1]) - 3 * np.delete(share * log_expit(-scores), 1).sum()
    n = 20_000
    mean = loss_of(model, np.ones(n, np.int64), np.zeros(n, np.int64), context) / n
    assert mean == pytest.approx(expected, rel=0.02)


def test_the_loss_of_hierarchical_softmax_is_its_definition() -> None:
    model = prepared_model(hs=1, negative=0)
    words, rows, contexts = random_examples(1_500)
    expected = -sum(
        log_expit((1 - 2 * code) * (model.syn1[node] @ contexts[row]))
        for word, row in zip(words, rows)
        for node, code in path(model, word)
    )
    assert loss_of(model, words, rows, contexts) == pytest.approx(expected, rel=1e-5)


def test_the_probabilities_of_hierarchical_softmax_sum_to_one() -> None:
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
def test_a_small_step_goes_against_the_numeric_gradient_of_the_loss(name: str, settings: dict[str, int]) -> None:
    model = prepared_model(**settings)
    if model.negative:
        let_noise_be(model, 2)
    words, rows, contexts = random_examples(15)
    weights = getattr(model, name)

    setattr(model, name, weights.astype(np.float64))
    gradient = numeric_gradient(lambda: loss_of(model, words, rows, contexts), getattr(model, name))

    setattr(model, name, weights.copy())
    take_step(model, words, rows, contexts, alpha=1e-3)
    moved = (getattr(model, name).astype(np.float64) - weights) / 1e-3
    assert np.linalg.norm(moved + gradient) < 0.03 * np.linalg.norm(gradient)


def test_vectors_of_negative_sampling_are_its_weights() -> None:
    model = prepared_model()
    np.testing.assert_array_equal(NegativeSampling(model, WIDTH).vectors(), model.syn1neg)


def test_vectors_of_hierarchical_softmax_are_the_directions_that_make_their_words_likelier() -> None:
    """Near zero the log probability of a word grows by half its vector times the context."""
    model = prepared_model(hs=1, negative=0)
    vectors = NegativeSampling(model, WIDTH).vectors()
    for word in range(len(COUNTS)):
        for axis in range(WIDTH):
            sides = 1e-2 * np.array([np.eye(WIDTH)[axis], -np.eye(WIDTH)[axis]], np.float32)
            growth = (loss_of(model, [word], [1], sides) - loss_of(model, [word], [0], sides)) / 2e-2
            assert growth == pytest.approx(vectors[word, axis] / 2, abs=1e-3)


# --- subsampling -----------------------------------------------------------------------------


def test_an_occurrence_is_kept_with_the_probability_of_the_paper() -> None:
    t, counts = 0.01, np.array([9_000, 900, 100])
    model = prepared_model(dict(zip("abc", counts.tolist())), sample=t)
    ratio = t / (counts / counts.sum())
    probabilities = np.minimum(1, np.sqrt(ratio) + ratio)
    words = np.repeat(np.arange(3), 20_000)
    kept = NegativeSampling(model, WIDTH).subsample(words, np.random.default_rng(0)).reshape(3, -1).mean(axis=1)
    np.testing.assert_allclose(kept, probabilities, atol=0.018)  # five standard deviations
    assert kept[2] == 1


def test_without_sample_every_occurrence_is_kept() -> None:
    model = prepared_model(sample=0)
    assert NegativeSampling(model, WIDTH).subsample(np.arange(5).repeat(1_000), np.random.default_rng(0)).all()


# --- the whole solver ------------------------------------------------------------------------


class LetterTeacher:
    """States that are known: a fixed vector for each word, leaning toward the mean of its text."""

    width, num_layers = WIDTH, 2
    batch_tokens = 4  # so that a chunk has but 40 words

    def read(self, texts: Sequence[str], layers: Sequence[int]) -> Iterator[StateBatch]:
        for i, text in enumerate(texts):
            words = list(re.finditer(r"\S+", text))
            if words:
                own = np.array(
                    [np.random.default_rng(list(word.group().encode())).normal(size=WIDTH) for word in words]
                )
                states = (own + own.mean(axis=0)).astype(np.float32)
                spans = np.array([word.span() for word in words])
                yield StateBatch(np.full(len(words), i), *spans.T, [states * (layer + 1) for layer in layers])


def train(corpus: Any, **settings: Any) -> DistilledWord2Vec:
    defaults = {"teacher": LetterTeacher(), "objective": "x2static", "solver": "sgd", "progress": False}
    defaults |= {"min_count": 1, "sample": 0, "workers": 1, "epochs": 3, "negative": 5}
    return DistilledWord2Vec(corpus, **(defaults | settings))


def occurrences(
    model: DistilledWord2Vec, corpus: Any, scope: Scope, teacher: Teacher | None = None
) -> tuple[np.ndarray, np.ndarray]:
    """Give word and raw context of each occurrence of a word of the vocabulary."""
    view = View((model.teacher.num_layers - 1,), scope)
    words, contexts = [], []
    for chunk in read_contexts(corpus, model.reader, teacher or model.teacher, [view], model.wv.key_to_index):
        batch = chunk[view.name]
        known = (batch.words >= 0) & (batch.rows >= 0)
        words += batch.words[known].tolist()
        contexts += batch.contexts[batch.rows[known]].astype(np.float64).tolist()
    return np.array(words), np.array(contexts)


def expected_loss(
    weights: np.ndarray, model: DistilledWord2Vec, words: np.ndarray, contexts: np.ndarray
) -> tuple[float, np.ndarray]:
    """Give the X2Static loss with its noise in expectation, and its gradient."""
    share = np.array([model.wv.get_vecattr(word, "count") for word in model.wv.index_to_key]) ** model.ns_exponent
    scores = contexts @ weights.reshape(-1, WIDTH).T
    own = np.arange(len(model.wv)) == words[:, None]
    noise = np.where(own, 0.0, model.negative * share / share.sum())
    loss = -log_expit(scores[own]).sum() - (noise * log_expit(-scores)).sum()
    slopes = np.where(own, expit(scores) - 1, noise * expit(scores))
    return loss, (slopes.T @ contexts).ravel()


def loss_reached(model: DistilledWord2Vec, corpus: Any, scope: Scope = "text") -> tuple[float, float]:
    """Give the expected loss of a model, and what it was before the first step."""
    examples = occurrences(model, corpus, scope)
    weights = model.wv.vectors.astype(np.float64)
    return expected_loss(weights, model, *examples)[0], expected_loss(0 * weights, model, *examples)[0]


class EpochRecorder(CallbackAny2Vec):
    """Writes down what a user's callback can see of each epoch."""

    def __init__(self) -> None:
        self.hooks: list[str] = []
        self.losses: list[float] = []
        self.alphas: list[float] = []
        self.vectors: list[np.ndarray] = []

    def on_train_begin(self, model: DistilledWord2Vec) -> None:
        self.hooks.append("train begins")

    def on_epoch_begin(self, model: DistilledWord2Vec) -> None:
        self.hooks.append("epoch begins")

    def on_epoch_end(self, model: DistilledWord2Vec) -> None:
        self.hooks.append("epoch ends")
        # As in gensim, the loss is summed up over the epochs of a training.
        self.losses.append(model.get_latest_training_loss() - sum(self.losses))
        self.alphas.append(model.min_alpha_yet_reached)
        self.vectors.append(model.wv.vectors.copy())

    def on_train_end(self, model: DistilledWord2Vec) -> None:
        self.hooks.append("train ends")


@pytest.mark.parametrize(("scope", "ns_exponent"), [("token", 0.5), (1, 0.5), ("sentence", 0.5), ("text", 1.0)])
def test_many_epochs_come_near_the_minimum_that_lbfgs_finds(scope: Scope, ns_exponent: float) -> None:
    rng = np.random.default_rng(0)
    words = ["the", "cat", "dog", "fox", "bear", "sleeps", "eats", "runs", ".", "far"]
    corpus = [rng.choice(words, 6, p=np.arange(10, 0, -1) / 55).tolist() for _ in range(30)]
    model = train(corpus, context=scope, ns_exponent=ns_exponent, alpha=0.02, epochs=100)
    arguments = (model, *occurrences(model, corpus, scope))
    best = minimize(expected_loss, np.zeros(model.wv.vectors.size), arguments, jac=True, method="L-BFGS-B")
    reached, at_start = loss_reached(model, corpus, scope)
    assert best.success
    assert best.fun <= reached < best.fun + 0.025 * (at_start - best.fun)


@pytest.mark.parametrize("scope", SCOPES)
def test_one_small_epoch_of_hierarchical_softmax_is_the_sum_over_all_occurrences(
    corpus: list[list[str]], scope: Scope
) -> None:
    near_zero = 0.4925  # gensim's table of the sigmoid, which should be 0.5 there
    model = train(corpus, hs=1, negative=0, context=scope, epochs=1, alpha=1e-4, min_alpha=1e-4)
    nodes = np.zeros((len(model.wv), WIDTH))
    for word, context in zip(*occurrences(model, corpus, scope)):
        for node, code in path(model, word):
            nodes[node] += 1e-4 * (1 - code - near_zero) * context
    expected = [sum((1 - 2 * code) * nodes[node] for node, code in path(model, w)) for w in range(len(model.wv))]
    np.testing.assert_allclose(model.wv.vectors, expected, atol=0.03 * np.abs(expected).max())


@pytest.mark.parametrize("scope", SCOPES)
@pytest.mark.parametrize("settings", [{}, {"hs": 1, "negative": 0}, {"hs": 1}, {"whitening": 0.5}])
def test_the_loss_falls_over_the_epochs(corpus: list[list[str]], scope: Scope, settings: dict[str, Any]) -> None:
    recorder = EpochRecorder()
    model = train(corpus, context=scope, epochs=12, alpha=0.05, compute_loss=True, callbacks=[recorder], **settings)
    assert np.mean(recorder.losses[-3:]) < np.mean(recorder.losses[:3])
    assert model.get_latest_training_loss() == pytest.approx(sum(recorder.losses))
    assert np.isfinite(model.wv.vectors).all()


def test_before_the_first_step_each_word_costs_one_bit_and_one_for_each_noise_word(corpus: list[list[str]]) -> None:
    words = sum(map(len, corpus))
    model = train(corpus, negative=5, compute_loss=True, epochs=2, alpha=1e-9, min_alpha=1e-9, batch_words=20)
    # A word drawn as its own noise costs nothing.
    assert 0.95 < model.get_latest_training_loss() / (2 * words * 6 * np.log(2)) <= 1 + 1e-6


def test_before_the_first_step_hierarchical_softmax_costs_one_bit_for_each_turn(corpus: list[list[str]]) -> None:
    model = train(corpus, hs=1, negative=0, compute_loss=True, epochs=2, alpha=1e-9, min_alpha=1e-9, batch_words=20)
    turns = sum(len(path(model, model.wv.key_to_index[word])) for text in corpus for word in text)
    assert model.get_latest_training_loss() == pytest.approx(2 * turns * np.log(2), rel=1e-6)


def test_without_compute_loss_none_is_reported(corpus: list[list[str]]) -> None:
    assert train(corpus).get_latest_training_loss() == 0


def test_asking_for_the_loss_does_not_change_the_vectors(corpus: list[list[str]]) -> None:
    np.testing.assert_array_equal(train(corpus, compute_loss=True).wv.vectors, train(corpus).wv.vectors)


@pytest.mark.parametrize("settings", [{}, {"sample": 0.01}, {"batch_words": 20}, {"context": "token"}])
def test_one_worker_gives_the_same_vectors_for_the_same_seed(corpus: list[list[str]], settings: dict[str, Any]) -> None:
    one = train(corpus, seed=7, **settings)
    np.testing.assert_array_equal(train(corpus, seed=7, **settings).wv.vectors, one.wv.vectors)
    assert not np.allclose(train(corpus, seed=8, **settings).wv.vectors, one.wv.vectors)


def test_the_learning_rate_falls_from_alpha_towards_min_alpha_by_epochs(corpus: list[list[str]]) -> None:
    recorder = EpochRecorder()
    train(corpus, epochs=4, alpha=0.08, min_alpha=0.04, callbacks=[recorder])  # each epoch is one job
    np.testing.assert_allclose(recorder.alphas, [0.08, 0.07, 0.06, 0.05])


def test_the_learning_rate_falls_within_an_epoch_job_by_job(corpus: list[list[str]]) -> None:
    model = train(corpus, epochs=1, alpha=0.08, min_alpha=0.0, batch_words=12)  # each text but one is one job
    assert 0.005 <= model.min_alpha_yet_reached <= 0.02


def test_the_learning_rate_is_that_of_the_steps(corpus: list[list[str]]) -> None:
    small, double = (
        train(corpus, epochs=1, alpha=alpha, min_alpha=alpha).wv.vectors for alpha in (1e-4, 2e-4)
    )  # so small that steps just add up
    assert np.abs(double - 2 * small).max() < 0.03 * np.abs(double).max()


def test_the_rates_given_to_train_are_used(corpus: list[list[str]]) -> None:
    recorder, model = EpochRecorder(), train(None)
    model.build_vocab(corpus)
    model.train(corpus, total_examples=len(corpus), epochs=2, start_alpha=0.4, end_alpha=0.2, callbacks=[recorder])
    np.testing.assert_allclose(recorder.alphas, [0.4, 0.3])


def test_callbacks_are_called_in_turn_and_see_new_vectors_after_each_epoch(corpus: list[list[str]]) -> None:
    recorder = EpochRecorder()
    model = train(corpus, epochs=3, callbacks=[recorder])
    assert recorder.hooks == ["train begins", *["epoch begins", "epoch ends"] * 3, "train ends"]
    for earlier, later in zip(recorder.vectors, recorder.vectors[1:]):
        assert np.any(earlier != later, axis=1).all()
    np.testing.assert_array_equal(recorder.vectors[-1], model.wv.vectors)


def test_three_workers_reach_about_the_loss_of_one(corpus: list[list[str]]) -> None:
    settings = {"epochs": 60, "alpha": 0.05, "batch_words": 15}
    (one, untrained), (three, _) = (
        loss_reached(train(corpus * 3, workers=workers, **settings), corpus * 3) for workers in (1, 3)
    )
    assert one < 0.9 * untrained
    assert three == pytest.approx(one, rel=0.05)


def whitener_of(model: DistilledWord2Vec, corpus: Any, exponent: float) -> tuple[np.ndarray, np.ndarray]:
    """Make the whitener of all texts, each counted once however many words it has."""
    contexts = np.unique(occurrences(model, corpus, "text")[1], axis=0)
    return whitening_transform(contexts.mean(axis=0), np.cov(contexts.T, bias=True), exponent)


@pytest.mark.parametrize("exponent", [0.25, 0.5])
def test_whitening_trains_on_whitened_contexts_and_centres_the_vectors(
    corpus: list[list[str]], exponent: float
) -> None:
    def whiten(states: np.ndarray) -> np.ndarray:
        return states @ matrix + offset

    class WhiteTeacher(LetterTeacher):
        def read(self, texts: Sequence[str], layers: Sequence[int]) -> Iterator[StateBatch]:
            for batch in super().read(texts, layers):
                batch.states = [whiten(states) for states in batch.states]
                yield batch

    white = train(corpus, whitening=exponent)
    matrix, offset = whitener_of(white, corpus, exponent)
    by_hand = train(corpus, teacher=WhiteTeacher()).wv.vectors
    np.testing.assert_allclose(white.wv.vectors, by_hand - by_hand.mean(axis=0), atol=1e-4)
    assert not np.allclose(white.wv.vectors, train(corpus).wv.vectors, atol=1e-2)


def test_whitening_counts_words_outside_the_vocabulary_too(corpus: list[list[str]]) -> None:
    corpus.append(["unheard", "of"])
    model = train(corpus, whitening=0.5, min_count=3)
    matrix, offset = whitener_of(train(corpus), corpus, 0.5)
    np.testing.assert_allclose(model.learned.whitener[0], matrix, atol=1e-5)
    np.testing.assert_allclose(model.learned.whitener[1], offset, atol=1e-5)


def test_a_later_training_whitens_as_the_first_did(corpus: list[list[str]]) -> None:
    model = train(corpus[:5], whitening=0.5)
    matrix, offset = model.learned.whitener
    model.train(corpus[3:], total_examples=5, epochs=1)
    assert model.learned.whitener[0] is matrix
    assert model.learned.whitener[1] is offset


def test_every_word_of_the_vocabulary_is_trained_on_in_every_epoch_and_all_words_are_read(
    corpus: list[list[str]],
) -> None:
    model = train(None, min_count=2)
    model.build_vocab(corpus)
    known = sum(token in model.wv for text in corpus for token in text)
    total = sum(map(len, corpus))
    assert known < total
    assert model.train(corpus, total_examples=len(corpus), epochs=3) == (3 * known, 3 * total)


def test_sample_leaves_out_most_occurrences_of_frequent_words(corpus: list[list[str]]) -> None:
    model = train(None, sample=1e-3)
    model.build_vocab(corpus)
    trained, raw = model.train(corpus, total_examples=len(corpus), epochs=20)
    frequencies = np.array([model.wv.get_vecattr(word, "count") for word in model.wv.index_to_key]) / (raw / 20)
    expected = (np.minimum(1, np.sqrt(1e-3 / frequencies) + 1e-3 / frequencies) * frequencies).sum()
    assert trained / raw == pytest.approx(expected, abs=0.06)


def test_each_job_draws_anew() -> None:
    model = train(None, sample=0.134, batch_words=1)  # keeps half of a word that is all there is
    model.build_vocab([["fox"]] * 100)
    trained, _ = model.train([["fox"]] * 100, total_examples=100, epochs=1)
    assert 25 <= trained <= 75


def test_words_that_subsampling_left_out_are_named_with_the_reason(
    corpus: list[list[str]], caplog: pytest.LogCaptureFixture
) -> None:
    train(corpus, sample=1e-12, epochs=1)
    assert "35 of 35 words were skipped whenever examples were drawn" in caplog.text


def test_training_goes_on_from_the_weights_as_they_are(corpus: list[list[str]]) -> None:
    model = train(corpus, epochs=5, alpha=0.05)
    losses = [loss_reached(model, corpus)[0]]
    for _ in range(2):
        model.train(corpus, total_examples=len(corpus), epochs=10, start_alpha=0.05, end_alpha=0.01)
        losses.append(loss_reached(model, corpus)[0])
    assert losses[0] > losses[1] > losses[2]


def test_words_added_to_the_vocabulary_are_learned_beside_the_old(corpus: list[list[str]]) -> None:
    model = train(corpus[:5])
    old = {word: model.wv[word].copy() for word in model.wv.index_to_key}
    model.build_vocab(corpus[5:], update=True)
    assert "honey" not in old
    for word, vector in old.items():
        np.testing.assert_array_equal(model.wv[word], vector)
    before = model.wv["honey"].copy()
    model.train(corpus[5:], total_examples=3, epochs=5)
    assert not np.allclose(model.wv["honey"], before)


def test_a_smaller_vector_size_gives_the_main_directions_of_the_weights(corpus: list[list[str]]) -> None:
    full, small = train(corpus), train(corpus, vector_size=2)
    assert small.wv.vectors.shape == (len(small.wv), 2)
    np.testing.assert_allclose(small.wv.vectors, project(full.wv.vectors.astype(np.float64), 2), atol=1e-5)


def test_layers_are_those_asked_for(corpus: list[list[str]]) -> None:
    first, last, default = (train(corpus, layers=layer).wv.vectors for layer in (0, 1, None))
    np.testing.assert_array_equal(last, default)
    assert not np.allclose(first, last)


def test_empty_texts_and_texts_without_known_words_change_nothing(corpus: list[list[str]]) -> None:
    padded = [[], *corpus, [], ["unheard"], []]
    model, other = train(corpus, min_count=2), train(None, min_count=2)
    other.build_vocab(padded)
    other.train(padded, total_examples=len(padded), epochs=3)
    assert other.wv.index_to_key == model.wv.index_to_key
    (loss, untrained), (other_loss, _) = loss_reached(model, corpus), loss_reached(other, corpus)
    assert other_loss == pytest.approx(loss, rel=0.05)
    assert other_loss < untrained


@pytest.mark.parametrize("settings", [{}, {"hs": 1, "negative": 0}])
def test_the_only_word_of_a_vocabulary_can_be_trained_on(settings: dict[str, int]) -> None:
    model = prepared_model({"fox": 3}, **settings)
    assert np.isfinite(loss_of(model, [0, 0], [0, 1], np.ones((2, WIDTH), np.float32)))
    take_step(model, [0, 0], [0, 1], np.ones((2, WIDTH), np.float32), alpha=0.1)
    assert np.isfinite(NegativeSampling(model, WIDTH).vectors()).all()


def test_an_error_while_training_is_raised_instead_of_waited_for_without_end(
    corpus: list[list[str]], tmp_path: Path
) -> None:
    class Cleaner(CallbackAny2Vec):
        def on_epoch_begin(self, model: DistilledWord2Vec) -> None:
            for folder in tmp_path.iterdir():
                for file in folder.iterdir():
                    file.unlink()

    errors = []

    def run() -> None:
        try:
            train(corpus, cache_dir=tmp_path, callbacks=[Cleaner()])
        except OSError as error:
            errors.append(error)

    thread = threading.Thread(target=run, daemon=True)  # so that a wait without end does not hold up the tests
    thread.start()
    thread.join(10)
    assert errors


@pytest.mark.parametrize("scope", SCOPES)
def test_a_transformer_teaches_by_gradient_descent(
    corpus: list[list[str]], teacher: TransformerTeacher, scope: Scope
) -> None:
    recorder = EpochRecorder()
    model = train(corpus, teacher=teacher, context=scope, epochs=8, compute_loss=True, callbacks=[recorder], workers=2)
    assert model.wv.vectors.shape == (len(model.wv), 32)
    assert recorder.losses[-1] < recorder.losses[0]


@pytest.mark.parametrize("objective", ["aggregate", "hybrid"])
def test_gradient_descent_is_for_x2static_alone(corpus: list[list[str]], objective: str) -> None:
    with pytest.raises(ValueError, match="solver='sgd' is for objective='x2static'"):
        train(corpus, objective=objective)


def test_gradient_descent_needs_epochs_and_the_number_of_examples_as_in_gensim(corpus: list[list[str]]) -> None:
    model = train(None)
    with pytest.raises(RuntimeError, match="first build vocabulary"):
        model.train(corpus, total_examples=len(corpus), epochs=1)
    model.build_vocab(corpus)
    with pytest.raises(ValueError, match="explicit epochs count"):
        model.train(corpus, total_examples=len(corpus))
    with pytest.raises(ValueError, match="total_examples or total_words"):
        model.train(corpus, epochs=1)
