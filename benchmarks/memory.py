"""Whether memory depends on the length of the corpus: peak memory for once, four and sixteen times as much text.

The vocabulary is that of the first N lines, so that nothing but the text grows. Each size is read in a process of its
own, whose peak memory is its own too, once with the default budget and once without any.

Run: python benchmarks/memory.py CORPUS TEACHER [--lines N] [--times N ...]

CORPUS has a tokenized sentence a line and may be compressed; it is lower-cased. TEACHER is a hub name or a folder.
"""

from __future__ import annotations

import argparse
import multiprocessing
import resource
import sys
from concurrent.futures import ProcessPoolExecutor
from time import perf_counter
from typing import Any

from corpus import Lines
from machine import machine

from gensim_distill import DistilledWord2Vec

BUDGETS: dict[str, dict[str, Any]] = {"default budget": {}, "everything": {"contexts_per_word": None}}


def peak() -> float:
    """Give the most memory that this process has had, in megabytes."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1e6 if sys.platform == "darwin" else 1e6 / 1024)


def measure(path: str, teacher: str, lines: int, times: int, settings: dict[str, Any]) -> dict[str, float]:
    model = DistilledWord2Vec(teacher=teacher, **settings)
    model.build_vocab(Lines(path, lines))
    before = peak()
    began = perf_counter()
    _, words = model.train(Lines(path, lines * times))
    took = perf_counter() - began
    estimated = model.estimate_memory()["total"] / 1e6
    return {"before": before, "peak": peak(), "estimated": estimated, "seconds": took, "words": words}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("corpus")
    parser.add_argument("teacher")
    parser.add_argument("--lines", type=int, default=10_000, help="of which the vocabulary is (default: %(default)s)")
    parser.add_argument("--times", type=int, nargs="+", default=[1, 4, 16])
    arguments = parser.parse_args()
    print(f"{machine()}\nteacher {arguments.teacher}\n")
    print(
        "| | texts | words read | seconds | MB before training | peak MB | against the first | estimate_memory, MB |\n|---|"
        + "---:|" * 7
    )
    for name, settings in BUDGETS.items():
        first = None
        for times in arguments.times:
            with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as process:
                found = process.submit(
                    measure, arguments.corpus, arguments.teacher, arguments.lines, times, settings
                ).result()
            first = first or found["peak"]
            print(
                f"| {name} | {arguments.lines * times} | {found['words']} | {found['seconds']:.0f} | {found['before']:.0f} | "
                f"{found['peak']:.0f} | {found['peak'] / first:.2f} | {found['estimated']:.0f} |",
                flush=True,
            )


if __name__ == "__main__":
    main()
