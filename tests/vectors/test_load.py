"""Loading vectors from objects and folders."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from gensim.models import KeyedVectors, Word2Vec
from gensim.test.utils import common_texts

from gensim_distill.vectors import load_vectors, save_safetensors
from gensim_distill.vectors.keyed import keyed_vectors, word_counts


def test_objects_are_used_as_they_are() -> None:
    vectors = KeyedVectors(2)
    vectors.add_vectors(["cat"], np.ones((1, 2)))
    model = Word2Vec(common_texts, vector_size=4, min_count=1, epochs=1)
    assert load_vectors(vectors) is vectors
    assert load_vectors(model) is model.wv
    first = load_vectors(model, limit=3)
    assert first.index_to_key == model.wv.index_to_key[:3]
    np.testing.assert_array_equal(word_counts(first), model.wv.expandos["count"][:3])


@pytest.mark.parametrize("as_path", [str, Path])
def test_a_safetensors_folder_is_loaded_like_a_file(as_path: Any, tmp_path: Path) -> None:
    vectors = np.arange(6, dtype=np.float32).reshape(3, 2)
    save_safetensors(tmp_path, ["cat", "dog", "new york"], vectors, np.array([9, 4, 2]))
    found = load_vectors(as_path(tmp_path))
    assert found.index_to_key == ["cat", "dog", "new york"]
    np.testing.assert_array_equal(found.vectors, vectors)
    first = load_vectors(as_path(tmp_path), limit=2)
    assert first.index_to_key == ["cat", "dog"]
    np.testing.assert_array_equal(word_counts(first), [9, 4])


def with_keys(keys: list[Any]) -> KeyedVectors:
    return keyed_vectors(keys, np.eye(len(keys), dtype=np.float32))


@pytest.mark.parametrize(
    ("source", "limit", "error", "message"),
    [
        (42, None, TypeError, "type int: expected KeyedVectors"),
        (KeyedVectors(3), None, ValueError, "no words"),
        (
            with_keys([1, 2]),
            None,
            TypeError,
            "have the key 1 of type int, where strings were expected: convert the keys to str",
        ),
        (with_keys(["a", None]), None, TypeError, "have the key None .*: fill or remove places without a key"),
        ("no-such-file.txt", None, FileNotFoundError, "no such file"),
        (
            ".",
            None,
            FileNotFoundError,
            "is a folder without word vectors: expected the output folder of `gensim-distill train`",
        ),
        ("no-such-file.txt", 0, ValueError, "limit=0"),
    ],
)
def test_other_sources_raise(source: Any, limit: Any, error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        load_vectors(source, limit=limit)
