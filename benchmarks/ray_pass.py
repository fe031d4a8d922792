"""Two Ray workers of one core each against one process with two threads: the same corpus, teacher, machine.

The two take turns. Each makes a model from nothing, with vocabulary, teacher and vectors; Ray itself is started before. Printed
are the seconds, their ratio, and how far the vectors are apart.

Run: python benchmarks/ray_pass.py CORPUS TEACHER [--lines N] [--objective NAME] [--everything] [--turns N] [--workers N]

CORPUS has a tokenized sentence a line and may be compressed; TEACHER is a hub name or a folder.
"""

from __future__ import annotations

import argparse
import importlib.metadata
import tempfile
from pathlib import Path
from time import perf_counter

import numpy as np
import ray
import torch
from corpus import Lines
from gensim.models.word2vec import LineSentence
from machine import machine

from gensim_distill import DistilledWord2Vec
from gensim_distill.distributed import RayCorpus
from gensim_distill.objectives import OBJECTIVES


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("corpus")
    parser.add_argument("teacher")
    parser.add_argument("--lines", type=int, default=20_000, help="how many lines of the corpus (default: %(default)s)")
    parser.add_argument("--objective", choices=sorted(OBJECTIVES), default="hybrid")
    parser.add_argument("--everything", action="store_true", help="read all texts, not those that the budget chooses")
    parser.add_argument("--turns", type=int, default=1, help="how often each is measured (default: %(default)s)")
    parser.add_argument("--workers", type=int, default=2, help="workers, and threads of the one process")
    arguments = parser.parse_args()

    torch.set_num_threads(arguments.workers)
    print(f"{machine()}, ray {importlib.metadata.version('ray')}")
    ray.init(num_cpus=arguments.workers, include_dashboard=False, log_to_driver=False, logging_level="error")
    settings = {"teacher": arguments.teacher, "objective": arguments.objective, "progress": False}
    if arguments.everything:
        settings["contexts_per_word"] = None
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "corpus.txt"
        with file.open("w", encoding="utf-8") as out:
            out.writelines(" ".join(tokens) + "\n" for tokens in Lines(arguments.corpus, arguments.lines))
        corpora = {
            "one process": lambda: LineSentence(str(file)),
            f"{arguments.workers} workers": lambda: RayCorpus(file, num_workers=arguments.workers),
        }
        seconds: dict[str, list[float]] = {name: [] for name in corpora}
        models = {}
        for _ in range(arguments.turns):
            for name, open_corpus in corpora.items():
                began = perf_counter()
                models[name] = DistilledWord2Vec(open_corpus(), **settings)
                seconds[name].append(perf_counter() - began)
    one, two = models.values()
    print(
        f"{one.corpus_count} texts, {one.corpus_total_words} words, {len(one.wv)} in the vocabulary; {arguments.objective}"
    )
    for name, took in seconds.items():
        print(f"{name:12} median {np.median(took):.1f} s, all {', '.join(f'{second:.1f}' for second in took)}")
    ratio = np.median(seconds[list(seconds)[1]]) / np.median(seconds["one process"])
    apart = np.abs(one.wv.vectors - two.wv.vectors).max() / np.linalg.norm(one.wv.vectors, axis=1).mean()
    print(f"the workers take {ratio:.3f} of the time of one process, both with {arguments.workers} threads")
    # Directions of nearly the same variance may be turned into each other, which no distance between words shows.
    cosines = [model.wv.get_normed_vectors()[:2_000] for model in models.values()]
    turned = np.abs(cosines[0] @ cosines[0].T - cosines[1] @ cosines[1].T).max()
    print(
        f"same words in the same order: {one.wv.index_to_key == two.wv.index_to_key}; largest difference {apart:.1e} of the "
        f"mean length of a vector, {turned:.1e} between cosines of the 2,000 most frequent words"
    )


if __name__ == "__main__":
    main()
