"""The closed form of X2Static against its definition, from the contexts of every occurrence."""

from __future__ import annotations

import numpy as np
import pytest
from reference import linear_discriminants, random_moments, raw_contexts

from gensim_distill import DistilledWord2Vec
from gensim_distill.contexts.views import Scope
from gensim_distill.linalg import rows as blocks
from gensim_distill.objectives import Aggregate, FittedObjective, X2Static
from gensim_distill.teachers import TransformerTeacher


@pytest.mark.parametrize("scope", ["token", 2, "sentence", "text"])
@pytest.mark.parametrize(("layers", "resolved"), [(None, (3,)), ([1, -1], (1, 3))])
@pytest.mark.parametrize(("whitening", "exponent"), [(None, 0.5), (0.25, 0.25), (0, 0.0), (1, 1.0)])
def test_vectors_equal_the_closed_form(
    corpus: list[list[str]],
    teacher: TransformerTeacher,
    scope: Scope,
    layers: list[int] | None,
    resolved: tuple[int, ...],
    whitening: float | None,
    exponent: float,
) -> None:
    settings = {"context": scope, "layers": layers, "whitening": whitening}
    model = DistilledWord2Vec(corpus, min_count=2, teacher=teacher, objective="x2static", **settings)
    expected = linear_discriminants(*raw_contexts(model, corpus, resolved, scope), exponent)
    np.testing.assert_allclose(model.wv.vectors, expected, atol=1e-4 * np.abs(expected).max())


def test_default_scope_is_the_text(corpus: list[list[str]], teacher: TransformerTeacher) -> None:
    model = DistilledWord2Vec(corpus, min_count=2, teacher=teacher, objective="x2static")
    expected = linear_discriminants(*raw_contexts(model, corpus, (3,), "text"), 0.5)
    np.testing.assert_allclose(model.wv.vectors, expected, atol=1e-4 * np.abs(expected).max())


@pytest.mark.parametrize("objective", [X2Static(), Aggregate(), Aggregate([0, 1])])
def test_blocks_of_words_do_not_change_vectors(objective: FittedObjective, monkeypatch: pytest.MonkeyPatch) -> None:
    moments = random_moments(objective, 30)
    at_once = objective.vectors(moments)
    monkeypatch.setattr(blocks, "_BLOCK_SIZE", 7)
    np.testing.assert_allclose(objective.vectors(moments), at_once, atol=1e-6)
