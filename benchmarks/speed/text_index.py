"""Seconds and memory of an index of texts: building it in a file, one query, and a batch of queries.

The texts are random words, since the time does not depend on them; to draw them is part of building. Each index is built and searched in a process of its own;
of five searches the best counts, in seconds of processor time over all threads.

Run: python -m benchmarks.speed.text_index [--texts N ...] [--vector-size D]
"""

from __future__ import annotations

import multiprocessing
import resource
import tempfile
from collections.abc import Iterator
from time import process_time
from typing import Any, Literal

import numpy as np

from benchmarks.common import MarkdownTable, argument_parser, machine
from gensim_distill.encoding import TextEncoder, TextIndex

VOCABULARY, WORDS, QUERIES = 20_000, 10, 100


def random_texts(words: list[str], number: int) -> Iterator[str]:
    """Yield texts of ten random words."""
    rng = np.random.default_rng(0)
    for _ in range(number):
        yield " ".join(words[row] for row in rng.integers(len(words), size=WORDS))


def measure(task: tuple[int, int, Literal["float32", "float16"]]) -> tuple[Any, ...]:
    """Build an index and search in it; return its seconds, those of a query and of each of a batch, and the peak memory."""
    n_texts, size, dtype = task
    words = [f"w{number}" for number in range(VOCABULARY)]
    encoder = TextEncoder(words, np.random.default_rng(1).normal(size=(VOCABULARY, size)))
    queries = list(random_texts(words, QUERIES))
    with tempfile.TemporaryDirectory() as folder:
        start = process_time()
        index = TextIndex.build(f"{folder}/index", encoder, random_texts(words, n_texts), dtype=dtype)
        seconds = [process_time() - start]
        for batch in (queries[:1], queries):
            times = []
            for _ in range(5):
                start = process_time()
                index.search(batch)
                times.append((process_time() - start) / len(batch))
            seconds.append(min(times))
    return *seconds, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def main(argv: list[str] | None = None) -> list[MarkdownTable]:
    parser = argument_parser(__doc__)
    parser.add_argument("--texts", type=int, nargs="+", default=[100_000, 1_000_000])
    parser.add_argument("--vector-size", type=int, default=384)
    arguments = parser.parse_args(argv)
    print(f"{machine()}\n{WORDS} words per text, {arguments.vector_size} dimensions, {QUERIES} queries in a batch")
    formats = {"build (s)": ".1f", "a query (ms)": ".1f", "a query of a batch (ms)": ".2f", "peak memory (MB)": ",.0f"}
    table = MarkdownTable("texts", "dtype", *formats, formats={"texts": ","} | formats)
    with multiprocessing.get_context("spawn").Pool(1, maxtasksperchild=1) as pool:
        for n_texts in arguments.texts:
            for dtype in ("float32", "float16"):
                build, one, batch, peak = pool.apply(measure, ((n_texts, arguments.vector_size, dtype),))
                table.row(n_texts, dtype, build, 1000 * one, 1000 * batch, peak)
    return [table]


if __name__ == "__main__":
    main()
