"""Settings that are assigned to a model after its construction."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from trained_models import Sentences

from gensim_distill import DistilledWord2Vec
from gensim_distill.objectives import Aggregate, Hybrid
from gensim_distill.teachers import TransformerTeacher


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("solver", "newton", "solver='newton' must be 'one-pass' or 'sgd'"),
        ("solver", "sgd", "model.solver was changed to 'sgd'"),
        ("seed", None, "only the constructor draws one"),
        ("seed", 1.5, "seed=1.5 must be a whole number"),
        ("progress", "no", "progress='no' must be 0 or 1"),
        ("cache_dir", 5, "cache_dir=5 must be the path of a folder"),
        ("objective", "aggregate", "model.objective is 'aggregate', where an object"),
        ("objective", None, "model.objective is None, where an object"),
        ("objective", Aggregate(), "model.objective or model.views was changed"),
        ("views", (), "model.objective or model.views was changed"),
        ("vector_size", 5, "model.vector_size=5 was changed, and its vectors have 32 dimensions"),
        ("contexts_per_word", 0, "contexts_per_word=0 must be a whole number from 1"),
    ],
)
def test_invalid_changes_raise(
    corpus: Sentences, teacher: TransformerTeacher, name: str, value: Any, message: str
) -> None:
    model = DistilledWord2Vec(min_count=1, teacher=teacher)
    model.build_vocab(corpus)
    setattr(model, name, value)
    with pytest.raises((ValueError, TypeError), match=message):
        model.train(corpus)
    assert model.train_count == 0


def test_sgd_models_keep_their_solver(corpus: Sentences, teacher: TransformerTeacher) -> None:
    model = DistilledWord2Vec(min_count=1, teacher=teacher, objective="x2static", solver="sgd")
    model.build_vocab(corpus)
    model.solver = "one-pass"
    with pytest.raises(ValueError, match="model.solver was changed to 'one-pass'"):
        model.train(corpus)


def test_settings_that_may_be_changed_have_their_effect(corpus: Sentences, teacher: TransformerTeacher) -> None:
    model = DistilledWord2Vec(min_count=1, teacher=teacher)
    model.build_vocab(corpus)
    model.contexts_per_word, model.objective = None, Hybrid()
    model.train(corpus)
    whole = DistilledWord2Vec(corpus, min_count=1, teacher=teacher, contexts_per_word=None)
    np.testing.assert_array_equal(model.wv.vectors, whole.wv.vectors)


def test_models_of_versions_without_texts_go_on_without_them(
    corpus: Sentences, teacher: TransformerTeacher, caplog: pytest.LogCaptureFixture
) -> None:
    model = DistilledWord2Vec(min_count=1, teacher=teacher)
    model.views = model.views[:-1]  # without the view that keeps texts
    model.build_vocab(corpus)
    model.train(corpus)
    assert "it goes on without a table of texts" in caplog.text
    assert model.learned.text_table is None and model.learned.texts is None
    assert model.infer_vector("the").shape == (32,)


def test_earlier_objectives_with_more_dimensions_raise_before_a_text_is_read(
    corpus: Sentences, teacher: TransformerTeacher
) -> None:
    model = DistilledWord2Vec(min_count=1, teacher=teacher)
    model.vector_size = model.wv.vector_size = 90
    model.build_vocab(corpus)
    with pytest.raises(ValueError, match="vector_size=90 exceeds the 64 dimensions of model.objective"):
        model.train(corpus)
    assert model.train_count == 0
