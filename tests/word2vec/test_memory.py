"""Estimates of memory compared with the size of arrays."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from text_objective import KeepsTexts
from trained_models import ONE_PASS, SGD, Sentences, distill

from gensim_distill.objectives import Aggregate, Hybrid, X2Static
from gensim_distill.statistics.text_store import TextStore
from gensim_distill.word2vec.memory import estimate_memory


@pytest.mark.parametrize("settings", [*ONE_PASS.values(), SGD, SGD | {"hs": 1, "negative": 0}], ids=str)
def test_memory_estimate_equals_the_size_of_arrays(corpus: Sentences, teacher: Any, settings: dict[str, Any]) -> None:
    model = distill(corpus, teacher, **settings)
    report = model.estimate_memory()
    assert report["vectors"] == model.wv.vectors.nbytes
    if model.solver == "sgd":
        assert report["syn1neg"] == (model.syn1neg.nbytes if model.negative else 0)
        assert report["syn1"] == (model.syn1.nbytes if model.hs else 0)
    else:
        arrays = [array for moments in model.learned.moments.values() for array in vars(moments).values()]
        size = sum(array.nbytes for array in arrays if isinstance(array, np.ndarray))
        assert report["moments"] == pytest.approx(size, rel=0.05)
    assert report["total"] == sum(report.values()) - report["total"]
    assert model.estimate_memory(vocab_size=1_000_000)["vectors"] == 4_000_000 * model.vector_size
    assert model.estimate_memory(report={"mine": 5})["mine"] == 5


@pytest.mark.parametrize("negative", [True, False])
def test_estimate_of_output_weights(negative: bool) -> None:
    objective = X2Static()
    options: dict[str, Any] = {"solver": "sgd", "hs": not negative, "negative": negative}
    report = estimate_memory(1_000, 50, objective, objective.views(7), 384, **options)
    assert report["vectors"] == 1_000 * 50 * 4
    assert report["syn1neg"] == 1_000 * 384 * 4 * negative
    assert report["syn1"] == 1_000 * 384 * 4 * (not negative)
    assert "moments" not in report


@pytest.mark.parametrize("objective", [Aggregate(), X2Static(), Hybrid()], ids=["aggregate", "x2static", "hybrid"])
def test_estimate_grows_with_the_vocabulary(objective: Any) -> None:
    small, large = (estimate_memory(size, 384, objective, objective.views(7), 384) for size in (10_000, 20_000))
    for part in ("vocab", "vectors", "moments"):
        assert small[part] < large[part] <= 2 * small[part]
    assert small["temporary"] <= large["temporary"] <= 2 * small["temporary"]


def test_estimate_includes_texts(corpus: Sentences, teacher: Any) -> None:
    model = distill(corpus, teacher, objective=KeepsTexts())
    report = model.estimate_memory()
    assert model.learned.texts.nbytes <= report["texts"] <= TextStore.bytes_of(32, model.corpus_total_words)
    assert report["text_table"] == model.wv.vectors.nbytes
    objective = KeepsTexts()
    full = estimate_memory(1_000, 384, objective, objective.views(7), 384)
    assert 100_000 * 2 * 384 < full["texts"] < full["temporary"]
