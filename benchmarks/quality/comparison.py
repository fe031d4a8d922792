"""Quality and cost of gensim, model2vec, BM25 and this package, for words and for whole texts, in one run.

Each row and collection is measured in its own process: seconds and peak memory of learning, then the scores. Peers keep
their default settings except for the dimensions, the threads and the seed. Words and pairs of texts are judged with vectors
learned from CORPUS, classified texts with those of the training texts, and search with those of the documents searched.
Results are stored after each measurement; the same command resumes an interrupted run. benchmarks.quality.results makes
the tables and the plot from the file of results, and this command does the same at its end.

Run: python -m benchmarks.quality.comparison CORPUS TEACHER [--lines N] [--task NAME FILE FILE] [--pairs FILE]
    [--classified NAME FILE] [--searched NAME FILE] [--rows ROW ...] [--results FILE]

benchmarks/quality/text_sets.py describes the files. All rows need
pip install "gensim-distill[benchmarks]" and pip install --no-deps tokenlearn, which would pin an earlier transformers.
"""

from __future__ import annotations

import datetime
import logging
import math
import multiprocessing
import os
import resource
import sys
from collections.abc import Iterable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from pathlib import Path
from time import perf_counter
from typing import Any

import torch

from benchmarks.common import MarkdownTable, corpus_parser, processor, versions
from benchmarks.quality.measures import judge
from benchmarks.quality.methods import METHODS, Settings, Words
from benchmarks.quality.results import Measured, Results, report
from benchmarks.quality.text_sets import TextSource, add_text_sets, text_sources
from benchmarks.record import commits
from gensim_distill.evaluation import Score

_LIBRARIES = ("gensim", "model2vec", "tokenlearn", "bm25s", "transformers", "torch", "numpy", "scipy", "scikit-learn")
_THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")


def prepare_process(threads: int) -> None:
    """Set the threads of a process for measurements, and silence the libraries."""
    torch.set_num_threads(threads)
    logging.disable(logging.WARNING)


def measure(row: str, source: TextSource, settings: Settings, words_size: int) -> Measured:
    """Learn with the method of a row from a collection, and judge the result."""
    documents = source.texts()
    start = perf_counter()
    learned = METHODS[row].learn(documents, settings)
    seconds, peak = perf_counter() - start, peak_bytes()
    scores, speed = judge(learned, source, words_size, settings.seed)
    if learned.ranker is not None:  # it indexes the documents when it searches
        seconds, peak = perf_counter() - start, peak_bytes()
    vectors = learned.words
    return Measured(
        row=row,
        collection=source.name,
        dimensions=None if vectors is None else vectors.vector_size,
        words=None if vectors is None else len(vectors),
        seconds=seconds,
        peak_bytes=peak,
        texts_per_second=speed,
        scores={name: _without_nan(score) for name, score in scores.items()},
    )


def peak_bytes() -> int:
    """Return the peak memory of this process, without that of the process that started it."""
    status = Path("/proc/self/status")
    if status.exists():
        for line in status.read_text(encoding="utf-8").splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) * 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)


def _without_nan(score: Score) -> Score:
    low, high = (None if bound is None or math.isnan(bound) else bound for bound in (score.low, score.high))
    return replace(score, low=low, high=high)


def run(
    rows: list[str],
    sources: list[TextSource],
    settings: Settings,
    words_size: int,
    path: Path,
    about: dict[str, Any],
) -> Results:
    """Measure all rows that a file of results lacks, and store each."""
    results = Results.resume(path, about)
    order = list(METHODS)
    names = [source.name for source in sources]
    for variable in _THREADS:
        os.environ[variable] = str(settings.threads)
    os.environ["TQDM_DISABLE"] = "1"
    for row in rows:
        for source in sources:
            if source.kind not in METHODS[row].kinds or results.has(row, source.name):
                continue
            with ProcessPoolExecutor(
                1, multiprocessing.get_context("spawn"), prepare_process, (settings.threads,)
            ) as process:
                found = process.submit(measure, row, source, settings, words_size).result()
            results.measured.append(found)
            results.measured.sort(key=lambda entry: (order.index(entry.row), names.index(entry.collection)))
            results.save(path)
            scores = " ".join(f"{name} {score.value:.3f}" for name, score in found.scores.items())
            print(f"{row:36}{source.name:12}{found.seconds:8.0f} s  {scores}", flush=True)
    return results


def sizes(sources: Iterable[TextSource]) -> MarkdownTable:
    """Print the number of documents and words of each collection."""
    formats = {"documents": ",", "words": ","}
    table = MarkdownTable("collection", *formats, title="collections", formats=formats)
    for source in sources:
        lengths = [len(document) for document in Words(source.texts())]
        table.row(source.name, len(lengths), sum(lengths))
    return table


def available(rows: list[str] | None) -> list[str]:
    """Return the rows to measure: those named, or all whose libraries are installed and that are not optional."""
    if rows is not None:
        for row in rows:
            if METHODS[row].missing:
                raise SystemExit(f"The row {row!r} needs {', '.join(METHODS[row].missing)}: see --help.")
        return rows
    for row, method in METHODS.items():
        if method.missing and not method.optional:
            print(f"Without {row!r}, which needs {', '.join(method.missing)}.")
    return [row for row, method in METHODS.items() if not method.optional and not method.missing]


def main(argv: list[str] | None = None) -> list[MarkdownTable]:
    parser = corpus_parser(__doc__)
    optional = [row for row, method in METHODS.items() if method.optional]
    parser.add_argument(
        "--rows",
        nargs="+",
        choices=METHODS,
        metavar="ROW",
        help=f"of %(choices)s; default: all but {' and '.join(optional)}",
    )
    add_text_sets(parser)
    parser.add_argument("--vector-size", type=int, help="of distilled vectors (default: the teacher's)")
    parser.add_argument("--words-size", type=int, default=300, help="to reduce vectors of words to (default: 300)")
    parser.add_argument("--min-count", type=int, default=5)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--results", type=Path, default=Path("comparison.json"), help="default: %(default)s")
    parser.add_argument("--output", type=Path, default=Path("comparison"), help="folder for tables and plot")
    arguments = parser.parse_args(argv)

    sources = text_sources(arguments)
    settings = Settings(
        arguments.teacher, arguments.vector_size, arguments.min_count, arguments.threads, arguments.seed
    )
    about = {
        "processor": processor(),
        "threads": settings.threads,
        "versions": versions(*_LIBRARIES),
        **commits(),
        "date": datetime.datetime.now(datetime.timezone.utc).date().isoformat(),
        "seed": settings.seed,
        "teacher": "/".join(Path(settings.teacher).parts[-2:]),
        "corpus": Path(arguments.corpus).name,
        "lines": arguments.lines or "all",
        "min_count": settings.min_count,
        "vector_size": settings.vector_size or "teacher",
        "words_size": arguments.words_size,
        "collections": [source.name for source in sources],
    }
    run(available(arguments.rows), sources, settings, arguments.words_size, arguments.results, about)
    return [*report(arguments.results, arguments.output), sizes(sources)]


if __name__ == "__main__":
    main()
