"""The views of the hybrid objective and the contribution of each: the tables and plots of docs/hybrid.md.

Uses hidden states stored by benchmarks.ablation.hidden_states, so that no teacher is needed. Writes tables and plots to
a folder.

Run: python -m benchmarks.ablation.hybrid_views STATES [--documents N ...] [--output FOLDER]

The first of the sizes N is that of most tables.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Collection, Mapping
from pathlib import Path
from typing import Any

import numpy as np
from gensim.models import KeyedVectors

from benchmarks.ablation.hidden_states import HiddenStates
from benchmarks.common import MEASURES, MarkdownTable, argument_parser, scores, write_tables
from gensim_distill.evaluation import read_pairs, word_similarity
from gensim_distill.linalg import normalize, ridge_weights
from gensim_distill.objectives import Hybrid, X2Static
from gensim_distill.objectives.aggregate import CenteredMeans
from gensim_distill.objectives.discriminant import Discriminant, ShrunkDiscriminant
from gensim_distill.objectives.hybrid import PREDICTION_PENALTY
from gensim_distill.statistics.moments import Moments

SIZE = 300  # the dimensions of most tables
Views = dict[str, np.ndarray]
Scores = dict[str, dict[str, float]]


class Experiment:
    """The first documents of a corpus: their vocabulary, their statistics and the four views."""

    def __init__(self, states: HiddenStates, num_documents: int, min_count: int) -> None:
        self.states, self.num_documents = states, num_documents
        self.vocabulary = states.vocabulary(num_documents, min_count)
        self.words = [states.words[word] for word in self.vocabulary]
        self.moments = states.moments(np.ones(num_documents, dtype=np.bool_), self.vocabulary)
        self.all_layers, self.top_layers, self.contexts, self.isolated = self.moments.values()
        self.views: Views = {
            "all layers": normalize(centered_means(self.all_layers)),
            "top layers": normalize(centered_means(self.top_layers)),
            "isolated": normalize(centered_means(self.isolated)),
            "closed form": ShrunkDiscriminant.fit(self.contexts, Hybrid.whitening).vectors(self.contexts),
        }

    def without_shrinkage(self) -> Views:
        """Return the views with a closed form that is not shrunk for words with few contexts."""
        closed_form = Discriminant.fit(self.contexts, Hybrid.whitening).vectors(self.contexts)
        return self.views | {"closed form": normalize(closed_form)}

    def scores(self, vectors: np.ndarray, size: int | None = SIZE) -> dict[str, float]:
        return scores(self.words, vectors, size)


def centered_means(moments: Moments) -> np.ndarray:
    """Compute the mean contexts of words minus the mean over the vocabulary."""
    return CenteredMeans.fit(moments).vectors(moments)


def predict(views: Views, without: Collection[str] = ()) -> np.ndarray:
    """Compute the vectors of the hybrid without texts from its views, without some of them."""
    views = {name: view for name, view in views.items() if name not in without}
    states = [view for name, view in views.items() if name != "closed form"]
    targets = [normalize(np.sum(states, axis=0))] * bool(states) + [
        views[name] for name in views if name == "closed form"
    ]
    predictors, joined = np.hstack(list(views.values())), np.hstack(targets)
    return normalize(predictors @ ridge_weights(predictors.T @ predictors, predictors.T @ joined, PREDICTION_PENALTY))


def main() -> None:
    parser = argument_parser(__doc__)
    parser.add_argument("states", type=Path, help="a folder written by benchmarks.ablation.hidden_states")
    parser.add_argument("--documents", type=int, nargs="+", help="sizes of the corpus (default: all)")
    parser.add_argument("--min-count", type=int, default=5)
    parser.add_argument("--output", type=Path, default=Path("hybrid-views"))
    arguments = parser.parse_args()
    arguments.output.mkdir(parents=True, exist_ok=True)
    states = HiddenStates(arguments.states)
    print(states.about)
    sizes = arguments.documents or [len(states.num_words)]

    by_layer = layers(states, arguments.min_count)
    tables = [table(f"Layers, {len(states.num_words)} documents", by_layer)]
    plot_layers(by_layer, arguments.output / "layers.svg")

    first = Experiment(states, sizes[0], arguments.min_count)
    tables.append(table(f"Dimensions, {sizes[0]} documents", dimensions(first)))
    tables.append(table(f"Views, {sizes[0]} documents, {SIZE} dimensions", views(first)))
    tables.append(table(f"Medoids, {sizes[0]} documents", medoids(first)))
    tables += by_frequency(first)
    by_size = {}
    for size in sizes:
        experiment = first if size == sizes[0] else Experiment(states, size, arguments.min_count)
        by_size[size] = corpus_size(experiment)
        tables.append(table(f"{size} documents, {len(experiment.words)} words", by_size[size]))
    if len(sizes) > 1:
        plot_sizes(by_size, arguments.output / "sizes.svg")
    write_tables(arguments.output / "hybrid-views.md", states.about, tables)


def table(title: str, found: Scores) -> MarkdownTable:
    """Print a table with one row per kind of vectors."""
    columns = list(next(iter(found.values())))
    printed = MarkdownTable("", *columns, title=title)
    for name, row in found.items():
        printed.row(name, *(float(row[column]) for column in columns))
    return printed


def layers(states: HiddenStates, min_count: int) -> Scores:
    """Score each layer in context and isolated, over all documents."""
    vocabulary = states.vocabulary(len(states.num_words), min_count)
    words = [states.words[word] for word in vocabulary]
    found = {}
    for kind, moments in (("in context", states.layers), ("isolated", states.isolated)):
        single = [view for name, view in moments.items() if "+" not in name]
        for layer, view in enumerate(single):
            found[f"{kind}, layer {layer}"] = scores(words, centered_means(view)[vocabulary])
        # Layers are averaged per occurrence, so the mean of their sums is the sum of their mean.
        mean = Moments(len(states.words), states.width)
        mean.sums, mean.counts = np.mean([view.sums for view in single], axis=0), single[0].counts
        found[f"{kind}, mean over all"] = scores(words, centered_means(mean)[vocabulary])
    return found


def dimensions(experiment: Experiment) -> Scores:
    """Score the hybrid at several vector sizes."""
    vectors = Hybrid().vectors(experiment.moments)
    width = experiment.top_layers.width
    return {
        f"{size} dimensions": experiment.scores(vectors, size)
        for size in (50, 100, 200, 300, width, 2 * width, 3 * width)
    }


def views(experiment: Experiment) -> Scores:
    """Score the hybrid without each of its steps."""
    top_layers, *others = (experiment.views[n] for n in ("top layers", "all layers", "closed form", "isolated"))
    return {
        "hybrid": experiment.scores(predict(experiment.views)),
        **{f"without {name}": experiment.scores(predict(experiment.views, [name])) for name in experiment.views},
        "without shrinkage": experiment.scores(predict(experiment.without_shrinkage())),
        "without prediction, sum": experiment.scores(top_layers + 0.5 * np.sum(others, axis=0)),
        "without prediction, concatenated": experiment.scores(
            np.hstack([top_layers, *(0.5 * view for view in others)])
        ),
    }


def medoids(experiment: Experiment, max_occurrences: int = 100) -> Scores:
    """Compare means with medoids: the occurrence nearest to all others."""
    states = experiment.states
    last = int(np.searchsorted(states.document_of, experiment.num_documents))
    index = np.full(len(states.words), -1)
    index[experiment.vocabulary] = np.arange(len(experiment.vocabulary))
    word_of = index[states.word_of[:last]]
    shuffled = np.random.default_rng(1).permutation(last)
    shuffled = shuffled[word_of[shuffled] >= 0]
    order = shuffled[np.argsort(word_of[shuffled], kind="stable")]
    words = word_of[order]
    rank = np.arange(len(words)) - np.searchsorted(words, words)
    used = np.sort(order[rank < max_occurrences])
    of_word = word_of[used]
    size = len(experiment.words)
    found = {}
    for name, stored in (("top layers", states.top_layers), ("all layers", states.all_layers)):
        occurrences = np.asarray(stored[used], dtype=np.float32)
        directions = normalize(occurrences)
        sums = np.zeros((size, states.width), np.float32)
        np.add.at(sums, of_word, directions)
        # The sum of cosines to all others is the dot product with the sum of directions.
        nearness = np.einsum("ij,ij->i", directions, sums[of_word])
        best = np.lexsort((nearness, of_word))
        medoid = best[np.searchsorted(of_word[best], np.arange(size), side="right") - 1]
        means = Moments(size, states.width)
        np.add.at(means.sums, of_word, occurrences)
        means.counts = np.bincount(of_word, minlength=size)
        label = f"{name}, mean of at most {max_occurrences} occurrences"
        found[label] = experiment.scores(centered_means(means), None)
        medoid_states = occurrences[medoid].astype(np.float64)
        found[f"{name}, medoid of the same"] = experiment.scores(medoid_states - medoid_states.mean(axis=0), None)
    return found


def by_frequency(experiment: Experiment) -> list[MarkdownTable]:
    """Score pairs by the count of their rarer word."""
    counts = dict(zip(experiment.words, np.maximum(experiment.top_layers.counts, 1).tolist()))
    vectors = experiment.views | {"hybrid": Hybrid().vectors(experiment.moments)}
    tables = []
    for dataset in ("simlex999", "wordsim353"):
        found: Scores = {name: {} for name in vectors}
        for low, high in itertools.pairwise([0, 50, 200, 1000, 10**9]):
            pairs = [
                (a, b, score)
                for a, b, score in read_pairs(dataset)
                if low <= min(counts.get(a.lower(), -1), counts.get(b.lower(), -1)) < high
            ]
            label = f"{low}-{high - 1} ({len(pairs)} pairs)" if high < 10**9 else f"from {low} ({len(pairs)} pairs)"
            for name, rows in vectors.items():
                keyed = KeyedVectors(rows.shape[1])
                keyed.add_vectors(experiment.words, rows.astype(np.float32))
                found[name][label] = (
                    word_similarity(keyed, pairs, resamples=1).spearman if len(pairs) > 5 else float("nan")
                )
        title = f"{dataset}, by the count of the rarer word, {experiment.num_documents} documents"
        tables.append(table(title, found))
    return tables


def corpus_size(experiment: Experiment) -> Scores:
    """Score each view and the hybrid for one size of the corpus."""
    names = {
        "top layers": "in context, top layers",
        "all layers": "in context, all layers",
        "isolated": "isolated word, all layers",
    }
    return {
        **{label: experiment.scores(experiment.views[name]) for name, label in names.items()},
        "closed form": experiment.scores(X2Static().vectors({"contexts": experiment.contexts})),
        "hybrid": experiment.scores(Hybrid().vectors(experiment.moments)),
    }


def plot_layers(found: Scores, path: Path) -> None:
    def draw(panel: Any, measure: str) -> None:
        for kind, color in (("in context", "#1f5a96"), ("isolated", "#d28f3c")):
            values = [row[measure] for name, row in found.items() if name.startswith(f"{kind}, layer")]
            panel.plot(values, color=color, marker="o", label=kind)
            mean = found[f"{kind}, mean over all"][measure]
            panel.axhline(mean, color=color, linestyle=":", label=f"{kind}, mean")
        panel.set(title=measure, xlabel="layer")

    plot_panels(draw, path)


def plot_sizes(found: Mapping[int, Scores], path: Path) -> None:
    def draw(panel: Any, measure: str) -> None:
        sizes = sorted(found)
        for name in found[sizes[0]]:
            panel.plot(sizes, [found[size][name][measure] for size in sizes], marker="o", label=name)
        panel.set(title=measure, xlabel="documents", xscale="log")

    plot_panels(draw, path)


def plot_panels(draw: Callable[[Any, str], None], path: Path) -> None:
    """Draw one panel per measure with a common legend."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(10, 3.2), layout="constrained")
    panels = figure.subplots(1, len(MEASURES))
    for measure, panel in zip(MEASURES, panels):
        draw(panel, measure)
    handles, labels = panels[0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside lower center", ncols=5, fontsize="small")
    figure.savefig(path)


if __name__ == "__main__":
    main()
