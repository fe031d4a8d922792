"""The pipeline for spaCy."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest
from gensim.models import KeyedVectors
from numpy.testing import assert_allclose, assert_array_equal
from small_vectors import nearest, random_vectors

from gensim_distill.exports import export


@pytest.fixture
def vectors() -> KeyedVectors:
    return random_vectors()


@pytest.mark.parametrize("dtype", ["float32", "float16"])
def test_spacy_loads_the_pipeline(vectors: KeyedVectors, tmp_path: Path, dtype: str) -> None:
    import spacy

    nlp = spacy.load(export(vectors, tmp_path / "pipeline", "spacy", language="fr", dtype=dtype))
    assert nlp.lang == "fr"
    tolerance = 1e-6 if dtype == "float32" else 2e-3
    table = nlp.vocab.vectors
    for word, expected in nearest(vectors).items():
        # A copy, since spaCy normalizes the query in place.
        keys, _, _ = table.most_similar(np.array([table[nlp.vocab.strings[word]]]), n=6)
        # A set: with float16 spaCy returns rows and scores in different orders on some processors.
        assert {nlp.vocab.strings[int(key)] for key in keys[0]} == {word, *expected}
        assert sorted(expected, key=lambda other: -nlp.vocab[word].similarity(nlp.vocab[other])) == expected
    doc, other = nlp("cat dog"), nlp("storm")
    assert_allclose(doc.vector, (vectors["cat"] + vectors["dog"]) / 2, atol=tolerance)
    expected_similarity = vectors.cosine_similarities(doc.vector, vectors["storm"][None])[0]
    assert doc.similarity(other) == pytest.approx(expected_similarity, abs=2e-3)


def test_tokens_are_looked_up_in_lower_case_if_all_words_are(tmp_path: Path) -> None:
    import spacy

    vectors = random_vectors(["cat", "dog"])
    nlp = spacy.load(export(vectors, tmp_path / "lower", "spacy"))
    assert_array_equal(nlp("CAT Dog")[0].vector, vectors["cat"])
    nlp = spacy.load(export(vectors, tmp_path / "as written", "spacy", lowercase=False))
    assert not nlp("CAT Dog")[0].has_vector


def test_an_unknown_language_raises(vectors: KeyedVectors, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="language='klingon': spaCy has no such language"):
        export(vectors, tmp_path / "pipeline", "spacy", language="klingon")
    assert not os.listdir(tmp_path)


def test_invisible_characters_are_no_part_of_words(tmp_path: Path) -> None:
    import spacy

    vectors = random_vectors(["cat", "dog", "می\u200cخواهم", "❤\ufe0f", "അവന്\u200d"])
    nlp = spacy.load(export(vectors, tmp_path / "pipeline", "spacy"))
    for text in (
        "\ufeffcat",
        "\u200fcat\u200f.",
        "cat\u00ad",
        "\u2066cat\u2069",
        "cat\u200d",
        "cat\u202f?",
        "cat\u200b",
    ):
        found = [token.text for token in nlp(text) if token.has_vector]
        assert found == ["cat"], ascii(text)
    for word in ("می\u200cخواهم", "അവന്\u200d"):
        assert [token.text for token in nlp(word)] == [word]


@pytest.mark.parametrize("language", ["fr", "he", "fa", "xx", "zh"])
def test_languages_keep_their_tokenizers(language: str, tmp_path: Path) -> None:
    import spacy

    text = "L'été, 10-15 (mots) №5! שלום״ سلام، 我喜欢猫 ..."
    nlp = spacy.load(export(random_vectors(), tmp_path / "pipeline", "spacy", language=language))
    assert [token.text for token in nlp(text)] == [token.text for token in spacy.blank(language)(text)]
