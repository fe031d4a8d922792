"""Word similarity and analogies of each objective, from one corpus and teacher, on the sets that gensim ships.

The one-pass objectives share one pass of the teacher over the corpus, those of gradient descent another.

Run: python -m benchmarks.quality.objectives CORPUS TEACHER [--lines N] [--rows ROWS ...]
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from time import perf_counter
from typing import Any

import numpy as np
import torch
from gensim.models import KeyedVectors, Word2Vec

from benchmarks.common import MEASURES, Lines, MarkdownTable, corpus_parser, machine, scores
from gensim_distill import DistilledWord2Vec, StateBatch, Teacher, load_teacher
from gensim_distill.contexts.views import View
from gensim_distill.objectives import Aggregate, Hybrid, Objective, X2Static, default_vector_size
from gensim_distill.statistics.moments import Moments

WORD2VEC = {"gensim CBOW, 300 dimensions": 0, "gensim skip-gram, 300 dimensions": 1}
ONE_PASS: dict[str, Objective] = {
    "aggregate, embedding layer": Aggregate(layers=0),
    "aggregate, fourth layer from the last": Aggregate(layers=-4),
    "aggregate, last layer": Aggregate(),
    "x2static, closed form, whitening .25": X2Static(whitening=0.25),
    "x2static, closed form, whitening .5": X2Static(whitening=0.5),
    "hybrid": Hybrid(),
}
SGD: dict[str, dict[str, Any]] = {
    "x2static, sgd": {},
    "x2static, sgd, alpha .1": {"alpha": 0.1},
    "x2static, sgd, whitening .5, alpha .1": {"whitening": 0.5, "alpha": 0.1},
}
ROWS = ["word2vec", "one-pass", "sgd"]


class Combined:
    """An objective that collects the statistics of several ones in one pass."""

    def __init__(self, objectives: Mapping[str, Objective]) -> None:
        self.objectives = objectives
        self.views_of: dict[str, list[View]] = {}

    def views(self, num_layers: int) -> list[View]:
        self.views_of = {name: objective.views(num_layers) for name, objective in self.objectives.items()}
        return list({view.name: view for views in self.views_of.values() for view in views}.values())

    def width(self, teacher_width: int) -> int:
        return teacher_width

    def vectors(self, moments: Mapping[str, Moments]) -> np.ndarray:
        first = next(iter(self.objectives))
        return self.vectors_of(first, moments)

    def vectors_of(self, name: str, moments: Mapping[str, Moments]) -> np.ndarray:
        return self.objectives[name].vectors({view.name: moments[view.name] for view in self.views_of[name]})


class CachingTeacher:
    """A teacher that reads each document once and keeps its mean hidden state, which the scope "text" needs."""

    num_layers = 1

    def __init__(self, teacher: Teacher) -> None:
        self.teacher, self.width = teacher, teacher.width
        self.means: dict[str, np.ndarray] = {}

    def read(self, texts: Sequence[str], layers: Sequence[int]) -> Iterator[StateBatch]:
        new = [text for text in dict.fromkeys(texts) if text not in self.means]
        sums, counts = torch.zeros(len(new), self.width), torch.zeros(len(new))
        for batch in self.teacher.read(new, [self.teacher.num_layers - 1]):
            rows = torch.from_numpy(batch.texts)
            states = torch.as_tensor(batch.states[0]).float().cpu()
            sums.index_add_(0, rows, states)
            counts.index_add_(0, rows, torch.ones(len(rows)))
        self.means |= zip(new, (sums / counts.clamp(min=1)[:, None]).numpy())
        no_offset = np.zeros(len(texts), dtype=np.int64)
        yield StateBatch(np.arange(len(texts)), no_offset, no_offset, [np.stack([self.means[t] for t in texts])])


def main() -> None:
    parser = corpus_parser(__doc__)
    parser.add_argument("--rows", nargs="+", choices=ROWS, default=ROWS, help="default: all")
    parser.add_argument("--epochs", type=int, default=3, help="of gradient descent (default: %(default)s)")
    parser.add_argument("--min-count", type=int, default=5)
    parser.add_argument("--workers", type=int, default=2)
    arguments = parser.parse_args()
    corpus = Lines(arguments.corpus, arguments.lines)
    teacher = load_teacher(arguments.teacher)

    print(f"{machine()}\nteacher {arguments.teacher}, {arguments.lines or 'all'} documents, seed {arguments.seed}")
    table, note = MarkdownTable("vectors", *MEASURES), ""
    settings: dict[str, Any] = {
        "workers": arguments.workers,
        "seed": arguments.seed,
        "min_count": arguments.min_count,
    }
    if "word2vec" in arguments.rows:
        for name, sg in WORD2VEC.items():
            add_row(table, name, Word2Vec(corpus, vector_size=300, sg=sg, **settings).wv)
    if "one-pass" in arguments.rows:
        combined = Combined(ONE_PASS)
        start = perf_counter()
        model = DistilledWord2Vec(corpus, teacher=teacher, objective=combined, **settings)
        seconds = perf_counter() - start
        assert model.learned.moments is not None
        for name, objective in ONE_PASS.items():
            size = default_vector_size(objective, teacher.width)
            found = scores(model.wv.index_to_key, combined.vectors_of(name, model.learned.moments), size)
            table.row(name, *(found[measure] for measure in MEASURES))
        note = f"\n{model.corpus_total_words} words, vocabulary {len(model.wv)}; the one pass took {seconds:.0f} s."
    if "sgd" in arguments.rows:
        settings |= {"objective": "x2static", "solver": "sgd", "epochs": arguments.epochs}
        caching = CachingTeacher(teacher)
        for name, own in SGD.items():
            model = DistilledWord2Vec(corpus, teacher=caching, **settings, **own)
            add_row(table, f"{name}, {arguments.epochs} epochs", model.wv)
    print(note)


def add_row(table: MarkdownTable, name: str, vectors: KeyedVectors) -> None:
    """Add the scores of vectors to a table."""
    found = scores(vectors.index_to_key, vectors.vectors)
    table.row(name, *(found[measure] for measure in MEASURES))


if __name__ == "__main__":
    main()
