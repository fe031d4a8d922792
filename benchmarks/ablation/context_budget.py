"""The context budget: how much the teacher reads, and what that costs in quality.

Three experiments, each with arguments of its own (``EXPERIMENT --help``):

``selection CORPUS``
    The share of documents that a budget selects, and the time of the selection. No teacher is needed.
``quality STATES``
    Scores against the share of subwords that is read, for each objective and budget, as a table and a plot. Uses
    hidden states stored by benchmarks.ablation.hidden_states.
``distillation CORPUS TEACHER``
    Time and scores of whole models, with the default budget and without any.

Run: python -m benchmarks.ablation.context_budget EXPERIMENT ...
"""

from __future__ import annotations

import argparse
import itertools
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from time import perf_counter
from typing import Any

import numpy as np

from benchmarks.ablation.hidden_states import HiddenStates
from benchmarks.common import (
    MEASURES,
    Lines,
    MarkdownTable,
    argument_parser,
    corpus_parser,
    machine,
    scores,
    write_tables,
)
from benchmarks.plots import plot_panels, set_log_scale
from gensim_distill import DistilledWord2Vec
from gensim_distill.corpus.context_budget import ContextBudget
from gensim_distill.objectives import Aggregate, Hybrid, Objective, X2Static

SIZE = 300
# With the view that the objective needs, None for all.
OBJECTIVES: dict[str, tuple[Objective, str | None]] = {
    "aggregate": (Aggregate(), "top layers"),
    "x2static": (X2Static(), "closed form"),
    "hybrid": (Hybrid(), None),
}
RULES = ["independent", "random", "first"]
# Number of documents, budget, share of subwords read, and the scores of each objective.
Point = tuple[int, str, float, dict[str, dict[str, float]]]


# --- selection ---------------------------------------------------------------------------------


def selection(arguments: argparse.Namespace) -> None:
    """Measure the share of documents selected and the time of the selection."""
    print(f"{machine()}\nseed {arguments.seed}")
    table = MarkdownTable("documents", "words", "vocabulary", "budget", "documents read", "words read", "seconds")
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
            cells = [f"{documents:.1%}", f"{words:.1%}", f"{seconds:.0f}"]
            table.row(len(corpus), num_words, len(vocabulary), contexts_per_word, *cells)


# --- quality -----------------------------------------------------------------------------------


def quality(arguments: argparse.Namespace) -> None:
    """Measure scores against the share of subwords read."""
    arguments.output.mkdir(parents=True, exist_ok=True)
    states = HiddenStates(arguments.states)
    print(f"{states.about}\nseed {arguments.seed}")
    columns = [f"{objective} {measure}" for objective in OBJECTIVES for measure in MEASURES]
    table = MarkdownTable("documents", "budget", "documents read", "subwords read", *columns)
    points: list[Point] = []
    for size in arguments.documents or [len(states.num_words)]:
        vocabulary = states.vocabulary(size, arguments.min_count)
        for name, documents in selections(states, size, vocabulary, arguments):
            share = float(states.subwords[:size][documents].sum() / states.subwords[:size].sum())
            found = evaluate(states, documents, vocabulary)
            points.append((size, name, share, found))
            cells = [found[objective][measure] for objective in OBJECTIVES for measure in MEASURES]
            table.row(size, name, f"{documents.mean():.1%}", f"{share:.1%}", *cells)
    write_tables(arguments.output / "context-budget.md", states.about, [table])
    plot(points, arguments.output / "context-budget.svg")


def selections(
    states: HiddenStates, size: int, vocabulary: np.ndarray, arguments: argparse.Namespace
) -> Iterator[tuple[str, np.ndarray]]:
    """Yield the documents that each budget selects, as a mask, and those of other rules of the same size."""
    documents = known_words(states, size, vocabulary)
    index = {states.words[word]: row for row, word in enumerate(vocabulary)}
    for k in arguments.budgets:
        budget = ContextBudget(k, index, arguments.seed)
        budget.scan(documents)
        chosen = {id(document) for document in budget.select(documents)}
        selected = np.array([id(document) in chosen for document in documents])
        yield str(k), selected
        random = np.random.default_rng(arguments.seed).random(size)
        if "independent" in arguments.rules:
            yield f"{k}, independent", select_independently(states, size, vocabulary, k, random)
        if "random" in arguments.rules:
            yield f"{k}, random", random < selected.mean()
        if "first" in arguments.rules:
            yield f"{k}, first", np.arange(size) < selected.sum()
    yield "none", np.ones(size, dtype=np.bool_)


def known_words(states: HiddenStates, size: int, vocabulary: np.ndarray) -> list[list[str]]:
    """Return the words of the vocabulary in each document."""
    known = np.zeros(len(states.words), dtype=np.bool_)
    known[vocabulary] = True
    words = np.array(states.words, dtype=object)
    bounds = np.searchsorted(states.document_of, np.arange(size + 1))
    parts = (states.word_of[begin:end] for begin, end in itertools.pairwise(bounds))
    return [words[part[known[part]]].tolist() for part in parts]


def select_independently(
    states: HiddenStates, size: int, vocabulary: np.ndarray, k: int, random: np.ndarray
) -> np.ndarray:
    """Select k random documents for each word, independently of other words."""
    known = np.zeros(len(states.words), dtype=np.bool_)
    known[vocabulary] = True
    last = np.searchsorted(states.document_of, size)
    occurrences = np.stack([states.word_of[:last], states.document_of[:last]])
    pairs = np.unique(occurrences[:, known[states.word_of[:last]]], axis=1)
    order = np.lexsort((random[pairs[1]], pairs[0]))
    words = pairs[0][order]
    rank = np.arange(len(words)) - np.searchsorted(words, words, side="left")
    selected = np.zeros(size, dtype=np.bool_)
    selected[pairs[1][order[rank < k]]] = True
    return selected


def evaluate(states: HiddenStates, documents: np.ndarray, vocabulary: np.ndarray) -> dict[str, dict[str, float]]:
    """Score each objective on the statistics of some documents."""
    moments = states.moments(documents, vocabulary)
    words = [states.words[word] for word in vocabulary]
    found = {}
    for name, (objective, view) in OBJECTIVES.items():
        own = moments if view is None else {view: moments[states.views[view].name]}
        found[name] = scores(words, objective.vectors(own), SIZE)
    return found


def plot(points: list[Point], path: Path) -> None:
    """Draw one panel per measure: scores against the share of subwords read."""
    colors = dict(zip(OBJECTIVES, ("#9db8d2", "#d28f3c", "#1f5a96")))
    sizes = sorted({size for size, *_ in points})

    def draw(panel: Any, measure: str) -> None:
        for objective, color in colors.items():
            for size, style in zip(sizes, (":", "--", "-")[-len(sizes) :]):
                curve = sorted(
                    (share, found[objective][measure])
                    for own_size, name, share, found in points
                    if own_size == size and "," not in name
                )
                panel.plot(*zip(*curve), style, color=color, marker="o", markersize=3, label=f"{objective}, {size:,}")
        panel.set(xlabel="share of subwords read")
        set_log_scale(panel, [0.05, 0.1, 0.2, 0.5, 1], lambda share: f"{share:.0%}")

    plot_panels(draw, MEASURES, path)


# --- distillation ------------------------------------------------------------------------------


def distillation(arguments: argparse.Namespace) -> None:
    """Measure whole models with the default budget and without any."""
    print(f"{machine()}\nteacher {arguments.teacher}, seed {arguments.seed}")
    table = MarkdownTable("contexts_per_word", "words", "words read", "seconds", "words/s", *MEASURES)
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
        cells = [f"{read / words:.1%}", f"{seconds[name]:.1f}", f"{words / seconds[name]:.0f}"]
        table.row(name, words, *cells, *(found[measure] for measure in MEASURES))
    print(f"\nWithout a budget distillation takes {seconds['None'] / seconds['default']:.1f} times as long.")


def main() -> None:
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
    own.add_argument("states", type=Path, help="a folder written by benchmarks.ablation.hidden_states")
    own.add_argument("--documents", type=int, nargs="+", help="sizes of the corpus (default: all)")
    own.add_argument("--budgets", type=int, nargs="*", default=[1, 2, 3, 5, 8, 20, 50], metavar="K")
    own.add_argument("--rules", nargs="*", choices=RULES, default=[], help="other rules to compare with")
    own.add_argument("--min-count", type=int, default=5)
    own.add_argument("--seed", type=int, default=1)
    own.add_argument("--output", type=Path, default=Path("context-budget"))
    own.set_defaults(run=quality)

    own = experiments.add_parser("distillation", parents=[corpus_parser(None)], add_help=False)
    own.set_defaults(run=distillation)

    arguments = parser.parse_args()
    arguments.run(arguments)


if __name__ == "__main__":
    main()
