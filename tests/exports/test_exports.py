"""Exports: each is loaded by the library that it is for, and gives the neighbors and the vectors of texts that it had."""

from __future__ import annotations

import errno
import json
import logging
import os
import re
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from gensim.models import FastText, KeyedVectors, Word2Vec
from gensim.models.fasttext import load_facebook_vectors
from numpy.testing import assert_allclose, assert_array_equal

from gensim_distill import DistilledWord2Vec, TextReader
from gensim_distill.evaluation import size_table
from gensim_distill.exports import EXPORTERS, export
from gensim_distill.exports.quantization import in_main_order
from gensim_distill.exports.word_tokenizer import word_tokenizer
from gensim_distill.vectors import load_safetensors

WORDS = [
    "the",
    "of",
    "cat",
    "dog",
    "storm",
    "coast",
    "don't",
    "café",
    "new_york",
    "日",
    "👍🏽",
    "house",
    "rain",
    "sun",
    "[UNK]",
]
TEXTS = [
    "The cat, of the house! Don't rain on the dog...",
    "CAFÉ new_york 日 👍🏽 - the storm; 'of' the COAST",
    "unknown words of no house",
    "nothing known here",
    "",
]


class MeanEncoder:
    """What the exports need of a text encoder, and the plainest way to make vectors of texts with it."""

    def __init__(self, words: list[str], table: np.ndarray, reader: TextReader | None = None) -> None:
        self.words, self.table, self.reader = words, table, reader or TextReader()

    def encode(self, texts: list[Any]) -> np.ndarray:
        rows = {word: row for row, word in enumerate(self.words)}
        found = [[rows[key] for key in self.reader.keys(text) if key in rows] for text in texts]
        return np.array([self.table[of].mean(axis=0) if of else np.zeros(self.table.shape[1]) for of in found])


def vectors_of(words: list[str], width: int = 12, counts: bool = True, seed: int = 0) -> KeyedVectors:
    random = np.random.default_rng(seed)
    vectors = KeyedVectors(width)
    vectors.add_vectors(words, random.normal(size=(len(words), width)).astype(np.float32))
    if counts:
        for row, word in enumerate(words):
            vectors.set_vecattr(word, "count", 1000 - 10 * row)
    return vectors


@pytest.fixture
def vectors() -> KeyedVectors:
    return vectors_of(WORDS)


@pytest.fixture
def encoder(vectors: KeyedVectors) -> MeanEncoder:
    return MeanEncoder(
        list(vectors.index_to_key), vectors.vectors * np.linspace(0.2, 1, len(vectors))[:, None].astype("f")
    )


def neighbors(vectors: KeyedVectors) -> dict[str, list[str]]:
    return {word: [near for near, _ in vectors.most_similar(word, topn=5)] for word in vectors.index_to_key}


def cosines(left: np.ndarray, right: np.ndarray) -> np.ndarray:
    lengths = np.linalg.norm(left, axis=1) * np.linalg.norm(right, axis=1)
    products: np.ndarray = (left.astype(float) * right).sum(axis=1)
    return np.divide(products, lengths, out=np.ones(len(left)), where=lengths > 0)


# --- each library -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("format", "how"),
    [("word2vec", {}), ("word2vec-binary", {"binary": True}), ("glove", {"no_header": True}), ("fasttext", {})],
)
def test_gensim_loads_word2vec_glove_and_vec_with_the_very_vectors(
    vectors: KeyedVectors, tmp_path: Path, format: str, how: dict[str, bool]
) -> None:
    path = export(vectors, tmp_path / f"v{EXPORTERS[format].suffix}", format)
    loaded = KeyedVectors.load_word2vec_format(str(path), **how)
    assert loaded.index_to_key == vectors.index_to_key
    assert_array_equal(loaded.vectors, vectors.vectors)
    assert neighbors(loaded) == neighbors(vectors)


def test_text_in_half_precision_is_shorter_and_near(vectors: KeyedVectors, tmp_path: Path) -> None:
    full, half = (export(vectors, tmp_path / dtype, "word2vec", dtype=dtype) for dtype in ("float32", "float16"))
    assert half.stat().st_size < 0.75 * full.stat().st_size
    loaded = KeyedVectors.load_word2vec_format(str(half))
    assert_array_equal(loaded.vectors.astype(np.float16), vectors.vectors.astype(np.float16))


def test_fasttext_binary_keeps_words_and_n_grams(tmp_path: Path, corpus: list[list[str]]) -> None:
    model = FastText(corpus, vector_size=8, bucket=200, min_count=1, epochs=1, seed=1, workers=1)
    # Vectors of words that are not the mean that they were trained as, like those distilled from a teacher.
    model.wv.vectors = model.wv.vectors + np.random.default_rng(0).normal(size=model.wv.vectors.shape).astype("f")
    loaded = load_facebook_vectors(str(export(model, tmp_path / "v.bin", "fasttext-binary")))
    assert loaded.index_to_key == model.wv.index_to_key
    assert_allclose(loaded.vectors, model.wv.vectors, atol=1e-5)
    assert_allclose(loaded["unheard"], model.wv["unheard"], atol=1e-6)
    assert neighbors(loaded) == neighbors(model.wv)
    assert loaded.get_vecattr("the", "count") == model.wv.get_vecattr("the", "count")


def test_fasttext_binary_projects_words_and_n_grams_alike(tmp_path: Path, corpus: list[list[str]]) -> None:
    model = FastText(corpus, vector_size=8, bucket=200, min_count=1, epochs=1, seed=1, workers=1)
    path = export(model, tmp_path / "v.bin", "fasttext-binary", dimensions=5, max_words=20)
    loaded = load_facebook_vectors(str(path))
    assert loaded.index_to_key == model.wv.index_to_key[:20]
    matrix, *_ = np.linalg.lstsq(model.wv.vectors[:20], loaded.vectors)
    assert_allclose(loaded.vectors, model.wv.vectors[:20] @ matrix, atol=1e-5)
    assert_allclose(loaded["unheard"], model.wv["unheard"] @ matrix, atol=1e-5)


def test_fasttext_binary_needs_n_grams(vectors: KeyedVectors, tmp_path: Path) -> None:
    with pytest.raises(TypeError, match=r"to_fasttext\(\)"):
        export(vectors, tmp_path / "v.bin", "fasttext-binary")
    assert not os.listdir(tmp_path)


@pytest.mark.parametrize("dtype", ["float32", "float16"])
def test_sentence_transformers_gives_the_vectors_of_texts(
    vectors: KeyedVectors, encoder: MeanEncoder, tmp_path: Path, dtype: str
) -> None:
    from sentence_transformers import SentenceTransformer

    path = export(vectors, tmp_path / "st", "sentence-transformers", encoder=encoder, dtype=dtype)
    model = SentenceTransformer(str(path), device="cpu")
    given, expected = model.encode(TEXTS), encoder.encode(TEXTS)
    assert_allclose(cosines(given, expected), 1, atol=1e-5 if dtype == "float32" else 1e-3)
    assert not given[3:].any()  # zeros and not NaN, where nothing is known
    if dtype == "float32":
        assert_allclose(np.linalg.norm(given[:3], axis=1), 1, atol=1e-6)
    similarity = model.similarity(given[:1], given[1:2]).item()
    assert similarity == pytest.approx(cosines(expected[:1], expected[1:2])[0], abs=2e-3)


@pytest.mark.parametrize(("dtype", "tolerance"), [("float32", 1e-6), ("float16", 2e-3), ("int8", 2e-2)])
def test_model2vec_gives_the_vectors_of_texts(
    vectors: KeyedVectors, encoder: MeanEncoder, tmp_path: Path, dtype: str, tolerance: float
) -> None:
    from model2vec import StaticModel

    path = export(vectors, tmp_path / "m2v", "model2vec", encoder=encoder, dtype=dtype)
    model = StaticModel.from_pretrained(path)
    assert model.embedding.dtype == dtype
    assert_allclose(model.encode(TEXTS), encoder.encode(TEXTS), atol=tolerance)
    long = " ".join(["cat dog"] * 2_000 + ["storm"] * 4_000)  # no end of a text is cut off
    assert_allclose(model.encode([long]), encoder.encode([long]), atol=tolerance)


def test_what_model2vec_writes_for_sentence_transformers_is_right_or_not_there(
    vectors: KeyedVectors, encoder: MeanEncoder, tmp_path: Path
) -> None:
    from sentence_transformers import SentenceTransformer

    path = export(vectors, tmp_path / "m2v", "model2vec", encoder=encoder)
    given = SentenceTransformer(str(path), device="cpu").encode(TEXTS)
    assert_allclose(cosines(given, encoder.encode(TEXTS)), 1, atol=1e-5)
    assert not (
        export(vectors, tmp_path / "int8", "model2vec", encoder=encoder, dtype="int8") / "modules.json"
    ).exists()


@pytest.mark.parametrize("dtype", ["float32", "float16"])
def test_spacy_loads_a_pipeline(vectors: KeyedVectors, tmp_path: Path, dtype: str) -> None:
    import spacy

    nlp = spacy.load(export(vectors, tmp_path / "pipeline", "spacy", language="fr", dtype=dtype, unwritable="refuse"))
    assert nlp.lang == "fr"
    tolerance = 1e-6 if dtype == "float32" else 2e-3
    table = nlp.vocab.vectors
    for word, expected in neighbors(vectors).items():
        # A copy, for spaCy scales what it is asked for in its place.
        keys, _, _ = table.most_similar(np.array([table[nlp.vocab.strings[word]]]), n=6)
        # A set: spaCy sorts rows and scores apart, which on processors that sort float16 themselves do not agree then.
        assert {nlp.vocab.strings[int(key)] for key in keys[0]} == {word, *expected}
        assert sorted(expected, key=lambda other: -nlp.vocab[word].similarity(nlp.vocab[other])) == expected
    doc, other = nlp("cat dog"), nlp("storm")
    assert_allclose(doc.vector, (vectors["cat"] + vectors["dog"]) / 2, atol=tolerance)
    expected_similarity = vectors.cosine_similarities(doc.vector, vectors["storm"][None])[0]
    assert doc.similarity(other) == pytest.approx(expected_similarity, abs=2e-3)


def test_spacy_looks_up_capitals_where_all_words_are_in_lower_case(tmp_path: Path) -> None:
    import spacy

    vectors = vectors_of(["cat", "dog"])
    nlp = spacy.load(export(vectors, tmp_path / "lower", "spacy"))
    assert_array_equal(nlp("CAT Dog")[0].vector, vectors["cat"])
    nlp = spacy.load(export(vectors, tmp_path / "as written", "spacy", lowercase=False))
    assert not nlp("CAT Dog")[0].has_vector


def test_spacy_knows_languages_by_their_codes(vectors: KeyedVectors, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="language='klingon': spaCy has no such language"):
        export(vectors, tmp_path / "pipeline", "spacy", language="klingon")
    assert not os.listdir(tmp_path)


def test_tensorboards_projector_reads_its_files(vectors: KeyedVectors, tmp_path: Path) -> None:
    path = export(vectors, tmp_path / "projector", "tensorboard")
    rows = [line.split("\t") for line in (path / "metadata.tsv").read_text(encoding="utf-8").split("\n")[:-1]]
    assert rows[0] == ["Word", "Count"]
    assert [row[0] for row in rows[1:]] == vectors.index_to_key
    assert_array_equal(np.loadtxt(path / "vectors.tsv", delimiter="\t", dtype=np.float32), vectors.vectors)
    projector_plugin = pytest.importorskip("tensorboard.plugins.projector.projector_plugin")
    from tensorboard.plugins.base_plugin import TBContext
    from werkzeug.test import Client

    apps = projector_plugin.ProjectorPlugin(TBContext(logdir=str(path))).get_plugin_apps()
    client = Client(lambda request, start: apps[request["PATH_INFO"]](request, start))
    [embedding] = json.loads(client.get("/info?run=.").data)["embeddings"]
    assert embedding["tensorShape"] == list(vectors.vectors.shape)
    tensor = client.get(f"/tensor?run=.&name={embedding['tensorName']}").data
    assert_array_equal(np.frombuffer(tensor, np.float32).reshape(vectors.vectors.shape), vectors.vectors)


def test_a_projectors_words_alone_have_no_header(tmp_path: Path) -> None:
    path = export(vectors_of(["cat", "dog"], counts=False), tmp_path / "projector", "tensorboard")
    assert (path / "metadata.tsv").read_text() == "cat\ndog\n"


@pytest.mark.parametrize(("dtype", "tolerance"), [("float32", 0), ("float16", 2e-3), ("int8", 2e-2)])
def test_safetensors_keep_any_word_and_the_counts(tmp_path: Path, dtype: str, tolerance: float) -> None:
    words = ["cat", "new york", "", "tab\t", "line\n", "half \ud83d", "日"]
    vectors = vectors_of(words)
    path = export(vectors, tmp_path / "folder", "safetensors", dtype=dtype)
    for loaded in (load_safetensors(path), load_safetensors(export(path, tmp_path / "again", "safetensors"))):
        assert loaded.index_to_key == words
        assert_allclose(loaded.vectors, vectors.vectors, atol=tolerance)
        assert loaded.get_vecattr("cat", "count") == 1000
        if dtype != "int8":
            assert neighbors(loaded) == neighbors(vectors)


def test_damaged_safetensors_are_told(vectors: KeyedVectors, tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match=r"it has no vectors\.safetensors"):
        load_safetensors(tmp_path)
    path = export(vectors, tmp_path / "folder", "safetensors")
    (path / "vocabulary.json").write_text('["cat"]')
    with pytest.raises(ValueError, match="1 words.*15 vectors.*, which do not belong together"):
        load_safetensors(path)
    (path / "vocabulary.json").write_text('["cat"')
    with pytest.raises(ValueError, match="is damaged"):
        load_safetensors(path)


# --- tokenizers -------------------------------------------------------------------------------------

HARD_TEXTS = [
    "Don't panic: 3.5 cafés! I'd watch it. U.S.A. new_york e-mail 1,000.5 #tag http://x.y/z?q=1",
    "l'avion d'été 'axe' ''apple'' rock'n'roll ’Éa' (’u) ‘quoted’",
    "👩‍👩‍👧 🇩🇪🇫🇷 👍🏽 ☃️ x² ½ №5 a\u200db co\u00adop",
    "日本語テキスト カタカナ ไทย हिन्दी ׳א״ב ΟΔΥΣΣΕΥΣ ΣΑΣ İstanbul STRASSE e\u0301tude",
    "foo\r\nbar  baz\tqux\x1cquux\x85end\u3000fin",
]


@pytest.mark.parametrize("text", HARD_TEXTS)
@pytest.mark.parametrize(
    ("reader", "options"),
    [
        (TextReader(), {}),
        (TextReader(key=str), {"lowercase": False}),
        (TextReader(str.split), {"splitter": "whitespace"}),
        (TextReader(str.split, key=str), {"splitter": "whitespace", "lowercase": False}),
    ],
)
def test_a_tokenizer_finds_the_words_of_the_reader(text: str, reader: TextReader, options: dict[str, Any]) -> None:
    keys = reader.keys(text)
    words = sorted(set(keys))
    tokens = word_tokenizer(words, **options).encode(text).tokens
    assert tokens == keys


def test_readers_with_functions_of_ones_own_want_to_be_told(vectors: KeyedVectors, tmp_path: Path) -> None:
    table = vectors.vectors
    split = MeanEncoder(WORDS, table, TextReader(word_splitter=lambda text: text.split("-")))
    with pytest.raises(ValueError, match="give splitter='unicode'"):
        export(vectors, tmp_path / "m", "model2vec", encoder=split)
    key = MeanEncoder(WORDS, table, TextReader(key=lambda word: word[:4]))
    with pytest.raises(ValueError, match="give lowercase=True or lowercase=False"):
        export(vectors, tmp_path / "m", "model2vec", encoder=key)
    assert not os.listdir(tmp_path)
    export(vectors, tmp_path / "m", "model2vec", encoder=split, splitter="whitespace", lowercase=False)


def test_words_that_no_text_leads_to_are_named(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO, "gensim_distill"):
        word_tokenizer(["cat", ".", "Cat", "two words"])
    assert "3 of 4 words are not met" in caplog.text


# --- what is kept -----------------------------------------------------------------------------------


def test_max_words_are_the_most_frequent(tmp_path: Path) -> None:
    vectors = vectors_of(["rare", "common", "middling"])
    for word, count in (("rare", 1), ("common", 100), ("middling", 10)):
        vectors.set_vecattr(word, "count", count)
    loaded = KeyedVectors.load_word2vec_format(str(export(vectors, tmp_path / "v", "word2vec", max_words=2)))
    assert loaded.index_to_key == ["common", "middling"]
    assert_array_equal(loaded["common"], vectors["common"])


def test_the_order_stands_for_counts_that_are_not_known(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    vectors = vectors_of(["b", "a", "c"], counts=False)
    with caplog.at_level(logging.INFO, "gensim_distill"):
        path = export(vectors, tmp_path / "v", "glove", max_words=2)
    assert [line.split()[0] for line in path.read_text().splitlines()] == ["b", "a"]
    assert "No counts are known" in caplog.text


def test_fewer_dimensions_are_the_first_where_these_are_the_main_ones(tmp_path: Path) -> None:
    vectors = vectors_of([f"word{i}" for i in range(200)])
    _, _, basis = np.linalg.svd(vectors.vectors, full_matrices=False)
    in_order = KeyedVectors(12)
    in_order.add_vectors(vectors.index_to_key, vectors.vectors @ basis.T)
    assert in_main_order(in_order.vectors)
    assert not in_main_order(vectors.vectors)
    loaded = load_safetensors(export(in_order, tmp_path / "first", "safetensors", dimensions=5))
    assert_array_equal(loaded.vectors, in_order.vectors[:, :5])
    fewer = load_safetensors(export(in_order, tmp_path / "fewer", "safetensors", dimensions=5, max_words=20))
    assert_array_equal(fewer.vectors, in_order.vectors[:20, :5])


def test_fewer_dimensions_of_others_are_projections_that_lose_least(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    vectors = vectors_of([f"word{i}" for i in range(200)])
    with caplog.at_level(logging.INFO, "gensim_distill"):
        loaded = load_safetensors(export(vectors, tmp_path / "projected", "safetensors", dimensions=5))
    assert "projected onto their 5 main directions" in caplog.text
    _, strengths, _ = np.linalg.svd(vectors.vectors)
    assert (loaded.vectors**2).sum() == pytest.approx((strengths[:5] ** 2).sum(), rel=1e-5)


def test_reduced_models_are_in_main_order(teacher: Any, corpus: list[list[str]]) -> None:
    model = DistilledWord2Vec(corpus, teacher=teacher, min_count=1, vector_size=10)
    assert in_main_order(model.wv.vectors)


def test_texts_have_their_vectors_in_fewer_dimensions(
    vectors: KeyedVectors, encoder: MeanEncoder, tmp_path: Path
) -> None:
    from model2vec import StaticModel

    model = StaticModel.from_pretrained(export(vectors, tmp_path / "m", "model2vec", encoder=encoder, dimensions=11))
    texts = [text for text in TEXTS if encoder.encode([text]).any()]
    given, expected = model.encode(texts), encoder.encode(texts)
    assert given.shape == (len(texts), 11)
    assert_allclose(given @ given.T, expected @ expected.T, atol=0.05)


# --- what is refused --------------------------------------------------------------------------------


@pytest.mark.parametrize("format", ["word2vec", "word2vec-binary", "glove", "fasttext"])
@pytest.mark.parametrize("word", ["new york", "", "tab\tbed", "line\n", "no\xa0break", "half \ud83d"])
def test_words_that_a_format_cannot_hold_are_refused_or_left_out_aloud(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, format: str, word: str
) -> None:
    vectors = vectors_of(["cat", word, "dog"])
    with pytest.raises(ValueError, match=re.escape(ascii(word))):
        export(vectors, tmp_path / "v", format)
    assert not os.listdir(tmp_path)
    path = export(vectors, tmp_path / "v", format, unwritable="leave out")
    assert "1 of 3 words are such" in caplog.text
    loaded = KeyedVectors.load_word2vec_format(str(path), binary="binary" in format, no_header=format == "glove")
    assert loaded.index_to_key == ["cat", "dog"]
    assert_array_equal(loaded.vectors, vectors.vectors[[0, 2]])


def test_a_projector_holds_words_with_spaces_but_no_tabs(tmp_path: Path) -> None:
    path = export(vectors_of(["new york"]), tmp_path / "projector", "tensorboard")
    assert "new york" in (path / "metadata.tsv").read_text()
    with pytest.raises(ValueError, match="a tab or the end of a line"):
        export(vectors_of(["cat", "new\tyork"]), tmp_path / "other", "tensorboard")


@pytest.mark.parametrize(
    ("settings", "error", "message"),
    [
        ({"format": "word2vek"}, ValueError, "did you mean 'word2vec'"),
        ({"format": "pickle"}, ValueError, "format='pickle' must be 'word2vec', "),
        ({"format": "word2vec", "dtype": "int8"}, ValueError, "dtype='int8' is not possible for 'word2vec'"),
        ({"format": "word2vec-binary", "dtype": "float16"}, ValueError, "the format has float32 alone"),
        ({"format": "spacy", "dtype": "int8"}, ValueError, "whole numbers would overflow"),
        ({"format": "sentence-transformers", "dtype": "int8"}, ValueError, "precision='int8'"),
        ({"format": "glove", "language": "en"}, TypeError, "has no option 'language'"),
        ({"format": "glove", "license": "mit"}, TypeError, "for the model card"),
        ({"format": "glove", "dimensions": 13}, ValueError, "from 1 to 12"),
        ({"format": "glove", "dimensions": True}, ValueError, "from 1 to 12"),
        ({"format": "glove", "max_words": 0}, ValueError, "max_words=0 must be a whole number from 1"),
        ({"format": "glove", "unwritable": "skip"}, ValueError, "must be 'refuse' or 'leave out'"),
        ({"format": "glove", "encoder": SimpleNamespace()}, TypeError, "holds those of words"),
    ],
)
def test_what_cannot_be_is_said_before_anything_is_written(
    vectors: KeyedVectors, tmp_path: Path, settings: dict[str, Any], error: type[Exception], message: str
) -> None:
    with pytest.raises(error, match=re.escape(message)):
        export(vectors, tmp_path / "v", **settings)
    assert not os.listdir(tmp_path)


def test_half_precision_does_not_make_infinities(tmp_path: Path) -> None:
    vectors = vectors_of(["cat", "dog"])
    vectors.vectors[0, 0] = 1e5
    with pytest.raises(ValueError, match="float16 ends at 65504"):
        export(vectors, tmp_path / "v", "safetensors", dtype="float16")
    vectors.vectors[0, 0] = np.nan
    with pytest.raises(ValueError, match="such as 'cat', hold numbers that are not finite"):
        export(vectors, tmp_path / "v", "safetensors")
    assert not os.listdir(tmp_path)


@pytest.mark.parametrize("format", ["word2vec", "safetensors"])
def test_what_is_there_is_replaced_only_if_asked_for(tmp_path: Path, format: str) -> None:
    old, new = vectors_of(["cat"]), vectors_of(["dog"])
    path = export(old, tmp_path / "v", format)
    before = sorted(tmp_path.rglob("*"))
    with pytest.raises(FileExistsError, match="overwrite=True"):
        export(new, path, format)
    export(new, path, format, overwrite=True)
    assert sorted(tmp_path.rglob("*")) == before
    loaded = load_safetensors(path) if format == "safetensors" else KeyedVectors.load_word2vec_format(str(path))
    assert loaded.index_to_key == ["dog"]


def test_folders_that_are_no_exports_are_never_replaced(vectors: KeyedVectors, tmp_path: Path) -> None:
    (tmp_path / "project").mkdir()
    (tmp_path / "project" / "thesis.tex").write_text("years of work")
    with pytest.raises(FileExistsError, match="no export of this format made"):
        export(vectors, tmp_path / "project", "safetensors", overwrite=True)
    with pytest.raises(FileExistsError, match="is a folder, and this format writes a file"):
        export(vectors, tmp_path / "project", "glove", overwrite=True)
    assert (tmp_path / "project" / "thesis.tex").read_text() == "years of work"


def test_a_full_disk_leaves_what_was_there(
    vectors: KeyedVectors, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = export(vectors_of(["cat"]), tmp_path / "v", "safetensors")

    def full(*arguments: Any, **settings: Any) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(Path, "write_text", full)
    with pytest.raises(OSError, match="could not be written .No space left on device") as caught:
        export(vectors, path, "safetensors", overwrite=True)
    assert caught.value.errno == errno.ENOSPC
    assert os.listdir(tmp_path) == ["v"]
    assert load_safetensors(path).index_to_key == ["cat"]


# --- sources ----------------------------------------------------------------------------------------


def test_models_and_files_are_sources_too(tmp_path: Path, corpus: list[list[str]]) -> None:
    model = Word2Vec(corpus, vector_size=8, min_count=1, seed=1, workers=1)
    first = export(model, tmp_path / "of a model.txt", "word2vec")
    second = export(first, tmp_path / "of a file", "safetensors")
    assert_array_equal(load_safetensors(second).vectors, model.wv.vectors)
    with pytest.raises(FileNotFoundError, match="there is no such file"):
        export(tmp_path / "missing.txt", tmp_path / "v", "word2vec")
    with pytest.raises(TypeError, match="where KeyedVectors"):
        export(42, tmp_path / "v", "word2vec")


def test_a_model_makes_its_own_vectors_of_texts(teacher: Any, corpus: list[list[str]], tmp_path: Path) -> None:
    pytest.importorskip("gensim_distill.encoding")
    from model2vec import StaticModel

    texts = [" ".join(sentence) for sentence in corpus]
    model = DistilledWord2Vec(texts, teacher=teacher, min_count=1)
    loaded = StaticModel.from_pretrained(export(model, tmp_path / "m", "model2vec"))
    assert_allclose(loaded.encode(texts), model.encode(texts), atol=1e-6)


# --- sizes ------------------------------------------------------------------------------------------


def test_the_table_of_sizes_measures_what_an_export_keeps(tmp_path: Path) -> None:
    from gensim.test.utils import datapath

    from gensim_distill.evaluation import word_similarity

    source = datapath("euclidean_vectors.bin")
    rows = size_table(source, dimensions=[5, 500], dtypes=["float32", "int8"], analogies=None)
    assert [(row.dimensions, row.dtype) for row in rows] == [(10, "float32"), (10, "int8"), (5, "float32"), (5, "int8")]
    loaded = load_safetensors(export(source, tmp_path / "v", "safetensors", dimensions=5, dtype="int8"))
    assert rows[-1].scores["simlex999"] == word_similarity(loaded, "simlex999", resamples=1).spearman
    assert rows[0].megabytes == pytest.approx(len(loaded) * 10 * 4 / 1e6)


# --- documentation ----------------------------------------------------------------------------------


def test_the_blocks_of_the_documentation_run_one_after_the_other(tmp_path: Path) -> None:
    page = (Path(__file__).resolve().parents[2] / "docs" / "exports.md").read_text(encoding="utf-8")
    blocks = re.findall(r"^```python\n(.*?)^```", page, flags=re.MULTILINE | re.DOTALL)
    assert len(blocks) >= 8
    done = subprocess.run(
        [sys.executable, "-c", "\n".join(blocks)], cwd=tmp_path, capture_output=True, text=True, timeout=300
    )
    assert done.returncode == 0, done.stderr
    for format in EXPORTERS:
        assert f'`"{format}"`' in page
