"""What smaller vectors lose: the same measures for fewer dimensions and shorter numbers."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from gensim_distill._utils.text import markdown_table
from gensim_distill.evaluation.analogies import analogies as measure_analogies
from gensim_distill.evaluation.similarity import word_similarity
from gensim_distill.exports.data import open_source
from gensim_distill.exports.quantization import after_export
from gensim_distill.vectors.keyed import keyed_vectors, word_counts

_BYTES = {"float32": 4, "float16": 2, "int8": 1}


@dataclass(frozen=True)
class SizeRow:
    """Vectors of one size, and what they are worth.

    Attributes
    ----------
    dimensions : int
    dtype : str
    megabytes : float
        Of the numbers, with the scales of int8, in millions of bytes.
    scores : dict of str to float
        By measure; NaN where none of its words are known.
    """

    dimensions: int
    dtype: str
    megabytes: float
    scores: dict[str, float]


def size_table(
    source: Any,
    *,
    dimensions: Iterable[int] = (256, 128, 64),
    dtypes: Sequence[str] = ("float32", "float16", "int8"),
    similarity: Sequence[str] = ("simlex999", "wordsim353"),
    analogies: str | None = "google",
    most_frequent: int = 15_000,
) -> list[SizeRow]:
    """Measure vectors at their own width and at smaller ones, in each type of numbers.

    Parameters
    ----------
    source : what :func:`~gensim_distill.exports.export` takes
    dimensions : iterable of int, optional
        Those that are not below the width of the vectors are passed over.
    dtypes : sequence of str, optional
    similarity : sequence of str, optional
        Sets of word pairs, see :func:`~gensim_distill.evaluation.word_similarity`.
    analogies : str, optional
        A set of analogies, see :func:`~gensim_distill.evaluation.analogies`, or None.
    most_frequent : int, optional
        How many words analogies are answered from.

    Returns
    -------
    list of SizeRow

    Examples
    --------
    >>> from gensim.test.utils import datapath
    >>> from gensim_distill.evaluation import size_table
    >>> rows = size_table(datapath("euclidean_vectors.bin"), dimensions=[5], dtypes=["int8"], analogies=None)
    >>> [(row.dimensions, row.dtype, round(row.megabytes, 3)) for row in rows]
    [(10, 'int8', 0.038), (5, 'int8', 0.025)]
    """
    keyed, _ = open_source(source)
    vectors = np.asarray(keyed.vectors, dtype=np.float32)
    counts = word_counts(keyed)
    width = vectors.shape[1]
    rows = []
    for size in [width, *(size for size in dimensions if size < width)]:
        for dtype in dtypes:
            smaller = keyed_vectors(keyed.index_to_key, after_export(vectors, size, dtype), counts)
            scores = {name: word_similarity(smaller, name, resamples=1).spearman for name in similarity}
            if analogies is not None:
                scores["analogies"] = measure_analogies(smaller, analogies, most_frequent=most_frequent).accuracy
            scales = 4 * len(vectors) if dtype == "int8" else 0
            rows.append(SizeRow(size, dtype, (len(vectors) * size * _BYTES[dtype] + scales) / 1e6, scores))
    return rows


def as_markdown(rows: Sequence[SizeRow]) -> str:
    """Give the rows of :func:`size_table` as a table in Markdown."""
    measures = list(rows[0].scores) if rows else []
    cells = []
    for row in rows:
        scores = [f"{row.scores[measure]:.3f}".replace("0.", ".") for measure in measures]
        cells.append([str(row.dimensions), row.dtype, f"{row.megabytes:.1f}", *scores])
    return markdown_table(["dimensions", "dtype", "MB", *measures], cells, left=[1])
