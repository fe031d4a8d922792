"""Running the command line inside the process of the tests, as a shell would."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from typer.testing import CliRunner

from gensim_distill.cli.app import app

#: The same setting for tests that have little text.
LITTLE = ["--min-count", "1", "--contexts-per-word", "none"]


def run(*arguments: Any, input: str | bytes | None = None, code: int = 0) -> Any:
    """Run a command that is to end with an exit code; its result has `stdout` and `stderr`."""
    result = CliRunner().invoke(app, [str(argument) for argument in arguments], input=input)
    assert result.exit_code == code, result.stdout + result.stderr
    return result


def run_json(*arguments: Any, input: str | bytes | None = None) -> Any:
    """Run a command with --json and give what it says, which must be nothing but JSON."""
    return json.loads(run(*arguments, "--json", "--quiet", input=input).stdout)


def said(result: Any) -> str:
    """Give what was said on standard error, as one line if it was one."""
    text: str = result.stderr.strip()
    return text


def write(path: Path, *lines: str) -> Path:
    """Write a file of lines."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    return path
