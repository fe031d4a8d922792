"""What a command says: results on standard output, everything else on standard error, and its exit code."""

from __future__ import annotations

import contextlib
import dataclasses
import functools
import inspect
import json
import logging
import math
import sys
import traceback
from collections.abc import Callable, Iterator, Sequence
from enum import IntEnum
from typing import Annotated, Any

import typer

PROGRAM = "gensim-distill"


class ExitCode(IntEnum):
    """What the exit code of a command means."""

    OK = 0
    FAILED = 1
    USAGE = 2
    BAD_INPUT = 3
    INTERRUPTED = 130
    TERMINATED = 143


#: The same in words, for the help and the documentation.
EXIT_CODES = {
    ExitCode.OK: "done",
    ExitCode.FAILED: "the work failed",
    ExitCode.USAGE: "wrong usage: an option that is not known, or does not fit",
    ExitCode.BAD_INPUT: "bad input: a file, folder, word or setting that cannot be used",
    ExitCode.INTERRUPTED: "interrupted by Ctrl-C (143: by SIGTERM)",
}


class CommandError(Exception):
    """Something that a command has to say, in one sentence, before it ends."""

    def __init__(self, message: str, code: ExitCode = ExitCode.BAD_INPUT) -> None:
        super().__init__(message)
        self.code = code


def usage_error(message: str) -> CommandError:
    """Make the error of options that do not fit."""
    return CommandError(message, ExitCode.USAGE)


# --- options that every command has ----------------------------------------------------------

Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="Say nothing but warnings, errors and the result.")]
Json = Annotated[bool, typer.Option("--json", help="Give the result as JSON; nothing else comes on standard output.")]
Debug = Annotated[bool, typer.Option("--debug", help="Show where in the code an error came from.")]
Unpickle = Annotated[
    bool,
    typer.Option(
        "--unpickle",
        help="Also read what gensim's save() wrote. That is a pickle, and reading one runs the code in it: "
        "only for files that you made yourself.",
    ),
]


def tell(message: str, quiet: bool = False) -> None:
    """Say something on standard error."""
    if not quiet:
        print(message, file=sys.stderr, flush=True)


def print_json(value: Any, indent: int | None = 2) -> None:
    """Give a result as JSON on standard output; numbers that JSON does not have are null."""
    print(json.dumps(plain(value), indent=indent, ensure_ascii=False), flush=True)


def plain(value: Any) -> Any:
    """Give a value as JSON can hold it."""
    if isinstance(value, dict):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(item) for item in value]
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if value is None or isinstance(value, (str, int)):
        return value
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return plain(dataclasses.asdict(value))
    if hasattr(value, "item"):  # a number of numpy's
        return plain(value.item())
    return str(value)


def print_table(header: Sequence[str], rows: Sequence[Sequence[str]], numbers: bool = True) -> None:
    """Show a table on standard output: the first column to the left, the others, if they are numbers, to the right."""
    from rich import box
    from rich.markup import escape
    from rich.table import Table

    table = Table(box=box.SIMPLE_HEAD)
    for number, name in enumerate(header):
        table.add_column(escape(name), justify="right" if number and numbers else "left", overflow="fold")
    for row in rows:
        table.add_row(*row)
    output_console().print(table)


def output_console() -> Any:
    """Give rich's console of standard output, which wraps lines in a terminal and nowhere else."""
    from rich.console import Console

    return Console(highlight=False, width=None if sys.stdout.isatty() else 1000, soft_wrap=not sys.stdout.isatty())


# --- errors and warnings -----------------------------------------------------------------------


def guarded(function: Callable[..., None]) -> Callable[..., None]:
    """Make a command say its errors in one sentence and end with the exit code that they have.

    The function must have the parameter `debug`; with it the traceback is shown as well.
    """

    @functools.wraps(function)
    def run(**options: Any) -> None:
        code = ExitCode.OK
        with log_on_standard_error(options["debug"]):
            try:
                function(**options)
            except (typer.Exit, typer.Abort):
                raise
            except KeyboardInterrupt:
                tell(f"{PROGRAM}: interrupted.")
                code = ExitCode.INTERRUPTED
            except BrokenPipeError:  # whoever read the output has seen enough, as in `... | head`
                sys.stdout = None  # else Python tries to flush it, and complains
                code = ExitCode.FAILED
            except Exception as error:
                if options["debug"]:
                    traceback.print_exc()
                code, message = explain(error)
                tell(f"{PROGRAM}: {message}")
        if code:
            raise typer.Exit(int(code))

    return run


def explain(error: Exception) -> tuple[ExitCode, str]:
    """Give the exit code of an error and what to say of it, in one line."""
    message = " ".join(str(error).split())
    if isinstance(error, CommandError):
        return error.code, message
    if isinstance(error, OSError) and error.strerror and not isinstance(error.filename, int):
        where = f"{error.filename}: " if error.filename else ""
        bad = isinstance(error, (FileNotFoundError, IsADirectoryError, NotADirectoryError, PermissionError))
        return (ExitCode.BAD_INPUT if bad else ExitCode.FAILED), f"{where}{error.strerror}."
    if isinstance(error, MemoryError):
        return ExitCode.FAILED, f"There is too little memory. {message} Ask `{PROGRAM} estimate` how much it takes."
    if isinstance(error, (FileNotFoundError, ValueError, TypeError)) and message:
        return ExitCode.BAD_INPUT, message
    if isinstance(error, (RuntimeError, OSError, ImportError)) and message:
        return ExitCode.FAILED, message
    return ExitCode.FAILED, f"{type(error).__name__}: {message or 'no reason given'} (--debug shows where)."


class _StandardError(logging.Handler):
    """Prints messages on what is standard error at the moment, above a progress bar if there is one."""

    def emit(self, record: logging.LogRecord) -> None:
        from tqdm import tqdm

        message = " ".join(self.format(record).split())
        kind = record.levelname.lower() if record.levelno >= logging.WARNING else ""
        tqdm.write(f"{kind}: {message}" if kind else message, file=sys.stderr)


@contextlib.contextmanager
def log_on_standard_error(debug: bool) -> Iterator[None]:
    """Show the warnings of gensim and of this package, or with `debug` all they say, one line each."""
    handler = _StandardError()
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


def epilog(*examples: str) -> str:
    """Give what stands at the end of a command's help: examples, and the exit codes."""
    from rich.markup import escape

    # Paragraphs, since some versions of typer join the lines of one.
    codes = "; ".join(f"{int(code)} {meaning}" for code, meaning in EXIT_CODES.items())
    return "\n\n".join(
        [
            "[bold]Examples[/bold]",
            *(f"$ {escape(line)}" for line in examples),
            f"[dim]Exit codes: {escape(codes)}.[/dim]",
        ]
    )


def with_signature(function: Callable[..., None], parameters: Sequence[inspect.Parameter]) -> Callable[..., None]:
    """Give a function, which takes anything by keyword, the signature that typer makes options of."""

    def command(**options: Any) -> None:
        function(**options)

    command.__name__, command.__doc__ = function.__name__, function.__doc__
    command.__annotations__ = {parameter.name: parameter.annotation for parameter in parameters}
    command.__signature__ = inspect.Signature(list(parameters))  # type: ignore[attr-defined]
    return command
