"""Files of results: the tables and plots of one benchmark with the machine, the versions, the date and the commit.

Run: python -m benchmarks.record FILE MODULE [ARGUMENT ...]

Runs a benchmark, for example ``speed.text_index --texts 1000``, and writes the tables that its ``main`` returns to FILE.
benchmarks.run does this for all parts.
"""

from __future__ import annotations

import datetime
import importlib
import json
import os
import platform
import re
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from time import perf_counter
from typing import Any

import torch

from benchmarks.common import Cell, MarkdownTable, processor, versions
from gensim_distill._utils.atomic import replace_file

ROOT = Path(__file__).resolve().parents[1]
RESULTS = ROOT / "benchmarks" / "results"
LIBRARIES = (
    "gensim", "numpy", "scipy", "scikit-learn", "torch", "transformers", "model2vec", "tokenlearn", "bm25s", "ray",
)  # fmt: skip
# The files that measurements depend on. A commit of others, for example of pages, leaves results valid.
PACKAGE = ("gensim_distill", "constraints.txt")
SCRIPTS = (
    *("benchmarks/common.py", "benchmarks/plots.py", "benchmarks/record.py"),
    *("benchmarks/ablation", "benchmarks/quality", "benchmarks/speed"),
)
CHANGED = "-changed"  # the end of a commit whose files were changed
UNKNOWN = "unknown"  # the commit of files outside of a repository


@dataclass(frozen=True)
class ResultTable:
    """A table of a benchmark.

    Attributes
    ----------
    columns : sequence of str
    rows : sequence of sequence
        Numbers are not rounded.
    formats : mapping of str to str
        See :class:`~benchmarks.common.MarkdownTable`.
    """

    columns: Sequence[str]
    rows: Sequence[Sequence[Cell]]
    formats: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Result:
    """The result of a part.

    Attributes
    ----------
    about : dict
        The command, inputs, machine, versions, seed, date and commits.
    tables : dict of str to ResultTable
    plots : list of str
        The names of files beside that of the result.
    """

    about: dict[str, Any]
    tables: dict[str, ResultTable]
    plots: Sequence[str] = ()

    @classmethod
    def load(cls, path: Path) -> Result:
        """Read a result from a file."""
        stored = json.loads(path.read_text(encoding="utf-8"))
        tables = {name: ResultTable(**table) for name, table in stored["tables"].items()}
        return cls(stored["about"], tables, stored["plots"])

    def save(self, path: Path) -> None:
        """Write the result to a file, atomically, with a line per row of a table."""
        text = json.dumps(asdict(self), indent=1, ensure_ascii=False)
        text = re.sub(r"\[[^\[\]{}]*\]", lambda found: re.sub(r"\n\s*", " ", found[0]), text)
        with replace_file(path) as temporary:
            temporary.write_text(text + "\n", encoding="utf-8")


def git(*arguments: str) -> str:
    """Return the output of git; empty outside of a repository, and where git is not installed."""
    if shutil.which("git") is None:
        return ""
    done = subprocess.run(["git", *arguments], cwd=ROOT, capture_output=True, text=True)
    return done.stdout.strip()


def commits() -> dict[str, str]:
    """Return the last commits that changed the package and the benchmarks, with a mark if files differ from them."""
    found = {}
    for name, paths in (("commit", PACKAGE), ("benchmarks", SCRIPTS)):
        commit = git("log", "-1", "--format=%h", "--abbrev=10", "--", *paths) or UNKNOWN
        found[name] = commit + CHANGED * bool(git("status", "--porcelain", "--", *paths))
    return found


def environment() -> dict[str, Any]:
    """Return the machine, versions, date and commits."""
    return {
        "date": datetime.datetime.now(datetime.timezone.utc).date().isoformat(),
        **commits(),
        "processor": processor(),
        "cores": os.cpu_count(),
        "threads": torch.get_num_threads(),
        "gpu": torch.cuda.get_device_name() if torch.cuda.is_available() else None,
        "python": platform.python_version(),
        "versions": versions(*LIBRARIES),
    }


def record(path: Path, module: str, arguments: Sequence[str]) -> None:
    """Run a benchmark, and write its tables."""
    about = environment()
    start = perf_counter()
    found: Sequence[MarkdownTable] = importlib.import_module(f"benchmarks.{module}").main(list(arguments))
    about["seconds"] = round(perf_counter() - start)
    tables = {}
    for table in found:
        if table.name in tables:
            raise ValueError(f"benchmarks.{module} has two tables with the name {table.name!r}: give them titles.")
        if table.rows:
            tables[table.name] = ResultTable(table.columns, table.rows, table.formats)
    Result(about, tables).save(path)


if __name__ == "__main__":
    record(Path(sys.argv[1]), sys.argv[2], sys.argv[3:])
