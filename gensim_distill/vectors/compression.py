"""Compressed files, recognized by their first bytes: gzip, bzip2 and xz."""

from __future__ import annotations

import bz2
import contextlib
import gzip
import lzma
import os
import shutil
import tempfile
import zlib
from collections.abc import Callable, Iterator
from typing import Any, BinaryIO, cast

_OPENERS: dict[bytes, Callable[..., Any]] = {
    b"\x1f\x8b": gzip.open,
    b"BZh": bz2.open,
    b"\xfd7zXZ\x00": lzma.open,
}
# gensim decompresses files by these endings; not all of its readers can.
_SUFFIXES = (".gz", ".bz2", ".xz", ".zst", ".lz4")

#: The errors raised by readers of a truncated or damaged compressed file.
READ_ERRORS = (EOFError, OSError, zlib.error, lzma.LZMAError)


def open_decompressed(path: str | os.PathLike[str]) -> BinaryIO:
    """Open a file for reading bytes, decompressed if its first bytes are those of gzip, bzip2 or xz.

    Parameters
    ----------
    path : str or path

    Returns
    -------
    file object

    Raises
    ------
    FileNotFoundError
        If there is no such file, or the path is a folder.
    """
    if not os.path.isfile(path):
        problem = "is a folder, not a file" if os.path.isdir(path) else "there is no such file"
        raise FileNotFoundError(f"{os.fspath(path)!r}: {problem}.")
    return cast(BinaryIO, (_opener(path) or open)(path, "rb"))


@contextlib.contextmanager
def decompressed_copy(path: str) -> Iterator[str]:
    """Yield the path of a decompressed temporary copy, or `path` itself if it is not compressed.

    For gensim's readers: they choose the decompression by the file name.

    Raises
    ------
    ValueError
        If the file is damaged.
    """
    if _opener(path) is None and not path.endswith(_SUFFIXES):
        yield path
        return
    with tempfile.TemporaryDirectory() as folder:
        copy = os.path.join(folder, "vectors.bin")
        with open_decompressed(path) as file, open(copy, "wb") as target:
            try:
                shutil.copyfileobj(file, target)
            except READ_ERRORS as error:
                raise damaged(path, error) from error
        yield copy


def damaged(path: str, error: BaseException) -> ValueError:
    """Return the error for a file that cannot be decompressed."""
    return ValueError(f"{path!r} is damaged and cannot be decompressed ({error}).")


def _opener(path: str | os.PathLike[str]) -> Callable[..., Any] | None:
    with open(path, "rb") as file:
        start = file.read(6)
    return next((opener for magic, opener in _OPENERS.items() if start.startswith(magic)), None)
