"""The map of a vocabulary, and the loss of a training, as pictures."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import Any

import numpy as np

from gensim_distill._utils.extras import needs
from gensim_distill._utils.validation import check_choice
from gensim_distill.report.clusters import centers, spread_colors
from gensim_distill.report.word_map import WordMap, labels_of, word_map

# The colors of page.js on white.
_COLOURS = (
    "#2f6fb3", "#c2571a", "#3c8c40", "#b3354a", "#7a57b0",
    "#8a6a2a", "#b8488f", "#2a8c8c", "#71801f", "#5b6b7d",
)  # fmt: skip
_BETWEEN = "#c9ced4"


def plot_map(
    source: Any,
    path: str | os.PathLike[str] | None = None,
    *,
    color: str = "cluster",
    size: float = 10.0,
    labels: bool = True,
    **settings: Any,
) -> Any:
    """Draw the map of a vocabulary.

    Parameters
    ----------
    source : WordMap, or what :func:`word_map` takes
    path : str or path, optional
        Where to save it; its ending says in which format, such as .png, .svg or .pdf. What is there is
        replaced.
    color : {"cluster", "frequency"}, optional
        What the color of a word says.
    size : float, optional
        Width and height, in inches.
    labels : bool, optional
        Whether clusters are named; where names would overlap, that of the larger cluster stays.
    **settings
        For :func:`word_map`, if the source is none yet: ``max_words``, ``seed`` and others.

    Returns
    -------
    matplotlib.figure.Figure

    Raises
    ------
    ValueError
        If `color` is not known, or the counts that it needs are not.
    ImportError
        If matplotlib, umap-learn or scikit-learn are not installed.

    Examples
    --------
    >>> from gensim.test.utils import datapath
    >>> from gensim_distill.report import plot_map
    >>> figure = plot_map(datapath("euclidean_vectors.bin"), max_words=200)
    >>> len(figure.axes[0].collections[0].get_offsets())
    200
    """
    figures = needs("matplotlib.figure", "plot_map()", "report")
    check_choice("color", color, ("cluster", "frequency"))
    if isinstance(source, WordMap):
        if settings:
            raise ValueError(f"{', '.join(settings)}: the map is made already; give these to word_map().")
        found = source
    else:
        found = word_map(source, **settings)
    if color == "frequency" and found.counts is None:
        raise ValueError("How often the words occur is not known of these vectors: give color='cluster'.")
    figure = figures.Figure(figsize=(size, size), layout="constrained")
    axes = figure.add_subplot()
    axes.set_aspect("equal")
    axes.axis("off")
    n = len(found.words)
    dot = {"s": float(np.clip(40_000 / n, 2, 40)), "linewidths": 0, "rasterized": n > 2000}
    order = np.arange(n)[::-1]  # the most frequent on top
    middles = centers(found.places, found.clusters)
    if color == "frequency" and found.counts is not None:
        shade = np.log10(np.maximum(found.counts, 1))
        points = axes.scatter(*found.places[order].T, c=shade[order], cmap="viridis_r", **dot)
        bar = figure.colorbar(points, ax=axes, shrink=0.4, aspect=30)
        bar.set_label("occurrences")
        bar.formatter = lambda value, place: f"{10**value:,.0f}"
        bar.update_ticks()
    else:
        palette = np.array([*(_COLOURS[i] for i in spread_colors(middles, len(_COLOURS))), _BETWEEN])
        axes.scatter(*found.places[order].T, c=palette[found.clusters[order]], **dot)
    if labels:
        _write_labels(figure, axes, middles, labels_of(found.names, longest=16))
    if path is not None:
        figure.savefig(path, dpi=150)
    return figure


def plot_loss(losses: Sequence[float], path: str | os.PathLike[str] | None = None) -> Any:
    """Draw the loss of each epoch of a training.

    Parameters
    ----------
    losses : sequence of float
        Such as ``model.learned.epoch_losses`` of a model trained with ``solver="sgd", compute_loss=True``.
    path : str or path, optional
        Where to save it.

    Returns
    -------
    matplotlib.figure.Figure

    Raises
    ------
    ValueError
        If there are none.

    Examples
    --------
    >>> from gensim_distill.report import plot_loss
    >>> plot_loss([2.5, 2.1, 2.0]).axes[0].lines[0].get_ydata().tolist()
    [2.5, 2.1, 2.0]
    """
    figures = needs("matplotlib.figure", "plot_loss()", "report")
    ticker = needs("matplotlib.ticker", "plot_loss()", "report")
    if not len(losses):
        raise ValueError(
            "There are no losses: train with solver='sgd', compute_loss=True and give model.learned.epoch_losses."
        )
    figure = figures.Figure(figsize=(6, 3), layout="constrained")
    axes = figure.add_subplot()
    axes.plot(np.arange(1, len(losses) + 1), np.asarray(losses, dtype=np.float64), marker="o", color=_COLOURS[0])
    axes.xaxis.set_major_locator(ticker.MaxNLocator(integer=True))
    axes.set_xlabel("epoch")
    axes.set_ylabel("mean loss of a word")
    axes.spines[["top", "right"]].set_visible(False)
    if path is not None:
        figure.savefig(path, dpi=150)
    return figure


def _write_labels(figure: Any, axes: Any, middles: np.ndarray, labels: Sequence[str]) -> None:
    """Write the labels of clusters, the largest first, where there is room."""
    effects = needs("matplotlib.patheffects", "plot_map()", "report")
    halo = [effects.withStroke(linewidth=3, foreground="white", alpha=0.85)]
    figure.draw_without_rendering()  # only now is it known how large a text is
    renderer = figure.canvas.get_renderer() if hasattr(figure.canvas, "get_renderer") else None
    taken: list[Any] = []
    for middle, label in zip(middles, labels):
        text = axes.text(
            *middle, _drawable(label), ha="center", va="center", fontsize=8, weight="bold", path_effects=halo
        )
        box = text.get_window_extent(renderer).padded(2)
        if any(box.overlaps(other) for other in taken):
            text.remove()
        else:
            taken.append(box)


def _drawable(label: str) -> str:
    """Keep matplotlib from reading a formula, and from what it cannot draw: lone surrogates, line breaks."""
    text = label.encode("utf-8", "replace").decode("utf-8")
    return "".join(sign if sign.isprintable() else "?" for sign in text).replace("$", r"\$")
