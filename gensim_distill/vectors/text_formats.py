"""Read text formats, one word and its numbers per line: word2vec, GloVe and fastText's ``.vec``."""

from __future__ import annotations

import itertools
import logging
import os
import warnings
from collections.abc import Iterator

import numpy as np
from gensim.models import KeyedVectors

from gensim_distill._utils.compression import READ_ERRORS
from gensim_distill.vectors.compression import damaged, open_decompressed
from gensim_distill.vectors.keyed import keyed_vectors

logger = logging.getLogger(__name__)

_LINES = 4096  # lines parsed at once


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
    words: list[str] = []
    blocks: list[np.ndarray] = []
    with open_decompressed(name) as file:
        first = 1
        if declared is not None:
            file.readline()
            first = 2
        lines = itertools.islice(file, number)
        while block := list(_checked(itertools.islice(lines, _LINES), name)):
            stripped = [line.rstrip(b"\r\n\t ") for line in block]
            found = [line.rsplit(separator, vector_size)[0] for line in stripped if line]
            numbers = [line[len(word) + 1 :] for line, word in zip(filter(None, stripped), found)]
            values = _parse(b" ".join(numbers))
            if len(values) != len(found) * vector_size:
                raise _bad_line(name, stripped, first, separator, vector_size)
            words += [word.decode("utf-8", "replace") for word in found]
            blocks.append(values.reshape(-1, vector_size))
            first += len(block)
    if number is not None and declared is not None and len(words) < number:
        raise ValueError(
            f"{name!r} is damaged: its first line declares {declared} vectors, and it has {len(words)}: download it again."
        )
    return _without_duplicates(name, words, np.concatenate(blocks))


def trailing_numbers(line: bytes) -> int:
    """Return how many numbers are at the end of a line; the first column is always the word."""
    columns = line.rstrip().replace(b"\t", b" ").split(b" ")
    number = 0
    for column in reversed(columns[1:]):
        try:
            float(column)
        except ValueError:
            break
        number += 1
    return number


def separator_of(line: bytes) -> bytes:
    """Return the separator of a line, a tab or a space; a word may contain the other."""
    line = line.rstrip()
    return b"\t" if line.rfind(b"\t") > line.rfind(b" ") else b" "


def _parse(numbers: bytes) -> np.ndarray:
    """Parse numbers separated by whitespace, up to the first that is invalid."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # numpy warns of invalid numbers; the caller compares the length
        try:
            return np.fromstring(numbers, dtype=np.float32, sep=" ")
        except ValueError:
            return np.empty(0, dtype=np.float32)


def _bad_line(name: str, lines: list[bytes], first: int, separator: bytes, vector_size: int) -> ValueError:
    for number, line in enumerate(lines, first):
        columns = line.rsplit(separator, vector_size)
        if line and (len(columns) <= vector_size or len(_parse(line[len(columns[0]) + 1 :])) != vector_size):
            start = line[:40].decode("utf-8", "replace")
            mark = "tab" if separator == b"\t" else "space"
            return ValueError(
                f"{name!r} is damaged in line {number}, which begins with {start!r}: expected a word and {vector_size} "
                f"numbers, each after one {mark}."
            )
    return ValueError(f"{name!r} is damaged between the lines {first} and {first + len(lines) - 1}.")


def _without_duplicates(name: str, words: list[str], vectors: np.ndarray) -> KeyedVectors:
    """Keep the first vector of each word, as gensim does."""
    first: dict[str, int] = {}
    for row, word in enumerate(words):
        first.setdefault(word, row)
    if len(first) < len(words):
        logger.warning("%r has %i duplicate words; the first vector of each is used", name, len(words) - len(first))
        vectors = vectors[list(first.values())]
    return keyed_vectors(list(first), vectors)


def _checked(lines: Iterator[bytes], name: str) -> Iterator[bytes]:
    """Yield lines; raise a ValueError where decompression fails."""
    try:
        yield from lines
    except READ_ERRORS as error:
        raise damaged(name, error) from error
