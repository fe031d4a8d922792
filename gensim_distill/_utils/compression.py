"""Reading files that are compressed with gzip, bzip2 or xz."""

from __future__ import annotations

import bz2
import gzip
import lzma
import os
import zlib
from collections.abc import Callable
from typing import Any, NamedTuple, TypeAlias

#: A function like the built-in ``open``, which decompresses what it reads.
Opener: TypeAlias = "Callable[..., Any]"


class _Compression(NamedTuple):
    ending: str
    magic: bytes
    opener: Opener


_COMPRESSIONS = (
    _Compression(".gz", b"\x1f\x8b", gzip.open),
    _Compression(".bz2", b"BZh", bz2.open),
    _Compression(".xz", b"\xfd7zXZ\x00", lzma.open),
)
_LONGEST_MAGIC = 6

#: The errors raised by readers of a truncated or damaged compressed file, among them OSError without an errno.
READ_ERRORS = (EOFError, OSError, zlib.error, lzma.LZMAError)


def opener_by_name(path: str | os.PathLike[str]) -> Opener | None:
    """Return the opener of a compressed file by the ending of its name, or None for any other ending.

    Examples
    --------
    >>> from gensim_distill._utils.compression import opener_by_name
    >>> opener_by_name("corpus.txt.gz").__module__, opener_by_name("corpus.txt")
    ('gzip', None)
    """
    ending = os.path.splitext(os.fspath(path))[1]
    return next((compression.opener for compression in _COMPRESSIONS if compression.ending == ending), None)


def opener_by_content(path: str | os.PathLike[str]) -> Opener | None:
    """Return the opener of a compressed file by its first bytes, or None for any other content."""
    with open(path, "rb") as file:
        start = file.read(_LONGEST_MAGIC)
    return next((compression.opener for compression in _COMPRESSIONS if start.startswith(compression.magic)), None)
