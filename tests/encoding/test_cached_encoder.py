"""CachedTextEncoder: built once, rebuilt with new vectors, stored without its table."""

from __future__ import annotations

import copy
import pickle
from typing import Any

import numpy as np
import pytest
from gensim.models import KeyedVectors

from gensim_distill import TextReader
from gensim_distill.encoding import CachedTextEncoder, TextEncoder

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
