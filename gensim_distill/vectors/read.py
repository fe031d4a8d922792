"""Files of word vectors: of which kind a file is, by how it begins, and reading it. Nothing is ever unpickled."""

from __future__ import annotations

import bz2
import codecs
import contextlib
import gzip
import itertools
import logging
import lzma
import os
import re
import shutil
import tempfile
import warnings
import zlib
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any, BinaryIO, cast

import numpy as np
from gensim.models import KeyedVectors
from gensim.models.fasttext import load_facebook_vectors

from gensim_distill.vectors.keyed import first_words, keyed_vectors

logger = logging.getLogger(__name__)

_COMPRESSIONS: dict[bytes, Callable[..., Any]] = {
    b"\x1f\x8b": gzip.open,
    b"BZh": bz2.open,
    b"\xfd7zXZ\x00": lzma.open,
}
_FASTTEXT = (793712314).to_bytes(4, "little")
_PICKLES = tuple(bytes([0x80, protocol]) for protocol in range(2, 6))
_HEADER = re.compile(rb"\s*(\d+)\s+(\d+)\s*\n")
_HEAD = 1 << 20  # bytes looked at to tell kinds apart: some lines of even very wide vectors
_LINES = 4096  # lines of text that are parsed at once
# What readers of compressed or binary files may meet in one that is not whole.
_DAMAGE = (EOFError, OSError, zlib.error, lzma.LZMAError)


def open_decompressed(path: str | os.PathLike[str]) -> BinaryIO:
    """Open a file for reading bytes, decompressed if its first bytes say that it is gzip, bzip2 or xz.

    Raises
    ------
    FileNotFoundError
        If there is no such file, or it is a folder.
    """
    if not os.path.isfile(path):
        what = "is a folder, not a file" if os.path.isdir(path) else "there is no such file"
        raise FileNotFoundError(f"{os.fspath(path)!r}: {what}.")
    return cast(BinaryIO, (_decompressor(path) or open)(path, "rb"))


def _decompressor(path: str | os.PathLike[str]) -> Callable[..., Any] | None:
    with open(path, "rb") as file:
        start = file.read(6)
    return next((opener for magic, opener in _COMPRESSIONS.items() if start.startswith(magic)), None)


def read_vectors(path: str | os.PathLike[str], limit: int | None = None) -> KeyedVectors:
    """Read a file of word vectors; see :func:`~gensim_distill.vectors.load_vectors`."""
    name = os.fspath(path)
    with open_decompressed(path) as file:
        try:
            head = file.read(_HEAD)
        except _DAMAGE as error:
            raise ValueError(f"{name!r} is damaged and cannot be decompressed ({error}).") from error
    if head.startswith(_PICKLES):
        raise ValueError(
            f"{name!r} is a pickle, as gensim's own save() writes, and reading one from elsewhere can run any code: if you "
            "trust it, load it yourself with KeyedVectors.load(path) or Word2Vec.load(path) and pass the object."
        )
    if head.startswith(_FASTTEXT):
        return first_words(_read_fasttext(name), limit)
    header = _HEADER.match(head)
    if header:
        count, width = map(int, header.groups())
        if not count or not width:
            raise ValueError(f"{name!r} is empty: its first line promises {count} vectors of width {width}.")
        lines = _lines(head[header.end() :], len(head) == _HEAD)
        if not lines or _numbers_at_end(lines[0]) == width or _is_text(head):
            return _read_text(name, width, _separator(lines), limit, count)
        return _read_binary(name, count, width, limit)
    lines = _lines(head, len(head) == _HEAD)[:100]
    widths = Counter(map(_numbers_at_end, lines))
    width = widths.most_common(1)[0][0] if widths else 0
    if not width or b"\0" in head:
        raise ValueError(
            f"{name!r} is no file of word vectors that is known here: expected word2vec's text or binary format, GloVe's "
            "text, or fastText's .vec or .bin, plain or compressed with gzip, bzip2 or xz."
        )
    return _read_text(name, width, _separator(lines), limit, None)


def _read_text(name: str, width: int, separator: bytes, limit: int | None, promised: int | None) -> KeyedVectors:
    """Read a word and `width` numbers a line; what is left of the numbers is the word, spaces and all."""
    number = promised if limit is None else limit if promised is None else min(limit, promised)
    words: list[str] = []
    blocks: list[np.ndarray] = []
    with open_decompressed(name) as file:
        first = 1
        if promised is not None:
            file.readline()
            first = 2
        lines = itertools.islice(file, number)
        while block := list(_damage_as_value_error(itertools.islice(lines, _LINES), name)):
            stripped = [line.rstrip(b"\r\n\t ") for line in block]
            found = [line.rsplit(separator, width)[0] for line in stripped if line]
            numbers = [line[len(word) + 1 :] for line, word in zip(filter(None, stripped), found)]
            values = _parse(b" ".join(numbers))
            if len(values) != len(found) * width:
                raise _bad_line(name, stripped, first, separator, width)
            words += [word.decode("utf-8", "replace") for word in found]
            blocks.append(values.reshape(-1, width))
            first += len(block)
    if number is not None and promised is not None and len(words) < number:
        raise ValueError(
            f"{name!r} is damaged: its first line promises {promised} vectors, and it holds {len(words)}: fetch it again."
        )
    return _without_repetitions(name, words, np.concatenate(blocks))


def _parse(numbers: bytes) -> np.ndarray:
    """Parse numbers parted by white space, up to the first that is none."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # numpy warns of what it could not parse, and the caller counts
        try:
            return np.fromstring(numbers, dtype=np.float32, sep=" ")
        except ValueError:
            return np.empty(0, dtype=np.float32)


def _bad_line(name: str, lines: list[bytes], first: int, separator: bytes, width: int) -> ValueError:
    for number, line in enumerate(lines, first):
        pieces = line.rsplit(separator, width)
        if line and (len(pieces) <= width or len(_parse(line[len(pieces[0]) + 1 :])) != width):
            begin = line[:40].decode("utf-8", "replace")
            mark = "tab" if separator == b"\t" else "space"
            return ValueError(
                f"{name!r} is damaged in line {number}, which begins {begin!r}: expected a word and {width} numbers, each "
                f"after one {mark}."
            )
    return ValueError(f"{name!r} is damaged between the lines {first} and {first + len(lines) - 1}.")


def _without_repetitions(name: str, words: list[str], vectors: np.ndarray) -> KeyedVectors:
    """Keep the first vector of each word, as gensim does."""
    first: dict[str, int] = {}
    for row, word in enumerate(words):
        first.setdefault(word, row)
    if len(first) < len(words):
        logger.warning("%r has %i words twice; the first vector of each counts", name, len(words) - len(first))
        vectors = vectors[list(first.values())]
    return keyed_vectors(list(first), vectors)


def _read_binary(name: str, count: int, width: int, limit: int | None) -> KeyedVectors:
    with _plain(name) as plain:
        wanted = count if limit is None else min(count, limit)
        if os.path.getsize(plain) < wanted * width * 4:  # before gensim makes room for what the file only claims
            raise ValueError(
                f"{name!r} is damaged: its first line promises {count} vectors of width {width}, for which it is too short: "
                "fetch it again."
            )
        try:
            vectors = KeyedVectors.load_word2vec_format(plain, binary=True, unicode_errors="replace", limit=wanted)
        except (*_DAMAGE, ValueError, AssertionError, MemoryError) as error:
            raise ValueError(f"{name!r} is damaged, or not in word2vec's binary format ({error}).") from error
    vectors.expandos.pop("count", None)  # the file has none; gensim makes them up
    return vectors


def _read_fasttext(name: str) -> KeyedVectors:
    with _plain(name) as plain:
        try:
            return load_facebook_vectors(plain)
        except NotImplementedError as error:
            raise ValueError(f"{name!r} is a fastText model that gensim cannot read ({error}).") from error
        except Exception as error:  # a damaged file can fail in any way
            raise ValueError(
                f"{name!r} begins as fastText's .bin files do, but is damaged ({type(error).__name__})."
            ) from error


@contextlib.contextmanager
def _plain(name: str) -> Iterator[str]:
    """Give the path of a decompressed copy, for gensim goes by the ending of the name, and not all its readers can."""
    if _decompressor(name) is None and not name.endswith((".gz", ".bz2", ".xz", ".zst", ".lz4")):
        yield name
        return
    with tempfile.TemporaryDirectory() as folder:
        copy = os.path.join(folder, "vectors.bin")
        with open_decompressed(name) as file, open(copy, "wb") as target:
            try:
                shutil.copyfileobj(file, target)
            except _DAMAGE as error:
                raise ValueError(f"{name!r} is damaged and cannot be decompressed ({error}).") from error
        yield copy


def _damage_as_value_error(lines: Iterator[bytes], name: str) -> Iterator[bytes]:
    try:
        yield from lines
    except _DAMAGE as error:
        raise ValueError(f"{name!r} is damaged and cannot be decompressed to its end ({error}).") from error


def _lines(data: bytes, cut: bool) -> list[bytes]:
    """Give the lines that are not empty, without the last if it is cut off."""
    lines = data.split(b"\n")
    return [line for line in (lines[:-1] if cut and len(lines) > 1 else lines) if line.strip()]


def _separator(lines: list[bytes]) -> bytes:
    """Tell whether a tab or a space parts the numbers; a word may hold the other."""
    line = lines[0].rstrip() if lines else b""
    return b"\t" if line.rfind(b"\t") > line.rfind(b" ") else b" "


def _numbers_at_end(line: bytes) -> int:
    """Count the numbers at the end of a line, its first column, the word, left out."""
    pieces = line.rstrip().replace(b"\t", b" ").split(b" ")
    number = 0
    for piece in reversed(pieces[1:]):
        try:
            float(piece)
        except ValueError:
            break
        number += 1
    return number


def _is_text(head: bytes) -> bool:
    """Tell whether these are characters; the numbers of a binary file never are for long."""
    try:
        text = codecs.getincrementaldecoder("utf-8")().decode(head, final=len(head) < _HEAD)
    except UnicodeDecodeError:
        return False
    return "\0" not in text
