"""The scores of several models: as text, Markdown, JSON and a plot."""

from __future__ import annotations

import json
import math
import os
from dataclasses import asdict, dataclass
from typing import Any

from gensim_distill._utils.extras import needs
from gensim_distill._utils.text import markdown_table

# For these less is better, measured from zero.
_SMALL_IS_GOOD = ("mean cosine", "hubness")
_BEST, _OTHER = "#1f5a96", "#9db8d2"


@dataclass(frozen=True)
class Score:
    """One number of a comparison.

    Attributes
    ----------
    value : float
        The measure; nan if it has none.
    low, high : float or None
        Its confidence interval, for measures that have one.
    coverage : float or None
        Which share of the data set the model knows by itself, whatever others know.
    used, total : int or None
        How many pairs, questions or texts were used, and how many there are.
    """

    value: float
    low: float | None = None
    high: float | None = None
    coverage: float | None = None
    used: int | None = None
    total: int | None = None


@dataclass(frozen=True)
class Comparison:
    """The scores of several models.

    Attributes
    ----------
    scores : dict of str to dict of str to Score
        For each model, by its name, and each measure.
    words : dict of str to int
        How many words each model has.
    shared : int or None
        How many words all models share, if they were judged on the same.
    """

    scores: dict[str, dict[str, Score]]
    words: dict[str, int]
    shared: int | None

    @property
    def measures(self) -> list[str]:
        """The names of the measures, in order."""
        return list(dict.fromkeys(measure for scores in self.scores.values() for measure in scores))

    @property
    def rows(self) -> list[dict[str, Any]]:
        """One flat dict a model, as :class:`pandas.DataFrame` takes them: name, words, the measures and coverages."""
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
        """Give the models that are best in a measure; several if they are equal."""
        values = {model: scores[measure].value for model, scores in self.scores.items() if measure in scores}
        goodness = {
            model: -abs(value) if measure in _SMALL_IS_GOOD else value
            for model, value in values.items()
            if not math.isnan(value)
        }
        return [model for model, value in goodness.items() if value == max(goodness.values())]

    def table(self) -> str:
        """Give all scores as plain text, with intervals, and beneath them what each model knows of each set."""
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
        """Give all scores as a table in Markdown, the best of each column bold."""
        header, *body = self._cells(bold="**")
        return "\n".join([markdown_table(header, body), "", *(f"{note}  " for note in self._notes())]).rstrip()

    def json(self, path: str | os.PathLike[str] | None = None) -> str:
        """Give everything as JSON, in which a measure without a value is null; with a path, write it there too."""
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
        """Draw one panel of bars a measure, with confidence intervals.

        Parameters
        ----------
        path : str or path, optional
            Where to save it; its ending says in which format, such as .png, .svg or .pdf.

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
                color=[_BEST if model in best else _OTHER for model in models],
            )
            for place, score in enumerate(scores):
                if score.low is not None and score.high is not None and math.isfinite(score.low + score.high):
                    panel.plot([score.low, score.high], [place, place], color="black", linewidth=1)
            panel.set_title(_plain(measure), fontsize="medium")
            panel.set_yticks(places, [_plain(model) for model in models])
        if measures:
            panels[0].invert_yaxis()  # shared: the first model on top in all panels
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
            notes.append(f"All models are judged on the {self.shared} words that all of them know.")
        for measure in self.measures:
            scores = {model: scores[measure] for model, scores in self.scores.items() if measure in scores}
            known = {model: score.coverage for model, score in scores.items() if score.coverage is not None}
            if not known:
                continue
            used = sorted({(score.used, score.total) for score in scores.values() if score.total is not None})
            numbers = ", ".join(f"{part} of {total}" for part, total in used)
            shares = ", ".join(f"{model} {share:.1%}" for model, share in known.items())
            notes.append(f"{measure}: {numbers} used; known: {shares}.")
        return notes


def _cell(score: Score | None) -> str:
    if score is None or math.isnan(score.value):
        return "-"
    if score.low is None or score.high is None or math.isnan(score.low + score.high):
        return f"{score.value:.3f}"
    return f"{score.value:.3f} [{score.low:.3f}, {score.high:.3f}]"


def _plain(text: str) -> str:
    """Keep matplotlib from taking what stands between dollars for a formula."""
    return text.replace("$", r"\$")
