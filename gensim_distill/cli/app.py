"""The application: all commands with their help."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Sequence
from typing import Annotated, Any

import typer

import gensim_distill
from gensim_distill.cli import encode, estimate, evaluate, export, info, neighbors, report, search, train
from gensim_distill.cli.errors import EXIT_CODES, handle_errors
from gensim_distill.cli.help import HelpCommand


def epilog(*examples: str) -> str:
    """Return the end of a help text: examples and exit codes."""
    from rich.markup import escape

    # Paragraphs, since some versions of typer join lines.
    codes = "; ".join(f"{int(code)} {meaning}" for code, meaning in EXIT_CODES.items())
    return "\n\n".join(
        [
            "[bold]Examples[/bold]",
            *(f"$ {escape(line)}" for line in examples),
            f"[dim]Exit codes: {escape(codes)}.[/dim]",
        ]
    )


app = typer.Typer(
    name="gensim-distill",
    no_args_is_help=True,
    rich_markup_mode="rich",
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["--help", "-h"]},
    epilog=epilog(
        "gensim-distill train reviews/ --texts file --output vectors",
        "gensim-distill neighbors vectors film",
        "gensim-distill search reviews/ 'great acting' --texts file --model vectors",
    ),
)


def _print_version(requested: bool) -> None:
    if requested:
        print(f"gensim-distill {gensim_distill.__version__}")
        raise typer.Exit


@app.callback()
def _root(
    version: Annotated[
        bool, typer.Option("--version", help="Print the version and exit.", callback=_print_version, is_eager=True)
    ] = False,
) -> None:
    """Vectors of words and of whole texts, distilled from your own documents and a transformer."""


def _add_command(
    function: Callable[..., None], examples: Sequence[str], parameters: Sequence[inspect.Parameter] | None = None
) -> None:
    """Add a command; `parameters` replace those of a function with arbitrary keyword arguments."""
    # Some versions of typer keep the line breaks of the source.
    paragraphs = inspect.cleandoc(function.__doc__ or "").split("\n\n")
    text = "\n\n".join(" ".join(paragraph.split()) for paragraph in paragraphs)
    command = handle_errors(function if parameters is None else _with_parameters(function, parameters))
    app.command(help=text, epilog=epilog(*examples), cls=HelpCommand)(command)


def _with_parameters(function: Callable[..., None], parameters: Sequence[inspect.Parameter]) -> Callable[..., None]:
    def command(**options: Any) -> None:
        function(**options)

    command.__name__ = function.__name__
    command.__annotations__ = {parameter.name: parameter.annotation for parameter in parameters}
    command.__signature__ = inspect.Signature(list(parameters))  # type: ignore[attr-defined]
    return command


_add_command(train.train, train.EXAMPLES, train.parameters())
_add_command(estimate.estimate, estimate.EXAMPLES, estimate.parameters())
_add_command(info.info, info.EXAMPLES)
_add_command(neighbors.neighbors, neighbors.EXAMPLES)
_add_command(search.search, search.EXAMPLES, search.parameters())
_add_command(encode.encode, encode.EXAMPLES, encode.parameters())
_add_command(evaluate.evaluate, evaluate.EVALUATE_EXAMPLES)
_add_command(evaluate.compare, evaluate.COMPARE_EXAMPLES)
_add_command(export.export, export.EXAMPLES)
_add_command(report.report, report.EXAMPLES)
