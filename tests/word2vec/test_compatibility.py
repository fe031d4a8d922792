"""Options of gensim that are ignored with a log line, and those that raise."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from gensim_programs import SOLVER_SETTINGS, EpochSaver, logged_warnings
from trained_models import Sentences, distill

from gensim_distill import DistilledWord2Vec, TextReader

# --- ignored options -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        ({}, []),
        ({"workers": 8, "batch_words": 100, "shrink_windows": False, "epochs": 1, "hashfxn": len}, []),
        ({"cbow_mean": 0}, ["cbow_mean=0 has no effect: the teacher's context replaces input vectors"]),
        ({"window": 10}, ["window=10 has no effect: the context of a word is set by context="]),
        ({"window": 2, "context": "window", "objective": "x2static"}, []),
        ({"alpha": 0.1, "sample": 0}, ["alpha=0.1, sample=0 have no effect: the one-pass solver sums statistics"]),
        ({"alpha": 0.1, "sample": 0, "objective": "x2static", "solver": "sgd"}, []),
    ],
    ids=str,
)
def test_ignored_options_are_logged(
    corpus: Sentences, teacher: Any, caplog: pytest.LogCaptureFixture, settings: dict[str, Any], expected: list[str]
) -> None:
    DistilledWord2Vec(min_count=1, teacher=teacher, **settings).build_vocab(corpus)
    messages = logged_warnings(caplog)
    assert [message[: len(start)] for message, start in zip(messages, expected, strict=True)] == expected


def test_compute_loss_is_logged_as_ignored_by_one_pass(
    corpus: Sentences, teacher: Any, caplog: pytest.LogCaptureFixture
) -> None:
    distill(corpus, teacher, compute_loss=True)
    assert "compute_loss has no meaning here" in caplog.text


def test_changed_learning_rate_is_logged_once(
    word2vec_class: Any, corpus: Sentences, caplog: pytest.LogCaptureFixture
) -> None:
    model = word2vec_class(min_count=1, objective="x2static")
    model.build_vocab(corpus)
    model.train(corpus, total_examples=model.corpus_count, epochs=1)
    once = model.wv.vectors.copy()
    assert logged_warnings(caplog) == []
    for _ in range(3):
        model.alpha -= 0.002
        model.min_alpha = model.alpha
        model.train(corpus, total_examples=model.corpus_count, epochs=model.epochs)
    (message,) = logged_warnings(caplog)
    assert "alpha=0.023, min_alpha=0.023 have no effect" in message
    assert "pass other text each time" in message
    np.testing.assert_allclose(model.wv.vectors, once, atol=1e-5)


def test_callbacks_for_later_epochs_are_logged(
    word2vec_class: Any, corpus: Sentences, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    word2vec_class(corpus, min_count=1, epochs=4, callbacks=[EpochSaver(tmp_path)])
    assert any(line.startswith("Callbacks are called for one epoch, not for 4") for line in logged_warnings(caplog))
    caplog.clear()
    word2vec_class(corpus, min_count=1, epochs=1, callbacks=[EpochSaver(tmp_path)])
    word2vec_class(corpus, min_count=1, callbacks=[EpochSaver(tmp_path)])  # nobody has requested epochs
    assert not logged_warnings(caplog)


# --- options that raise ----------------------------------------------------------------------


def test_too_many_dimensions_raise(corpus: Sentences, teacher: Any) -> None:
    with pytest.raises(ValueError, match=r"from 1 to 32.*objective='hybrid' for up to 64, or a larger teacher"):
        DistilledWord2Vec(corpus, vector_size=64, teacher=teacher, objective="aggregate")
    with pytest.raises(ValueError, match=r"omit it for the default, 32, or a larger teacher"):
        DistilledWord2Vec(corpus, vector_size=300, teacher=teacher)
    assert DistilledWord2Vec(corpus, vector_size=64, teacher=teacher, min_count=1).wv.vectors.shape[1] == 64


def test_subclass_that_overrides_the_loop_raises(word2vec_class: Any, corpus: Sentences) -> None:
    class Reversed(word2vec_class):
        calls = 0

        def _do_train_job(self, sentences: Any, *rest: Any) -> Any:
            Reversed.calls += 1
            return super()._do_train_job(sentences, *rest)

    with pytest.raises(NotImplementedError, match=r"Reversed overrides _do_train_job.*change the corpus instead"):
        Reversed(corpus, min_count=1)
    Reversed(corpus, min_count=1, **SOLVER_SETTINGS[-1])
    assert Reversed.calls


def test_score_raises(corpus: Sentences, teacher: Any) -> None:
    with pytest.raises(NotImplementedError, match="has read each word together with its context"):
        DistilledWord2Vec(corpus, min_count=1, teacher=teacher).score(corpus)


@pytest.mark.parametrize("reader", ["words", str.split, TextReader], ids=repr)
def test_reader_of_a_wrong_type_raises(teacher: Any, reader: Any) -> None:
    with pytest.raises(TypeError, match=r"reader is of type \w+, where a TextReader was expected"):
        DistilledWord2Vec(teacher=teacher, reader=reader)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"solver": "adam"}, "solver='adam' is not known: use 'one-pass' or 'sgd'"),
        ({"whitening": 1.5}, "whitening=1.5 must be a number between 0"),
        ({"whitening": "half"}, "whitening='half' must be a number"),
        ({"hs": 0, "negative": 0}, "You must set either 'hs' or 'negative' to be positive"),
        ({"null_word": 1}, "null_word=1 would add a word"),
    ],
    ids=str,
)
def test_invalid_options_raise_before_the_teacher_is_loaded(options: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        DistilledWord2Vec(teacher="no/such/teacher", **options)


# --- attributes ------------------------------------------------------------------------------


def test_output_weights_of_one_pass_are_its_vectors(corpus: Sentences, teacher: Any) -> None:
    model = DistilledWord2Vec(corpus, min_count=1, teacher=teacher)
    assert model.syn1neg is model.wv.vectors
    assert not hasattr(model, "syn1")
    with pytest.raises(AttributeError, match="There is no syn1: .* solver='sgd', hs=1"):
        _ = model.syn1
    with pytest.raises(AttributeError, match="has no attribute 'syn0'"):
        _ = model.syn0
