"""Spearman's rank correlation and its bootstrap interval, many resamples at once: arrays in, numbers out."""

from __future__ import annotations

import logging
import math

import numpy as np
from scipy import stats

from gensim_distill._utils.validation import check_number, check_whole

logger = logging.getLogger(__name__)

_BLOCK = 2_000_000  # how many resampled scores are ranked at once


def check_bootstrap(confidence: float, resamples: int) -> None:
    """Say what is wrong with these settings, if anything is."""
    check_number("confidence", confidence, 0, 1, ", such as 0.95", inclusive=False)
    check_whole("resamples", resamples, 0, advice=", such as 1000")


def correlate(
    cosines: np.ndarray, scores: np.ndarray, confidence: float, resamples: int, seed: int
) -> tuple[list[float], tuple[float, float], str]:
    """Correlate the cosines of one or two models with the scores of the same pairs, with a bootstrap interval.

    Parameters
    ----------
    cosines : numpy.ndarray, shape (n_models, n_pairs)
    scores : numpy.ndarray, shape (n_pairs,)
    confidence, resamples, seed
        See :func:`~gensim_distill.evaluation.word_similarity`.

    Returns
    -------
    (list of float, (float, float), str)
        The correlation of each model; the interval, of one model that of its correlation, of two
        that of the difference; and why there is no value, or the empty string.
    """
    n = len(scores)
    values = [float(spearman(model[None], scores[None])[0]) for model in cosines] if n else [math.nan] * len(cosines)
    note = ""
    if n < 3:
        note = f"{n} pairs are too few for a correlation: at least 3 must have both words in the vocabulary"
    elif np.ptp(scores) == 0:
        note = "all pairs have the same score, so that there is no order to agree with"
    elif np.isnan(values).any():
        note = "all pairs have the same cosine, so that the vectors give no order"
    if note:
        logger.warning("No correlation: %s.", note)
        return [math.nan] * len(values), (math.nan, math.nan), note
    if not resamples:
        return values, (math.nan, math.nan), ""
    rng = np.random.default_rng(seed)
    drawn = []
    for start in range(0, resamples, max(1, _BLOCK // n)):
        picks = rng.integers(n, size=(min(max(1, _BLOCK // n), resamples - start), n))
        target = scores[picks]
        correlations = [spearman(model[picks], target) for model in cosines]
        drawn.append(correlations[0] if len(correlations) == 1 else correlations[0] - correlations[1])
    # Of few pairs a draw may be one pair again and again, which has no correlation.
    defined = np.concatenate(drawn)
    defined = defined[np.isfinite(defined)]
    tail = (1 - confidence) / 2
    low, high = np.quantile(defined, [tail, 1 - tail]) if len(defined) else (math.nan, math.nan)
    return values, (float(low), float(high)), ""


def spearman(first: np.ndarray, second: np.ndarray) -> np.ndarray:
    """Correlate the ranks of each row of two arrays; nan for rows that are constant.

    Examples
    --------
    >>> import numpy as np
    >>> from gensim_distill.evaluation.correlation import spearman
    >>> spearman(np.array([[1, 2, 3], [1, 2, 3]]), np.array([[10, 20, 40], [9, 8, 7]])).tolist()
    [1.0, -1.0]
    """
    ranks = [stats.rankdata(values, axis=1) for values in (first, second)]
    centered = [values - values.mean(axis=1, keepdims=True) for values in ranks]
    products = np.einsum("ij,ij->i", *centered)
    lengths = np.sqrt(np.einsum("ij,ij->i", centered[0], centered[0]) * np.einsum("ij,ij->i", centered[1], centered[1]))
    return np.divide(products, lengths, out=np.full(len(products), math.nan), where=lengths > 0)
