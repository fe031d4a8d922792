"""The README: its snippets run, its commands and links exist."""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest
import snippets
from platforms import needs_make

ROOT = Path(__file__).resolve().parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")
SNIPPETS = [block for block in snippets.blocks(README) if block.language == "python"]
COMMANDS = snippets.commands(README)


def test_there_are_snippets_and_commands() -> None:
    assert SNIPPETS
    assert all(snippet.expected for snippet in SNIPPETS)  # every program is shown with its output
    assert len(COMMANDS) >= 4


def test_the_readme_is_short() -> None:
    assert len(README.split()) <= 730


@pytest.mark.parametrize("snippet", SNIPPETS, ids=range(len(SNIPPETS)))
def test_each_snippet_runs_on_its_own(snippet: snippets.Block, tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", snippet.code], cwd=tmp_path, capture_output=True, text=True, timeout=900
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip()
    assert done.stdout == snippet.expected.get("output", done.stdout)
    assert "small random vector" not in done.stderr  # every snippet learns vectors


@pytest.mark.parametrize(
    "command", [pytest.param(line, marks=needs_make) if line.startswith("make ") else line for line in COMMANDS]
)
def test_each_command_exists(command: str) -> None:
    program, *arguments = shlex.split(command)
    if program == "make":
        # Other tests run the programs of `make demo` and `make test`; this one checks the rules.
        plan = subprocess.run(["make", "--dry-run", *arguments], cwd=ROOT, capture_output=True, text=True)
        assert plan.returncode == 0, plan.stderr
        assert {"demo": "examples/demo.py", "test": "pytest"}[arguments[0]] in plan.stdout
    elif program == "pip":
        pytest.importorskip("pip")
        # The environment of the tests has torch and the extras already.
        plan = subprocess.run(
            [sys.executable, "-m", "pip", "install", "--dry-run", "--no-deps", "--no-build-isolation", *arguments[1:]],
            cwd=ROOT,
            capture_output=True,
            text=True,
        )
        assert plan.returncode == 0, plan.stderr
    elif program == "gensim-distill":
        assert "## Command line" in README  # tests/cli/test_documented_commands.py runs its commands in order
    else:
        pytest.fail(f"no test covers this command of the README: {command}")


@pytest.mark.parametrize("link", sorted(set(re.findall(r"\]\((?!https?://)([^)#]+)", README))))
def test_each_link_into_the_project_exists(link: str) -> None:
    assert (ROOT / link).exists()
