"""The scores of a comparison as text, Markdown, JSON and a plot."""

from __future__ import annotations

import json
import math
import sys
from pathlib import Path

import pytest

from gensim_distill.evaluation import (
    Comparison,
    Score,
)

SCORES = {
    "a|b": {"x": Score(0.5, 0.4, 0.6, 0.9, 9, 10), "hubness": Score(-0.25)},
    "$best$": {"x": Score(0.75, 0.7, 0.8, 1.0, 9, 10), "hubness": Score(3.0)},
    "none": {"x": Score(math.nan, math.nan, math.nan, 0.0, 0, 10)},
}


COMPARISON = Comparison(SCORES, {"a|b": 5, "$best$": 7, "none": 9}, 5)


def test_the_table_is_aligned_and_followed_by_coverage() -> None:
    assert COMPARISON.table().splitlines() == [
        "model                      x  hubness",
        "a|b     0.500 [0.400, 0.600]   -0.250",
        "$best$  0.750 [0.700, 0.800]    3.000",
        "none                       -        -",
        "",
        "All models are evaluated on the 5 words that all of them have.",
        "x: 0 of 10, 9 of 10 used; coverage: a|b 90.0%, $best$ 100.0%, none 0.0%.",
    ]
    assert str(COMPARISON) == COMPARISON.table()


def test_tasks_of_texts_say_how_many_items_were_used() -> None:
    scores = {
        "mine": {"sim": Score(0.5), "c nDCG@10": Score(0.4, used=8, total=9, task="nDCG"), "c MRR@10": Score(0.3, used=8, total=9, task="MRR")},
        "BM25": {"c nDCG@10": Score(0.5, used=8, total=9, task="nDCG"), "c MRR@10": Score(0.2, used=8, total=9, task="MRR")},
    }  # fmt: skip
    comparison = Comparison(scores, {"mine": 3, "BM25": None}, 3)
    assert comparison.table().splitlines()[-2:] == [
        "All models are evaluated on the 3 words that all of them have (in tasks of texts, each on all of its own).",
        "c nDCG@10: 8 of 9 queries used.",
    ]
    assert comparison.table().splitlines()[2].split() == ["BM25", "-", "0.500", "0.200"]
    assert comparison.rows[1]["words"] is None
    assert json.loads(comparison.json())["models"]["BM25"]["words"] is None


def test_markdown_has_the_best_of_each_column_in_bold() -> None:
    assert COMPARISON.markdown().splitlines()[:5] == [
        "| model | x | hubness |",
        "| --- | ---: | ---: |",
        "| a\\|b | 0.500 [0.400, 0.600] | **-0.250** |",
        "| $best$ | **0.750 [0.700, 0.800]** | 3.000 |",
        "| none | - | - |",
    ]
    assert COMPARISON.best("x") == ["$best$"]


def test_json_is_valid_and_complete(tmp_path: Path) -> None:
    path = tmp_path / "scores.json"
    text = COMPARISON.json(path)

    def reject(constant: str) -> None:
        raise AssertionError(f"{constant} is not JSON")

    read = json.loads(text, parse_constant=reject)
    assert json.loads(path.read_text(encoding="utf-8")) == read
    assert read["shared_words"] == 5
    assert read["models"]["a|b"] == {
        "words": 5,
        "scores": {
            "x": {"value": 0.5, "low": 0.4, "high": 0.6, "coverage": 0.9, "used": 9, "total": 10, "task": ""},
            "hubness": {
                "value": -0.25,
                "low": None,
                "high": None,
                "coverage": None,
                "used": None,
                "total": None,
                "task": "",
            },
        },
    }
    assert read["models"]["none"]["scores"]["x"]["value"] is None


def test_rows_are_flat() -> None:
    assert COMPARISON.rows[0] == {"model": "a|b", "words": 5, "x": 0.5, "x coverage": 0.9, "hubness": -0.25}


def test_the_plot_has_a_panel_per_measure_and_a_bar_per_model(tmp_path: Path) -> None:
    figure = COMPARISON.plot(tmp_path / "plot.png")
    assert (tmp_path / "plot.png").read_bytes().startswith(b"\x89PNG")
    panels = [panel for panel in figure.axes if panel.get_visible()]
    assert [panel.get_title() for panel in panels] == ["x", "hubness"]
    assert [[bar.get_width() for bar in panel.patches] for panel in panels] == [[0.5, 0.75, 0.0], [-0.25, 3.0, 0.0]]
    assert [list(line.get_xdata()) for line in panels[0].lines] == [[0.4, 0.6], [0.7, 0.8]]
    COMPARISON.plot(tmp_path / "plot.svg")


def test_without_matplotlib_the_error_names_the_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "matplotlib.figure", None)
    with pytest.raises(ImportError, match=r'matplotlib: pip install "gensim-distill\[evaluation\]"'):
        COMPARISON.plot()
