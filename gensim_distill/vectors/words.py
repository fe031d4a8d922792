"""Words of a file of vectors: decoding, duplicates, and what may follow the last of them."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from typing import BinaryIO

import numpy as np
from gensim.models import KeyedVectors

from gensim_distill.vectors.compression import read_block
from gensim_distill.vectors.keyed import keyed_vectors

logger = logging.getLogger(__name__)

_OUT_OF_PROPORTION = 1e6
_BLOCK = 4096  # rows per block
_REPLACEMENT = "\N{REPLACEMENT CHARACTER}"


def decode_words(path: str, words: Sequence[bytes]) -> list[str]:
    """Decode words from UTF-8; bytes that are not UTF-8 are replaced, with a warning."""
    decoded = [word.decode("utf-8", "replace") for word in words]
    wrong = [word for word, raw in zip(decoded, words) if _REPLACEMENT in word and _REPLACEMENT.encode() not in raw]
    if wrong:
        logger.warning(
            "%r has %i words that are not in UTF-8, such as %r; the wrong bytes are replaced",
            path,
            len(wrong),
            wrong[0],
        )
    return decoded


def warn_of_outliers(path: str, words: Sequence[str], vectors: np.ndarray) -> None:
    """Log a warning if numbers are not finite, or larger by a factor of a million than in most vectors, as after damage."""
    starts = range(0, len(vectors), _BLOCK)
    largest = np.concatenate(
        [np.abs(vectors[start : start + _BLOCK]).max(axis=1) for start in starts], dtype=np.float64
    )
    finite = np.isfinite(largest)
    typical = np.median(largest[finite]) if finite.any() else 0.0
    outliers = np.flatnonzero(~finite | ((largest > _OUT_OF_PROPORTION * typical) & (typical > 0)))
    if len(outliers):
        logger.warning(
            "%r may be damaged: %i vectors, such as that of %r, have numbers as large as %.3g, and most have none above %.3g",
            path,
            len(outliers),
            words[outliers[0]],
            largest[outliers[0]],
            typical,
        )


def distinct(path: str, words: list[str], vectors: np.ndarray) -> KeyedVectors:
    """Return the first vector of each word, as in gensim; duplicates are logged as a warning."""
    first: dict[str, int] = {}
    for row, word in enumerate(words):
        first.setdefault(word, row)
    if len(first) < len(words):
        logger.warning("%r has %i duplicate words; the first vector of each is used", path, len(words) - len(first))
        vectors = vectors[list(first.values())]
    found = keyed_vectors(list(first), vectors)
    warn_of_outliers(path, found.index_to_key, found.vectors)
    return found


def join_blocks(blocks: list[np.ndarray], vector_size: int) -> np.ndarray:
    """Concatenate blocks of rows, and release each once it is copied, so that all rows are in memory once.

    Parameters
    ----------
    blocks : list of numpy.ndarray, shape (n, vector_size)
        The list is empty afterwards.
    vector_size : int

    Returns
    -------
    numpy.ndarray of float32, shape (sum of n, vector_size)
    """
    joined = np.empty((sum(map(len, blocks)), vector_size), dtype=np.float32)
    end = len(joined)
    while blocks:
        block = blocks.pop()
        joined[end - len(block) : end] = block
        end -= len(block)
    return joined


def check_end(path: str, declared: int, rest: bytes, file: BinaryIO) -> None:
    """Check that only white space follows the last of the declared vectors.

    Parameters
    ----------
    path : str
        The name of the file, for the error message.
    declared : int
        The number of vectors declared in the first line.
    rest : bytes
        The bytes after the last vector that have been read already.
    file : file object
        The remaining bytes.

    Raises
    ------
    ValueError
        If something else follows.
    """
    while rest or (rest := read_block(file, path)):
        if rest.strip():
            raise ValueError(
                f"{path!r} is damaged: its first line declares {declared} vectors, and the file goes on after them: correct the "
                "number, or download or write it again."
            )
        rest = b""
