"""The scores of some vectors beside those of others, as the page shows them."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from gensim_distill.evaluation.comparison import compare
from gensim_distill.evaluation.comparison_table import Comparison, Score

_EXPLAINED = {
    "simlex999": ("SimLex-999", "Similarity of meaning: Spearman's correlation with human judgment."),
    "wordsim353": ("WordSim-353", "Relatedness: Spearman's correlation with human judgment."),
    "google": ("Google analogies", "King is to queen as man is to …: the share answered right."),
    "google semantic": ("Google analogies, of meaning", "Capitals, currencies, family."),
    "google syntactic": ("Google analogies, of grammar", "Plurals, tenses, comparatives."),
    "neighbors": ("Neighbors", "The share of nearest neighbors that are those of the reference."),
    "isotropy": ("Isotropy", "Whether all directions are used alike: 1 if they are."),
    "mean cosine": ("Mean cosine", "Between any two words: near 0 is best."),
    "hubness": ("Hubness", "Skewness of how often words are neighbors of others: near 0 is best."),
}


@dataclass(frozen=True)
class Row:
    """A score of one model; where its bar and its interval begin and end is in per cent of the panel."""

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
class Panel:
    """One measure: what it is, how much of the data set was used, and a row a model."""

    title: str
    explanation: str
    used: str
    rows: tuple[Row, ...]


def check_names(name: str, baselines: Mapping[str, Any] | None) -> dict[str, Any]:
    """Give the baselines, or say what they should be.

    Raises
    ------
    TypeError, ValueError
        If they are no mapping, or one has the name of the vectors themselves.
    """
    if baselines is None:
        return {}
    if not isinstance(baselines, Mapping):
        raise TypeError(
            f"baselines is of type {type(baselines).__name__}: give a mapping of names to vectors, such as "
            "{'Word2Vec': other.wv, 'GloVe': 'glove.txt'}."
        )
    if name in baselines:
        raise ValueError(f"A baseline is called {name!r}, as are the vectors of the report: give another name.")
    return dict(baselines)


def scores_of(
    name: str, source: Any, baselines: Mapping[str, Any], scores: Comparison | bool, seed: int, options: dict[str, Any]
) -> Comparison | None:
    """Give the comparison that was handed over, or make it, or none if none is wanted."""
    if isinstance(scores, Comparison):
        if options:
            raise ValueError(
                f"{', '.join(options)}: these are for measuring scores, and scores were given already; leave one of the two out."
            )
        if name not in scores.scores:
            raise ValueError(
                f"The comparison has no scores of {name!r}: give name=, one of {', '.join(map(repr, scores.scores))}."
            )
        return scores
    if not isinstance(scores, bool):
        raise TypeError(
            f"scores is of type {type(scores).__name__}: give a Comparison, as compare() makes it, True to have the vectors "
            "measured now, or False to leave scores out."
        )
    if not scores:
        if baselines or options:
            raise ValueError("scores=False leaves scores out: leave out baselines and what is for measuring, too.")
        return None
    return compare({name: source, **baselines}, seed=seed, **options)


def panels_of(comparison: Comparison, own: str) -> list[Panel]:
    """Give the panels of those measures that at least one model has a value of."""
    panels = []
    for measure in comparison.measures:
        scores = {name: row[measure] for name, row in comparison.scores.items() if measure in row}
        if all(math.isnan(score.value) for score in scores.values()):
            continue
        title, explanation = _EXPLAINED.get(measure, (measure, ""))
        edges = [edge for score in scores.values() for edge in (score.value, score.low, score.high)]
        finite = [edge for edge in edges if edge is not None and math.isfinite(edge)]
        low, high = min(0.0, *finite), max(0.0, *finite)
        # Measures that cannot be above one are shown against it; the others against the largest.
        high = 1.0 if low >= 0 and 0 < high <= 1 else high
        scale = 100.0 / (high - low) if high > low else 0.0
        best = comparison.best(measure) if len(scores) > 1 else []
        rows = tuple(_row(name, score, name in best, name == own, low, scale) for name, score in scores.items())
        panels.append(Panel(title, explanation, _used(scores), rows))
    return panels


def measures_without_value(comparison: Comparison) -> list[str]:
    """Name the measures of which no model has a value, such as those of words that none of them knows."""
    return [
        _EXPLAINED.get(measure, (measure, ""))[0]
        for measure in comparison.measures
        if all(math.isnan(row[measure].value) for row in comparison.scores.values() if measure in row)
    ]


def _row(name: str, score: Score, best: bool, own: bool, low: float, scale: float) -> Row:
    def place(value: float) -> float:
        return round((value - low) * scale, 2)

    if math.isnan(score.value):
        return Row(name, "–", "", False, own, 0.0, 0.0, None, None)
    start, end = sorted((place(0.0), place(score.value)))
    value = f"{score.value:.3f}"
    if score.low is None or score.high is None or not math.isfinite(score.low + score.high):
        return Row(name, value, "", best, own, start, end, None, None)
    interval = f"{score.low:.3f} to {score.high:.3f}"
    return Row(name, value, interval, best, own, start, end, place(score.low), place(score.high))


def _used(scores: Mapping[str, Score]) -> str:
    numbers = sorted({(score.used, score.total) for score in scores.values() if score.used is not None and score.total})
    return ", ".join(f"{used:,} of {total:,} used" for used, total in numbers)
