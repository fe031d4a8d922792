"""Moments are sums: any order, any division, the same statistics; and files that come back exactly."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from safetensors.numpy import save_file

from gensim_distill.contexts.scopes import ContextBatch
from gensim_distill.statistics.moments import Moments
from gensim_distill.statistics.moments_file import load_moments, save_moments

VOCABULARY_SIZE, WIDTH = 5, 3

seeds = st.integers(0, 2**32 - 1)
many_times = settings(max_examples=40, deadline=None, database=None)


def random_batch(seed: int, mean: float = 0.0, spread: float = 1.0, occurrences: int | None = None) -> ContextBatch:
    """Make a batch with words outside the vocabulary, untokenizable words and shared contexts; it may be empty."""
    rng = np.random.default_rng(seed)
    n_contexts = int(rng.integers(0, 6))
    n = int(rng.integers(0, 12)) if occurrences is None else occurrences
    return ContextBatch(
        words=rng.integers(-1, VOCABULARY_SIZE, n),
        rows=rng.integers(-1, n_contexts, n),
        contexts=rng.normal(mean, spread, (n_contexts, WIDTH)).astype(np.float32),
        text_lengths=np.array([n]),
    )


def moments_of(batches: Sequence[ContextBatch], vocabulary_size: int = VOCABULARY_SIZE) -> Moments:
    moments = Moments(vocabulary_size, WIDTH, second_moment=True)
    for batch in batches:
        moments.add(batch)
    return moments


def background(batches: Sequence[ContextBatch]) -> np.ndarray:
    """Give every context of a word, once however many words share it, in float64."""
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


@many_times
@given(st.lists(seeds, max_size=6))
def test_moments_equal_those_of_a_slow_loop(batch_seeds: list[int]) -> None:
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
def test_moments_of_a_part_of_the_vocabulary_go_to_the_places_of_its_words(size: int) -> None:
    random = np.random.default_rng(size)
    places = np.sort(random.permutation(1_000)[:size])
    whole, part, wanted = Moments(1_000, WIDTH), Moments(size, WIDTH), Moments(1_000, WIDTH)
    for moments in (whole, part):
        moments.sums += random.random(moments.sums.shape)
        moments.counts += random.integers(0, 9, moments.vocabulary_size)
        moments.untokenizable += random.integers(0, 9, moments.vocabulary_size)
    for name in ("sums", "counts", "untokenizable"):
        expected = getattr(wanted, name)
        expected += getattr(whole, name)
        for row, place in zip(getattr(part, name), places):
            expected[place] += row
    whole.merge(part, places)
    assert_equal(whole, wanted)


@many_times
@given(
    batch_seeds=st.lists(seeds, min_size=6, max_size=6),
    order=st.permutations(range(6)),
    parts=st.lists(st.integers(0, 2), min_size=6, max_size=6),
)
def test_moments_added_in_any_order_and_merged_from_any_parts_are_those_of_all_at_once(
    batch_seeds: list[int], order: list[int], parts: list[int]
) -> None:
    batches = [random_batch(seed) for seed in batch_seeds]
    merged = Moments(VOCABULARY_SIZE, WIDTH, second_moment=True)
    for part in range(3):
        merged.merge(moments_of([batches[i] for i in order if parts[i] == part]))
    assert_close(merged, moments_of(batches))


@many_times
@given(st.lists(seeds, max_size=4))
def test_rounded_parts_add_up_to_the_whole_but_for_the_precision_that_they_are_sent_in(batch_seeds: list[int]) -> None:
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
def test_moments_that_grow_are_those_of_the_larger_vocabulary(before: list[int], after: list[int]) -> None:
    early, late = [random_batch(seed) for seed in before], [random_batch(seed) for seed in after]
    for batch in early:
        batch.words[batch.words >= 3] = -1  # known only after growing
    growing = moments_of(early, vocabulary_size=3)
    growing.grow(VOCABULARY_SIZE)
    for batch in late:
        growing.add(batch)
    assert_close(growing, moments_of(early + late))


@many_times
@given(seed=seeds)
def test_means_and_covariance_are_those_of_numpy(seed: int) -> None:
    batches = [random_batch(seed + i, occurrences=30) for i in range(3)]
    contexts = background(batches)
    moments = moments_of(batches)
    if len(contexts):
        np.testing.assert_allclose(moments.mean(), contexts.mean(axis=0), rtol=1e-10, atol=1e-12)
        np.testing.assert_allclose(moments.covariance(), np.cov(contexts.T, bias=True), rtol=1e-9, atol=1e-12)
    for word, mean in enumerate(moments.means()):
        own = [b.contexts[r] for b in batches for w, r in zip(b.words, b.rows) if w == word and r >= 0]
        np.testing.assert_allclose(mean, np.mean(own, axis=0) if own else 0.0, rtol=1e-5, atol=1e-6)


def test_covariance_and_means_are_right_where_the_mean_is_large() -> None:
    """Sums of squares near 10 ** 12 in float32 could not tell a variance of 0.01 from noise."""
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


def test_moments_of_nothing_are_zero() -> None:
    moments = Moments(2, WIDTH, second_moment=True)
    assert not moments.means().any()
    assert not moments.mean().any()
    assert not moments.covariance().any()


def test_covariance_without_second_moments_says_that_they_were_not_kept() -> None:
    with pytest.raises(ValueError, match="without second_moment=True"):
        Moments(2, WIDTH).covariance()


@pytest.mark.parametrize("other", [Moments(4, 3, True), Moments(5, 2, True), Moments(5, 3, False)])
def test_moments_of_other_shapes_are_not_merged(other: Moments) -> None:
    moments = moments_of([random_batch(1)])
    before = moments_of([random_batch(1)])
    with pytest.raises(ValueError, match="vocabulary size, width and second_moment agree"):
        moments.merge(other)
    assert_equal(moments, before)


def test_moments_do_not_shrink() -> None:
    with pytest.raises(ValueError, match="cannot shrink to 4"):
        Moments(5, WIDTH).grow(4)


def two_views() -> dict[str, Moments]:
    with_outer = moments_of([random_batch(seed) for seed in range(5)])
    without = Moments(VOCABULARY_SIZE, WIDTH)
    without.add(random_batch(6))
    return {"text.0+6": with_outer, "a/b": without, "empty": Moments(0, WIDTH)}


def test_saved_moments_come_back_exactly(tmp_path: Path) -> None:
    path = tmp_path / "some.moments"
    save_moments(two_views(), path, words=5, teacher="bert", layers=[0, -1])
    loaded, about = load_moments(path)
    assert about == {"words": 5, "teacher": "bert", "layers": [0, -1]}
    assert list(loaded) == list(two_views())
    for name, moments in two_views().items():
        assert_equal(loaded[name], moments)
    assert [file.name for file in tmp_path.iterdir()] == ["some.moments"]


def test_loaded_moments_can_be_added_to(tmp_path: Path) -> None:
    save_moments({"view": moments_of([random_batch(1)])}, tmp_path / "file")
    loaded = load_moments(str(tmp_path / "file"))[0]["view"]
    loaded.add(random_batch(2))
    loaded.merge(moments_of([random_batch(3)]))
    loaded.grow(VOCABULARY_SIZE + 1)
    assert_close(loaded, moments_of([random_batch(seed) for seed in (1, 2, 3)], VOCABULARY_SIZE + 1))


def test_saving_again_replaces_the_old_file(tmp_path: Path) -> None:
    save_moments(two_views(), tmp_path / "file")
    save_moments({"new": moments_of([random_batch(9)])}, tmp_path / "file")
    loaded, _ = load_moments(tmp_path / "file")
    assert list(loaded) == ["new"]


def test_a_write_that_fails_leaves_the_old_file(tmp_path: Path) -> None:
    resource = pytest.importorskip("resource", reason="needs a limit on the size of files")
    path = tmp_path / "file"
    save_moments(two_views(), path, of="old")
    large = Moments(10_000, WIDTH)
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, limits[1]))  # as if the disk were full
    try:
        with pytest.raises(Exception, match=r"File too large|os error|I/O"):
            save_moments({"large": large}, path, of="new")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    loaded, about = load_moments(path)
    assert about == {"of": "old"}
    for name, moments in two_views().items():
        assert_equal(loaded[name], moments)


def test_a_file_cut_short_anywhere_is_said_to_be_damaged(tmp_path: Path) -> None:
    path = tmp_path / "whole"
    save_moments(two_views(), path)
    whole = path.read_bytes()
    for length in [*range(0, 600, 7), len(whole) // 2, len(whole) - 1]:
        (tmp_path / "part").write_bytes(whole[:length])
        with pytest.raises(ValueError, match="part' is damaged or no safetensors file"):
            load_moments(tmp_path / "part")


def test_a_file_with_a_damaged_header_is_refused_by_name_or_read_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "damaged"
    save_moments({"view": moments_of([random_batch(1)])}, path, words=5)
    whole = path.read_bytes()
    wrong: set[str] = set()
    for position in range(8 + int.from_bytes(whole[:8], "little")):
        path.write_bytes(whole[:position] + bytes([whole[position] ^ 1]) + whole[position + 1 :])
        try:
            load_moments(path)
        except ValueError as error:
            if "damaged' " not in str(error):
                wrong.add(f"{type(error).__name__} that does not name the file: {error}")
        except Exception as error:
            wrong.add(f"{type(error).__name__}: {error}")
    assert not wrong


@pytest.mark.parametrize("metadata", [None, {"format": "pt"}, {"format": "gensim-distill moments 0"}])
def test_another_safetensors_file_is_refused(tmp_path: Path, metadata: dict[str, str] | None) -> None:
    save_file({"weight": np.zeros(3)}, tmp_path / "model.safetensors", metadata=metadata)
    with pytest.raises(ValueError, match=r"model\.safetensors' holds no moments of this version"):
        load_moments(tmp_path / "model.safetensors")


@pytest.mark.parametrize("content", [b"", b"hello", json.dumps({"a": 1}).encode() * 100, bytes(1000)])
def test_a_file_of_another_kind_is_refused(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "other").write_bytes(content)
    with pytest.raises(ValueError, match=r"other' (is damaged or no safetensors file|holds no moments)"):
        load_moments(tmp_path / "other")


def test_a_file_that_is_not_there_is_not_found(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match="nowhere"):
        load_moments(tmp_path / "nowhere")
