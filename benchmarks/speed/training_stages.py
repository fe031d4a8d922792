"""Where the time of a default training goes, compared for several checkouts of the package.

Each checkout trains in a process of its own, in turns. For each stage the table has the seconds of wall-clock time and of
all cores, without the stages that it contains, as medians over the turns. The time of all cores hardly depends on other
processes of the machine. The statistics of the corpus are added while the teacher reads on, so they have no wall-clock time
of their own: it is that of the pass.

Run: python -m benchmarks.speed.training_stages CORPUS TEACHER [--lines N] [--checkouts FOLDER ...] [--turns N]
"""

from __future__ import annotations

import functools
import importlib
import inspect
import json
import os
import subprocess
import sys
import tempfile
from collections import defaultdict
from collections.abc import Callable, Iterator
from pathlib import Path
from time import perf_counter, process_time, thread_time
from typing import Any

import numpy as np

#: The function of each stage: its module and its name there. One that a checkout lacks is ignored.
STAGES: dict[str, tuple[str, str]] = {
    "vocabulary": ("word2vec.model", "DistilledWord2Vec.build_vocab"),
    "budget": ("corpus.context_budget", "ContextBudget.scan"),
    "selection": ("corpus.context_budget", "ContextBudget.select"),
    "the teacher reads the corpus": ("solvers.one_pass", "OnePassSolver.collect"),
    "statistics of words": ("statistics.moments", "Moments.add"),
    "statistics of texts": ("statistics.text_store", "TextStore.add"),
    "isolated words": ("solvers.isolated_words", "read_isolated_words"),
    "views of words": ("objectives.hybrid", "HybridViews.fit"),
    "predictors": ("objectives.hybrid_views", "HybridViews.predictors"),
    "fit of texts, linear part": ("objectives.text_regression", "_fit_maps"),
    "fit of texts, word-specific part": ("objectives.text_regression", "TextRegression.correct"),
    "targets of texts": ("objectives.text_regression", "targets_of_texts"),
    "pieces of words": ("solvers.text_tables", "fit_pieces"),
    "principal components of texts": ("solvers.text_tables", "principal_directions_of_texts"),
    "fit of words, and the rest of the fit": ("solvers.one_pass", "OnePassSolver.fit"),
    "principal components of words": ("word2vec.training", "compute_vectors"),
    "saving": ("word2vec.model", "DistilledWord2Vec.save"),
    "the rest": ("", ""),
}
#: Stages that run beside threads of the teacher: their time is that of the calling thread.
CONCURRENT = ("statistics of words", "statistics of texts", "selection")


class Clock:
    """The time of nested stages, each without those that it contains."""

    def __init__(self) -> None:
        self.wall: defaultdict[str, float] = defaultdict(float)
        self.cores: defaultdict[str, float] = defaultdict(float)
        self._open: list[str] = []

    def timed(self, stage: str, function: Callable[..., Any]) -> Callable[..., Any]:
        """Return the function, so that each call adds its time to a stage."""
        clock = thread_time if stage in CONCURRENT else process_time
        if inspect.isgeneratorfunction(function):
            return self._timed_generator(stage, function)

        @functools.wraps(function)
        def call(*args: Any, **kwargs: Any) -> Any:
            outer = self._open[-1] if self._open else None
            self._open.append(stage)
            wall, cores = perf_counter(), clock()
            try:
                return function(*args, **kwargs)
            finally:
                self._open.pop()
                self._add(stage, outer, perf_counter() - wall, clock() - cores)

        return call

    def _timed_generator(self, stage: str, function: Callable[..., Iterator[Any]]) -> Callable[..., Iterator[Any]]:
        """Return a generator function, so that its items add the time of the thread that takes them to a stage."""

        @functools.wraps(function)
        def iterate(*args: Any, **kwargs: Any) -> Iterator[Any]:
            outer = self._open[-1] if self._open else None
            iterator = function(*args, **kwargs)
            while True:
                start = thread_time()
                try:
                    item = next(iterator)
                except StopIteration:
                    return
                finally:
                    self._add(stage, outer, 0.0, thread_time() - start)
                yield item

        return iterate

    def _add(self, stage: str, outer: str | None, wall: float, cores: float) -> None:
        if stage not in CONCURRENT:
            self.wall[stage] += wall
        self.cores[stage] += cores
        if outer is not None:
            self.wall[outer] -= wall if stage not in CONCURRENT else 0.0
            self.cores[outer] -= cores

    def watch(self, stage: str, module: str, name: str) -> None:
        """Measure each call of a function or method of the package, if there is one."""
        try:
            owner: Any = importlib.import_module(f"gensim_distill.{module}")
        except ImportError:
            return
        *path, last = name.split(".")
        for part in path:
            owner = getattr(owner, part, None)
        kept = vars(owner).get(last) if owner is not None else None
        if isinstance(kept, classmethod):
            setattr(owner, last, classmethod(self.timed(stage, kept.__func__)))
        elif hasattr(owner, last):
            setattr(owner, last, self.timed(stage, getattr(owner, last)))


def train_once(path: str, teacher_path: str, lines: int) -> dict[str, dict[str, float]]:
    """Train and save a model with the package that Python finds, and return the seconds of each stage."""
    from gensim.models.word2vec import LineSentence

    from gensim_distill import DistilledWord2Vec, load_teacher

    documents = [[token.lower() for token in tokens] for tokens in LineSentence(path, limit=lines)]
    teacher = load_teacher(teacher_path)
    clock = Clock()
    for stage, (module, name) in STAGES.items():
        if module:
            clock.watch(stage, module, name)

    def run() -> None:
        model = DistilledWord2Vec(documents, teacher=teacher, vector_size=300, progress=False)
        with tempfile.TemporaryDirectory() as folder:
            model.save(f"{folder}/model")

    clock.timed("the rest", run)()
    return {"wall": dict(clock.wall), "cores": dict(clock.cores)}


def main() -> None:
    from benchmarks.common import MarkdownTable, corpus_parser, machine

    parser = corpus_parser(__doc__, lines=200_000)
    here = str(Path(__file__).resolve().parents[2])
    parser.add_argument("--checkouts", nargs="+", default=[here], metavar="FOLDER", help="default: this one")
    parser.add_argument("--turns", type=int, default=3)
    arguments = parser.parse_args()
    print(f"{machine()}\nteacher {arguments.teacher}, {arguments.lines} documents, {arguments.turns} turns", flush=True)
    corpus, teacher = os.path.abspath(arguments.corpus), arguments.teacher
    teacher = os.path.abspath(teacher) if os.path.isdir(teacher) else teacher
    found: dict[str, list[dict[str, dict[str, float]]]] = {checkout: [] for checkout in arguments.checkouts}
    for _ in range(arguments.turns):
        for checkout, runs in found.items():
            command = [sys.executable, str(Path(__file__).resolve()), "--once", corpus, teacher, str(arguments.lines)]
            path = os.pathsep.join([os.path.abspath(checkout), os.environ.get("PYTHONPATH", "")])
            result = subprocess.run(command, env=os.environ | {"PYTHONPATH": path}, stdout=subprocess.PIPE, check=True)
            runs.append(json.loads(result.stdout.splitlines()[-1]))
    columns = [
        f"{os.path.basename(os.path.abspath(checkout))}, {kind}" for checkout in found for kind in ("wall", "cores")
    ]
    table = MarkdownTable("stage, seconds", *columns)
    for stage in STAGES:
        medians = [_median(runs, kind, [stage]) for runs in found.values() for kind in ("wall", "cores")]
        table.row(stage, *("" if not seconds else f"{seconds:.2f}" for seconds in medians))
    totals = [_median(runs, kind, list(STAGES)) for runs in found.values() for kind in ("wall", "cores")]
    table.row("all", *(f"{seconds:.2f}" for seconds in totals))


def _median(runs: list[dict[str, dict[str, float]]], kind: str, stages: list[str]) -> float:
    return float(np.median([sum(run[kind].get(stage, 0.0) for stage in stages) for run in runs]))


if __name__ == "__main__":
    if sys.argv[1:2] == ["--once"]:
        print(json.dumps(train_once(sys.argv[2], sys.argv[3], int(sys.argv[4]))))
    else:
        main()
