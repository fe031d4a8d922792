"""fastText's .bin, with character n-grams."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest
from gensim.models import FastText
from gensim.models.fasttext import load_facebook_vectors
from numpy.testing import assert_allclose
from small_vectors import nearest, random_vectors

from gensim_distill.exports import export
from gensim_distill.oov.character_ngrams import fit_character_ngrams
from gensim_distill.vectors import load_vectors


def test_words_and_n_grams_are_kept(tmp_path: Path, corpus: list[list[str]]) -> None:
    model = FastText(corpus, vector_size=8, bucket=200, min_count=1, epochs=1, seed=1, workers=1)
    # Distilled vectors are not the mean of their n-grams either.
    model.wv.vectors = model.wv.vectors + np.random.default_rng(0).normal(size=model.wv.vectors.shape).astype("f")
    loaded = load_facebook_vectors(str(export(model, tmp_path / "v.bin", "fasttext-binary")))
    assert loaded.index_to_key == model.wv.index_to_key
    assert_allclose(loaded.vectors, model.wv.vectors, atol=1e-5)
    assert_allclose(loaded["unheard"], model.wv["unheard"], atol=1e-6)
    assert nearest(loaded) == nearest(model.wv)
    assert loaded.get_vecattr("the", "count") == model.wv.get_vecattr("the", "count")


def test_words_and_n_grams_have_the_same_projection(tmp_path: Path, corpus: list[list[str]]) -> None:
    model = FastText(corpus, vector_size=8, bucket=200, min_count=1, epochs=1, seed=1, workers=1)
    path = export(model, tmp_path / "v.bin", "fasttext-binary", dimensions=5, max_words=20)
    loaded = load_facebook_vectors(str(path))
    assert loaded.index_to_key == model.wv.index_to_key[:20]
    matrix, *_ = np.linalg.lstsq(model.wv.vectors[:20], loaded.vectors)
    assert_allclose(loaded.vectors, model.wv.vectors[:20] @ matrix, atol=1e-5)
    assert_allclose(loaded["unheard"], model.wv["unheard"] @ matrix, atol=1e-5)


def test_n_grams_are_fitted_to_vectors_without_them(tmp_path: Path) -> None:
    vectors = random_vectors()
    path = export(vectors, tmp_path / "v.bin", "fasttext-binary", dimensions=3, min_n=2, max_n=4)
    loaded = load_facebook_vectors(str(path))
    assert loaded.index_to_key == vectors.index_to_key
    assert (loaded.min_n, loaded.max_n, loaded.vector_size) == (2, 4, 3)
    expected = fit_character_ngrams(load_vectors(export(vectors, tmp_path / "v.txt", "word2vec", dimensions=3)), 2, 4)
    assert_allclose(loaded.vectors, expected.vectors, atol=1e-5)
    assert_allclose(loaded["unheard"], expected["unheard"], atol=1e-5)


def test_options_of_n_grams_that_exist_raise(tmp_path: Path, corpus: list[list[str]]) -> None:
    model = FastText(corpus, vector_size=8, bucket=200, min_count=1, epochs=1, seed=1, workers=1)
    with pytest.raises(TypeError, match="are for vectors without character n-grams, and these have some"):
        export(model, tmp_path / "v.bin", "fasttext-binary", min_n=2)
    assert not os.listdir(tmp_path)
