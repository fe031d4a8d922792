"""What a context budget saves and what it costs: quality against the share of the text that the teacher reads.

Works on states that benchmarks/states.py has kept, so that no teacher is needed. Prints a table in Markdown, and
writes it with a plot.

Run: python benchmarks/budget.py STATES [--texts N ...] [--budgets K ...] [--output FOLDER]

STATES is a folder that benchmarks/states.py has written. The budgets are tried on its first N texts, for each N.
"""

from __future__ import annotations

import argparse
import itertools
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from scores import MEASURES, scores
from states import States

from gensim_distill._utils.extras import needs
from gensim_distill.corpus.context_budget import ContextBudget
from gensim_distill.objectives import Aggregate, Hybrid, X2Static

WIDTH = 300
OBJECTIVES = {"aggregate": (Aggregate(), "top"), "x2static": (X2Static(), "around"), "hybrid": (Hybrid(), None)}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("states", type=Path)
    parser.add_argument("--texts", type=int, nargs="+", help="sizes of the corpus (default: all)")
    parser.add_argument("--budgets", type=int, nargs="*", default=[1, 2, 3, 5, 8, 20, 50])
    parser.add_argument("--rules", nargs="*", choices=["each for itself", "random texts", "first texts"], default=[])
    parser.add_argument("--min-count", type=int, default=5)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--output", type=Path, default=Path("budget"))
    arguments = parser.parse_args()
    arguments.output.mkdir(parents=True, exist_ok=True)
    states = States(arguments.states)
    lines = [
        f"| texts | budget | texts read | subwords read | {' | '.join(f'{o} {m}' for o in OBJECTIVES for m in MEASURES)} |",
        "|" + "---|" * (4 + 3 * len(OBJECTIVES)),
    ]
    print(f"{states.about}\nseed {arguments.seed}\n\n" + "\n".join(lines), flush=True)
    points: list[tuple[int, str, float, dict[str, dict[str, float]]]] = []
    for number in arguments.texts or [len(states.num_words)]:
        vocabulary = states.vocabulary(number, arguments.min_count)
        for name, texts in choices(states, number, vocabulary, arguments):
            share = states.subwords[:number][texts].sum() / states.subwords[:number].sum()
            found = evaluate(states, texts, vocabulary)
            points.append((number, name, share, found))
            cells = [f"{found[o][m]:.3f}".lstrip("0") for o in OBJECTIVES for m in MEASURES]
            lines.append(f"| {number} | {name} | {texts.mean():.1%} | {share:.1%} | {' | '.join(cells)} |")
            print(lines[-1], flush=True)
    (arguments.output / "budget.md").write_text("\n".join(lines) + "\n", encoding="utf-8")
    plot(points, arguments.output / "budget.svg")


def choices(
    states: States, number: int, vocabulary: np.ndarray, arguments: argparse.Namespace
) -> Iterator[tuple[str, np.ndarray]]:
    """Give for each budget a mask over the texts."""
    keys = texts_of(states, number, vocabulary)
    index = {states.words[word]: place for place, word in enumerate(vocabulary)}
    for k in arguments.budgets:
        budget = ContextBudget(k, index, arguments.seed)
        budget.scan(keys)
        texts = np.array([budget.keeps(text) for text in keys])
        yield str(k), texts
        random = np.random.default_rng(arguments.seed).random(number)
        if "each for itself" in arguments.rules:
            yield f"{k}, each for itself", each_for_itself(states, number, vocabulary, k, random)
        if "random texts" in arguments.rules:
            yield f"{k}, random texts", random < texts.mean()
        if "first texts" in arguments.rules:
            yield f"{k}, first texts", np.arange(number) < texts.sum()
    yield "none", np.ones(number, dtype=np.bool_)


def texts_of(states: States, number: int, vocabulary: np.ndarray) -> list[list[str]]:
    """Give the words of each text that are in the vocabulary."""
    known = np.zeros(len(states.words), dtype=np.bool_)
    known[vocabulary] = True
    words = np.array(states.words, dtype=object)
    bounds = np.searchsorted(states.text_of, np.arange(number + 1))
    return [words[part[known[part]]].tolist() for part in (states.word_of[a:b] for a, b in itertools.pairwise(bounds))]


def each_for_itself(states: States, number: int, vocabulary: np.ndarray, k: int, random: np.ndarray) -> np.ndarray:
    """Choose for each word the k texts with the smallest numbers, whatever others have chosen."""
    known = np.zeros(len(states.words), dtype=np.bool_)
    known[vocabulary] = True
    last = np.searchsorted(states.text_of, number)
    pairs = np.unique(np.stack([states.word_of[:last], states.text_of[:last]])[:, known[states.word_of[:last]]], axis=1)
    order = np.lexsort((random[pairs[1]], pairs[0]))
    words = pairs[0][order]
    rank = np.arange(len(words)) - np.searchsorted(words, words, side="left")
    texts = np.zeros(number, dtype=np.bool_)
    texts[pairs[1][order[rank < k]]] = True
    return texts


def evaluate(states: States, texts: np.ndarray, vocabulary: np.ndarray) -> dict[str, dict[str, float]]:
    moments = states.moments(texts, vocabulary)
    words = [states.words[word] for word in vocabulary]
    found = {}
    for name, (objective, view) in OBJECTIVES.items():
        own = moments if view is None else {view: moments[states.views[view].name]}
        found[name] = scores(words, objective.vectors(own), WIDTH)
    return found


def plot(points: list[tuple[int, str, float, dict[str, dict[str, float]]]], path: Path) -> None:
    figures = needs("matplotlib.figure", "The plot", "evaluation")
    figure = figures.Figure(figsize=(10, 3.4), layout="constrained")
    panels = figure.subplots(1, len(MEASURES))
    colors = dict(zip(OBJECTIVES, ("#9db8d2", "#d28f3c", "#1f5a96")))
    sizes = sorted({number for number, *_ in points})
    for measure, panel in zip(MEASURES, panels):
        for objective, color in colors.items():
            for number, style in zip(sizes, (":", "--", "-")[-len(sizes) :]):
                curve = sorted(
                    (share, found[objective][measure])
                    for size, name, share, found in points
                    if size == number and "," not in name
                )
                label = f"{objective}, {number:,} texts" if measure == MEASURES[0] else None
                panel.plot(*zip(*curve), style, color=color, marker="o", markersize=3, label=label)
        panel.set(title=measure, xlabel="share of subwords read", xscale="log")
    figure.legend(loc="outside lower center", ncols=3, fontsize="small")
    figure.savefig(path)


if __name__ == "__main__":
    main()
