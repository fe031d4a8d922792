"""Plots of the map and of the loss."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest

from gensim_distill.report import WordMap, plot_loss, plot_map


@pytest.mark.parametrize(("ending", "start"), [("png", b"\x89PNG"), ("svg", b"<?xml")])
def test_the_plot_has_a_point_per_word_and_the_names_of_clusters(
    words: WordMap, tmp_path: Path, ending: str, start: bytes
) -> None:
    figure = plot_map(words, tmp_path / f"map.{ending}", size=5)
    assert (tmp_path / f"map.{ending}").read_bytes().startswith(start)
    (axes,) = figure.axes
    assert len(axes.collections[0].get_offsets()) == len(words.words)
    labels = {text.get_text() for text in axes.texts}
    assert labels
    assert all(any(label.startswith(name[0][:10]) for name in words.cluster_names) for label in labels)


def test_labels_do_not_overlap(words: WordMap) -> None:
    crowded = dataclasses.replace(words, positions=words.positions * 0 + words.positions[:1])
    assert len(plot_map(crowded, size=3).axes[0].texts) == 1


def test_frequency_has_a_scale_and_needs_counts(words: WordMap) -> None:
    assert len(plot_map(words, color="frequency", size=4).axes) == 2
    with pytest.raises(ValueError, match="not known: set color='cluster'"):
        plot_map(dataclasses.replace(words, counts=None), color="frequency")
    with pytest.raises(ValueError, match="color='count'"):
        plot_map(words, color="count")
    with pytest.raises(ValueError, match="seed: the map is already computed"):
        plot_map(words, seed=3)


def test_losses_are_plotted_in_order(tmp_path: Path) -> None:
    figure = plot_loss([3.0, 2.0], tmp_path / "loss.png")
    assert figure.axes[0].lines[0].get_xydata().tolist() == [[1, 3], [2, 2]]
    with pytest.raises(ValueError, match="There are no losses"):
        plot_loss([])
