"""The end of the pickle of a model, which unpickling ignores: the version of its format, and a checksum.

Both are checked before unpickling, since a damaged pickle can do anything, even end the process, and one of a newer version may need
classes that do not exist here.
"""

from __future__ import annotations

import hashlib
import os
import pickle
import pickletools
import re
from typing import BinaryIO

from gensim_distill._utils.format_versions import format_version

_FORMAT, _VERSION = "gensim-distill model", 1
_DIGITS = 32
# The first models have no version.
_END = re.compile(rb"\n(?:(gensim-distill model \d{1,9})|gensim-distill) checksum ([0-9a-f]{%d})" % _DIGITS)
_LONGEST_END = 100
# The start of the pickle of a model of this package. Without a checksum, as the first versions wrote it, the end of the pickle is that of
# the file.
_OWN = re.compile(rb"^\x80.*gensim_distill", re.DOTALL)
_LONGEST_START = 200
_CHUNK = 1 << 20


def append_checksum(path: str | os.PathLike[str]) -> None:
    """Append the version of the format and the checksum of a pickle to its file."""
    with open(path, "r+b") as file:
        digest = _digest(file, os.path.getsize(path))
        file.seek(0, os.SEEK_END)
        file.write(f"\n{_FORMAT} {_VERSION} checksum ".encode() + digest)


def check_pickle(path: str) -> None:
    """Check the version and the checksum at the end of a file, if it has them.

    Raises
    ------
    ValueError
        If the file does not match its checksum, or was written by a newer version.
    OSError
        If the file cannot be read.
    """
    if "://" in path:
        return
    with open(path, "rb") as file:
        size = os.path.getsize(path)
        file.seek(max(size - _LONGEST_END, 0))
        end = file.read()
        found = _END.search(end)
        if found is None or found.end() < len(end):
            file.seek(0)
            if _OWN.search(file.read(_LONGEST_START)) and not (end.endswith(pickle.STOP) and _is_whole_pickle(file)):
                raise ValueError("its end, with its checksum, is cut or changed")
            return
        if found[1]:
            format_version(found[1].decode(), _FORMAT, _VERSION, path)
        if found[2] != _digest(file, size - len(found[0])):
            raise ValueError("its contents do not match its checksum")


def _is_whole_pickle(file: BinaryIO) -> bool:
    """Return whether a file is one pickle from its start to its end, without unpickling.

    The last byte alone is not enough: a file can be cut after a byte like that of the end.
    """
    file.seek(0)
    try:
        for _ in pickletools.genops(file):
            pass
    except (ValueError, OverflowError, MemoryError):
        return False
    return not file.read(1)


def _digest(file: BinaryIO, size: int) -> bytes:
    """Return the checksum of the first bytes of a file."""
    hasher = hashlib.blake2b(digest_size=_DIGITS // 2)
    file.seek(0)
    while size > 0 and (chunk := file.read(min(size, _CHUNK))):
        hasher.update(chunk)
        size -= len(chunk)
    return hasher.hexdigest().encode()
