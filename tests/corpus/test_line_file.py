"""Corpus files: line ends, byte-order marks, long lines, and files that are damaged or no text."""

from __future__ import annotations

import bz2
import gzip
import lzma
import os
import random
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from gensim.models.word2vec import LineSentence
from hypothesis import given
from hypothesis import strategies as st
from platforms import needs_pipes

from gensim_distill.corpus import line_file
from gensim_distill.corpus.line_file import LineFile

COMPRESS: dict[str, Callable[[bytes], bytes]] = {".gz": gzip.compress, ".bz2": bz2.compress, ".xz": lzma.compress}
TEXT = b"the cat sleeps\n\nthe dog  sees\tthe cat\n"
DOCUMENTS = [["the", "cat", "sleeps"], ["the", "dog", "sees", "the", "cat"]]


def read(folder: Path, content: bytes, name: str = "corpus.txt") -> list[list[str]]:
    path = folder / name
    path.write_bytes(content)
    return list(LineFile(path))


@pytest.mark.parametrize(
    "content",
    [
        TEXT,
        TEXT.rstrip(),
        TEXT.replace(b"\n", b"\r\n"),
        TEXT.replace(b"\n", b"\r"),
        b"\xef\xbb\xbf" + TEXT,
        b"\xef\xbb\xbf" + TEXT.replace(b"the dog", b"\xef\xbb\xbfthe dog"),
        b"\xef\xbb\xbf\n" + TEXT + b"\n\xef\xbb\xbf",
    ],
    ids=["lf", "no end", "crlf", "cr", "mark", "marks of files put together", "marks alone"],
)
@pytest.mark.parametrize("ending", ["", *COMPRESS])
def test_lines_are_documents(tmp_path: Path, content: bytes, ending: str) -> None:
    assert read(tmp_path, COMPRESS.get(ending, bytes)(content), f"corpus.txt{ending}") == DOCUMENTS


def test_a_file_is_iterated_again(tmp_path: Path) -> None:
    (tmp_path / "corpus.txt").write_bytes(TEXT)
    lines = LineFile(str(tmp_path / "corpus.txt"))
    assert list(lines) == list(lines) == DOCUMENTS


@given(st.text(st.sampled_from("ab é\n\t\u3000\x0b\u2028\x85猫"), max_size=60), st.integers(1, 9), st.integers(1, 4))
def test_documents_equal_those_of_gensim(
    tmp_path_factory: pytest.TempPathFactory, text: str, piece: int, longest: int
) -> None:
    path = tmp_path_factory.mktemp("lines") / "corpus.txt"
    path.write_bytes(text.encode())
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(line_file, "_PIECE", piece)
        patch.setattr(line_file, "MAX_WORDS_IN_BATCH", longest)
        assert list(LineFile(path)) == list(LineSentence(str(path), max_sentence_length=longest))


def test_long_lines_are_divided(tmp_path: Path) -> None:
    documents = read(tmp_path, b"a word and " * 1_000_000 + b"x" * 3_000_000)
    assert sum(map(len, documents)) == 3_000_001
    assert max(map(len, documents)) == 10_000
    assert documents[-1] == ["x" * 3_000_000]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"good\n\ncaf\xe9 noir\n", r"is not in UTF-8: line 3 has b'\\xe9'. Convert it, such as by iconv"),
        (b"good\rcaf\xe9 noir\r", r"is not in UTF-8: line 2 has b'\\xe9'"),
        (b"good\r\n" * 100_000 + b"caf\xc3", r"is not in UTF-8: line 100001 has b'\\xc3'"),
        ("the cat".encode("utf-16"), "is in UTF-16, where UTF-8 was expected: convert it, such as by iconv -f UTF-16"),
        (b"\xfe\xff" + "the cat".encode("utf-16-be"), "is in UTF-16"),
        ("the cat".encode("utf-32"), "is in UTF-32, where UTF-8"),
        ("the\ncat".encode("utf-16-le"), "is not a text file, or not in UTF-8: line 1 has a zero byte"),
        (b"good\nwords\nno\0ne\n", "is not a text file, or not in UTF-8: line 3 has a zero byte"),
        (
            gzip.compress(TEXT * 9, mtime=0),
            r"is compressed, and its name does not say so: rename it to one that ends in .gz",
        ),
        (lzma.compress(TEXT * 9), r".*ends in .xz"),
    ],
)
def test_files_that_are_not_text_in_utf8_raise(tmp_path: Path, content: bytes, message: str) -> None:
    with pytest.raises(ValueError, match=rf"corpus.txt' {message}"):
        read(tmp_path, content)


@pytest.mark.parametrize("ending", COMPRESS)
def test_damaged_compressed_files_raise(tmp_path: Path, ending: str) -> None:
    words = random.Random(1).choices(["the", "cat", "sees", "a", "dog", "and", "it"], k=20_000)
    content = COMPRESS[ending](" ".join(words).encode())
    flipped = bytearray(content)
    flipped[len(flipped) // 2] ^= 0x55
    for damaged in (content[: len(content) // 2], content[:-2], bytes(flipped), TEXT, content[:5], b"\0" * 50, b"x"):
        with pytest.raises(ValueError, match=rf"corpus.txt{ending}' is (damaged, or not compressed as its name|not)"):
            read(tmp_path, damaged, f"corpus.txt{ending}")


@pytest.mark.parametrize("ending", [".zst", ".lz4"])
def test_other_compressions_need_a_library(tmp_path: Path, ending: str) -> None:
    with pytest.raises(ValueError, match=rf"pip install 'smart_open\[{ending[1:]}\]'|is damaged"):
        read(tmp_path, b"nothing", f"corpus.txt{ending}")


@pytest.mark.parametrize("ending", COMPRESS)
def test_damage_behind_text_in_another_encoding_raises(tmp_path: Path, ending: str) -> None:
    content = bytearray(COMPRESS[ending](b"a \xe9 b"))
    content[-5 if ending == ".gz" else -1] ^= 1
    with pytest.raises(ValueError, match=rf"corpus.txt{ending}' is (damaged, or not compressed|not in UTF-8)"):
        read(tmp_path, bytes(content), f"corpus.txt{ending}")


def test_a_missing_file_is_an_error_of_the_file_system(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        list(LineFile(tmp_path / "corpus.txt"))


# --- models --------------------------------------------------------------------------------------


def test_a_model_raises_before_the_teacher_reads(distill: Any, tmp_path: Path) -> None:
    path = tmp_path / "corpus.txt"
    path.write_bytes(TEXT + b"caf\xe9")
    with pytest.raises(ValueError, match=r"is not in UTF-8: line 4 has b'\\xe9'"):
        distill(corpus_file=path)


@pytest.mark.parametrize("content", [b"", b"\n \n", b"\xef\xbb\xbf"])
def test_an_empty_file_raises(distill: Any, tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "corpus.txt"
    path.write_bytes(content)
    with pytest.raises(RuntimeError, match="The corpus has 0 documents and no words"):
        distill(corpus_file=path)


@needs_pipes
def test_paths_that_are_no_files_raise(distill: Any, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    for path, reason in (
        (tmp_path, ", a folder: for its files, pass gensim's PathLineSentences"),
        ("/dev/zero", ", not a regular file"),
        (tmp_path / "pipe", ", not a regular file"),
        (tmp_path / "none.txt", ": there is no such file"),
        (3, "."),
    ):
        with pytest.raises(TypeError, match="must be a valid path to a file, got .* instead" + re.escape(reason)):
            distill(corpus_file=path)
