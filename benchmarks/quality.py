"""What vectors are worth, and what they cost: gensim, model2vec and this package on the same text and vocabulary.

Each row is made in a process of its own, whose seconds and peak memory are its own too; then all are
compared on the words that all of them know. Peers keep the settings that they come with, but for the
width, the number of workers and the seed.

Run: python benchmarks/quality.py CORPUS TEACHER [--lines N] [--rows ROW ...] [--task NAME FILE FILE] [--output FOLDER]

CORPUS has a tokenized sentence a line and may be compressed; it is lower-cased. TEACHER is a hub name or a folder.
A task is classification: one text a line, a file for each of its two labels.
model2vec is needed for its rows: pip install "model2vec[distill]".
"""

from __future__ import annotations

import argparse
import collections
import logging
import multiprocessing
import resource
import sys
from collections.abc import Iterable
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from time import perf_counter
from typing import Any

import numpy as np
from corpus import Lines
from gensim.models import FastText, KeyedVectors, Word2Vec
from machine import machine

from gensim_distill import DistilledWord2Vec
from gensim_distill._utils.text import markdown_table
from gensim_distill.evaluation import Comparison, compare

GENSIM: dict[str, tuple[type[Any], dict[str, Any]]] = {
    "gensim CBOW": (Word2Vec, {"sg": 0}),
    "gensim skip-gram": (Word2Vec, {"sg": 1}),
    "gensim FastText": (FastText, {"sg": 1}),
    "gensim skip-gram, negative 10": (Word2Vec, {"sg": 1, "negative": 10}),
}
OURS: dict[str, dict[str, Any]] = {
    "aggregate": {"objective": "aggregate"},
    "x2static, sgd": {"objective": "x2static", "solver": "sgd", "whitening": 0.5, "alpha": 0.1, "epochs": 3},
    "x2static, closed form": {"objective": "x2static"},
    "hybrid": {},
    "hybrid, everything read": {"contexts_per_word": None},
}
# With the vocabulary of the corpus, and with the subwords of the teacher alone.
MODEL2VEC = {"model2vec, own subwords": False, "model2vec, vocabulary given": True}
ROWS = [*GENSIM, *MODEL2VEC, *OURS]
ONLY_IF_ASKED = ("gensim skip-gram, negative 10", "hybrid, everything read")


def make(row: str, corpus: Lines, teacher: str, settings: argparse.Namespace, path: str) -> dict[str, float]:
    """Make the vectors of a row and write them to a file, in a process of its own."""
    began = perf_counter()
    common = {"min_count": settings.min_count, "workers": settings.workers, "seed": settings.seed}
    if row in GENSIM:
        kind, own = GENSIM[row]
        vectors = kind(corpus, vector_size=settings.vector_size, **common, **own).wv
    elif row in OURS:
        own = OURS[row]
        vectors = DistilledWord2Vec(corpus, teacher=teacher, vector_size=settings.vector_size, **common, **own).wv
    else:
        vectors = model2vec(corpus, teacher, settings, MODEL2VEC[row])
    took = perf_counter() - began
    plain = KeyedVectors(vectors.vector_size)
    plain.add_vectors(vectors.index_to_key, np.asarray(vectors.vectors))
    for word in vectors.index_to_key:
        plain.set_vecattr(word, "count", vectors.get_vecattr(word, "count"))
    plain.save(path)
    unit = 1 if sys.platform == "darwin" else 1024
    return {"seconds": took, "bytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit}


def model2vec(corpus: Iterable[list[str]], teacher: str, settings: argparse.Namespace, given: bool) -> KeyedVectors:
    """Make the vectors of model2vec for the words that a Word2Vec of this corpus would have."""
    from model2vec.distill import distill

    logging.getLogger("model2vec").setLevel(logging.ERROR)  # a warning for every word that is a subword too
    counts = collections.Counter(word for tokens in corpus for word in tokens)
    words = [word for word, count in counts.most_common() if count >= settings.min_count]
    static = distill(teacher, vocabulary=words if given else None, pca_dims=settings.vector_size)
    vectors = KeyedVectors(static.dim)
    vectors.add_vectors(words, static.encode(words))
    for word in words:
        vectors.set_vecattr(word, "count", counts[word])
    return vectors


def tasks_of(tasks: list[list[str]]) -> dict[str, tuple[list[str], list[int]]]:
    read = {}
    for name, *files in tasks:
        texts = [Path(file).read_text(encoding="utf-8", errors="replace").splitlines() for file in files]
        labels = [label for label, part in enumerate(texts) for _ in part]
        read[name] = ([text for part in texts for text in part], labels)
    return read


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("corpus")
    parser.add_argument("teacher")
    parser.add_argument("--lines", type=int, help="how many lines of the corpus (default: all)")
    parser.add_argument(
        "--rows",
        nargs="+",
        choices=ROWS,
        default=[row for row in ROWS if row not in ONLY_IF_ASKED],
        metavar="ROW",
        help=f"of %(choices)s; default: all but {' and '.join(ONLY_IF_ASKED)}",
    )
    parser.add_argument("--task", nargs=3, action="append", default=[], metavar=("NAME", "FILE", "FILE"))
    parser.add_argument("--vector-size", type=int, default=300)
    parser.add_argument("--min-count", type=int, default=5)
    parser.add_argument("--most-frequent", type=int, default=15_000, help="words for analogies (default: %(default)s)")
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--output", type=Path, default=Path("quality"), help="for vectors, table and plot")
    arguments = parser.parse_args()
    arguments.output.mkdir(parents=True, exist_ok=True)
    corpus = Lines(arguments.corpus, arguments.lines)
    tasks = tasks_of(arguments.task)

    print(machine())
    print(f"teacher {arguments.teacher}, {arguments.lines or 'all'} lines, seed {arguments.seed}\n", flush=True)
    costs, models = {}, {}
    for row in arguments.rows:
        path = str(arguments.output / f"{row.replace(' ', '-').replace(',', '')}.kv")
        with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as process:
            costs[row] = process.submit(make, row, corpus, arguments.teacher, arguments, path).result()
        models[row] = KeyedVectors.load(path)
        print(f"{row:30}{costs[row]['seconds']:8.0f} s", flush=True)

    everywhere = compare(models, analogies=(), classification=tasks, geometry=False, seed=arguments.seed)
    frequent = compare(
        models, similarity=(), most_frequent=arguments.most_frequent, geometry=False, seed=arguments.seed
    )
    scores = {row: everywhere.scores[row] | frequent.scores[row] for row in models}
    comparison = Comparison(scores, everywhere.words, everywhere.shared)
    print(f"\nAnalogies among the {arguments.most_frequent} most frequent words.\n{comparison.table()}\n")
    table = with_costs(comparison, models, costs)
    print(table)
    (arguments.output / "quality.md").write_text(table + "\n", encoding="utf-8")
    comparison.json(arguments.output / "quality.json")
    comparison.plot(arguments.output / "quality.svg")


def with_costs(comparison: Comparison, models: dict[str, KeyedVectors], costs: dict[str, dict[str, float]]) -> str:
    """Give a table of scores, sizes and costs in Markdown, the best score of each column bold."""
    measures = comparison.measures
    header = ["vectors", *measures, "dimensions", "MB", "seconds", "peak memory, GB"]
    rows = []
    for row, model in models.items():
        cells = [f"{comparison.scores[row][measure].value:.3f}".lstrip("0") for measure in measures]
        cells = [f"**{cell}**" if row in comparison.best(measure) else cell for cell, measure in zip(cells, measures)]
        cost = [f"{model.vectors.nbytes / 1e6:.0f}", f"{costs[row]['seconds']:.0f}", f"{costs[row]['bytes'] / 1e9:.1f}"]
        rows.append([row, *cells, str(model.vector_size), *cost])
    return markdown_table(header, rows)


if __name__ == "__main__":
    main()
