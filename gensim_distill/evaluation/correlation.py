"""Spearman's rank correlation and its bootstrap confidence interval."""

from __future__ import annotations

import logging
import math
from collections.abc import Iterable

import numpy as np
from scipy import stats

from gensim_distill._utils.validation import check_number, check_whole

logger = logging.getLogger(__name__)

_BLOCK = 2_000_000  # resampled scores ranked at once


def check_bootstrap(confidence: float, resamples: int) -> None:
    """Check the parameters of a bootstrap interval.

    Raises
    ------
    ValueError
        If one is invalid.
    """
    check_number("confidence", confidence, 0, 1, ", such as 0.95", inclusive=False)
    check_whole("resamples", resamples, 0, advice=", such as 1000")


def correlate(
    cosines: np.ndarray, scores: np.ndarray, confidence: float, resamples: int, seed: int
) -> tuple[list[float], tuple[float, float], str]:
    """Compute the rank correlation of the cosines of one or two models with the scores of the same pairs.

    Parameters
    ----------
    cosines : numpy.ndarray, shape (n_models, n_pairs)
    scores : numpy.ndarray, shape (n_pairs,)
    confidence, resamples, seed
        See :func:`~gensim_distill.evaluation.word_similarity`.

    Returns
    -------
    correlations : list of float
        The correlation of each model.
    interval : (float, float)
        The bootstrap interval of the correlation for one model, of the difference for two.
    note : str
        The reason why the correlation is undefined, or empty.
    """
    n = len(scores)
    values = [float(spearman(model[None], scores[None])[0]) for model in cosines] if n else [math.nan] * len(cosines)
    note = ""
    if n < 3:
        pairs = "1 pair is" if n == 1 else f"{n} pairs are"
        note = f"{pairs} too few for a correlation, which needs at least 3 pairs with vectors"
    elif np.ptp(scores) == 0:
        note = "all pairs have the same score, so that they have no ranks"
    elif np.isnan(values).any():
        note = "all pairs have the same cosine, so that they have no ranks"
    if note:
        return [math.nan] * len(values), (math.nan, math.nan), note
    if not resamples:
        return values, (math.nan, math.nan), ""
    resampled = resampled_correlations(cosines, scores, resamples, seed)
    # With few pairs a resample may consist of a single pair, which has no correlation.
    defined = resampled[0] if len(resampled) == 1 else resampled[0] - resampled[1]
    defined = defined[np.isfinite(defined)]
    tail = (1 - confidence) / 2
    low, high = np.quantile(defined, [tail, 1 - tail]) if len(defined) else (math.nan, math.nan)
    return values, (float(low), float(high)), ""


def warn_undefined(note: str, names: Iterable[str]) -> None:
    """Log a warning that names the sets of pairs without a correlation.

    Parameters
    ----------
    note : str
        The reason.
    names : iterable of str
        The names of the sets; empty ones are ignored.
    """
    named = ", ".join(name for name in names if name)
    logger.warning("No correlation%s: %s.", f" for {named}" if named else "", note)


def resampled_correlations(
    cosines: np.ndarray, scores: np.ndarray, resamples: int, seed: int | tuple[int, ...]
) -> np.ndarray:
    """Compute the rank correlations in bootstrap resamples of the pairs, the same for all models.

    Parameters
    ----------
    cosines : numpy.ndarray, shape (n_models, n_pairs)
    scores : numpy.ndarray, shape (n_pairs,)
    resamples, seed
        See :func:`~gensim_distill.evaluation.word_similarity`.

    Returns
    -------
    numpy.ndarray of float64, shape (n_models, resamples)
        NaN for a resample whose cosines or scores are all equal.
    """
    n = len(scores)
    rng = np.random.default_rng(seed)
    blocks = []
    for start in range(0, resamples, max(1, _BLOCK // n)):
        picks = rng.integers(n, size=(min(max(1, _BLOCK // n), resamples - start), n))
        target = scores[picks]
        blocks.append(np.stack([spearman(model[picks], target) for model in cosines]))
    return np.concatenate(blocks, axis=1)


def spearman(first: np.ndarray, second: np.ndarray) -> np.ndarray:
    """Compute Spearman's rank correlation of each pair of rows of two arrays; NaN for constant rows.

    Parameters
    ----------
    first, second : numpy.ndarray, shape (n_rows, n_values)

    Returns
    -------
    numpy.ndarray of float64, shape (n_rows,)

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
    result: np.ndarray = np.divide(products, lengths, out=np.full(len(products), math.nan), where=lengths > 0)
    return result
