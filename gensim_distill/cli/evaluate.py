"""``gensim-distill evaluate`` and ``compare``: what vectors are worth, alone and side by side."""

from __future__ import annotations

import json as json_module
from pathlib import Path
from typing import Annotated, Any

import typer

from gensim_distill._utils.text import markdown_table
from gensim_distill.cli.console import (
    CommandError,
    Debug,
    Json,
    Quiet,
    Unpickle,
    print_json,
    print_table,
    tell,
    usage_error,
)
from gensim_distill.cli.inputs import load_source, named_sources

EVALUATE_EXAMPLES = (
    "gensim-distill evaluate vectors",
    "gensim-distill evaluate glove.txt.gz --similarity simlex999 --analogies none --json",
)
COMPARE_EXAMPLES = (
    "gensim-distill compare ours=vectors glove=glove.txt.gz --plot scores.svg",
    "gensim-distill compare vectors baseline.bin teacher:bert-base-uncased --markdown",
)

_SOURCES = (
    "A file of word vectors, the folder of a training, the folder of a transformer, or teacher:NAME for one on the hub"
)

Similarity = Annotated[
    list[str] | None,
    typer.Option(
        help="Data set of similarity: simlex999, wordsim353, a table of word, word and score, or none; as often as you "
        "like. By default the first two.",
        metavar="NAME|FILE",
        show_default=False,
    ),
]
Analogies = Annotated[
    list[str] | None,
    typer.Option(
        help="Data set of analogies: google, a file of four words a line, or none. By default google.",
        metavar="NAME|FILE",
        show_default=False,
    ),
]
Classification = Annotated[
    list[str] | None,
    typer.Option(
        help="Table with the columns text and label, on which texts are classified; needs the extra evaluation.",
        metavar="FILE",
        show_default=False,
    ),
]
Geometry = Annotated[
    bool, typer.Option("--geometry/--no-geometry", help="Whether isotropy and hubness are measured too.")
]
MostFrequent = Annotated[
    int, typer.Option(help="Only the first so many words of each count, except in classification.", min=1)
]
Seed = Annotated[int, typer.Option(help="For confidence intervals and the like.")]
Markdown = Annotated[bool, typer.Option("--markdown", help="Give the table in Markdown.")]
Plot = Annotated[
    Path | None,
    typer.Option(
        help="Also draw the scores into a file, such as .svg, .png or .pdf; needs the extra evaluation.", metavar="FILE"
    ),
]


def evaluate(
    vectors: Annotated[str, typer.Argument(help=f"{_SOURCES}.")],
    similarity: Similarity = None,
    analogies: Analogies = None,
    classification: Classification = None,
    geometry: Geometry = True,
    most_frequent: MostFrequent = 300_000,
    seed: Seed = 1,
    plot: Plot = None,
    markdown: Markdown = False,
    unpickle: Unpickle = False,
    json: Json = False,
    quiet: Quiet = False,
    debug: Debug = False,
) -> None:
    """Tell what word vectors are worth: similarity, analogies, classification, geometry.

    They are judged on the words that they know, and how many these are is told as "known".
    """
    measure(
        [vectors],
        similarity,
        analogies,
        classification,
        geometry=geometry,
        most_frequent=most_frequent,
        seed=seed,
        plot=plot,
        markdown=markdown,
        unpickle=unpickle,
        json=json,
        quiet=quiet,
    )


def compare(
    vectors: Annotated[
        list[str], typer.Argument(help=f"{_SOURCES}; each may be given as NAME=PATH.", metavar="VECTORS...")
    ],
    similarity: Similarity = None,
    analogies: Analogies = None,
    classification: Classification = None,
    geometry: Geometry = True,
    same_words: Annotated[
        bool,
        typer.Option(
            "--same-words/--own-words",
            help="Whether all are judged on the words that all of them know, or each on its own.",
        ),
    ] = True,
    most_frequent: MostFrequent = 300_000,
    seed: Seed = 1,
    plot: Plot = None,
    markdown: Markdown = False,
    unpickle: Unpickle = False,
    json: Json = False,
    quiet: Quiet = False,
    debug: Debug = False,
) -> None:
    """Put several word vectors side by side, judged on the words that all of them know."""
    if len(vectors) < 2:
        raise usage_error("To compare takes two: give several files or folders, or use `gensim-distill evaluate`.")
    measure(
        vectors,
        similarity,
        analogies,
        classification,
        geometry=geometry,
        most_frequent=most_frequent,
        seed=seed,
        plot=plot,
        markdown=markdown,
        unpickle=unpickle,
        json=json,
        quiet=quiet,
        same_words=same_words,
    )


def measure(
    given: list[str],
    similarity: list[str] | None,
    analogies: list[str] | None,
    classification: list[str] | None,
    *,
    plot: Path | None,
    markdown: bool,
    unpickle: bool,
    json: bool,
    quiet: bool,
    **settings: Any,
) -> None:
    """Measure vectors and show the scores."""
    if json and markdown:
        raise usage_error("--json and --markdown exclude each other: give one of them.")
    sources = named_sources(given)

    from gensim_distill.evaluation import compare as compare_vectors
    from gensim_distill.evaluation import read_texts

    tasks = {Path(path).name.partition(".")[0]: read_texts(path) for path in classification or ()}
    models = {}
    for source in sources:
        tell(f"Reading {source.path} ...", quiet)
        models[source.name] = load_source(source.path, unpickle=unpickle, teachers=True)
    tell("Measuring ...", quiet)
    comparison = compare_vectors(
        models,
        similarity=_sets(similarity, ["simlex999", "wordsim353"]),
        analogies=_sets(analogies, ["google"]),
        classification=tasks,
        **settings,
    )
    if plot is not None:
        try:
            comparison.plot(plot)
        except ValueError as error:  # of matplotlib, about a format it does not have
            raise CommandError(f"--plot {str(plot)!r} cannot be drawn: {error}.") from error
    if json:
        print_json(json_module.loads(comparison.json()))
        return
    header, rows, notes = table_of(comparison, "**" if markdown else "[bold]")
    if markdown:
        print("\n".join([markdown_table(header, rows), "", *(f"{note}  " for note in notes)]).rstrip())
        return
    print_table(header, rows)
    for note in notes:
        print(note)
    if plot is not None:
        tell(f"The plot is in {str(plot)!r}.", quiet)


def table_of(comparison: Any, bold: str) -> tuple[list[str], list[list[str]], list[str]]:
    """Give a comparison as a table with a row a measure and a column a model, the best marked, and what is to be noted."""
    names = list(comparison.scores)
    marks = (bold, bold) if bold == "**" else (bold, "[/bold]")
    rows = [["words", *(f"{comparison.words[name]:,}" for name in names)]]
    for measure_name in comparison.measures:
        best = comparison.best(measure_name) if len(names) > 1 else []
        row = [measure_name]
        for name in names:
            cell = _cell(comparison.scores[name].get(measure_name), rich=bold != "**")
            row.append(f"{marks[0]}{cell}{marks[1]}" if name in best else cell)
        rows.append(row)
    notes = [line for line in comparison.table().partition("\n\n")[2].splitlines() if line]
    if len(names) == 1:
        notes = [note for note in notes if not note.startswith("All models")]
    return ["", *names], rows, notes


def _cell(score: Any, rich: bool) -> str:
    if score is None or score.value != score.value:
        return "-"
    text = f"{score.value:.3f}"
    if score.low is not None and score.low == score.low:
        text += f" ({score.low:.3f} to {score.high:.3f})"
    return text


def _sets(given: list[str] | None, default: list[str]) -> list[str]:
    if not given:
        return default
    return [] if given == ["none"] else given
