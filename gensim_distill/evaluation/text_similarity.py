"""Similarity of texts: Spearman's correlation of the cosines of pairs of texts with human judgments."""

from __future__ import annotations

import math
import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np

from gensim_distill._utils.text import short
from gensim_distill.evaluation.correlation import (
    check_bootstrap,
    correlate,
    resampled_correlations,
    warn_undefined,
)
from gensim_distill.evaluation.tables import number_of, read_records
from gensim_distill.evaluation.text_sources import encode_normalized, encoder_of

#: Two texts and their similarity as judged by humans.
TextPair: TypeAlias = "tuple[str, str, float]"

_COLUMNS = {
    "first": ("text1", "sentence1"),
    "second": ("text2", "sentence2"),
    "score": ("score", "similarity", "label"),
    "set": ("set", "dataset"),
}
_ADVICE = "name the columns text1, text2 and score in the first line, and set for the name of the data set if there are several."


@dataclass(frozen=True)
class TextSetResult:
    """The result of one set of pairs.

    Attributes
    ----------
    name : str
        The name of the set; empty if there is only one.
    spearman : float
        Spearman's rank correlation; NaN if it is undefined.
    pairs : int
        The number of pairs.
    note : str
        The reason why the correlation is undefined, or empty.
    """

    name: str
    spearman: float
    pairs: int
    note: str


@dataclass(frozen=True)
class TextSimilarityResult:
    """The result of :func:`text_similarity`.

    Attributes
    ----------
    spearman : float
        The mean over the sets of Spearman's rank correlation of cosine and score; NaN if one of them is
        undefined.
    low, high : float
        The bootstrap confidence interval of the mean; NaN without resampling.
    confidence : float
        The level of the interval.
    sets : tuple of TextSetResult
        The sets, in the order of the pairs.
    pairs : int
        The number of pairs in all sets.
    without_vector : int
        The number of distinct texts whose vector is zero; their cosines are zero too.
    """

    spearman: float
    low: float
    high: float
    confidence: float
    sets: tuple[TextSetResult, ...]
    pairs: int
    without_vector: int


def text_similarity(
    source: Any,
    pairs: str | os.PathLike[str] | Iterable[TextPair] | Mapping[str, Iterable[TextPair]],
    *,
    confidence: float = 0.95,
    resamples: int = 1000,
    seed: int = 1,
    name: str | None = None,
) -> TextSimilarityResult:
    """Compare the cosines of the vectors of pairs of texts with the judgments of humans.

    This is how the tasks on semantic textual similarity (STS) of SemEval are evaluated. With several sets,
    which have scores of their own, the result is the mean over the sets.

    Parameters
    ----------
    source : object with ``encode``, KeyedVectors, model with ``wv``, path or Teacher
        See :func:`encoder_of`.
    pairs : path, iterable of (str, str, float), or mapping of str to such iterables
        See :func:`read_text_pairs`.
    confidence : float, optional
        The level of the interval.
    resamples : int, optional
        The number of bootstrap resamples, of the pairs of each set; 0 for no interval.
    seed : int, optional
        The seed of resampling.
    name : str, optional
        The name of the pairs in a warning; by default that of the file.

    Returns
    -------
    TextSimilarityResult

    Raises
    ------
    TypeError, ValueError
        If the source, a pair or a parameter is invalid.

    References
    ----------
    Eneko Agirre et al. SemEval-2014 Task 10: Multilingual Semantic Textual Similarity. SemEval 2014.

    Examples
    --------
    >>> from gensim_distill.encoding import TextEncoder
    >>> from gensim_distill.evaluation import text_similarity
    >>> encoder = TextEncoder(["rain", "snow", "tax"], [[1.0, 0.2], [0.9, 0.4], [0.0, 1.0]])
    >>> pairs = [("rain", "snow", 4.5), ("snow", "tax", 1.0), ("rain", "tax", 0.5)]
    >>> round(text_similarity(encoder, pairs).spearman, 3)
    1.0
    """
    check_bootstrap(confidence, resamples)
    sets = read_text_pairs(pairs)
    listed = [pair for members in sets.values() for pair in members]
    places: dict[str, int] = {}
    for first, second, _ in listed:
        places.setdefault(first, len(places))
        places.setdefault(second, len(places))
    vectors = encode_normalized(encoder_of(source), list(places))
    cosines = np.einsum(
        "ij,ij->i", vectors[[places[pair[0]] for pair in listed]], vectors[[places[pair[1]] for pair in listed]]
    )
    scores = np.array([pair[2] for pair in listed])
    results, resampled, start = [], [], 0
    for set_name, members in sets.items():
        part = slice(start, start + len(members))
        start += len(members)
        (value,), _, note = correlate(cosines[None, part], scores[part], confidence, 0, seed)
        results.append(TextSetResult(set_name, value, len(members), note))
        if resamples and not note:
            stream = (seed, len(results))  # resamples of different sets are independent
            resampled.append(resampled_correlations(cosines[None, part], scores[part], resamples, stream)[0])
    if name is None:
        name = os.fspath(pairs) if isinstance(pairs, (str, os.PathLike)) else ""
    for note in dict.fromkeys(result.note for result in results if result.note):  # one warning for many sets
        warn_undefined(note, [f"{name} {result.name}".strip() for result in results if result.note == note])
    low = high = math.nan
    if resampled and len(resampled) == len(results):
        means = np.mean(resampled, axis=0)
        means = means[np.isfinite(means)]
        tail = (1 - confidence) / 2
        low, high = map(float, np.quantile(means, [tail, 1 - tail])) if len(means) else (math.nan, math.nan)
    return TextSimilarityResult(
        spearman=float(np.mean([result.spearman for result in results])),
        low=low,
        high=high,
        confidence=confidence,
        sets=tuple(results),
        pairs=len(listed),
        without_vector=int((~vectors.any(axis=1)).sum()),
    )


def read_text_pairs(
    source: str | os.PathLike[str] | Iterable[TextPair] | Mapping[str, Iterable[TextPair]],
) -> dict[str, list[TextPair]]:
    r"""Read pairs of texts with scores, by set.

    Parameters
    ----------
    source : path, iterable of (str, str, float), or mapping of str to such iterables
        A file is a table with columns separated by tabs, commas or semicolons, or has a JSON object per
        line. The columns or keys are ``text1``, ``text2`` and ``score`` (also ``sentence1``, ``sentence2``
        and ``similarity`` or ``label``), and optionally ``set`` or ``dataset``, the name of the set. A table
        of three columns may have no header: two texts and a score.

    Returns
    -------
    dict of str to list of (str, str, float)
        The name is empty for pairs without a set.

    Raises
    ------
    ValueError
        If a column is missing or a line is invalid; the message names it.

    Examples
    --------
    >>> import pathlib, tempfile
    >>> from gensim_distill.evaluation import read_text_pairs
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = pathlib.Path(folder, "pairs.tsv")
    ...     size = path.write_text("set\tscore\ttext1\ttext2\nnews\t4.5\tIt rains.\tRain falls.\n")
    ...     read_text_pairs(path)
    {'news': [('It rains.', 'Rain falls.', 4.5)]}
    """
    if isinstance(source, Mapping):
        sets = {str(name): _pairs_of(pairs, f"set {name!r}, ") for name, pairs in source.items()}
    elif isinstance(source, (str, os.PathLike)):
        sets = _read(source)
    else:
        sets = {"": _pairs_of(source, "")}
    if not any(sets.values()):
        named = f"{os.fspath(source)!r} has" if isinstance(source, (str, os.PathLike)) else "There are"
        raise ValueError(f"{named} no pairs of texts.")
    return {name: pairs for name, pairs in sets.items() if pairs}


def _read(path: str | os.PathLike[str]) -> dict[str, list[TextPair]]:
    records = read_records(
        path,
        _COLUMNS,
        ("set",),
        advice=_ADVICE,
        positions=("first", "second", "score"),
        is_header=lambda row: len(row) != 3 or number_of(row[2]) is None,
    )
    sets: dict[str, list[TextPair]] = {}
    for line, cells in records:
        place = f"{os.fspath(path)!r}, line {line}"
        pair = _pair((cells["first"], cells["second"], cells["score"]), place)
        sets.setdefault(str(cells.get("set", "")).strip(), []).append(pair)
    return sets


def _pairs_of(pairs: Iterable[Any], where: str) -> list[TextPair]:
    return [_pair(pair, f"{where}pair {number}") for number, pair in enumerate(pairs, 1)]


def _pair(row: Any, place: str) -> TextPair:
    valid = isinstance(row, Sequence) and not isinstance(row, str) and len(row) == 3
    score = number_of(row[2]) if valid else None
    if score is None or not math.isfinite(score) or not all(isinstance(text, str) for text in row[:2]):
        raise ValueError(f"{place}: {short(row)}; expected two texts and a score, a finite number.")
    return row[0], row[1], score
