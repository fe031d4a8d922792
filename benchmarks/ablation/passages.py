"""The size of passages: how many words around a word the teacher reads, and what that costs.

Models are distilled from raw documents divided into passages of different sizes, and from whole documents, with the budget
and without any. One pass of the teacher serves all objectives: their views are those of the hybrid.

Run: python -m benchmarks.ablation.passages CORPUS TEACHER [--lines N] [--words W ...] [--budgets K ...]
    [--classified NAME FILE] [--searched NAME FILE] [--output FOLDER]

CORPUS has a raw document per line, maybe compressed; benchmarks/quality/text_sets.py describes the other files. The rows are
written to FOLDER/passages.json and the table to FOLDER/passages.md.
"""

from __future__ import annotations

import itertools
import json
import logging
from collections.abc import Iterable
from pathlib import Path
from time import perf_counter
from typing import Any
from unittest.mock import patch

import numpy as np

from benchmarks.common import Cell, MarkdownTable, corpus_parser, machine, scores, write_tables
from benchmarks.quality.measures import judge_texts
from benchmarks.quality.text_sets import TextSource, add_text_sets, read_lines, text_sources
from gensim_distill import DistilledWord2Vec, Teacher, load_teacher
from gensim_distill.corpus import passages
from gensim_distill.objectives import Aggregate, Text, X2Static

SIZE = 300  # dimensions of the vectors of words
WORDS = (16, 32, 64, 128)


class Experiment:
    """A source of texts, and models that are distilled from it."""

    def __init__(self, source: TextSource, texts: list[str], teacher: Teacher, min_count: int, seed: int) -> None:
        self.source, self.texts, self.teacher = source, texts, teacher
        self.min_count, self.seed = min_count, seed

    def measure(self, words: int | None, budget: int | None) -> dict[str, Any]:
        """Distill with passages of at most `words` words, or with whole documents if None, and return the scores."""
        start = perf_counter()
        with patch.multiple(passages, PASSAGE_WORDS=words, TEXT_WORDS=words):
            model = DistilledWord2Vec(
                self.texts,
                teacher=self.teacher,
                context="text" if words is None else None,
                contexts_per_word=budget,
                min_count=self.min_count,
                seed=self.seed,
                progress=False,
            )
        seconds = perf_counter() - start
        event = next(event for event in model.lifecycle_events or [] if event["event"] == "train")
        row = {
            "source": self.source.name,
            "passage": words,
            "budget": budget,
            "words read": event["words"] / model.corpus_total_words,
            "seconds": seconds,
        }
        return row | (self.words(model) if self.source.kind == "corpus" else self.of_texts(model))

    def words(self, model: DistilledWord2Vec) -> dict[str, float]:
        """Score the vectors of words of all objectives, which share the statistics."""
        moments, layers = model.learned.moments, self.teacher.num_layers
        assert moments is not None
        assert model.learned.texts is not None
        counts = np.array([model.wv.get_vecattr(word, "count") for word in model.wv.index_to_key])
        text = Text().fit_texts(moments, model.learned.texts.sample(), counts / counts.sum())
        closed_form = next(name for name in moments if name.endswith(".covariance"))
        top = moments[Aggregate().views(layers)[-1].name]
        vectors = {
            "hybrid": model.wv.vectors,
            "text": text.projection.vectors(moments),
            "x2static": X2Static().vectors({"": moments[closed_form]}),
            "aggregate": Aggregate().vectors({"": top}),
        }
        return {
            f"{objective} {measure}": float(score)
            for objective, own in vectors.items()
            for measure, score in scores(model.wv.index_to_key, own, SIZE).items()
        }

    def of_texts(self, model: DistilledWord2Vec) -> dict[str, float]:
        """Score the vectors of whole texts of the hybrid."""
        found = judge_texts(model, self.source, resamples=0, regression=False)
        return {name: float(score.value) for name, score in found.items()}


def main(argv: list[str] | None = None) -> None:
    parser = corpus_parser(__doc__, lines=6_000)
    add_text_sets(parser)
    parser.add_argument("--words", type=int, nargs="+", default=WORDS, help="sizes of passages (default: %(default)s)")
    parser.add_argument("--budgets", type=int, nargs="+", default=[4], metavar="K", help="beside reading everything")
    parser.add_argument("--min-count", type=int, default=5)
    parser.add_argument("--output", type=Path, default=Path("passages"), help="folder (default: %(default)s)")
    arguments = parser.parse_args(argv)
    arguments.output.mkdir(parents=True, exist_ok=True)
    logging.getLogger("gensim_distill.encoding").setLevel(logging.ERROR)  # it warns of texts without known words
    teacher = load_teacher(arguments.teacher)
    about = f"{machine()}\nteacher {arguments.teacher}, {arguments.lines} lines, seed {arguments.seed}"
    print(about)
    corpus, *others = text_sources(arguments)
    raw = list(itertools.islice(read_lines(corpus.path), corpus.lines))
    experiments = [
        Experiment(source, texts, teacher, arguments.min_count, arguments.seed)
        for source, texts in [(corpus, raw), *((other, [str(text) for text in other.texts()]) for other in others)]
    ]
    rows, tables = [], []
    for experiment in experiments:
        table = None
        for budget, words in itertools.product([*arguments.budgets, None], [*arguments.words, None]):
            row = experiment.measure(words, budget)
            rows.append(row)
            measures = list(row)[5:]
            table = table or MarkdownTable(*_titles(measures), title=experiment.source.name)
            table.row(*_cells(row, measures))
            (arguments.output / "passages.json").write_text(
                json.dumps({"about": about, "rows": rows}, indent=1), encoding="utf-8"
            )
        assert table is not None
        tables.append(table)
    write_tables(arguments.output / "passages.md", about, tables)


def _titles(measures: Iterable[str]) -> list[str]:
    return ["words of a passage", "contexts per word", "words read", "seconds", *measures]


def _cells(row: dict[str, Any], measures: Iterable[str]) -> list[Cell]:
    passage, budget = row["passage"] or "whole documents", row["budget"] or "all"
    return [passage, budget, f"{row['words read']:.1%}", f"{row['seconds']:.0f}", *(row[name] for name in measures)]


if __name__ == "__main__":
    main()
