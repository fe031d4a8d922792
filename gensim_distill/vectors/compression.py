"""Compressed files, recognized by their first bytes: gzip, bzip2 and xz."""

from __future__ import annotations

import contextlib
import os
import shutil
import tempfile
from collections.abc import Iterator
from typing import BinaryIO, cast

from gensim_distill._utils.compression import READ_ERRORS, opener_by_content

# gensim decompresses files by these endings; not all of its readers can.
_SUFFIXES = (".gz", ".bz2", ".xz", ".zst", ".lz4")


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
    return cast(BinaryIO, (opener_by_content(path) or open)(path, "rb"))


@contextlib.contextmanager
def decompressed_copy(path: str) -> Iterator[str]:
    """Yield the path of a decompressed temporary copy, or `path` itself if it is not compressed.

    For gensim's readers: they choose the decompression by the file name.

    Raises
    ------
    ValueError
        If the file is damaged.
    """
    if opener_by_content(path) is None and not path.endswith(_SUFFIXES):
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
