"""Scores of vectors reduced to fewer dimensions and smaller dtypes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from gensim_distill._utils.text import markdown_table
from gensim_distill.evaluation.analogies import analogies as evaluate_analogies
from gensim_distill.evaluation.similarity import word_similarity
from gensim_distill.exports.dimensions import project, projection
from gensim_distill.vectors.keyed import keyed_vectors, word_counts
from gensim_distill.vectors.load import load_vectors
from gensim_distill.vectors.quantization import DTYPES, VectorDtype, dequantize, quantize


@dataclass(frozen=True)
class SizeRow:
    """The scores of vectors of one size.

    Attributes
    ----------
    dimensions : int
    dtype : {"float32", "float16", "int8"}
    megabytes : float
        The size of the vectors, with the scales of int8, in millions of bytes.
    scores : dict of str to float
        The scores by measure; NaN if none of the words of a data set is in the vocabulary.
    """

    dimensions: int
    dtype: VectorDtype
    megabytes: float
    scores: dict[str, float]


def size_table(
    source: Any,
    *,
    dimensions: Iterable[int] = (256, 128, 64),
    dtypes: Sequence[VectorDtype] = DTYPES,
    similarity: Sequence[str] = ("simlex999", "wordsim353"),
    analogies: str | None = "google",
    most_frequent: int = 15_000,
) -> list[SizeRow]:
    """Evaluate vectors with all and with fewer dimensions, in each dtype, as `export` would write them.

    Parameters
    ----------
    source : KeyedVectors, model with ``wv``, or path
        See :func:`~gensim_distill.vectors.load_vectors`.
    dimensions : iterable of int, optional
        The reduced sizes; sizes that are not below that of the vectors are ignored.
    dtypes : sequence of {"float32", "float16", "int8"}, optional
    similarity : sequence of str, optional
        Data sets of word pairs, see :func:`~gensim_distill.evaluation.word_similarity`.
    analogies : str or None, optional
        A data set of analogies, see :func:`~gensim_distill.evaluation.analogies`; None for none.
    most_frequent : int, optional
        The number of words among which analogies are answered.

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
    keyed = load_vectors(source)
    vectors = np.asarray(keyed.vectors, dtype=np.float32)
    counts = word_counts(keyed)
    full = vectors.shape[1]
    rows = []
    for size in [full, *(size for size in dimensions if size < full)]:
        reduced = project(vectors, projection(vectors, size))
        for dtype in dtypes:
            values, scales = quantize(reduced, dtype)
            smaller = keyed_vectors(keyed.index_to_key, dequantize(values, scales), counts)
            scores = {name: word_similarity(smaller, name, resamples=1).spearman for name in similarity}
            if analogies is not None:
                scores["analogies"] = evaluate_analogies(smaller, analogies, most_frequent=most_frequent).accuracy
            size_in_bytes = values.nbytes + (0 if scales is None else scales.nbytes)
            rows.append(SizeRow(size, dtype, size_in_bytes / 1e6, scores))
    return rows


def as_markdown(rows: Sequence[SizeRow]) -> str:
    """Return the rows of :func:`size_table` as a table in Markdown."""
    measures = list(rows[0].scores) if rows else []
    cells = [
        [
            str(row.dimensions),
            row.dtype,
            f"{row.megabytes:.1f}",
            *(f"{row.scores[measure]:.3f}".replace("0.", ".") for measure in measures),
        ]
        for row in rows
    ]
    return markdown_table(["dimensions", "dtype", "MB", *measures], cells, left=[1])
