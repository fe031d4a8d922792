"""Aggregate against its definition, from the contexts of every occurrence."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from reference import centered_mean_contexts, raw_contexts, unit

from gensim_distill import DistilledWord2Vec
from gensim_distill.contexts.views import Scope
from gensim_distill.objectives import Aggregate
from gensim_distill.teachers import TransformerTeacher

UNTOKENIZABLE = "\u200b"  # BERT's normalizer deletes zero-width spaces
SCOPES: list[Scope] = ["token", 2, "sentence", "text"]


@pytest.mark.parametrize("scope", SCOPES)
@pytest.mark.parametrize("layer", [0, -1])
def test_one_layer_gives_centered_mean_contexts(
    corpus: list[list[str]], teacher: TransformerTeacher, scope: Scope, layer: int
) -> None:
    model = DistilledWord2Vec(corpus, min_count=2, teacher=teacher, objective=Aggregate(layer, scope))
    expected = centered_mean_contexts(*raw_contexts(model, corpus, (layer % 4,), scope))
    np.testing.assert_allclose(model.wv.vectors, expected, atol=1e-4 * np.abs(expected).max())


@pytest.mark.parametrize("scope", SCOPES)
def test_several_layers_are_normalized_and_summed(
    corpus: list[list[str]], teacher: TransformerTeacher, scope: Scope
) -> None:
    model = DistilledWord2Vec(corpus, min_count=2, teacher=teacher, objective=Aggregate([0, 2, -1], scope))
    layers = [raw_contexts(model, corpus, (layer,), scope) for layer in (0, 2, 3)]
    expected = np.sum([unit(centered_mean_contexts(*layer)) for layer in layers], axis=0)
    np.testing.assert_allclose(model.wv.vectors, expected, atol=1e-4 * np.abs(expected).max())


def test_untokenizable_words_keep_a_small_vector_and_do_not_change_others(
    corpus: list[list[str]], teacher: TransformerTeacher, caplog: pytest.LogCaptureFixture
) -> None:
    settings: dict[str, Any] = {"min_count": 2, "teacher": teacher, "objective": "aggregate"}
    without = DistilledWord2Vec(corpus, **settings)
    extended = DistilledWord2Vec([[*sentence, UNTOKENIZABLE] for sentence in corpus], **settings)
    assert f"1 of {len(extended.wv)} words have no context that the teacher could read" in caplog.text
    assert repr(UNTOKENIZABLE) in caplog.text
    assert 0 < np.abs(extended.wv[UNTOKENIZABLE]).max() <= 1 / 32
    scale = np.abs(without.wv.vectors).max()
    for word in without.wv.index_to_key:
        np.testing.assert_allclose(extended.wv[word], without.wv[word], atol=1e-4 * scale)
