"""Files of one document per line, local or remote, and how they are found."""

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

_NOT_READ = (".zst", ".lz4", ".zip", ".7z", ".parquet", ".arrow")


@dataclass(frozen=True)
class TextFile:
    """A file of one text a line.

    Attributes
    ----------
    path : str
        Where it is, on its file system.
    size : int
        Its bytes, as they are stored.
    filesystem : pyarrow.fs.FileSystem or None
        None for that of the machine itself.
    """

    path: str
    size: int
    filesystem: Any = None

    @property
    def compressed(self) -> bool:
        """Whether it is read through a decompressor."""
        return opener_by_name(self.path) is not None

    def open(self) -> BinaryIO:
        """Open it for reading, decompressed.

        Raises
        ------
        FileNotFoundError
            If it is not there, or not on this machine.
        """
        opener = opener_by_name(self.path)
        try:
            if self.filesystem is None:
                stream: BinaryIO = (opener or open)(self.path, "rb")
                return stream
            raw: Any = io.BufferedReader(self.filesystem.open_input_file(self.path), 1 << 20)
        except FileNotFoundError as error:
            raise FileNotFoundError(
                f"There is no file {self.path!r} on machine {platform.node()!r}: every machine must see the corpus, on a "
                "shared disk or by a URI such as s3://bucket/folder."
            ) from error
        decompressed: BinaryIO = opener(raw) if opener else raw
        return decompressed

    def length(self) -> int:
        """Give the number of its bytes, decompressed; for a compressed file it is gone through once."""
        if not self.compressed:
            return self.size
        with self.named_errors(), self.open() as stream:
            return sum(map(len, iter(lambda: stream.read(1 << 20), b"")))

    @contextlib.contextmanager
    def named_errors(self) -> Iterator[None]:
        """Say of which file the errors of a decompressor are, which do not know it."""
        try:
            yield
        except READ_ERRORS as error:
            if not self.compressed or (isinstance(error, OSError) and error.errno) or "There is no file" in str(error):
                raise
            raise ValueError(f"{self.path!r} is damaged, or not compressed as its name says ({error}).") from error


def find_files(source: Any) -> list[TextFile]:
    """Find the files of a path, glob, folder or URI, or of several, each in the order of their names.

    Raises
    ------
    FileNotFoundError, ValueError
        If one of them stands for no file that can be read.
    """
    if isinstance(source, (str, os.PathLike)):
        source = [source]
    if not isinstance(source, Iterable) or isinstance(source, (bytes, Mapping)):
        raise TypeError(
            f"A corpus on Ray is a path, glob or URI, a list of these, or a Ray Dataset, not {type(source).__name__}."
        )
    files = []
    for name in source:
        if not isinstance(name, (str, os.PathLike)):
            raise TypeError(
                f"A corpus on Ray is made of paths, and its list holds {name!r} of type {type(name).__name__}: texts that are "
                "in memory are given to ray.data.from_items first."
            )
        name = os.fspath(name)
        found = _remote_files(name) if "://" in name else _local_files(os.path.expanduser(name))
        if not found:
            raise FileNotFoundError(f"No file of the corpus is found by {name!r}.")
        files += found
    if not files:
        raise ValueError("The list of the corpus's files is empty.")
    for file in files:
        if file.path.endswith(_NOT_READ):
            raise ValueError(
                f"{file.path!r} is of a kind that is not read here: give text, plain or as .gz, .bz2 or .xz, or read the file "
                "with ray.data and give the dataset."
            )
    return files


def _local_files(name: str) -> list[TextFile]:
    paths = sorted(map(os.path.abspath, find_local_files(name)))
    return [TextFile(path, os.path.getsize(path)) for path in paths]


def _remote_files(name: str) -> list[TextFile]:
    file_systems = needs("pyarrow.fs", "A corpus on Ray", "ray")
    fixed = name.partition("*")[0]
    if fixed != name:
        fixed = fixed.rpartition("/")[0]
    try:
        file_system, path = file_systems.FileSystem.from_uri(fixed)
    except Exception as error:  # each kind of store fails in its own way
        raise ValueError(f"{name!r} cannot be opened: {error}") from error
    pattern = re.compile(_as_regex(path + name[len(fixed) :]))
    try:
        (info,) = file_system.get_file_info([path])
        if info.type == file_systems.FileType.File:
            return [TextFile(path, info.size, file_system)]
        if info.type == file_systems.FileType.NotFound and fixed == name:
            raise FileNotFoundError(f"There is no file or folder {name!r}.")
        selector = file_systems.FileSelector(path, recursive="**" in name, allow_not_found=True)
        found = [info for info in file_system.get_file_info(selector) if info.type == file_systems.FileType.File]
    except FileNotFoundError:
        raise
    except OSError as error:
        raise OSError(f"{name!r} cannot be listed: {error}") from error
    wanted = [info for info in found if fixed == name or pattern.fullmatch(info.path)]
    return [
        TextFile(info.path, info.size, file_system)
        for info in sorted(wanted, key=lambda info: info.path)
        if not info.base_name.startswith(".")
    ]


def _as_regex(pattern: str) -> str:
    """Turn a glob of ``*`` and ``**`` into a regular expression."""
    parts = re.split(r"(\*\*/|\*)", pattern)
    return "".join({"**/": "(?:.*/)?", "*": "[^/]*"}.get(part, re.escape(part)) for part in parts)
