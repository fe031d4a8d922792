"""GradientDescent: its loss, its vectors, and gensim's loop over the contexts of a corpus."""

from __future__ import annotations

import gc
import threading
from collections.abc import Iterator, Sequence
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
from solver_inputs import WIDTH, WordTeacher, tree_path

from gensim_distill import DistilledWord2Vec, StateBatch, Teacher, TextReader
from gensim_distill.contexts.teacher_pass import read_contexts
from gensim_distill.contexts.views import Scope, View
from gensim_distill.linalg import whitening_transform
from gensim_distill.objectives.regression import ContextProjection
from gensim_distill.solvers.gradient_descent import GradientDescent
from gensim_distill.solvers.learned_state import LearnedState
from gensim_distill.solvers.settings import PassSettings, Vocabulary
from gensim_distill.statistics.moments import Moments
from gensim_distill.teachers import TransformerTeacher

torch.set_num_threads(1)  # more threads are slower with models this small

SCOPES: list[Scope] = ["token", 2, "sentence", "text"]


def distill(corpus: Any, **settings: Any) -> DistilledWord2Vec:
    defaults = {"teacher": WordTeacher(), "objective": "x2static", "solver": "sgd", "progress": False}
    defaults |= {"min_count": 1, "sample": 0, "workers": 1, "epochs": 3, "negative": 5}
    return DistilledWord2Vec(corpus, **(defaults | settings))


def occurrences(
    model: DistilledWord2Vec, corpus: Any, scope: Scope, teacher: Teacher | None = None
) -> tuple[np.ndarray, np.ndarray]:
    """Return the word and the raw context of each occurrence of a word of the vocabulary."""
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
    """Compute the expectation of the X2Static loss over noise words, and its gradient."""
    share = np.array([model.wv.get_vecattr(word, "count") for word in model.wv.index_to_key]) ** model.ns_exponent
    scores = contexts @ weights.reshape(-1, WIDTH).T
    own = np.arange(len(model.wv)) == words[:, None]
    noise = np.where(own, 0.0, model.negative * share / share.sum())
    loss = -log_expit(scores[own]).sum() - (noise * log_expit(-scores)).sum()
    slopes = np.where(own, expit(scores) - 1, noise * expit(scores))
    return loss, (slopes.T @ contexts).ravel()


def final_and_initial_loss(model: DistilledWord2Vec, corpus: Any, scope: Scope = "text") -> tuple[float, float]:
    """Compute the expected loss of a model, and the loss before the first step."""
    examples = occurrences(model, corpus, scope)
    weights = model.wv.vectors.astype(np.float64)
    return expected_loss(weights, model, *examples)[0], expected_loss(0 * weights, model, *examples)[0]


class EpochRecorder(CallbackAny2Vec):
    """Records hooks, losses, learning rates and vectors of each epoch."""

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
        # As in gensim, the loss is summed over the epochs of a training.
        self.losses.append(model.get_latest_training_loss() - sum(self.losses))
        self.alphas.append(model.min_alpha_yet_reached)
        self.vectors.append(model.wv.vectors.copy())

    def on_train_end(self, model: DistilledWord2Vec) -> None:
        self.hooks.append("train ends")


def whitener_of(model: DistilledWord2Vec, corpus: Any, exponent: float) -> tuple[np.ndarray, np.ndarray]:
    """Fit the whitening of the contexts of documents; each document counts once."""
    contexts = np.unique(occurrences(model, corpus, "text")[1], axis=0)
    return whitening_transform(contexts.mean(axis=0), np.cov(contexts.T, bias=True), exponent)


# --- the loss -------------------------------------------------------------------------------------


@pytest.mark.parametrize(("scope", "ns_exponent"), [("token", 0.5), (1, 0.5), ("sentence", 0.5), ("text", 1.0)])
def test_many_epochs_approach_the_minimum_of_lbfgs(scope: Scope, ns_exponent: float) -> None:
    rng = np.random.default_rng(0)
    words = ["the", "cat", "dog", "fox", "bear", "sleeps", "eats", "runs", ".", "far"]
    corpus = [rng.choice(words, 6, p=np.arange(10, 0, -1) / 55).tolist() for _ in range(30)]
    model = distill(corpus, context=scope, ns_exponent=ns_exponent, alpha=0.02, epochs=100)
    arguments = (model, *occurrences(model, corpus, scope))
    best = minimize(expected_loss, np.zeros(model.wv.vectors.size), arguments, jac=True, method="L-BFGS-B")
    reached, initial = final_and_initial_loss(model, corpus, scope)
    assert best.success
    assert best.fun <= reached < best.fun + 0.025 * (initial - best.fun)


@pytest.mark.parametrize("scope", SCOPES)
def test_small_epoch_of_hierarchical_softmax_equals_the_sum_over_occurrences(
    corpus: list[list[str]], scope: Scope
) -> None:
    near_zero = 0.4925  # the sigmoid of 0 in gensim's table; the exact value is 0.5
    model = distill(corpus, hs=1, negative=0, context=scope, epochs=1, alpha=1e-4, min_alpha=1e-4)
    nodes = np.zeros((len(model.wv), WIDTH))
    for word, context in zip(*occurrences(model, corpus, scope)):
        for node, code in tree_path(model, word):
            nodes[node] += 1e-4 * (1 - code - near_zero) * context
    expected = [sum((1 - 2 * code) * nodes[node] for node, code in tree_path(model, w)) for w in range(len(model.wv))]
    np.testing.assert_allclose(model.wv.vectors, expected, atol=0.03 * np.abs(expected).max())


@pytest.mark.parametrize("scope", SCOPES)
@pytest.mark.parametrize("settings", [{}, {"hs": 1, "negative": 0}, {"hs": 1}, {"whitening": 0.5}])
def test_loss_falls_over_epochs(corpus: list[list[str]], scope: Scope, settings: dict[str, Any]) -> None:
    recorder = EpochRecorder()
    model = distill(corpus, context=scope, epochs=12, alpha=0.05, compute_loss=True, callbacks=[recorder], **settings)
    assert np.mean(recorder.losses[-3:]) < np.mean(recorder.losses[:3])
    assert model.get_latest_training_loss() == pytest.approx(sum(recorder.losses))
    assert np.isfinite(model.wv.vectors).all()


def test_initial_loss_is_one_bit_for_each_word_and_noise_word(corpus: list[list[str]]) -> None:
    words = sum(map(len, corpus))
    model = distill(corpus, negative=5, compute_loss=True, epochs=2, alpha=1e-9, min_alpha=1e-9, batch_words=20)
    # A word drawn as its own noise adds no loss.
    assert 0.95 < model.get_latest_training_loss() / (2 * words * 6 * np.log(2)) <= 1 + 1e-6


def test_initial_loss_of_hierarchical_softmax_is_one_bit_for_each_branch(corpus: list[list[str]]) -> None:
    model = distill(corpus, hs=1, negative=0, compute_loss=True, epochs=2, alpha=1e-9, min_alpha=1e-9, batch_words=20)
    branches = sum(len(tree_path(model, model.wv.key_to_index[word])) for text in corpus for word in text)
    assert model.get_latest_training_loss() == pytest.approx(2 * branches * np.log(2), rel=1e-6)


def test_loss_is_zero_without_compute_loss(corpus: list[list[str]]) -> None:
    assert distill(corpus).get_latest_training_loss() == 0


def test_compute_loss_does_not_change_vectors(corpus: list[list[str]]) -> None:
    np.testing.assert_array_equal(distill(corpus, compute_loss=True).wv.vectors, distill(corpus).wv.vectors)


# --- gensim's loop --------------------------------------------------------------------------------


@pytest.mark.parametrize("settings", [{}, {"sample": 0.01}, {"batch_words": 20}, {"context": "token"}])
def test_same_seed_and_one_worker_return_the_same_vectors(corpus: list[list[str]], settings: dict[str, Any]) -> None:
    one = distill(corpus, seed=7, **settings)
    np.testing.assert_array_equal(distill(corpus, seed=7, **settings).wv.vectors, one.wv.vectors)
    assert not np.allclose(distill(corpus, seed=8, **settings).wv.vectors, one.wv.vectors)


def test_three_workers_reach_the_loss_of_one(corpus: list[list[str]]) -> None:
    settings = {"epochs": 60, "alpha": 0.05, "batch_words": 15}
    (one, untrained), (three, _) = (
        final_and_initial_loss(distill(corpus * 3, workers=workers, **settings), corpus * 3) for workers in (1, 3)
    )
    assert one < 0.9 * untrained
    assert three == pytest.approx(one, rel=0.05)


def test_learning_rate_falls_from_alpha_to_min_alpha_over_epochs(corpus: list[list[str]]) -> None:
    recorder = EpochRecorder()
    distill(corpus, epochs=4, alpha=0.08, min_alpha=0.04, callbacks=[recorder])  # each epoch is one job
    np.testing.assert_allclose(recorder.alphas, [0.08, 0.07, 0.06, 0.05])


def test_learning_rate_falls_within_an_epoch(corpus: list[list[str]]) -> None:
    model = distill(corpus, epochs=1, alpha=0.08, min_alpha=0.0, batch_words=12)  # each document except one is one job
    assert 0.005 <= model.min_alpha_yet_reached <= 0.02


def test_steps_are_proportional_to_the_learning_rate(corpus: list[list[str]]) -> None:
    small, double = (
        distill(corpus, epochs=1, alpha=alpha, min_alpha=alpha).wv.vectors for alpha in (1e-4, 2e-4)
    )  # so small that steps are additive
    assert np.abs(double - 2 * small).max() < 0.03 * np.abs(double).max()


def test_train_uses_its_own_learning_rates(corpus: list[list[str]]) -> None:
    recorder, model = EpochRecorder(), distill(None)
    model.build_vocab(corpus)
    model.train(corpus, total_examples=len(corpus), epochs=2, start_alpha=0.4, end_alpha=0.2, callbacks=[recorder])
    np.testing.assert_allclose(recorder.alphas, [0.4, 0.3])


def test_callbacks_see_new_vectors_after_each_epoch(corpus: list[list[str]]) -> None:
    recorder = EpochRecorder()
    model = distill(corpus, epochs=3, callbacks=[recorder])
    assert recorder.hooks == ["train begins", *["epoch begins", "epoch ends"] * 3, "train ends"]
    for earlier, later in zip(recorder.vectors, recorder.vectors[1:]):
        assert np.any(earlier != later, axis=1).all()
    np.testing.assert_array_equal(recorder.vectors[-1], model.wv.vectors)


def test_error_in_a_training_thread_is_raised(corpus: list[list[str]], tmp_path: Path) -> None:
    class FileRemover(CallbackAny2Vec):
        def on_epoch_begin(self, model: DistilledWord2Vec) -> None:
            for folder in tmp_path.iterdir():
                for file in folder.iterdir():
                    file.unlink()

    errors = []

    def run() -> None:
        try:
            distill(corpus, cache_dir=tmp_path, callbacks=[FileRemover()])
        except OSError as error:
            errors.append(error)

    thread = threading.Thread(target=run, daemon=True)  # so that an endless wait does not block the tests
    thread.start()
    thread.join(10)
    assert errors


# --- words and documents --------------------------------------------------------------------------


def test_train_counts_words_of_all_epochs(corpus: list[list[str]]) -> None:
    model = distill(None, min_count=2)
    model.build_vocab(corpus)
    known = sum(token in model.wv for text in corpus for token in text)
    total = sum(map(len, corpus))
    assert known < total
    assert model.train(corpus, total_examples=len(corpus), epochs=3) == (3 * known, 3 * total)


def test_sample_skips_frequent_words(corpus: list[list[str]]) -> None:
    model = distill(None, sample=1e-3)
    model.build_vocab(corpus)
    trained, raw = model.train(corpus, total_examples=len(corpus), epochs=20)
    frequencies = np.array([model.wv.get_vecattr(word, "count") for word in model.wv.index_to_key]) / (raw / 20)
    expected = (np.minimum(1, np.sqrt(1e-3 / frequencies) + 1e-3 / frequencies) * frequencies).sum()
    assert trained / raw == pytest.approx(expected, abs=0.06)


def test_each_job_draws_its_own_sample() -> None:
    model = distill(None, sample=0.134, batch_words=1)  # keeps half of the occurrences of the only word
    model.build_vocab([["fox"]] * 100)
    trained, _ = model.train([["fox"]] * 100, total_examples=100, epochs=1)
    assert 25 <= trained <= 75


def test_words_skipped_by_subsampling_are_logged(corpus: list[list[str]], caplog: pytest.LogCaptureFixture) -> None:
    distill(corpus, sample=1e-12, epochs=1)
    assert "35 of 35 words were skipped whenever examples were drawn" in caplog.text


def test_documents_without_known_words_have_no_effect(corpus: list[list[str]]) -> None:
    padded = [[], *corpus, [], ["unheard"], []]
    model, other = distill(corpus, min_count=2), distill(None, min_count=2)
    other.build_vocab(padded)
    other.train(padded, total_examples=len(padded), epochs=3)
    assert other.wv.index_to_key == model.wv.index_to_key
    (loss, untrained), (other_loss, _) = final_and_initial_loss(model, corpus), final_and_initial_loss(other, corpus)
    assert other_loss == pytest.approx(loss, rel=0.05)
    assert other_loss < untrained


def test_layers_select_hidden_states(corpus: list[list[str]]) -> None:
    first, last, default = (distill(corpus, layers=layer).wv.vectors for layer in (0, 1, None))
    np.testing.assert_array_equal(last, default)
    assert not np.allclose(first, last)


def test_smaller_vector_size_projects_onto_principal_components(corpus: list[list[str]]) -> None:
    full, small = distill(corpus), distill(corpus, vector_size=2)
    assert small.wv.vectors.shape == (len(small.wv), 2)
    np.testing.assert_allclose(small.wv.vectors, project(full.wv.vectors.astype(np.float64), 2), atol=1e-5)


def test_incremental_training_continues_from_the_weights(corpus: list[list[str]]) -> None:
    model = distill(corpus, epochs=5, alpha=0.05)
    losses = [final_and_initial_loss(model, corpus)[0]]
    for _ in range(2):
        model.train(corpus, total_examples=len(corpus), epochs=10, start_alpha=0.05, end_alpha=0.01)
        losses.append(final_and_initial_loss(model, corpus)[0])
    assert losses[0] > losses[1] > losses[2]


def test_words_added_to_the_vocabulary_are_learned(corpus: list[list[str]]) -> None:
    model = distill(corpus[:5])
    old = {word: model.wv[word].copy() for word in model.wv.index_to_key}
    model.build_vocab(corpus[5:], update=True)
    assert "honey" not in old
    for word, vector in old.items():
        np.testing.assert_array_equal(model.wv[word], vector)
    before = model.wv["honey"].copy()
    model.train(corpus[5:], total_examples=3, epochs=5)
    assert not np.allclose(model.wv["honey"], before)


# --- whitening ------------------------------------------------------------------------------------


@pytest.mark.parametrize("exponent", [0.25, 0.5])
def test_whitening_trains_on_whitened_contexts_and_centers_vectors(corpus: list[list[str]], exponent: float) -> None:
    def whiten(states: np.ndarray) -> np.ndarray:
        return states @ matrix + offset

    class WhitenedTeacher(WordTeacher):
        def read(self, texts: Sequence[str], layers: Sequence[int]) -> Iterator[StateBatch]:
            for batch in super().read(texts, layers):
                batch.states = [whiten(states) for states in batch.states]
                yield batch

    model = distill(corpus, whitening=exponent)
    matrix, offset = whitener_of(model, corpus, exponent)
    expected = distill(corpus, teacher=WhitenedTeacher()).wv.vectors
    np.testing.assert_allclose(model.wv.vectors, expected - expected.mean(axis=0), atol=1e-4)
    assert not np.allclose(model.wv.vectors, distill(corpus).wv.vectors, atol=1e-2)


def test_whitening_includes_out_of_vocabulary_words(corpus: list[list[str]]) -> None:
    corpus.append(["unheard", "of"])
    model = distill(corpus, whitening=0.5, min_count=3)
    matrix, offset = whitener_of(distill(corpus), corpus, 0.5)
    np.testing.assert_allclose(model.learned.whitener[0], matrix, atol=1e-5)
    np.testing.assert_allclose(model.learned.whitener[1], offset, atol=1e-5)


def test_incremental_training_keeps_the_whitening(corpus: list[list[str]]) -> None:
    model = distill(corpus[:5], whitening=0.5)
    matrix, offset = model.learned.whitener
    model.train(corpus[3:], total_examples=5, epochs=1)
    assert model.learned.whitener[0] is matrix
    assert model.learned.whitener[1] is offset


# --- without gensim's loop ---------------------------------------------------------------------


def make_descent(corpus: list[list[str]], state: LearnedState, whitening: float | None = None) -> GradientDescent:
    model = Word2Vec(vector_size=WIDTH, min_count=1, sample=0, negative=3)
    model.build_vocab(corpus)
    settings = PassSettings(WordTeacher(), TextReader(), (View((1,), "sentence"),), progress=False)
    words = Vocabulary(model.wv.index_to_key, model.wv.key_to_index, len(corpus), sum(map(len, corpus)))
    return GradientDescent(model, settings, words, state, whitening=whitening)


def test_read_yields_the_contexts_of_each_document(corpus: list[list[str]]) -> None:
    descent = make_descent(corpus, LearnedState())
    with descent.read(corpus, expected=len(corpus)) as store:
        documents = list(store)
    index = descent.vocabulary.index
    batches = read_contexts(corpus, TextReader(), WordTeacher(), descent.settings.views, index)
    expected = np.concatenate([batch.contexts[batch.rows] for by_view in batches for batch in by_view.values()])
    assert [document.words.tolist() for document in documents] == [[index[word] for word in text] for text in corpus]
    contexts = np.concatenate([document.contexts[document.rows] for document in documents])
    np.testing.assert_allclose(contexts, expected, atol=1e-6)


def test_memory_of_the_pass_is_returned_before_the_steps(
    corpus: list[list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    returned: list[bool] = []
    monkeypatch.setattr("gensim_distill.solvers.gradient_descent.trim_heap", lambda: returned.append(True))
    with make_descent(corpus, LearnedState()).read(corpus):
        assert returned == [True]


def test_read_whitens_contexts_and_keeps_the_whitening(corpus: list[list[str]]) -> None:
    raw, white = make_descent(corpus, LearnedState()), make_descent(corpus, state := LearnedState(), whitening=0.5)
    with raw.read(corpus) as raw_store, white.read(corpus) as white_store:
        raw_contexts, white_contexts = (
            np.concatenate([document.contexts[document.rows] for document in store])
            for store in (raw_store, white_store)
        )
    assert raw.state.whitener is None
    assert state.whitener is not None
    matrix, offset = state.whitener
    np.testing.assert_allclose(white_contexts, raw_contexts @ matrix + offset, atol=1e-5)


def test_steps_update_the_vectors_and_finish_fits_the_projection(corpus: list[list[str]]) -> None:
    descent = make_descent(corpus, state := LearnedState())
    work = np.zeros(WIDTH, dtype=np.float32)
    with descent.read(corpus) as store:
        for epoch in range(20):
            descent.begin_epoch(epoch)
            assert descent.take_steps(list(store), 0.05, work) == sum(map(len, corpus))
    assert descent.errors == []
    assert np.any(descent.vectors(), axis=1).all()
    assert not descent.finish().any()
    assert isinstance(state.projection, ContextProjection)


def test_take_steps_keeps_errors(corpus: list[list[str]]) -> None:
    descent = make_descent(corpus, LearnedState())
    work = np.zeros(WIDTH, dtype=np.float32)
    with descent.read(corpus) as store:
        documents = list(store)
    documents[0].words = documents[0].words + 1_000
    assert descent.take_steps(documents[:1], 0.05, work) == 0
    (error,) = descent.errors
    assert isinstance(error, IndexError)
    descent.begin_epoch(1)
    assert descent.errors == []


# --- options --------------------------------------------------------------------------------------


@pytest.mark.parametrize("scope", SCOPES)
def test_gradient_descent_with_a_transformer(
    corpus: list[list[str]], teacher: TransformerTeacher, scope: Scope
) -> None:
    recorder = EpochRecorder()
    model = distill(
        corpus, teacher=teacher, context=scope, epochs=8, compute_loss=True, callbacks=[recorder], workers=2
    )
    assert model.wv.vectors.shape == (len(model.wv), 32)
    assert recorder.losses[-1] < recorder.losses[0]


@pytest.mark.parametrize("objective", ["aggregate", "hybrid"])
def test_other_objectives_raise(corpus: list[list[str]], objective: str) -> None:
    with pytest.raises(ValueError, match="solver='sgd' is for objective='x2static'"):
        distill(corpus, objective=objective)


def test_train_requires_epochs_and_total_examples_as_gensim_does(corpus: list[list[str]]) -> None:
    model = distill(None)
    with pytest.raises(RuntimeError, match="first build vocabulary"):
        model.train(corpus, total_examples=len(corpus), epochs=1)
    model.build_vocab(corpus)
    with pytest.raises(ValueError, match="explicit epochs count"):
        model.train(corpus, total_examples=len(corpus))
    with pytest.raises(ValueError, match="total_examples or total_words"):
        model.train(corpus, epochs=1)


def test_moments_are_freed_after_training(corpus: list[list[str]]) -> None:
    def count() -> int:
        gc.collect()
        return sum(type(item) is Moments for item in gc.get_objects())

    before = count()
    model = distill(corpus)
    assert count() == before

    class Failing(CallbackAny2Vec):
        def on_train_begin(self, model: Any) -> None:
            raise RuntimeError("stop")

    with pytest.raises(RuntimeError, match="stop"):
        model.train(corpus, total_examples=len(corpus), epochs=1, callbacks=[Failing()])
    assert count() == before
