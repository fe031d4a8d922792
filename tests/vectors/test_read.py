"""Reading files of word vectors: formats, compression, damaged files and pickles."""

from __future__ import annotations

import bz2
import gzip
import logging
import lzma
import pickle
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from gensim.models import FastText, KeyedVectors
from gensim.models.fasttext import save_facebook_model
from gensim.test.utils import common_texts, datapath
from hypothesis import given, settings
from hypothesis import strategies as st

from gensim_distill.vectors import load_vectors
from gensim_distill.vectors.keyed import word_counts


@pytest.fixture
def vectors() -> KeyedVectors:
    rng = np.random.default_rng(0)
    made = KeyedVectors(4)
    made.add_vectors(["cat", "1", "naïve", "NaN", "\N{NO-BREAK SPACE}x"], rng.normal(size=(5, 4)).astype(np.float32))
    return made


def same(found: KeyedVectors, expected: KeyedVectors) -> None:
    assert found.index_to_key == expected.index_to_key
    assert found.key_to_index == expected.key_to_index
    np.testing.assert_allclose(found.vectors, expected.vectors, rtol=1e-6)


WRITERS: dict[str, Callable[[KeyedVectors, str], None]] = {
    "text": lambda wv, path: wv.save_word2vec_format(path),
    "binary": lambda wv, path: wv.save_word2vec_format(path, binary=True),
    "GloVe": lambda wv, path: wv.save_word2vec_format(path, write_header=False),
}
COMPRESSIONS: dict[str, Callable[[bytes], bytes]] = {
    "plain": bytes,
    "gzip": gzip.compress,
    "bzip2": bz2.compress,
    "xz": lzma.compress,
}


@pytest.mark.parametrize("compression", COMPRESSIONS)
@pytest.mark.parametrize("format", WRITERS)
@pytest.mark.parametrize("name", ["anything.dat", "misleading.gz"])
def test_format_and_compression_are_detected_from_the_content(
    format: str, compression: str, name: str, vectors: KeyedVectors, tmp_path: Path
) -> None:
    plain, path = str(tmp_path / "plain"), tmp_path / name
    WRITERS[format](vectors, plain)
    path.write_bytes(COMPRESSIONS[compression](Path(plain).read_bytes()))
    same(load_vectors(path), vectors)
    assert load_vectors(str(path), limit=2).index_to_key == ["cat", "1"]


@pytest.mark.parametrize("compression", COMPRESSIONS)
def test_fasttext_binary_has_vectors_of_out_of_vocabulary_words(compression: str, tmp_path: Path) -> None:
    model = FastText(common_texts, vector_size=6, min_count=1, bucket=50, epochs=1)
    save_facebook_model(model, str(tmp_path / "plain"))
    path = tmp_path / "model"
    path.write_bytes(COMPRESSIONS[compression]((tmp_path / "plain").read_bytes()))
    found = load_vectors(path)
    assert sorted(found.index_to_key) == sorted(model.wv.index_to_key)
    np.testing.assert_allclose(found["humans"], model.wv["humans"], rtol=1e-5)
    assert word_counts(found) is not None
    first = load_vectors(path, limit=3)
    assert first.index_to_key == found.index_to_key[:3]
    np.testing.assert_array_equal(word_counts(first), word_counts(found)[:3])


@pytest.mark.parametrize("name", ["lee_fasttext.vec", "crime-and-punishment.vec", "toy-model.vec"])
def test_gensims_files_load_as_in_gensim(name: str) -> None:
    same(load_vectors(datapath(name)), KeyedVectors.load_word2vec_format(datapath(name)))


def test_glove_words_may_contain_spaces(tmp_path: Path) -> None:
    path = tmp_path / "glove.txt"
    path.write_text("the 0.5 1.5\n. . . 2.5 -1\nat name@domain.com 1 2\n7 3 4\n 5 6\n", encoding="utf-8")
    found = load_vectors(path)
    assert found.index_to_key == ["the", ". . .", "at name@domain.com", "7", ""]
    np.testing.assert_array_equal(found[". . ."], [2.5, -1])


def test_columns_may_be_separated_by_tabs(tmp_path: Path) -> None:
    path = tmp_path / "tabs.tsv"
    path.write_text("new york\t1\t2\nrome\t3\t4\n", encoding="utf-8")
    assert load_vectors(path).index_to_key == ["new york", "rome"]


def test_the_first_vector_of_a_duplicate_word_is_used(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    path = tmp_path / "twice.txt"
    path.write_text("a 1 2\nb 3 4\na 5 6\n", encoding="utf-8")
    with caplog.at_level(logging.WARNING):
        found = load_vectors(path)
    np.testing.assert_array_equal(found.vectors, [[1, 2], [3, 4]])
    assert "1 duplicate words" in caplog.text


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"3 2\na 1 2\nb 3 4\n", "declares 3 vectors, and it has 2"),
        (b"2 2\na 1 2\nb 3\n", "damaged in line 3, which begins with 'b 3'"),
        (b"a 1 2\nb 3 x\nc 5 6\nd 7 8\n", "damaged in line 2"),
        (b"0 300\n", "is empty"),
        (b"", "not a file of word vectors"),
        (b"Dear diary,\ntoday I trained a model.\n", "not a file of word vectors"),
        (b"PK\x03\x04\0\0\0\0zip", "not a file of word vectors"),
        (b"999999999999 300\na \xff\xfe\xfd\xfc", "too short"),
        (b"2 2\na \xff\xff\x7f\x7f\xff\xff\x7f\x7fbb\xff\xff\x7f\x7f\xff\xff\x7f\x7f", "damaged"),
        (b"\xba\x16\x4f\x2f\x0c\0\0\0rest", "fastText's .bin files, and is damaged"),
        (gzip.compress(b"2 2\na 1 2\nb 3 4\n" * 99, mtime=0)[:40], "cannot be decompressed"),
        (b"\xfd7zXZ\x00nonsense", "cannot be decompressed"),
    ],
)
def test_a_damaged_file_raises_one_sentence(content: bytes, message: str, tmp_path: Path) -> None:
    path = tmp_path / "damaged"
    path.write_bytes(content)
    with pytest.raises(ValueError, match=message) as caught:
        load_vectors(path)
    assert str(path) in str(caught.value)
    assert "\n" not in str(caught.value)


@settings(max_examples=150)
@given(st.sampled_from(list(WRITERS)), st.data())
def test_changed_or_missing_bytes_load_or_raise_a_value_error(format: str, data: st.DataObject) -> None:
    vectors = KeyedVectors(3)
    vectors.add_vectors(["cat", "dog", "über"], np.arange(9, dtype=np.float32).reshape(3, 3))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "vectors")
        WRITERS[format](vectors, str(path))
        content = bytearray(path.read_bytes())
        for _ in range(data.draw(st.integers(0, 3))):
            content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
        path.write_bytes(content[: data.draw(st.integers(0, len(content)))])
        try:
            found = load_vectors(path)
        except ValueError as error:
            assert str(path) in str(error)
        else:
            assert found.vectors.shape == (len(found.index_to_key), found.vector_size)
            assert len(found.key_to_index) == len(found.index_to_key) > 0


class Trap:
    def __reduce__(self) -> Any:
        return print, ("a pickle was loaded",)


@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
@pytest.mark.parametrize("compress", [bytes, gzip.compress])
def test_a_pickle_is_never_loaded(
    protocol: int, compress: Callable[[bytes], bytes], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "vectors.kv"
    path.write_bytes(compress(pickle.dumps([Trap()], protocol)))
    with pytest.raises(ValueError, match="KeyedVectors.load" if protocol >= 2 else "not a file of word vectors"):
        load_vectors(path)
    assert capsys.readouterr().out == ""


def test_gensims_own_format_raises_and_names_its_loader(vectors: KeyedVectors, tmp_path: Path) -> None:
    vectors.save(str(tmp_path / "vectors.kv"))
    with pytest.raises(ValueError, match=r"load it with KeyedVectors.load\(path\)"):
        load_vectors(tmp_path / "vectors.kv")
