"""The run of all measurements: parts, resuming, failures, and pages filled from the results."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Any

import pytest

from benchmarks import record, run
from benchmarks.common import MarkdownTable
from benchmarks.page_tables import PageTable
from benchmarks.pages import Results, filled
from benchmarks.parts import INPUTS, PARTS, Part
from benchmarks.record import CHANGED, Result, ResultTable

WORKS = Part("works", "speed.text_index", "--texts 30 --vector-size 4")
FAILS = Part("fails", "speed.text_index", "--texts none")
COMMITS = {"commit": "abc", "benchmarks": "def"}


@pytest.fixture
def commits(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> dict[str, str]:
    """The commits that a run finds, which a test may change."""
    found = dict(COMMITS)
    monkeypatch.setattr(run, "commits", lambda: found)
    monkeypatch.setattr(run, "WORK", tmp_path / "work")
    return found


def test_every_part_has_known_inputs_and_a_benchmark() -> None:
    for part in PARTS:
        assert set(part.inputs) <= INPUTS.keys()
        assert Path(run.ROOT, "benchmarks", *part.module.split(".")).with_suffix(".py").exists()
    assert len({part.name for part in PARTS}) == len(PARTS)


def test_arguments_have_inputs_and_limits() -> None:
    part = Part("a", "b", "{corpus} --lines 60_000 --seed 1 --task t {polarity} --output {output}")
    inputs = {"corpus": ["c.txt"], "polarity": ["p", "n"]}
    command = ["c.txt", "--lines", "60000", "--seed", "1", "--task", "t", "p", "n", "--output", "out"]
    assert part.command(inputs, "out") == command
    assert part.command(inputs, "out", 500)[2] == "500"


def test_other_parts_run_when_one_fails_and_a_second_run_resumes(
    commits: dict[str, str], tmp_path: Path, capfd: Any
) -> None:
    conditions = run.Run({}, tmp_path)
    needy = Part("needy", "quality.comparison", "{corpus} {teacher}")
    assert run.run([FAILS, needy, WORKS], conditions) == ["fails"]
    printed = capfd.readouterr().out
    assert "needy is skipped: it needs --corpus and --teacher." in printed
    assert "Failed: fails." in printed
    result = Result.load(tmp_path / "works.json")
    assert result.about.keys() >= {"date", "processor", "versions", "python", "seconds", "inputs"}
    assert result.about["commit"] == "abc"
    assert result.about["command"] == "python -m benchmarks.speed.text_index --texts 30 --vector-size 4"
    assert [row[:2] for row in result.tables["texts"].rows] == [[30, "float32"], [30, "float16"]]
    assert not (tmp_path / "fails.json").exists()

    assert conditions.done(WORKS)
    assert run.run([WORKS], conditions) == []
    assert "has a result of this commit" in capfd.readouterr().out
    assert not conditions.done(dataclasses.replace(WORKS, arguments="--texts 40"))
    assert not run.Run({}, tmp_path, most_lines=9).done(WORKS)
    commits["commit"] = "newer"
    assert not conditions.done(WORKS)


def test_an_interrupted_part_continues_with_its_files_unless_its_conditions_differ(
    commits: dict[str, str], tmp_path: Path
) -> None:
    conditions = run.Run({}, tmp_path)
    folder = conditions.folder(WORKS, conditions.conditions(WORKS))
    (folder / "measured.json").touch()
    assert conditions.folder(WORKS, conditions.conditions(WORKS)) == folder
    assert (folder / "measured.json").exists()
    commits["commit"] = "newer"
    conditions.folder(WORKS, conditions.conditions(WORKS))
    assert not (folder / "measured.json").exists()


def test_a_result_of_changed_files_is_never_up_to_date(commits: dict[str, str], tmp_path: Path) -> None:
    commits["commit"] += CHANGED
    conditions = run.Run({}, tmp_path)
    Result(conditions.conditions(WORKS), {}).save(tmp_path / "works.json")
    assert not conditions.done(WORKS)


def test_a_result_of_an_unknown_commit_is_never_up_to_date(
    commits: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(record, "ROOT", tmp_path)  # no repository
    commits.update(record.commits())
    conditions = run.Run({}, tmp_path)
    Result(conditions.conditions(WORKS), {}).save(tmp_path / "works.json")
    assert not conditions.done(WORKS)
    monkeypatch.setenv("PATH", "")
    assert record.commits() == dict.fromkeys(COMMITS, record.UNKNOWN)


def test_a_part_that_was_interrupted_before_its_conditions_were_written_begins_again(
    commits: dict[str, str], tmp_path: Path
) -> None:
    conditions = run.Run({}, tmp_path)
    folder = conditions.folder(WORKS, conditions.conditions(WORKS))
    (folder / "conditions.json").write_text("{", encoding="utf-8")
    assert conditions.folder(WORKS, conditions.conditions(WORKS)) == folder
    assert conditions.folder(WORKS, conditions.conditions(WORKS)) == folder
    assert (folder / "conditions.json").read_text(encoding="utf-8") != "{"


def test_the_digest_of_a_folder_is_that_of_its_largest_file(tmp_path: Path) -> None:
    (tmp_path / "folder" / "inner").mkdir(parents=True)
    for name, content in (("a.json", "{}"), ("inner/weights", "123"), ("z.json", "[]")):
        (tmp_path / "folder" / name).write_text(content, encoding="utf-8")
    assert run.digest([str(tmp_path / "folder")]) == run.digest([str(tmp_path / "folder" / "inner" / "weights")])


def test_a_run_refuses_changed_files_and_limits_for_pages(
    commits: dict[str, str], monkeypatch: pytest.MonkeyPatch, capsys: Any, tmp_path: Path
) -> None:
    with pytest.raises(SystemExit, match="choose another folder with --results"):
        run.main(["--most-lines", "9"])
    monkeypatch.chdir(run.ROOT)
    with pytest.raises(SystemExit, match="choose another folder with --results"):
        run.main(["--most-lines", "9", "--results", "benchmarks/results"])
    commits["benchmarks"] += CHANGED
    with pytest.raises(SystemExit, match="differ from the commit: commit them, or add --changed"):
        run.main([])
    with pytest.raises(SystemExit, match="--corpus nowhere does not exist"):
        run.main(["--changed", "--corpus", "nowhere"])
    with pytest.raises(SystemExit, match=r"--corpus .* must be a file"):
        run.main(["--changed", "--corpus", str(tmp_path)])
    with pytest.raises(SystemExit, match=r"--mlm .* must be a folder"):
        run.main(["--changed", "--mlm", __file__])
    for number in ("0", "-5"):
        with pytest.raises(SystemExit):
            run.main(["--most-lines", number, "--results", str(tmp_path)])
        assert f"{number} must be a whole number from 1" in capsys.readouterr().err


def test_trials_skip_what_they_cannot_shorten(
    commits: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    chosen: list[list[str]] = []
    monkeypatch.setattr(run, "run", lambda parts, *_: chosen.append([part.name for part in parts]))
    run.main([])
    run.main(["--results", str(tmp_path), "--most-lines", "9"])
    assert chosen[0] == [part.name for part in run.PARTS]
    assert set(chosen[0]) - set(chosen[1]) == {"scale", "scale-vocabulary", "large-vocabulary"}


def test_the_list_names_no_paths(capsys: Any) -> None:
    run.main(["--list"])
    printed = capsys.readouterr().out
    assert "comparison: python -m benchmarks.quality.comparison CORPUS TEACHER --lines 60000" in printed
    assert "scale (not in trials): python -m benchmarks.speed.scale CORPUS TEACHER" in printed


def test_a_table_keeps_numbers_and_prints_them_rounded() -> None:
    table = MarkdownTable("name", "score", "share", "count", title="Scores", formats={"share": ".1%", "count": ","})
    table.row("a", 0.51449, 0.1234, 1200, bold=["score"])
    table.row("b", float("nan"), None, 7)
    assert table.rows == [["a", 0.51449, 0.1234, 1200], ["b", None, None, 7]]
    assert table.lines[-2:] == ["| a | **.514** | 12.3% | 1,200 |", "| b | – | – | 7 |"]
    assert table.name == "Scores"
    with pytest.raises(ValueError, match="has 4 columns, and the row has 1"):
        table.row("c")


def test_pages_are_filled_from_results(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    rows = [["own", 0.5, 1234.5], ["other", 0.4, 2.0], ["teacher", 0.6, 3.0]]
    table = ResultTable(("vectors", "score", "MB"), rows, {"MB": ",.0f"})
    about: dict[str, Any] = {
        **COMMITS, "date": "2026-01-02", "command": "python -m x", "processor": "CPU", "cores": 2, "threads": 1, "gpu": None,
        "python": "3.11", "versions": {"torch": "2+cpu"}, "seconds": 100,
    }  # fmt: skip
    Result(about, {"quality": table}).save(tmp_path / "part.json")
    assert Result.load(tmp_path / "part.json").tables["quality"].rows == rows
    chosen = PageTable(
        "part", "quality", {"own": "`own`", "teacher": "it"}, {"vectors": "v", "score": "s"}, ["score"], ["teacher"]
    )
    wrong = dataclasses.replace(chosen, rows={"none": "none"})
    monkeypatch.setattr("benchmarks.pages.TABLES", {"chosen": chosen, "wrong": wrong})
    page = "a\n<!-- table: chosen -->\nold\n<!-- end -->\nb\n<!-- table: part / quality -->\n<!-- end -->\n<!-- table: later / x -->\nkept\n<!-- end -->\n"
    found = filled(page, Results(tmp_path))
    assert "| v | s |\n|---|---:|\n| `own` | **.500** |\n| it | .600 |\n" in found
    assert "| own | .500 | 1,234 |\n| other | .400 | 2 |\n" in found
    assert "old" not in found
    assert "kept" in found
    assert filled(found, Results(tmp_path)) == found
    sentence = filled("<!-- conditions: part -->\n<!-- end -->", Results(tmp_path))
    assert (
        "Measured on 2026-01-02 at commit abc by `python -m x`, in 2 min on 2 cores (CPU), 1 thread, no GPU" in sentence
    )
    with pytest.raises(ValueError, match=r"has no rows \['none'\]"):
        filled("<!-- table: wrong -->\n<!-- end -->", Results(tmp_path))
