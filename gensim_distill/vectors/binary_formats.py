"""Read binary formats: word2vec's, and fastText's ``.bin`` through gensim."""

from __future__ import annotations

import os

import numpy as np
from gensim.models import KeyedVectors
from gensim.models.fasttext import load_facebook_vectors

from gensim_distill.vectors.compression import decompressed_copy, largest_size, open_decompressed, read_block
from gensim_distill.vectors.fasttext_layout import check_fasttext_layout
from gensim_distill.vectors.words import check_end, decode_words, distinct, join_blocks, warn_of_outliers

_LONGEST_WORD = 2**20  # bytes
_LINE_BREAK = 10


def read_word2vec_binary(path: str, *, declared: int, vector_size: int, limit: int | None) -> KeyedVectors:
    """Read a file in word2vec's binary format.

    Parameters
    ----------
    path : str
        The file, plain or compressed.
    declared, vector_size : int
        The number of vectors and their dimensions, from the first line of the file.
    limit : int or None
        Read at most this many vectors.

    Returns
    -------
    KeyedVectors
        Without the attribute ``count``, which the format does not have.

    Raises
    ------
    ValueError
        If the file is damaged.
    """
    wanted = declared if limit is None else min(declared, limit)
    too_short = ValueError(
        f"{path!r} is damaged: its first line declares {declared} vectors with {vector_size} dimensions, and the "
        "file is too short for them: download or write it again."
    )
    # Checked before memory is allocated: a word has at least one character, and a space after it.
    if largest_size(path) < wanted * (4 * vector_size + 2):
        raise too_short
    records = _Records(path, wanted, 4 * vector_size)
    blocks: list[np.ndarray] = []
    with open_decompressed(path) as file:
        block = read_block(file, path)
        block = block[block.find(b"\n") + 1 :]
        while not records.complete:
            rows = records.add(block)
            if not block and not rows:
                raise too_short
            blocks.append(np.frombuffer(rows, dtype="<f4").reshape(-1, vector_size))
            block = b"" if records.complete else read_block(file, path)
        if wanted == declared:
            check_end(path, declared, bytes(records.buffer), file)
    return distinct(path, decode_words(path, records.words), join_blocks(blocks, vector_size))


def read_fasttext_binary(path: str) -> KeyedVectors:
    """Read a model in fastText's ``.bin`` format.

    Parameters
    ----------
    path : str
        The file, plain or compressed.

    Returns
    -------
    FastTextKeyedVectors
        With character n-grams, so that out-of-vocabulary words have vectors.

    Raises
    ------
    ValueError
        If the file is damaged, or a variant that gensim does not support.
    """
    with decompressed_copy(path) as plain:
        with open(plain, "rb") as file:
            check_fasttext_layout(file, os.path.getsize(plain), path)
        try:
            with np.errstate(all="ignore"):
                vectors = load_facebook_vectors(plain)
        except Exception as error:  # gensim's reader fails on damaged files with errors of any type
            raise ValueError(
                f"{path!r} begins like fastText's .bin files, and is damaged ({type(error).__name__})."
            ) from error
    warn_of_outliers(path, vectors.index_to_key, vectors.vectors)
    return vectors


class _Records:
    """The records of a binary file, each a word, a space and numbers, from blocks of its bytes.

    Attributes
    ----------
    words : list of bytes
    buffer : bytearray
        The bytes after the last complete record.
    """

    def __init__(self, path: str, number: int, row_bytes: int) -> None:
        self.words: list[bytes] = []
        self.buffer = bytearray()
        self._path = path
        self._number = number
        self._row_bytes = row_bytes
        # Whether a line break follows each vector, as the original program writes it and gensim does not.
        self._has_breaks: bool | None = None

    @property
    def complete(self) -> bool:
        return len(self.words) >= self._number

    def add(self, block: bytes) -> bytes:
        """Add bytes to the buffer, and return the numbers of the records that are complete."""
        self.buffer += block
        buffer, end = self.buffer, len(self.buffer)
        rows: list[bytes] = []
        place = 0
        while not self.complete:
            start = place + (place < end and buffer[place] == _LINE_BREAK)
            space = buffer.find(b" ", start, start + _LONGEST_WORD)
            if space < 0 and (end - start >= _LONGEST_WORD or (not block and end > start)):
                raise self._bad_word("that does not end")
            if space < 0 or end - space <= self._row_bytes:
                break
            self._check_word(bytes(buffer[start:space]), has_break=start > place)
            place = space + 1 + self._row_bytes
            rows.append(bytes(buffer[space + 1 : place]))
        del buffer[:place]
        return b"".join(rows)

    def _check_word(self, word: bytes, *, has_break: bool) -> None:
        if self.words and self._has_breaks is None:
            self._has_breaks = has_break
        if not word or b"\n" in word or b"\0" in word or (self.words and has_break != self._has_breaks):
            raise self._bad_word(repr(word.decode("utf-8", "replace")[:40]))
        self.words.append(word)

    def _bad_word(self, found: str) -> ValueError:
        return ValueError(
            f"{self._path!r} is damaged, or not in word2vec's binary format: after {len(self.words)} vectors there is a word "
            f"{found}, where a word, a space and numbers were expected."
        )
