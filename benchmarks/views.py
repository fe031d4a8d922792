"""What the default is made of, and what each part is worth: the tables and plots of docs/hybrid.md.

Works on states that benchmarks/states.py has kept, so that no teacher is needed.

Run: python benchmarks/views.py STATES [--texts N ...] [--output FOLDER]

STATES is a folder that benchmarks/states.py has written. The first of the sizes N is that of most tables.
"""

from __future__ import annotations

import argparse
import itertools
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

import numpy as np
from scores import MEASURES, scores
from states import States

from gensim_distill._utils.extras import needs
from gensim_distill.evaluation import read_pairs, word_similarity
from gensim_distill.linalg.ridge import ridge_prediction
from gensim_distill.linalg.rows import normalize
from gensim_distill.objectives import Hybrid, X2Static
from gensim_distill.objectives import hybrid as recipe
from gensim_distill.objectives.aggregate import centred_means
from gensim_distill.objectives.x2static import closed_form, noise
from gensim_distill.statistics.moments import Moments

WIDTH = 300
Parts = dict[str, np.ndarray]


class Experiment:
    """The first texts of a corpus: their vocabulary, their statistics and the four parts of the hybrid."""

    def __init__(self, states: States, number: int, min_count: int) -> None:
        self.states, self.number = states, number
        self.vocabulary = states.vocabulary(number, min_count)
        self.words = [states.words[word] for word in self.vocabulary]
        self.moments = states.moments(np.ones(number, dtype=np.bool_), self.vocabulary)
        self.average, self.top, self.around, self.alone = self.moments.values()
        self.parts = self.make_parts()

    def make_parts(self, shrinkage: bool = True) -> Parts:
        around = closed_form(self.around, recipe.Hybrid.whitening)
        trust = shrinkage(around, self.around.counts, noise(self.around, recipe.Hybrid.whitening))
        around = normalize(around) * (np.sqrt(trust)[:, None] if shrinkage else 1.0)
        views = {"average": self.average, "top": self.top, "alone": self.alone}
        return {name: normalize(centred_means(view)) for name, view in views.items()} | {"around": around}

    def scores(self, vectors: np.ndarray, size: int | None = WIDTH) -> dict[str, float]:
        return scores(self.words, vectors, size)


def predicted(
    parts: Parts, without: Iterable[str] = (), top: float = 1.0, average: float = recipe.AVERAGE
) -> np.ndarray:
    """Make the hybrid, without some of its parts or with other weights."""
    left = {name: part for name, part in parts.items() if name not in without}
    weights = {"top": top, "average": average, "around": recipe.AROUND}
    total = np.sum([weights[name] * left[name] for name in weights if name in left], axis=0)
    beside = {"alone": recipe.ALONE_BESIDE, "around": recipe.AROUND_BESIDE}
    targets = np.hstack([total] + [weight * left[name] for name, weight in beside.items() if name in left])
    as_predictor = {"average": 1.0, "top": recipe.TOP_AS_PREDICTOR, "alone": 1.0, "around": 1.0}
    predictors = [weight * left[name] for name, weight in as_predictor.items() if name in left]
    return normalize(ridge_prediction(predictors, targets))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("states", type=Path)
    parser.add_argument("--texts", type=int, nargs="+", help="sizes of the corpus (default: all)")
    parser.add_argument("--min-count", type=int, default=5)
    parser.add_argument("--output", type=Path, default=Path("views"))
    arguments = parser.parse_args()
    arguments.output.mkdir(parents=True, exist_ok=True)
    states = States(arguments.states)
    report = Report(arguments.output / "views.md")
    report.write(states.about)
    sizes = arguments.texts or [len(states.num_words)]

    by_layer = layers(states, arguments.min_count)
    report.table(f"layers, {len(states.num_words)} texts", by_layer)
    plot_layers(by_layer, arguments.output / "layers.svg")

    main_one = Experiment(states, sizes[0], arguments.min_count)
    report.table(f"width, {sizes[0]} texts", widths(main_one))
    report.table(f"parts, {sizes[0]} texts, {WIDTH} wide", parts(main_one))
    report.table(f"medoids, {sizes[0]} texts", medoids(main_one))
    by_frequency(main_one, report)
    by_size = {}
    for number in sizes:
        experiment = main_one if number == sizes[0] else Experiment(states, number, arguments.min_count)
        by_size[number] = size(experiment)
        report.table(f"{number} texts, {len(experiment.words)} words", by_size[number])
    if len(sizes) > 1:
        plot_sizes(by_size, arguments.output / "sizes.svg")


def layers(states: States, min_count: int) -> dict[str, dict[str, float]]:
    """Measure each layer in context and alone, over all texts."""
    vocabulary = states.vocabulary(len(states.num_words), min_count)
    words = [states.words[word] for word in vocabulary]
    found = {}
    for kind, moments in (("in context", states.layers), ("alone", states.alone)):
        single = [view for name, view in moments.items() if "+" not in name]
        for layer, view in enumerate(single):
            found[f"{kind}, layer {layer}"] = scores(words, centred_means(view)[vocabulary])
        # The mean over layers is taken at the token, and so the sums add up.
        together = Moments(len(states.words), states.width)
        together.sums, together.counts = np.mean([view.sums for view in single], axis=0), single[0].counts
        found[f"{kind}, mean over all"] = scores(words, centred_means(together)[vocabulary])
    return found


def widths(one: Experiment) -> dict[str, dict[str, float]]:
    vectors = Hybrid().vectors(one.moments)
    teacher = one.top.width
    return {
        f"{width} wide": one.scores(vectors, width) for width in (50, 100, 200, 300, teacher, 2 * teacher, 3 * teacher)
    }


def parts(one: Experiment) -> dict[str, dict[str, float]]:
    plain = one.parts["top"] + 0.5 * (one.parts["average"] + one.parts["around"] + one.parts["alone"])
    concatenated = np.hstack([one.parts["top"], *(0.5 * one.parts[name] for name in ("average", "around", "alone"))])
    return {
        "hybrid": one.scores(predicted(one.parts)),
        **{
            f"without {name}": one.scores(predicted(one.parts, [name]))
            for name in ("average", "top", "around", "alone")
        },
        "without shrinkage": one.scores(predicted(one.make_parts(shrinkage=False))),
        "without prediction, sum": one.scores(plain),
        "without prediction, laid side by side": one.scores(concatenated),
    }


def medoids(one: Experiment, occurrences: int = 100) -> dict[str, dict[str, float]]:
    """Hold means against medoids: of at most so many occurrences the one nearest to all others."""
    states = one.states
    last = int(np.searchsorted(states.text_of, one.number))
    place = np.full(len(states.words), -1)
    place[one.vocabulary] = np.arange(len(one.vocabulary))
    word_of = place[states.word_of[:last]]
    shuffled = np.random.default_rng(1).permutation(last)
    shuffled = shuffled[word_of[shuffled] >= 0]
    order = shuffled[np.argsort(word_of[shuffled], kind="stable")]
    words = word_of[order]
    rank = np.arange(len(words)) - np.searchsorted(words, words)
    chosen = np.sort(order[rank < occurrences])
    found = {}
    for name in ("top", "average"):
        states_of = np.asarray(getattr(states, name)[chosen], dtype=np.float32)
        of_word = word_of[chosen]
        means = Moments(len(one.words), states.width)
        directions = states_of / np.linalg.norm(states_of, axis=1, keepdims=True)
        sums = np.zeros((len(one.words), states.width), np.float32)
        np.add.at(sums, of_word, directions)
        # The sum of the cosines to all others is the product with the sum of directions.
        nearness = np.einsum("ij,ij->i", directions, sums[of_word])
        best = np.lexsort((nearness, of_word))
        medoid = best[np.searchsorted(of_word[best], np.arange(len(one.words)), side="right") - 1]
        plain = np.zeros((len(one.words), states.width))
        np.add.at(plain, of_word, states_of)
        means.sums, means.counts = plain, np.bincount(of_word, minlength=len(one.words))
        found[f"{name}, mean of at most {occurrences} occurrences"] = one.scores(centred_means(means), None)
        medoid_states = states_of[medoid].astype(np.float64)
        found[f"{name}, medoid of the same"] = one.scores(medoid_states - medoid_states.mean(axis=0), None)
    return found


def by_frequency(one: Experiment, report: Report) -> None:
    """Spearman's correlation for pairs whose rarer word occurs so often."""
    from gensim.models import KeyedVectors

    counts = dict(zip(one.words, np.maximum(one.top.counts, 1).tolist()))
    pairs = [pair for name in ("simlex999", "wordsim353") for pair in [(*p[:2], p[2], name) for p in read_pairs(name)]]
    made = {name: one.parts[name] for name in ("top", "average", "alone", "around")}
    made |= {"hybrid": Hybrid().vectors(one.moments)}
    bounds = [0, 50, 200, 1000, 10**9]
    for name in ("simlex999", "wordsim353"):
        table: dict[str, dict[str, float]] = {row: {} for row in made}
        for low, high in itertools.pairwise(bounds):
            inside = [
                (a, b, score)
                for a, b, score, source in pairs
                if source == name and low <= min(counts.get(a.lower(), -1), counts.get(b.lower(), -1)) < high
            ]
            label = f"{low}-{high - 1} ({len(inside)} pairs)" if high < 10**9 else f"from {low} ({len(inside)} pairs)"
            for row, vectors in made.items():
                model = KeyedVectors(vectors.shape[1])
                model.add_vectors(one.words, vectors.astype(np.float32))
                table[row][label] = word_similarity(model, inside, resamples=1).spearman if len(inside) > 5 else np.nan
        report.table(f"{name}, by the occurrences of the rarer word, {one.number} texts", table)


def size(one: Experiment) -> dict[str, dict[str, float]]:
    return {
        "in context, top": one.scores(one.parts["top"]),
        "in context, all layers": one.scores(one.parts["average"]),
        "closed form": one.scores(X2Static().vectors({"around": one.around})),
        "word alone, all layers": one.scores(one.parts["alone"]),
        "hybrid": one.scores(Hybrid().vectors(one.moments)),
    }


class Report:
    """Prints tables in Markdown and keeps them in a file."""

    def __init__(self, path: Path) -> None:
        self.path = path
        path.write_text("", encoding="utf-8")

    def write(self, text: str) -> None:
        print(text, flush=True)
        with open(self.path, "a", encoding="utf-8") as file:
            file.write(text + "\n")

    def table(self, title: str, rows: Mapping[str, Mapping[str, float]]) -> None:
        columns = list(next(iter(rows.values())))
        lines = [f"\n| {title} | {' | '.join(columns)} |", "|---|" + "---|" * len(columns)]
        for name, row in rows.items():
            lines.append(f"| {name} | {' | '.join(f'{row[column]:.3f}'.replace('0.', '.') for column in columns)} |")
        self.write("\n".join(lines))


def plot_layers(found: Mapping[str, Mapping[str, float]], path: Path) -> None:
    def draw(panel: object, measure: str) -> None:
        for kind, color in (("in context", "#1f5a96"), ("alone", "#d28f3c")):
            values = [row[measure] for name, row in found.items() if name.startswith(f"{kind}, layer")]
            panel.plot(values, color=color, marker="o", label=kind)  # type: ignore[attr-defined]
            panel.axhline(found[f"{kind}, mean over all"][measure], color=color, linestyle=":", label=f"{kind}, mean")  # type: ignore[attr-defined]
        panel.set(title=measure, xlabel="layer")  # type: ignore[attr-defined]

    _panels(draw, path)


def plot_sizes(found: Mapping[int, Mapping[str, Mapping[str, float]]], path: Path) -> None:
    def draw(panel: object, measure: str) -> None:
        numbers = sorted(found)
        for name in found[numbers[0]]:
            panel.plot(numbers, [found[number][name][measure] for number in numbers], marker="o", label=name)  # type: ignore[attr-defined]
        panel.set(title=measure, xlabel="texts", xscale="log")  # type: ignore[attr-defined]

    _panels(draw, path)


def _panels(draw: Callable[[object, str], None], path: Path) -> None:
    figure = needs("matplotlib.figure", "The plot", "evaluation").Figure(figsize=(10, 3.2), layout="constrained")
    panels = figure.subplots(1, len(MEASURES))
    for measure, panel in zip(MEASURES, panels):
        draw(panel, measure)
    handles, labels = panels[0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside lower center", ncols=5, fontsize="small")
    figure.savefig(path)


if __name__ == "__main__":
    main()
