"""Plots of several measures, one panel each, that can be read on a phone."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

TITLES = {"SimLex": "SimLex-999", "WS353": "WordSim-353", "analogies": "Google analogies"}
_COLUMNS = 2


def plot_panels(draw: Callable[[Any, str], None], measures: Sequence[str], path: Path) -> None:
    """Draw one panel per measure, two in a row, with a common legend.

    Parameters
    ----------
    draw : callable
        Draws a measure into a panel, and sets the label of its horizontal axis.
    measures : sequence of str
    path : pathlib.Path
        The file of the plot.
    """
    from matplotlib.figure import Figure

    rows = math.ceil(len(measures) / _COLUMNS)
    figure = Figure(figsize=(5.4, 2.5 * rows + 0.4), layout="constrained")
    panels = figure.subplots(rows, _COLUMNS, squeeze=False).ravel()
    for measure, panel in zip(measures, panels):
        draw(panel, measure)
        panel.set_title(TITLES.get(measure, measure), fontsize="medium")
    for panel in panels[len(measures) :]:
        panel.set_axis_off()
    handles, labels = panels[0].get_legend_handles_labels()
    if labels and len(measures) < len(panels):
        panels[-1].legend(handles, labels, loc="center", frameon=False)
    elif labels:
        figure.legend(handles, labels, loc="outside lower center", ncols=3)
    figure.savefig(path)


def set_log_scale(panel: Any, places: Sequence[float], label: Callable[[float], str] | None = None) -> None:
    """Make the horizontal axis logarithmic, with a label at each place.

    Parameters
    ----------
    panel : matplotlib.axes.Axes
    places : sequence of float
    label : callable, optional
        Returns the label of a place; by default thousands are shortened, as in 20k.
    """
    panel.set_xscale("log")
    panel.set_xticks(places, [(label or _shortened)(place) for place in places], minor=False)
    panel.set_xticks([], minor=True)


def _shortened(place: float) -> str:
    return f"{place / 1000:g}k" if place >= 1000 else f"{place:g}"
