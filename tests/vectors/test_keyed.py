"""Helpers for `KeyedVectors`."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from gensim.models import KeyedVectors, Word2Vec
from gensim.test.utils import common_texts

from gensim_distill.vectors import load_vectors
from gensim_distill.vectors.keyed import first_words, is_nonzero, keyed_vectors, shared_words, unit_vectors, word_counts


def test_placeholder_counts_of_gensim_are_ignored(tmp_path: Path) -> None:
    vectors = keyed_vectors(["cat", "dog"], np.eye(2, dtype=np.float32))
    for binary in (False, True):
        path = str(tmp_path / "vectors")
        vectors.save_word2vec_format(path, binary=binary)
        assert word_counts(KeyedVectors.load_word2vec_format(path, binary=binary)) is None
        assert word_counts(load_vectors(path)) is None
    model = Word2Vec(common_texts, vector_size=4, min_count=1, epochs=1)
    np.testing.assert_array_equal(word_counts(model.wv), model.wv.expandos["count"])


def test_first_words_keep_their_counts() -> None:
    vectors = keyed_vectors(["cat", "dog", "fox"], np.eye(3), [5, 3, 1])
    first = first_words(vectors, 2)
    assert first.index_to_key == ["cat", "dog"]
    np.testing.assert_array_equal(word_counts(first), [5, 3])
    assert first_words(vectors, 3) is first_words(vectors, None) is vectors


def test_shared_words_are_folded_and_in_the_order_of_the_first_model() -> None:
    models = [keyed_vectors(["Rome", "cat", "rain"], np.eye(3)), keyed_vectors(["rain", "rome", "dog"], np.eye(3))]
    assert shared_words(models) == ["ROME", "RAIN"]
    assert shared_words(models, case_insensitive=False) == ["rain"]
    assert shared_words([]) == []


def test_unit_vectors_are_normalized_and_zeros_stay_zero() -> None:
    vectors = keyed_vectors(["cat", "dog", "fox"], np.array([[3e30, 4e30], [0, 0], [1, np.nan]], dtype=np.float32))
    np.testing.assert_allclose(unit_vectors(vectors, np.array([0, 1])), [[0.6, 0.8], [0, 0]], rtol=1e-6)
    assert is_nonzero(vectors, np.array([0, 1])).tolist() == [True, False]
    assert is_nonzero(vectors, np.array([], dtype=np.int64)).tolist() == []
    with pytest.raises(ValueError, match="such as 'fox', contain NaN or infinity"):
        unit_vectors(vectors, np.array([0, 2]))
