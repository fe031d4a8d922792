"""Every reader of files withstands a few cases of damage, and the fuzzer notices what it should."""

from __future__ import annotations

import os
import random
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from fuzzing.judge import digest, fault_of
from fuzzing.mutations import mutate
from fuzzing.reader import Reader

pytest.importorskip("resource", reason="needs a limit on memory, which Windows does not have")
from fuzzing.run import Result, make_files, run_cases

ROOT = Path(__file__).resolve().parents[2]
needs_fork = pytest.mark.skipif(sys.platform != "linux", reason="needs fork, and /proc for the peak of memory")


@needs_fork
def test_every_reader_withstands_damaged_files(tmp_path: Path) -> None:
    for library in ("pyarrow", "datasets", "spacy"):
        pytest.importorskip(library)
    done = subprocess.run(
        [sys.executable, "-m", "tests.fuzzing", "--cases", "3", "--seed", "2026", "--keep", str(tmp_path / "kept")],
        cwd=ROOT,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert ", 0 failures" in done.stdout


def number_in(folder: Path) -> int:
    text = (folder / "number.txt").read_bytes()
    if text == b"hang":
        while True:
            pass
    if text == b"exit":
        os._exit(3)
    if text == b"memory":
        return len(bytearray(300_000_000))
    return int(text)


def reading(content: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, **settings: Any) -> Result:
    """Return the result of one case whose damaged file has some content."""

    def damage(folder: Path, *_: Any) -> tuple[str, int]:
        (folder / "number.txt").write_text(content, encoding="utf-8")
        return "content", 10

    monkeypatch.setattr("fuzzing.run.mutate", damage)
    if content == "hang":  # the others may take longer on a busy machine
        monkeypatch.setattr("fuzzing.run.SECONDS", 1.0)
    reader = Reader(
        "number",
        lambda folder, variant: (folder / "number.txt").write_text(str(variant), encoding="utf-8") and None,
        number_in,
        **settings,
    )
    make_files([reader], tmp_path)
    return run_cases(reader, tmp_path, 1, range(1), tmp_path / "kept")


@needs_fork
@pytest.mark.parametrize(
    ("content", "failure"),
    [
        ("hang", "took more than 1 seconds"),
        ("exit", "ended the process with status 3"),
        ("memory", "MB of memory"),
        ("x", "does not name the file|raised by a library"),
    ],
)
def test_failure_is_reported_and_its_files_are_kept(
    content: str, failure: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    result = reading(content, tmp_path, monkeypatch)
    assert result.counts == {"failure": 1}
    assert any(part in result.failures[0] for part in failure.split("|"))
    assert (tmp_path / "kept" / "number-1-0" / "number.txt").read_text(encoding="utf-8") == content


@needs_fork
@pytest.mark.parametrize(("checked", "outcome"), [(False, "other"), (True, "failure")])
def test_other_content_is_a_failure_only_with_checksums(
    checked: bool, outcome: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert reading("7", tmp_path, monkeypatch, checked=checked).counts == {outcome: 1}


@needs_fork
def test_equal_content_is_right(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert reading(" 0 ", tmp_path, monkeypatch, checked=True).counts == {"same": 1}


def test_mutations_are_the_same_for_a_seed(tmp_path: Path) -> None:
    found = []
    for attempt in range(2):
        for case in range(30):
            folder = tmp_path / f"{attempt}-{case}"
            for part, text in (("valid", '{"a": [1, 2.5]}\n'), ("other", "3 4\n")):
                (folder / part).mkdir(parents=True)
                (folder / part / "file.json").write_text(text, encoding="utf-8")
            name, _ = mutate(folder / "valid", folder / "other", random.Random(case))
            content = [path.read_bytes() for path in sorted((folder / "valid").rglob("*")) if path.is_file()]
            found.append((name, content))
    assert found[:30] == found[30:]
    assert len({digest(content) for _, content in found}) > 15


def test_error_of_a_library_is_a_fault(tmp_path: Path) -> None:
    for text in ("{", "[1,"):
        try:
            __import__("json").loads(text)
        except ValueError as error:
            assert "not our error" in str(fault_of(error, tmp_path))
