"""The words of `KeyedVectors`: looking them up, their frequencies, their vectors at length one."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

import numpy as np
from gensim.models import KeyedVectors

from gensim_distill._utils.arrays import IntArray
from gensim_distill.linalg import normalize

_ROWS = 4096  # vectors that are looked at at once


def keyed_vectors(words: Sequence[str], vectors: np.ndarray, counts: Any = None) -> KeyedVectors:
    """Make `KeyedVectors` of different words, their vectors and, if known, how often each occurs."""
    made = KeyedVectors(vectors.shape[1])
    made.index_to_key = list(words)
    made.key_to_index = {word: index for index, word in enumerate(made.index_to_key)}
    made.vectors = np.ascontiguousarray(vectors)
    if counts is not None:
        made.expandos["count"] = np.asarray(counts, dtype=np.int64)
    return made


def first_words(vectors: KeyedVectors, number: int | None) -> KeyedVectors:
    """Give the first so many words alone; all are given back as they came."""
    if number is None or number >= len(vectors):
        return vectors
    counts = vectors.expandos.get("count")
    return keyed_vectors(
        vectors.index_to_key[:number], vectors.vectors[:number], None if counts is None else counts[:number]
    )


def fold(word: str, case_insensitive: bool) -> str:
    """Give that of a word by which it is looked up: all of it in upper case, as in gensim, or as it is."""
    return word.upper() if case_insensitive else word


def word_rows(
    vectors: KeyedVectors,
    *,
    most_frequent: int | None = None,
    case_insensitive: bool = True,
    words: Collection[str] | None = None,
) -> dict[str, int]:
    """Give the row of each word, by its folded form; of variants in case the first, as in gensim.

    Parameters
    ----------
    vectors : KeyedVectors
    most_frequent : int, optional
        Only the first so many rows.
    case_insensitive : bool, optional
        Whether case is ignored.
    words : collection of str, optional
        Only these words.

    Returns
    -------
    dict of str to int
    """
    if most_frequent is not None and most_frequent < 1:
        raise ValueError(f"most_frequent={most_frequent!r}: give a whole number from 1, or None for all words.")
    keys = vectors.index_to_key[:most_frequent]
    if case_insensitive:
        rows = {key.upper(): row for row, key in zip(range(len(keys) - 1, -1, -1), reversed(keys))}
    else:
        rows = {key: row for row, key in enumerate(keys)}
    if words is not None:
        allowed = {fold(word, case_insensitive) for word in words}
        rows = {key: row for key, row in rows.items() if key in allowed}
    return rows


def shared_words(
    models: Iterable[KeyedVectors], *, most_frequent: int | None = None, case_insensitive: bool = True
) -> list[str]:
    """Give the words that all of some models know, folded, in the order of the first model."""
    shared: dict[str, int] | None = None
    for model in models:
        rows = word_rows(model, most_frequent=most_frequent, case_insensitive=case_insensitive)
        shared = rows if shared is None else {word: row for word, row in shared.items() if word in rows}
    return sorted(shared or {}, key=(shared or {}).__getitem__)


def rows_of(words: Iterable[str], rows: Mapping[str, int]) -> IntArray:
    """Give the row of each folded word, -1 for those that have none."""
    return np.array([rows.get(word, -1) for word in words], dtype=np.int64)


def unit_vectors(vectors: KeyedVectors, rows: IntArray) -> np.ndarray:
    """Give some vectors at length one, those without a direction as zeros.

    Returns
    -------
    numpy.ndarray of float32, shape (n, width)

    Raises
    ------
    ValueError
        If one holds numbers that are not finite.
    """
    chosen = vectors.vectors[rows].astype(np.float64)  # in which no square of a float32 overflows
    finite = np.isfinite(chosen).all(axis=1)
    if not finite.all():
        bad = np.flatnonzero(~finite)
        raise ValueError(
            f"The vectors of {len(bad)} words, such as {vectors.index_to_key[rows[bad[0]]]!r}, hold numbers that are not finite: "
            "mend or leave out these words before they are evaluated."
        )
    return normalize(chosen).astype(np.float32)


def have_direction(vectors: KeyedVectors, rows: IntArray) -> np.ndarray:
    """Tell which rows are not zeros."""
    parts = [vectors.vectors[rows[start : start + _ROWS]].any(axis=1) for start in range(0, len(rows), _ROWS)]
    return np.concatenate(parts) if parts else np.empty(0, dtype=np.bool_)


def word_counts(vectors: KeyedVectors) -> IntArray | None:
    """Give how often each word occurs, or None if it is not known.

    Files in word2vec's formats have no counts, and gensim gives their words n, n - 1, ..., 1: these
    tell nothing and do not count.
    """
    counts = vectors.expandos.get("count")
    if counts is None or len(counts) != len(vectors):
        return None
    counts = np.asarray(counts, dtype=np.int64)
    made_up = np.array_equal(counts, np.arange(len(counts), 0, -1))
    return None if made_up or counts.min(initial=0) < 0 or not counts.any() else counts
