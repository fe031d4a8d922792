"""All published measurements, in one run that can be resumed: a file of results per part, from which pages are filled.

Run: python -m benchmarks.run [--corpus FILE] [--pairs FILE] ... [--parts PART ...] [--list] [--again]

Each part is a benchmark in its own process. Its tables are written to benchmarks/results/PART.json with the machine,
the versions, the date and the commit, and its plots beside it. A part with a result of this commit and these inputs is
skipped, and so is a part without its inputs. If a part fails, the others are run. Then ``make tables`` fills the pages.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from time import perf_counter
from typing import Any

from benchmarks.common import argument_parser
from benchmarks.parts import FOLDERS, INPUTS, PARTS, TWO_FILES, Part
from benchmarks.record import CHANGED, RESULTS, ROOT, UNKNOWN, Result, commits
from gensim_distill._utils.default_teacher import DEFAULT_TEACHER
from gensim_distill.teachers.packaged_copy import packaged_copy

Inputs = dict[str, list[str]]
WORK = ROOT / "build" / "benchmarks"  # for the output of parts that run


@dataclass(frozen=True)
class Run:
    """The conditions of a run.

    Attributes
    ----------
    inputs : dict of str to list of str
        The paths of each input.
    results : pathlib.Path
        The folder for results.
    most_lines : int or None
        A limit of the documents of a corpus, for trials.
    """

    inputs: Inputs
    results: Path
    most_lines: int | None = None

    def path(self, part: Part) -> Path:
        """Return the file of the result of a part."""
        return self.results / f"{part.name}.json"

    def missing(self, part: Part) -> list[str]:
        """Return the options of inputs that a part needs and that were not given."""
        return [option(name) for name in part.inputs if name not in self.inputs]

    def conditions(self, part: Part) -> dict[str, Any]:
        """Return the conditions by which a result is known to be of this run."""
        digests = {name: digest(self.inputs[name]) for name in sorted(set(part.inputs))}
        found = {"command": shown_command(part), "inputs": digests, **commits()}
        return found | ({"most_lines": self.most_lines} if self.most_lines else {})

    def done(self, part: Part) -> bool:
        """Return whether a part has a result with the same conditions, none of them unknown."""
        if not self.path(part).exists():
            return False
        conditions = self.conditions(part)
        about = Result.load(self.path(part)).about
        known = not any(commit == UNKNOWN or commit.endswith(CHANGED) for commit in commits().values())
        return known and {name: about.get(name) for name in conditions} == conditions

    def folder(self, part: Part, conditions: dict[str, Any]) -> Path:
        """Return the folder for output: that of an interrupted part with the same conditions, or an empty one."""
        folder = WORK / part.name
        written = folder / "conditions.json"
        text = json.dumps(conditions)  # what is written may be cut off
        if not written.exists() or written.read_text(encoding="utf-8") != text:
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir(parents=True)
            written.write_text(text, encoding="utf-8")
        return folder

    def measure(self, part: Part) -> None:
        """Run a part in its own process, and store its result.

        Raises
        ------
        subprocess.CalledProcessError
            If the benchmark fails.
        """
        conditions = self.conditions(part)  # of the files that the part begins with
        output = self.folder(part, conditions)
        arguments = part.command(self.inputs, str(output), self.most_lines)
        written = output / "result.json"
        command = [sys.executable, "-m", "benchmarks.record", str(written), part.module, *arguments]
        path = os.pathsep.join(filter(None, [str(ROOT), os.environ.get("PYTHONPATH")]))
        subprocess.run(command, cwd=ROOT, check=True, env={**os.environ, "PYTHONPATH": path})
        result = Result.load(written)
        self.results.mkdir(parents=True, exist_ok=True)
        for plot in part.plots:
            shutil.copyfile(output / plot, self.results / plot)
        replace(result, about={**result.about, **conditions}, plots=part.plots).save(self.path(part))
        shutil.rmtree(output)


def option(name: str) -> str:
    """Return the option of an input."""
    return "--" + name.replace("_", "-")


def shown_command(part: Part) -> str:
    """Return the command of a part, with the names of inputs in capitals instead of paths."""
    names = {name: [name.upper()] for name in INPUTS}
    return f"python -m benchmarks.{part.module} {' '.join(part.command(names, 'OUTPUT'))}"


def digest(paths: Sequence[str]) -> str:
    """Return the beginning of the SHA-256 of files; of a folder, that of its largest file."""
    found = hashlib.sha256()
    for path in map(Path, paths):
        files = [path] if path.is_file() else filter(Path.is_file, sorted(path.rglob("*")))
        with open(max(files, key=lambda file: file.stat().st_size), "rb") as file:
            while block := file.read(1 << 20):
                found.update(block)
    return found.hexdigest()[:12]


def run(parts: Sequence[Part], conditions: Run, again: bool = False) -> list[str]:
    """Run parts, and return the names of those that failed."""
    failed, start = [], perf_counter()
    for part in parts:
        missing = conditions.missing(part)
        if missing:
            print(f"{part.name} is skipped: it needs {' and '.join(missing)}.", flush=True)
            continue
        if not again and conditions.done(part):
            print(f"{part.name} has a result of this commit; --again measures it again.", flush=True)
            continue
        print(f"== {part.name}", flush=True)
        begun = perf_counter()
        try:
            conditions.measure(part)
        except (subprocess.CalledProcessError, OSError, ValueError) as error:
            print(f"{part.name} failed: {error}", flush=True)
            failed.append(part.name)
        print(f"== {part.name}: {(perf_counter() - begun) / 60:.1f} minutes", flush=True)
    print(f"{(perf_counter() - start) / 60:.1f} minutes in all.")
    print(f"Failed: {', '.join(failed)}." if failed else "No part failed.")
    return failed


def count(text: str) -> int:
    """Return the value of an option that is a whole number from 1."""
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError(f"{text} must be a whole number from 1.")
    return number


def parser() -> argparse.ArgumentParser:
    """Create the parser of the command line."""
    found = argument_parser(__doc__)
    for name, help_ in INPUTS.items():
        files = 2 if name in TWO_FILES else 1
        metavar = "FOLDER" if name in FOLDERS else ("FILE",) * files
        found.add_argument(option(name), nargs=files, metavar=metavar, help=help_)
    found.add_argument("--parts", nargs="+", choices=[part.name for part in PARTS], metavar="PART", help="%(choices)s")
    found.add_argument("--list", action="store_true", help="list the parts and their commands")
    found.add_argument("--again", action="store_true", help="measure parts again that have a result of this commit")
    found.add_argument("--results", type=Path, default=RESULTS, metavar="FOLDER", help="default: %(default)s")
    found.add_argument("--most-lines", type=count, metavar="N", help="read fewer documents, to try the run")
    found.add_argument("--changed", action="store_true", help="measure although files differ from the commit")
    return found


def given(arguments: Mapping[str, Any]) -> Inputs:
    """Return the inputs that were given, as absolute paths.

    Raises
    ------
    SystemExit
        If a path does not exist, or is a folder where a file is needed, or the other way round.
    """
    inputs = {name: paths for name in INPUTS if (paths := arguments[name])}
    if "teacher" not in inputs and (teacher := packaged_copy(DEFAULT_TEACHER)):
        inputs["teacher"] = [teacher]
    for name, paths in inputs.items():
        for path in paths:
            if not os.path.exists(path):
                raise SystemExit(f"{option(name)} {path} does not exist.")
            if os.path.isdir(path) != (name in FOLDERS):
                raise SystemExit(f"{option(name)} {path} must be a {'folder' if name in FOLDERS else 'file'}.")
        inputs[name] = [os.path.abspath(path) for path in paths]
    return inputs


def main(argv: list[str] | None = None) -> None:
    arguments = parser().parse_args(argv)
    if arguments.list:
        for part in PARTS:
            print(f"{part.name}{' (not in trials)' * part.long}: {shown_command(part)}")
        return
    names = arguments.parts or [part.name for part in PARTS if not (part.long and arguments.most_lines)]
    parts = [part for part in PARTS if part.name in names]
    if arguments.results.resolve() == RESULTS.resolve() and arguments.most_lines:
        raise SystemExit("--most-lines is for trials: choose another folder with --results, which pages do not use.")
    if any(commit.endswith(CHANGED) for commit in commits().values()) and not arguments.changed:
        raise SystemExit("Files of the package or of benchmarks differ from the commit: commit them, or add --changed.")
    if run(parts, Run(given(vars(arguments)), arguments.results, arguments.most_lines), arguments.again):
        raise SystemExit(1)


if __name__ == "__main__":
    main()
