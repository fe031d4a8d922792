"""Encoders for evaluation."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from gensim.models import KeyedVectors
from table_encoder import TableEncoder

from gensim_distill.encoding import TextEncoder
from gensim_distill.evaluation import TeacherEncoder, encoder_of, teacher_text_vectors
from gensim_distill.evaluation.text_sources import encode_normalized
from gensim_distill.teachers import TransformerTeacher
from gensim_distill.vectors.keyed import keyed_vectors


@pytest.fixture
def vectors() -> KeyedVectors:
    rows = np.random.default_rng(0).normal(size=(4, 3)).astype(np.float32)
    return keyed_vectors(["rain", "sun", "Paris", "paris"], rows, np.array([9, 5, 3, 1]))


def test_objects_that_encode_are_used_as_they_are(vectors: KeyedVectors) -> None:
    encoder = TableEncoder({"a": [3.0, 4.0]})
    assert encoder_of(encoder) is encoder
    assert encode_normalized(encoder, ["a", "b"]).tolist() == [[pytest.approx(0.6), pytest.approx(0.8)], [0, 0]]

    class Model:
        wv, text_encoder = vectors, TextEncoder(["rain"], [[1.0]])

    assert encoder_of(Model()) is Model.text_encoder


def test_word_vectors_keep_the_case_of_words_that_they_know(vectors: KeyedVectors) -> None:
    encoder = encoder_of(vectors)
    expected = TextEncoder.of(vectors).table
    found = encoder.encode(["Rain", "Paris", "paris", "PARIS"])
    np.testing.assert_allclose(found, expected[[0, 2, 3, 3]], rtol=1e-6)


def test_a_teacher_is_used_by_its_text_vectors(teacher: TransformerTeacher) -> None:
    texts = ["the dog", "a cat sat", ""]
    expected = teacher_text_vectors(teacher, texts)
    encoder = encoder_of(teacher)
    assert isinstance(encoder, TeacherEncoder)
    np.testing.assert_array_equal(encoder.encode(texts), expected)


@pytest.mark.parametrize("source", [7, object(), ["a"]])
def test_other_objects_raise(source: Any) -> None:
    with pytest.raises(TypeError, match="expected KeyedVectors, a model with .wv"):
        encoder_of(source)


def test_vectors_of_all_batches_have_the_same_dimensions() -> None:
    encoder = SimpleNamespace(encode=lambda texts: np.ones((len(texts), len(texts))))
    with pytest.raises(ValueError, match="vectors of 4096 dimensions and then of 1: expected the same number"):
        encode_normalized(encoder, ["x"] * 4_097)
    encoder.encode = lambda texts: np.ones((len(texts), 0))
    with pytest.raises(ValueError, match=r"shape \(1, 0\) for 1 texts: expected one row per text"):
        encode_normalized(encoder, ["x"])
