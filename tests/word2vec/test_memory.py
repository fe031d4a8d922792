"""Estimates of memory compared with the size of arrays."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from text_objective import KeepsTexts
from trained_models import ONE_PASS, SGD, Sentences, distill

from gensim_distill.objectives import Aggregate, Hybrid, Text, X2Static
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


def test_estimates_are_added_to_a_report(corpus: Sentences, teacher: Any) -> None:
    model = distill(corpus, teacher, objective="aggregate")
    report: dict[str, int] = {}
    assert model.estimate_memory(report=report) is report
    total = report["total"]
    assert model.estimate_memory(report=report)["total"] == total
    for wrong in (-1, 2.5, "x", True):
        with pytest.raises(ValueError, match="vocab_size=.* must be a whole number"):
            model.estimate_memory(vocab_size=wrong)


@pytest.mark.parametrize("negative", [True, False])
def test_estimate_of_output_weights(negative: bool) -> None:
    objective = X2Static()
    options: dict[str, Any] = {"solver": "sgd", "hs": not negative, "negative": negative}
    report = estimate_memory(1_000, 50, objective, objective.views(7), 384, **options)
    assert report["vectors"] == 1_000 * 50 * 4
    assert report["syn1neg"] == 1_000 * 384 * 4 * negative
    assert report["syn1"] == 1_000 * 384 * 4 * (not negative)
    assert "moments" not in report
    large = estimate_memory(1_000_000, 50, objective, objective.views(7), 384, **options)
    moments, placed = 8 * 1_000_000 * 384, 4 * 1_000_000 * (384 + 50)
    assert moments + placed < large["temporary"] < 1.1 * (moments + placed)


@pytest.mark.parametrize("objective", [Aggregate(), X2Static(), Hybrid()], ids=["aggregate", "x2static", "hybrid"])
def test_estimate_grows_with_the_vocabulary(objective: Any) -> None:
    small, large = (estimate_memory(size, 384, objective, objective.views(7), 384) for size in (10_000, 20_000))
    for part in ("vocab", "vectors", "moments"):
        assert small[part] < large[part] <= 2 * small[part]
    assert small["temporary"] <= large["temporary"] <= 2 * small["temporary"]


def test_estimate_includes_texts(corpus: Sentences, teacher: Any) -> None:
    model = distill(corpus, teacher, objective=KeepsTexts())
    report = model.estimate_memory()
    assert model.learned.texts.nbytes == pytest.approx(report["texts"], rel=0.3)
    assert model.learned.texts.nbytes <= TextStore.bytes_of(32, model.corpus_total_words)
    assert report["text_table"] == model.wv.vectors.nbytes
    objective = KeepsTexts()
    full = estimate_memory(1_000, 384, objective, objective.views(7), 384)
    assert 100_000 * 2 * 384 < full["texts"] < full["temporary"]


# Peaks above the loaded teacher, in MB, on a two-core Xeon with one thread (benchmarks/speed/memory.py): vocabulary,
# words and documents of the corpus, and the peak. The first teacher is all-MiniLM-L6-v2, the second a random one of 32 dimensions.
MINILM = {"width": 384, "num_layers": 7, "batch_tokens": 4096, "batches_per_chunk": 3, "subwords": 26_814}
SMALL = {"width": 32, "num_layers": 4, "batch_tokens": 4096, "batches_per_chunk": 3, "subwords": 180}


@pytest.mark.parametrize(
    ("objective", "solver", "about", "vocabulary", "words", "documents", "measured"),
    [
        (Hybrid(), "one-pass", MINILM, 2_449, 108_000, 5_000, 378),
        (Hybrid(), "one-pass", MINILM, 7_144, 430_000, 20_000, 529),
        (Hybrid(), "one-pass", MINILM, 3_117, 159_000, 2_000, 548),  # raw paragraphs
        (Hybrid(), "one-pass", MINILM, 3_117, 159_000, 10, 494),  # the same, 200 in a document
        (Text(), "one-pass", MINILM, 2_449, 108_000, 5_000, 362),
        (Text(), "one-pass", MINILM, 7_144, 430_000, 20_000, 532),
        (X2Static(), "sgd", MINILM, 2_449, 108_000, 5_000, 182),
        (X2Static(), "sgd", MINILM, 7_144, 430_000, 20_000, 243),
        (Hybrid(), "one-pass", MINILM, 11_961, 1_050_000, 1, 972),  # one document of 13,200 paragraphs
        (Hybrid(), "one-pass", MINILM, 28_447, 4_330_000, 200_000, 1_350),
        (Hybrid(), "one-pass", SMALL, 216_000, 432_000, 43_200, 767),
        (Hybrid(), "one-pass", SMALL, 1_000_000, 2_000_000, 200_000, 2_675),
        (Text(), "one-pass", SMALL, 216_000, 432_000, 43_200, 785),
        (X2Static(), "sgd", SMALL, 216_000, 432_000, 43_200, 268),
    ],
)
def test_estimates_are_near_measured_peaks(
    objective: Any, solver: Any, about: dict[str, int], vocabulary: int, words: int, documents: int, measured: float
) -> None:
    strings = [f"s{number}" for number in range(about["subwords"])]
    teacher: Any = SimpleNamespace(**about, concurrent_reads=1, subword_strings=lambda: strings)
    views, width = objective.views(teacher.num_layers), teacher.width
    report = estimate_memory(
        vocabulary,
        width,
        objective,
        views,
        width,
        solver=solver,
        teacher=teacher,
        corpus_words=words,
        corpus_documents=documents,
    )
    assert sum(report.values()) == pytest.approx(1e6 * measured, rel=0.2)
