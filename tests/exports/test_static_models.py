"""Folders for sentence-transformers and model2vec."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from gensim.models import KeyedVectors
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose
from small_vectors import TEXTS, WORDS, MeanEncoder, cosines, mean_encoder, random_vectors
from text_tables import random_text_table

from gensim_distill import DistilledWord2Vec, TextReader
from gensim_distill.encoding import TextEncoder
from gensim_distill.exports import export
from gensim_distill.exports.data import ExportData
from gensim_distill.exports.static_models import tokenizer_and_rows


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


# --- pieces of words that the vocabulary lacks ---------------------------------------------------------

ALPHABET = "abcdefghijklmnopqrstuvwxyzäöüßéабвгдежзийклмнопрстуфхцчшщъыьэюя日本語한국어0123456789#'."
READERS = {
    "unicode": TextReader(),
    "unicode, case": TextReader(key=str),
    "white space": TextReader(str.split),
    "white space, case": TextReader(str.split, key=str),
}


def pieced_encoder(reader: TextReader) -> TextEncoder:
    """Return an encoder of words and pieces in several scripts, some of which look like markers of pieces."""
    words = [*WORDS[:-1], "##ing", "ing", "straße", "собака", "日本", "unhappy", "Dog", "[UNK]"]
    pieces = [*ALPHABET, "ing", "un", "hap", "ness", "cat", "со", "ака", "##", "storm"]
    random = np.random.default_rng(2)
    rows, piece_rows = random.normal(size=(len(words), 9)), random.normal(size=(len(pieces), 9))
    return TextEncoder(words, rows, reader, pieces=pieces, piece_table=piece_rows)


_KNOWN = st.sampled_from([*WORDS, "##ing", "cats", "Dogs", "unhappiness", "собаки", "日本語", "STORMING", "x" * 120])
_TEXT = st.lists(
    st.one_of(
        _KNOWN,
        st.text(ALPHABET, min_size=1, max_size=12),
        st.sampled_from([".", ",", ";", "!", "?", "-", "…", "«", "»", "“", "👍🏽", "☃️", "क्या", "€"]),
    ),
    max_size=10,
).flatmap(lambda words: st.sampled_from([" ", ", ", "-", "\n"]).map(lambda between: between.join(words)))


@pytest.mark.parametrize("reader", READERS.values(), ids=READERS)
@given(texts=st.lists(_TEXT, min_size=1, max_size=5))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_exported_tokenizers_find_the_rows_of_the_encoder(reader: TextReader, texts: list[str]) -> None:
    encoder = pieced_encoder(reader)
    data = ExportData(
        encoder.words, encoder.table, None, random_vectors(), np.arange(len(encoder.words)), None, encoder,
        encoder.pieces, encoder.piece_table,
    )  # fmt: skip
    tokenizer, rows = tokenizer_and_rows(data)
    for text, expected in zip(texts, encoder.encode(texts)):
        ids = [token for token in tokenizer.encode(text).ids if token]
        found = rows[ids].mean(axis=0) if ids else np.zeros(9)
        assert_allclose(found, expected, atol=1e-5)


@pytest.mark.parametrize("reader", READERS.values(), ids=READERS)
def test_exports_divide_other_words_like_the_encoder(reader: TextReader, tmp_path: Path) -> None:
    from model2vec import StaticModel
    from sentence_transformers import SentenceTransformer

    encoder = pieced_encoder(reader)
    random = np.random.default_rng(0)
    texts = [*TEXTS, "Unhappiness, ##ing and stormings; die Straßen собаки 日本語 [UNK] ¿x?", "x" * 101 + " cat"]
    texts += [" ".join("".join(random.choice(list(ALPHABET), 7)) for _ in range(6)) for _ in range(20)]
    expected = encoder.encode(texts)
    keyed = random_vectors()
    model = StaticModel.from_pretrained(export(keyed, tmp_path / "m2v", "model2vec", encoder=encoder))
    assert_allclose(model.encode(texts), expected, atol=1e-5)
    path = export(keyed, tmp_path / "st", "sentence-transformers", encoder=encoder)
    assert_allclose(cosines(SentenceTransformer(str(path), device="cpu").encode(texts), expected), 1, atol=1e-5)


def test_words_beyond_max_words_are_divided_too(tmp_path: Path) -> None:
    from model2vec import StaticModel

    vectors = random_vectors(["cat", "cats", "dog"], 4)
    encoder = TextEncoder(vectors.index_to_key, vectors.vectors, pieces=["s"], piece_table=[[1.0, 2, 3, 4]])
    model = StaticModel.from_pretrained(export(vectors, tmp_path / "m", "model2vec", encoder=encoder, max_words=1))
    assert_allclose(model.encode(["cats"])[0], (vectors["cat"] + [1, 2, 3, 4]) / 2, rtol=1e-5)
    assert not model.encode(["dog"]).any()


@pytest.mark.parametrize("splitter", ["unicode", "whitespace"])
@pytest.mark.parametrize(
    "texts", [["Café Müller naïve", "x-café cafés, CAFÉ"], ["hétérogénéité schön l'été schon", "«été»"]]
)
def test_words_that_only_the_teacher_knows_without_accents_are_read(
    texts: list[str], splitter: Any, tmp_path: Path
) -> None:
    from model2vec import StaticModel

    random, words = np.random.default_rng(1), ["café", "schön", "the", "x"]
    pieces = [*"abcdefghijklmnopqrstuvwxyz'«»-,", "muller", "naive", "cafe"]
    reader = TextReader(str.split) if splitter == "whitespace" else TextReader()
    encoder = TextEncoder(
        words, random.normal(size=(4, 9)), reader, pieces=pieces, piece_table=random.normal(size=(len(pieces), 9))
    )
    expected = encoder.encode([*texts, "muller"])
    assert expected.any(axis=1).all()
    path = export(random_vectors(), tmp_path / "m", "model2vec", encoder=encoder)
    assert_allclose(StaticModel.from_pretrained(path).encode([*texts, "muller"]), expected, atol=1e-5)
    assert_allclose(encoder.encode(["Müller"]), expected[2:], atol=1e-6)  # as without the accent
    assert not np.allclose(encoder.encode(["café"]), encoder.encode(["cafe"]))  # a row of its own


def test_fewer_dimensions_and_no_pieces(tmp_path: Path) -> None:
    from model2vec import StaticModel

    encoder = pieced_encoder(TextReader())
    texts = ["unhappiness of cats", "собаки и storms", "ing"]
    fewer = StaticModel.from_pretrained(
        export(random_vectors(), tmp_path / "fewer", "model2vec", encoder=encoder, dimensions=8)
    ).encode(texts)
    assert fewer.shape == (3, 8)
    assert_allclose(fewer @ fewer.T, encoder.encode(texts) @ encoder.encode(texts).T, atol=0.6)
    without = export(random_vectors(), tmp_path / "without", "model2vec", encoder=encoder, pieces=False)
    whole = TextEncoder(encoder.words, encoder.table)
    assert_allclose(StaticModel.from_pretrained(without).encode(texts), whole.encode(texts), atol=1e-6)
    some = export(random_vectors(), tmp_path / "some", "model2vec", encoder=encoder, max_pieces=len(encoder.pieces) - 4)
    first = TextEncoder(encoder.words, encoder.table, pieces=encoder.pieces[:-4], piece_table=encoder.piece_table[:-4])
    found = StaticModel.from_pretrained(some).encode(texts)
    assert_allclose(cosines(found, first.encode(texts)), 1, atol=1e-5)
    assert not np.allclose(cosines(found, encoder.encode(texts)), 1, atol=1e-2)
    with pytest.raises(ValueError, match="max_pieces=0 must be a whole number from 1.*pieces=False omits them"):
        export(random_vectors(), tmp_path / "m", "model2vec", encoder=encoder, max_pieces=0)
    card = (without / "README.md").read_text(encoding="utf-8")
    assert "pieces of other words" not in card
    assert f"| pieces of other words | {len(encoder.pieces)} |" in (tmp_path / "fewer" / "README.md").read_text(
        encoding="utf-8"
    )
    with pytest.raises(TypeError, match="pieces=1 must be True or False"):
        export(random_vectors(), tmp_path / "m", "model2vec", encoder=encoder, pieces=1)  # type: ignore[arg-type]
    encoder.piece_table[3, 0] = np.nan
    with pytest.raises(ValueError, match="vectors of pieces of the text encoder contain NaN"):
        export(random_vectors(), tmp_path / "m", "model2vec", encoder=encoder)


def test_formats_of_word_vectors_have_no_pieces(teacher: Any, corpus: list[list[str]], tmp_path: Path) -> None:
    model = DistilledWord2Vec(corpus, teacher=teacher, min_count=1, objective="x2static")
    model.learned.text_table = random_text_table(len(model.wv))
    loaded = KeyedVectors.load_word2vec_format(str(export(model, tmp_path / "v", "word2vec")))
    assert loaded.index_to_key == model.wv.index_to_key
    assert_allclose(loaded.vectors, model.wv.vectors, rtol=1e-5)
    card = (export(model, tmp_path / "m", "model2vec") / "README.md").read_text(encoding="utf-8")
    assert "learned so that their mean over a text is close to the teacher's vector of the text" in card
    from model2vec import StaticModel

    texts = ["honeybears sleep", "The lazy unheard dog!"]
    assert_allclose(StaticModel.from_pretrained(tmp_path / "m").encode(texts), model.encode(texts), atol=1e-6)
