"""Fixtures for the tests of checkpoints."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from interrupted_training import Interrupting

from gensim_distill.statistics import checkpoint


@pytest.fixture
def make_teacher(bert: tuple[Any, Any]) -> Callable[..., Interrupting]:
    def make(last: int = 1_000_000, parts: Any = bert, **settings: Any) -> Interrupting:
        teacher = Interrupting(*parts, **({"device": "cpu", "dtype": "float32", "batch_tokens": 1} | settings))
        teacher.last = last
        return teacher

    return make


@pytest.fixture
def always(monkeypatch: pytest.MonkeyPatch) -> None:
    """Write a checkpoint after each chunk."""
    monkeypatch.setattr(checkpoint, "INTERVAL", 0.0)
    monkeypatch.setattr(checkpoint, "INTERVAL_PER_WRITE_TIME", 0.0)
