"""Counts of words in the file ``vocabulary.txt`` that ``gensim-distill train`` writes beside ``vectors.bin``."""

from __future__ import annotations

import logging
import re
from pathlib import Path

import numpy as np
from gensim.models import KeyedVectors

logger = logging.getLogger(__name__)

_VECTORS, _COUNTS = "vectors.bin", "vocabulary.txt"
_COUNT = re.compile("[0-9]{1,18}")


def add_counts_beside(path: str, vectors: KeyedVectors) -> None:
    """Set the counts of vectors from ``vocabulary.txt`` beside their file, if that is named ``vectors.bin``.

    If the other file does not have these words, each with a count and in this order, a warning is logged.

    Parameters
    ----------
    path : str
        The file of the vectors.
    vectors : KeyedVectors
        All of its vectors, or the first.
    """
    beside = Path(path).with_name(_COUNTS)
    if Path(path).name != _VECTORS or not beside.is_file():
        return
    counts: list[int] = []
    with open(beside, encoding="utf-8", errors="replace", newline="\n") as file:
        for word, line in zip(vectors.index_to_key, file):
            found, _, count = line.rstrip("\r\n").rpartition(" ")
            if found != word or not _COUNT.fullmatch(count):
                break
            counts.append(int(count))
    if len(counts) < len(vectors):
        missing = vectors.index_to_key[len(counts)]
        logger.warning(
            "%r is ignored, so that counts are not known: in line %i %r and its count were expected",
            str(beside),
            len(counts) + 1,
            missing,
        )
        return
    vectors.expandos["count"] = np.array(counts, dtype=np.int64)
