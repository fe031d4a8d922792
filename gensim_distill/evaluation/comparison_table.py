"""`Comparison`: the scores of several models, as text, Markdown, JSON and a plot."""

from __future__ import annotations

import json
import math
import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from gensim_distill._utils.extras import needs
from gensim_distill._utils.text import markdown_table

# The items that are counted in a task of texts; the other measures of a search have the same queries.
_ITEMS = {
    "nDCG": "queries used",
    "text similarity": "pairs of texts used",
    "clustering": "texts used",
    "classification": "texts tested",
    "centroid": "texts tested",
}
# The kinds of scores by the task or, for measures of the vocabulary, by their name.
_KINDS = {
    "nDCG": "nDCG",
    "MRR": "reciprocal rank",
    "recall": "recall",
    "text similarity": "Spearman",
    "clustering": "V-measure",
    "classification": "accuracy",
    "centroid": "accuracy",
    "similarity": "Spearman",
    "analogies": "accuracy",
    "neighbors": "shared neighbors",
    "isotropy": "from 0 to 1",
    "mean cosine": "cosine",
    "hubness": "skewness",
}
_WORD_TASKS = ("similarity", "analogies")
# Measures for which values near zero are best.
_NEAR_ZERO_IS_BEST = ("mean cosine", "hubness")
_BEST_COLOR, _OTHER_COLOR = "#1f5a96", "#9db8d2"


@dataclass(frozen=True)
class Score:
    """The score of one model in one measure.

    Attributes
    ----------
    value : float
        The score; NaN if it is undefined.
    low, high : float or None
        The confidence interval, for measures with one.
    coverage : float or None
        The share of the data set whose words are in the model's own vocabulary.
    used, total : int or None
        The number of pairs, questions, queries or texts that were used, and of all in the data set.
    task : str
        The task, for measures whose names are those of data sets; else empty.
    """

    value: float
    low: float | None = None
    high: float | None = None
    coverage: float | None = None
    used: int | None = None
    total: int | None = None
    task: str = ""


@dataclass(frozen=True)
class Comparison:
    """The scores of several models, as :func:`~gensim_distill.evaluation.compare` returns them.

    Attributes
    ----------
    scores : dict of str to dict of str to Score
        The scores by model and measure.
    words : mapping of str to int or None
        The size of the vocabulary of each model; None for models without word vectors.
    shared : int or None
        The number of words that all models have, if all were evaluated on these words.
    """

    scores: dict[str, dict[str, Score]]
    words: Mapping[str, int | None]
    shared: int | None

    @property
    def measures(self) -> list[str]:
        """The names of the measures."""
        return list(dict.fromkeys(measure for scores in self.scores.values() for measure in scores))

    @property
    def has_text_tasks(self) -> bool:
        """Whether there are scores of tasks of texts."""
        return any(
            score.task and score.task not in _WORD_TASKS for scores in self.scores.values() for score in scores.values()
        )

    @property
    def rows(self) -> list[dict[str, Any]]:
        """One flat dict per model, for :class:`pandas.DataFrame`: name, words, the measures and coverages."""
        rows = []
        for model, scores in self.scores.items():
            row: dict[str, Any] = {"model": model, "words": self.words[model]}
            row |= {measure: score.value for measure, score in scores.items()}
            row |= {
                f"{measure} coverage": score.coverage for measure, score in scores.items() if score.coverage is not None
            }
            rows.append(row)
        return rows

    def best(self, measure: str) -> list[str]:
        """Return the models with the best score in a measure; several if they are equal."""
        values = {model: scores[measure].value for model, scores in self.scores.items() if measure in scores}
        goodness = {
            model: -abs(value) if measure in _NEAR_ZERO_IS_BEST else value
            for model, value in values.items()
            if not math.isnan(value)
        }
        return [model for model, value in goodness.items() if value == max(goodness.values())]

    def kind(self, measure: str) -> str:
        """Return what the scores of a measure are, such as "accuracy" or "Spearman"; empty if it is not known."""
        tasks = (scores[measure].task for scores in self.scores.values() if measure in scores)
        return _KINDS.get(next(filter(None, tasks), measure), "")

    def better(self, measure: str) -> str:
        """Return which scores of a measure are better: "higher" or "near 0"."""
        return "near 0" if measure in _NEAR_ZERO_IS_BEST else "higher"

    def table(self) -> str:
        """Return all scores as plain text, with confidence intervals, followed by the coverage of each data set."""
        header, *body = self._cells(bold="")
        widths = [max(len(row[column]) for row in [header, *body]) for column in range(len(header))]
        lines = [
            "  ".join(
                cell.ljust(width) if column == 0 else cell.rjust(width)
                for column, (cell, width) in enumerate(zip(row, widths))
            ).rstrip()
            for row in [header, *body]
        ]
        return "\n".join([*lines, "", *self._notes()])

    def markdown(self) -> str:
        """Return all scores as a table in Markdown, with the best of each column in bold."""
        header, *body = self._cells(bold="**")
        return "\n".join([markdown_table(header, body), "", *(f"{note}  " for note in self._notes())]).rstrip()

    def json(self, path: str | os.PathLike[str] | None = None) -> str:
        """Return everything as JSON, with null for undefined scores.

        Parameters
        ----------
        path : str or path, optional
            A file to write it to as well.

        Returns
        -------
        str
        """
        models = {
            model: {
                "words": self.words[model],
                "scores": {
                    measure: {
                        key: None if isinstance(value, float) and not math.isfinite(value) else value
                        for key, value in asdict(score).items()
                    }
                    for measure, score in scores.items()
                },
            }
            for model, scores in self.scores.items()
        }
        text = json.dumps({"shared_words": self.shared, "models": models}, indent=2, ensure_ascii=False)
        if path is not None:
            with open(path, "w", encoding="utf-8") as file:
                file.write(text + "\n")
        return text

    def plot(self, path: str | os.PathLike[str] | None = None) -> Any:
        """Plot the scores with confidence intervals, one panel per measure.

        Parameters
        ----------
        path : str or path, optional
            The file to save it to; its ending selects the format, such as .png, .svg or .pdf.

        Returns
        -------
        matplotlib.figure.Figure

        Raises
        ------
        ImportError
            If matplotlib is not installed.
        """
        figures = needs("matplotlib.figure", "plot()", "evaluation")
        measures, models = self.measures, list(self.scores)
        columns = min(4, max(len(measures), 1))
        lines = max(1, -(-len(measures) // columns))
        figure = figures.Figure(figsize=(3.2 * columns + 0.8, (0.35 * len(models) + 1.1) * lines), layout="constrained")
        panels = figure.subplots(lines, columns, squeeze=False, sharey=True).ravel()
        places = list(range(len(models)))
        for measure, panel in zip(measures, panels):
            scores = [self.scores[model].get(measure, Score(math.nan)) for model in models]
            best = self.best(measure)
            panel.barh(
                places,
                [0.0 if math.isnan(score.value) else score.value for score in scores],
                color=[_BEST_COLOR if model in best else _OTHER_COLOR for model in models],
            )
            for place, score in enumerate(scores):
                if score.low is not None and score.high is not None and math.isfinite(score.low + score.high):
                    panel.plot([score.low, score.high], [place, place], color="black", linewidth=1)
            panel.set_title(_without_formulas(measure), fontsize="medium")
            panel.set_yticks(places, [_without_formulas(model) for model in models])
        if measures:
            panels[0].invert_yaxis()  # the axis is shared: the first model is on top in all panels
        for panel in panels[len(measures) :]:
            panel.set_visible(False)
        if path is not None:
            figure.savefig(path)
        return figure

    def __str__(self) -> str:
        return self.table()

    def _cells(self, bold: str) -> list[list[str]]:
        rows = [["model", *self.measures]]
        best = {measure: self.best(measure) for measure in self.measures}
        for model, scores in self.scores.items():
            row = [model]
            for measure in self.measures:
                cell = _cell(scores.get(measure))
                row.append(f"{bold}{cell}{bold}" if model in best[measure] else cell)
            rows.append(row)
        return rows

    def _notes(self) -> list[str]:
        notes = []
        if self.shared is not None:
            text = " (in tasks of texts, each on all of its own)" if self.has_text_tasks else ""
            notes.append(f"All models are evaluated on the {self.shared} words that all of them have{text}.")
        for measure in self.measures:
            scores = {model: scores[measure] for model, scores in self.scores.items() if measure in scores}
            known = {model: score.coverage for model, score in scores.items() if score.coverage is not None}
            items = next((_ITEMS[score.task] for score in scores.values() if score.task in _ITEMS), "")
            used = sorted({(score.used, score.total) for score in scores.values() if score.total is not None})
            numbers = ", ".join(f"{part} of {total}" for part, total in used)
            if items and not known:
                notes.append(f"{measure}: {numbers} {items}.")
            if not known:
                continue
            shares = ", ".join(f"{model} {share:.1%}" for model, share in known.items())
            notes.append(f"{measure}: {numbers} used; coverage: {shares}.")
        return notes


def _cell(score: Score | None) -> str:
    if score is None or math.isnan(score.value):
        return "-"
    if score.low is None or score.high is None or math.isnan(score.low + score.high):
        return f"{score.value:.3f}"
    return f"{score.value:.3f} [{score.low:.3f}, {score.high:.3f}]"


def _without_formulas(text: str) -> str:
    """Escape dollar signs, between which matplotlib would render a formula."""
    return text.replace("$", r"\$")


def plot_formats() -> list[str]:
    """Return the endings of files, without the dot, that :meth:`Comparison.plot` can write."""
    figures = needs("matplotlib.figure", "plot()", "evaluation")
    return sorted(figures.Figure().canvas.get_supported_filetypes())
