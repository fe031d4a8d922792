"""Selection of words and vectors."""

from __future__ import annotations

import logging
import os
from pathlib import Path

import numpy as np
import pytest
from gensim.models import KeyedVectors
from numpy.testing import assert_array_equal
from small_vectors import random_vectors

from gensim_distill.exports import EXPORTERS, export
from gensim_distill.exports.data import select_data


def test_max_words_are_the_most_frequent(tmp_path: Path) -> None:
    vectors = random_vectors(["rare", "common", "middling"])
    for word, count in (("rare", 1), ("common", 100), ("middling", 10)):
        vectors.set_vecattr(word, "count", count)
    loaded = KeyedVectors.load_word2vec_format(str(export(vectors, tmp_path / "v", "word2vec", max_words=2)))
    assert loaded.index_to_key == ["common", "middling"]
    assert_array_equal(loaded["common"], vectors["common"])


def test_without_counts_the_first_words_are_the_most_frequent(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    vectors = random_vectors(["b", "a", "c"], counts=False)
    with caplog.at_level(logging.INFO, "gensim_distill"):
        path = export(vectors, tmp_path / "v", "glove", max_words=2)
    assert [line.split()[0] for line in path.read_text(encoding="utf-8").splitlines()] == ["b", "a"]
    assert "Counts are not known" in caplog.text


def test_numbers_out_of_range_or_not_finite_raise(tmp_path: Path) -> None:
    vectors = random_vectors(["cat", "dog"])
    vectors.vectors[0, 0] = 1e5
    with pytest.raises(ValueError, match="float16 ends at 65504"):
        export(vectors, tmp_path / "v", "safetensors", dtype="float16")
    vectors.vectors[0, 0] = np.nan
    with pytest.raises(ValueError, match="such as 'cat', contain NaN or infinity"):
        export(vectors, tmp_path / "v", "safetensors")
    assert not os.listdir(tmp_path)


def test_vectors_of_all_words_are_not_copied() -> None:
    vectors = random_vectors(["cat", "dog", "owl"])
    data = select_data(EXPORTERS["word2vec"], vectors, None)
    assert np.shares_memory(data.vectors, vectors.vectors)
    data = select_data(EXPORTERS["word2vec"], vectors, None, max_words=2)
    assert_array_equal(data.vectors, vectors.vectors[:2])
