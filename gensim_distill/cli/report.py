"""``gensim-distill report``: an HTML report."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

import typer

from gensim_distill._utils.folders import create_folder
from gensim_distill.cli.collection import TextCollection
from gensim_distill.cli.console import Debug, Functions, Json, Quiet, Unpickle, echo, print_json
from gensim_distill.cli.corpus_files import find_corpus
from gensim_distill.cli.errors import CommandError, usage_error
from gensim_distill.cli.evaluation_data import (
    Bm25,
    Centroid,
    Classification,
    Clustering,
    LabelColumn,
    Retrieval,
    Split,
    TextColumn,
    TextSimilarity,
    load_evaluated,
    read_text_tasks,
)
from gensim_distill.cli.inputs import load_input, local_path, parse_named_inputs
from gensim_distill.cli.own_files import OwnFiles
from gensim_distill.cli.run_config import merge_settings
from gensim_distill.cli.trained_division import with_division_of

EXAMPLES = (
    "gensim-distill report vectors --output report.html",
    "gensim-distill report vectors -o report.html --baseline glove=glove.txt.gz --corpus reviews/ --texts file",
)


def report(
    vectors: Annotated[
        str, typer.Argument(help="A file of word vectors, or the folder of a training.", metavar="VECTORS")
    ],
    output: Annotated[Path, typer.Option("--output", "-o", help="The report to write.", metavar="FILE.html")] = Path(
        "report.html"
    ),
    baseline: Annotated[
        list[str] | None,
        typer.Option(
            help="Vectors or a teacher to compare with, for texts other encoders too; repeatable.",
            metavar="NAME=FILE",
            show_default=False,
        ),
    ] = None,
    corpus: Annotated[
        list[str] | None,
        typer.Option(
            help="Files or folders of texts, of which the report shows some with similar ones; repeatable.",
            metavar="PATH",
            show_default=False,
        ),
    ] = None,
    texts: Annotated[
        str | None,
        typer.Option(
            help="The unit of a text of --corpus: line, paragraph or file (default: that of the training, or line).",
            metavar="UNIT",
        ),
    ] = None,
    column: Annotated[
        str | None, typer.Option(help="Column of --corpus, if its files are tables.", metavar="NAME")
    ] = None,
    retrieval: Retrieval = None,
    text_similarity: TextSimilarity = None,
    clustering: Clustering = None,
    classification: Classification = None,
    centroid: Centroid = None,
    text_column: TextColumn = "text",
    label_column: LabelColumn = "label",
    split: Split = "test",
    bm25: Bm25 = True,
    title: Annotated[
        str | None, typer.Option(help="The title of the page.", metavar="TEXT", show_default=False)
    ] = None,
    max_words: Annotated[int, typer.Option(help="Words in the map, the most frequent.", min=1, metavar="N")] = 20_000,
    seed: Annotated[int, typer.Option(help="Random seed of the layout and of confidence intervals.", metavar="N")] = 1,
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Replace an existing report.")] = False,
    functions: Functions = None,
    unpickle: Unpickle = False,
    json: Json = False,
    quiet: Quiet = False,
    debug: Debug = False,
) -> None:
    """Write an HTML report in one file: corpus and settings, scores beside baselines, and a map of the words.

    For the folder of a training, the report contains more with --unpickle, which loads the whole model.
    """
    if os.path.lexists(output) and not overwrite:
        raise CommandError(f"{str(output)!r} exists already: choose another --output, or use --overwrite.")
    from gensim_distill.cli.text_encoders import load_encoder
    from gensim_distill.report import write_report
    from gensim_distill.report.page import check_target

    if output.parent.exists():
        check_target(output, overwrite)
    paths = {
        "retrieval": retrieval,
        "text_similarity": text_similarity,
        "clustering": clustering,
        "classification": classification,
        "centroid": centroid,
    }
    has_texts = any(paths.values())
    tasks = read_text_tasks(paths, split, text_column, label_column)
    vectors, named = local_path(vectors), parse_named_inputs([vectors])[0]
    baselines = {}
    for source in parse_named_inputs(baseline or []):
        echo(f"Loading {source.path} ...", quiet)
        baselines[source.name] = load_evaluated(
            source.path, unpickle=unpickle, functions=functions, texts=has_texts, collections=bool(tasks["retrieval"])
        )
    if corpus is None and (texts is not None or column is not None):
        raise usage_error("--texts and --column are for the texts of --corpus: add it.")
    found = None if corpus is None else _texts(vectors, corpus, texts, column, quiet)
    echo(f"Loading {vectors} ...", quiet)
    loaded = load_input(vectors, unpickle=unpickle, functions=functions)
    create_folder(output.parent)
    echo("Evaluating and drawing ...", quiet)
    write_report(
        loaded,
        output,
        baselines=baselines or None,
        max_words=max_words,
        seed=seed,
        name=named.name,
        title=title,
        texts=found,
        text_encoder=load_encoder(vectors, unpickle=unpickle, functions=functions)
        if has_texts or found is not None
        else None,
        overwrite=overwrite,
        **({"bm25": bm25, **tasks} if has_texts else {}),
    )
    if json:
        print_json({"output": str(output), "bytes": output.stat().st_size})
    else:
        echo(f"Wrote {str(output)!r}: open it in a browser.", quiet)


def _texts(vectors: str, corpus: list[str], unit: str | None, column: str | None, quiet: bool) -> TextCollection:
    """Find the texts of --corpus before the evaluation begins."""
    if "-" in corpus:
        raise usage_error("--corpus cannot be standard input: pass files or folders.")
    settings = merge_settings(with_division_of(vectors, {"corpus": corpus, "texts": unit, "column": column}, quiet))
    return TextCollection(find_corpus(settings.run, None, quiet, OwnFiles()))
