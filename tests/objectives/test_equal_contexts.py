"""Contexts that are equal, or equal up to rounding: every objective and solver has finite vectors, or says why not."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
import pytest
from trained_models import distill

from gensim_distill.contexts.scopes import ContextBatch
from gensim_distill.contexts.views import View
from gensim_distill.objectives import Aggregate, Hybrid, Objective, X2Static
from gensim_distill.objectives.context_classifier import ContextClassifier
from gensim_distill.objectives.discriminant import ShrunkDiscriminant
from gensim_distill.statistics.moments import Moments
from gensim_distill.teachers import TransformerTeacher

CORPORA = {
    "one text many times": [["the", "cat", "sleeps"]] * 12,
    "unknown words in texts of one length": [[chr(0x2600 + i), chr(0x2700 + i)] for i in range(12)],
    "one word repeated": [["cat"] * n for n in (1, 2, 5, 9)],
    "one word": [["cat"]],
    "two words": [["cat", "dog"], ["dog", "cat"]] * 3,
}
SETTINGS: list[dict[str, Any]] = [
    {"objective": "hybrid"},
    {"objective": "hybrid", "whitening": 1.0, "vector_size": 50},
    {"objective": "aggregate", "vector_size": 3},
    {"objective": "x2static", "whitening": 0.0},
    {"objective": "x2static", "context": "window", "whitening": 1.0},
    {"objective": "x2static", "solver": "sgd", "sample": 0, "epochs": 1, "workers": 1},
    {"objective": "x2static", "solver": "sgd", "context": 2, "whitening": 0.5, "sample": 0, "epochs": 1, "workers": 1},
]


def moments_of(contexts: np.ndarray, n_words: int, view: View) -> Moments:
    """Return statistics in which words take turns in the contexts."""
    moments = Moments(n_words, contexts.shape[1], view.second_moment)
    rows = np.arange(len(contexts))
    moments.add(ContextBatch(rows % n_words, rows, contexts, np.array([len(rows)])))
    return moments


@pytest.fixture(scope="module")
def bfloat16_teacher(bert: tuple[Any, Any]) -> TransformerTeacher:
    """The tiny BERT in bfloat16."""
    return TransformerTeacher(*bert, device="cpu", dtype="bfloat16")


@pytest.mark.parametrize("corpus", CORPORA.values(), ids=CORPORA)
def test_vectors_of_equal_contexts_are_finite(
    corpus: list[list[str]], teacher: TransformerTeacher, bfloat16_teacher: TransformerTeacher
) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for teacher_of_dtype in (teacher, bfloat16_teacher):
            for settings in SETTINGS:
                model = distill(corpus, teacher_of_dtype, **settings)
                assert np.isfinite(model.wv.vectors).all()
                assert np.abs(model.wv.vectors).max() < 100


@pytest.mark.parametrize("objective", [Hybrid(), X2Static(), X2Static(whitening=1.0), Aggregate()], ids=repr)
@pytest.mark.parametrize("rounding", [0.0, 1e-8, 1e-6])
def test_words_with_contexts_equal_up_to_rounding_have_vectors_of_zeros(objective: Objective, rounding: float) -> None:
    rng = np.random.default_rng(0)
    contexts = (5 + rounding * rng.normal(size=(40, 6))).astype(np.float32)
    views = [view for view in objective.views(4) if not view.keeps_texts]
    vectors = objective.vectors({view.name: moments_of(contexts, 8, view) for view in views})
    assert not vectors.any()


@pytest.mark.parametrize("rounding", [1e-9, 1e-7, 1e-6, 1e-4, 1e-2])
def test_noise_is_never_negative(rounding: float) -> None:
    rng = np.random.default_rng(0)
    (view,) = X2Static().views(4)
    for n_contexts in (1, 2, 5, 300):
        contexts = (30 + rounding * rng.normal(size=(n_contexts, 24))).astype(np.float32)
        moments = moments_of(contexts, 8, view)
        for whitening in (0.0, 0.5, 1.0):
            discriminant = ShrunkDiscriminant.fit(moments, whitening)
            assert discriminant.discriminant.noise_variance >= 0
            assert np.isfinite(discriminant.vectors(moments)).all()
        assert np.isfinite(ContextClassifier(moments).scores(contexts[0].astype(np.float64))).all()


def test_training_on_one_word_warns_that_nothing_distinguishes_it(
    teacher: TransformerTeacher, caplog: pytest.LogCaptureFixture
) -> None:
    distill([["cat", "cat"]], teacher)
    assert (
        "1 of 1 words have contexts that equal the mean of all words and keep a small random vector: 'cat'"
        in caplog.text
    )


def test_training_on_unknown_words_warns_that_their_contexts_are_equal(
    teacher: TransformerTeacher, bfloat16_teacher: TransformerTeacher, caplog: pytest.LogCaptureFixture
) -> None:
    corpus = CORPORA["unknown words in texts of one length"]
    distill(corpus, bfloat16_teacher, objective="x2static")
    assert "are equal up to the rounding of bfloat16" in caplog.text
    caplog.clear()
    distill(corpus, teacher, objective="x2static")
    assert "are equal up to the rounding of float32" in caplog.text
    caplog.clear()
    distill([["the", "cat"], ["a", "lazy", "dog"]], bfloat16_teacher, objective="x2static")
    assert "rounding" not in caplog.text


def test_inference_fails_when_nothing_distinguishes_the_vocabulary(teacher: TransformerTeacher) -> None:
    model = distill([["cat", "cat"]], teacher)
    with pytest.raises(
        ValueError, match="No vector can be inferred for 'lazy', since the contexts of the vocabulary do not"
    ):
        model.infer_vector("lazy", [["lazy", "cat"]])
