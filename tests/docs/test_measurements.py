"""The measurements in README and docs are those of the files of results: each has a mark, and no number is stale."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from benchmarks.page_tables import TABLES
from benchmarks.pages import MARK, Results, marks, pages, plots, shown
from benchmarks.parts import PARTS
from benchmarks.record import CHANGED

RESULTS = Results()
PAGES = {path.name: path.read_text(encoding="utf-8") for path in pages()}
MARKED = {name: list(marks(text)) for name, text in PAGES.items()}
# Pages with other numbers: of measurements that are not repeated, of calculations, and of tests.
OTHERS = {"history-of-measurements.md", "scaling.md", "CONTRIBUTING.md"}
CODE = re.compile(r"^```.*?^```|`[^`\n]*`", flags=re.MULTILINE | re.DOTALL)
NUMBER = re.compile(r"\**[-−]?[\d,]*\.?\d+ ?(%|m?s|[MG]B)?\**( / [-−]?[\d.,]+)*")
SCORE = re.compile(r"(?<![\w.])[-−]?\.\d{3}\b(?!\.)")


def measured_tables(text: str) -> list[str]:
    """Return the headers of tables outside of marks that have numbers in more than a third of their cells."""
    found = []
    for table in re.findall(r"(?:^\|.*\n)+", MARK.sub("", text), flags=re.MULTILINE):
        cells = [cell.strip() for row in table.splitlines()[2:] for cell in row.strip("| ").split("|")[1:]]
        if cells and sum(map(bool, map(NUMBER.fullmatch, cells))) > len(cells) / 3:
            found.append(table.splitlines()[0])
    return found


def scores_in_text(text: str) -> list[str]:
    """Return the scores outside of marks and code."""
    return SCORE.findall(CODE.sub("", MARK.sub("", text)))


def test_all_parts_of_pages_are_run() -> None:
    used = {mark.part for found in MARKED.values() for mark in found}
    assert used <= {part.name for part in PARTS}
    assert not {part for part in used if part not in RESULTS}


@pytest.mark.parametrize("page", [name for name, found in MARKED.items() if found])
def test_marked_tables_have_the_numbers_of_the_results(page: str) -> None:
    for mark in MARKED[page]:
        assert mark.content == shown(mark, RESULTS), f"make tables fills {mark.name!r}"


@pytest.mark.parametrize(
    "condition", ["commit", "benchmarks", "processor", "cores", "threads", "gpu", "python", "versions"]
)
def test_all_results_are_of_one_run(condition: str) -> None:
    found = {path.stem: RESULTS[path.stem].about for path in RESULTS.folder.glob("*.json")}
    assert found.keys() == {part.name for part in PARTS}
    assert len({json.dumps(about[condition]) for about in found.values()}) == 1, "make benchmarks measures all parts"
    assert not any(about["commit"].endswith(CHANGED) or "most_lines" in about for about in found.values())


def test_all_results_are_of_the_same_inputs() -> None:
    found: dict[str, set[str]] = {}
    for path in RESULTS.folder.glob("*.json"):
        for name, digest in RESULTS[path.stem].about["inputs"].items():
            found.setdefault(name, set()).add(digest)
    assert {name for name, digests in found.items() if len(digests) > 1} == set()


def test_every_mark_has_an_end() -> None:
    for page, text in PAGES.items():
        if page != "CONTRIBUTING.md":
            assert (
                len(re.findall(r"<!-- (?:table|conditions): ", text)) == text.count("<!-- end -->") == len(MARKED[page])
            )


def test_all_tables_of_pages_are_used() -> None:
    assert {mark.name for found in MARKED.values() for mark in found} >= TABLES.keys()


def test_plots_are_those_of_the_results() -> None:
    for source, place in plots(RESULTS):
        assert place.read_bytes() == source.read_bytes(), f"make tables copies {source.name}"


@pytest.mark.parametrize("page", [name for name in PAGES if name not in OTHERS])
def test_measurements_have_a_mark(page: str) -> None:
    found = measured_tables(PAGES[page]) + scores_in_text(PAGES[page])
    assert not found


def test_measurements_without_a_mark_are_found() -> None:
    table = "| a | b | c |\n|---|---:|---:|\n| x | .514 | 3 |\n\n"
    assert measured_tables(f"Text\n\n{table}") == ["| a | b | c |"]
    assert measured_tables(f"<!-- table: x -->\n\n{table}<!-- end -->\n") == []
    assert measured_tables("| option | effect |\n|---:|---|\n| 1 | prints `.514` |\n\n") == []
    assert scores_in_text("A score of .514 and `.123`, of version 1.222.\n") == [".514"]


def test_results_name_no_paths() -> None:
    for path in RESULTS.folder.glob("*.json"):
        assert not re.search(r'["\s]/(?:home|root|work|tmp|usr)/', path.read_text(encoding="utf-8")), path.name
    assert Path(RESULTS.folder).name == "results"
