"""Trained vectors in wv: principal components, locks, and words without vectors."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from gensim.models import KeyedVectors
from trained_models import ONE_PASS, SGD, Sentences, distill

from gensim_distill import DistilledWord2Vec
from gensim_distill.objectives import OBJECTIVES
from gensim_distill.solvers.learned_state import LearnedState
from gensim_distill.word2vec.placement import apply_locks, place_vectors, warn_untrained


@pytest.mark.parametrize("kind", OBJECTIVES)
def test_shorter_vectors_are_the_best_low_rank_approximation(corpus: Sentences, teacher: Any, kind: str) -> None:
    full = distill(corpus, teacher, **ONE_PASS[kind]).wv.vectors.astype(np.float64)
    assert full.shape[1] == 32
    for size in (1, 10, 31, 32):
        short = distill(corpus, teacher, **ONE_PASS[kind], vector_size=size).wv.vectors
        assert short.shape == (len(full), size)
        u, s, _ = np.linalg.svd(full, full_matrices=False)
        best = (u[:, :size] * s[:size]) @ (u[:, :size] * s[:size]).T
        np.testing.assert_allclose(short @ short.T, best, atol=1e-4 * s[0] ** 2)


def test_shorter_vectors_of_gradient_descent_approximate_its_weights(corpus: Sentences, teacher: Any) -> None:
    full, short = distill(corpus, teacher, **SGD), distill(corpus, teacher, **SGD, vector_size=5)
    assert short.wv.vectors.shape == (len(full.wv), 5)
    assert short.syn1neg.shape == (len(full.wv), 32)
    np.testing.assert_array_equal(short.syn1neg, full.syn1neg)
    u, s, _ = np.linalg.svd(full.syn1neg.astype(np.float64), full_matrices=False)
    best = (u[:, :5] * s[:5]) @ (u[:, :5] * s[:5]).T
    np.testing.assert_allclose(short.wv.vectors @ short.wv.vectors.T, best, atol=1e-4 * s[0] ** 2)


@pytest.mark.parametrize("settings", [{}, {"objective": "x2static", "solver": "sgd", "sample": 0}], ids=str)
def test_locked_vectors_are_kept(corpus: Sentences, teacher: Any, settings: dict[str, Any]) -> None:
    def trained(factors: list[float] | None) -> tuple[np.ndarray, np.ndarray]:
        model = DistilledWord2Vec(min_count=1, teacher=teacher, workers=1, **settings)
        model.build_vocab(corpus)
        before = model.wv.vectors.copy()
        if factors is not None:
            model.wv.vectors_lockf = np.ones(len(model.wv), dtype=np.float32)
            model.wv.vectors_lockf[: len(factors)] = factors
        model.train(corpus, total_examples=model.corpus_count, epochs=1)
        return before, model.wv.vectors

    before, free = trained(None)
    _, locked = trained([0.0, 1.0, 0.5])
    np.testing.assert_array_equal(locked[0], before[0])
    np.testing.assert_allclose(locked[1], free[1], atol=1e-6)
    np.testing.assert_allclose(locked[2], (before[2] + free[2]) / 2, atol=1e-6)
    np.testing.assert_allclose(locked[3:], free[3:], atol=1e-6)
    assert not np.allclose(locked[1:], before[1:], atol=1e-3)
    _, frozen = trained([0.0] * len(before))
    np.testing.assert_array_equal(frozen, before)


# --- without a model -------------------------------------------------------------------------


def keyed_vectors(values: list[list[float]]) -> KeyedVectors:
    vectors = KeyedVectors(len(values[0]))
    vectors.add_vectors([f"word{row}" for row in range(len(values))], np.array(values, dtype=np.float32))
    return vectors


def test_place_vectors_keeps_rows_of_words_without_vectors() -> None:
    vectors, state = keyed_vectors([[1, 2], [3, 4]]), LearnedState()
    vectors.fill_norms()
    place_vectors(vectors, np.array([[5.0, 6.0], [0.0, 0.0]]), state)
    assert vectors.vectors.tolist() == [[5, 6], [3, 4]]
    assert vectors.norms is None
    assert state.directions is None


def test_place_vectors_projects_and_keeps_the_directions() -> None:
    trained = np.random.default_rng(0).normal(size=(6, 4))
    vectors, state = keyed_vectors([[0, 0]] * 6), LearnedState()
    place_vectors(vectors, trained, state)
    assert state.directions is not None
    assert state.directions.shape == (4, 2)
    assert state.directions.dtype == np.float32
    np.testing.assert_allclose(vectors.vectors, trained @ state.directions, atol=1e-6)


def test_apply_locks_moves_vectors_by_their_factors() -> None:
    vectors = keyed_vectors([[0, 0], [0, 0], [0, 0]])
    rows, new = np.array([0, 2]), np.ones((2, 2))
    assert apply_locks(vectors, rows, new) is new
    vectors.vectors_lockf = np.array([0.25, 1, 0], dtype=np.float32)
    assert apply_locks(vectors, rows, new).tolist() == [[0.25, 0.25], [0, 0]]
    vectors.vectors_lockf = np.array([0.5], dtype=np.float32)  # one factor for all words
    assert apply_locks(vectors, rows, new).tolist() == [[0.5, 0.5], [0.5, 0.5]]


def test_warn_untrained_names_the_first_words(caplog: pytest.LogCaptureFixture) -> None:
    vectors = keyed_vectors([[1.0, 2.0]] * 12)
    warn_untrained(vectors, np.zeros(12, dtype=np.bool_), "have no context")
    assert caplog.text == ""
    warn_untrained(vectors, np.arange(12) > 0, "have no context")
    (record,) = caplog.records
    message = record.getMessage()
    assert message.startswith("11 of 12 words have no context and keep a small random vector: 'word1', 'word2'")
    assert "'word10'" in message
    assert "'word11'" not in message


def test_warn_untrained_shortens_long_words(caplog: pytest.LogCaptureFixture) -> None:
    vectors = keyed_vectors([[1.0, 2.0]])
    vectors.index_to_key = ["x" * 10_000]
    warn_untrained(vectors, np.ones(1, dtype=np.bool_), "have no context")
    assert len(caplog.records[0].getMessage()) < 200
