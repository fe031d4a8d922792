"""Output of commands: results on standard output, everything else on standard error."""

from __future__ import annotations

import contextlib
import dataclasses
import json
import logging
import math
import sys
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from rich.console import Console

PROGRAM = "gensim-distill"

# --- options of every command ------------------------------------------------------------------

Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="Print only warnings, errors and the result.")]
Json = Annotated[bool, typer.Option("--json", help="Print the result as JSON, and nothing else on standard output.")]
Debug = Annotated[bool, typer.Option("--debug", help="Print tracebacks and the logs of gensim.")]
Unpickle = Annotated[
    bool,
    typer.Option(
        "--unpickle",
        help="Also load files of gensim's save(). They are pickles, and loading one runs the code in it: "
        "only for files that you trust.",
    ),
]


def echo(message: str, quiet: bool = False) -> None:
    """Print a message on standard error, unless `quiet`."""
    if not quiet:
        print(message, file=sys.stderr, flush=True)


def print_json(value: Any, indent: int | None = 2) -> None:
    """Print a result as JSON on standard output; see :func:`to_jsonable`."""
    print(json.dumps(to_jsonable(value), indent=indent, ensure_ascii=False), flush=True)


def to_jsonable(value: Any) -> Any:
    """Convert a value to types of JSON: dataclasses to objects, numbers that are not finite to null.

    Examples
    --------
    >>> from gensim_distill.cli.console import to_jsonable
    >>> to_jsonable({"scores": (0.5, float("nan")), 3: None})
    {'scores': [0.5, None], '3': None}
    """
    if isinstance(value, dict):
        return {str(key): to_jsonable(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [to_jsonable(item) for item in value]
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if value is None or isinstance(value, (str, int)):
        return value
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return to_jsonable(dataclasses.asdict(value))
    if hasattr(value, "item"):  # a numpy scalar
        return to_jsonable(value.item())
    return str(value)


def print_table(header: Sequence[str], rows: Sequence[Sequence[str]], numbers: bool = True) -> None:
    """Print a table on standard output.

    Parameters
    ----------
    header : sequence of str
    rows : sequence of sequence of str
        Cells may contain markup of rich.
    numbers : bool, optional
        Whether all columns but the first are numbers, which are aligned to the right.
    """
    from rich import box
    from rich.markup import escape
    from rich.table import Table

    table = Table(box=box.SIMPLE_HEAD)
    for number, name in enumerate(header):
        table.add_column(escape(name), justify="right" if number and numbers else "left", overflow="fold")
    for row in rows:
        table.add_row(*row)
    output_console().print(table)


def output_console() -> Console:
    """Return rich's console of standard output, which wraps lines in a terminal only."""
    from rich.console import Console

    return Console(highlight=False, width=None if sys.stdout.isatty() else 1000, soft_wrap=not sys.stdout.isatty())


class _StandardErrorHandler(logging.Handler):
    """A handler that prints on the current standard error, above a progress bar if there is one."""

    def emit(self, record: logging.LogRecord) -> None:
        from tqdm import tqdm

        message = " ".join(self.format(record).split())
        level = record.levelname.lower() if record.levelno >= logging.WARNING else ""
        tqdm.write(f"{level}: {message}" if level else message, file=sys.stderr)


@contextlib.contextmanager
def log_to_standard_error(debug: bool) -> Iterator[None]:
    """Print the warnings of gensim and this package on standard error, one line each; with `debug` all their logs."""
    handler = _StandardErrorHandler()
    loggers = [logging.getLogger(name) for name in ("gensim", "gensim_distill")]
    before = [(logger.level, logger.propagate) for logger in loggers]
    for logger in loggers:
        logger.addHandler(handler)
        logger.setLevel(logging.DEBUG if debug else logging.WARNING)
        logger.propagate = False
    try:
        yield
    finally:
        for logger, (level, propagate) in zip(loggers, before):
            logger.removeHandler(handler)
            logger.setLevel(level)
            logger.propagate = propagate
