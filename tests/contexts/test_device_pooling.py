"""Pooling and sums on a GPU: tensors without content stand for those of CUDA, and cannot be mixed with those of the CPU."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch

from gensim_distill import StateBatch
from gensim_distill.contexts import pooling
from gensim_distill.contexts.pooling import Level, Spans, pool
from gensim_distill.contexts.scopes import ContextBatch, contexts_of_words
from gensim_distill.contexts.views import View
from gensim_distill.corpus.reader import TextReader
from gensim_distill.statistics.moments import Moments
from gensim_distill.statistics.text_store import TextStore
from gensim_distill.teachers import devices
from gensim_distill.teachers.protocol import SelectedRows

WIDTH = 3
LAYERS = (0, 1)


@pytest.fixture
def copied(monkeypatch: pytest.MonkeyPatch) -> list[tuple[int, ...]]:
    """Record the shapes of what is copied to the host."""
    shapes: list[tuple[int, ...]] = []
    to_host = devices.to_host

    def record(tensor: torch.Tensor) -> np.ndarray:
        shapes.append(tuple(tensor.shape))
        return to_host(tensor)

    monkeypatch.setattr(devices, "to_host", record)
    return shapes


@pytest.fixture
def other_device(monkeypatch: pytest.MonkeyPatch) -> torch.device:
    """Return a device other than the CPU, where torch computes shapes only."""

    def to_host(tensor: torch.Tensor) -> np.ndarray:
        return np.ones(tuple(tensor.shape), dtype=str(tensor.dtype).removeprefix("torch."))

    monkeypatch.setattr(devices, "computes_float64", lambda device: True)
    monkeypatch.setattr(devices, "to_host", to_host)
    monkeypatch.setattr(pooling, "_check_finite", lambda levels: None)
    monkeypatch.setattr(torch.Tensor, "cpu", lambda tensor: torch.ones(tuple(tensor.shape), dtype=tensor.dtype))
    return torch.device("meta")


@pytest.mark.parametrize("scope", ["token", "text", 1])
@pytest.mark.parametrize("padded", [False, True], ids=["no padding", "padding"])
def test_contexts_stay_on_the_gpu(scope: Any, padded: bool, other_device: torch.device) -> None:
    document = TextReader().text("two words")
    layers: Any = [torch.empty((9 if padded else 3, WIDTH), dtype=torch.bfloat16, device=other_device) for _ in LAYERS]
    if padded:
        layers = SelectedRows(layers, torch.empty(3, dtype=torch.int64, device=other_device))
    batch = StateBatch(np.zeros(3, np.int64), np.array([0, 4, 6]), np.array([3, 6, 9]), layers)
    view = View(LAYERS, scope, second_moment=True)
    level = view.level("mean")
    spans = None if level == "texts" else Spans(np.zeros(2, np.int64), np.array([0, 4]), np.array([3, 9]))
    levels = {level: Level(spans, {LAYERS})}
    pooled = pool([batch, batch], [9], levels, LAYERS, WIDTH)
    rows, contexts = contexts_of_words(view, level, pooled, levels, [document], np.array([2]))
    assert contexts.device == other_device and contexts.dtype == torch.float32
    words = ContextBatch(np.array([0, 1]), rows, contexts, np.array([2]))
    moments = Moments(2, WIDTH, second_moment=True)
    moments.add(words)
    assert moments.counts.tolist() == [1, 1] and moments.sums.shape == (2, WIDTH)
    assert words.contexts.shape == contexts.shape and words.take(rows).shape == (2, WIDTH)
    if scope == "text":
        store = TextStore(WIDTH, ["two", "words"])
        store.add(words)
        assert len(store.sample()) == 1


def test_only_sums_are_copied_from_the_gpu(copied: list[tuple[int, ...]]) -> None:
    rng = np.random.default_rng(0)
    words, rows = rng.integers(-1, 4, 1000), rng.integers(-1, 1000, 1000)
    contexts = rng.normal(size=(1000, WIDTH)).astype(np.float32)
    moments, of_arrays = (Moments(4, WIDTH, second_moment=True) for _ in range(2))
    moments.add(ContextBatch(words, rows, torch.from_numpy(contexts), np.array([1000])))
    assert copied and max(map(len, copied)) == 2 and max(shape[0] for shape in copied) == 4
    of_arrays.add(ContextBatch(words, rows, contexts, np.array([1000])))
    for name, array in of_arrays.to_arrays().items():
        np.testing.assert_array_equal(moments.to_arrays()[name], array)


def test_pinned_memory_is_copied_without_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    calls: list[Any] = []
    monkeypatch.setattr(torch.Tensor, "pin_memory", lambda tensor: calls.append("pinned") or tensor)
    monkeypatch.setattr(torch.Tensor, "to", lambda tensor, device, **options: calls.append(options) or tensor)
    devices.to_device(np.arange(3), torch.device("cuda"))
    assert calls == ["pinned", {"non_blocking": True}]
    calls.clear()
    devices.to_device(np.arange(3), torch.device("cpu"))
    assert calls == [{}]
