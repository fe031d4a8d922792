"""TextEncoder: weighting, components, texts and batches, saving."""

from __future__ import annotations

import contextlib
import copy
import json
import logging
import os
import pickle
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from gensim.models import KeyedVectors
from safetensors.numpy import load_file

from gensim_distill import TextReader
from gensim_distill.corpus.splitting import split_words
from gensim_distill.encoding import TextEncoder
from gensim_distill.objectives.text_table import TextTable

WORDS = ["the", "cat", "dog", "sat", "new_york", "don't"]
COUNTS = [500, 40, 30, 20, 9, 1]


@pytest.fixture
def vectors() -> KeyedVectors:
    """Return vectors of six words with counts and five dimensions."""
    made = KeyedVectors(5)
    made.add_vectors(WORDS, np.random.default_rng(0).standard_normal((6, 5)).astype(np.float32) + 1)
    for word, count in zip(WORDS, COUNTS):
        made.set_vecattr(word, "count", count)
    return made


def mean_of(vectors: KeyedVectors, words: list[str], weights: dict[str, float]) -> np.ndarray:
    return np.mean([weights[word] * vectors[word].astype(np.float64) for word in words], axis=0)


# --- weighting and components --------------------------------------------------------------------


def test_sif_is_the_weighted_mean_of_known_words(vectors: KeyedVectors) -> None:
    encoder = TextEncoder.of(vectors, a=0.01, components=0)
    weights = {word: 0.01 / (0.01 + count / sum(COUNTS)) for word, count in zip(WORDS, COUNTS)}
    found = encoder.encode(["The cat, the DOG and the bird!", ["dog", "Dog", "new_york"], "Birds?", "don't"])
    np.testing.assert_allclose(found[0], mean_of(vectors, ["the", "cat", "the", "dog", "the"], weights), rtol=1e-5)
    np.testing.assert_allclose(found[1], mean_of(vectors, ["dog", "new_york"], weights), rtol=1e-5)
    assert not found[2].any()
    np.testing.assert_allclose(found[3], mean_of(vectors, ["don't"], weights), rtol=1e-5)
    np.testing.assert_allclose(encoder.weights, list(weights.values()))


def test_idf_counts_texts(vectors: KeyedVectors) -> None:
    texts = [["the", "the", "cat"], "The dog", ["bird"]]
    encoder = TextEncoder.of(vectors, "idf", components=0, texts=texts)
    expected = np.log(4 / (1 + np.array([2, 1, 1, 0, 0, 0]))) + 1
    np.testing.assert_allclose(encoder.weights, expected)
    weights = dict(zip(WORDS, expected))
    np.testing.assert_allclose(
        encoder.encode([["the", "cat"]])[0], mean_of(vectors, ["the", "cat"], weights), rtol=1e-5
    )


@pytest.mark.parametrize("weighting", ["sif", "idf", "uniform"])
@pytest.mark.parametrize("components", [1, 2])
def test_components_of_texts_are_projected_out(vectors: KeyedVectors, weighting: str, components: int) -> None:
    rng = np.random.default_rng(1)
    texts = [[WORDS[i] for i in rng.integers(0, 6, size=rng.integers(1, 7))] for _ in range(40)]
    plain = TextEncoder.of(vectors, weighting, components=0, texts=texts).encode(texts).astype(np.float64)
    directions = np.linalg.svd(plain, full_matrices=False)[2][:components]
    encoder = TextEncoder.of(vectors, weighting, components=components, texts=texts)
    np.testing.assert_allclose(encoder.encode(texts), plain - plain @ directions.T @ directions, atol=1e-5)
    np.testing.assert_allclose(np.abs(encoder.directions @ directions.T), np.eye(components), atol=1e-5)


def test_components_of_the_vocabulary_are_those_of_random_texts(vectors: KeyedVectors) -> None:
    rng = np.random.default_rng(2)
    draws = rng.choice(6, size=(40_000, 10), p=np.array(COUNTS) / sum(COUNTS))
    encoder = TextEncoder.of(vectors, components=2)
    plain = TextEncoder.of(vectors, components=0).table.astype(np.float64)
    texts = np.mean(plain[draws], axis=1)
    directions = np.linalg.svd(texts, full_matrices=False)[2][:2]
    overlap = np.abs(np.sum(encoder.directions * directions, axis=1))
    assert (overlap > 0.999).all()
    # The components are projected out of each row of the table.
    assert np.abs(encoder.table @ encoder.directions.T).max() < 1e-6


def test_idf_with_components_of_the_vocabulary_reads_texts_once(vectors: KeyedVectors) -> None:
    texts = (text for text in [["the", "cat"], "The dog", ["the"]])
    encoder = TextEncoder.of(vectors, "idf", texts=texts, components_from="vocabulary")
    by_texts = TextEncoder.of(vectors, "idf", components=0, texts=[["the", "cat"], "The dog", ["the"]])
    np.testing.assert_array_equal(encoder.weights, by_texts.weights)
    shares = np.array(COUNTS) / sum(COUNTS)
    rows = by_texts.table.astype(np.float64)
    moment = 0.9 * np.outer(shares @ rows, shares @ rows) + 0.1 * (rows.T * shares) @ rows
    direction = np.linalg.eigh(moment)[1][:, -1:]
    np.testing.assert_allclose(encoder.table, rows - rows @ direction @ direction.T, atol=1e-5)


def test_custom_table() -> None:
    encoder = TextEncoder(["a", "b"], [[1, 0], [0, 3]])
    assert encoder.encode([["a", "b", "b", "b"], []]).tolist() == [[0.25, 2.25], [0, 0]]


# --- pieces --------------------------------------------------------------------------------------

PIECES = {"cat": [9.0, 0.0], "s": [0.0, 2.0], "do": [0.0, 4.0]}


def pieced_encoder(**settings: Any) -> TextEncoder:
    """Return an encoder of two words and three pieces."""
    return TextEncoder(["cat", "sat"], [[1, 0], [3, 0]], pieces=PIECES, piece_table=list(PIECES.values()), **settings)


def test_each_piece_of_a_word_without_a_row_counts_as_a_word(caplog: pytest.LogCaptureFixture) -> None:
    encoder = pieced_encoder()
    with caplog.at_level(logging.WARNING):
        found = encoder.encode(["The cats sat!", ["cats", "sat"], "scat", "dog", ["sat"]])
    assert found.tolist() == pytest.approx(np.array([[4 / 3, 2 / 3], [4 / 3, 2 / 3], [4.5, 1], [0, 0], [3, 0]]))
    assert caplog.messages == ["1 of 5 texts have no known word: their vectors are zeros."]
    assert "2 words, 3 pieces, vector_size=2" in repr(encoder)
    assert encoder.table.tolist() == [[1, 0], [3, 0]] and encoder.piece_table.tolist() == list(PIECES.values())
    assert encoder.rows.tolist() == [*encoder.table.tolist(), *encoder.piece_table.tolist()]


@pytest.mark.parametrize(
    "reader",
    [TextReader(), TextReader(str.split, str.lower), TextReader(lambda text: text.split(), str.lower)],
    ids=["unicode", "white space", "custom"],
)
def test_pieces_are_found_in_the_keys_of_words(reader: TextReader) -> None:
    encoder = pieced_encoder(reader=reader)
    expected = encoder.encode([["cats", "sats"]])
    np.testing.assert_array_equal(encoder.encode(["CATS Sats"]), expected)
    if reader.key is not None:
        np.testing.assert_array_equal(encoder.encode([["CATS", "Sats"]]), expected)


def test_words_of_a_learned_table_without_a_row_are_read_as_pieces() -> None:
    rows = np.array([[1, 0], [0, 0], [3, 0]], dtype=np.float32)
    table = TextTable(rows, tuple(PIECES), np.array(list(PIECES.values()), dtype=np.float32))
    encoder = TextEncoder.from_text_table(["cat", "dos", "sat"], table)
    assert encoder.words == ["cat", "sat"] and encoder.settings == {"weighting": "learned"}
    assert encoder.encode(["dos"]).tolist() == [[0, 3]]
    with pytest.raises(ValueError, match="text table has 3 rows for 2 words"):
        TextEncoder.from_text_table(["cat", "sat"], table)


def test_pieces_need_distinct_strings_and_rows() -> None:
    with pytest.raises(ValueError, match=r"shape \(0, 1\) for 1 pieces: it must have one row per piece"):
        TextEncoder(["a"], [[1.0]], pieces=["b"])
    with pytest.raises(ValueError, match="1 pieces are duplicates"):
        TextEncoder(["a"], [[1.0]], pieces=["b", "b"], piece_table=[[1.0], [2.0]])
    with pytest.raises(ValueError, match="rows of pieces have 2 dimensions, where those of words have 1"):
        TextEncoder(["a"], [[1.0]], pieces=["b"], piece_table=[[1.0, 2.0]])


@pytest.mark.parametrize("copied", [copy.copy, copy.deepcopy, lambda encoder: pickle.loads(pickle.dumps(encoder))])
def test_copies_of_an_encoder_have_its_pieces(copied: Any) -> None:
    encoder = pieced_encoder()
    assert copied(encoder).encode(["The cats sat"]).tolist() == encoder.encode(["The cats sat"]).tolist()
    assert pickle.dumps(encoder).count(encoder.piece_table.tobytes()) == 1


def test_pickles_of_earlier_versions_have_no_pieces() -> None:
    encoder = TextEncoder(["cat"], [[1.0]])
    state = encoder.__getstate__()
    twin = TextEncoder.__new__(TextEncoder)
    twin.__setstate__({name: value for name, value in state.items() if name not in ("pieces", "piece_table")})
    assert twin.encode(["a cat"]).tolist() == [[1]] and twin.pieces == []


# --- texts and batches ---------------------------------------------------------------------------


def test_lists_arrays_generators_and_batches_have_equal_vectors(vectors: KeyedVectors) -> None:
    encoder = TextEncoder.of(vectors)
    texts: list[Any] = ["the cat", ["dog", "sat"], "sat?", ("cat",), "the", ["the"], np.array(["cat", "dog"])] * 5
    expected = np.concatenate([encoder.encode([text]) for text in texts])
    assert expected.dtype == np.float32
    np.testing.assert_array_equal(encoder.encode(texts), expected)
    np.testing.assert_array_equal(encoder.encode(text for text in texts), expected)
    sizes = []
    for batch, start in zip(encoder.encode_batches(iter(texts), batch_size=8), range(0, 40, 8)):
        np.testing.assert_array_equal(batch, expected[start : start + 8])
        sizes.append(len(batch))
    assert sizes == [8, 8, 8, 8, 3]
    assert encoder.encode([]).shape == encoder.encode(iter([])).shape == (0, 5)


def test_encode_batches_streams(vectors: KeyedVectors) -> None:
    taken = []

    def source() -> Iterator[str]:
        for number in range(100):
            taken.append(number)
            yield "the cat"

    batches = TextEncoder.of(vectors).encode_batches(source(), batch_size=10)
    assert not taken
    next(batches)
    assert len(taken) == 10


def test_number_of_texts_without_known_words_is_logged(vectors: KeyedVectors, caplog: pytest.LogCaptureFixture) -> None:
    encoder = TextEncoder.of(vectors)
    with caplog.at_level(logging.WARNING):
        encoder.encode(["the cat", "dog"])
        assert not caplog.messages
        encoder.encode(["bird", [], "", "dog"])
    assert caplog.messages == ["3 of 4 texts have no known word: their vectors are zeros."]


@pytest.mark.parametrize(
    ("texts", "message"),
    [
        ("the cat", r"single string 'the cat'.* such as \[text\]"),
        ([["the", 5]], "token 5 of type int"),
        ([["the", ["cat"]]], r"token \['cat'\] of type list"),
        (["the", None], "None of type NoneType"),
        ([b"the"], "decode bytes"),
        ([{"the": 1}], "is a dict"),
        ({"text": ["the"]}, "whose items are its keys"),
        (7, "texts must be an iterable of raw strings or of lists of tokens, got 7"),
    ],
)
def test_encode_raises_for_invalid_texts(vectors: KeyedVectors, texts: Any, message: str) -> None:
    with pytest.raises(TypeError, match=message):
        TextEncoder.of(vectors).encode(texts)


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"weighting": "tf"}, "weighting='tf' must be 'sif', 'idf' or 'uniform'"),
        ({"a": -1}, "a=-1 must be a positive number"),
        ({"a": float("inf")}, "use weighting='uniform'"),
        ({"components": 5}, "from 0 to 4 for vectors of 5 dimensions"),
        ({"components": True}, "components=True must be a whole number"),
        ({"weighting": "idf"}, "in how many of them each word occurs: pass texts="),
        ({"texts": ["bird"]}, "no word that has a vector"),
        ({"components_from": "texts"}, "or 'texts' together with texts="),
        ({"components_from": "words"}, "components_from='words' must be 'vocabulary'"),
        ({"weighting": "idf", "texts": ["bird"]}, "no word that has a vector"),
        ({"weighting": "idf", "texts": iter(["the"])}, "can be read once, and has to be read 2 times"),
    ],
)
def test_of_raises_for_invalid_parameters(vectors: KeyedVectors, settings: Any, message: str) -> None:
    with pytest.raises((TypeError, ValueError), match=message):
        TextEncoder.of(vectors, **settings)


def test_invalid_vectors_raise(vectors: KeyedVectors) -> None:
    vectors.vectors[2, 1] = np.nan
    with pytest.raises(ValueError, match="vector of 'dog' holds numbers that are not finite"):
        TextEncoder.of(vectors)
    with pytest.raises(ValueError, match="no words"):
        TextEncoder.of(KeyedVectors(3))
    with pytest.raises(ValueError, match="one row per word"):
        TextEncoder(["a"], [[1.0], [2.0]])
    with pytest.raises(ValueError, match="1 words are duplicates"):
        TextEncoder(["a", "a"], [[1.0], [2.0]])
    with pytest.raises(TypeError, match="The pieces have the key 1 of type int, where strings were expected"):
        TextEncoder(["a"], [[1.0]], pieces=[1], piece_table=[[1.0]])  # type: ignore[list-item]
    for invalid in (np.nan, np.inf, -np.inf):
        with pytest.raises(ValueError, match="The rows of words contain NaN or infinity"):
            TextEncoder(["a", "b"], [[1.0], [invalid]])
        with pytest.raises(ValueError, match="The rows of pieces contain NaN or infinity"):
            TextEncoder(["a"], [[1.0]], pieces=["b"], piece_table=[[invalid]])


def test_without_counts_frequencies_follow_zipf_with_a_warning(
    vectors: KeyedVectors, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    # gensim invents counts for the words of such a file.
    vectors.save_word2vec_format(str(tmp_path / "vectors.txt"))
    loaded = KeyedVectors.load_word2vec_format(str(tmp_path / "vectors.txt"))
    encoder = TextEncoder.of(loaded, a=0.1)
    assert [message for message in caplog.messages if "1, 1/2, 1/3" in message] == caplog.messages
    assert len(caplog.messages) == 1
    shares = 1 / np.arange(1, 7) / np.sum(1 / np.arange(1, 7))
    np.testing.assert_allclose(encoder.weights, 0.1 / (0.1 + shares))


def test_custom_splitter_gets_whole_texts() -> None:
    encoder = TextEncoder(["b c"], [[1.0]], TextReader(lambda text: text.split(";")))
    assert encoder.encode(["a;b c;d", "b;c"]).tolist() == [[1.0], [0.0]]


# --- saving and loading --------------------------------------------------------------------------


@pytest.mark.parametrize("reader", [TextReader(), TextReader(str.split, str), TextReader(split_words, str.lower)])
def test_save_and_load(vectors: KeyedVectors, reader: TextReader, tmp_path: Path) -> None:
    encoder = TextEncoder.of(vectors, a=1e-4, components=2, reader=reader)
    encoder.save(tmp_path / "new" / "encoder")
    loaded = TextEncoder.load(tmp_path / "new" / "encoder")
    assert loaded.words == encoder.words and loaded.settings == encoder.settings and loaded.reader == encoder.reader
    for name in ("table", "weights", "directions"):
        np.testing.assert_array_equal(getattr(loaded, name), getattr(encoder, name))
    texts = ["The cat, the DOG", ["Sat", "sat"]]
    np.testing.assert_array_equal(loaded.encode(texts), encoder.encode(texts))
    assert sorted(path.name for path in (tmp_path / "new" / "encoder").iterdir()) == [
        "encoder.json",
        "encoder.safetensors",
    ]


def test_save_and_load_with_pieces(tmp_path: Path) -> None:
    encoder = pieced_encoder()
    encoder.save(tmp_path)
    loaded = TextEncoder.load(tmp_path)
    assert (loaded.words, loaded.pieces) == (encoder.words, encoder.pieces)
    assert loaded.encode(["The cats sat"]).tolist() == encoder.encode(["The cats sat"]).tolist()
    about = json.loads((tmp_path / "encoder.json").read_text(encoding="utf-8"))
    for wrong in (["cat", "s"], ["cat", "s", "s"], "cat", None):
        (tmp_path / "encoder.json").write_text(json.dumps(about | {"pieces": wrong}), encoding="utf-8")
        with pytest.raises(ValueError, match="contains no complete text encoder"):
            TextEncoder.load(tmp_path)


def test_encoders_without_pieces_have_the_files_of_earlier_versions(vectors: KeyedVectors, tmp_path: Path) -> None:
    TextEncoder.of(vectors).save(tmp_path)
    about = json.loads((tmp_path / "encoder.json").read_text(encoding="utf-8"))
    assert about["format"] == "gensim-distill text encoder 1" and "pieces" not in about
    assert sorted(load_file(tmp_path / "encoder.safetensors")) == ["directions", "table", "weights"]
    # A damaged format does not lose pieces.
    pieced_encoder().save(tmp_path)
    pieced = json.loads((tmp_path / "encoder.json").read_text(encoding="utf-8"))
    (tmp_path / "encoder.json").write_text(json.dumps(pieced | {"format": about["format"]}), encoding="utf-8")
    with pytest.raises(ValueError, match="two files do not belong to the same encoder"):
        TextEncoder.load(tmp_path)


def test_load_requires_a_custom_reader(vectors: KeyedVectors, tmp_path: Path) -> None:
    reader = TextReader(key=lambda word: word.strip("!").lower())
    TextEncoder.of(vectors, reader=reader).save(tmp_path)
    with pytest.raises(ValueError, match="had a custom splitter or key"):
        TextEncoder.load(tmp_path)
    assert TextEncoder.load(tmp_path, reader=reader).encode([["CAT!"]]).any()


def test_folder_in_place_of_the_arrays_raises_an_error_with_its_name(vectors: KeyedVectors, tmp_path: Path) -> None:
    TextEncoder.of(vectors).save(tmp_path)
    (tmp_path / "encoder.safetensors").unlink()
    (tmp_path / "encoder.safetensors").mkdir()
    with pytest.raises(OSError, match="encoder.safetensors"):
        TextEncoder.load(tmp_path)


def test_load_raises_for_damaged_or_missing_files(vectors: KeyedVectors, tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match=r"contains no text encoder, encoder\.json"):
        TextEncoder.load(tmp_path)
    TextEncoder.of(vectors).save(tmp_path / "one")
    TextEncoder.of(vectors).save(tmp_path / "other")
    (tmp_path / "one" / "encoder.json").write_bytes((tmp_path / "other" / "encoder.json").read_bytes())
    with pytest.raises(ValueError, match="two files do not belong to the same encoder"):
        TextEncoder.load(tmp_path / "one")
    whole = (tmp_path / "other" / "encoder.safetensors").read_bytes()
    (tmp_path / "other" / "encoder.safetensors").write_bytes(whole[: len(whole) // 2])
    with pytest.raises(ValueError, match="contains no complete text encoder"):
        TextEncoder.load(tmp_path / "other")
    content = bytearray(whole)
    content[-4:] = b"\xff" * 4  # NaN
    (tmp_path / "other" / "encoder.safetensors").write_bytes(content)
    with pytest.raises(ValueError, match=r"other' contains no complete text encoder .*numbers that are not finite"):
        TextEncoder.load(tmp_path / "other")
    (tmp_path / "other" / "encoder.json").write_text(json.dumps([1]), encoding="utf-8")
    with pytest.raises(ValueError, match="contains no complete text encoder"):
        TextEncoder.load(tmp_path / "other")


@pytest.mark.parametrize("file", ["encoder.json", "encoder.safetensors"])
def test_one_changed_character_or_number_is_detected(file: str, tmp_path: Path) -> None:
    encoder = pieced_encoder()
    encoder.save(tmp_path)
    content = (tmp_path / file).read_bytes()
    changed = content.replace(b'"cat"', b'"cot"') if file == "encoder.json" else bytearray(content)
    if isinstance(changed, bytearray):
        changed[-2] ^= 1
    assert changed != content
    (tmp_path / file).write_bytes(changed)
    with pytest.raises(ValueError, match="contains no complete text encoder .its checksum does not match"):
        TextEncoder.load(tmp_path)
    # Files of earlier versions have no checksum.
    (tmp_path / file).write_bytes(content)
    about = json.loads((tmp_path / "encoder.json").read_text(encoding="utf-8"))
    del about["checksum"]
    (tmp_path / "encoder.json").write_text(json.dumps(about), encoding="utf-8")
    np.testing.assert_array_equal(TextEncoder.load(tmp_path).rows, encoder.rows)


class Killed(BaseException):
    """Ends a write at once."""


@pytest.mark.parametrize("number", range(1, 5))
def test_save_that_is_stopped_leaves_the_old_or_the_new_encoder(
    vectors: KeyedVectors, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    old, new = (TextEncoder.of(vectors, a=a) for a in (1e-4, 1e-2))
    old.save(tmp_path)
    replace, calls = os.replace, iter(range(1, 100))

    def stopped(source: Any, target: Any) -> None:
        if next(calls) >= number:
            raise Killed
        replace(source, target)

    with monkeypatch.context() as patch:
        patch.setattr(os, "replace", stopped)
        with contextlib.suppress(Killed):
            new.save(tmp_path)
    assert TextEncoder.load(tmp_path).settings in (old.settings, new.settings)
    new.save(tmp_path)
    assert TextEncoder.load(tmp_path).settings == new.settings
    assert sorted(path.name for path in tmp_path.iterdir()) == ["encoder.json", "encoder.safetensors"]


def test_pickle_of_an_encoder(vectors: KeyedVectors) -> None:
    encoder = TextEncoder.of(vectors)
    encoder.encode(["the cat"])
    twin = pickle.loads(pickle.dumps(encoder))
    np.testing.assert_array_equal(
        twin.encode(["the dog", ["sat"], "the cat"]), encoder.encode(["the dog", ["sat"], "the cat"])
    )
    assert "6 words, vector_size=5, weighting='sif'" in repr(twin)


class Texts:
    """A collection whose length may be wrong or missing."""

    def __init__(self, length: Any) -> None:
        self.length = length

    def __iter__(self) -> Iterator[str]:
        return iter(["rain", "sun", "rain sun"])

    def __len__(self) -> int:
        if isinstance(self.length, Exception):
            raise self.length
        return int(self.length)


@pytest.mark.parametrize("length", [0, 1, 3, 4, 5000, 2**62, -1, TypeError("no length"), RuntimeError("no length")])
def test_encode_returns_a_vector_for_each_text_whatever_the_length_is(
    length: Any, caplog: pytest.LogCaptureFixture
) -> None:
    encoder = TextEncoder(["rain", "sun"], [[1.0, 0.0], [0.0, 1.0]])
    with caplog.at_level(logging.WARNING):
        found = encoder.encode(Texts(length))
    assert found.tolist() == [[1, 0], [0, 1], [0.5, 0.5]]
    assert ("iteration returned 3 texts" in caplog.text) == (length in (1, 4, 5000))


def test_encode_reads_generators_of_many_batches() -> None:
    encoder = TextEncoder(["rain", "sun"], [[1.0, 0.0], [0.0, 1.0]])
    found = encoder.encode("rain" if number % 2 else "sun" for number in range(10_001))
    assert found.shape == (10_001, 2)
    assert found[:, 0].tolist() == [number % 2 for number in range(10_001)]
    assert encoder.encode(iter([])).shape == (0, 2)


@pytest.mark.parametrize(
    "change",
    [
        {"words": ["rain"]},
        {"words": ["rain", "rain"]},
        {"words": ["rain", 1]},
        {"words": "ab"},
        {"words": None},
        {"settings": []},
        {"settings": None},
        {"word_splitter": ["unicode"]},
        {"key": "another"},
        {"id": 5},
    ],
)
def test_a_changed_file_of_an_encoder_raises_one_sentence(change: dict[str, Any], tmp_path: Path) -> None:
    TextEncoder(["rain", "sun"], [[1.0, 0.0], [0.0, 1.0]]).save(tmp_path)
    path = tmp_path / "encoder.json"
    path.write_text(json.dumps(json.loads(path.read_text(encoding="utf-8")) | change), encoding="utf-8")
    with pytest.raises(ValueError, match="contains no complete text encoder") as caught:
        TextEncoder.load(tmp_path)
    assert str(tmp_path) in str(caught.value) and "\n" not in str(caught.value)


@pytest.mark.parametrize("content", ["", "[]", "null", "[" * 100_000, '{"format": 1}', "5"])
def test_a_file_that_is_no_encoder_raises_one_sentence(content: str, tmp_path: Path) -> None:
    TextEncoder(["rain", "sun"], [[1.0, 0.0], [0.0, 1.0]]).save(tmp_path)
    (tmp_path / "encoder.json").write_text(content, encoding="utf-8")
    with pytest.raises(ValueError, match="contains no complete text encoder"):
        TextEncoder.load(tmp_path)
