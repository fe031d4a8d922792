"""What each objective is worth: similarity and analogies on the sets that gensim ships, from one text and teacher.

The one-pass objectives share one reading of the corpus; those that are trained by gradient descent share another.

Run: python benchmarks/objectives.py CORPUS TEACHER [--lines N] [--rows ROWS ...]

CORPUS has a tokenized sentence a line and may be compressed; it is lower-cased. TEACHER is a hub name or a folder.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Mapping, Sequence
from time import perf_counter
from typing import Any

import numpy as np
from corpus import Lines
from gensim.models import KeyedVectors, Word2Vec
from gensim.test.utils import datapath
from machine import machine

from gensim_distill import DistilledWord2Vec, StateBatch, Teacher, load_teacher
from gensim_distill.contexts.pooling import Level, pool
from gensim_distill.contexts.views import View
from gensim_distill.objectives import Aggregate, Hybrid, Objective, X2Static
from gensim_distill.statistics.moments import Moments

ONE_PASS: dict[str, Objective] = {
    "aggregate, embedding layer": Aggregate(layers=0),
    "aggregate, middle layer": Aggregate(layers=-4),
    "aggregate, last layer": Aggregate(),
    "x2static, closed form, .25": X2Static(whitening=0.25),
    "x2static, closed form, .5": X2Static(whitening=0.5),
    "hybrid": Hybrid(),
}
SGD: dict[str, dict[str, Any]] = {
    "x2static, sgd, raw contexts": {},
    "x2static, sgd, raw contexts, alpha .1": {"alpha": 0.1},
    "x2static, sgd, whitening .5, alpha .1": {"whitening": 0.5, "alpha": 0.1},
}


ROWS = ["word2vec", "one-pass", "sgd"]


class Together:
    """Keeps the moments that several objectives need, so that one pass serves them all."""

    def __init__(self, objectives: Mapping[str, Objective]) -> None:
        self.objectives = objectives

    def views(self, num_layers: int) -> list[View]:
        self.of = {name: objective.views(num_layers) for name, objective in self.objectives.items()}
        return list({view.name: view for views in self.of.values() for view in views}.values())

    def width(self, teacher_width: int) -> int:
        return teacher_width

    def vectors(self, moments: Mapping[str, Moments]) -> np.ndarray:
        return self.vectors_of(list(self.objectives)[-1], moments)

    def vectors_of(self, name: str, moments: Mapping[str, Moments]) -> np.ndarray:
        return self.objectives[name].vectors({view.name: moments[view.name] for view in self.of[name]})


class Remembering:
    """A teacher that reads each text once and remembers its mean state, all that the context "text" needs."""

    num_layers = 1

    def __init__(self, teacher: Teacher) -> None:
        self.teacher, self.width = teacher, teacher.width
        self.layer = teacher.num_layers - 1
        self.means: dict[str, np.ndarray] = {}

    def read(self, texts: Sequence[str], layers: Sequence[int]) -> Iterator[StateBatch]:
        new = [text for text in dict.fromkeys(texts) if text not in self.means]
        whole = {"texts": Level(None, {(self.layer,)})}
        states = pool(self.teacher.read(new, [self.layer]), [len(t) for t in new], whole, [self.layer], self.width)[
            "texts"
        ]
        self.means |= zip(new, states.states[(self.layer,)])
        nothing = np.zeros(len(texts), dtype=np.int64)
        yield StateBatch(np.arange(len(texts)), nothing, nothing, [np.stack([self.means[text] for text in texts])])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("corpus")
    parser.add_argument("teacher")
    parser.add_argument("--lines", type=int, help="how many lines of the corpus (default: all)")
    parser.add_argument(
        "--rows", nargs="+", choices=ROWS, default=ROWS, help="what to measure (default: all): %(choices)s"
    )
    parser.add_argument("--epochs", type=int, default=3, help="of gradient descent (default: %(default)s)")
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    corpus = Lines(arguments.corpus, arguments.lines)

    print(machine())
    print(f"teacher {arguments.teacher}, {arguments.lines or 'all'} lines, seed {arguments.seed}\n")
    print(f"{'objective':44}{'SimLex':>8}{'WS353':>8}{'analogies':>11}", flush=True)
    settings = {"workers": arguments.workers, "seed": arguments.seed}
    if "word2vec" in arguments.rows:
        for name, sg in (("gensim CBOW, 300 wide", 0), ("gensim skip-gram, 300 wide", 1)):
            report(name, Word2Vec(corpus, vector_size=300, sg=sg, **settings).wv)
    teacher = load_teacher(arguments.teacher)
    if "one-pass" in arguments.rows:
        together = Together(ONE_PASS)
        began = perf_counter()
        model = DistilledWord2Vec(corpus, teacher=teacher, objective=together, **settings)
        took = perf_counter() - began
        assert model.learned.moments is not None
        for name in ONE_PASS:
            model._set_vectors(together.vectors_of(name, model.learned.moments))
            report(name, model.wv)
        print(
            f"({model.corpus_total_words} words, vocabulary {len(model.wv)}, one pass for all of these: {took:.0f} s)"
        )
    if "sgd" in arguments.rows:
        settings |= {
            "teacher": Remembering(teacher),
            "objective": "x2static",
            "solver": "sgd",
            "epochs": arguments.epochs,
        }
        for name, own in SGD.items():
            report(f"{name}, {arguments.epochs} epochs", DistilledWord2Vec(corpus, **settings, **own).wv)


def report(name: str, wv: KeyedVectors) -> None:
    similarity = [wv.evaluate_word_pairs(datapath(pairs))[1][0] for pairs in ("simlex999.txt", "wordsim353.tsv")]
    analogies = wv.evaluate_word_analogies(datapath("questions-words.txt"), restrict_vocab=15_000)[0]
    print(f"{name:44}{similarity[0]:8.3f}{similarity[1]:8.3f}{analogies:11.3f}", flush=True)


if __name__ == "__main__":
    main()
