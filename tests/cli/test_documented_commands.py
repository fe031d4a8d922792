"""The commands of docs/cli.md and the README run, in their order."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest
from cli_runner import run
from platforms import needs_bash

from gensim_distill.cli.app import app

pytestmark = needs_bash

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "cli.md").read_text(encoding="utf-8")
README = (ROOT / "README.md").read_text(encoding="utf-8")
TUTORIAL = (ROOT / "docs" / "tutorial.md").read_text(encoding="utf-8")


def commands_of(markdown: str) -> list[str]:
    blocks = re.findall(r"^```console\n(.*?)^```", markdown, flags=re.MULTILINE | re.DOTALL)
    return [line[2:] for block in blocks for line in block.splitlines() if line.startswith("$ ")]


def section(title: str) -> str:
    found = re.search(rf"^## {title}\n(.*?)(?=^## )", README, flags=re.MULTILINE | re.DOTALL)
    assert found
    return found.group(1)


@pytest.fixture
def reviews(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the working directory of the commands, with the folder of the tutorial."""
    monkeypatch.chdir(tmp_path)
    exec(TUTORIAL.partition("```python\n")[2].partition("```")[0], {})  # writes the folder
    monkeypatch.setenv("PATH", f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}")
    return tmp_path


def run_line(command: str, monkeypatch: pytest.MonkeyPatch, teacher: Path | None = None) -> None:
    """Run a command line as a shell does, with gensim-distill in this process, and with another default teacher."""
    assignment = re.fullmatch(r"(\w+)=(\$\(.*\))", command)
    if assignment:
        monkeypatch.setenv(assignment.group(1), bash(f"echo {assignment.group(2)}").strip())
        return
    before, pipe, last = command.rpartition(" | ")
    program, *arguments = shlex.split(os.path.expandvars(last))
    assert program == "gensim-distill", f"no test knows how to run {command!r}"
    if (
        teacher is not None
        and arguments[0] in ("train", "estimate", "search")
        and not {"--model", "--config"} & {*arguments}
    ):
        arguments += ["--teacher", str(teacher)]
    result = run(*arguments, input=bash(before) if pipe else None)
    assert result.stdout or arguments[0] in ("train", "export", "report", "encode")


def bash(command: str) -> str:
    return subprocess.run(["bash", "-c", command], check=True, capture_output=True, text=True).stdout


def test_the_page_covers_every_command() -> None:
    documented = {command.rpartition("gensim-distill ")[2].split()[0] for command in commands_of(PAGE)}
    assert documented == {command.callback.__name__ for command in app.registered_commands if command.callback}


def test_the_commands_of_the_page_run(reviews: Path, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for command in commands_of(PAGE):
        run_line(command, monkeypatch, folder)


def test_the_commands_of_the_readme_run(reviews: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    commands = commands_of(section("Search in your own files")) + commands_of(section("Command line"))
    assert len(commands) >= 5
    for command in commands:
        run_line(command, monkeypatch)
    assert (reviews / "vectors" / "vectors.bin").is_file()
