"""Moments are sums: the same statistics in any order and from any division."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from random_moments import (
    VOCABULARY_SIZE,
    WIDTH,
    assert_close,
    assert_equal,
    background,
    many_times,
    moments_of,
    random_batch,
    seeds,
)

from gensim_distill.contexts.scopes import ContextBatch
from gensim_distill.statistics.moments import Moments


@many_times
@given(st.lists(seeds, max_size=6))
def test_add_equals_a_plain_loop(batch_seeds: list[int]) -> None:
    batches = [random_batch(seed) for seed in batch_seeds]
    slow = Moments(VOCABULARY_SIZE, WIDTH, second_moment=True)
    assert slow.outer is not None
    for batch in batches:
        for word, row in zip(batch.words, batch.rows):
            if word >= 0 and row >= 0:
                slow.sums[word] += batch.contexts[row]
                slow.counts[word] += 1
            elif word >= 0:
                slow.untokenizable[word] += 1
    for context in background(batches):
        slow.total += context
        slow.total_count += 1
        slow.outer += np.outer(context, context)
    assert_close(moments_of(batches), slow)


@pytest.mark.parametrize("size", [1, 128, 129, 300])
def test_merge_of_a_part_of_the_vocabulary_adds_at_its_indices(size: int) -> None:
    random = np.random.default_rng(size)
    indices = np.sort(random.permutation(1_000)[:size])
    whole, part, wanted = Moments(1_000, WIDTH), Moments(size, WIDTH), Moments(1_000, WIDTH)
    for moments in (whole, part):
        moments.sums += random.random(moments.sums.shape)
        moments.counts += random.integers(0, 9, moments.vocabulary_size)
        moments.untokenizable += random.integers(0, 9, moments.vocabulary_size)
    for name in ("sums", "counts", "untokenizable"):
        expected = getattr(wanted, name)
        expected += getattr(whole, name)
        for row, index in zip(getattr(part, name), indices):
            expected[index] += row
    whole.merge(part, indices)
    assert_equal(whole, wanted)


@many_times
@given(
    batch_seeds=st.lists(seeds, min_size=6, max_size=6),
    order=st.permutations(range(6)),
    parts=st.lists(st.integers(0, 2), min_size=6, max_size=6),
)
def test_any_order_and_any_parts_merge_to_the_same_moments(
    batch_seeds: list[int], order: list[int], parts: list[int]
) -> None:
    batches = [random_batch(seed) for seed in batch_seeds]
    merged = Moments(VOCABULARY_SIZE, WIDTH, second_moment=True)
    for part in range(3):
        merged.merge(moments_of([batches[i] for i in order if parts[i] == part]))
    assert_close(merged, moments_of(batches))


@many_times
@given(st.lists(seeds, max_size=4))
def test_rounded_parts_merge_to_the_whole_up_to_float32(batch_seeds: list[int]) -> None:
    batches = [random_batch(seed) for seed in batch_seeds]
    whole = moments_of([])
    for each in batches:
        part = moments_of([each])
        part.round_sums()
        assert part.sums.dtype == np.float32
        whole.merge(part)
    assert whole.sums.dtype == np.float64
    assert_close(whole, moments_of(batches))


@many_times
@given(before=st.lists(seeds, max_size=3), after=st.lists(seeds, max_size=3))
def test_take_equals_the_other_vocabulary(before: list[int], after: list[int]) -> None:
    early, late = [random_batch(seed) for seed in before], [random_batch(seed) for seed in after]
    for batch in early:
        batch.words[batch.words >= 3] = -1  # in the vocabulary only later
    taken = moments_of(early, vocabulary_size=3).take(np.array([2, 0, 1, -1, -1]))
    order = np.array([1, 2, 0])
    for batch in early:
        batch.words = np.where(batch.words >= 0, order[batch.words], -1)
    for batch in late:
        taken.add(batch)
    assert_close(taken, moments_of(early + late))


@many_times
@given(seed=seeds)
def test_means_and_covariance_equal_numpy(seed: int) -> None:
    batches = [random_batch(seed + i, occurrences=30) for i in range(3)]
    contexts = background(batches)
    moments = moments_of(batches)
    if len(contexts):
        np.testing.assert_allclose(moments.mean(), contexts.mean(axis=0), rtol=1e-10, atol=1e-12)
        np.testing.assert_allclose(moments.covariance(), np.cov(contexts.T, bias=True), rtol=1e-9, atol=1e-12)
    for word, mean in enumerate(moments.means()):
        own = [b.contexts[r] for b in batches for w, r in zip(b.words, b.rows) if w == word and r >= 0]
        np.testing.assert_allclose(mean, np.mean(own, axis=0) if own else 0.0, rtol=1e-5, atol=1e-6)


def test_covariance_and_means_are_exact_when_the_mean_is_large() -> None:
    """In float32 a variance of 0.01 would be lost in sums of squares near 10 ** 12."""
    rng = np.random.default_rng(0)
    moments, seen = Moments(2, WIDTH, second_moment=True), []
    words = np.arange(2_000) % 2
    for _ in range(50):
        contexts = rng.normal(3_000.0, 0.1, (2_000, WIDTH)).astype(np.float32)
        moments.add(ContextBatch(words, np.arange(2_000), contexts, np.array([2_000])))
        seen.append(contexts.astype(np.float64))
    np.testing.assert_allclose(moments.covariance(), np.cov(np.concatenate(seen).T, bias=True), atol=1e-6)
    for word in (0, 1):
        own = np.concatenate([contexts[words == word] for contexts in seen])
        np.testing.assert_allclose(moments.means()[word], own.mean(axis=0), rtol=0, atol=1e-5)


def test_empty_moments_are_zero() -> None:
    moments = Moments(2, WIDTH, second_moment=True)
    assert not moments.means().any()
    assert not moments.mean().any()
    assert not moments.covariance().any()


@pytest.mark.parametrize("second_moment", [False, True])
def test_the_size_is_that_of_the_arrays(second_moment: bool) -> None:
    moments = Moments(7, WIDTH, second_moment)
    arrays = {name: array for name, array in moments.to_arrays().items() if not name.startswith("total")}
    assert Moments.bytes_of(7, WIDTH, second_moment) == sum(array.nbytes for array in arrays.values())


def test_covariance_without_second_moments_raises() -> None:
    with pytest.raises(ValueError, match="without second_moment=True"):
        Moments(2, WIDTH).covariance()


@pytest.mark.parametrize("other", [Moments(4, 3, True), Moments(5, 2, True), Moments(5, 3, False)])
def test_merge_of_a_different_shape_raises(other: Moments) -> None:
    moments = moments_of([random_batch(1)])
    before = moments_of([random_batch(1)])
    with pytest.raises(ValueError, match="vocabulary size, width and second_moment agree"):
        moments.merge(other)
    assert_equal(moments, before)


def test_take_drops_words() -> None:
    moments = moments_of([random_batch(1, occurrences=12)])
    taken = moments.take(np.array([4, 0]))
    assert taken.vocabulary_size == 2
    np.testing.assert_array_equal(taken.sums, moments.sums[[4, 0]])
    np.testing.assert_array_equal(taken.counts, moments.counts[[4, 0]])


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf, 1e25, -3e38])
def test_hidden_states_beyond_float32_raise(value: float) -> None:
    batch = random_batch(3, occurrences=12)
    batch.contexts[batch.rows[batch.rows >= 0][0], 1] = value
    with pytest.raises(ValueError, match="hidden states that are NaN, infinite or larger than 1e10"):
        moments_of([batch])
