"""What the README promises: its snippets run, its commands exist, its links lead somewhere."""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest
import snippets

ROOT = Path(__file__).resolve().parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")
SNIPPETS = [block.code for block in snippets.blocks(README) if block.language == "python"]
COMMANDS = snippets.commands(README)


def test_there_are_snippets_and_commands() -> None:
    assert len(SNIPPETS) >= 4
    assert len(COMMANDS) >= 4


@pytest.mark.parametrize("snippet", SNIPPETS, ids=range(len(SNIPPETS)))
def test_each_snippet_runs_by_itself(snippet: str, tmp_path: Path) -> None:
    done = subprocess.run([sys.executable, "-c", snippet], cwd=tmp_path, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip()
    assert "small random vector" not in done.stderr  # every snippet learns something


@pytest.mark.parametrize("command", COMMANDS)
def test_each_command_can_be_given(command: str) -> None:
    program, *arguments = shlex.split(command)
    if program == "make":
        # What `make demo` and `make test` run is run by the tests; here: that make knows how to.
        plan = subprocess.run(["make", "--dry-run", *arguments], cwd=ROOT, capture_output=True, text=True)
        assert plan.returncode == 0, plan.stderr
        assert {"demo": "examples/demo.py", "test": "pytest"}[arguments[0]] in plan.stdout
    elif program == "pip":
        # torch and this package with its extra are what the environment of the tests was made with.
        plan = subprocess.run(
            [sys.executable, "-m", "pip", "install", "--dry-run", "--no-deps", "--no-build-isolation", *arguments[1:]],
            cwd=ROOT,
            capture_output=True,
            text=True,
        )
        assert plan.returncode == 0, plan.stderr
    elif program == "gensim-distill" or program.startswith("TEACHER="):
        assert "## Command line" in README  # whose commands test_cli_docs.py runs in their order
    else:
        pytest.fail(f"the README gives a command that no test knows: {command}")


@pytest.mark.parametrize("link", sorted(set(re.findall(r"\]\((?!https?://)([^)#]+)", README))))
def test_each_link_into_the_project_leads_somewhere(link: str) -> None:
    assert (ROOT / link).exists()
