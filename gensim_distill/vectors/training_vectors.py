"""The vectors in the output folder of ``gensim-distill train``, with counts."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
from gensim.models import KeyedVectors

from gensim_distill._utils.training_folder import SUMMARY, VECTORS, VOCABULARY, train_again
from gensim_distill.vectors.binary_formats import read_word2vec_binary
from gensim_distill.vectors.counts import read_counts

_MAX_FIRST_LINE = 100
_HEADER = re.compile(rb"(\d{1,15}) (\d{1,9})\r?\n")


def load_training_vectors(folder: Path, limit: int | None = None) -> KeyedVectors:
    """Load the vectors of a training, with counts.

    Parameters
    ----------
    folder : pathlib.Path
        The output folder of ``gensim-distill train``.
    limit : int, optional
        Load at most this many vectors. By default all.

    Raises
    ------
    ValueError
        If the training is not finished, or a file is damaged.
    """
    path, vocabulary = folder / VECTORS, folder / VOCABULARY
    for file in (path, vocabulary):
        if not file.is_file():
            state = "is not finished" if not (folder / SUMMARY).is_file() else f"has no {file.name}"
            raise ValueError(f"The training in {str(folder)!r} {state}: {train_again(folder)}.")
    with open(path, "rb") as opened:
        header = _HEADER.fullmatch(opened.readline(_MAX_FIRST_LINE))
    if not header or not int(header[1]) or not int(header[2]):
        raise ValueError(
            f"{str(path)!r} is damaged: its first line is not the number of vectors and of their dimensions: {train_again(folder)}."
        )
    declared = int(header[1])
    vectors = read_word2vec_binary(str(path), declared=declared, vector_size=int(header[2]), limit=limit)
    counts, wrong = read_counts(vocabulary, vectors.index_to_key, complete=len(vectors) == declared)
    if wrong is not None:
        raise ValueError(f"{str(vocabulary)!r} is damaged, or of other vectors: {wrong}: {train_again(folder)}.")
    vectors.expandos["count"] = np.array(counts, dtype=np.int64)
    return vectors
