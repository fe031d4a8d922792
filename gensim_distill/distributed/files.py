"""Files of one document per line, local or on remote storage."""

from __future__ import annotations

import contextlib
import io
import os
import platform
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, BinaryIO

from gensim_distill._utils.compression import READ_ERRORS, opener_by_name
from gensim_distill._utils.extras import needs
from gensim_distill.corpus.files import find_local_files

_UNSUPPORTED = (".zst", ".lz4", ".zip", ".7z", ".parquet", ".arrow")


@dataclass(frozen=True)
class TextFile:
    """A file of one document per line.

    Attributes
    ----------
    path : str
        The path on its file system.
    size : int
        The size in bytes, compressed.
    filesystem : pyarrow.fs.FileSystem or None
        The remote file system; None for the local one.
    """

    path: str
    size: int
    filesystem: Any = None

    @property
    def compressed(self) -> bool:
        """Whether the file is compressed, by the ending of its name."""
        return opener_by_name(self.path) is not None

    def open(self) -> BinaryIO:
        """Open the file to read its decompressed bytes.

        Raises
        ------
        FileNotFoundError
            If this machine has no such file.
        """
        opener = opener_by_name(self.path)
        try:
            if self.filesystem is None:
                stream: BinaryIO = (opener or open)(self.path, "rb")
                return stream
            raw: Any = io.BufferedReader(self.filesystem.open_input_file(self.path), 1 << 20)
        except FileNotFoundError as error:
            raise FileNotFoundError(
                f"There is no file {self.path!r} on machine {platform.node()!r}: every machine must be able to read the corpus, "
                "from a shared disk or by a URI such as s3://bucket/folder."
            ) from error
        decompressed: BinaryIO = opener(raw) if opener else raw
        return decompressed

    def length(self) -> int:
        """Return the size in bytes, decompressed; a compressed file is read once for that."""
        if not self.compressed:
            return self.size
        with self.named_errors(), self.open() as stream:
            return sum(map(len, iter(lambda: stream.read(1 << 20), b"")))

    @contextlib.contextmanager
    def named_errors(self) -> Iterator[None]:
        """Add the path to the errors of decompressors, which do not name it."""
        try:
            yield
        except READ_ERRORS as error:
            if not self.compressed or (isinstance(error, OSError) and error.errno) or "There is no file" in str(error):
                raise
            raise ValueError(f"{self.path!r} is damaged, or not compressed as its name says ({error}).") from error


def find_files(source: Any) -> list[TextFile]:
    """Find the files of a corpus.

    Parameters
    ----------
    source : str, path, or list of these
        Paths, globs, folders or URIs. The files of each are sorted by name.

    Returns
    -------
    list of TextFile

    Raises
    ------
    FileNotFoundError
        If one of them has no files.
    ValueError
        If the list is empty, or a file or URI is not supported.
    TypeError
        If `source` is something else.
    """
    if isinstance(source, (str, os.PathLike)):
        source = [source]
    if not isinstance(source, Iterable) or isinstance(source, (bytes, Mapping)):
        raise TypeError(
            f"The source of a RayCorpus must be a path, glob or URI, a list of these, or a Ray Dataset, not {type(source).__name__}."
        )
    files = []
    for name in source:
        if not isinstance(name, (str, os.PathLike)):
            raise TypeError(
                f"The source of a RayCorpus must be a list of paths, and has {name!r} of type {type(name).__name__}: for documents "
                "in memory, use ray.data.from_items."
            )
        name = os.fspath(name)
        found = _remote_files(name) if "://" in name else _local_files(os.path.expanduser(name))
        if not found:
            raise FileNotFoundError(f"{name!r} matches no files.")
        files += found
    if not files:
        raise ValueError("The list of files of the corpus is empty.")
    for file in files:
        if file.path.endswith(_UNSUPPORTED):
            raise ValueError(
                f"The format of {file.path!r} is not supported: use text files, plain or compressed (.gz, .bz2, .xz), or read "
                "the file with ray.data and use the dataset."
            )
    return files


def _local_files(name: str) -> list[TextFile]:
    paths = sorted(map(os.path.abspath, find_local_files(name)))
    return [TextFile(path, os.path.getsize(path)) for path in paths]


def _remote_files(name: str) -> list[TextFile]:
    pyarrow_fs = needs("pyarrow.fs", "A corpus on Ray", "ray")
    fixed = name.partition("*")[0]
    if fixed != name:
        fixed = fixed.rpartition("/")[0]
    try:
        filesystem, path = pyarrow_fs.FileSystem.from_uri(fixed)
    except Exception as error:  # each kind of storage raises its own errors
        raise ValueError(f"{name!r} cannot be opened: {error}") from error
    pattern = re.compile(_as_regex(path + name[len(fixed) :]))
    try:
        (info,) = filesystem.get_file_info([path])
        if info.type == pyarrow_fs.FileType.File:
            return [TextFile(path, info.size, filesystem)]
        if info.type == pyarrow_fs.FileType.NotFound and fixed == name:
            raise FileNotFoundError(f"There is no file or folder {name!r}.")
        selector = pyarrow_fs.FileSelector(path, recursive="**" in name, allow_not_found=True)
        found = [info for info in filesystem.get_file_info(selector) if info.type == pyarrow_fs.FileType.File]
    except FileNotFoundError:
        raise
    except OSError as error:
        raise OSError(f"{name!r} cannot be listed: {error}") from error
    wanted = [info for info in found if fixed == name or pattern.fullmatch(info.path)]
    return [
        TextFile(info.path, info.size, filesystem)
        for info in sorted(wanted, key=lambda info: info.path)
        if not info.base_name.startswith(".")
    ]


def _as_regex(pattern: str) -> str:
    """Convert a glob with ``*`` and ``**`` to a regular expression."""
    # Repeated ones match the same, in exponential time.
    pattern = re.sub(r"(\*\*/)+", "**/", re.sub(r"\*{3,}", "**", pattern))
    parts = re.split(r"(\*\*/|\*)", pattern)
    return "".join({"**/": "(?:.*/)?", "*": "[^/]*"}.get(part, re.escape(part)) for part in parts)
