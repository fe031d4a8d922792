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
from gensim_distill.vectors.words import join_blocks


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


def test_a_vocabulary_with_counts_is_not_read_as_vectors(tmp_path: Path) -> None:
    path = tmp_path / "vocabulary.txt"
    path.write_text("the 12\nrain 3\n", encoding="utf-8")
    with pytest.raises(ValueError, match=r"vocabulary\.txt' has words with a whole number each, which are counts"):
        load_vectors(path)


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
        (b"PK\x03\x04\0\0\0\0zip", "is a zip archive: unpack it first"),
        ("3 2\na 1 2\n".encode("utf-16"), "UTF-16: convert it to UTF-8"),
        ("3 2\na 1 2\n".encode("utf-32"), "UTF-32: convert it to UTF-8"),
        (b"999999999999999999999999 2\na 1 2\n", "first line are too large"),
        (b"2 " + b"9" * 5000 + b"\na 1 2\n", "first line are too large"),
        (b"3 999999999999999999\na 1 2\n", "damaged in line 2"),
        (b"999999999999999999 2\na 1 2\n", "declares 999999999999999999 vectors, and it has 1"),
        (b"2 2", "declares 2 vectors, and it has 0"),
        (b"2 2\na 1 2\nb 3 4\nc 5 6\n", "declares 2 vectors, and the file goes on after them"),
        (b"2 2\na 1 2 3\nb 4 5 6\n", "declares 2 dimensions, and its lines have 3 numbers"),
        (b"2 4\na 1 2 3\nb 4 5 6\n", "damaged in line 2"),
        (b"2 3\na 1 2 \xb3\nb 4 5 6\n", "damaged in line 2"),
        (b"2 2\na 1 2\nb 3.5 25 -1\n", "damaged in line 3"),
        (b"a 1 2 3\xb0b 4 5 6\nc 7 8 9\nd 1 2 3\n", "damaged in line 1"),
        (b"a 1 2\nb 3.5 25 -1\n", "damaged in line 2"),
        (b"2 2\x0ba 1 2\nb 3 4\n", "damaged in its first line"),
        (b"-3 2\na 1 2\n", "damaged in its first line, '-3 2': expected the number of vectors"),
        (b"-3 2", "damaged in its first line"),
        (b"3 -2\na 1 2\n", "damaged in its first line"),
        (b"+1 2\na 1 2\n", "damaged in its first line"),
        (b"1.0 2\na 1 2\n", "damaged in its first line"),
        (b"-1\t2\r\na\t1\t2\r\n", "damaged in its first line"),
        (b"-2 1\na 1\nb 2\n", "damaged in its first line"),
        (b"-2 2\na 1 2\nb 3 4\n", "damaged in its first line"),
        (b"2 2\ra 1 2\rb 3 4\r", "damaged in line 1"),
        (b"a 1 2\rb 3 4\r", "damaged in line 1"),
        (b"a 1 2\n" * 9000, "words are duplicates"),
        (b"a 1 2\n" + b"b" * (2 << 20), "line 2 is longer than a word and 2 numbers"),
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


def binary_file(words: list[bytes], vectors: np.ndarray, header: bytes, end: bytes = b"") -> bytes:
    return header + b"".join(word + b" " + row.tobytes() + end for word, row in zip(words, vectors))


@pytest.mark.parametrize(
    ("header", "words", "rest", "message"),
    [
        (b"2 3\n", [b"a", b"b", b"c"], b"", "declares 2 vectors, and the file goes on after them"),
        (b"3 3\n", [b"a", b"b", b"c"], b"\n \nrest", "declares 3 vectors, and the file goes on after them"),
        (b"4 3\n", [b"a", b"b", b"c"], b"", "too short"),
        (b"3 2\n", [b"a", b"b", b"c"], b"", "is damaged"),
        (b"3 4\n", [b"a", b"b", b"c"], b"", "too short"),
        (b"3 3\n", [b"a", b"", b"cc"], b"", "there is a word ''"),
        (b"3 3\n", [b"a", b"b\nx", b"c"], b"", r"there is a word 'b\\nx'"),
        (b"9 99999999999999999\n", [b"a"], b"", "too short"),
        (b"9 3\n", [b"a" + bytes(2 << 20)], b"", "a word that does not end"),
    ],
)
@pytest.mark.parametrize("compress", [bytes, gzip.compress])
def test_a_damaged_binary_file_raises_one_sentence(
    header: bytes, words: list[bytes], rest: bytes, message: str, compress: Callable[[bytes], bytes], tmp_path: Path
) -> None:
    path = tmp_path / "damaged"
    vectors = np.random.default_rng(0).normal(size=(3, 3)).astype("<f4")
    path.write_bytes(compress(binary_file(words, vectors, header) + rest))
    with pytest.raises(ValueError, match=message) as caught:
        load_vectors(path)
    assert str(path) in str(caught.value)


@pytest.mark.parametrize("end", [b"", b"\n"])
def test_binary_files_may_end_with_white_space(end: bytes, tmp_path: Path) -> None:
    vectors = np.random.default_rng(0).normal(size=(3, 3)).astype("<f4")
    (tmp_path / "v.bin").write_bytes(binary_file([b"a", b"b", b"c"], vectors, b"3 3\n", end) + b"\n\n")
    found = load_vectors(tmp_path / "v.bin")
    assert found.index_to_key == ["a", "b", "c"]
    np.testing.assert_array_equal(found.vectors, vectors)


def test_the_first_vector_of_a_duplicate_word_of_a_binary_file_is_used(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    vectors = np.arange(9, dtype="<f4").reshape(3, 3)
    (tmp_path / "v.bin").write_bytes(binary_file([b"a", b"b", b"a"], vectors, b"3 3\n"))
    with caplog.at_level(logging.WARNING):
        found = load_vectors(tmp_path / "v.bin")
    assert found.index_to_key == ["a", "b"]
    np.testing.assert_array_equal(found.vectors, vectors[:2])
    assert "1 duplicate words" in caplog.text


def test_a_byte_order_mark_is_no_part_of_a_word(tmp_path: Path) -> None:
    for content in (b"a 1 2\nb 3 4\n", b"2 2\na 1 2\nb 3 4\n"):
        (tmp_path / "v.txt").write_bytes(b"\xef\xbb\xbf" + content)
        assert load_vectors(tmp_path / "v.txt").index_to_key == ["a", "b"]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"a 1 2\nb 3 4", "does not end with a line break"),
        (b"a 1 2\nb 3 4e30\nc 5 6\n", "may be damaged: 1 vectors, such as that of 'b'"),
        (b"a 1 2\nb 3 nan\nc 5 6\n", "may be damaged: 1 vectors, such as that of 'b'"),
        (
            b"a 1e400 2\nb 1 2\n",
            "1 vectors, such as that of 'a', have numbers as large as inf, and most have none above 2",
        ),
        (b"a nan 2\nb nan 2\nc 1 2\n", "may be damaged: 2 vectors, such as that of 'a'"),
        (b"a nan 2\nb inf 2\n", "may be damaged: 2 vectors, such as that of 'a'"),
        (b"a 1 2\nni\xf1o 3 4\n", "1 words that are not in UTF-8"),
    ],
)
def test_doubtful_files_load_with_a_warning(
    content: bytes, message: str, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "v.txt").write_bytes(content)
    with caplog.at_level(logging.WARNING):
        assert len(load_vectors(tmp_path / "v.txt")) >= 2
    assert message in caplog.text


def test_every_cut_of_a_fasttext_binary_raises_one_sentence(tmp_path: Path) -> None:
    model = FastText([["cat", "dog"]], vector_size=2, min_count=1, bucket=3, epochs=1)
    save_facebook_model(model, str(tmp_path / "model.bin"))
    content = (tmp_path / "model.bin").read_bytes()
    path = tmp_path / "cut.bin"
    for length in range(len(content)):
        path.write_bytes(content[:length])
        with pytest.raises(ValueError, match="damaged|not a file of word vectors"):
            load_vectors(path)


@pytest.mark.parametrize("head", [b"", b"3 2\n", b"a 1 2\n", (793712314).to_bytes(4, "little")])
@pytest.mark.parametrize("filling", [b"\0", b" ", b"\n", b"x", b" 0"])
def test_a_small_file_that_grows_without_end_raises_one_sentence(head: bytes, filling: bytes, tmp_path: Path) -> None:
    path = tmp_path / "bomb.gz"
    path.write_bytes(gzip.compress(head) + gzip.compress(filling * (1 << 20)) * 100)
    with pytest.raises(ValueError, match="bomb.gz"):
        load_vectors(path)


def test_a_name_with_a_colon_is_no_address(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    model = FastText(common_texts, vector_size=6, min_count=1, bucket=50, epochs=1)
    save_facebook_model(model, str(tmp_path / "s3:model.bin"))
    assert "human" in load_vectors("s3:model.bin")
    model.wv.save_word2vec_format(str(tmp_path / "http:v.bin"), binary=True)
    assert "human" in load_vectors("http:v.bin")


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


def test_a_file_of_very_large_numbers_loads_without_a_warning(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, recwarn: pytest.WarningsRecorder
) -> None:
    (tmp_path / "v.txt").write_text("a 1e38 2e38\nb 3e38 1e38\n", encoding="utf-8")
    with caplog.at_level(logging.WARNING):
        assert len(load_vectors(tmp_path / "v.txt")) == 2
    assert not caplog.text and not recwarn.list


def test_a_number_may_be_the_first_word_of_vectors_of_one_dimension(tmp_path: Path) -> None:
    path = tmp_path / "vectors.txt"
    path.write_bytes(b"-3 2.5\na 1\nb 2\n")
    assert load_vectors(path).index_to_key == ["-3", "a", "b"]


def test_blocks_are_released_when_they_are_joined() -> None:
    """Otherwise all vectors would be in memory twice."""
    blocks = [np.full((number, 2), number, dtype=">f4") for number in (1, 0, 3)]
    assert join_blocks(blocks, 2)[:, 0].tolist() == [1, 3, 3, 3] and not blocks
    assert join_blocks([], 2).shape == (0, 2)
