"""All commands, put together."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Annotated

import typer

import gensim_distill
from gensim_distill.cli import estimate, evaluate, export, info, neighbors, report, train
from gensim_distill.cli.console import epilog, guarded, with_signature

app = typer.Typer(
    name="gensim-distill",
    no_args_is_help=True,
    rich_markup_mode="rich",
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["--help", "-h"]},
    epilog=epilog(
        "gensim-distill train reviews/ --texts file --teacher bert-base-uncased --output vectors",
        "gensim-distill neighbors vectors film",
    ),
)


def _show_version(wanted: bool) -> None:
    if wanted:
        print(f"gensim-distill {gensim_distill.__version__}")
        raise typer.Exit


@app.callback()
def _root(
    version: Annotated[
        bool, typer.Option("--version", help="Show the version, and end.", callback=_show_version, is_eager=True)
    ] = False,
) -> None:
    """Word vectors distilled from your own text and a transformer."""


def _add(function: Callable[..., None], examples: tuple[str, ...]) -> None:
    # Some versions of typer keep the line breaks of the source.
    paragraphs = inspect.cleandoc(function.__doc__ or "").split("\n\n")
    text = "\n\n".join(" ".join(paragraph.split()) for paragraph in paragraphs)
    app.command(help=text, epilog=epilog(*examples))(guarded(function))


_add(with_signature(train.train, train.parameters()), train.EXAMPLES)
_add(with_signature(estimate.estimate, estimate.parameters()), estimate.EXAMPLES)
_add(info.info, info.EXAMPLES)
_add(neighbors.neighbors, neighbors.EXAMPLES)
_add(evaluate.evaluate, evaluate.EVALUATE_EXAMPLES)
_add(evaluate.compare, evaluate.COMPARE_EXAMPLES)
_add(export.export, export.EXAMPLES)
_add(report.report, report.EXAMPLES)
