"""Word similarity: how vectors rank pairs of words, held against how people do."""

from __future__ import annotations

import os
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from gensim.models import KeyedVectors

from gensim_distill._utils.arrays import IntArray
from gensim_distill._utils.validation import check_choice
from gensim_distill.evaluation.correlation import check_bootstrap, correlate
from gensim_distill.evaluation.datasets import Pair, read_pairs
from gensim_distill.vectors.keyed import fold_case, rows_of, unit_vectors, word_rows
from gensim_distill.vectors.load import load_vectors


@dataclass(frozen=True)
class SimilarityResult:
    """How well vectors rank word pairs.

    Attributes
    ----------
    spearman : float
        Spearman's rank correlation of the cosines with the scores; nan if it has no value, see `note`.
    low, high : float
        Its bootstrap confidence interval.
    confidence : float
        The level of the interval.
    pairs_used, pairs_total : int
        The pairs it was computed on, and all there are.
    missing : tuple of str
        The words that were looked for and are not in the vocabulary.
    note : str
        Why there is no value, or empty.
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
        """The share of the pairs that were used."""
        return self.pairs_used / self.pairs_total if self.pairs_total else 0.0


@dataclass(frozen=True)
class DifferenceResult:
    """How much better one model ranks the same word pairs than another.

    Attributes
    ----------
    difference : float
        Spearman's correlation of the first model less that of the second; nan if there is no value.
    low, high : float
        Its paired bootstrap confidence interval; if zero is not in it, the difference is more than chance.
    confidence : float
        The level of the interval.
    first, second : float
        The two correlations.
    pairs_used, pairs_total : int
        The pairs that both models know, and all there are.
    note : str
        Why there is no value, or empty.
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
    unknown: str = "skip",
) -> SimilarityResult:
    """Correlate the cosines of word pairs with human scores (Spearman), with a bootstrap confidence interval.

    Parameters
    ----------
    vectors : KeyedVectors, model with ``wv``, or path
        See :func:`load_vectors`. Only words of the vocabulary are known, as in gensim, even where
        fastText could make up a vector. A vector of zeros has the cosine 0 to all.
    pairs : {"simlex999", "wordsim353"}, path or iterable of (str, str, float), optional
        See :func:`read_pairs`. To compare models on the same pairs, give what :func:`shared_pairs`
        gives.
    words : collection of str, optional
        Use only pairs of these words; others count as unknown.
    confidence : float, optional
        The level of the interval.
    resamples : int, optional
        How many times the pairs are drawn anew for the interval, with replacement (percentile
        bootstrap). More make its ends steadier; 0 leaves it out.
    seed : int, optional
        For these draws.
    case_insensitive : bool, optional
        Whether ``Rome`` in the pairs finds ``rome`` in the vocabulary; of variants the first counts.
    most_frequent : int, optional
        Use only the first so many words of the vocabulary.
    unknown : {"skip", "zero"}, optional
        Whether pairs with an unknown word are left out, or have the cosine 0, as with gensim's
        ``dummy4unknown``: then a model pays for what it does not know.

    Returns
    -------
    SimilarityResult

    Raises
    ------
    ValueError
        If vectors, pairs or a setting cannot be used.

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
    looked_for = dict.fromkeys(word for pair in listed for word in pair[:2])
    return SimilarityResult(
        spearman=value[0],
        low=low,
        high=high,
        confidence=confidence,
        pairs_used=int(used.sum()),
        pairs_total=len(listed),
        missing=tuple(word for word in looked_for if fold_case(word, case_insensitive) not in rows),
        note=note,
    )


def shared_pairs(
    models: Mapping[str, Any] | Iterable[Any],
    pairs: str | os.PathLike[str] | Iterable[Pair] = "simlex999",
    *,
    case_insensitive: bool = True,
    most_frequent: int | None = None,
) -> list[Pair]:
    """Give the pairs whose words all of some models know, so that they can be compared on the same.

    Parameters
    ----------
    models : mapping to or iterable of what :func:`load_vectors` takes
    pairs, case_insensitive, most_frequent
        As for :func:`word_similarity`.

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
        raise TypeError("shared_pairs compares several models: give a list of them, or a mapping by their names.")
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
    """Tell how much better one model ranks word pairs than another, on the pairs that both know.

    The pairs are drawn anew for both models at once (paired bootstrap): what makes a pair hard makes
    it hard for both, so that this tells models apart whose own intervals overlap.

    Parameters
    ----------
    first, second : KeyedVectors, model with ``wv``, or path
    pairs, confidence, resamples, seed, case_insensitive, most_frequent
        As for :func:`word_similarity`.

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


def _pair_rows(pairs: list[Pair], rows: Mapping[str, int], case_insensitive: bool) -> tuple[IntArray, IntArray]:
    left = rows_of((fold_case(pair[0], case_insensitive) for pair in pairs), rows)
    return left, rows_of((fold_case(pair[1], case_insensitive) for pair in pairs), rows)


def _cosines(vectors: KeyedVectors, left: IntArray, right: IntArray) -> np.ndarray:
    ends = [unit_vectors(vectors, rows).astype(np.float64) for rows in (left, right)]
    cosines: np.ndarray = np.einsum("ij,ij->i", *ends)
    return cosines
