"""Peak memory of a training on one, four and sixteen times as many documents with the same vocabulary.

The vocabulary is that of the first N documents, so that only the corpus grows. Each size runs in its own process, once
with the default context budget and once without any.

Run: python -m benchmarks.speed.memory CORPUS TEACHER [--lines N] [--times N ...]
"""

from __future__ import annotations

import multiprocessing
import resource
import sys
from concurrent.futures import ProcessPoolExecutor
from time import perf_counter
from typing import Any

from benchmarks.common import Lines, MarkdownTable, corpus_parser, machine
from gensim_distill import DistilledWord2Vec

BUDGETS: dict[str, dict[str, Any]] = {"default": {}, "None": {"contexts_per_word": None}}


def peak() -> float:
    """Return the peak memory of this process in megabytes."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1e6 if sys.platform == "darwin" else 1e6 / 1024)


def measure(path: str, teacher: str, lines: int, times: int, settings: dict[str, Any]) -> dict[str, float]:
    """Train a model and return its memory, its time and the number of words read."""
    model = DistilledWord2Vec(teacher=teacher, **settings)
    model.build_vocab(Lines(path, lines))
    before = peak()
    start = perf_counter()
    _, words = model.train(Lines(path, lines * times))
    seconds = perf_counter() - start
    estimate = model.estimate_memory()["total"] / 1e6
    return {"before": before, "peak": peak(), "estimate": estimate, "seconds": seconds, "words": words}


def main() -> None:
    parser = corpus_parser(__doc__, lines=10_000)
    parser.add_argument("--times", type=int, nargs="+", default=[1, 4, 16])
    arguments = parser.parse_args()
    print(f"{machine()}\nteacher {arguments.teacher}; memory in MB")
    columns = ["documents", "words read", "seconds", "before training", "peak", "relative", "estimate_memory"]
    table = MarkdownTable("contexts_per_word", *columns)
    for name, settings in BUDGETS.items():
        first = None
        for times in arguments.times:
            with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as process:
                job = process.submit(
                    measure,
                    arguments.corpus,
                    arguments.teacher,
                    arguments.lines,
                    times,
                    settings | {"seed": arguments.seed},
                )
                found = job.result()
            first = first or found["peak"]
            numbers = [arguments.lines * times, found["words"]]
            rounded = [f"{found[key]:.0f}" for key in ("seconds", "before", "peak")]
            table.row(name, *numbers, *rounded, f"{found['peak'] / first:.2f}", f"{found['estimate']:.0f}")


if __name__ == "__main__":
    main()
