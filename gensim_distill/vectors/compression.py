"""Compressed files, recognized by their first bytes: gzip, bzip2 and xz."""

from __future__ import annotations

import contextlib
import io
import os
import shutil
import tempfile
from collections.abc import Iterator
from typing import Any, BinaryIO, cast

from gensim_distill._utils.compression import READ_ERRORS, opener_by_content, opener_by_name

# gensim decompresses files by these endings; not all of its readers can.
_SUFFIXES = (".gz", ".bz2", ".xz", ".zst", ".lz4")
_OTHER_ENDINGS = (".zst", ".lz4", ".zip", ".7z", ".rar", ".tgz", ".tar", ".lzma", ".br", ".z")
_OTHER_ARCHIVES = {
    b"PK\x03\x04": "a zip archive",
    b"PK\x05\x06": "a zip archive",
    b"\x28\xb5\x2f\xfd": "compressed with Zstandard",
    b"\x04\x22\x4d\x18": "compressed with LZ4",
    b"7z\xbc\xaf\x27\x1c": "a 7z archive",
    b"Rar!\x1a\x07": "a rar archive",
}
# Vectors and texts shrink to no less than a tenth; a few megabytes of zeros grow to many gigabytes.
_LARGEST_RATIO = 100
_ALWAYS_ALLOWED = 64 * 2**20


def open_decompressed(path: str | os.PathLike[str]) -> BinaryIO:
    """Open a file for reading bytes, decompressed if its first bytes are those of gzip, bzip2 or xz.

    Parameters
    ----------
    path : str or path

    Returns
    -------
    file object
        Reading raises a ValueError after more than 100 times the bytes of a compressed file and 64 MB.

    Raises
    ------
    FileNotFoundError
        If there is no such file, or the path is a folder or a device.
    ValueError
        If the file is an archive in another format.
    """
    name = os.fspath(path)
    if not os.path.isfile(path):
        missing = "is not a file" if os.path.lexists(path) else "there is no such file"
        problem = "is a folder, not a file" if os.path.isdir(path) else missing
        raise FileNotFoundError(f"{name!r}: {problem}.")
    opener = opener_by_content(path)
    if opener is not None:
        return cast(BinaryIO, io.BufferedReader(_Decompressed(opener(path, "rb"), name), 2**16))
    file = open(path, "rb")  # noqa: SIM115 closed by the caller
    start = file.read(max(map(len, _OTHER_ARCHIVES)))
    file.seek(0)
    for magic, kind in _OTHER_ARCHIVES.items():
        if start.startswith(magic):
            file.close()
            raise ValueError(f"{name!r} is {kind}: unpack it first, or compress the file with gzip, bzip2 or xz.")
    return file


def largest_size(path: str | os.PathLike[str]) -> int:
    """Return how many bytes can be read from a file of :func:`open_decompressed` before it raises an error."""
    size = os.path.getsize(path)
    return size if opener_by_content(path) is None else size * _LARGEST_RATIO + _ALWAYS_ALLOWED


@contextlib.contextmanager
def decompressed_copy(path: str) -> Iterator[str]:
    """Yield the path of a decompressed temporary copy, or the absolute `path` itself if it is not compressed.

    For gensim's readers: they choose the decompression by the file name, and take a relative name such as ``a:b`` for
    an address.

    Raises
    ------
    ValueError
        If the file is damaged.
    """
    if opener_by_content(path) is None and not path.lower().endswith(_SUFFIXES):
        yield os.path.abspath(path)
        return
    with tempfile.TemporaryDirectory() as folder:
        copy = os.path.join(folder, "vectors.bin")
        with open_decompressed(path) as file, open(copy, "wb") as target:
            while block := read_block(file, path):
                target.write(block)
        yield copy


def read_block(file: BinaryIO, path: str, size: int = 2**20) -> bytes:
    """Read up to `size` bytes of a file of :func:`open_decompressed`.

    Raises
    ------
    ValueError
        If the file is damaged.
    """
    try:
        return file.read(size)
    except READ_ERRORS as error:
        raise damaged(path, error) from error


def compress(source: str | os.PathLike[str], target: str | os.PathLike[str], opener: Any) -> None:
    """Write the compressed content of a file to another path, and remove the file."""
    with open(source, "rb") as plain, opener(target, "wb") as compressed:
        shutil.copyfileobj(plain, compressed, 2**20)
    os.unlink(source)


def opener_of_target(path: str | os.PathLike[str]) -> Any:
    """Return the opener of a compressed file that will be written, by the ending of its name; None for a plain file.

    Raises
    ------
    ValueError
        If the name has the ending of another compression.
    """
    ending = os.path.splitext(os.fspath(path))[1].lower()
    opener = opener_by_name(f"x{ending}")
    if opener is None and ending in _OTHER_ENDINGS:
        raise ValueError(
            f"{os.fspath(path)!r} has the ending {ending!r} of a compression that is not supported: use '.gz', '.bz2', '.xz', or "
            "none of them."
        )
    return opener


def damaged(path: str, error: BaseException) -> ValueError:
    """Return the error for a file that cannot be decompressed."""
    return ValueError(f"{path!r} is damaged and cannot be decompressed ({error}).")


class _Decompressed(io.RawIOBase):
    """A decompressed file that may not grow beyond a multiple of its compressed size."""

    def __init__(self, file: Any, path: str) -> None:
        self._file = file
        self._path = path
        self._left = os.path.getsize(path) * _LARGEST_RATIO + _ALWAYS_ALLOWED

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        read: int = self._file.readinto(buffer)
        self._left -= read
        if self._left < 0:
            raise ValueError(
                f"{self._path!r} grows to more than {_LARGEST_RATIO} times its size when it is decompressed, as files made to "
                "fill a memory do: decompress it yourself if you trust it."
            )
        return read

    def close(self) -> None:
        self._file.close()
        super().close()
