"""``gensim-distill evaluate`` and ``compare``: scores of vectors of words and texts."""

from __future__ import annotations

import json as json_module
import os
from pathlib import Path
from typing import Annotated, Any

import typer

from gensim_distill._utils.atomic import replace_file
from gensim_distill._utils.text import markdown_table
from gensim_distill.cli.console import (
    Debug,
    Functions,
    Json,
    Quiet,
    Unpickle,
    echo,
    print_json,
    print_line,
    print_table,
)
from gensim_distill.cli.errors import CommandError, usage_error
from gensim_distill.cli.evaluation_data import (
    Analogies,
    Bm25,
    Centroid,
    Classification,
    Clustering,
    LabelColumn,
    Retrieval,
    Similarity,
    Split,
    TextColumn,
    TextSimilarity,
    load_evaluated,
    read_text_tasks,
)
from gensim_distill.cli.inputs import parse_named_inputs

EVALUATE_EXAMPLES = (
    "gensim-distill evaluate vectors",
    "gensim-distill evaluate glove.txt.gz --similarity simlex999 --analogies none --json",
    "gensim-distill evaluate vectors --retrieval scifact/ --text-similarity sts.tsv --similarity none --analogies none",
)
COMPARE_EXAMPLES = (
    "gensim-distill compare ours=vectors glove=glove.txt.gz --plot scores.svg",
    "gensim-distill compare vectors baseline.bin teacher:bert-base-uncased --markdown",
    "gensim-distill compare vectors potion-base-8M/ splade.run --retrieval scifact/ --no-geometry",
)

_TEXT_COLUMNS = range(3)  # of the table; the others are numbers
_SOURCES = (
    "A file of word vectors, the folder of a training, the folder of a transformer, or teacher:NAME for one on the hub; for "
    "texts also a saved text encoder, a static model of sentence-transformers or model2vec, or a run in TREC's format"
)

Geometry = Annotated[bool, typer.Option("--geometry/--no-geometry", help="Whether to measure isotropy and hubness.")]
MostFrequent = Annotated[
    int, typer.Option(help="Use only this many words of each, the most frequent, except for texts.", min=1, metavar="N")
]
Seed = Annotated[int, typer.Option(help="Random seed of confidence intervals, folds and clusters.", metavar="N")]
Markdown = Annotated[bool, typer.Option("--markdown", help="Print the table in Markdown.")]
Plot = Annotated[
    Path | None,
    typer.Option(
        help="Plot the scores to a file, such as .svg, .png or .pdf. Needs the extra evaluation.", metavar="FILE"
    ),
]
OverwritePlot = Annotated[bool, typer.Option("--overwrite", help="Replace an existing plot.")]


def evaluate(
    vectors: Annotated[str, typer.Argument(help=f"{_SOURCES}.", metavar="VECTORS")],
    similarity: Similarity = None,
    analogies: Analogies = None,
    retrieval: Retrieval = None,
    text_similarity: TextSimilarity = None,
    clustering: Clustering = None,
    classification: Classification = None,
    centroid: Centroid = None,
    text_column: TextColumn = "text",
    label_column: LabelColumn = "label",
    split: Split = "test",
    bm25: Bm25 = True,
    geometry: Geometry = True,
    most_frequent: MostFrequent = 300_000,
    seed: Seed = 1,
    plot: Plot = None,
    overwrite: OverwritePlot = False,
    markdown: Markdown = False,
    functions: Functions = None,
    unpickle: Unpickle = False,
    json: Json = False,
    quiet: Quiet = False,
    debug: Debug = False,
) -> None:
    """Evaluate vectors of words and texts: similarity, analogies, search, clustering, classification, geometry.

    Out-of-vocabulary words are ignored; the notes below the table report how much of a dataset was used. Without --retrieval,
    --text-similarity, --clustering, --classification and --centroid only words are evaluated.
    """
    _evaluate(
        [vectors],
        similarity,
        analogies,
        {
            "retrieval": retrieval,
            "text_similarity": text_similarity,
            "clustering": clustering,
            "classification": classification,
            "centroid": centroid,
        },
        columns=(text_column, label_column),
        split=split,
        overwrite=overwrite,
        bm25=bm25,
        geometry=geometry,
        most_frequent=most_frequent,
        seed=seed,
        plot=plot,
        markdown=markdown,
        functions=functions,
        unpickle=unpickle,
        json=json,
        quiet=quiet,
    )


def compare(
    vectors: Annotated[list[str], typer.Argument(help=f"{_SOURCES}; or NAME=PATH.", metavar="VECTORS")],
    similarity: Similarity = None,
    analogies: Analogies = None,
    retrieval: Retrieval = None,
    text_similarity: TextSimilarity = None,
    clustering: Clustering = None,
    classification: Classification = None,
    centroid: Centroid = None,
    text_column: TextColumn = "text",
    label_column: LabelColumn = "label",
    split: Split = "test",
    bm25: Bm25 = True,
    geometry: Geometry = True,
    same_words: Annotated[
        bool,
        typer.Option(
            "--same-words/--own-words",
            help="Whether to evaluate on the words that all of them have, or each on its own.",
        ),
    ] = True,
    most_frequent: MostFrequent = 300_000,
    seed: Seed = 1,
    plot: Plot = None,
    overwrite: OverwritePlot = False,
    markdown: Markdown = False,
    functions: Functions = None,
    unpickle: Unpickle = False,
    json: Json = False,
    quiet: Quiet = False,
    debug: Debug = False,
) -> None:
    """Compare vectors: those of words on the words that all of them have, those of texts on all texts."""
    if len(vectors) < 2:
        raise usage_error(
            "There is nothing to compare with: pass two or more files or folders, or use `gensim-distill evaluate`."
        )
    _evaluate(
        vectors,
        similarity,
        analogies,
        {
            "retrieval": retrieval,
            "text_similarity": text_similarity,
            "clustering": clustering,
            "classification": classification,
            "centroid": centroid,
        },
        columns=(text_column, label_column),
        split=split,
        overwrite=overwrite,
        bm25=bm25,
        geometry=geometry,
        most_frequent=most_frequent,
        seed=seed,
        plot=plot,
        markdown=markdown,
        functions=functions,
        unpickle=unpickle,
        json=json,
        quiet=quiet,
        same_words=same_words,
    )


def _evaluate(
    vectors: list[str],
    similarity: list[str] | None,
    analogies: list[str] | None,
    texts: dict[str, list[str] | None],
    *,
    columns: tuple[str, str],
    split: str,
    overwrite: bool,
    plot: Path | None,
    markdown: bool,
    functions: Path | None,
    unpickle: bool,
    json: bool,
    quiet: bool,
    **settings: Any,
) -> None:
    if json and markdown:
        raise usage_error("--json and --markdown exclude each other: use one of them.")
    sources = parse_named_inputs(vectors)
    if plot is not None:
        _check_plot(plot, overwrite)

    from gensim_distill.evaluation import compare as compare_vectors
    from gensim_distill.evaluation.tables import ColumnsError

    has_texts = any(texts.values())
    tasks = read_text_tasks(texts, split, *columns)
    models = {}
    for source in sources:
        echo(f"Loading {source.path} ...", quiet)
        models[source.name] = load_evaluated(
            source.path, unpickle=unpickle, functions=functions, texts=has_texts, collections=bool(tasks["retrieval"])
        )
    echo("Evaluating ...", quiet)
    try:
        comparison = compare_vectors(
            models,
            similarity=_datasets(similarity, ["simlex999", "wordsim353"]),
            analogies=_datasets(analogies, ["google"]),
            **tasks,
            **settings,
        )
    except ColumnsError as error:
        raise CommandError(
            f"{error.problem}: the first three columns of a file of --similarity must be these."
        ) from error
    if plot is not None:
        with replace_file(plot) as temporary:
            comparison.plot(temporary)
    if json:
        print_json(json_module.loads(comparison.json()))
        return
    header, rows, notes = table_of(comparison, "**" if markdown else "[bold]")
    if markdown:
        lines = [*markdown_table(header, rows, left=_TEXT_COLUMNS).splitlines(), "", *(f"{note}  " for note in notes)]
        for line in lines if notes else lines[:-1]:
            print_line(line)
        return
    print_table(header, rows, left=_TEXT_COLUMNS)
    for note in notes:
        print_line(note)
    if plot is not None:
        echo(f"Wrote {str(plot)!r}.", quiet)


def _check_plot(path: Path, overwrite: bool) -> None:
    """Check, before the evaluation, that a plot can be written.

    Raises
    ------
    CommandError
        If the format is unknown, there is a folder or no parent folder, or a file that may not be replaced.
    """
    from gensim_distill.evaluation.comparison_table import plot_formats

    formats = plot_formats()
    if path.suffix.lower().removeprefix(".") not in formats:
        raise usage_error(
            f"--plot {str(path)!r} has an unknown format: use a name that ends in .{', .'.join(formats)}."
        )
    if path.is_dir() or not path.parent.is_dir():
        what = "is a folder" if path.is_dir() else "is in no existing folder"
        raise CommandError(f"--plot {str(path)!r} {what}: use the name of a file in an existing folder.")
    if os.path.lexists(path) and not overwrite:
        raise CommandError(f"--plot {str(path)!r} exists already: use another name, or --overwrite.")
    if not os.access(path.parent, os.W_OK):
        raise CommandError(f"--plot {str(path)!r} is in a folder that is not writable: use another one.")


def table_of(comparison: Any, bold: str) -> tuple[list[str], list[list[str]], list[str]]:
    """Return a comparison as a table.

    Parameters
    ----------
    comparison : Comparison
    bold : {"**", "[bold]"}
        The markup of the best scores.

    Returns
    -------
    header : list of str
        The names of the models.
    rows : list of list of str
        One row per measure, with its kind and which values are better.
    notes : list of str
    """
    from rich.markup import escape

    names = list(comparison.scores)
    marks = (bold, bold) if bold == "**" else (bold, "[/bold]")
    sizes = [comparison.words[name] for name in names]
    rows = [["words", "", "", *("-" if size is None else f"{size:,}" for size in sizes)]]
    for measure in comparison.measures:
        best = comparison.best(measure) if len(names) > 1 else []
        row = [measure if bold == "**" else escape(measure), comparison.kind(measure), comparison.better(measure)]
        for name in names:
            cell = _cell(comparison.scores[name].get(measure), rich=bold != "**")
            row.append(f"{marks[0]}{cell}{marks[1]}" if name in best else cell)
        rows.append(row)
    notes = [line for line in comparison.table().partition("\n\n")[2].splitlines() if line]
    if len(names) == 1:
        notes = [note for note in notes if not note.startswith("All models")]
    return ["measure", "score", "better", *names], rows, notes


def _cell(score: Any, rich: bool) -> str:
    if score is None or score.value != score.value:
        return "-"
    text = f"{score.value:.3f}"
    if score.low is not None and score.low == score.low:
        text += f" ({score.low:.3f} to {score.high:.3f})"
    return text


def _datasets(given: list[str] | None, default: list[str]) -> list[str]:
    if not given:
        return default
    return [] if given == ["none"] else given
