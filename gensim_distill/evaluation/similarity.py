"""Word similarity: the rank correlation of cosines with human scores of word pairs."""

from __future__ import annotations

import os
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from gensim.models import KeyedVectors

from gensim_distill._utils.arrays import IntArray
from gensim_distill._utils.validation import check_choice
from gensim_distill.evaluation.correlation import check_bootstrap, correlate, warn_undefined
from gensim_distill.evaluation.datasets import Pair, read_pairs
from gensim_distill.vectors.keyed import fold_case, rows_of, unit_vectors, word_rows
from gensim_distill.vectors.load import load_vectors


@dataclass(frozen=True)
class SimilarityResult:
    """The result of :func:`word_similarity`.

    Attributes
    ----------
    spearman : float
        Spearman's rank correlation of the cosines with the scores; NaN if it is undefined, see `note`.
    low, high : float
        The bootstrap confidence interval.
    confidence : float
        The level of the interval.
    pairs_used, pairs_total : int
        The number of pairs in the correlation, and in the data set.
    missing : tuple of str
        The words of the data set that are not in the vocabulary.
    note : str
        The reason why the correlation is undefined, or empty.
    """

    spearman: float
    low: float
    high: float
    confidence: float
    pairs_used: int
    pairs_total: int
    missing: tuple[str, ...]
    note: str = ""

    @property
    def coverage(self) -> float:
        """The share of the pairs that were used, from 0 to 1."""
        return self.pairs_used / self.pairs_total if self.pairs_total else 0.0


@dataclass(frozen=True)
class DifferenceResult:
    """The result of :func:`similarity_difference`.

    Attributes
    ----------
    difference : float
        Spearman's correlation of the first model minus that of the second; NaN if it is undefined.
    low, high : float
        The paired bootstrap confidence interval; if it excludes zero, the difference is significant.
    confidence : float
        The level of the interval.
    first, second : float
        The correlation of each model.
    pairs_used, pairs_total : int
        The number of pairs whose words both models have, and all pairs of the data set.
    note : str
        The reason why the difference is undefined, or empty.
    """

    difference: float
    low: float
    high: float
    confidence: float
    first: float
    second: float
    pairs_used: int
    pairs_total: int
    note: str = ""


def word_similarity(
    vectors: Any,
    pairs: str | os.PathLike[str] | Iterable[Pair] = "simlex999",
    *,
    words: Collection[str] | None = None,
    confidence: float = 0.95,
    resamples: int = 1000,
    seed: int = 1,
    case_insensitive: bool = True,
    most_frequent: int | None = None,
    unknown: Literal["skip", "zero"] = "skip",
    name: str | None = None,
) -> SimilarityResult:
    """Correlate the cosines of word pairs with human scores (Spearman), with a bootstrap confidence interval.

    Parameters
    ----------
    vectors : KeyedVectors, model with ``wv``, or path
        See :func:`~gensim_distill.vectors.load_vectors`. Only words of the vocabulary are used, as in
        gensim, even if fastText could infer others. A zero vector has cosine 0 with every word.
    pairs : {"simlex999", "wordsim353"}, path or iterable of (str, str, float), optional
        See :func:`read_pairs`. To compare models on the same pairs, use :func:`shared_pairs`.
    words : collection of str, optional
        Use only these words; other words count as out of vocabulary.
    confidence : float, optional
        The level of the interval.
    resamples : int, optional
        The number of bootstrap resamples of the pairs (percentile bootstrap). More resamples make the
        interval more stable; 0 omits it.
    seed : int, optional
        The seed of the resampling.
    case_insensitive : bool, optional
        Whether ``Rome`` in the pairs matches ``rome`` in the vocabulary. Of words that differ only in
        case the first is used.
    most_frequent : int, optional
        Use only this many words of the vocabulary, from the first.
    unknown : {"skip", "zero"}, optional
        Whether pairs with an out-of-vocabulary word are skipped, or have cosine 0, as with gensim's
        ``dummy4unknown``, which lowers the score of a model with missing words.
    name : str, optional
        The name of the pairs in a warning; by default that of the file.

    Returns
    -------
    SimilarityResult

    Raises
    ------
    ValueError
        If the vectors, the pairs or a parameter are invalid.

    References
    ----------
    Felix Hill, Roi Reichart and Anna Korhonen. SimLex-999: Evaluating Semantic Models With (Genuine)
    Similarity Estimation. Computational Linguistics 41, 2015.

    Examples
    --------
    >>> from gensim.test.utils import datapath
    >>> from gensim_distill.evaluation import word_similarity
    >>> result = word_similarity(datapath("euclidean_vectors.bin"), "wordsim353")
    >>> result.pairs_used, result.pairs_total, len(result.missing)
    (109, 353, 237)
    >>> bool(result.low < result.spearman < result.high)
    True
    """
    check_bootstrap(confidence, resamples)
    check_choice("unknown", unknown, ("skip", "zero"))
    listed = read_pairs(pairs)
    model = load_vectors(vectors)
    rows = word_rows(model, most_frequent=most_frequent, case_insensitive=case_insensitive, words=words)
    left, right = _pair_rows(listed, rows, case_insensitive)
    known = (left >= 0) & (right >= 0)
    scores = np.array([pair[2] for pair in listed])
    cosines = np.zeros(len(listed))
    cosines[known] = _cosines(model, left[known], right[known])
    used = known if unknown == "skip" else np.ones_like(known)
    value, (low, high), note = correlate(cosines[used][None], scores[used], confidence, resamples, seed)
    if note:
        warn_undefined(note, [_name_of(pairs) if name is None else name])
    asked = dict.fromkeys(word for pair in listed for word in pair[:2])
    return SimilarityResult(
        spearman=value[0],
        low=low,
        high=high,
        confidence=confidence,
        pairs_used=int(used.sum()),
        pairs_total=len(listed),
        missing=tuple(word for word in asked if fold_case(word, case_insensitive) not in rows),
        note=note,
    )


def shared_pairs(
    models: Mapping[str, Any] | Iterable[Any],
    pairs: str | os.PathLike[str] | Iterable[Pair] = "simlex999",
    *,
    case_insensitive: bool = True,
    most_frequent: int | None = None,
) -> list[Pair]:
    """Return the pairs whose words all models have, so that the models can be compared on the same pairs.

    Parameters
    ----------
    models : iterable of, or mapping to, KeyedVectors, models with ``wv`` or paths
        See :func:`~gensim_distill.vectors.load_vectors`.
    pairs, case_insensitive, most_frequent
        See :func:`word_similarity`.

    Returns
    -------
    list of (str, str, float)

    Examples
    --------
    >>> from gensim.models import KeyedVectors
    >>> from gensim_distill.evaluation import shared_pairs
    >>> first, second = KeyedVectors(2), KeyedVectors(2)
    >>> first.add_vectors(["cat", "dog", "car"], [[1, 0], [1, 1], [0, 1]])
    >>> second.add_vectors(["dog", "cat"], [[1, 0], [1, 1]])
    >>> shared_pairs([first, second], [("Cat", "dog", 7.0), ("cat", "car", 1.0)])
    [('Cat', 'dog', 7.0)]
    """
    if isinstance(models, (KeyedVectors, str, os.PathLike)):
        raise TypeError("shared_pairs compares several models: pass a list of models, or a mapping of names to models.")
    sources = list(models.values()) if isinstance(models, Mapping) else list(models)
    listed = read_pairs(pairs)
    known = np.ones(len(listed), dtype=bool)
    for source in sources:
        rows = word_rows(load_vectors(source), most_frequent=most_frequent, case_insensitive=case_insensitive)
        left, right = _pair_rows(listed, rows, case_insensitive)
        known &= (left >= 0) & (right >= 0)
    return [listed[index] for index in np.flatnonzero(known)]


def similarity_difference(
    first: Any,
    second: Any,
    pairs: str | os.PathLike[str] | Iterable[Pair] = "simlex999",
    *,
    confidence: float = 0.95,
    resamples: int = 1000,
    seed: int = 1,
    case_insensitive: bool = True,
    most_frequent: int | None = None,
) -> DifferenceResult:
    """Compute how much better one model ranks word pairs than another, on the pairs that both have.

    Both models are resampled with the same pairs (paired bootstrap). A pair that is hard for one model
    is often hard for the other, so this separates models whose own intervals overlap.

    Parameters
    ----------
    first, second : KeyedVectors, model with ``wv``, or path
    pairs, confidence, resamples, seed, case_insensitive, most_frequent
        See :func:`word_similarity`.

    Returns
    -------
    DifferenceResult

    Examples
    --------
    >>> from gensim.test.utils import datapath
    >>> from gensim_distill.evaluation import similarity_difference
    >>> path = datapath("euclidean_vectors.bin")
    >>> similarity_difference(path, path, "wordsim353").difference
    0.0
    """
    check_bootstrap(confidence, resamples)
    listed = read_pairs(pairs)
    models = [load_vectors(source) for source in (first, second)]
    ends = [
        _pair_rows(
            listed, word_rows(model, most_frequent=most_frequent, case_insensitive=case_insensitive), case_insensitive
        )
        for model in models
    ]
    known = np.all([(left >= 0) & (right >= 0) for left, right in ends], axis=0)
    scores = np.array([pair[2] for pair in listed])[known]
    cosines = np.stack([_cosines(model, left[known], right[known]) for model, (left, right) in zip(models, ends)])
    values, (low, high), note = correlate(cosines, scores, confidence, resamples, seed)
    if note:
        warn_undefined(note, [_name_of(pairs)])
    return DifferenceResult(
        difference=values[0] - values[1],
        low=low,
        high=high,
        confidence=confidence,
        first=values[0],
        second=values[1],
        pairs_used=int(known.sum()),
        pairs_total=len(listed),
        note=note,
    )


def _name_of(pairs: Any) -> str:
    return os.fspath(pairs) if isinstance(pairs, (str, os.PathLike)) else ""


def _pair_rows(pairs: list[Pair], rows: Mapping[str, int], case_insensitive: bool) -> tuple[IntArray, IntArray]:
    left = rows_of((fold_case(pair[0], case_insensitive) for pair in pairs), rows)
    return left, rows_of((fold_case(pair[1], case_insensitive) for pair in pairs), rows)


def _cosines(vectors: KeyedVectors, left: IntArray, right: IntArray) -> np.ndarray:
    ends = [unit_vectors(vectors, rows).astype(np.float64) for rows in (left, right)]
    cosines: np.ndarray = np.einsum("ij,ij->i", *ends)
    return cosines
