"""Hybrid against its definition, from the contexts of every occurrence and from random statistics."""

from __future__ import annotations

import pickle
from collections.abc import Sequence

import numpy as np
import pytest
from reference import (
    centered_mean_contexts,
    linear_discriminants,
    random_moments,
    raw_contexts,
    ridge_prediction,
    unit,
)
from text_corpora import TextCorpus

from gensim_distill import DistilledWord2Vec
from gensim_distill.contexts.views import Scope
from gensim_distill.linalg import estimate_shrinkage_factors, normalize, ridge_weights
from gensim_distill.linalg import rows as blocks
from gensim_distill.objectives import Hybrid, Text, hybrid_views, text_regression
from gensim_distill.objectives.aggregate import CenteredMeans
from gensim_distill.objectives.discriminant import Discriminant
from gensim_distill.objectives.hybrid import PREDICTION_PENALTY, HybridProjection, _Covariance
from gensim_distill.objectives.hybrid_views import HybridViews
from gensim_distill.objectives.protocol import TextObjective
from gensim_distill.objectives.text_regression import WORD_PENALTY, targets_of_texts
from gensim_distill.statistics.text_store import TextSample
from gensim_distill.teachers import TransformerTeacher


def whitened_to_dimensions_of(other: np.ndarray, states: np.ndarray) -> np.ndarray:
    """Compute the power of the covariance that leaves as many effective dimensions as another view has."""
    values, vectors = np.linalg.eigh(np.cov(states.T, bias=True))
    of_other = np.linalg.eigvalsh(np.cov(other.T, bias=True))
    values, of_other = (x.clip(0) + 0.01 * x.clip(0).mean() for x in (values, of_other))
    wanted = of_other.sum() ** 2 / (of_other**2).sum()
    powers = values ** (1 - 2 * np.linspace(0, 0.5, 5_001)[:, None])
    ratios = powers.sum(axis=1) ** 2 / (powers**2).sum(axis=1)
    exponent = np.linspace(0, 0.5, 5_001)[min(np.searchsorted(ratios, wanted), 5_000)]
    return unit((states - states.mean(axis=0)) @ (vectors * values**-exponent) @ vectors.T)


def predicted(views: Sequence[np.ndarray], second: np.ndarray, *, whitened: bool = True) -> np.ndarray:
    """Compute the regression of the sum of views of hidden states, and of another view, on all views."""
    states = normalize(views[0] + views[1] + views[2])
    if whitened:
        states = whitened_to_dimensions_of(second, states)
    return normalize(ridge_prediction(views, np.hstack([states, second]), PREDICTION_PENALTY))


def text_view(views: Sequence[np.ndarray], texts: TextSample) -> np.ndarray:
    """Compute the map of all views whose sums over words are closest to the vectors of texts."""
    bags = np.zeros((len(texts), len(views[0])))
    np.add.at(bags, (np.repeat(np.arange(len(texts)), texts.lengths), texts.words), 1)
    predictors = np.hstack(views)
    sums = bags / np.sqrt(texts.lengths)[:, None] @ predictors
    targets, _ = targets_of_texts(texts.vectors)
    return unit(predictors @ ridge_weights(sums.T @ sums, sums.T @ targets, WORD_PENALTY))


@pytest.mark.parametrize("layers", [None, [0, -1], -1])
@pytest.mark.parametrize("scope", ["token", 2, "sentence", "text"])
def test_vectors_are_predictions_from_the_views(
    corpus: list[list[str]], teacher: TransformerTeacher, scope: Scope, layers: list[int] | int | None
) -> None:
    objective = Hybrid(layers, scope)
    model = DistilledWord2Vec(corpus, vector_size=2 * teacher.width, min_count=2, teacher=teacher, objective=objective)
    averaged = (0, 3) if isinstance(layers, list) else (3,) if layers else (0, 1, 2, 3)
    all_layers = unit(centered_mean_contexts(*raw_contexts(model, corpus, averaged, "token")))
    top_layers = unit(centered_mean_contexts(*raw_contexts(model, corpus, (3,), "token")))
    words_alone = [[word] for word in model.wv.index_to_key]
    isolated = unit(centered_mean_contexts(*raw_contexts(model, words_alone, averaged, "token")))
    words, contexts, background = raw_contexts(model, corpus, (3,), scope)
    discriminant = linear_discriminants(words, contexts, background, 0.5)
    # The squared length that the mean of n contexts has by chance, and the squared length beyond it.
    single_contexts = linear_discriminants(np.arange(len(background)), background, background, 0.5)
    noise = (single_contexts**2).sum(axis=1).mean() / np.bincount(words[words >= 0])
    signal = max(((discriminant**2).sum(axis=1) - noise).mean(), 0)
    discriminant = unit(discriminant) * np.sqrt(signal / (signal + noise))[:, None]
    views = [all_layers, top_layers, isolated, discriminant]
    assert model.learned.texts is not None
    expected = predicted(views, text_view(views, model.learned.texts.sample()))
    np.testing.assert_allclose(model.wv.vectors, expected, atol=1e-3 * np.abs(expected).max())


@pytest.mark.parametrize("vocabulary_size", [10, 5_000])  # 5,000 words take several blocks
def test_blocks_and_float32_do_not_change_vectors(vocabulary_size: int) -> None:
    moments = random_moments(Hybrid(), vocabulary_size)
    all_layers, top_layers, contexts, isolated = moments.values()
    discriminant = Discriminant.fit(contexts, 0.5)
    vectors = discriminant.vectors(contexts)
    factors = estimate_shrinkage_factors(vectors, contexts.counts, discriminant.noise_variance)
    discriminants = normalize(vectors) * np.sqrt(factors)[:, None]
    views = [normalize(CenteredMeans.fit(view).vectors(view)) for view in (all_layers, top_layers, isolated)]
    expected = predicted(
        [*views, discriminants], discriminants, whitened=False
    )  # the discriminant takes the place of the text view
    np.testing.assert_allclose(Hybrid().vectors(moments), expected, atol=1e-5)


def test_it_implements_the_protocol() -> None:
    assert isinstance(Hybrid(), TextObjective)


@pytest.fixture(scope="module")
def texts() -> TextCorpus:
    return TextCorpus(Hybrid())


def test_texts_change_words_and_give_rows(texts: TextCorpus) -> None:
    fit = Hybrid().fit_texts(texts.moments, texts.texts, texts.frequencies)
    vectors = fit.projection.vectors(texts.moments)
    assert vectors.shape == (30, 12)
    assert np.abs(vectors - Hybrid().vectors(texts.moments)).max() > 0.1
    of_text = Text().fit_texts(texts.moments, texts.texts, texts.frequencies)
    np.testing.assert_allclose(fit.rows, of_text.rows, atol=1e-5)
    assert fit.projection.report.penalty == of_text.projection.report.penalty  # type: ignore[attr-defined]


@pytest.mark.parametrize(("missing", "kept"), [(0, True), (1, False)])
def test_predictors_are_kept_if_they_fit(
    texts: TextCorpus, missing: int, kept: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hybrid_views, "_MOST_BYTES", 30 * 4 * 6 * 4 - missing)  # words, views, dimensions, bytes
    predictors = HybridViews.fit(texts.moments, 0.5).cached_predictors(texts.moments)
    assert np.shares_memory(predictors(slice(3)), predictors(slice(3))) is kept


def test_predictors_too_large_for_memory_give_the_same_vectors(
    texts: TextCorpus, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = Hybrid().fit_texts(texts.moments, texts.texts, texts.frequencies)
    monkeypatch.setattr(hybrid_views, "_MOST_BYTES", 0)
    again = Hybrid().fit_texts(texts.moments, texts.texts, texts.frequencies)
    np.testing.assert_allclose(again.rows, kept.rows, atol=1e-6)
    np.testing.assert_allclose(
        again.projection.vectors(texts.moments), kept.projection.vectors(texts.moments), atol=1e-6
    )


def test_covariance_of_blocks_equals_numpy() -> None:
    rows = np.random.default_rng(1).normal(3.0, 1.0, size=(50, 2))
    covariance = _Covariance(3)
    for block in np.split(rows, [7, 30]):
        covariance.add(block)  # with fewer columns than the covariance
    np.testing.assert_allclose(covariance.mean(), [*rows.mean(axis=0), 0], rtol=1e-6)
    np.testing.assert_allclose(covariance.covariance()[:2, :2], np.cov(rows.T, bias=True))
    assert not covariance.covariance()[2].any()


@pytest.mark.parametrize("objective", [Hybrid(), Text()])
def test_blocks_of_words_and_texts_do_not_change_a_fit(
    texts: TextCorpus, objective: TextObjective, monkeypatch: pytest.MonkeyPatch
) -> None:
    at_once = objective.fit_texts(texts.moments, texts.texts, texts.frequencies)
    monkeypatch.setattr(blocks, "_BLOCK_SIZE", 7)
    monkeypatch.setattr(text_regression, "_TEXTS_PER_PRODUCT", 50)
    divided = objective.fit_texts(texts.moments, texts.texts, texts.frequencies)
    assert divided.vectors is not None and at_once.vectors is not None
    np.testing.assert_allclose(divided.rows, at_once.rows, atol=1e-5)
    np.testing.assert_allclose(divided.vectors, at_once.vectors, atol=1e-5)


@pytest.mark.parametrize("width", [2, 9])
def test_vectors_of_texts_may_have_other_dimensions(texts: TextCorpus, width: int) -> None:
    head = np.random.default_rng(1).normal(size=(6, width)).astype(np.float32)
    sample = TextSample(texts.texts.words, texts.texts.lengths, texts.texts.vectors @ head)
    fit = Hybrid().fit_texts(texts.moments, sample, texts.frequencies)
    assert fit.rows.shape == (30, width)
    vectors = fit.projection.vectors(texts.moments)
    assert vectors.shape == (30, Hybrid().width(6))
    assert not vectors[:, 6 + width :].any()


def test_projections_of_earlier_versions_can_be_used(texts: TextCorpus) -> None:
    views = HybridViews.fit(texts.moments, 0.5)
    weights = np.random.default_rng(1).normal(size=(24, 18)).astype(np.float32)
    projection = pickle.loads(pickle.dumps(HybridProjection(views, weights)))
    parts = np.split(views.predictors(texts.moments, slice(None)), 4, axis=1)
    parts[1] = 0.75 * parts[1]
    np.testing.assert_allclose(projection.vectors(texts.moments), normalize(np.hstack(parts) @ weights), atol=1e-5)


def test_default_vector_size_is_that_of_the_teacher(corpus: list[list[str]], teacher: TransformerTeacher) -> None:
    width = teacher.width
    assert DistilledWord2Vec(corpus, min_count=2, teacher=teacher).vector_size == width
    largest = DistilledWord2Vec(corpus, vector_size=2 * width, min_count=2, teacher=teacher)
    assert largest.wv.vectors.shape[1] == 2 * width
    with pytest.raises(ValueError, match=f"from 1 to {2 * width}"):
        DistilledWord2Vec(corpus, vector_size=2 * width + 1, min_count=2, teacher=teacher)


@pytest.mark.parametrize(
    ("num_layers", "top"), [(1, (0,)), (2, (1,)), (7, (6,)), (13, (11, 12)), (25, (21, 22, 23, 24))]
)
def test_top_layers_are_the_last_sixth(num_layers: int, top: tuple[int, ...]) -> None:
    in_context = [view for view in Hybrid().views(num_layers) if view.scope == "token" and not view.isolated]
    assert in_context[-1].layers == top
    assert in_context[0].layers == tuple(range(num_layers))
