"""A store of texts is the same sample of the same texts, in any order and from any division."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from random_moments import VOCABULARY_SIZE, WIDTH, many_times, random_batch, seeds

from gensim_distill.contexts.scopes import ContextBatch
from gensim_distill.statistics.text_store import CAPACITY, TextSample, TextStore

WORDS = ["graph", "trees", "minors", "system", "user"]
assert len(WORDS) == VOCABULARY_SIZE

batches_of_texts = st.lists(seeds, max_size=8)
capacities = st.integers(1, 6)
word_limits = st.integers(1, 20)


def store_of(batches: Sequence[ContextBatch], **limits: int) -> TextStore:
    store = TextStore(WIDTH, WORDS, **limits)
    for batch in batches:
        store.add(batch)
    return store


def assert_equal(one: TextStore, other: TextStore) -> None:
    arrays, expected = one.to_arrays(), other.to_arrays()
    assert list(arrays) == list(expected)
    for name, array in arrays.items():
        assert array.dtype == expected[name].dtype
        np.testing.assert_array_equal(array, expected[name], err_msg=name)


def texts_of(sample: TextSample) -> list[tuple[list[int], list[float]]]:
    """Return the sorted words and the vector of each text."""
    words = np.split(sample.words, np.cumsum(sample.lengths))
    return [(sorted(text.tolist()), vector.tolist()) for text, vector in zip(words, sample.vectors)]


def one_text(words: Sequence[int], vector: Sequence[float]) -> ContextBatch:
    contexts = np.array([vector], dtype=np.float32)
    return ContextBatch(np.array(words), np.zeros(len(words), dtype=np.int64), contexts, np.array([len(words)]))


@many_times
@given(batches_of_texts)
def test_a_store_has_the_known_words_of_every_text_once(batch_seeds: list[int]) -> None:
    batches = [random_batch(seed) for seed in batch_seeds]
    expected: dict[tuple[int, ...], list[bytes]] = {}
    for batch in batches:
        for row, context in enumerate(batch.contexts):
            words = tuple(sorted(batch.words[(batch.rows == row) & (batch.words >= 0)].tolist()))
            if words:
                expected.setdefault(words, []).append(context.astype(np.float16).tobytes())
    smallest = {words: np.frombuffer(min(vectors), np.float16).tolist() for words, vectors in expected.items()}
    assert sorted(texts_of(store_of(batches).sample())) == sorted((list(words), v) for words, v in smallest.items())


def test_keys_are_those_in_files_of_earlier_versions() -> None:
    """A key is the finalizer of SplitMix64, applied to the sum of the hashes of the words."""
    mixed = sum(
        int.from_bytes(hashlib.blake2b(word, digest_size=8).digest(), "little") for word in (b"graph", b"trees")
    )
    for shift, multiplier in ((30, 0xBF58476D1CE4E5B9), (27, 0x94D049BB133111EB), (31, 1)):
        mixed = (mixed % 2**64 ^ mixed % 2**64 >> shift) * multiplier
    assert store_of([one_text([1, 0], [1, 2, 3])]).to_arrays()["keys"].tolist() == [mixed % 2**64]


@many_times
@given(batches_of_texts, st.randoms(), capacities, word_limits)
def test_the_order_of_documents_does_not_matter(batch_seeds: list[int], random, capacity, max_words) -> None:  # type: ignore[no-untyped-def]
    batches = [random_batch(seed) for seed in batch_seeds]
    other = list(batches)
    random.shuffle(other)
    limits = {"capacity": capacity, "max_words": max_words}
    assert_equal(store_of(other, **limits), store_of(batches, **limits))


@many_times
@given(st.lists(batches_of_texts, min_size=1, max_size=4), capacities, word_limits)
def test_merge_of_parts_equals_the_whole(parts: list[list[int]], capacity: int, max_words: int) -> None:
    limits = {"capacity": capacity, "max_words": max_words}
    batches = [[random_batch(seed) for seed in part] for part in parts]
    whole = store_of([batch for part in batches for batch in part], **limits)
    one_by_one = store_of([], **limits)
    for part in batches:
        one_by_one.merge(store_of(part, **limits))
    assert_equal(one_by_one, whole)
    from_the_end = store_of(batches[-1], **limits)
    for part in reversed(batches[:-1]):
        added = store_of(part, **limits)
        added.merge(from_the_end)
        from_the_end = added
    assert_equal(from_the_end, whole)


@many_times
@given(batches_of_texts, capacities, word_limits)
def test_a_full_store_has_the_texts_with_the_smallest_keys(batch_seeds: list[int], capacity: int, limit: int) -> None:
    batches = [random_batch(seed) for seed in batch_seeds]
    everything = store_of(batches)
    keys, lengths = everything.to_arrays()["keys"], everything.sample().lengths
    number = 0
    while number < min(capacity, len(keys)) and lengths[: number + 1].sum() <= limit:
        number += 1
    bounded = store_of(batches, capacity=capacity, max_words=limit)
    assert bounded.to_arrays()["keys"].tolist() == keys[:number].tolist()
    assert texts_of(bounded.sample()) == texts_of(everything.sample())[:number]


@pytest.mark.parametrize(("limit", "texts"), [({"capacity": 100}, 100), ({"max_words": 3_000}, 1_000)])
def test_a_store_in_use_stays_near_its_capacity(limit: dict[str, int], texts: int) -> None:
    store = TextStore(WIDTH, [str(word) for word in range(1_000)], **limit)
    random = np.random.default_rng(0)
    for _ in range(200):
        words = random.integers(0, 1_000, 90)
        store.add(ContextBatch(words, np.repeat(np.arange(30), 3), np.ones((30, WIDTH), np.float32), np.array([90])))
        assert store.nbytes <= 2 * texts * (8 + 4 + 3 * 4 + 2 * WIDTH)
    assert len(store.sample()) == texts


def test_the_sample_is_a_random_one() -> None:
    words = np.arange(2_000)
    store = TextStore(1, [str(word) for word in words], capacity=1_500)  # more than are gathered at once
    store.add(ContextBatch(words, words, words[:, None].astype(np.float32), np.array([2_000])))
    sample = store.sample()
    assert len(np.unique(sample.words)) == 1_500
    assert abs(sample.words.mean() - 1_000) < 50
    np.testing.assert_array_equal(sample.vectors[:, 0], sample.words)


def test_the_size_is_that_of_the_arrays_or_a_bound() -> None:
    store = store_of([one_text([0, 2, 2], [1, 2, 3]), one_text([1], [1, 2, 3])])
    assert store.nbytes == TextStore.bytes_of(WIDTH, words=4, texts=2)
    assert TextStore.bytes_of(WIDTH, words=4) == TextStore.bytes_of(WIDTH, words=4, texts=4)
    assert TextStore.bytes_of(WIDTH) == TextStore.bytes_of(WIDTH, words=10**9, texts=CAPACITY)
    assert TextStore.expected_size() == TextStore.expected_size(10**9) == (CAPACITY, 32 * CAPACITY)
    assert TextStore.expected_size(13) == (2, 13)
    assert TextStore.expected_size(12 * CAPACITY) == (CAPACITY, 12 * CAPACITY)


@many_times
@given(batches_of_texts, batches_of_texts, st.permutations(range(VOCABULARY_SIZE)))
def test_take_moves_texts_to_another_vocabulary(first: list[int], second: list[int], rows: list[int]) -> None:
    earlier = store_of([random_batch(seed) for seed in first])
    words = [WORDS[row] for row in rows]
    place = np.array([rows.index(word) for word in range(VOCABULARY_SIZE)] + [-1])
    moved = TextStore(WIDTH, words)
    moved.merge(earlier.take(np.array(rows)))
    for seed in second:
        batch = random_batch(seed)
        moved.add(ContextBatch(place[batch.words], batch.rows, batch.contexts, batch.document_lengths))
    at_once = store_of([random_batch(seed) for seed in [*first, *second]])
    assert_equal(moved.take(place[:-1]), at_once.take(np.arange(VOCABULARY_SIZE)))


def test_take_removes_words_that_are_gone() -> None:
    store = store_of([one_text([0, 2, 3], [1, 2, 3]), one_text([2], [4, 5, 6]), one_text([4, 4], [7, 8, 9])])
    taken = store.take(np.array([-1, 4, 3, 0]))
    assert sorted(texts_of(taken.sample())) == [([1, 1], [7, 8, 9]), ([2, 3], [1, 2, 3])]
    assert taken.sample().words.dtype == np.int32
    assert len(store.sample()) == 3
    assert not len(store.take(np.array([-1, -1])).sample())


def test_merge_of_a_part_of_the_vocabulary() -> None:
    part = TextStore(WIDTH, ["system", "minors"])
    part.add(one_text([0, 1, 0], [1, 2, 3]))
    store = store_of([])
    store.merge(part, np.array([3, 2]))
    assert_equal(store, store_of([one_text([3, 3, 2], [1, 2, 3])]))


def test_of_texts_with_the_same_words_one_is_kept_whatever_the_order() -> None:
    texts = [one_text([0, 1, -1, 1], [1, 2, 3]), one_text([1, 1, 0], [1, 2, 0]), one_text([1, 0, 1], [-1, 0, 3])]
    assert_equal(store_of(texts), store_of(texts[::-1]))
    assert len(store_of(texts).sample()) == 1


def test_hidden_states_beyond_float16_are_clipped() -> None:
    sample = store_of([one_text([0], [1e6, -1e6, 0.5])]).sample()
    assert sample.vectors.tolist() == [[65504.0, -65504.0, 0.5]]


def test_stores_of_different_width_cannot_be_merged() -> None:
    with pytest.raises(ValueError, match="the same number of dimensions: 3 against 2"):
        TextStore(3).merge(TextStore(2))


@many_times
@given(batches_of_texts, batches_of_texts, capacities)
def test_arrays_and_back(first: list[int], second: list[int], capacity: int) -> None:
    store = store_of([random_batch(seed) for seed in first], capacity=capacity)
    loaded = TextStore.from_arrays(store.to_arrays())
    assert_equal(loaded, store)
    resumed = store_of([], capacity=capacity)
    resumed.merge(loaded)
    for seed in second:
        resumed.add(random_batch(seed))
    assert_equal(resumed, store_of([random_batch(seed) for seed in [*first, *second]], capacity=capacity))


@pytest.mark.parametrize(
    ("name", "array", "message"),
    [
        ("words", np.zeros(3, np.int64), "words has the shape"),
        ("words", np.array([0, -1, 2], np.int32), "do not add up"),
        ("lengths", np.array([4, -1], np.int32), "do not add up"),
        ("lengths", np.array([3], np.int32), "1 lengths and 2 vectors for 2 texts"),
        ("vectors", np.zeros((2, WIDTH), np.float32), "vectors has the shape"),
        ("keys", np.array([5, 5], np.uint64), "not in ascending order"),
        ("limit", np.array([1], np.uint64), "not in ascending order"),
    ],
)
def test_arrays_that_do_not_fit_raise_an_error(name: str, array: np.ndarray, message: str) -> None:
    arrays = store_of([one_text([0, 1], [1, 2, 3]), one_text([2], [4, 5, 6])]).to_arrays()
    with pytest.raises(ValueError, match=message):
        TextStore.from_arrays(arrays | {name: array})


def test_select_returns_texts_in_the_order_of_the_request() -> None:
    sample = TextSample(np.array([3, 1, 1, 2], np.int32), np.array([2, 1, 1], np.int32), np.arange(6.0).reshape(3, 2))
    assert texts_of(sample.select(np.array([2, 0]))) == [([2], [4.0, 5.0]), ([1, 3], [0.0, 1.0])]
    assert not len(sample.select(np.array([], dtype=np.int64)))
