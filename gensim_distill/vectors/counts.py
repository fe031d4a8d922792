"""Counts of words in the file ``vocabulary.txt`` that ``gensim-distill train`` writes beside ``vectors.bin``."""

from __future__ import annotations

import logging
import re
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from gensim.models import KeyedVectors

from gensim_distill._utils.training_folder import TEXT_VECTORS, VECTORS, VOCABULARY

logger = logging.getLogger(__name__)

_COUNT = re.compile("[0-9]{1,18}")


def add_counts_beside(path: str, vectors: KeyedVectors) -> None:
    """Set the counts of vectors from ``vocabulary.txt`` beside their file, if that has a name of a training.

    If the other file does not have these words, each with a count and in this order, a warning is logged.

    Parameters
    ----------
    path : str
        The file of the vectors.
    vectors : KeyedVectors
        All of its vectors, or the first.
    """
    beside = Path(path).with_name(VOCABULARY)
    if Path(path).name not in (VECTORS, TEXT_VECTORS) or not beside.is_file():
        return
    counts, wrong = read_counts(beside, vectors.index_to_key)
    if wrong is not None:
        logger.warning("%r is ignored, so that counts are not known: %s", str(beside), wrong)
        return
    vectors.expandos["count"] = np.array(counts, dtype=np.int64)


def read_counts(path: Path, words: Sequence[str], *, complete: bool = False) -> tuple[list[int], str | None]:
    """Read the counts of words, which are in the order of the vectors.

    Parameters
    ----------
    path : pathlib.Path
        The file.
    words : sequence of str
        The words, or the first.
    complete : bool, optional
        Whether the file must have no further words.

    Returns
    -------
    counts : list of int
    wrong : str or None
        A description of the first error; None without errors.
    """
    counts: list[int] = []
    with open(path, encoding="utf-8", errors="replace", newline="\n") as file:
        for word, line in zip(words, file):
            found, _, count = line.rstrip("\r\n").rpartition(" ")
            if found != word or not _COUNT.fullmatch(count):
                break
            counts.append(int(count))
        else:
            if len(counts) == len(words) and complete and next(file, None) is not None:
                return counts, f"line {len(counts) + 1} was expected to be the end of the file"
    if len(counts) < len(words):
        return counts, f"line {len(counts) + 1} was expected to be {words[len(counts)]!a} and its count"
    return counts, None
