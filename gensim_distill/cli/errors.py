"""Errors of commands: one sentence on standard error, and an exit code."""

from __future__ import annotations

import errno
import functools
import re
import traceback
import typing
from collections.abc import Callable, Collection, Mapping
from enum import IntEnum
from typing import Any

import typer
from typer.models import OptionInfo

from gensim_distill.cli.console import PROGRAM, echo, log_to_standard_error
from gensim_distill.cli.interruption import exit_status, signals_as_interrupts

# A keyword argument in a message, such as solver='sgd', layers=[0, -1] or texts=; but not a part of a quoted text or of
# a path, such as 'data/split=train'.
_KEYWORD = re.compile(
    r"""(?<!\w)'[^']*'|(?<!\w)"[^"]*"|(?P<none>\b[Oo]r None\b)|"""
    r"""(?<![\w./\\-])(?P<name>\w+)=(?P<value>'[^']*'|"[^"]*"|\[[^\]]*\]|[+-]?\w(?:[\w.+-]*\w)?)?(?![\w/\\])"""
)


_BAD_PLACES = (FileNotFoundError, FileExistsError, IsADirectoryError, NotADirectoryError, PermissionError)


# The surroundings of a keyword without a value, such as "lower min_count"; it is not a part of a path or of a quoted text.
_BARE = (r"""(?<![\w./\\'"`-])""", r"""(?![\w/\\'"`(=-]|\.\w)""")


class ExitCode(IntEnum):
    """The exit codes of commands."""

    OK = 0
    FAILED = 1
    USAGE = 2
    BAD_INPUT = 3
    HANGUP = 129
    INTERRUPTED = 130
    TERMINATED = 143


#: A description of each exit code, for help and documentation.
EXIT_CODES = {
    ExitCode.OK: "success",
    ExitCode.FAILED: "failure",
    ExitCode.USAGE: "wrong usage: an unknown option, or an invalid value or combination of options",
    ExitCode.BAD_INPUT: "bad input: a file, folder, word or setting that cannot be used",
    ExitCode.INTERRUPTED: "interrupted by Ctrl-C (143: by SIGTERM, 129: by a closed terminal)",
}


class CommandError(Exception):
    """An error of a command, with a message of one sentence.

    Parameters
    ----------
    message : str
    code : ExitCode, optional
    """

    def __init__(self, message: str, code: ExitCode = ExitCode.BAD_INPUT) -> None:
        super().__init__(message)
        self.code = code


def usage_error(message: str) -> CommandError:
    """Return an error of wrong usage."""
    return CommandError(message, ExitCode.USAGE)


def handle_errors(command: Callable[..., None]) -> Callable[..., None]:
    """Wrap a command so that an error prints one sentence and ends with its exit code; warnings name options, too.

    Parameters
    ----------
    command : callable
        Must have a parameter `debug`, with which the traceback is printed as well.

    Returns
    -------
    callable
    """

    @functools.wraps(command)
    def run(**options: Any) -> None:
        code = ExitCode.OK

        def wording(message: str) -> str:
            return keywords_to_options(message, *_options_of(command))

        with signals_as_interrupts(), log_to_standard_error(options["debug"], wording):
            try:
                command(**options)
            except (typer.Exit, typer.Abort):
                raise
            except KeyboardInterrupt as interruption:
                echo(f"{PROGRAM}: interrupted.")
                code = ExitCode(exit_status(interruption))
            except BrokenPipeError:  # the reader has closed the pipe, as in `... | head`
                code = ExitCode.FAILED
            except Exception as error:
                if options["debug"]:
                    for line in traceback.format_exc().splitlines():
                        echo(line)
                code, message = describe_error(error)
                if not isinstance(error, CommandError):
                    message = wording(message)
                echo(f"{PROGRAM}: {message}")
        if code:
            raise typer.Exit(int(code))

    return run


def describe_error(error: Exception) -> tuple[ExitCode, str]:
    """Return the exit code of an error and its message in one line.

    Examples
    --------
    >>> from gensim_distill.cli.errors import describe_error
    >>> describe_error(FileNotFoundError(2, "No such file or directory", "corpus.txt"))
    (<ExitCode.BAD_INPUT: 3>, 'corpus.txt: No such file or directory.')
    """
    message = " ".join(str(error).split())
    if isinstance(error, CommandError):
        return error.code, message
    if isinstance(error, OSError) and error.strerror and not isinstance(error.filename, int):
        where = f"{error.filename}: " if error.filename else ""
        bad = isinstance(error, _BAD_PLACES) or error.errno in (errno.ENAMETOOLONG, errno.ELOOP, errno.EINVAL)
        return (ExitCode.BAD_INPUT if bad else ExitCode.FAILED), f"{where}{error.strerror}."
    if isinstance(error, MemoryError):
        return ExitCode.FAILED, f"Out of memory. {message} `{PROGRAM} estimate` shows how much is needed."
    if isinstance(error, (*_BAD_PLACES, ValueError, TypeError)) and message:
        return ExitCode.BAD_INPUT, message
    if isinstance(error, (RuntimeError, OSError, ImportError)) and message:
        return ExitCode.FAILED, message
    return ExitCode.FAILED, f"{type(error).__name__}: {message or 'no message'} (--debug shows the traceback)."


def keywords_to_options(message: str, names: Collection[str], negative: Mapping[str, str] | None = None) -> str:
    """Replace Python's keyword arguments in a message by options of the command line.

    Parameters
    ----------
    message : str
    names : collection of str
        The keywords that are options.
    negative : mapping of str to str, optional
        The options that turn a flag off, by keyword, if their names do not begin with ``--no-``.

    Returns
    -------
    str

    Examples
    --------
    >>> from gensim_distill.cli.errors import keywords_to_options
    >>> keywords_to_options("solver='sgd' needs vector_size=None, or overwrite=True.", {"solver", "vector_size", "overwrite"})
    '--solver sgd needs --vector-size none, or --overwrite.'
    >>> keywords_to_options("min_count is 8: lower min_count, or move 'min_count'/min_count.txt", {"min_count"})
    "--min-count is 8: lower --min-count, or move 'min_count'/min_count.txt"
    """

    def replace(match: re.Match[str]) -> str:
        name, value = match["name"] or "", match["value"] or ""
        flag = name.replace("_", "-")
        if match["none"]:
            return match["none"].replace("None", "none")
        if name not in names:
            return match.group()
        if value in ("True", "False"):
            return f"--{flag}" if value == "True" else (negative or {}).get(name, f"--no-{flag}")
        value = value.strip("'\"[]").replace(", ", ",") if value != "None" else "none"
        return f"--{flag} {value}".rstrip()

    bare = "|".join(sorted(name for name in names if "_" in name))
    message = _KEYWORD.sub(replace, message)
    return (
        re.sub(rf"{_BARE[0]}({bare}){_BARE[1]}", lambda match: f"--{match[1].replace('_', '-')}", message)
        if bare
        else message
    )


def options_of_format(message: str, names: Collection[str]) -> str:
    """Replace the options of an export format in a message by those of ``gensim-distill export``.

    Parameters
    ----------
    message : str
    names : collection of str
        The options of the format.

    Returns
    -------
    str

    Examples
    --------
    >>> from gensim_distill.cli.errors import options_of_format
    >>> options_of_format("The key is a function: set lowercase=True or splitter='unicode'.", ["splitter", "lowercase"])
    'The key is a function: set --option lowercase=true or --option splitter=unicode.'
    """
    if not names:
        return message

    def replace(match: re.Match[str]) -> str:
        value = match[2].strip("'\"")
        return f"--option {match[1]}={value.lower() if value in ('True', 'False', 'None') else value}"

    return re.sub(rf"(?<![\w./\\-])({'|'.join(names)})=('[^']*'|\"[^\"]*\"|\w+)", replace, message)


def _options_of(command: Callable[..., None]) -> tuple[set[str], dict[str, str]]:
    """Return the keywords that are options of a command, and those of its flags that turn them off."""
    hints = typing.get_type_hints(command, include_extras=True)
    options = {name: m for name, hint in hints.items() for m in typing.get_args(hint) if isinstance(m, OptionInfo)}
    pairs = {name: flag.partition("/")[2] for name, m in options.items() for flag in m.param_decls or () if "/" in flag}
    return set(options), pairs
