"""``gensim-distill report``: a page to look at."""

from __future__ import annotations

import importlib
from pathlib import Path
from typing import Annotated

import typer

from gensim_distill.cli.console import CommandError, Debug, ExitCode, Json, Quiet, Unpickle, print_json, tell
from gensim_distill.cli.inputs import load_source, named_sources

EXAMPLES = (
    "gensim-distill report vectors --output report.html",
    "gensim-distill report vectors -o report.html --baseline glove=glove.txt.gz",
)


def report(
    vectors: Annotated[str, typer.Argument(help="A file of word vectors, or the folder of a training.")],
    output: Annotated[Path, typer.Option("--output", "-o", help="The page to write.", metavar="FILE.html")] = Path(
        "report.html"
    ),
    baseline: Annotated[
        list[str] | None,
        typer.Option(
            help="Vectors or a teacher to put beside, as often as you like.", metavar="NAME=FILE", show_default=False
        ),
    ] = None,
    max_words: Annotated[int, typer.Option(help="How many words the map shows, the most frequent.", min=1)] = 20_000,
    seed: Annotated[int, typer.Option(help="For the layout of the map and for confidence intervals.")] = 1,
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Replace the page if it is there.")] = False,
    unpickle: Unpickle = False,
    json: Json = False,
    quiet: Quiet = False,
    debug: Debug = False,
) -> None:
    """Write one HTML page that works offline: what went in, scores beside baselines, and a map of the words.

    Of the folder of a training the page shows more with --unpickle, which loads the whole model.
    """
    if output.exists() and not overwrite:
        raise CommandError(f"{str(output)!r} is there already: give another --output, or --overwrite.")
    try:
        write_report = importlib.import_module("gensim_distill.report").write_report
    except ModuleNotFoundError as error:
        if error.name != "gensim_distill.report":
            raise
        raise CommandError("This version of gensim-distill has no report.", ExitCode.FAILED) from error
    baselines = {}
    for source in named_sources(baseline or []):
        tell(f"Reading {source.path} ...", quiet)
        baselines[source.name] = load_source(source.path, unpickle=unpickle, teachers=True)
    tell(f"Reading {vectors} ...", quiet)
    loaded = load_source(vectors, unpickle=unpickle)
    (name,) = (source.name for source in named_sources([vectors]))
    output.parent.mkdir(parents=True, exist_ok=True)
    tell("Measuring and drawing ...", quiet)
    write_report(
        loaded, output, baselines=baselines or None, max_words=max_words, seed=seed, name=name, overwrite=overwrite
    )
    if json:
        print_json({"output": str(output), "bytes": output.stat().st_size})
    else:
        tell(f"The page is {str(output)!r}: open it in a browser.", quiet)
