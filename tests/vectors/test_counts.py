"""Counts in ``vocabulary.txt`` beside ``vectors.bin``."""

from __future__ import annotations

import logging
from pathlib import Path

import numpy as np
import pytest
from gensim.models import KeyedVectors

from gensim_distill.vectors import load_vectors
from gensim_distill.vectors.keyed import word_counts


@pytest.fixture
def path(tmp_path: Path) -> Path:
    vectors = KeyedVectors(2)
    vectors.add_vectors(["the", "cat", "dog"], np.arange(6, dtype=np.float32).reshape(3, 2) + 1)
    for word, count in zip(vectors.index_to_key, [9, 5, 2]):
        vectors.set_vecattr(word, "count", count)
    vectors.save_word2vec_format(str(tmp_path / "vectors.bin"), str(tmp_path / "vocabulary.txt"), binary=True)
    return tmp_path / "vectors.bin"


def test_vectors_have_the_counts_beside_them(path: Path) -> None:
    np.testing.assert_array_equal(word_counts(load_vectors(path)), [9, 5, 2])
    np.testing.assert_array_equal(word_counts(load_vectors(path, limit=2)), [9, 5])


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("the 9\ncat 5\n", "line 3 was expected to be 'dog' and its count"),
        ("the 9\ndog 2\ncat 5\n", "line 2 was expected to be 'cat'"),
        ("the\ncat\ndog\n", "line 1 was expected to be 'the'"),
        ("the 9\ncat -5\ndog 2\n", "line 2 was expected to be 'cat'"),
        ("", "line 1 was expected to be 'the'"),
    ],
)
def test_counts_of_other_words_are_ignored_with_a_warning(
    content: str, message: str, path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    path.with_name("vocabulary.txt").write_text(content, encoding="utf-8")
    with caplog.at_level(logging.WARNING):
        vectors = load_vectors(path)
    assert vectors.index_to_key == ["the", "cat", "dog"] and word_counts(vectors) is None
    assert message in caplog.text
    assert word_counts(load_vectors(path.rename(path.with_name("other.bin")))) is None
