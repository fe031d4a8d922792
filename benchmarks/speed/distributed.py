"""Distributed training on one machine: Ray workers of one core each, compared with one process of as many threads.

Both train in turn, from scratch, with vocabulary, loading of the teacher and vectors; Ray is started before. The table has the
seconds, their ratio and the largest difference of cosines between the 2,000 most frequent words.

Run: python -m benchmarks.speed.distributed CORPUS TEACHER [--lines N] [--turns N] [--workers N]
"""

from __future__ import annotations

import importlib.metadata
import logging
import tempfile
from collections.abc import Callable
from pathlib import Path
from time import perf_counter
from typing import Any

import numpy as np
import ray
import torch
from gensim.models.word2vec import LineSentence

from benchmarks.common import Lines, MarkdownTable, corpus_parser, machine
from gensim_distill import DistilledWord2Vec
from gensim_distill.distributed import RayCorpus
from gensim_distill.objectives import OBJECTIVES


def main(argv: list[str] | None = None) -> list[MarkdownTable]:
    parser = corpus_parser(__doc__, lines=20_000)
    parser.add_argument("--objective", choices=list(OBJECTIVES), default="hybrid")
    parser.add_argument("--no-budget", action="store_true", help="read all documents")
    parser.add_argument("--turns", type=int, default=1, help="trainings of each kind (default: %(default)s)")
    parser.add_argument("--workers", type=int, default=2, help="Ray workers, and threads of the one process")
    arguments = parser.parse_args(argv)

    torch.set_num_threads(arguments.workers)
    ray.init(num_cpus=arguments.workers, include_dashboard=False, log_to_driver=False, logging_level=logging.ERROR)
    settings: dict[str, Any] = {
        "teacher": arguments.teacher,
        "objective": arguments.objective,
        "seed": arguments.seed,
        "progress": False,
    }
    if arguments.no_budget:
        settings["contexts_per_word"] = None
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "corpus.txt"
        with file.open("w", encoding="utf-8") as out:
            out.writelines(" ".join(tokens) + "\n" for tokens in Lines(arguments.corpus, arguments.lines))
        corpora: dict[str, Callable[[], Any]] = {
            "one process": lambda: LineSentence(str(file)),
            f"{arguments.workers} workers": lambda: RayCorpus(file, num_workers=arguments.workers),
        }
        seconds: dict[str, list[float]] = {name: [] for name in corpora}
        models = {}
        for _ in range(arguments.turns):
            for name, open_corpus in corpora.items():
                start = perf_counter()
                models[name] = DistilledWord2Vec(open_corpus(), **settings)
                seconds[name].append(perf_counter() - start)
    one, several = models.values()
    print(
        f"{machine()}, ray {importlib.metadata.version('ray')}\n{arguments.objective}, {one.corpus_count} documents, "
        f"{one.corpus_total_words} words, vocabulary {len(one.wv)}"
    )
    medians = {name: float(np.median(taken)) for name, taken in seconds.items()}
    distance = np.abs(one.wv.vectors - several.wv.vectors).max() / np.linalg.norm(one.wv.vectors, axis=1).mean()
    # Principal components of nearly equal variance may be rotated into each other, or change their sign, which keeps cosines.
    first, second = (model.wv.get_normed_vectors()[:2_000] for model in models.values())
    by_cosine = float(np.abs(first @ first.T - second @ second.T).max())
    formats = {"median seconds": ".1f", "relative": ".2f", "difference of cosines": ".4f"}
    table = MarkdownTable("training", *formats, formats=formats)
    for name, taken in seconds.items():
        print(name, ", ".join(f"{second:.1f}" for second in taken))
        table.row(
            name, medians[name], medians[name] / medians["one process"], by_cosine if models[name] is several else None
        )
    print(
        f"\nSame vocabulary: {one.wv.index_to_key == several.wv.index_to_key}. Largest difference between vectors: "
        f"{distance:.1e} of their mean length; between cosines of the 2,000 most frequent words: {by_cosine:.1e}."
    )
    ray.shutdown()
    return [table]


if __name__ == "__main__":
    main()
