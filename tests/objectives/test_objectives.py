"""Objectives against their definitions, from the raw contexts of every occurrence."""

from __future__ import annotations

import pickle
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from reference import centered_means, closed_form, noise_variance, project, ridge_prediction
from scipy.linalg import fractional_matrix_power

from gensim_distill import DistilledWord2Vec
from gensim_distill.contexts.scopes import ContextBatch
from gensim_distill.contexts.teacher_pass import read_contexts
from gensim_distill.contexts.views import Scope, View
from gensim_distill.corpus.reader import TextReader
from gensim_distill.linalg import estimate_shrinkage_factors, normalize
from gensim_distill.objectives import Aggregate, FittedObjective, Hybrid, Objective, X2Static, make_objective
from gensim_distill.objectives.hybrid import (
    ALL_LAYERS_IN_SUM,
    DISCRIMINANT_CONCATENATED,
    DISCRIMINANT_IN_SUM,
    ISOLATED_CONCATENATED,
    TOP_LAYERS_AS_PREDICTOR,
)
from gensim_distill.statistics.moments import Moments
from gensim_distill.teachers import TransformerTeacher

torch.set_num_threads(1)  # the models are so small that threads only wait for each other

SCOPES: list[Scope] = ["token", 2, "sentence", "text"]
UNREAD = "\u200b"  # BERT's normalizer deletes zero-width spaces


def distill(corpus: list[list[str]], teacher: Any, **settings: Any) -> DistilledWord2Vec:
    return DistilledWord2Vec(corpus, teacher=teacher, progress=False, **({"min_count": 2} | settings))


def raw_contexts(
    model: DistilledWord2Vec, corpus: list[list[str]], layers: tuple[int, ...], scope: Scope
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Give word and context of each occurrence, words outside the vocabulary as -1; and each context once."""
    view = View(layers, scope)
    words, contexts, background = [], [], []
    for chunk in read_contexts(corpus, TextReader(), model.teacher, [view], model.wv.key_to_index):
        batch = chunk[view.name]
        words += batch.words[batch.rows >= 0].tolist()
        contexts += batch.contexts[batch.rows[batch.rows >= 0]].tolist()
        background += batch.contexts[sorted(set(batch.rows.tolist()) - {-1})].tolist()
    return np.array(words), np.array(contexts), np.array(background)


def mean_contexts(words: np.ndarray, contexts: np.ndarray) -> np.ndarray:
    return np.array([contexts[words == word].mean(axis=0) for word in range(words.max() + 1)])


def aggregated(words: np.ndarray, contexts: np.ndarray, background: np.ndarray) -> np.ndarray:
    means = mean_contexts(words, contexts)
    return means - means.mean(axis=0)


def linear_discriminants(
    words: np.ndarray, contexts: np.ndarray, background: np.ndarray, exponent: float
) -> np.ndarray:
    """Give (S + r I) ** -exponent (m_w - m), with r a hundredth of the mean eigenvalue of S."""
    covariance = np.cov(background.T, bias=True)
    ridged = covariance + 0.01 * np.trace(covariance) / len(covariance) * np.eye(len(covariance))
    return (mean_contexts(words, contexts) - background.mean(axis=0)) @ fractional_matrix_power(ridged, -exponent).T


def unit(vectors: np.ndarray) -> np.ndarray:
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


def assert_vectors(model: DistilledWord2Vec, expected: np.ndarray) -> None:
    np.testing.assert_allclose(model.wv.vectors, expected, atol=1e-4 * np.abs(expected).max())


@pytest.mark.parametrize("scope", SCOPES)
@pytest.mark.parametrize("layer", [0, -1])
def test_aggregate_of_one_layer_is_the_mean_context_of_each_word_less_the_mean_over_words(
    corpus: list[list[str]], teacher: TransformerTeacher, scope: Scope, layer: int
) -> None:
    model = distill(corpus, teacher, objective="aggregate", context=scope, layers=layer)
    assert_vectors(model, aggregated(*raw_contexts(model, corpus, (layer % 4,), scope)))


@pytest.mark.parametrize("scope", SCOPES)
def test_aggregate_of_several_layers_is_the_sum_of_each_brought_to_length_one(
    corpus: list[list[str]], teacher: TransformerTeacher, scope: Scope
) -> None:
    model = distill(corpus, teacher, objective="aggregate", context=scope, layers=[0, 2, -1])
    layers = [raw_contexts(model, corpus, (layer,), scope) for layer in (0, 2, 3)]
    assert_vectors(model, np.sum([unit(aggregated(*layer)) for layer in layers], axis=0))


@pytest.mark.parametrize("scope", SCOPES)
@pytest.mark.parametrize(("layers", "resolved"), [(None, (3,)), ([1, -1], (1, 3))])
@pytest.mark.parametrize(("whitening", "exponent"), [(None, 0.5), (0.25, 0.25), (0, 0.0), (1, 1.0)])
def test_the_closed_form_of_x2static_is_its_equation(
    corpus: list[list[str]],
    teacher: TransformerTeacher,
    scope: Scope,
    layers: list[int] | None,
    resolved: tuple[int, ...],
    whitening: float | None,
    exponent: float,
) -> None:
    model = distill(corpus, teacher, objective="x2static", context=scope, layers=layers, whitening=whitening)
    assert_vectors(model, linear_discriminants(*raw_contexts(model, corpus, resolved, scope), exponent))


def test_the_closed_form_is_read_over_the_text_unless_said_otherwise(
    corpus: list[list[str]], teacher: TransformerTeacher
) -> None:
    model = distill(corpus, teacher, objective="x2static")
    assert_vectors(model, linear_discriminants(*raw_contexts(model, corpus, (3,), "text"), 0.5))


def predicted(predictors: np.ndarray, targets: np.ndarray) -> np.ndarray:
    """Ridge regression whose penalty is the mean eigenvalue of the predictors' second moment."""
    values, basis = np.linalg.eigh(predictors.T @ predictors)
    inverse = basis @ np.diag(1 / (values + values.mean())) @ basis.T
    return predictors @ inverse @ predictors.T @ targets


@pytest.mark.parametrize("layers", [None, [0, -1], -1])
@pytest.mark.parametrize("scope", SCOPES)
def test_hybrid_is_what_its_views_predict_of_their_weighted_sum(
    corpus: list[list[str]], teacher: TransformerTeacher, scope: Scope, layers: list[int] | int | None
) -> None:
    model = distill(corpus, teacher, objective="hybrid", context=scope, layers=layers, vector_size=3 * teacher.width)
    averaged = (0, 3) if isinstance(layers, list) else (3,) if layers else (0, 1, 2, 3)
    average = unit(aggregated(*raw_contexts(model, corpus, averaged, "token")))
    top = unit(aggregated(*raw_contexts(model, corpus, (3,), "token")))
    alone = unit(aggregated(*raw_contexts(model, [[word] for word in model.wv.index_to_key], averaged, "token")))
    words, contexts, background = raw_contexts(model, corpus, (3,), scope)
    around = linear_discriminants(words, contexts, background, 0.5)
    # The squared length that a mean of n contexts would have by chance, and what is beyond it.
    whitened = linear_discriminants(np.arange(len(background)), background, background, 0.5)
    chance = (whitened**2).sum(axis=1).mean() / np.bincount(words[words >= 0])
    signal = max(((around**2).sum(axis=1) - chance).mean(), 0)
    around = unit(around) * np.sqrt(signal / (signal + chance))[:, None]

    targets = np.hstack(
        [
            top + ALL_LAYERS_IN_SUM * average + DISCRIMINANT_IN_SUM * around,
            ISOLATED_CONCATENATED * alone,
            DISCRIMINANT_CONCATENATED * around,
        ]
    )
    expected = unit(predicted(np.hstack([average, TOP_LAYERS_AS_PREDICTOR * top, alone, around]), targets))
    assert_vectors(model, expected)


def test_hybrid_is_as_wide_as_its_teacher_unless_said_otherwise(
    corpus: list[list[str]], teacher: TransformerTeacher
) -> None:
    assert distill(corpus, teacher).vector_size == teacher.width
    assert distill(corpus, teacher, vector_size=3 * teacher.width).wv.vectors.shape[1] == 3 * teacher.width
    with pytest.raises(ValueError, match=f"from 1 to {3 * teacher.width}"):
        distill(corpus, teacher, vector_size=3 * teacher.width + 1)


@pytest.mark.parametrize(
    ("num_layers", "top"), [(1, (0,)), (2, (1,)), (7, (6,)), (13, (11, 12)), (25, (21, 22, 23, 24))]
)
def test_the_top_of_hybrid_is_the_last_sixth_of_the_layers(num_layers: int, top: tuple[int, ...]) -> None:
    in_context = [view for view in Hybrid().views(num_layers) if view.scope == "token" and not view.isolated]
    assert in_context[-1].layers == top
    assert in_context[0].layers == tuple(range(num_layers))


@pytest.mark.parametrize("objective", [Aggregate, X2Static, Hybrid])
@pytest.mark.parametrize("scope", SCOPES)
@pytest.mark.parametrize(("layers", "num_layers"), [(-1, 4), ([0, -1], 4), ([0, 1, 2, 3], 4), (0, 1)])
def test_the_views_of_an_objective_have_different_names(
    objective: Any, scope: Scope, layers: int | list[int], num_layers: int
) -> None:
    views = objective(layers=layers, context=scope).views(num_layers)
    assert len({view.name for view in views}) == len(views)


@pytest.mark.parametrize("objective", [Aggregate(), Aggregate([0, -1]), X2Static(), Hybrid()])
def test_vectors_of_words_without_contexts_are_zeros_and_do_not_change_the_others(objective: Objective) -> None:
    rng = np.random.default_rng(0)

    def vectors(vocabulary_size: int) -> np.ndarray:
        moments = {view.name: Moments(vocabulary_size, 5, view.second_moment) for view in objective.views(4)}
        for view in moments.values():
            view.add(batch)
        return objective.vectors(moments)

    batch = ContextBatch(rng.integers(-1, 3, 20), np.arange(20), rng.normal(size=(20, 5)), np.array([20]))
    three, five = vectors(3), vectors(5)
    assert np.abs(three).max(axis=1).min() > 0.1
    np.testing.assert_array_equal(five[3:], 0.0)
    np.testing.assert_allclose(five[:3], three, atol=1e-6)


def test_words_that_the_teacher_cannot_read_keep_a_small_vector_and_do_not_change_the_others(
    corpus: list[list[str]], teacher: TransformerTeacher, caplog: pytest.LogCaptureFixture
) -> None:
    without = distill(corpus, teacher, objective="aggregate")
    with_unread = distill([[*text, UNREAD] for text in corpus], teacher, objective="aggregate")
    assert f"1 of {len(with_unread.wv)} words have no context that the teacher could read" in caplog.text
    assert repr(UNREAD) in caplog.text
    assert 0 < np.abs(with_unread.wv[UNREAD]).max() <= 1 / 32
    scale = np.abs(without.wv.vectors).max()
    for word in without.wv.index_to_key:
        np.testing.assert_allclose(with_unread.wv[word], without.wv[word], atol=1e-4 * scale)


@pytest.mark.parametrize("objective", ["aggregate", "x2static", "hybrid"])
def test_a_smaller_vector_size_gives_the_main_directions_of_the_full_vectors(
    corpus: list[list[str]], teacher: TransformerTeacher, objective: str
) -> None:
    full = distill(corpus, teacher, objective=objective)
    small = distill(corpus, teacher, objective=objective, vector_size=8)
    assert small.wv.vector_size == small.vector_size == 8
    np.testing.assert_allclose(small.wv.vectors, project(full.wv.vectors.astype(np.float64), 8), atol=1e-3)


def some_moments(objective: Objective, vocabulary_size: int, width: int = 6) -> dict[str, Moments]:
    """Give moments of random contexts with a common part and directions of unequal strength, some words having none."""
    rng = np.random.default_rng(0)
    moments = {}
    for view in objective.views(4):
        own = moments[view.name] = Moments(vocabulary_size, width, view.second_moment)
        rows = rng.integers(-1, vocabulary_size - 1, 3 * vocabulary_size)
        contexts = 5 + rng.normal(size=(len(rows), width)) * np.geomspace(1, 0.05, width)
        own.add(ContextBatch(rows, np.arange(len(rows)), contexts, np.array([len(rows)])))
    return moments


def some_words(moments: dict[str, Moments], words: np.ndarray) -> dict[str, Moments]:
    """Give the sums and counts of some words alone, as they are known of words outside a vocabulary."""
    taken = {}
    for name, view in moments.items():
        taken[name] = Moments(len(words), view.width)
        taken[name].sums, taken[name].counts = view.sums[words], view.counts[words]
    return taken


@pytest.mark.parametrize("objective", [Aggregate(), Aggregate([0, -1]), X2Static(), Hybrid(), Hybrid(layers=-1)])
def test_what_is_fitted_gives_any_words_the_vectors_that_they_have_in_the_vocabulary(
    objective: FittedObjective,
) -> None:
    moments = some_moments(objective, 30)
    projection = objective.fit(moments)
    vectors = objective.vectors(moments)
    assert vectors.shape == (30, objective.width(6))
    np.testing.assert_array_equal(projection.vectors(moments), vectors)
    words = np.array([7, 29, 3, 3])
    np.testing.assert_allclose(projection.vectors(some_words(moments, words)), vectors[words], atol=1e-6)


@pytest.mark.parametrize("objective", [Aggregate([0, -1]), X2Static(), Hybrid()])
def test_what_is_fitted_is_no_larger_for_more_words(objective: FittedObjective) -> None:
    small, large = (len(pickle.dumps(objective.fit(some_moments(objective, size)))) for size in (20, 2_000))
    assert large == pytest.approx(small, abs=100)  # a number may take a byte more


@pytest.mark.parametrize("vocabulary_size", [10, 5_000])  # 5,000 are worked on in several pieces
def test_hybrid_in_float64_with_all_targets_at_once_is_the_same(vocabulary_size: int) -> None:
    objective = Hybrid()
    moments = some_moments(objective, vocabulary_size)
    average, top, contexts, words_alone = moments.values()
    average, top, alone = (normalize(centered_means(view)) for view in (average, top, words_alone))
    around = closed_form(contexts, 0.5)
    factors = estimate_shrinkage_factors(around, contexts.counts, noise_variance(contexts, 0.5))
    around = normalize(around) * np.sqrt(factors)[:, None]
    targets = np.hstack(
        [
            top + ALL_LAYERS_IN_SUM * average + DISCRIMINANT_IN_SUM * around,
            ISOLATED_CONCATENATED * alone,
            DISCRIMINANT_CONCATENATED * around,
        ]
    )
    expected = normalize(ridge_prediction([average, TOP_LAYERS_AS_PREDICTOR * top, alone, around], targets))
    np.testing.assert_allclose(objective.vectors(moments), expected, atol=1e-5)


class MeansBesideEachOther:
    """A user's own objective: means at the word and around it, side by side, with as much width."""

    def views(self, num_layers: int) -> list[View]:
        return [View((num_layers - 1,), "token"), View((0,), 3)]

    def width(self, teacher_width: int) -> int:
        return 2 * teacher_width

    def vectors(self, moments: Mapping[str, Moments]) -> np.ndarray:
        word, around = moments.values()
        return np.hstack([word.means(), around.means()])


def test_an_objective_of_the_users_own_is_reached_end_to_end(
    corpus: list[list[str]], teacher: TransformerTeacher, tmp_path: Path
) -> None:
    model = distill(corpus[:5], teacher, objective=MeansBesideEachOther())
    assert model.wv.vectors.shape == (len(model.wv), 64)
    word, around = (raw_contexts(model, corpus[:5], layers, scope) for layers, scope in [((3,), "token"), ((0,), 3)])
    assert_vectors(model, np.hstack([mean_contexts(*word[:2]), mean_contexts(*around[:2])]))

    model.build_vocab(corpus[5:], update=True)
    model.train(corpus[5:], total_examples=3, epochs=1)
    model.save(str(tmp_path / "model"))
    loaded = DistilledWord2Vec.load(str(tmp_path / "model"))
    word = raw_contexts(model, corpus, (3,), "token")
    common = model.wv.key_to_index["the"]
    np.testing.assert_allclose(model.wv["the"][:32], mean_contexts(*word[:2])[common], atol=1e-4)
    np.testing.assert_array_equal(loaded.wv.vectors, model.wv.vectors)
    assert isinstance(loaded.objective, MeansBesideEachOther)


def test_an_objective_of_the_users_own_can_be_reduced(corpus: list[list[str]], teacher: TransformerTeacher) -> None:
    full = distill(corpus, teacher, objective=MeansBesideEachOther())
    small = distill(corpus, teacher, objective=MeansBesideEachOther(), vector_size=40)
    np.testing.assert_allclose(small.wv.vectors, project(full.wv.vectors.astype(np.float64), 40), atol=1e-3)


@pytest.mark.parametrize("vector_size", [0, 65, 1_000])
def test_a_vector_size_beyond_the_width_of_the_objective_is_refused(
    corpus: list[list[str]], teacher: TransformerTeacher, vector_size: int
) -> None:
    with pytest.raises(ValueError, match=r"from 1 to 64, .* use None for the default, 64"):
        distill(corpus, teacher, objective=MeansBesideEachOther(), vector_size=vector_size)


def test_objectives_are_made_by_name_with_the_settings_that_are_given() -> None:
    assert make_objective("aggregate", layers=[0, 3], context=None, whitening=None) == Aggregate(layers=[0, 3])
    assert make_objective("x2static", whitening=0.25, context="sentence") == X2Static("sentence", whitening=0.25)
    assert make_objective("hybrid", layers=2) == Hybrid(layers=2)


def test_an_objective_that_is_made_is_given_back() -> None:
    objective = MeansBesideEachOther()
    assert make_objective(objective, layers=None) is objective


def test_an_unknown_objective_is_refused_with_those_there_are() -> None:
    with pytest.raises(ValueError, match="'glove' must be 'hybrid', 'x2static' or 'aggregate'"):
        make_objective("glove")


def test_a_setting_that_an_objective_does_not_have_is_refused() -> None:
    with pytest.raises(ValueError, match="'aggregate' has no setting whitening: remove whitening="):
        make_objective("aggregate", whitening=0.5)


def test_a_setting_beside_an_objective_that_is_made_is_refused() -> None:
    with pytest.raises(ValueError, match=r"layers, whitening cannot be combined .*: set it in the constructor"):
        make_objective(Aggregate(), layers=[1], whitening=0.3)


@pytest.mark.parametrize("objective", [None, 3, object(), Moments(1, 1)])
def test_an_object_that_is_no_objective_is_refused(objective: Any) -> None:
    with pytest.raises(
        TypeError, match="expected one of 'hybrid', 'x2static', 'aggregate', or an object with the methods"
    ):
        make_objective(objective)


def test_an_object_without_width_is_told_that_width_is_what_it_lacks() -> None:
    class NoWidth:
        views = MeansBesideEachOther.views
        vectors = MeansBesideEachOther.vectors

    with pytest.raises(TypeError, match="width"):
        make_objective(NoWidth())  # type: ignore[arg-type]


def test_the_class_of_an_objective_in_place_of_an_objective_is_refused() -> None:
    with pytest.raises(TypeError, match="expected one of 'hybrid', 'x2static', 'aggregate', or an object"):
        make_objective(Aggregate)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("objective", "context"), [(Aggregate, "paragraph"), (X2Static, "window"), (Hybrid, 1.5), (Aggregate, -3)]
)
def test_an_objective_with_an_unknown_context_is_refused(
    corpus: list[list[str]], teacher: TransformerTeacher, objective: Any, context: Any
) -> None:
    with pytest.raises(ValueError, match="is not known: give 'token' "):
        distill(corpus, teacher, objective=objective(context=context))


@pytest.mark.parametrize("objective", ["aggregate", "x2static", "hybrid"])
def test_a_layer_that_the_teacher_does_not_have_is_refused(
    corpus: list[list[str]], teacher: TransformerTeacher, objective: str
) -> None:
    with pytest.raises(ValueError, match=r"no layer 4: it has 4, from 0 \(the embeddings\) to 3"):
        distill(corpus, teacher, objective=objective, layers=4)
