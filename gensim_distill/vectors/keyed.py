"""Helpers for `KeyedVectors`: building them, looking words up, counts, and L2-normalized vectors."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

import numpy as np
from gensim.models import KeyedVectors

from gensim_distill._utils.arrays import IntArray
from gensim_distill._utils.text import short
from gensim_distill._utils.validation import check_whole
from gensim_distill.linalg import normalize

_BLOCK = 4096  # rows per block


def keyed_vectors(words: Sequence[str], vectors: np.ndarray, counts: Any = None) -> KeyedVectors:
    """Return `KeyedVectors` of distinct words.

    Parameters
    ----------
    words : sequence of str
        The words, each once.
    vectors : numpy.ndarray, shape (n_words, vector_size)
        Their vectors; the dtype is kept.
    counts : array-like of int, shape (n_words,), optional
        The number of occurrences of each word, stored as the attribute ``count``.

    Returns
    -------
    KeyedVectors

    Examples
    --------
    >>> import numpy as np
    >>> from gensim_distill.vectors.keyed import keyed_vectors
    >>> keyed_vectors(["rain", "sun"], np.eye(2), counts=[3, 1]).expandos["count"].tolist()
    [3, 1]
    """
    keyed = KeyedVectors(vectors.shape[1])
    keyed.index_to_key = list(words)
    keyed.key_to_index = {word: index for index, word in enumerate(keyed.index_to_key)}
    keyed.vectors = np.ascontiguousarray(vectors)
    if counts is not None:
        keyed.expandos["count"] = np.asarray(counts, dtype=np.int64)
    return keyed


def check_strings(keys: Sequence[Any], kind: str = "words") -> None:
    """Check that the keys of vectors are strings, which gensim does not.

    Raises
    ------
    TypeError
        If one is not, such as a number, or the None of places that ``KeyedVectors(count=...)`` has reserved.
    """
    try:
        "".join(keys)  # checks all types, faster than a loop
    except TypeError:
        key = next(key for key in keys if not isinstance(key, str))
        advice = "fill or remove places without a key" if key is None else "convert the keys to str"
        raise TypeError(
            f"The {kind} have the key {short(key)} of type {type(key).__name__}, where strings were expected: {advice} first."
        ) from None


def first_words(vectors: KeyedVectors, number: int | None) -> KeyedVectors:
    """Return the first `number` words; the same object if that is all of them or `number` is None."""
    if number is None or number >= len(vectors):
        return vectors
    counts = vectors.expandos.get("count")
    return keyed_vectors(
        vectors.index_to_key[:number], vectors.vectors[:number], None if counts is None else counts[:number]
    )


def fold_case(word: str, case_insensitive: bool) -> str:
    """Return the form of a word used for look-up: upper case, as in gensim, or the word itself."""
    return word.upper() if case_insensitive else word


def word_rows(
    vectors: KeyedVectors,
    *,
    most_frequent: int | None = None,
    case_insensitive: bool = True,
    words: Collection[str] | None = None,
) -> dict[str, int]:
    """Return the row of each word, keyed by its case-folded form.

    Of words that differ only in case the first is used, as in gensim.

    Parameters
    ----------
    vectors : KeyedVectors
    most_frequent : int, optional
        Use only this many rows, from the first. By default all.
    case_insensitive : bool, optional
        Whether to ignore case.
    words : collection of str, optional
        Use only these words.

    Returns
    -------
    dict of str to int

    Raises
    ------
    ValueError
        If `most_frequent` is below 1.

    Examples
    --------
    >>> import numpy as np
    >>> from gensim_distill.vectors.keyed import keyed_vectors, word_rows
    >>> word_rows(keyed_vectors(["Rome", "rain", "rome"], np.eye(3)))
    {'ROME': 0, 'RAIN': 1}
    """
    if most_frequent is not None:
        check_whole("most_frequent", most_frequent, 1, advice=", or None for all words")
    keys = vectors.index_to_key[:most_frequent]
    if case_insensitive:
        rows = {key.upper(): row for row, key in zip(range(len(keys) - 1, -1, -1), reversed(keys))}
    else:
        rows = {key: row for row, key in enumerate(keys)}
    if words is not None:
        allowed = {fold_case(word, case_insensitive) for word in words}
        rows = {key: row for key, row in rows.items() if key in allowed}
    return rows


def shared_words(
    models: Iterable[KeyedVectors], *, most_frequent: int | None = None, case_insensitive: bool = True
) -> list[str]:
    """Return the case-folded words that all models have, in the order of the first model.

    Parameters
    ----------
    models : iterable of KeyedVectors
    most_frequent, case_insensitive
        See :func:`word_rows`.

    Returns
    -------
    list of str
    """
    shared: dict[str, int] | None = None
    for model in models:
        rows = word_rows(model, most_frequent=most_frequent, case_insensitive=case_insensitive)
        shared = rows if shared is None else {word: row for word, row in shared.items() if word in rows}
    return sorted(shared or {}, key=(shared or {}).__getitem__)


def rows_of(words: Iterable[str], rows: Mapping[str, int]) -> IntArray:
    """Return the row of each case-folded word, -1 for words without one."""
    return np.array([rows.get(word, -1) for word in words], dtype=np.int64)


def unit_vectors(vectors: KeyedVectors, rows: IntArray) -> np.ndarray:
    """Return the L2-normalized vectors of some rows; zero vectors stay zero.

    Parameters
    ----------
    vectors : KeyedVectors
    rows : numpy.ndarray of int64, shape (n,)

    Returns
    -------
    numpy.ndarray of float32, shape (n, vector_size)

    Raises
    ------
    ValueError
        If a vector contains NaN or infinity.
    """
    check_finite(vectors, rows)
    chosen = vectors.vectors[rows].astype(np.float64)  # the square of a float32 does not overflow in float64
    return normalize(chosen).astype(np.float32)


def check_finite(vectors: KeyedVectors, rows: IntArray) -> None:
    """Check that the vectors of some rows have no NaN and no infinity.

    Raises
    ------
    ValueError
        If one has.
    """
    parts = [
        np.isfinite(vectors.vectors[rows[start : start + _BLOCK]]).all(axis=1) for start in range(0, len(rows), _BLOCK)
    ]
    bad: Sequence[int] | IntArray = np.flatnonzero(~np.concatenate(parts)) if parts else []
    if len(bad):
        raise ValueError(
            f"The vectors of {len(bad)} words, such as {short(vectors.index_to_key[rows[bad[0]]])}, contain NaN or infinity: "
            "correct or remove these words first."
        )


def is_nonzero(vectors: KeyedVectors, rows: IntArray) -> np.ndarray:
    """Return for each row whether its vector has a nonzero component, as an array of bool, shape (n,)."""
    parts = [vectors.vectors[rows[start : start + _BLOCK]].any(axis=1) for start in range(0, len(rows), _BLOCK)]
    return np.concatenate(parts) if parts else np.empty(0, dtype=np.bool_)


def word_counts(vectors: KeyedVectors) -> IntArray | None:
    """Return the number of occurrences of each word, or None if it is not known.

    Files in word2vec's formats have no counts. gensim then sets n, n - 1, ..., 1; such counts are
    recognized and ignored.

    Parameters
    ----------
    vectors : KeyedVectors

    Returns
    -------
    numpy.ndarray of int64, shape (n_words,), or None
    """
    counts = vectors.expandos.get("count")
    if counts is None or len(counts) != len(vectors):
        return None
    counts = np.asarray(counts, dtype=np.int64)
    placeholder = np.array_equal(counts, np.arange(len(counts), 0, -1))
    return None if placeholder or counts.min(initial=0) < 0 or not counts.any() else counts
