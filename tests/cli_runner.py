"""Running commands of gensim-distill in the test process."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from click.testing import Result
from typer.testing import CliRunner

from gensim_distill.cli.app import app

#: Options for tests with little text.
LITTLE = ["--min-count", "1", "--contexts-per-word", "none"]


def run(*arguments: Any, input: str | bytes | None = None, code: int = 0) -> Result:
    """Run a command, check its exit code, and return the result with its `stdout` and `stderr`."""
    result = CliRunner().invoke(app, [str(argument) for argument in arguments], input=input)
    assert result.exit_code == code, result.stdout + result.stderr
    return result


def run_json(*arguments: Any, input: str | bytes | None = None) -> Any:
    """Run a command with --json, whose standard output must be JSON, and return the parsed value."""
    return json.loads(run(*arguments, "--json", "--quiet", input=input).stdout)


def messages(result: Result) -> str:
    """Return the text on standard error without surrounding whitespace."""
    return result.stderr.strip()


def write_lines(path: Path, *lines: str) -> Path:
    """Write lines to a file, create its folder if needed, and return its path."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    return path
