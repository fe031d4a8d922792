"""The parts of the default objective, for words and for whole texts: the tables and plots of docs/hybrid.md.

The teacher reads each collection once, with the default context budget; then all variations are fitted to the same statistics
and the same texts, by the functions of the package. Words and pairs of texts are judged with the reading of CORPUS,
classified texts by their nearest centroid with that of the training texts, search with that of the documents searched.

Run: python -m benchmarks.ablation.text_view CORPUS TEACHER [--lines N] [--sizes N ...] [--pairs FILE]
    [--classified NAME FILE] [--searched NAME FILE] [--output FOLDER]

benchmarks/quality/text_sets.py describes the files.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from time import perf_counter
from typing import Any

import numpy as np

from benchmarks.ablation.reading import PASSAGES, SENTENCES, VIEWS, Reading, Variation
from benchmarks.common import MEASURES, MarkdownTable, corpus_parser, errors_only, machine, scores, write_tables
from benchmarks.plots import plot_panels, set_log_scale
from benchmarks.quality.measures import judge_texts
from benchmarks.quality.text_sets import TextSource, add_text_sets, text_sources
from gensim_distill import Teacher, load_teacher
from gensim_distill.encoding import TextEncoder
from gensim_distill.evaluation import TeacherEncoder, read_pairs, word_similarity
from gensim_distill.linalg import (
    effective_dimensions,
    inverse_power,
    normalize,
    principal_directions,
    ridge_weights,
    whitening_exponent,
)
from gensim_distill.objectives.aggregate import CenteredMeans
from gensim_distill.objectives.hybrid import PREDICTION_PENALTY
from gensim_distill.solvers.text_tables import principal_directions_of_texts
from gensim_distill.vectors.keyed import keyed_vectors

PARTS = ("words", "summary", "texts")
SIZE = 300  # dimensions of the vectors of words
MOST_NOISE = 20  # fewer pairs of words are not scored
BLUE = "#1f5a96"
Scores = dict[str, dict[str, float]]

WHITENING = (0.0, 0.1, 0.2, 0.3, 0.4, 0.5)
FREQUENCIES = (None, 1e-1, 1e-2, 1e-3, 1e-4)
TEXT_VIEWS = (0.5, 0.75, 1.0, 1.25, 1.5, 2.0)
PREDICTION_PENALTIES = (0.03, 0.1, 0.3, 1.0, 3.0)
PENALTIES = (0.001, 0.01, 0.03, 0.1, 0.3, 1.0)
SPECIFIC = (None, 100.0, 30.0, 10.0, 3.0, 1.0)
NUMBERS = (300, 1_000, 3_000, 10_000, 30_000)
DIMENSIONS = (32, 64, 128, 256, 384, 512, 768, 1024)
# The recipe of earlier versions, which had no text view: weights in the sum of the views, weights of views concatenated to it,
# and the weight of the top layers as predictors.
EARLIER_SUM = {"all layers": 0.2, "top layers": 1.0, "discriminant": 0.5}
EARLIER_CONCATENATED = {"isolated": 0.5, "discriminant": 0.3}
EARLIER_TOP_LAYERS = 0.75


@dataclass
class Source:
    """A source of texts and its reading."""

    source: TextSource
    reading: Reading

    def judge(self, encoder: Any) -> dict[str, float]:
        """Score vectors of texts on the data sets of the source."""
        found = judge_texts(encoder, self.source, resamples=0, regression=False)
        return {name: score.value for name, score in found.items()}


class Experiments:
    """All tables and plots, from the readings of some collections, of which the first is the corpus."""

    def __init__(self, sources: Sequence[Source], teacher: Teacher, output: Path) -> None:
        self.sources, self.teacher, self.output = sources, teacher, output
        self.corpus = sources[0].reading
        self.tables: list[MarkdownTable] = []

    # --- texts -----------------------------------------------------------------------------------

    def texts(self) -> None:
        """Vary the regression to vectors of texts, one part at a time."""
        default = Variation()
        whitening = {f"{value:g}": replace(default, whitening=value) for value in WHITENING}
        found = self.vary({"from the spectrum": default, **whitening})
        self.add("Whitening exponent of the targets", found)
        self.plot("whitening", "whitening exponent", dict(zip(WHITENING, (found[name] for name in whitening))))
        divisors = {"sqrt(m)": default, "m": replace(default, divisor=1.0), "1": replace(default, divisor=0.0)}
        self.add("Divisor of bags of m words", self.vary(divisors))
        frequencies = {f"{a:g}" if a else "no weights": replace(default, frequency=a) for a in FREQUENCIES}
        self.add("Constant a of the weights of words, a / (a + p)", self.vary(frequencies))
        penalties = {f"{penalty:g}": replace(default, penalty=penalty) for penalty in PENALTIES}
        self.add("Penalty of the linear part", self.vary({"the best for texts held out": default, **penalties}))
        specific = {
            f"{value:g}" if value else "linear part only": replace(default, specific=value) for value in SPECIFIC
        }
        self.add("Penalty of the word-specific part", self.vary(specific))
        without = {f"without {view}": replace(default, views=tuple(v for v in VIEWS if v != view)) for view in VIEWS}
        self.add("Views as predictors of texts", self.vary({"all": default, **without}))
        self.add("Texts that the rows are fitted to", self.kinds_of_texts())
        numbers = {f"{number:,}": replace(default, number=number) for number in NUMBERS}
        found = self.vary({**numbers, "all": default})
        self.add("Number of texts", found)
        points: dict[float, dict[str, float]] = dict(zip(NUMBERS, (found[name] for name in numbers)))
        for source in self.sources:  # each ends with all of its texts
            points.setdefault(len(source.reading.texts[SENTENCES]), {}).update(source.judge(fitted(default, source)))
        self.plot("texts", "texts", points, log=True)
        found = {f"{size}": self.each(partial(reduced_encoder, size)) for size in self.dimensions()}
        self.add("Dimensions of vectors of texts", found)
        self.plot("dimensions", "dimensions", {float(size): row for size, row in found.items()}, log=True)

    def summary(self) -> None:
        """Score vectors of texts with more and more of the method, and the teacher itself."""
        found = {
            "SIF-weighted means of word vectors": self.each(word_means),
            "linear part": self.each(partial(fitted, Variation(specific=None, pieces=False))),
            "with the word-specific part": self.each(partial(fitted, Variation(pieces=False))),
            "and pieces of unknown words": self.each(partial(fitted, Variation())),
            "the teacher": self.each(lambda _: TeacherEncoder(self.teacher)),
        }
        self.add("Vectors of texts", found)

    def kinds_of_texts(self) -> Scores:
        """Score fits to sentences in passages, to passages, and to sentences that are read without their passage."""
        found = self.vary({SENTENCES: Variation(), PASSAGES: Variation(texts=PASSAGES)})
        apart: dict[str, float] = {}
        for source in self.sources:
            if source.source.kind == "searched":
                apart |= source.judge(fitted(Variation(), Source(source.source, source.reading.of_sentences())))
        return found | ({"sentences without their passage": apart} if apart else {})

    def vary(self, variations: Mapping[str, Variation]) -> Scores:
        """Score some variations on all collections with enough texts."""
        return {name: self.each(partial(fitted, found), found.number or 0) for name, found in variations.items()}

    def each(self, encoder_of: Callable[[Source], Any], number: int = 0) -> dict[str, float]:
        """Score vectors of texts on all collections with at least `number` texts."""
        found: dict[str, float] = {}
        for source in self.sources:
            if len(source.reading.texts[SENTENCES]) >= number:
                found |= source.judge(encoder_of(source))
        return found

    def dimensions(self) -> list[int]:
        """Return the numbers of dimensions to try, up to those of the table."""
        width = self.corpus.table(Variation()).rows.shape[1]
        return sorted({size for size in DIMENSIONS if size < width} | {width})

    # --- words -----------------------------------------------------------------------------------

    def words(self) -> None:
        """Compare the views of words and their combinations."""
        reading = self.corpus
        by_layer = layers(reading)
        self.add("Layers", by_layer)
        self.plot_layers(by_layer)
        views = views_of(reading)
        states = normalize(views["all layers"] + views["top layers"] + views["isolated"])
        text = reading.text_view()
        whitened = whitened_as(text, states)
        hybrid = reading.hybrid().projection.vectors(reading.moments)
        combinations = {
            **views,
            "text view": text,
            "sum of the views of hidden states": states,
            "this sum and the text view, concatenated": np.hstack([states, text]),
            "the same, predicted from the views": predicted(views, np.hstack([states, text])),
            "the same, with the sum whitened: hybrid": hybrid,
            "hybrid without texts": reading.hybrid_without_texts(),
            "hybrid of earlier versions, without text view": earlier(views),
        }
        self.add(f"Views of words, {SIZE} dimensions", self.score_words(combinations))
        weights = {f"{weight:g}": predicted(views, np.hstack([whitened, weight * text])) for weight in TEXT_VIEWS}
        self.add("Weight of the text view in the target", self.score_words(weights))
        self.vary_hybrid("Penalty of the text view of words", "WORD_PENALTY", PENALTIES)
        self.vary_hybrid("Penalty of the prediction", "PREDICTION_PENALTY", PREDICTION_PENALTIES)
        width = hybrid.shape[1]
        sizes = sorted({size for size in DIMENSIONS if size < width} | {width})
        found = {f"{size}": scores(reading.words, hybrid, size) for size in sizes}
        self.add("Dimensions of vectors of words", found)
        pairs = by_frequency(reading, views | {"text view": text, "hybrid": hybrid})
        for title, table in pairs.items():
            self.add(title, table)

    def vary_hybrid(self, title: str, constant: str, values: Sequence[float]) -> None:
        """Score the vectors of words of the hybrid with several values of a constant."""
        moments = self.corpus.moments
        fits = {f"{value:g}": self.corpus.hybrid(**{constant: value}) for value in values}
        self.add(title, self.score_words({name: fit.projection.vectors(moments) for name, fit in fits.items()}))

    def score_words(self, vectors: Mapping[str, np.ndarray]) -> Scores:
        """Score vectors of words at the same number of dimensions."""
        return {name: scores(self.corpus.words, rows, SIZE) for name, rows in vectors.items()}

    def sizes(self, readings: Mapping[int, Reading]) -> None:
        """Score the views and the hybrid for several sizes of the corpus."""
        by_size: dict[int, Scores] = {}
        for size, reading in readings.items():
            found = views_and_hybrid(reading)
            by_size[size] = {name: scores(reading.words, rows, SIZE) for name, rows in found.items()}
            self.add(f"{size:,} documents", by_size[size], f"{size:,} documents, {len(reading.words):,} words")

        def draw(panel: Any, measure: str) -> None:
            for name in by_size[min(by_size)]:
                panel.plot(list(by_size), [found[name][measure] for found in by_size.values()], marker="o", label=name)
            panel.set(xlabel="documents")
            set_log_scale(panel, list(by_size))

        plot_panels(draw, MEASURES, self.output / "hybrid-sizes.svg")

    # --- output ----------------------------------------------------------------------------------

    def add(self, title: str, found: Scores, first: str = "") -> None:
        """Print a table with one row per variation; its first column has the name `first`, or the title."""
        columns = list(dict.fromkeys(name for row in found.values() for name in row))
        if not columns:
            return
        table = MarkdownTable(first or title[:1].lower() + title[1:], *columns, title=title)
        for name, row in found.items():
            if row:
                table.row(name, *(row.get(column) for column in columns))
        self.tables.append(table)

    def plot(self, name: str, label: str, rows: Mapping[float, Mapping[str, float]], *, log: bool = False) -> None:
        """Draw the scores of vectors of texts by a number, one panel per measure."""
        measures = list(dict.fromkeys(measure for row in rows.values() for measure in row))

        def draw(panel: Any, measure: str) -> None:
            places = sorted(place for place, row in rows.items() if measure in row)
            panel.plot(places, [rows[place][measure] for place in places], color=BLUE, marker="o")
            panel.set(xlabel=label)
            if log:
                set_log_scale(panel, places)

        if measures:
            plot_panels(draw, measures, self.output / f"hybrid-{name}.svg")

    def plot_layers(self, found: Scores) -> None:
        """Draw the scores of single layers."""

        def draw(panel: Any, measure: str) -> None:
            for kind, color in (("in context", BLUE), ("isolated", "#d28f3c")):
                values = [row[measure] for name, row in found.items() if name.startswith(kind)]
                panel.plot(values, color=color, marker="o", label=kind)
            panel.set(xlabel="layer")

        plot_panels(draw, MEASURES, self.output / "hybrid-layers.svg")


# --- vectors -------------------------------------------------------------------------------------


def views_of(reading: Reading) -> dict[str, np.ndarray]:
    """Return the views of words from which the hybrid is predicted."""
    return dict(zip(VIEWS, np.split(reading.predictors()(slice(None)), len(VIEWS), axis=1)))


def views_and_hybrid(reading: Reading) -> dict[str, np.ndarray]:
    """Return all views of words, and the vectors of the hybrid."""
    hybrid = reading.hybrid().projection.vectors(reading.moments)
    return views_of(reading) | {"text view": reading.text_view(), "hybrid": hybrid}


def fitted(variation: Variation, source: Source) -> TextEncoder:
    """Return the encoder of a fitted table."""
    return source.reading.encoder(source.reading.table(variation))


def reduced_encoder(size: int, source: Source) -> TextEncoder:
    """Return the encoder of the default table, reduced to fewer dimensions."""
    reading = source.reading
    table = reading.table(Variation())
    directions = principal_directions_of_texts(table.rows, reading.texts[SENTENCES], size)
    smaller = replace(table, rows=table.rows @ directions, piece_rows=table.piece_rows @ directions)
    return reading.encoder(smaller)


def word_means(source: Source) -> TextEncoder:
    """Return the encoder of SIF-weighted means of the vectors of words, with their common component removed."""
    reading = source.reading
    vectors = reading.hybrid().projection.vectors(reading.moments)
    vectors = vectors @ principal_directions(vectors, vectors.shape[1] // 2).astype(np.float32)
    return TextEncoder.of(keyed_vectors(reading.words, vectors, reading.counts))


def earlier(views: Mapping[str, np.ndarray]) -> np.ndarray:
    """Compute the vectors of the recipe of earlier versions."""
    total = np.sum([weight * views[name] for name, weight in EARLIER_SUM.items()], axis=0)
    targets = np.hstack([total, *(weight * views[name] for name, weight in EARLIER_CONCATENATED.items())])
    factors = {"top layers": EARLIER_TOP_LAYERS}
    return predicted({name: factors.get(name, 1.0) * view for name, view in views.items()}, targets, 1.0)


def whitened_as(other: np.ndarray, states: np.ndarray) -> np.ndarray:
    """Whiten hidden states until they have as many effective dimensions as another view, as the hybrid does."""
    covariance = np.cov(states.T, bias=True)
    share = effective_dimensions(np.cov(other.T, bias=True)) / len(covariance)
    power = inverse_power(covariance, whitening_exponent(covariance, share))
    vectors: np.ndarray = normalize((states - states.mean(axis=0)) @ power)
    return vectors


def predicted(views: Mapping[str, np.ndarray], targets: np.ndarray, penalty: float = PREDICTION_PENALTY) -> np.ndarray:
    """Predict targets from the views by ridge regression."""
    predictors = np.hstack(list(views.values())).astype(np.float64)
    weights = ridge_weights(predictors.T @ predictors, predictors.T @ targets, penalty)
    vectors: np.ndarray = normalize(predictors @ weights)
    return vectors


def layers(reading: Reading) -> Scores:
    """Score each layer in context and isolated."""
    found = {}
    for name, moments in reading.layers.items():
        kind, layer = name.split(".")
        label = "isolated" if kind == "isolated" else "in context"
        found[f"{label}, layer {layer}"] = scores(reading.words, CenteredMeans.fit(moments).vectors(moments), SIZE)
    return dict(sorted(found.items(), key=lambda item: item[0].startswith("isolated")))


def by_frequency(reading: Reading, vectors: Mapping[str, np.ndarray]) -> dict[str, Scores]:
    """Score pairs of words by the occurrences of the rarer one."""
    counts = dict(zip(reading.words, reading.counts.tolist()))
    tables = {}
    for dataset in ("simlex999", "wordsim353"):
        found: Scores = {name: {} for name in vectors}
        for low, high in itertools.pairwise([0, 20, 100, 500, 10**9]):
            pairs = [
                (a, b, score)
                for a, b, score in read_pairs(dataset)
                if low <= min(counts.get(a.lower(), -1), counts.get(b.lower(), -1)) < high
            ]
            if len(pairs) < MOST_NOISE:
                continue
            label = f"{low}-{high - 1} ({len(pairs)} pairs)" if high < 10**9 else f"from {low} ({len(pairs)} pairs)"
            for name, rows in vectors.items():
                similar = word_similarity(keyed_vectors(reading.words, rows.astype(np.float32)), pairs, resamples=1)
                found[name][label] = similar.spearman
        tables[f"{dataset}, by the occurrences of the rarer word"] = found
    return tables


def collections(sources: Sequence[Source]) -> MarkdownTable:
    """Print what was read of each collection."""
    formats = dict.fromkeys(("documents", "words", "vocabulary", "passages read", "texts"), ",")
    table = MarkdownTable("collection", *formats, title="collections", formats=formats)
    for source in sources:
        reading = source.reading
        counted = (reading.num_documents, reading.num_words, len(reading.words), reading.passages_read)
        table.row(source.source.name, *counted, len(reading.texts[SENTENCES]))
    return table


@errors_only("gensim_distill.encoding")  # it warns of texts without known words
def main(argv: list[str] | None = None) -> list[MarkdownTable]:
    parser = corpus_parser(__doc__, lines=60_000)
    add_text_sets(parser)
    parser.add_argument("--parts", nargs="+", choices=PARTS, default=PARTS, help="tables to make (default: all)")
    parser.add_argument("--sizes", type=int, nargs="*", default=[], metavar="N", help="other numbers of documents")
    parser.add_argument("--min-count", type=int, default=5)
    parser.add_argument("--output", type=Path, default=Path("text-view"), help="folder (default: %(default)s)")
    arguments = parser.parse_args(argv)
    arguments.output.mkdir(parents=True, exist_ok=True)
    teacher = load_teacher(arguments.teacher)
    start = perf_counter()
    sources, about = [], [machine(), f"teacher {arguments.teacher}, min_count {arguments.min_count}"]
    for source in text_sources(arguments):
        single = source.kind == "corpus"
        reading = Reading(source.texts(), teacher, arguments.min_count, arguments.seed, single_layers=single)
        sources.append(Source(source, reading))
        about.append(f"{source.name}: {reading}")
        print(about[-1], flush=True)
    experiments = Experiments(sources, teacher, arguments.output)
    experiments.tables.append(collections(sources))
    for part in arguments.parts:
        getattr(experiments, part)()
    if arguments.sizes:
        readings = {arguments.lines: sources[0].reading}
        for size in arguments.sizes:
            corpus = replace(sources[0].source, lines=size)
            readings[size] = Reading(corpus.texts(), teacher, arguments.min_count, arguments.seed)
        experiments.sizes(dict(sorted(readings.items())))
    about.append(f"{perf_counter() - start:.0f} s in all")
    write_tables(arguments.output / "text-view.md", "  \n".join(about), experiments.tables)
    return experiments.tables


if __name__ == "__main__":
    main()
