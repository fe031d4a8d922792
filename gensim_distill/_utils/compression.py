"""Reading files that are compressed with gzip, bzip2 or xz."""

from __future__ import annotations

import bz2
import gzip
import lzma
import os
import zlib
from collections.abc import Callable
from typing import IO, Any, NamedTuple, TypeAlias, cast

#: A function like the built-in ``open``, which decompresses what it reads.
Opener: TypeAlias = "Callable[..., Any]"


def _open_gzip(file: Any, mode: str = "rb", **options: Any) -> Any:
    """Open a gzip file; one without any bytes raises an EOFError, as with bzip2 and xz, and is not an empty text."""
    if mode.startswith("r"):
        size = os.fstat(file.fileno()).st_size if hasattr(file, "fileno") else os.path.getsize(file)
        if not size:
            raise EOFError("it has no bytes, and no gzip file is empty")
    return gzip.open(file, mode, **options)


class _Compression(NamedTuple):
    ending: str
    magic: bytes
    opener: Opener


_COMPRESSIONS = (
    _Compression(".gz", b"\x1f\x8b", _open_gzip),
    _Compression(".bz2", b"BZh", bz2.open),
    _Compression(".xz", b"\xfd7zXZ\x00", lzma.open),
)
_LONGEST_MAGIC = 6
_BY_SMART_OPEN = (".zst", ".lz4")

#: The errors raised by readers of a truncated or damaged compressed file, among them OSError without an errno.
READ_ERRORS = (EOFError, OSError, zlib.error, lzma.LZMAError)


def opener_by_name(path: str | os.PathLike[str]) -> Opener | None:
    """Return the opener of a compressed file by the ending of its name, or None for any other ending.

    Examples
    --------
    >>> from gensim_distill._utils.compression import opener_by_name
    >>> opener_by_name("corpus.txt.xz").__module__, opener_by_name("corpus.txt")
    ('lzma', None)
    """
    ending = os.path.splitext(os.fspath(path))[1]
    return next((compression.opener for compression in _COMPRESSIONS if compression.ending == ending), None)


def opener_by_content(path: str | os.PathLike[str]) -> Opener | None:
    """Return the opener of a compressed file by its first bytes, or None for any other content."""
    compression = _by_content(path)
    return None if compression is None else compression.opener


def ending_by_content(path: str | os.PathLike[str]) -> str | None:
    """Return the ending for the name of a compressed file by its first bytes, or None for any other content."""
    compression = _by_content(path)
    return None if compression is None else compression.ending


def open_by_name(path: str | os.PathLike[str]) -> IO[bytes]:
    """Open a file for reading bytes, decompressed as the ending of its name says.

    Raises
    ------
    ValueError
        If a library for the compression is not installed.
    """
    opener = opener_by_name(path)
    if opener is not None:
        opened: IO[bytes] = opener(path, "rb")
        return opened
    if not os.fspath(path).endswith(_BY_SMART_OPEN):
        return open(path, "rb")
    import smart_open

    try:
        return cast("IO[bytes]", smart_open.open(os.fspath(path), "rb"))
    except (ImportError, NotImplementedError) as error:
        ending = os.path.splitext(path)[1]
        raise ValueError(
            f"{os.fspath(path)!r} cannot be decompressed here: pip install 'smart_open[{ending[1:]}]', or decompress it first."
        ) from error


def _by_content(path: str | os.PathLike[str]) -> _Compression | None:
    with open(path, "rb") as file:
        start = file.read(_LONGEST_MAGIC)
    return next((compression for compression in _COMPRESSIONS if start.startswith(compression.magic)), None)
