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
from collections.abc import Sequence
from pathlib import Path
from time import perf_counter
from typing import Any, Literal
from unittest.mock import patch

import numpy as np

from benchmarks.common import MEASURES, Cell, MarkdownTable, corpus_parser, machine, scores, write_tables
from benchmarks.quality.measures import judge_texts
from benchmarks.quality.text_sets import TextSource, add_text_sets, read_lines, text_sources
from gensim_distill import DistilledWord2Vec, Teacher, load_teacher
from gensim_distill.corpus import passages
from gensim_distill.corpus.documents import Document
from gensim_distill.objectives import Aggregate, Text, X2Static

SIZE = 300  # dimensions of the vectors of words
WORDS = (16, 24, 32, 64, 128)
OBJECTIVES = ("hybrid", "text", "x2static", "aggregate")
SETTINGS = ("source", "passage", "budget", "words read", "seconds")  # of a row, beside the scores


class Experiment:
    """A source of texts, and models that are distilled from it."""

    def __init__(
        self, source: TextSource, texts: Sequence[Document], teacher: Teacher, min_count: int, seed: int
    ) -> None:
        self.source, self.texts, self.teacher = source, texts, teacher
        self.min_count, self.seed = min_count, seed

    def measure(self, words: int | None, budget: int | None) -> dict[str, Any]:
        """Distill with passages of at most `words` words, or with whole documents if None, and return the scores."""
        with patch.multiple(passages, PASSAGE_WORDS=words, TEXT_WORDS=words):
            return {"passage": words, **self.distill(budget, "text" if words is None else None)}

    def distill(self, budget: int | None, context: Literal["text"] | None = None) -> dict[str, Any]:
        """Distill with a budget, and return the scores."""
        start = perf_counter()
        model = DistilledWord2Vec(
            self.texts,
            teacher=self.teacher,
            context=context,
            contexts_per_word=budget,
            min_count=self.min_count,
            seed=self.seed,
            progress=False,
        )
        seconds = perf_counter() - start
        event = next(event for event in model.lifecycle_events or [] if event["event"] == "train")
        row = {
            "source": self.source.name,
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


def main(argv: list[str] | None = None) -> list[MarkdownTable]:
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
        found = []
        for budget, words in itertools.product([*arguments.budgets, None], [*arguments.words, None]):
            found.append(experiment.measure(words, budget))
            print(found[-1], flush=True)
            rows.append(found[-1])
            (arguments.output / "passages.json").write_text(
                json.dumps({"about": about, "rows": rows}, indent=1), encoding="utf-8"
            )
        tables += tables_of(experiment.source, found)
    write_tables(arguments.output / "passages.md", about, tables)
    return tables


def tables_of(source: TextSource, rows: Sequence[dict[str, Any]]) -> list[MarkdownTable]:
    """Print the rows of a source: a table for each objective, or one for vectors of texts."""
    measures = [name for name in rows[0] if name not in SETTINGS]
    groups = {source.name: {name: name for name in measures}}
    if source.kind == "corpus":
        groups = {name: {f"{name} {measure}": measure for measure in MEASURES} for name in OBJECTIVES}
    tables = []
    for title, group in groups.items():
        formats = {"words read": ".1%"}
        table = MarkdownTable(
            "words of a passage", "budget", "words read", *group.values(), title=title, formats=formats
        )
        for row in rows:
            shown: list[Cell] = [row["passage"] or "whole documents", row["budget"] or "none", row["words read"]]
            table.row(*shown, *(row[name] for name in group))
        tables.append(table)
    return tables


if __name__ == "__main__":
    main()
