"""Saving, loading, neighbors, exports, the report and `gensim-distill info` for a vocabulary of a million words.

A teacher of few dimensions with random weights and the tokenizer of TEACHER reads a corpus whose rare words are compounds, as
in `scale.py`, so that the model has all that a model has. Each operation runs in its own process; for each the table has the seconds of
wall-clock time and of all cores, the peak memory above that before the operation (a loaded model, for most), and the megabytes written.
An operation that takes too long is stopped.

Run: python -m benchmarks.speed.large_vocabulary CORPUS TEACHER [--vocabulary N] [--dimensions N] [--limit SECONDS] [--folder FOLDER] [--model FILE]
"""

from __future__ import annotations

import json
import multiprocessing
import os
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from time import perf_counter, process_time
from typing import Any

from benchmarks.common import MarkdownTable, corpus_parser, errors_only, machine
from benchmarks.speed.memory import peak, resident
from benchmarks.speed.scale import COMMON_WORDS, Source, save_random_teacher, size_of
from gensim_distill import DistilledWord2Vec, load_teacher
from gensim_distill.cli.info import describe
from gensim_distill.exports import EXPORTERS, export
from gensim_distill.report import write_report
from gensim_distill.vectors import load_vectors

CLEAR_PEAK = Path("/proc/self/clear_refs")
LINES_READ = 50_000  # by the teacher; more would only take longer
LOADED = ("word2vec", "gensim-distill")  # formats that are loaded too


@dataclass
class Spliced:
    """A corpus of :meth:`Source.lines` that can be read again."""

    source: Source
    words: int
    vocabulary: int
    seed: int

    def __iter__(self) -> Iterator[list[str]]:
        return self.source.lines(self.words, self.vocabulary, self.seed)


def make_model(corpus: str, teacher: str, lines: int | None, vocabulary: int, seed: int, path: str) -> dict[str, Any]:
    """Train and save a model with a vocabulary of that size, and return the cost of saving it."""
    source = Source.read(corpus, lines, min(COMMON_WORDS, vocabulary))
    frequencies = {word: 10**9 // rank for rank, word in enumerate(source.vocabulary(vocabulary), 1)}
    model = DistilledWord2Vec(teacher=load_teacher(teacher), seed=seed, progress=False)
    model.build_vocab_from_freq(frequencies)
    average = len(source.tokens) / len(source.ends)
    model.train(Spliced(source, int(LINES_READ * average), vocabulary, seed), total_examples=None, epochs=1)
    return cost_of(lambda: model.save(path))


def cost_of(operation: Callable[[], Any]) -> dict[str, Any]:
    """Run an operation, and return its cost."""
    if CLEAR_PEAK.exists():  # the peak of memory so far is that of loading the model
        CLEAR_PEAK.write_text("5", encoding="ascii")
    before, start, start_cores = resident(), perf_counter(), process_time()
    operation()
    return {"seconds": perf_counter() - start, "cores": process_time() - start_cores, "peak": peak() - before}


def load(path: str) -> dict[str, Any]:
    return cost_of(lambda: DistilledWord2Vec.load(path))


def load_mapped(path: str) -> dict[str, Any]:
    return cost_of(lambda: DistilledWord2Vec.load(path, mmap="r"))


def first_neighbors(path: str) -> dict[str, Any]:
    vectors = DistilledWord2Vec.load(path).wv
    return cost_of(lambda: vectors.most_similar(vectors.index_to_key[100]))


def later_neighbors(path: str) -> dict[str, Any]:
    vectors = DistilledWord2Vec.load(path).wv
    vectors.most_similar(vectors.index_to_key[100])
    return cost_of(lambda: vectors.most_similar(vectors.index_to_key[200]))


def encode(path: str) -> dict[str, Any]:
    model = DistilledWord2Vec.load(path)
    texts = [" ".join(model.wv.index_to_key[start : start + 20]) for start in range(0, 200_000, 20)]
    return cost_of(lambda: model.encode(texts))


def gensim_text(path: str, folder: str, binary: bool) -> dict[str, Any]:
    vectors = DistilledWord2Vec.load(path).wv
    return cost_of(lambda: vectors.save_word2vec_format(f"{folder}/vectors.txt", binary=binary))


def exported(path: str, folder: str, name: str) -> dict[str, Any]:
    model = DistilledWord2Vec.load(path)
    with errors_only("gensim_distill"):
        return cost_of(lambda: export(model, f"{folder}/export", name, unwritable="skip"))


def load_exported(folder: str) -> dict[str, Any]:
    return cost_of(lambda: load_vectors(f"{folder}/export"))


def report(path: str, folder: str) -> dict[str, Any]:
    model = DistilledWord2Vec.load(path)
    return cost_of(lambda: write_report(model, f"{folder}/report.html", scores=False))


def info(path: str, unpickle: bool) -> dict[str, Any]:
    return cost_of(lambda: describe(path, unpickle))


def operations(path: str, folder: str) -> dict[str, list[Callable[[], dict[str, Any]]]]:
    """Return all operations by their names: steps of which the last one is measured."""
    exports = {name: partial(exported, path, folder, name) for name in EXPORTERS}
    return {
        "load": [partial(load, path)],
        "load, mmap": [partial(load_mapped, path)],
        "most_similar, first": [partial(first_neighbors, path)],
        "most_similar, later": [partial(later_neighbors, path)],
        "encode 10,000 texts": [partial(encode, path)],
        "save_word2vec_format": [partial(gensim_text, path, folder, False)],
        "save_word2vec_format, binary": [partial(gensim_text, path, folder, True)],
        **{f"export: {name}": [step] for name, step in exports.items()},
        **{f"load_vectors: {name}": [exports[name], partial(load_exported, folder)] for name in LOADED},
        "report": [partial(report, path, folder)],
        "info": [partial(info, path, False)],
        "info --unpickle": [partial(info, path, True)],
    }


def in_process(function: Callable[..., dict[str, Any]], *args: Any, seconds: float | None = None) -> dict[str, Any]:
    """Run a function in a new process, which is stopped with `TimeoutError` after some seconds."""
    with multiprocessing.get_context("spawn").Pool(1) as process:
        return process.apply_async(function, args).get(seconds)


def main(argv: Sequence[str] | None = None) -> list[MarkdownTable]:
    parser = corpus_parser(__doc__)
    parser.add_argument("--vocabulary", type=int, default=1_000_000, help="words (default: 1000000)")
    parser.add_argument("--dimensions", type=int, default=64, help="of the teacher and of the vectors (default: 64)")
    parser.add_argument("--limit", type=int, default=300, help="seconds of an operation (default: 300)")
    parser.add_argument("--folder", help="for models and exports, some gigabytes; default: a temporary one")
    parser.add_argument("--model", help="a saved model to use, or the path to save one to; default: in the folder")
    parser.add_argument(
        "--only", nargs="+", metavar="NAME", help="operations whose names begin like this; default: all"
    )
    parser.add_argument("--out", help="a file for the figures as JSON")
    arguments = parser.parse_args(argv)
    about = machine()
    print(f"{about}\n{arguments.vocabulary:,} words, {arguments.dimensions} dimensions of the teacher", flush=True)
    columns = {"seconds": ",.2f", "seconds of all cores": ",.2f", "peak, MB": ",.0f", "written, MB": ",.0f"}
    table = MarkdownTable("operation", *columns, formats=columns)
    found: dict[str, dict[str, Any]] = {}

    def row(name: str, cost: dict[str, Any], written: float) -> None:
        found[name] = cost | {"written": written}
        table.row(name, cost["seconds"], cost["cores"], cost["peak"], written or None)
        if arguments.out:
            Path(arguments.out).write_text(json.dumps({"machine": about, "operations": found}, indent=1), "utf-8")

    with tempfile.TemporaryDirectory(dir=arguments.folder) as folder:
        path = arguments.model or f"{folder}/model/distilled.model"
        if not os.path.exists(path):
            Path(path).parent.mkdir(parents=True, exist_ok=True)
            save_random_teacher(f"{folder}/teacher", arguments.teacher, arguments.dimensions)
            options = (arguments.corpus, f"{folder}/teacher", arguments.lines, arguments.vocabulary, arguments.seed)
            cost = in_process(make_model, *options, path)
            row("save", cost, size_of(Path(path).parent) / 1e6)
        for name in operations(path, folder):
            if arguments.only and not name.startswith(tuple(arguments.only)):
                continue
            with tempfile.TemporaryDirectory(dir=folder) as place:
                *before, measured = operations(path, place)[name]
                try:
                    for step in before:
                        in_process(step, seconds=arguments.limit)
                    size = size_of(place)
                    cost = in_process(measured, seconds=arguments.limit)
                except multiprocessing.TimeoutError:
                    table.row(name, f"more than {arguments.limit}", "stopped", None, None)
                    continue
                except Exception as error:  # one that fails is a result too
                    print(f"{name}: {type(error).__name__}: {error}", file=sys.stderr, flush=True)
                    table.row(name, type(error).__name__, "failed", None, None)
                    continue
                row(name, cost, (size_of(place) - size) / 1e6)
    return [table]


if __name__ == "__main__":
    main()
