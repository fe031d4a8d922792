"""The context budget: how much the teacher reads, and what that costs in quality.

Three experiments, each with arguments of its own (``EXPERIMENT --help``):

``selection CORPUS``
    The share of documents that a budget selects, and the time of the selection. No teacher is needed.
``quality CORPUS TEACHER``
    Scores against the share of words that is read, for each objective and budget, as tables and a plot.
``distillation CORPUS TEACHER``
    Time and scores of whole models, with the default budget and without any.

Run: python -m benchmarks.ablation.context_budget EXPERIMENT ...
"""

from __future__ import annotations

import argparse
from collections import Counter
from pathlib import Path
from time import perf_counter
from typing import Any

from benchmarks.ablation.passages import OBJECTIVES, Experiment
from benchmarks.common import (
    MEASURES,
    Lines,
    MarkdownTable,
    argument_parser,
    corpus_parser,
    machine,
    scores,
)
from benchmarks.plots import plot_panels, set_log_scale
from benchmarks.quality.text_sets import TextSource
from gensim_distill import DistilledWord2Vec, load_teacher
from gensim_distill.corpus.context_budget import ContextBudget

# --- selection ---------------------------------------------------------------------------------


def selection(arguments: argparse.Namespace) -> list[MarkdownTable]:
    """Measure the share of documents selected and the time of the selection."""
    print(f"{machine()}\nseed {arguments.seed}")
    formats = {"documents": ",", "words": ",", "documents read": ".1%", "words read": ".1%", "seconds": ".0f"}
    columns = ("documents", "words", "vocabulary", "budget", "documents read", "words read", "seconds")
    table = MarkdownTable(*columns, title="selection", formats=formats)
    for lines in arguments.lines:
        corpus = list(Lines(arguments.corpus, lines))
        counts = Counter(word for document in corpus for word in document)
        frequent = (word for word, count in counts.most_common() if count >= arguments.min_count)
        vocabulary = {word: index for index, word in enumerate(frequent)}
        num_words = sum(counts.values())
        for contexts_per_word in arguments.budgets:
            start = perf_counter()
            budget = ContextBudget(contexts_per_word, vocabulary, arguments.seed)
            budget.scan(corpus)
            selected = list(budget.select(corpus))
            seconds = perf_counter() - start
            documents, words = (
                len(selected) / len(corpus),
                sum(len(list(document)) for document in selected) / num_words,
            )
            table.row(len(corpus), num_words, len(vocabulary), contexts_per_word, documents, words, seconds)
    return [table]


# --- quality -----------------------------------------------------------------------------------


def quality(arguments: argparse.Namespace) -> list[MarkdownTable]:
    """Measure scores against the share of words read."""
    arguments.output.mkdir(parents=True, exist_ok=True)
    print(f"{machine()}\nteacher {arguments.teacher}, seed {arguments.seed}")
    teacher, points = load_teacher(arguments.teacher), []
    for lines in arguments.lines:
        source = TextSource("corpus", "corpus", arguments.corpus, lines)
        experiment = Experiment(source, list(source.texts()), teacher, arguments.min_count, arguments.seed)
        for budget in [*arguments.budgets, None]:
            points.append({"documents": len(experiment.texts)} | experiment.distill(budget))
            print(points[-1], flush=True)
    plot(points, arguments.output / "budget.svg")
    formats = {"documents": ",", "words read": ".1%"}
    tables = []
    for objective in OBJECTIVES:
        table = MarkdownTable("documents", "budget", "words read", *MEASURES, title=objective, formats=formats)
        for point in points:
            found = [point[f"{objective} {measure}"] for measure in MEASURES]
            table.row(point["documents"], str(point["budget"] or "none"), point["words read"], *found)
        tables.append(table)
    return tables


def plot(points: list[dict[str, Any]], path: Path) -> None:
    """Draw one panel per measure: scores against the share of words read."""
    colors = dict(zip(OBJECTIVES, ("#1f5a96", "#5a9e6f", "#d28f3c", "#9db8d2")))
    sizes = sorted({point["documents"] for point in points})

    def draw(panel: Any, measure: str) -> None:
        for objective, color in colors.items():
            for size, style in zip(sizes, (":", "--", "-")[-len(sizes) :]):
                curve = sorted(
                    (point["words read"], point[f"{objective} {measure}"])
                    for point in points
                    if point["documents"] == size
                )
                panel.plot(*zip(*curve), style, color=color, marker="o", markersize=3, label=f"{objective}, {size:,}")
        panel.set(xlabel="share of words read")
        set_log_scale(panel, [0.05, 0.1, 0.2, 0.5, 1], lambda share: f"{share:.0%}")

    plot_panels(draw, MEASURES, path)


# --- distillation ------------------------------------------------------------------------------


def distillation(arguments: argparse.Namespace) -> list[MarkdownTable]:
    """Measure whole models with the default budget and without any."""
    print(f"{machine()}\nteacher {arguments.teacher}, seed {arguments.seed}")
    formats = {"words": ",", "words read": ".1%", "seconds": ".0f", "words/s": ",.0f"}
    table = MarkdownTable("contexts_per_word", *formats, *MEASURES, title="distillation", formats=formats)
    settings: dict[str, dict[str, Any]] = {"default": {}, "None": {"contexts_per_word": None}}
    seconds = {}
    for name, own in settings.items():
        start = perf_counter()
        corpus = Lines(arguments.corpus, arguments.lines)
        model = DistilledWord2Vec(corpus, teacher=arguments.teacher, seed=arguments.seed, **own)
        seconds[name] = perf_counter() - start
        words = model.corpus_total_words
        assert model.lifecycle_events is not None
        read = next(event["words"] for event in model.lifecycle_events if event["event"] == "train")
        found = scores(model.wv.index_to_key, model.wv.vectors)
        cells = [words, read / words, seconds[name], words / seconds[name]]
        table.row(name, *cells, *(found[measure] for measure in MEASURES))
    print(f"\nWithout a budget distillation takes {seconds['None'] / seconds['default']:.1f} times as long.")
    return [table]


def main(argv: list[str] | None = None) -> list[MarkdownTable]:
    parser = argument_parser(__doc__)
    experiments = parser.add_subparsers(required=True, metavar="EXPERIMENT")

    own = experiments.add_parser("selection")
    own.add_argument("corpus")
    own.add_argument("--lines", type=int, nargs="+", default=[None], help="sizes of the corpus (default: all)")
    own.add_argument("--budgets", type=int, nargs="+", default=[4], metavar="K")
    own.add_argument("--min-count", type=int, default=5)
    own.add_argument("--seed", type=int, default=1)
    own.set_defaults(run=selection)

    own = experiments.add_parser("quality")
    own.add_argument("corpus")
    own.add_argument("teacher")
    own.add_argument("--lines", type=int, nargs="+", default=[20_000], help="sizes of the corpus")
    own.add_argument("--budgets", type=int, nargs="*", default=[1, 2, 3, 4, 6, 10, 20, 50], metavar="K")
    own.add_argument("--min-count", type=int, default=5)
    own.add_argument("--seed", type=int, default=1)
    own.add_argument("--output", type=Path, default=Path("context-budget"))
    own.set_defaults(run=quality)

    own = experiments.add_parser("distillation", parents=[corpus_parser(None)], add_help=False)
    own.set_defaults(run=distillation)

    arguments = parser.parse_args(argv)
    found: list[MarkdownTable] = arguments.run(arguments)
    return found


if __name__ == "__main__":
    main()
