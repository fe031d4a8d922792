"""Read text formats, one word and its numbers per line: word2vec, GloVe and fastText's ``.vec``."""

from __future__ import annotations

import codecs
import logging
import os
import warnings
from typing import BinaryIO

import numpy as np
from gensim.models import KeyedVectors

from gensim_distill._utils.compression import READ_ERRORS
from gensim_distill.vectors.compression import damaged, open_decompressed
from gensim_distill.vectors.words import check_end, decode_words, distinct, join_blocks

logger = logging.getLogger(__name__)

_LINES = 4096  # lines parsed at once
_LONGEST_WORD = 2**20  # bytes
_LONGEST_NUMBER = 64
_MOST_EMPTY_LINES = 10_000
_SPACES = (b" ", b"\t", b"\r", b"\v", b"\f")


def read_text(
    path: str | os.PathLike[str], vector_size: int, *, separator: bytes = b" ", limit: int | None, declared: int | None
) -> KeyedVectors:
    """Read a text file in which each line is a word followed by `vector_size` numbers.

    A word may contain spaces, as in GloVe's files: the numbers are counted from the end of the line.

    Parameters
    ----------
    path : str or path
        The file, plain or compressed with gzip, bzip2 or xz.
    vector_size : int
        The dimensions of each vector.
    separator : bytes, optional
        The character between word and numbers: a space or a tab.
    limit : int or None
        Read at most this many vectors.
    declared : int or None
        The number of vectors declared in the first line; None for files without such a header.

    Returns
    -------
    KeyedVectors
        In float32.

    Raises
    ------
    ValueError
        If the file is damaged.
    """
    name = os.fspath(path)
    number = declared if limit is None else limit if declared is None else min(limit, declared)
    words: list[bytes] = []
    blocks: list[np.ndarray] = []
    seen: set[bytes] = set()
    with open_decompressed(name) as file:
        parser = _Lines(name, file, vector_size, separator, has_header=declared is not None)
        if declared is not None:
            parser.skip_line()
        while number is None or len(words) < number:
            found, values = parser.read(_LINES if number is None else min(_LINES, number - len(words)))
            if parser.at_end and not found:
                break
            words += found
            blocks.append(values)
            seen.update(found)
            if len(words) > max(_LINES, 2 * len(seen)):  # a compressed line may be repeated without end
                raise ValueError(f"{name!r} is damaged: most of its first {len(words)} words are duplicates.")
        if declared is not None and len(words) == declared:
            check_end(name, declared, b"", file)
    if declared is not None and number is not None and len(words) < number:
        raise ValueError(
            f"{name!r} is damaged: its first line declares {declared} vectors, and it has {len(words)}: download or write it again."
        )
    if declared is None and limit is None and words[0].startswith(b"%d %d" % (len(words), vector_size)):
        raise ValueError(
            f"{name!r} is damaged in its first line: expected only two numbers, as {words[0][:40]!r} begins."
        )
    if parser.is_cut:
        logger.warning("%r does not end with a line break: its last number may be incomplete", name)
    return distinct(name, decode_words(name, words), join_blocks(blocks, vector_size))


def trailing_numbers(line: bytes) -> int:
    """Return how many numbers are at the end of a line; the first column is always the word."""
    columns = line.rstrip().replace(b"\t", b" ").split(b" ")
    number = 0
    for column in reversed(columns[1:]):
        if not _is_number(column):
            break
        number += 1
    return number


def separator_of(line: bytes) -> bytes:
    """Return the separator of a line, a tab or a space; a word may contain the other."""
    line = line.rstrip()
    return b"\t" if line.rfind(b"\t") > line.rfind(b" ") else b" "


class _Lines:
    """The lines of a text file, parsed in groups.

    Attributes
    ----------
    at_end : bool
        Whether the file has ended.
    is_cut : bool
        Whether the last line had no line break.
    """

    def __init__(self, name: str, file: BinaryIO, vector_size: int, separator: bytes, *, has_header: bool) -> None:
        self._name = name
        self._file = file
        self._vector_size = vector_size
        self._separator = separator
        self._other_spaces = [space for space in _SPACES if space != separator]
        self._longest = _LONGEST_WORD + _LONGEST_NUMBER * vector_size
        self._has_header = has_header
        self._number = 1  # of the next line
        self._empty = 0  # lines
        self.at_end = False
        self.is_cut = False

    def skip_line(self) -> None:
        self._next_lines(1)
        self._number += 1

    def read(self, most: int) -> tuple[list[bytes], np.ndarray]:
        """Return the words and vectors of at most this many lines; empty lines are skipped."""
        lines = self._next_lines(most)
        size, separator = self._vector_size, self._separator
        stripped = [line.rstrip(b"\r\n\t ") for line in lines]
        words = [line.rsplit(separator, size)[0] for line in stripped if line]
        self._empty += len(lines) - len(words)
        if self._empty > _MOST_EMPTY_LINES:
            raise ValueError(f"{self._name!r} is damaged: it has more than {_MOST_EMPTY_LINES} empty lines.")
        numbers = [line[len(word) + 1 :] for line, word in zip(filter(None, stripped), words)]
        joined = separator.join(numbers)
        values = _parse(joined)
        if (
            len(values) != len(words) * size
            or any(line.count(separator) < size for line in stripped if line)
            or any(space in joined for space in self._other_spaces)
            or any(map(self._is_suspicious, words))
        ):
            raise self._bad_line(stripped)
        self._number += len(lines)
        return words, values.reshape(-1, size)

    def _next_lines(self, most: int) -> list[bytes]:
        lines: list[bytes] = []
        longest = min(self._longest, 2**62)
        try:
            while len(lines) < most:
                line = self._file.readline(longest)
                if self._number == 1 and not lines:
                    line = line.removeprefix(codecs.BOM_UTF8)
                if not line:
                    self.at_end = True
                    break
                if line[-1:] != b"\n":
                    if len(line) >= longest:
                        raise ValueError(
                            f"{self._name!r} is damaged: line {self._number + len(lines)} is longer than a word and "
                            f"{self._vector_size} numbers."
                        )
                    self.is_cut = True
                lines.append(line)
        except READ_ERRORS as error:
            raise damaged(self._name, error) from error
        return lines

    def _is_suspicious(self, word: bytes) -> bool:
        """Return whether a word holds numbers, another line, or a separator at its end, as damage leaves them."""
        if b"\r" in word or b"\0" in word:
            return True
        _, separator, last = word.rpartition(self._separator)
        if not separator:
            return False
        # Words of GloVe's files have spaces; a file with a header has rarely such words, and no "route 66".
        if not last or (_is_number(last) and b"." in last) or (self._has_header and (_is_number(last) or last == b"-")):
            return True
        least = max(self._vector_size - 1, 2)
        return word.count(separator) >= least and sum(map(_is_number, word.split(separator))) >= least

    def _bad_line(self, lines: list[bytes]) -> ValueError:
        size, separator = self._vector_size, self._separator
        for number, line in enumerate(lines, self._number):
            columns = line.rsplit(separator, size)
            rest = line[len(columns[0]) + 1 :]
            if line and (
                len(columns) <= size
                or len(_parse(rest)) != size
                or any(space in rest for space in self._other_spaces)
                or self._is_suspicious(columns[0])
            ):
                start = line[:40].decode("utf-8", "replace")
                mark = "tab" if separator == b"\t" else "space"
                return ValueError(
                    f"{self._name!r} is damaged in line {number}, which begins with {start!r}: expected a word and {size} "
                    f"numbers, each after one {mark}, and a line break."
                )
        last = self._number + len(lines) - 1
        return ValueError(f"{self._name!r} is damaged between the lines {self._number} and {last}.")


def _is_number(column: bytes) -> bool:
    try:
        float(column)
    except ValueError:
        return False
    return True


def _parse(numbers: bytes) -> np.ndarray:
    """Parse numbers separated by whitespace, up to the first that is invalid."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # numpy warns of invalid numbers; the caller compares the length
        try:
            return np.fromstring(numbers, dtype=np.float32, sep=" ")
        except ValueError:
            return np.empty(0, dtype=np.float32)
