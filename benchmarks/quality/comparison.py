"""Quality and cost of gensim, model2vec and this package on the same corpus and vocabulary.

Each row runs in its own process, which measures its time and peak memory. All vectors are then compared on the words
that they have in common. Peers keep their default settings except for the dimensions, the workers and the seed.

Run: python -m benchmarks.quality.comparison CORPUS TEACHER [--lines N] [--rows ROW ...] [--task NAME FILE FILE]

A task is text classification: two files, one per label, with one text per line. The rows of model2vec need
pip install "model2vec[distill]".
"""

from __future__ import annotations

import argparse
import collections
import logging
import multiprocessing
import resource
import sys
from collections.abc import Iterable, Sequence
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from time import perf_counter
from typing import Any

import numpy as np
from gensim.models import FastText, KeyedVectors, Word2Vec

from benchmarks.common import Lines, MarkdownTable, corpus_parser, decimals, machine
from gensim_distill import DistilledWord2Vec
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
    "hybrid, no budget": {"contexts_per_word": None},
}
# Whether the vocabulary of the corpus is passed to model2vec, in addition to the subwords of the teacher.
MODEL2VEC = {"model2vec, own subwords": False, "model2vec, vocabulary of the corpus": True}
ROWS = [*GENSIM, *MODEL2VEC, *OURS]
OPTIONAL = ("gensim skip-gram, negative 10", "hybrid, no budget")


def train(row: str, corpus: Lines, teacher: str, settings: argparse.Namespace, path: str) -> dict[str, float]:
    """Train the vectors of a row and write them to a file; return seconds and peak memory of the process."""
    start = perf_counter()
    common = {"min_count": settings.min_count, "workers": settings.workers, "seed": settings.seed}
    if row in GENSIM:
        constructor, own = GENSIM[row]
        vectors = constructor(corpus, vector_size=settings.vector_size, **common, **own).wv
    elif row in OURS:
        own = OURS[row]
        vectors = DistilledWord2Vec(corpus, teacher=teacher, vector_size=settings.vector_size, **common, **own).wv
    else:
        vectors = distill_with_model2vec(corpus, teacher, settings, MODEL2VEC[row])
    seconds = perf_counter() - start
    plain = KeyedVectors(vectors.vector_size)
    plain.add_vectors(vectors.index_to_key, np.asarray(vectors.vectors))
    for word in vectors.index_to_key:
        plain.set_vecattr(word, "count", vectors.get_vecattr(word, "count"))
    plain.save(path)
    unit = 1 if sys.platform == "darwin" else 1024
    return {"seconds": seconds, "bytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit}


def distill_with_model2vec(
    corpus: Iterable[list[str]], teacher: str, settings: argparse.Namespace, pass_vocabulary: bool
) -> KeyedVectors:
    """Compute the vectors of model2vec for the vocabulary that Word2Vec would have."""
    from model2vec.distill import distill

    logging.getLogger("model2vec").setLevel(logging.ERROR)  # it warns of each word that is also a subword
    counts = collections.Counter(word for tokens in corpus for word in tokens)
    words = [word for word, count in counts.most_common() if count >= settings.min_count]
    static = distill(teacher, vocabulary=words if pass_vocabulary else None, pca_dims=settings.vector_size)
    vectors = KeyedVectors(static.dim)
    vectors.add_vectors(words, static.encode(words))
    for word in words:
        vectors.set_vecattr(word, "count", counts[word])
    return vectors


def read_tasks(tasks: Sequence[Sequence[str]]) -> dict[str, tuple[list[str], list[int]]]:
    """Read the texts and labels of classification tasks."""
    read = {}
    for name, *files in tasks:
        texts = [Path(file).read_text(encoding="utf-8", errors="replace").splitlines() for file in files]
        labels = [label for label, part in enumerate(texts) for _ in part]
        read[name] = ([text for part in texts for text in part], labels)
    return read


def main() -> None:
    parser = corpus_parser(__doc__)
    parser.add_argument(
        "--rows",
        nargs="+",
        choices=ROWS,
        default=[row for row in ROWS if row not in OPTIONAL],
        metavar="ROW",
        help=f"of %(choices)s; default: all but {' and '.join(OPTIONAL)}",
    )
    parser.add_argument("--task", nargs=3, action="append", default=[], metavar=("NAME", "FILE", "FILE"))
    parser.add_argument("--vector-size", type=int, default=300)
    parser.add_argument("--min-count", type=int, default=5)
    parser.add_argument("--most-frequent", type=int, default=15_000, help="words for analogies (default: %(default)s)")
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--output", type=Path, default=Path("comparison"), help="folder for vectors, tables and plot")
    arguments = parser.parse_args()
    arguments.output.mkdir(parents=True, exist_ok=True)
    corpus = Lines(arguments.corpus, arguments.lines)

    about = f"{machine()}\nteacher {arguments.teacher}, {arguments.lines or 'all'} documents, seed {arguments.seed}"
    print(f"{about}\n", flush=True)
    costs, models = {}, {}
    for row in arguments.rows:
        path = str(arguments.output / f"{row.replace(' ', '-').replace(',', '')}.kv")
        with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as process:
            costs[row] = process.submit(train, row, corpus, arguments.teacher, arguments, path).result()
        models[row] = KeyedVectors.load(path)
        print(f"{row:36}{costs[row]['seconds']:8.0f} s", flush=True)

    tasks = read_tasks(arguments.task)
    by_word = compare(models, analogies=(), classification=tasks, geometry=False, seed=arguments.seed)
    by_analogy = compare(
        models, similarity=(), most_frequent=arguments.most_frequent, geometry=False, seed=arguments.seed
    )
    scores = {row: by_word.scores[row] | by_analogy.scores[row] for row in models}
    comparison = Comparison(scores, by_word.words, by_word.shared)
    print(f"\nAnalogies among the {arguments.most_frequent} most frequent words.\n{comparison.table()}")
    table = print_with_costs(comparison, models, costs)
    (arguments.output / "comparison.md").write_text("\n".join([about, *table.lines]) + "\n", encoding="utf-8")
    comparison.json(arguments.output / "comparison.json")
    comparison.plot(arguments.output / "comparison.svg")


def print_with_costs(
    comparison: Comparison, models: dict[str, KeyedVectors], costs: dict[str, dict[str, float]]
) -> MarkdownTable:
    """Print scores, sizes and costs, the best score of each column in bold."""
    measures = comparison.measures
    table = MarkdownTable("vectors", *measures, "dimensions", "MB", "seconds", "peak memory, GB")
    for row, model in models.items():
        cells = [decimals(comparison.scores[row][measure].value) for measure in measures]
        cells = [f"**{cell}**" if row in comparison.best(measure) else cell for cell, measure in zip(cells, measures)]
        size, cost = model.vectors.nbytes / 1e6, costs[row]
        table.row(row, *cells, model.vector_size, f"{size:.0f}", f"{cost['seconds']:.0f}", f"{cost['bytes'] / 1e9:.1f}")
    return table


if __name__ == "__main__":
    main()
