"""Read a file of word vectors: detect its format from its first bytes, and call the reader. Nothing is unpickled."""

from __future__ import annotations

import codecs
import os
import re
from collections import Counter

from gensim.models import KeyedVectors

from gensim_distill._utils.encodings import wide_encoding
from gensim_distill.vectors.binary_formats import read_fasttext_binary, read_word2vec_binary
from gensim_distill.vectors.compression import open_decompressed, read_block
from gensim_distill.vectors.counts import add_counts_beside
from gensim_distill.vectors.keyed import first_words
from gensim_distill.vectors.text_formats import read_text, separator_of, trailing_numbers

_FASTTEXT = (793712314).to_bytes(4, "little")
_PICKLES = tuple(bytes([0x80, protocol]) for protocol in range(2, 6))
_HEADER = re.compile(rb"[ \t]*(\d+)[ \t]+(\d+)[ \t\r]*(?:\n|\Z)")
# Two numbers of which one has a sign or a point: a damaged header, unless all lines have one number.
_BAD_HEADER = re.compile(rb"[ \t]*([+-]?\d+(?:\.0*)?)[ \t]+([+-]?\d+(?:\.0*)?)[ \t\r]*(?:\n|\Z)")
_MOST_DIGITS = 18
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
        head = read_block(file, name, _HEAD_BYTES)
    if head.startswith(_PICKLES):
        raise ValueError(
            f"{name!r} is a pickle, as gensim's own save() writes, and loading a pickle can run any code: if you trust it, "
            "load it with KeyedVectors.load(path) or Word2Vec.load(path) and pass the object."
        )
    if head.startswith(_FASTTEXT):
        return first_words(read_fasttext_binary(name), limit)
    encoding = wide_encoding(head)
    if encoding is not None:
        raise ValueError(f"{name!r} is text in {encoding}: convert it to UTF-8.")
    is_complete = len(head) < _HEAD_BYTES
    head = head.removeprefix(codecs.BOM_UTF8)
    header = _HEADER.match(head)
    lines = _lines(head[header.end() if header else 0 :], truncated=not is_complete)
    sizes = Counter(map(trailing_numbers, lines))
    vector_size = sizes.most_common(1)[0][0] if sizes else 0
    separator = separator_of(lines[0] if lines else b"")
    if not header:
        if not vector_size or b"\0" in head:
            raise ValueError(
                f"{name!r} is not a file of word vectors in a known format: expected word2vec's text or binary format, GloVe's "
                "text, or fastText's .vec or .bin, plain or compressed with gzip, bzip2 or xz."
            )
        if _is_bad_header(head, lines):
            raise ValueError(
                f"{name!r} is damaged in its first line, {lines[0].strip()[:40].decode()!r}: expected the number of vectors and that "
                "of their dimensions, two positive whole numbers."
            )
        if vector_size == 1 and all(line.split()[-1].isdigit() for line in lines):
            raise ValueError(
                f"{name!r} has words with a whole number each, which are counts, not vectors: expected the file of vectors, such as "
                "the vectors.bin beside a vocabulary.txt."
            )
        return read_text(name, vector_size, separator=separator, limit=limit, declared=None)
    if max(map(len, header.groups())) > _MOST_DIGITS:
        raise ValueError(f"{name!r} is damaged: the numbers in its first line are too large.")
    declared, promised = map(int, header.groups())
    if not declared or not promised:
        raise ValueError(f"{name!r} is empty: its first line declares {declared} vectors with {promised} dimensions.")
    fitting = sum(number for size, number in sizes.items() if size >= promised)
    if 2 * fitting < len(lines) and not _is_text(head, is_complete):
        vectors = read_word2vec_binary(name, declared=declared, vector_size=promised, limit=limit)
        add_counts_beside(name, vectors)
        return vectors
    if sizes and min(sizes) > promised:
        raise ValueError(
            f"{name!r} is damaged: its first line declares {promised} dimensions, and its lines have {vector_size} numbers."
        )
    vectors = read_text(name, promised, separator=separator, limit=limit, declared=declared)
    add_counts_beside(name, vectors)
    return vectors


def _lines(data: bytes, *, truncated: bool) -> list[bytes]:
    """Return the first lines that are not empty, without the last if it may be incomplete."""
    lines = data.split(b"\n", 10 * _HEAD_LINES)
    complete = lines[:-1] if len(lines) > 1 and (truncated or len(lines) > 10 * _HEAD_LINES) else lines
    return [line for line in complete if line.strip()][:_HEAD_LINES]


def _is_bad_header(head: bytes, lines: list[bytes]) -> bool:
    """Return whether the first line looks like a header with invalid numbers, and not like a vector of one dimension."""
    found = _BAD_HEADER.match(head)
    if not found:
        return False
    declared, promised = (abs(float(number)) for number in found.groups())
    if len(lines) == 1:
        return True
    return any(trailing_numbers(line) != 1 for line in lines[1:]) or (declared, promised) == (len(lines) - 1, 1)


def _is_text(head: bytes, is_complete: bool) -> bool:
    """Return whether the bytes are UTF-8 text; the numbers of a binary file are not."""
    try:
        text = codecs.getincrementaldecoder("utf-8")().decode(head, final=is_complete)
    except UnicodeDecodeError:
        return False
    return "\0" not in text
