"""What each objective is worth: similarity and analogies on the sets that gensim ships, from one text and teacher.

The one-pass objectives share one reading of the corpus; those that are trained by gradient descent share another.

Run: python benchmarks/objectives.py CORPUS TEACHER [--lines N] [--sgd]

CORPUS has a tokenised sentence a line and may be compressed; it is lower-cased. TEACHER is a hub name or a folder.
"""

from __future__ import annotations

import argparse
import itertools
from collections.abc import Iterator, Mapping, Sequence
from time import perf_counter
from typing import Any

import numpy as np
from gensim.models import KeyedVectors
from gensim.models.word2vec import LineSentence
from gensim.test.utils import datapath
from machine import machine

from gensim_distill import DistilledWord2Vec, StateBatch, Teacher
from gensim_distill.contexts import View
from gensim_distill.moments import Moments
from gensim_distill.objectives import Aggregate, Hybrid, Objective, X2Static
from gensim_distill.teachers.pooling import Level, pool

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


class Lines:
    def __init__(self, path: str, limit: int | None) -> None:
        self.path, self.limit = path, limit

    def __iter__(self) -> Iterator[list[str]]:
        for tokens in itertools.islice(LineSentence(self.path), self.limit):
            yield [token.lower() for token in tokens]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("corpus")
    parser.add_argument("teacher")
    parser.add_argument("--lines", type=int, help="how many lines of the corpus (default: all)")
    parser.add_argument("--sgd", action="store_true", help="train by gradient descent too")
    parser.add_argument("--epochs", type=int, default=3, help="of gradient descent (default: %(default)s)")
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    corpus = Lines(arguments.corpus, arguments.lines)

    print(machine())
    began = perf_counter()
    together = Together(ONE_PASS)
    model = DistilledWord2Vec(corpus, teacher=arguments.teacher, objective=together, seed=arguments.seed)
    print(
        f"{model.corpus_count} texts, {model.corpus_total_words} words, vocabulary {len(model.wv)}, seed {arguments.seed}"
    )
    print(f"teacher {arguments.teacher}, one pass: {perf_counter() - began:.0f} s\n")
    print(f"{'objective':40}{'SimLex':>8}{'WS353':>8}{'analogies':>11}")
    assert model.moments is not None
    for name in ONE_PASS:
        model._set_vectors(together.vectors_of(name, model.moments))
        report(name, model.wv)
    remembering = Remembering(model.teacher)
    for name, settings in SGD.items() if arguments.sgd else ():
        model = DistilledWord2Vec(
            corpus,
            teacher=remembering,
            objective="x2static",
            solver="sgd",
            epochs=arguments.epochs,
            workers=arguments.workers,
            seed=arguments.seed,
            **settings,
        )
        report(f"{name}, {arguments.epochs} epochs", model.wv)


def report(name: str, wv: KeyedVectors) -> None:
    similarity = [wv.evaluate_word_pairs(datapath(pairs))[1][0] for pairs in ("simlex999.txt", "wordsim353.tsv")]
    analogies = wv.evaluate_word_analogies(datapath("questions-words.txt"), restrict_vocab=15_000)[0]
    print(f"{name:40}{similarity[0]:8.3f}{similarity[1]:8.3f}{analogies:11.3f}", flush=True)


if __name__ == "__main__":
    main()
