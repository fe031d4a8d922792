"""Output of commands: results on standard output, everything else on standard error."""

from __future__ import annotations

import contextlib
import dataclasses
import json
import logging
import math
import os
import re
import sys
import warnings
from collections.abc import Callable, Collection, Iterator, Sequence
from pathlib import Path
from typing import IO, TYPE_CHECKING, Annotated, Any

import typer

from gensim_distill._utils.text import escape_controls
from gensim_distill.cli.help import EVERY_COMMAND

if TYPE_CHECKING:
    from rich.console import Console

PROGRAM = "gensim-distill"

# The width of tables that are piped or written to a file, in characters: as in git and grep, lines are neither cut nor wrapped there.
_UNLIMITED = 1_000_000

# Characters of JSON strings that a terminal executes or that UTF-8 cannot encode; JSON itself escapes those below a space.
_UNSAFE_IN_JSON = re.compile("[\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]")

# --- options of every command ------------------------------------------------------------------

Quiet = Annotated[
    bool,
    typer.Option("--quiet", "-q", help="Print only warnings, errors and the result.", rich_help_panel=EVERY_COMMAND),
]
Json = Annotated[
    bool,
    typer.Option(
        "--json", help="Print the result as JSON, and nothing else on standard output.", rich_help_panel=EVERY_COMMAND
    ),
]
Debug = Annotated[
    bool, typer.Option("--debug", help="Print tracebacks and the logs of gensim.", rich_help_panel=EVERY_COMMAND)
]
Unpickle = Annotated[
    bool,
    typer.Option(
        "--unpickle",
        help="Also load files of gensim's save(). They are pickles, and loading one runs the code in it: "
        "only for files that you trust.",
    ),
]


Functions = Annotated[
    Path | None,
    typer.Option(
        "--functions",
        help="Python file with the functions by which a training finds words, as in its --word-splitter or --key. The code in "
        "it is run: only for files that you trust.",
        metavar="FILE.py",
        show_default=False,
    ),
]
Color = Annotated[
    str,
    typer.Option(
        help="Mark words by the styles of a terminal (always), by asterisks (never), or by styles only in a terminal, unless the "
        "environment has NO_COLOR (auto).",
        metavar="auto|always|never",
    ),
]


def with_styles(color: str) -> bool:
    """Return whether a result has the styles of a terminal.

    Parameters
    ----------
    color : {"auto", "always", "never"}
        For "auto" it has if standard output is a terminal, unless the environment has NO_COLOR or TERM=dumb.
    """
    if color != "auto":
        return color == "always"
    terminal = sys.stdout is not None and sys.stdout.isatty()
    return terminal and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"


def echo(message: str, quiet: bool = False) -> None:
    """Print a message on standard error, unless `quiet` or standard error is closed; control characters as escapes."""
    if not quiet and sys.stderr is not None:
        with contextlib.suppress(OSError):  # messages do not matter as much as the result
            print(escape_controls(message), file=sys.stderr, flush=True)


def print_json(value: Any, indent: int | None = 2) -> None:
    """Print a result as JSON on standard output; see :func:`to_jsonable`."""
    text = json.dumps(to_jsonable(value), indent=indent, ensure_ascii=not _is_unicode(sys.stdout))
    with _output() as stream:
        print(_UNSAFE_IN_JSON.sub(lambda match: f"\\u{ord(match[0]):04x}", text), file=stream)


def print_line(text: str) -> None:
    """Print a line of a result on standard output, control characters as escapes."""
    with _output() as stream:
        print(escape_controls(text), file=stream)


@contextlib.contextmanager
def _output() -> Iterator[IO[str]]:
    """Yield standard output, and flush it.

    Raises
    ------
    BrokenPipeError
        If its reader has ended.
    OSError
        If it is closed or cannot be written.
    """
    if sys.stdout is None:
        raise OSError("Standard output is closed, so the result cannot be printed.")
    try:
        yield sys.stdout
        sys.stdout.flush()
    except OSError as error:
        sys.stdout = None  # otherwise Python flushes it at exit and reports the error again
        if isinstance(error, BrokenPipeError):
            raise
        raise OSError(f"Standard output cannot be written ({error.strerror}).") from error


def _is_unicode(stream: IO[str] | None) -> bool:
    return (getattr(stream, "encoding", None) or "utf-8").lower().startswith("utf")


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


def print_table(
    header: Sequence[str], rows: Sequence[Sequence[str]], left: Collection[int] = (0,), *, styles: bool | None = None
) -> None:
    """Print a table on standard output.

    Parameters
    ----------
    header : sequence of str
    rows : sequence of sequence of str
        Cells may contain markup of rich.
    left : collection of int, optional
        The columns that are aligned to the left; the others, numbers, to the right. By default the first.
    styles : bool, optional
        Whether to print the styles of a terminal; by default in a terminal only.
    """
    from rich import box
    from rich.markup import escape
    from rich.table import Table

    table = Table(box=box.SIMPLE_HEAD)
    for number, name in enumerate(header):
        table.add_column(escape(escape_controls(name)), justify="left" if number in left else "right", overflow="fold")
    for row in rows:
        table.add_row(*map(escape_controls, row))
    with _output() as stream:
        _console(stream.isatty(), styles).print(table)


def _console(terminal: bool, styles: bool | None) -> Console:
    """Return rich's console of standard output, which wraps lines in a terminal only."""
    from rich.console import Console

    # Styles are bold and underlined, which every terminal has; without a color system rich prints none.
    system: Any = "auto" if styles is None else "standard" if styles else None
    return Console(
        highlight=False,
        width=None if terminal else _UNLIMITED,
        soft_wrap=not terminal,
        force_terminal=styles,
        color_system=system,
    )


class _StandardErrorHandler(logging.Handler):
    """A handler that prints on the current standard error, above a progress bar if there is one."""

    def __init__(self, wording: Callable[[str], str]) -> None:
        super().__init__()
        self._wording = wording

    def emit(self, record: logging.LogRecord) -> None:
        from tqdm import tqdm

        message = " ".join(self.format(record).split())
        level = record.levelname.lower() if record.levelno >= logging.WARNING else ""
        message = escape_controls(self._wording(message) if level else message)
        with contextlib.suppress(OSError):
            tqdm.write(f"{level}: {message}" if level else message, file=sys.stderr)


@contextlib.contextmanager
def log_to_standard_error(debug: bool, wording: Callable[[str], str] = str) -> Iterator[None]:
    """Print the warnings of gensim and this package on standard error, one line each; with `debug` all their logs.

    Levels of the loggers of modules, and loggers that are disabled, do not count meanwhile. Warnings of numpy about numbers,
    with paths of source code, are printed with `debug` only. Messages of warnings are those that `wording` returns.
    """
    handler = _StandardErrorHandler(wording)
    packages = [logging.getLogger(name) for name in ("gensim", "gensim_distill")]
    loggers = [*packages, *_loggers_below(packages)]
    before = [(logger.level, logger.propagate, logger.disabled) for logger in loggers]
    for logger in loggers:
        logger.setLevel(logging.NOTSET)
        logger.propagate, logger.disabled = True, False
    for logger in packages:
        logger.addHandler(handler)
        logger.setLevel(logging.DEBUG if debug else logging.WARNING)
        logger.propagate = False
    try:
        with warnings.catch_warnings():
            if not debug:
                warnings.simplefilter("ignore", RuntimeWarning)
            yield
    finally:
        for logger in packages:
            logger.removeHandler(handler)
        for logger, (level, propagate, disabled) in zip(loggers, before):
            logger.setLevel(level)
            logger.propagate, logger.disabled = propagate, disabled


def _loggers_below(packages: Sequence[logging.Logger]) -> list[logging.Logger]:
    prefixes = tuple(f"{package.name}." for package in packages)
    known = logging.root.manager.loggerDict.copy()
    return [
        logger for name, logger in known.items() if name.startswith(prefixes) and isinstance(logger, logging.Logger)
    ]
