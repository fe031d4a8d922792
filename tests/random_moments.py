"""Random batches of contexts and their moments, for the tests of statistics."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from hypothesis import settings
from hypothesis import strategies as st

from gensim_distill.contexts.scopes import ContextBatch
from gensim_distill.statistics.moments import Moments

VOCABULARY_SIZE, WIDTH = 5, 3

seeds = st.integers(0, 2**32 - 1)
many_times = settings(max_examples=40, deadline=None, database=None)


def random_batch(seed: int, mean: float = 0.0, spread: float = 1.0, occurrences: int | None = None) -> ContextBatch:
    """Return a batch, perhaps empty, with out-of-vocabulary and untokenizable words and shared contexts."""
    rng = np.random.default_rng(seed)
    n_contexts = int(rng.integers(0, 6))
    n = int(rng.integers(0, 12)) if occurrences is None else occurrences
    return ContextBatch(
        words=rng.integers(-1, VOCABULARY_SIZE, n),
        rows=rng.integers(-1, n_contexts, n),
        contexts=rng.normal(mean, spread, (n_contexts, WIDTH)).astype(np.float32),
        document_lengths=np.array([n]),
    )


def moments_of(batches: Sequence[ContextBatch], vocabulary_size: int = VOCABULARY_SIZE) -> Moments:
    moments = Moments(vocabulary_size, WIDTH, second_moment=True)
    for batch in batches:
        moments.add(batch)
    return moments


def background(batches: Sequence[ContextBatch]) -> np.ndarray:
    """Return every context of a word in float64, once even if several words share it."""
    rows = [batch.contexts[row] for batch in batches for row in sorted(set(batch.rows.tolist()) - {-1})]
    return np.array(rows, dtype=np.float64).reshape(-1, WIDTH)


def assert_close(moments: Moments, expected: Moments) -> None:
    assert moments.vocabulary_size == expected.vocabulary_size
    assert moments.total_count == expected.total_count
    np.testing.assert_array_equal(moments.counts, expected.counts)
    np.testing.assert_array_equal(moments.untokenizable, expected.untokenizable)
    np.testing.assert_allclose(moments.sums, expected.sums, rtol=1e-6, atol=1e-5)
    for part in ("total", "outer"):
        np.testing.assert_allclose(getattr(moments, part), getattr(expected, part), rtol=1e-12, atol=1e-12)


def assert_equal(moments: Moments, expected: Moments) -> None:
    assert (moments.vocabulary_size, moments.width, moments.second_moment, moments.total_count) == (
        expected.vocabulary_size,
        expected.width,
        expected.second_moment,
        expected.total_count,
    )
    for part in ("sums", "counts", "untokenizable", "total", "outer"):
        one, other = getattr(moments, part), getattr(expected, part)
        if other is None:
            assert one is None
        else:
            assert one.dtype == other.dtype
            np.testing.assert_array_equal(one, other)
