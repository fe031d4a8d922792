"""Plots of a word map, and of the loss of a training, with matplotlib."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import Any, Literal

import numpy as np

from gensim_distill._utils.extras import needs
from gensim_distill._utils.validation import check_choice
from gensim_distill.report.clusters import cluster_centers, spread_colors
from gensim_distill.report.word_map import WordMap, cluster_labels, word_map

# The colors of page.js on a white background.
_COLORS = (
    "#2f6fb3", "#c2571a", "#3c8c40", "#b3354a", "#7a57b0",
    "#8a6a2a", "#b8488f", "#2a8c8c", "#71801f", "#5b6b7d",
)  # fmt: skip
_NO_CLUSTER_COLOR = "#c9ced4"


def plot_map(
    source: Any,
    path: str | os.PathLike[str] | None = None,
    *,
    color: Literal["cluster", "frequency"] = "cluster",
    size: float = 10.0,
    labels: bool = True,
    **parameters: Any,
) -> Any:
    """Plot a word map.

    Parameters
    ----------
    source : WordMap, or a source of :func:`word_map`
    path : str or path, optional
        The file to save it to, which is overwritten; its ending selects the format, such as .png, .svg or
        .pdf.
    color : {"cluster", "frequency"}, optional
        The meaning of the colors.
    size : float, optional
        Width and height, in inches.
    labels : bool, optional
        Whether to write the names of clusters. If names overlap, only that of the largest cluster is written.
    **parameters
        Parameters of :func:`word_map`, such as ``max_words`` and ``seed``, unless the source is a `WordMap`.

    Returns
    -------
    matplotlib.figure.Figure

    Raises
    ------
    ValueError
        If `color` is invalid, or needs counts that are not known.
    ImportError
        If matplotlib, umap-learn or scikit-learn is not installed.

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
        if parameters:
            raise ValueError(f"{', '.join(parameters)}: the map is already computed; pass these to word_map().")
        words = source
    else:
        words = word_map(source, **parameters)
    if color == "frequency" and words.counts is None:
        raise ValueError("The counts of the words are not known: set color='cluster'.")
    figure = figures.Figure(figsize=(size, size), layout="constrained")
    axes = figure.add_subplot()
    axes.set_aspect("equal")
    axes.axis("off")
    n = len(words.words)
    dot = {"s": float(np.clip(40_000 / n, 2, 40)), "linewidths": 0, "rasterized": n > 2000}
    order = np.arange(n)[::-1]  # the most frequent words are on top
    centers = cluster_centers(words.positions, words.clusters)
    if color == "frequency" and words.counts is not None:
        shade = np.log10(np.maximum(words.counts, 1))
        points = axes.scatter(*words.positions[order].T, c=shade[order], cmap="viridis_r", **dot)
        bar = figure.colorbar(points, ax=axes, shrink=0.4, aspect=30)
        bar.set_label("occurrences")
        bar.formatter = lambda value, position: f"{10**value:,.0f}"
        bar.update_ticks()
    else:
        palette = np.array([*(_COLORS[i] for i in spread_colors(centers, len(_COLORS))), _NO_CLUSTER_COLOR])
        axes.scatter(*words.positions[order].T, c=palette[words.clusters[order]], **dot)
    if labels:
        _write_labels(figure, axes, centers, cluster_labels(words.cluster_names, max_length=16))
    if path is not None:
        figure.savefig(path, dpi=150)
    return figure


def plot_loss(losses: Sequence[float], path: str | os.PathLike[str] | None = None) -> Any:
    """Plot the loss of each epoch of a training.

    Parameters
    ----------
    losses : sequence of float
        For example ``model.learned.epoch_losses`` of a model trained with ``solver="sgd", compute_loss=True``.
    path : str or path, optional
        The file to save it to.

    Returns
    -------
    matplotlib.figure.Figure

    Raises
    ------
    ValueError
        If there are no losses.
    ImportError
        If matplotlib is not installed.

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
            "There are no losses: train with solver='sgd', compute_loss=True and pass model.learned.epoch_losses."
        )
    figure = figures.Figure(figsize=(6, 3), layout="constrained")
    axes = figure.add_subplot()
    axes.plot(np.arange(1, len(losses) + 1), np.asarray(losses, dtype=np.float64), marker="o", color=_COLORS[0])
    axes.xaxis.set_major_locator(ticker.MaxNLocator(integer=True))
    axes.set_xlabel("epoch")
    axes.set_ylabel("mean loss per word")
    axes.spines[["top", "right"]].set_visible(False)
    if path is not None:
        figure.savefig(path, dpi=150)
    return figure


def _write_labels(figure: Any, axes: Any, centers: np.ndarray, labels: Sequence[str]) -> None:
    """Write the labels of clusters, the largest first, that do not overlap others."""
    effects = needs("matplotlib.patheffects", "plot_map()", "report")
    halo = [effects.withStroke(linewidth=3, foreground="white", alpha=0.85)]
    figure.draw_without_rendering()  # the size of a text is known only after drawing
    renderer = figure.canvas.get_renderer() if hasattr(figure.canvas, "get_renderer") else None
    boxes: list[Any] = []
    for center, label in zip(centers, labels):
        text = axes.text(
            *center, _printable(label), ha="center", va="center", fontsize=8, weight="bold", path_effects=halo
        )
        box = text.get_window_extent(renderer).padded(2)
        if any(box.overlaps(other) for other in boxes):
            text.remove()
        else:
            boxes.append(box)


def _printable(label: str) -> str:
    """Replace characters that matplotlib cannot draw, and escape dollar signs, which would begin a formula."""
    text = label.encode("utf-8", "replace").decode("utf-8")
    return "".join(character if character.isprintable() else "?" for character in text).replace("$", r"\$")
