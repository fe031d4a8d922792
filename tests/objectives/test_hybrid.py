"""Hybrid against its definition, from the contexts of every occurrence and from random statistics."""

from __future__ import annotations

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

from gensim_distill import DistilledWord2Vec
from gensim_distill.contexts.views import Scope
from gensim_distill.linalg import estimate_shrinkage_factors, normalize
from gensim_distill.objectives import Hybrid
from gensim_distill.objectives.aggregate import CenteredMeans
from gensim_distill.objectives.discriminant import Discriminant
from gensim_distill.objectives.hybrid import (
    ALL_LAYERS_IN_SUM,
    DISCRIMINANT_CONCATENATED,
    DISCRIMINANT_IN_SUM,
    ISOLATED_CONCATENATED,
    TOP_LAYERS_AS_PREDICTOR,
)
from gensim_distill.teachers import TransformerTeacher


def predicted(
    all_layers: np.ndarray, top_layers: np.ndarray, isolated: np.ndarray, discriminant: np.ndarray
) -> np.ndarray:
    """Compute the regression of the weighted views on the views."""
    total = top_layers + ALL_LAYERS_IN_SUM * all_layers + DISCRIMINANT_IN_SUM * discriminant
    targets = np.hstack([total, ISOLATED_CONCATENATED * isolated, DISCRIMINANT_CONCATENATED * discriminant])
    predictors = [all_layers, TOP_LAYERS_AS_PREDICTOR * top_layers, isolated, discriminant]
    return normalize(ridge_prediction(predictors, targets))


@pytest.mark.parametrize("layers", [None, [0, -1], -1])
@pytest.mark.parametrize("scope", ["token", 2, "sentence", "text"])
def test_vectors_are_predictions_from_the_views(
    corpus: list[list[str]], teacher: TransformerTeacher, scope: Scope, layers: list[int] | int | None
) -> None:
    objective = Hybrid(layers, scope)
    model = DistilledWord2Vec(corpus, vector_size=3 * teacher.width, min_count=2, teacher=teacher, objective=objective)
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
    expected = predicted(all_layers, top_layers, isolated, discriminant)
    np.testing.assert_allclose(model.wv.vectors, expected, atol=1e-4 * np.abs(expected).max())


@pytest.mark.parametrize("vocabulary_size", [10, 5_000])  # 5,000 words take several blocks
def test_blocks_and_float32_do_not_change_vectors(vocabulary_size: int) -> None:
    moments = random_moments(Hybrid(), vocabulary_size)
    all_layers, top_layers, contexts, isolated = moments.values()
    discriminant = Discriminant.fit(contexts, 0.5)
    vectors = discriminant.vectors(contexts)
    factors = estimate_shrinkage_factors(vectors, contexts.counts, discriminant.noise_variance)
    expected = predicted(
        *(normalize(CenteredMeans.fit(view).vectors(view)) for view in (all_layers, top_layers, isolated)),
        normalize(vectors) * np.sqrt(factors)[:, None],
    )
    np.testing.assert_allclose(Hybrid().vectors(moments), expected, atol=1e-5)


def test_default_vector_size_is_that_of_the_teacher(corpus: list[list[str]], teacher: TransformerTeacher) -> None:
    width = teacher.width
    assert DistilledWord2Vec(corpus, min_count=2, teacher=teacher).vector_size == width
    largest = DistilledWord2Vec(corpus, vector_size=3 * width, min_count=2, teacher=teacher)
    assert largest.wv.vectors.shape[1] == 3 * width
    with pytest.raises(ValueError, match=f"from 1 to {3 * width}"):
        DistilledWord2Vec(corpus, vector_size=3 * width + 1, min_count=2, teacher=teacher)


@pytest.mark.parametrize(
    ("num_layers", "top"), [(1, (0,)), (2, (1,)), (7, (6,)), (13, (11, 12)), (25, (21, 22, 23, 24))]
)
def test_top_layers_are_the_last_sixth(num_layers: int, top: tuple[int, ...]) -> None:
    in_context = [view for view in Hybrid().views(num_layers) if view.scope == "token" and not view.isolated]
    assert in_context[-1].layers == top
    assert in_context[0].layers == tuple(range(num_layers))
