"""Folders for sentence-transformers and model2vec."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from gensim.models import KeyedVectors
from numpy.testing import assert_allclose
from small_vectors import TEXTS, WORDS, MeanEncoder, cosines, mean_encoder, random_vectors

from gensim_distill import DistilledWord2Vec, TextReader
from gensim_distill.exports import export


@pytest.fixture
def vectors() -> KeyedVectors:
    return random_vectors()


@pytest.fixture
def encoder(vectors: KeyedVectors) -> MeanEncoder:
    return mean_encoder(vectors)


@pytest.mark.parametrize("dtype", ["float32", "float16"])
def test_sentence_transformers_encodes_texts_like_the_encoder(
    vectors: KeyedVectors, encoder: MeanEncoder, tmp_path: Path, dtype: str
) -> None:
    from sentence_transformers import SentenceTransformer

    path = export(vectors, tmp_path / "st", "sentence-transformers", encoder=encoder, dtype=dtype)
    model = SentenceTransformer(str(path), device="cpu")
    encoded, expected = model.encode(TEXTS), encoder.encode(TEXTS)
    assert_allclose(cosines(encoded, expected), 1, atol=1e-5 if dtype == "float32" else 1e-3)
    assert not encoded[3:].any()  # zeros, not NaN, for texts without known words
    if dtype == "float32":
        assert_allclose(np.linalg.norm(encoded[:3], axis=1), 1, atol=1e-6)
    similarity = model.similarity(encoded[:1], encoded[1:2]).item()
    assert similarity == pytest.approx(cosines(expected[:1], expected[1:2])[0], abs=2e-3)


@pytest.mark.parametrize(("dtype", "tolerance"), [("float32", 1e-6), ("float16", 2e-3), ("int8", 2e-2)])
def test_model2vec_encodes_texts_like_the_encoder(
    vectors: KeyedVectors, encoder: MeanEncoder, tmp_path: Path, dtype: str, tolerance: float
) -> None:
    from model2vec import StaticModel

    path = export(vectors, tmp_path / "m2v", "model2vec", encoder=encoder, dtype=dtype)
    model = StaticModel.from_pretrained(path)
    assert model.embedding.dtype == dtype
    assert_allclose(model.encode(TEXTS), encoder.encode(TEXTS), atol=tolerance)
    long = " ".join(["cat dog"] * 2_000 + ["storm"] * 4_000)  # not truncated
    assert_allclose(model.encode([long]), encoder.encode([long]), atol=tolerance)


def test_sentence_transformers_loads_model2vec_folders_unless_int8(
    vectors: KeyedVectors, encoder: MeanEncoder, tmp_path: Path
) -> None:
    from sentence_transformers import SentenceTransformer

    path = export(vectors, tmp_path / "m2v", "model2vec", encoder=encoder)
    encoded = SentenceTransformer(str(path), device="cpu").encode(TEXTS)
    assert_allclose(cosines(encoded, encoder.encode(TEXTS)), 1, atol=1e-5)
    assert not (
        export(vectors, tmp_path / "int8", "model2vec", encoder=encoder, dtype="int8") / "modules.json"
    ).exists()


def test_exports_ignore_invisible_characters_like_the_encoder(
    vectors: KeyedVectors, encoder: MeanEncoder, tmp_path: Path
) -> None:
    from model2vec import StaticModel
    from sentence_transformers import SentenceTransformer

    text = "\ufeffCat\u202f? «\u202fdog\u202f» c\u00adat\u200f st\u2060orm\u200d, \u2066dog\u2069"
    expected = encoder.encode(["cat dog cat storm dog"])
    assert_allclose(encoder.encode([text]), expected, atol=1e-6)
    model = StaticModel.from_pretrained(export(vectors, tmp_path / "m2v", "model2vec", encoder=encoder))
    assert_allclose(model.encode([text]), expected, atol=1e-6)
    path = export(vectors, tmp_path / "st", "sentence-transformers", encoder=encoder)
    assert_allclose(cosines(SentenceTransformer(str(path), device="cpu").encode([text]), expected), 1, atol=1e-5)


def test_fewer_dimensions_keep_the_products_of_texts(
    vectors: KeyedVectors, encoder: MeanEncoder, tmp_path: Path
) -> None:
    from model2vec import StaticModel

    model = StaticModel.from_pretrained(export(vectors, tmp_path / "m", "model2vec", encoder=encoder, dimensions=11))
    texts = [text for text in TEXTS if encoder.encode([text]).any()]
    encoded, expected = model.encode(texts), encoder.encode(texts)
    assert encoded.shape == (len(texts), 11)
    assert_allclose(encoded @ encoded.T, expected @ expected.T, atol=0.05)


def test_custom_reader_functions_need_explicit_options(vectors: KeyedVectors, tmp_path: Path) -> None:
    table = vectors.vectors
    split = MeanEncoder(WORDS, table, TextReader(word_splitter=lambda text: text.split("-")))
    with pytest.raises(ValueError, match="set splitter='unicode'"):
        export(vectors, tmp_path / "m", "model2vec", encoder=split)
    key = MeanEncoder(WORDS, table, TextReader(key=lambda word: word[:4]))
    with pytest.raises(ValueError, match="set lowercase=True or lowercase=False"):
        export(vectors, tmp_path / "m", "model2vec", encoder=key)
    assert not os.listdir(tmp_path)
    export(vectors, tmp_path / "m", "model2vec", encoder=split, splitter="whitespace", lowercase=False)


def test_a_model_exports_its_own_text_encoder(teacher: Any, corpus: list[list[str]], tmp_path: Path) -> None:
    from model2vec import StaticModel

    texts = [" ".join(sentence) for sentence in corpus]
    model = DistilledWord2Vec(texts, teacher=teacher, min_count=1)
    loaded = StaticModel.from_pretrained(export(model, tmp_path / "m", "model2vec"))
    assert_allclose(loaded.encode(texts), model.encode(texts), atol=1e-6)
