"""The scores of a comparison, as the panels of the HTML report."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from gensim.models import KeyedVectors

from gensim_distill._utils.extras import needs
from gensim_distill.evaluation.comparison import compare
from gensim_distill.evaluation.comparison_table import Comparison, Score

_EXPLANATIONS = {
    "simlex999": ("SimLex-999", "Similarity of meaning: Spearman's correlation with human judgments."),
    "wordsim353": ("WordSim-353", "Relatedness: Spearman's correlation with human judgments."),
    "google": ("Google analogies", "King is to queen as man is to …: the share of right answers."),
    "google semantic": ("Google analogies, semantic", "Capitals, currencies, family."),
    "google syntactic": ("Google analogies, syntactic", "Plurals, tenses, comparatives."),
    "neighbors": ("Neighbors", "The share of nearest neighbors that the reference has too."),
    "isotropy": ("Isotropy", "How evenly all directions are used: 1 is best."),
    "mean cosine": ("Mean cosine", "Between two random words: near 0 is best."),
    "hubness": ("Hubness", "Skewness of how often words are neighbors of others: near 0 is best."),
}
# By the task of a score; the names of the measures are those of the data sets.
_TASKS = {
    "nDCG": "Search: the gain of the first 10 documents, less for lower ranks, relative to the best order.",
    "MRR": "Search: the reciprocal of the rank of the first relevant document, 0 beyond 10.",
    "recall": "Search: the share of the relevant documents among the first 100.",
    "text similarity": "Similarity of texts: Spearman's correlation with human judgments.",
    "clustering": "Clustering of texts: the v-measure of k-means clusters and labels.",
    "classification": "Classification of texts: the accuracy of logistic regression.",
    "centroid": "Classification of texts: the accuracy of the nearest centroid.",
}


@dataclass(frozen=True)
class Evaluated:
    """Word vectors, and the text encoder by which they are evaluated on texts."""

    wv: KeyedVectors
    text_encoder: Any


@dataclass(frozen=True)
class Row:
    """The score of one model; the positions of its bar and its interval are in percent of the panel."""

    model: str
    value: str
    interval: str
    best: bool
    own: bool
    start: float
    end: float
    low: float | None
    high: float | None


@dataclass(frozen=True)
class Tick:
    """A value on the axis of a panel; its position is in percent."""

    position: float
    label: str


@dataclass(frozen=True)
class Panel:
    """One measure: title, explanation, the used part of the data set, one row per model, and the axis of the bars."""

    title: str
    explanation: str
    used: str
    rows: tuple[Row, ...]
    ticks: tuple[Tick, ...]


def check_baselines(name: str, baselines: Mapping[str, Any] | None) -> dict[str, Any]:
    """Check the baselines, and return them as a dict.

    Raises
    ------
    TypeError, ValueError
        If they are not a mapping, or one has the name of the vectors themselves.
    """
    if baselines is None:
        return {}
    if not isinstance(baselines, Mapping):
        raise TypeError(
            f"baselines is of type {type(baselines).__name__}: expected a mapping of names to vectors, such as "
            "{'Word2Vec': other.wv, 'GloVe': 'glove.txt'}."
        )
    if name in baselines:
        raise ValueError(f"A baseline has the name of the vectors, {name!r}: use another name.")
    return dict(baselines)


def comparison_of(
    name: str, source: Any, baselines: Mapping[str, Any], scores: Comparison | bool, seed: int, options: dict[str, Any]
) -> Comparison | None:
    """Return the given comparison, a new one if `scores` is True, or None if it is False.

    Raises
    ------
    TypeError, ValueError
        If `scores` is invalid, or contradicts the other parameters.
    """
    if isinstance(scores, Comparison):
        if options:
            raise ValueError(
                f"{', '.join(options)}: these are for a new comparison, and scores is a Comparison; omit one of the two."
            )
        if name not in scores.scores:
            raise ValueError(
                f"The comparison has no scores of {name!r}: set name= to one of {', '.join(map(repr, scores.scores))}."
            )
        return scores
    if not isinstance(scores, bool):
        raise TypeError(
            f"scores is of type {type(scores).__name__}: expected a Comparison, as compare() returns it, True to evaluate the "
            "vectors now, or False for no scores."
        )
    if not scores:
        if baselines or options:
            raise ValueError("With scores=False there are no scores: omit baselines and the options of compare() too.")
        return None
    return compare({name: source, **baselines}, seed=seed, **options)


def panels_of(comparison: Comparison, own: str) -> list[Panel]:
    """Return the panels of the measures with a score for at least one model.

    Parameters
    ----------
    comparison : Comparison
    own : str
        The name of the vectors of the report, whose rows are highlighted.
    """
    panels = []
    for measure in comparison.measures:
        scores = {name: row[measure] for name, row in comparison.scores.items() if measure in row}
        if all(math.isnan(score.value) for score in scores.values()):
            continue
        task = next(iter(scores.values())).task
        title, explanation = _EXPLANATIONS.get(measure, (measure, _TASKS.get(task, "")))
        edges = [edge for score in scores.values() for edge in (score.value, score.low, score.high)]
        finite = [edge for edge in edges if edge is not None and math.isfinite(edge)]
        ticks = _tick_values(min(0.0, *finite), max(0.0, *finite))
        low, scale = ticks[0], 100.0 / (ticks[-1] - ticks[0])
        best = comparison.best(measure) if len(scores) > 1 else []
        rows = tuple(_row(name, score, name in best, name == own, low, scale) for name, score in scores.items())
        axis = tuple(Tick(round((tick - low) * scale, 2), f"{tick:g}".replace("-", "−")) for tick in ticks)
        panels.append(Panel(title, explanation, _used(scores), rows, axis))
    return panels


def measures_without_value(comparison: Comparison) -> list[str]:
    """Return the titles of the measures without a score for any model."""
    return [
        _EXPLANATIONS.get(measure, (measure, ""))[0]
        for measure in comparison.measures
        if all(math.isnan(row[measure].value) for row in comparison.scores.values() if measure in row)
    ]


def _tick_values(low: float, high: float) -> list[float]:
    """Return the values on the axis of some scores, at equal distances; scores from 0 to 1 have an axis up to 1."""
    ticker = needs("matplotlib.ticker", "write_report()", "report")
    high = 1.0 if low >= 0 and high <= 1 else high
    values = ticker.MaxNLocator(5, steps=[1, 2, 5, 10]).tick_values(low, high)
    return [round(float(value), 12) for value in values]


def _row(name: str, score: Score, best: bool, own: bool, low: float, scale: float) -> Row:
    def position(value: float) -> float:
        return round((value - low) * scale, 2)

    if math.isnan(score.value):
        return Row(name, "–", "", False, own, 0.0, 0.0, None, None)
    start, end = sorted((position(0.0), position(score.value)))
    value = f"{score.value:.3f}"
    if score.low is None or score.high is None or not math.isfinite(score.low + score.high):
        return Row(name, value, "", best, own, start, end, None, None)
    interval = f"{score.low:.3f} to {score.high:.3f}"
    return Row(name, value, interval, best, own, start, end, position(score.low), position(score.high))


def _used(scores: Mapping[str, Score]) -> str:
    numbers = sorted({(score.used, score.total) for score in scores.values() if score.used is not None and score.total})
    return ", ".join(f"{used:,} of {total:,} used" for used, total in numbers)
