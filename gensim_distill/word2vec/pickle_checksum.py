"""A checksum at the end of a pickle, where unpickling ignores it: a damaged pickle can do anything, even end the process."""

from __future__ import annotations

import hashlib
import os
from typing import BinaryIO

_MARK = b"\ngensim-distill checksum "
_DIGITS = 32
_CHUNK = 1 << 20


def append_checksum(path: str | os.PathLike[str]) -> None:
    """Append the checksum of a pickle to its file."""
    with open(path, "r+b") as file:
        digest = _digest(file, os.path.getsize(path))
        file.seek(0, os.SEEK_END)
        file.write(_MARK + digest)


def check_pickle(path: str) -> None:
    """Check the checksum at the end of a file, if it has one.

    Raises
    ------
    ValueError
        If the file does not match it.
    OSError
        If the file cannot be read.
    """
    if "://" in path:
        return
    with open(path, "rb") as file:
        size = os.path.getsize(path) - len(_MARK) - _DIGITS
        if size < 0:
            return
        file.seek(size)
        end = file.read()
        if end.startswith(_MARK) and end[len(_MARK) :] != _digest(file, size):
            raise ValueError("its contents do not match its checksum")


def _digest(file: BinaryIO, size: int) -> bytes:
    """Return the checksum of the first bytes of a file."""
    hasher = hashlib.blake2b(digest_size=_DIGITS // 2)
    file.seek(0)
    while size > 0 and (chunk := file.read(min(size, _CHUNK))):
        hasher.update(chunk)
        size -= len(chunk)
    return hasher.hexdigest().encode()
