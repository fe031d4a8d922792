"""The registry of objectives, and the properties that all of them share."""

from __future__ import annotations

import pickle
from typing import Any, get_args

import numpy as np
import pytest
from reference import project, random_moments, select_words

from gensim_distill import DistilledWord2Vec
from gensim_distill.contexts.scopes import ContextBatch
from gensim_distill.contexts.views import Scope
from gensim_distill.objectives import (
    OBJECTIVES,
    Aggregate,
    FittedObjective,
    Hybrid,
    Objective,
    ObjectiveName,
    X2Static,
    default_budget,
    default_vector_size,
    make_objective,
)
from gensim_distill.statistics.moments import Moments
from gensim_distill.teachers import TransformerTeacher

DEFAULTS = [pytest.param(make_objective(name), id=name) for name in OBJECTIVES]
VARIANTS = [
    *DEFAULTS,
    pytest.param(Aggregate([0, -1]), id="two-layers"),
    pytest.param(Hybrid(layers=-1), id="one-layer"),
]
EXPECTED_NAMES = ", ".join(map(repr, OBJECTIVES))


def test_names_are_those_of_the_registry() -> None:
    assert get_args(ObjectiveName) == tuple(OBJECTIVES)


# --- properties of every objective ------------------------------------------------------------


@pytest.mark.parametrize("name", OBJECTIVES)
@pytest.mark.parametrize("scope", ["token", 2, "sentence", "text"])
@pytest.mark.parametrize(("layers", "num_layers"), [(-1, 4), ([0, -1], 4), ([0, 1, 2, 3], 4), (0, 1)])
def test_views_have_different_names(name: str, scope: Scope, layers: int | list[int], num_layers: int) -> None:
    views = make_objective(name, layers=layers, context=scope).views(num_layers)
    assert len({view.name for view in views}) == len(views)


@pytest.mark.parametrize("objective", VARIANTS)
def test_words_without_contexts_are_zeros_and_do_not_change_others(objective: Objective) -> None:
    rng = np.random.default_rng(0)
    batch = ContextBatch(rng.integers(-1, 3, 20), np.arange(20), rng.normal(size=(20, 5)), np.array([20]))

    def vectors(vocabulary_size: int) -> np.ndarray:
        moments = {
            view.name: Moments(vocabulary_size, 5, view.second_moment)
            for view in objective.views(4)
            if not view.keeps_texts
        }
        for view in moments.values():
            view.add(batch)
        return objective.vectors(moments)

    three, five = vectors(3), vectors(5)
    assert np.abs(three).max(axis=1).min() > 0.1
    np.testing.assert_array_equal(five[3:], 0.0)
    np.testing.assert_allclose(five[:3], three, atol=1e-6)


@pytest.mark.parametrize("objective", VARIANTS)
def test_fitted_projection_reproduces_the_vectors_of_any_words(objective: FittedObjective) -> None:
    moments = random_moments(objective, 30)
    projection = objective.fit(moments)
    vectors = objective.vectors(moments)
    assert vectors.shape == (30, objective.width(6))
    np.testing.assert_array_equal(projection.vectors(moments), vectors)
    words = np.array([7, 29, 3, 3])
    np.testing.assert_allclose(projection.vectors(select_words(moments, words)), vectors[words], atol=1e-6)


@pytest.mark.parametrize("objective", VARIANTS)
def test_size_of_a_projection_does_not_depend_on_the_vocabulary(objective: FittedObjective) -> None:
    small, large = (len(pickle.dumps(objective.fit(random_moments(objective, size)))) for size in (20, 2_000))
    assert large == pytest.approx(small, abs=100)  # an integer may take a byte more


@pytest.mark.parametrize("name", OBJECTIVES)
def test_smaller_vector_size_projects_onto_principal_directions(
    corpus: list[list[str]], teacher: TransformerTeacher, name: ObjectiveName
) -> None:
    full = DistilledWord2Vec(corpus, min_count=2, teacher=teacher, objective=name)
    small = DistilledWord2Vec(corpus, min_count=2, teacher=teacher, objective=name, vector_size=8)
    assert small.wv.vector_size == small.vector_size == 8
    np.testing.assert_allclose(small.wv.vectors, project(full.wv.vectors.astype(np.float64), 8), atol=1e-3)


@pytest.mark.parametrize("name", OBJECTIVES)
def test_missing_layer_raises(corpus: list[list[str]], teacher: TransformerTeacher, name: ObjectiveName) -> None:
    with pytest.raises(ValueError, match=r"no layer 4: it has 4, from 0 \(the embeddings\) to 3"):
        DistilledWord2Vec(corpus, teacher=teacher, objective=name, layers=4)


@pytest.mark.parametrize("name", OBJECTIVES)
@pytest.mark.parametrize("context", ["paragraph", "window", 1.5, -3])
def test_unknown_context_raises(teacher: TransformerTeacher, name: str, context: Any) -> None:
    with pytest.raises(ValueError, match="context="):
        DistilledWord2Vec(teacher=teacher, objective=make_objective(name, context=context))


# --- make_objective and defaults ---------------------------------------------------------------


def test_make_objective_passes_settings_to_the_constructor() -> None:
    assert make_objective("aggregate", layers=[0, 3], context=None, whitening=None) == Aggregate(layers=[0, 3])
    assert make_objective("x2static", whitening=0.25, context="sentence") == X2Static("sentence", whitening=0.25)
    assert make_objective("hybrid", layers=2) == Hybrid(layers=2)


def test_make_objective_returns_an_object_unchanged() -> None:
    objective = Aggregate()
    assert make_objective(objective, layers=None) is objective


def test_unknown_name_raises_with_the_known_ones() -> None:
    with pytest.raises(ValueError, match="objective='glove' must be ") as error:
        make_objective("glove")
    assert all(repr(name) in str(error.value) for name in OBJECTIVES)


def test_unknown_setting_raises() -> None:
    with pytest.raises(ValueError, match="'aggregate' has no setting whitening: remove whitening="):
        make_objective("aggregate", whitening=0.5)


def test_settings_beside_an_object_raise() -> None:
    with pytest.raises(ValueError, match=r"layers, whitening cannot be combined .*: set it in the constructor"):
        make_objective(Aggregate(), layers=[1], whitening=0.3)


class WithoutWidth:
    """An incomplete objective."""

    views = Aggregate.views
    vectors = Aggregate.vectors


@pytest.mark.parametrize("objective", [None, 3, object(), Moments(1, 1), Aggregate, WithoutWidth()])
def test_object_that_is_no_objective_raises(objective: Any) -> None:
    with pytest.raises(TypeError, match="methods views, width and vectors") as error:
        make_objective(objective)
    assert f"expected one of {EXPECTED_NAMES}" in str(error.value)


def test_defaults_are_those_that_the_objective_declares() -> None:
    class Declares(X2Static):
        contexts_per_word = 7

        def default_width(self, teacher_width: int) -> int:
            return teacher_width // 2

    assert default_vector_size(Declares(), 10) == 5
    assert default_budget(Declares()) == 7
    assert default_vector_size(X2Static(), 10) == 10
    assert default_budget(X2Static()) is None
