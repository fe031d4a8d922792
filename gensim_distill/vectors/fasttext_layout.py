"""The layout of fastText's ``.bin`` files, checked before gensim reads them: on damaged ones its reader may never end."""

from __future__ import annotations

import math
import struct
from typing import BinaryIO

# dim, ws, epoch, minCount, neg, wordNgrams, loss, model, bucket, minn, maxn, lrUpdateRate, t
_HEADER = struct.Struct("<12id")
_DICTIONARY = struct.Struct("<3i2q")
_MATRIX = struct.Struct("<B2q")
_ENTRY_BYTES = 9  # after a word: its count, and whether it is a label
_VERSION = 12
_LONGEST_NGRAM = 100
_LONGEST_WORD = 2**16  # bytes
_BLOCK = 2**20


def check_fasttext_layout(file: BinaryIO, size: int, path: str) -> None:
    """Check that the parts of a file have the sizes that its numbers claim.

    Parameters
    ----------
    file : file object
        At its beginning.
    size : int
        The number of bytes of the file.
    path : str
        The name of the file, for the error message.

    Raises
    ------
    ValueError
        If the file is damaged, or a variant that gensim does not support.
    """
    try:
        _check(file, size, path)
    except _LayoutError as error:
        raise ValueError(
            f"{path!r} begins like fastText's .bin files, and is damaged ({error}): download or write it again."
        ) from error


class _LayoutError(Exception):
    pass


def _check(file: BinaryIO, size: int, path: str) -> None:
    _, version = struct.unpack("<2i", _read(file, 8))
    dimensions, _, _, _, _, _, loss, kind, bucket, min_n, max_n, _, sampling = _HEADER.unpack(_read(file, _HEADER.size))
    entries, words, labels, tokens, pruned = _DICTIONARY.unpack(_read(file, _DICTIONARY.size))
    if kind == 3 or labels > 0:
        raise _unsupported(path, "a supervised model, which classifies texts")
    if pruned > 0:
        raise _unsupported(path, "a compressed model, as `fasttext quantize` makes")
    valid = (
        0 < version <= _VERSION
        and dimensions > 0
        and loss in range(1, 5)
        and kind in (1, 2)
        and bucket >= 0
        and (max_n == 0 or 0 <= min_n <= max_n <= _LONGEST_NGRAM)
        and labels == 0
        and 0 < words == entries
        and tokens >= 0
        and sampling >= 0
        and math.isfinite(sampling)
    )
    if not valid:
        raise _LayoutError("its settings are not possible")
    if entries * (_ENTRY_BYTES + 1) > size:
        raise _LayoutError(f"it claims {entries} words and is too short for them")
    _check_entries(file, entries)
    _check_matrix(file, size, path, words + bucket, dimensions)
    _check_matrix(file, size, path, None, dimensions)
    if file.tell() != size:
        raise _LayoutError("it goes on after its last number")


def _check_entries(file: BinaryIO, number: int) -> None:
    """Check the words, of which each must be different and end; leave the file after the last."""
    start, seen, buffer, place = file.tell(), set(), b"", 0
    for _ in range(number):
        end = buffer.find(b"\0", place)
        if end < 0 or end + 1 + _ENTRY_BYTES > len(buffer):
            start += place
            buffer, place = buffer[place:] + file.read(_BLOCK), 0
            end = buffer.find(b"\0")
        if not 0 < end - place <= _LONGEST_WORD or end + 1 + _ENTRY_BYTES > len(buffer):
            raise _LayoutError("a word is empty, or does not end")
        word = buffer[place:end]
        place = end + 1 + _ENTRY_BYTES
        count, is_label = struct.unpack_from("<qB", buffer, end + 1)
        if word in seen or count < 0 or is_label:
            raise _LayoutError(f"the word {word.decode('utf-8', 'replace')!r} occurs twice or has no valid count")
        seen.add(word)
    file.seek(start + place)


def _check_matrix(file: BinaryIO, size: int, path: str, rows: int | None, columns: int) -> None:
    """Check the size of a matrix, and skip it."""
    quantized, found_rows, found_columns = _MATRIX.unpack(_read(file, _MATRIX.size))
    if quantized == 1:
        raise _unsupported(path, "a compressed model, as `fasttext quantize` makes")
    if quantized or found_rows < 0 or found_columns != columns or rows not in (None, found_rows):
        raise _LayoutError("its matrices have other sizes than its settings claim")
    end = file.tell() + found_rows * found_columns * 4
    if end > size:
        raise _LayoutError("it is too short for its matrices")
    file.seek(end)


def _read(file: BinaryIO, number: int) -> bytes:
    found = file.read(number)
    if len(found) < number:
        raise _LayoutError("it is too short")
    return found


def _unsupported(path: str, what: str) -> ValueError:
    return ValueError(f"{path!r} is {what}, which gensim does not support: use a fastText model of word vectors.")
