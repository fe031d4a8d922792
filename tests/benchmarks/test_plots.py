"""Plots of several measures: two panels in a row, readable titles, and labels that do not overlap."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from benchmarks.plots import plot_panels, set_log_scale


@pytest.mark.parametrize(("measures", "rows"), [(["SimLex"], 1), (["SimLex", "WS353", "analogies"], 2)])
def test_panels_have_titles_of_the_field_and_one_label_per_place(
    measures: list[str], rows: int, tmp_path: Path
) -> None:
    panels: list[Any] = []

    def draw(panel: Any, measure: str) -> None:
        panel.plot([20_000, 60_000, 200_000], [0.1, 0.2, 0.3], label=measure)
        set_log_scale(panel, [20_000, 60_000, 200_000])
        panels.append(panel)

    plot_panels(draw, measures, tmp_path / "plot.svg")
    assert (tmp_path / "plot.svg").stat().st_size > 1000
    assert panels[0].get_title() == "SimLex-999"
    assert [label.get_text() for label in panels[0].get_xticklabels()] == ["20k", "60k", "200k"]
    assert not panels[0].get_xticklabels(minor=True)  # they were printed over the others
    width, height = panels[0].figure.get_size_inches()
    assert width < 6  # a phone shows it without making it smaller than half
    assert height == pytest.approx(2.5 * rows + 0.4)
