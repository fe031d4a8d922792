"""Decoded lines of plain and compressed files, with errors that name the file."""

from __future__ import annotations

import contextlib
import io
import lzma
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from gensim_distill._utils.compression import opener_by_name
from gensim_distill._utils.encodings import wide_encoding
from gensim_distill.cli.errors import CommandError


def read_lines(file: IO[bytes], encoding: str, name: str) -> Iterator[str]:
    """Yield the lines of an open file, which is decompressed as its own name says; `name` is that in error messages.

    Raises
    ------
    CommandError
        If the file is damaged, is no text, or has another encoding.
    """
    number = 0
    with reading_errors(name), decoded(file, encoding, name) as lines:
        try:
            for line in lines:
                number += 1
                if "\0" in line:
                    raise CommandError(
                        f"{name!r} is not a text file, line {number} has a zero byte: exclude it, for instance by --pattern "
                        "'*.txt', or use the right --encoding."
                    )
                yield line.removeprefix("\ufeff")  # in encodings with an explicit byte order, and in files put together
        except UnicodeError as error:
            raise wrong_encoding(error, encoding, name, f", after line {number} comes ") from error


def wrong_encoding(error: UnicodeError, encoding: str, name: str, where: str = ": its text has ") -> CommandError:
    """Return the error of a file that is not in an encoding."""
    if not isinstance(error, UnicodeDecodeError):
        return CommandError(f"{name!r} is not in {encoding} ({error}): use the right --encoding.")
    found = error.object[error.start : error.start + 4]
    wide = wide_encoding(error.object[:4])
    if wide is not None:
        return CommandError(f"{name!r} is not in {encoding}: it begins like {wide}, so use --encoding {wide.lower()}.")
    return CommandError(f"{name!r} is not in {encoding}{where}{found!r}: use the right --encoding, such as latin-1.")


@contextlib.contextmanager
def reading_errors(name: str) -> Iterator[None]:
    """Raise the errors of damaged compressed files with the name of the file."""
    try:
        yield
    except (EOFError, zlib.error, lzma.LZMAError) as error:
        raise CommandError(f"{name!r} is damaged and cannot be decompressed to its end ({error}).") from error
    except OSError as error:
        if error.errno is None:  # bz2 and gzip have no exception class for invalid data
            raise CommandError(f"{name!r} is damaged and cannot be decompressed ({error}).") from error
        raise


def decoded(file: IO[bytes], encoding: str, name: str, newline: str | None = None) -> IO[str]:
    """Return a text stream of an open file, which is decompressed as its own name says.

    Raises
    ------
    CommandError
        If a library for the compression is not installed.
    """
    if encoding.lower() in ("utf-8", "utf8"):
        encoding = "utf-8-sig"  # skips a byte order mark
    opener = opener_by_name(str(file.name))
    if opener is not None:
        opened: IO[str] = opener(file, "rt", encoding=encoding, newline=newline)
        return opened
    ending = Path(str(file.name)).suffix
    if ending != ".zst":
        return io.TextIOWrapper(file, encoding=encoding, newline=newline)
    from smart_open.compression import compression_wrapper

    try:
        return io.TextIOWrapper(compression_wrapper(file, "rb", compression=ending), encoding=encoding, newline=newline)
    except (ImportError, NotImplementedError) as error:
        raise CommandError(
            f"{name!r} cannot be decompressed here: pip install 'smart_open[zst]', or decompress it first."
        ) from error


def check_encoding(encoding: str) -> None:
    """Check that Python knows an encoding.

    Raises
    ------
    CommandError
        If it does not.
    """
    try:
        "a".encode(encoding)
    except (LookupError, ValueError) as error:
        raise CommandError(
            f"--encoding {encoding!r} is unknown: use one that Python knows, such as utf-8 or latin-1."
        ) from error
