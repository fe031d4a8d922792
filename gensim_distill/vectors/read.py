"""Read a file of word vectors: detect its format from its first bytes, and call the reader. Nothing is unpickled."""

from __future__ import annotations

import codecs
import os
import re
from collections import Counter

from gensim.models import KeyedVectors

from gensim_distill._utils.compression import READ_ERRORS
from gensim_distill.vectors.binary_formats import read_fasttext_binary, read_word2vec_binary
from gensim_distill.vectors.compression import damaged, open_decompressed
from gensim_distill.vectors.keyed import first_words
from gensim_distill.vectors.text_formats import read_text, separator_of, trailing_numbers

_FASTTEXT = (793712314).to_bytes(4, "little")
_PICKLES = tuple(bytes([0x80, protocol]) for protocol in range(2, 6))
_HEADER = re.compile(rb"\s*(\d+)\s+(\d+)\s*\n")
_HEAD_BYTES = 1 << 20  # enough for several lines, whatever the dimensions
_HEAD_LINES = 100


def read_vectors(path: str | os.PathLike[str], limit: int | None = None) -> KeyedVectors:
    """Read a file of word vectors.

    Parameters
    ----------
    path : str or path
        See :func:`~gensim_distill.vectors.load_vectors`.
    limit : int, optional
        Read at most this many vectors.

    Returns
    -------
    KeyedVectors

    Raises
    ------
    ValueError
        If the file is damaged, a pickle, or in an unknown format.
    FileNotFoundError
        If there is no such file.
    """
    name = os.fspath(path)
    with open_decompressed(path) as file:
        try:
            head = file.read(_HEAD_BYTES)
        except READ_ERRORS as error:
            raise damaged(name, error) from error
    if head.startswith(_PICKLES):
        raise ValueError(
            f"{name!r} is a pickle, as gensim's own save() writes, and loading a pickle can run any code: if you trust it, "
            "load it with KeyedVectors.load(path) or Word2Vec.load(path) and pass the object."
        )
    if head.startswith(_FASTTEXT):
        return first_words(read_fasttext_binary(name), limit)
    header = _HEADER.match(head)
    if header:
        declared, vector_size = map(int, header.groups())
        if not declared or not vector_size:
            raise ValueError(
                f"{name!r} is empty: its first line declares {declared} vectors with {vector_size} dimensions."
            )
        lines = _lines(head[header.end() :], truncated=len(head) == _HEAD_BYTES)
        if not lines or trailing_numbers(lines[0]) == vector_size or _is_text(head):
            return read_text(
                name, vector_size, separator=separator_of(lines[0] if lines else b""), limit=limit, declared=declared
            )
        return read_word2vec_binary(name, declared=declared, vector_size=vector_size, limit=limit)
    lines = _lines(head, truncated=len(head) == _HEAD_BYTES)[:_HEAD_LINES]
    sizes = Counter(map(trailing_numbers, lines))
    vector_size = sizes.most_common(1)[0][0] if sizes else 0
    if not vector_size or b"\0" in head:
        raise ValueError(
            f"{name!r} is not a file of word vectors in a known format: expected word2vec's text or binary format, GloVe's "
            "text, or fastText's .vec or .bin, plain or compressed with gzip, bzip2 or xz."
        )
    return read_text(name, vector_size, separator=separator_of(lines[0]), limit=limit, declared=None)


def _lines(data: bytes, *, truncated: bool) -> list[bytes]:
    """Return the lines that are not empty, without the last if it may be incomplete."""
    lines = data.split(b"\n")
    return [line for line in (lines[:-1] if truncated and len(lines) > 1 else lines) if line.strip()]


def _is_text(head: bytes) -> bool:
    """Return whether the bytes are UTF-8 text; the numbers of a binary file are not."""
    try:
        text = codecs.getincrementaldecoder("utf-8")().decode(head, final=len(head) < _HEAD_BYTES)
    except UnicodeDecodeError:
        return False
    return "\0" not in text
