"""CachedTextEncoder: built once, rebuilt with new vectors or a new table of texts, stored without its table."""

from __future__ import annotations

import copy
import dataclasses
import pickle
from typing import Any

import numpy as np
import pytest
from gensim.models import KeyedVectors
from text_tables import random_text_table

from gensim_distill import TextReader
from gensim_distill.encoding import CachedTextEncoder, TextEncoder, cached_encoder
from gensim_distill.solvers.learned_state import LearnedState

WORDS = ["the", "cat", "dog", "sat"]
TEXTS = ["The cat sat!", ["dog", "cat"]]


@pytest.fixture
def vectors() -> KeyedVectors:
    vectors = KeyedVectors(5)
    vectors.add_vectors(WORDS, np.random.default_rng(0).standard_normal((4, 5)).astype(np.float32) + 1)
    for word, count in zip(WORDS, [50, 20, 9, 1]):
        vectors.set_vecattr(word, "count", count)
    return vectors


@pytest.fixture
def cache() -> CachedTextEncoder:
    return CachedTextEncoder(TextReader())


def test_get_builds_the_default_encoder_once(cache: CachedTextEncoder, vectors: KeyedVectors) -> None:
    encoder = cache.get(vectors)
    np.testing.assert_array_equal(encoder.encode(TEXTS), TextEncoder.of(vectors).encode(TEXTS))
    assert encoder.reader is cache.reader
    assert cache.get(vectors) is encoder


@pytest.mark.parametrize("change", ["vectors", "counts", "words"])
def test_get_rebuilds_when_the_vectors_have_changed(
    change: str, cache: CachedTextEncoder, vectors: KeyedVectors
) -> None:
    before = cache.get(vectors)
    if change == "vectors":
        vectors.vectors *= 2
    elif change == "counts":
        vectors.set_vecattr("cat", "count", 21)
    else:
        vectors.add_vectors(["mat"], np.ones((1, 5), dtype=np.float32))
    encoder = cache.get(vectors)
    assert encoder is not before
    np.testing.assert_array_equal(encoder.encode(TEXTS), TextEncoder.of(vectors).encode(TEXTS))


def test_get_rebuilds_after_any_edit(cache: CachedTextEncoder) -> None:
    words = [f"w{number}" for number in range(500)]
    vectors = KeyedVectors(5)
    vectors.add_vectors(words, np.random.default_rng(0).standard_normal((500, 5)).astype(np.float32))
    for word in words:
        vectors.set_vecattr(word, "count", 3)
    for row in (0, 1, 333, 499):
        cache.get(vectors)
        vectors.vectors[row, 2] += 1
        np.testing.assert_array_equal(cache.get(vectors).table, TextEncoder.of(vectors).table)
        vectors.set_vecattr(words[row], "count", 50)
        np.testing.assert_array_equal(cache.get(vectors).table, TextEncoder.of(vectors).table)
    vectors.vectors[[20, 21]] = vectors.vectors[[21, 20]]
    np.testing.assert_array_equal(cache.get(vectors).table, TextEncoder.of(vectors).table)
    vectors.index_to_key[3] = "renamed"
    vectors.key_to_index = {word: row for row, word in enumerate(vectors.index_to_key)}
    assert cache.get(vectors).encode(["renamed"]).any()


def test_set_keeps_settings_and_reader_when_the_vectors_change(cache: CachedTextEncoder, vectors: KeyedVectors) -> None:
    encoder = TextEncoder.of(vectors, "uniform", components=2, reader=TextReader(str.split))
    cache.set(encoder, vectors)
    assert cache.get(vectors) is encoder
    vectors.vectors *= 2
    rebuilt = cache.get(vectors)
    assert rebuilt.settings == encoder.settings and rebuilt.reader is encoder.reader
    np.testing.assert_allclose(rebuilt.encode(TEXTS), 2 * encoder.encode(TEXTS), rtol=1e-5)


def test_an_encoder_of_texts_is_not_rebuilt_without_them(cache: CachedTextEncoder, vectors: KeyedVectors) -> None:
    cache.set(TextEncoder.of(vectors, "idf", texts=TEXTS), vectors)
    vectors.vectors *= 2
    with pytest.raises(RuntimeError, match="vectors have changed since the text encoder was built from them and from"):
        cache.get(vectors)
    cache.clear()
    assert cache.get(vectors).settings["weighting"] == "sif"


def test_set_raises_for_an_encoder_of_other_vectors(cache: CachedTextEncoder, vectors: KeyedVectors) -> None:
    stale = TextEncoder.of(vectors)
    vectors.vectors[3] += 1
    for encoder in (stale, TextEncoder(WORDS, vectors.vectors), TextEncoder(["a"], [[1.0]])):
        with pytest.raises(ValueError, match="was not built from the current vectors of this model"):
            cache.set(encoder, vectors)
    with pytest.raises(TypeError, match="text_encoder is a KeyedVectors"):
        cache.set(vectors, vectors)


@pytest.mark.parametrize("duplicate", [copy.copy, copy.deepcopy, lambda cache: pickle.loads(pickle.dumps(cache))])
def test_copies_have_the_encoder_but_not_its_table(
    duplicate: Any, cache: CachedTextEncoder, vectors: KeyedVectors
) -> None:
    cache.set(TextEncoder.of(vectors, "idf", texts=TEXTS, reader=TextReader(str.split, str.lower)), vectors)
    expected = cache.get(vectors)
    twin = duplicate(cache)
    found = twin.get(vectors)
    assert found.settings == expected.settings and found.reader == expected.reader
    np.testing.assert_array_equal(found.table, expected.table)
    twin.clear()
    assert cache.get(vectors) is expected
    assert expected.table.tobytes() not in pickle.dumps(cache)


# --- the table of texts that a model has learned ---------------------------------------------------


@pytest.fixture
def learned() -> LearnedState:
    """What a model has learned of the words; "sat" has no row."""
    return LearnedState(words=list(WORDS), text_table=random_text_table(4, without=[3]))


def test_the_default_encoder_is_that_of_the_learned_table(
    cache: CachedTextEncoder, vectors: KeyedVectors, learned: LearnedState, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cached_encoder, "_fingerprint", None)  # not called, since the vectors do not matter
    encoder = cache.get(vectors, learned)
    assert encoder.words == ["the", "cat", "dog"] and encoder.reader is cache.reader
    expected = TextEncoder.from_text_table(WORDS, learned.text_table)  # type: ignore[arg-type]
    np.testing.assert_array_equal(encoder.encode(TEXTS), expected.encode(TEXTS))
    vectors.vectors *= 2
    assert cache.get(vectors, learned) is encoder
    cache.reader = TextReader(key=str)
    assert cache.get(vectors, learned).encode(["Cat"]).tolist() == [[0] * 6]  # no piece has a capital
    learned.text_table = random_text_table(4, seed=1)
    assert cache.get(vectors, learned).words == WORDS


def test_words_of_the_table_are_those_of_the_vectors_in_their_order(
    cache: CachedTextEncoder, vectors: KeyedVectors, learned: LearnedState
) -> None:
    before = cache.get(vectors, learned)
    vectors.index_to_key[:3] = vectors.index_to_key[2::-1]
    vectors.add_vectors(["mat"], np.ones((1, 5), dtype=np.float32))
    encoder = cache.get(vectors, learned)
    assert encoder.words == ["dog", "cat", "the"]
    np.testing.assert_array_equal(encoder.encode(["the cat", "mat"]), before.encode(["the cat", "mat"]))
    vectors.index_to_key[0] = "hen"  # no longer a word, and read as pieces
    assert cache.get(vectors, learned).words == ["cat", "the"]
    learned.align(vectors.index_to_key)
    assert cache.get(vectors, learned).words == ["cat", "the"]


@pytest.mark.parametrize(
    "state", [LearnedState(), LearnedState(words=WORDS, text_table=random_text_table(4, without=range(4)))]
)
def test_without_learned_rows_the_default_is_that_of_the_vectors(
    state: LearnedState, cache: CachedTextEncoder, vectors: KeyedVectors
) -> None:
    encoder = cache.get(vectors, state)
    assert encoder.settings["weighting"] == "sif"
    assert cache.get(vectors, state) is encoder
    vectors.vectors *= 2
    assert cache.get(vectors, state) is not encoder


def test_the_default_before_training_is_replaced_by_the_learned_table(
    cache: CachedTextEncoder, vectors: KeyedVectors, learned: LearnedState
) -> None:
    assert cache.get(vectors, LearnedState()).settings["weighting"] == "sif"
    assert cache.get(vectors, learned).settings["weighting"] == "learned"
    assert cache.get(vectors, LearnedState()).settings["weighting"] == "sif"


@pytest.mark.parametrize("duplicate", [copy.copy, copy.deepcopy, lambda cache: pickle.loads(pickle.dumps(cache))])
def test_assigned_encoders_replace_that_of_the_learned_table(
    duplicate: Any, cache: CachedTextEncoder, vectors: KeyedVectors, learned: LearnedState
) -> None:
    default = cache.get(vectors, learned)
    mine = TextEncoder.of(vectors, reader=cache.reader)
    cache.set(mine, vectors, learned)
    assert cache.get(vectors, learned) is mine
    np.testing.assert_array_equal(duplicate(cache).get(vectors, learned).table, mine.table)
    cache.clear()
    np.testing.assert_array_equal(cache.get(vectors, learned).rows, default.rows)

    # An encoder of the table with another reader follows the table.
    mine = TextEncoder.from_text_table(WORDS, learned.text_table, TextReader(str.split, str))  # type: ignore[arg-type]
    cache.set(mine, vectors, learned)
    learned.text_table = random_text_table(4, seed=1)
    for twin in (cache, duplicate(cache)):
        found = twin.get(vectors, learned)
        assert found.settings == {"weighting": "learned"} and found.reader == TextReader(str.split, str)
        np.testing.assert_array_equal(found.table, learned.text_table.rows)


def test_set_raises_for_an_encoder_of_another_table(
    cache: CachedTextEncoder, vectors: KeyedVectors, learned: LearnedState
) -> None:
    other = TextEncoder.from_text_table(WORDS, random_text_table(4, without=[3], seed=1))
    for state in (learned, LearnedState()):
        with pytest.raises(ValueError, match="nor from its learned table"):
            cache.set(other, vectors, state)


def test_caches_of_earlier_versions_keep_assigned_encoders_only(vectors: KeyedVectors, learned: LearnedState) -> None:
    for encoder, weighting in ((TextEncoder.of(vectors), "learned"), (TextEncoder.of(vectors, a=1e-4), "sif")):
        cache = CachedTextEncoder(TextReader())
        cache.set(encoder, vectors)
        state = {name: value for name, value in cache.__getstate__().items() if name != "_built"} | {"_encoder": None}
        state["_state"] = dataclasses.replace(state["_state"], reader=None)
        loaded = CachedTextEncoder.__new__(CachedTextEncoder)
        loaded.__setstate__(state)
        assert loaded.get(vectors, learned).settings["weighting"] == weighting
