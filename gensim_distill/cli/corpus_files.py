"""Corpora as the command line takes them: files, folders, patterns, standard input, datasets on disk."""

from __future__ import annotations

import hashlib
import io
import lzma
import os
import sys
import tempfile
import zlib
from collections.abc import Generator, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

from gensim_distill._utils.compression import opener_by_name
from gensim_distill._utils.extras import needs
from gensim_distill.cli.console import CommandError, tell
from gensim_distill.corpus.files import find_local_files

_DATASET_MARKS = ("dataset_info.json", "dataset_dict.json")


@dataclass
class TextFiles:
    """The texts of some files, read anew each time they are gone through.

    Attributes
    ----------
    files : list of pathlib.Path
        Compressed ones are told by their ending.
    tokenized : bool
        Whether a text is given as the list of its tokens, which white space parts, or as it is.
    texts : {"line", "paragraph", "file"}
        What one text is.
    encoding : str
    names : dict of pathlib.Path to str
        What to call files in messages, if not by their paths.
    empty : int
        How many texts without any character but white space were left out the last time; lines between paragraphs
        are no texts.
    """

    files: list[Path]
    tokenized: bool = False
    texts: str = "line"
    encoding: str = "utf-8"
    names: dict[Path, str] = field(default_factory=dict)
    empty: int = 0
    _open: IO[bytes] | None = None

    def __iter__(self) -> Iterator[str | list[str]]:
        self.empty = 0
        for file in self.files:
            yield from self.items_of(file)

    def items_of(self, file: Path) -> Generator[str | list[str], None, None]:
        """Give the texts of one of the files."""
        name = self.names.get(file, str(file))
        with open(file, "rb") as self._open:
            for text in self._split(_lines(self._open, self.encoding, name)):
                text = text.strip()
                if text:
                    yield text.split() if self.tokenized else text
                else:
                    self.empty += 1

    def position(self) -> int:
        """Give how many bytes have been read of the file that is being read, on the disk and so compressed if it is."""
        return self._open.tell() if self._open is not None and not self._open.closed else 0

    def _split(self, lines: Iterator[str]) -> Iterator[str]:
        if self.texts == "line":
            yield from lines
        elif self.texts == "file":
            yield "".join(lines)
        else:
            paragraph: list[str] = []
            for line in lines:
                if line.strip():
                    paragraph.append(line)
                elif paragraph:
                    yield "".join(paragraph)
                    paragraph = []
            if paragraph:
                yield "".join(paragraph)

    @property
    def paths(self) -> list[Path]:
        """All files that hold the texts."""
        return self.files


@dataclass
class Dataset:
    """The texts of a Hugging Face dataset on disk; a column of lists of strings holds tokens."""

    folder: Path
    column: str
    split: str
    tokenized: bool = False
    empty: int = 0

    def __post_init__(self) -> None:
        datasets = needs("datasets", f"Reading the dataset {str(self.folder)!r}", "datasets")
        loaded = datasets.load_from_disk(str(self.folder))
        if isinstance(loaded, Mapping):
            if self.split not in loaded:
                raise CommandError(
                    f"{str(self.folder)!r} has no split {self.split!r}: give --split with one of {', '.join(loaded)}."
                )
            loaded = loaded[self.split]
        if self.column not in loaded.column_names:
            raise CommandError(
                f"{str(self.folder)!r} has no column {self.column!r}: give --column with one of {', '.join(loaded.column_names)}."
            )
        self._rows = loaded.select_columns([self.column])

    def __len__(self) -> int:
        return len(self._rows)

    def __iter__(self) -> Iterator[str | list[str]]:
        return self.every(1)

    def every(self, step: int) -> Iterator[str | list[str]]:
        """Give the texts of rows at equal distances."""
        self.empty = 0
        rows = self._rows if step == 1 else self._rows.select(range(0, len(self._rows), step))
        for number, row in enumerate(rows):
            text = row[self.column]
            if text is None or not (text.strip() if isinstance(text, str) else text):
                self.empty += 1
            elif isinstance(text, str):
                yield text.split() if self.tokenized else text
            elif isinstance(text, list):
                yield text
            else:
                raise CommandError(
                    f"{str(self.folder)!r}: row {number * step} of the column {self.column!r} is of type {type(text).__name__}, where "
                    "a text or a list of tokens was expected: give another --column."
                )

    @property
    def paths(self) -> list[Path]:
        """All files that hold the texts."""
        return sorted(path for path in self.folder.rglob("*") if path.is_file())


@dataclass
class Corpus:
    """All that was given as the corpus, one after the other.

    Attributes
    ----------
    parts : list of TextFiles or Dataset
    content : str or None
        A hash of what came by standard input.
    """

    parts: list[TextFiles | Dataset]
    content: str | None = None

    def __iter__(self) -> Iterator[str | list[str]]:
        for part in self.parts:
            yield from part

    @property
    def paths(self) -> list[Path]:
        """All files that hold the texts."""
        return [path for part in self.parts for path in part.paths]

    @property
    def bytes(self) -> int:
        """How long all of these are together."""
        return sum(path.stat().st_size for path in self.paths)

    @property
    def empty(self) -> int:
        """How many texts were left out the last time, since they were empty."""
        return sum(part.empty for part in self.parts)

    def state(self) -> str:
        """Give a hash of which files these are, how long, and of when; of standard input, one of what came."""
        digest = hashlib.blake2b((self.content or "").encode(), digest_size=16)
        for part in self.parts:
            for path in part.paths:
                if not (isinstance(part, TextFiles) and path in part.names):
                    about = path.stat()
                    digest.update(f"{path}\0{about.st_size}\0{about.st_mtime_ns}\n".encode("utf-8", "surrogateescape"))
        return digest.hexdigest()


def open_corpus(settings: Mapping[str, Any], spool: Path | None = None, quiet: bool = False) -> Corpus:
    """Find what was given as the corpus.

    Parameters
    ----------
    settings : mapping of str to Any
        Those of `RUN_SETTINGS` in `settings.py`.
    spool : pathlib.Path, optional
        The file into which standard input is copied, since it can be read but once; by default one in the
        system's place for temporary files, which is the caller's to remove.
    quiet : bool, optional
        Whether not to say so.

    Raises
    ------
    CommandError
        If there is no such file, or nothing in a folder.
    """
    how = {name: settings[name] for name in ("tokenized", "texts", "encoding")}
    _check_encoding(settings["encoding"])
    parts: list[TextFiles | Dataset] = []
    content = None
    for given in settings["corpus"]:
        if given == "-":
            if content is not None:
                raise CommandError("Standard input, -, can be given once.")
            path, content = spool_standard_input(spool, quiet)
            parts.append(TextFiles([path], names={path: "standard input"}, **how))
        elif any((Path(given) / mark).is_file() for mark in _DATASET_MARKS):
            parts.append(Dataset(Path(given), settings["column"], settings["split"], settings["tokenized"]))
        else:
            parts.append(TextFiles(find_files(given, settings["pattern"]), **how))
    seen: set[str] = set()
    for path in (path for part in parts for path in part.paths):
        if os.path.realpath(path) in seen:
            raise CommandError(f"{str(path)!r} is given twice: give each file once.")
        seen.add(os.path.realpath(path))
    return Corpus(parts, content)


def find_files(given: str, pattern: str = "*") -> list[Path]:
    """Give the files of a path, a folder with all below it, or a pattern, in the order of their names.

    Hidden files, whose names begin with a dot, are left out.
    """
    try:
        found = find_local_files(given, pattern, recursive=True)
    except FileNotFoundError as error:
        raise CommandError(f"{given!r}: there is no such file or folder.") from error
    if found:
        return found
    if os.path.isdir(given):
        raise CommandError(f"The folder {given!r} has no file that fits {pattern!r}: give another folder or --pattern.")
    raise CommandError(f"No file fits the pattern {given!r}.")


def spool_standard_input(target: Path | None, quiet: bool) -> tuple[Path, str]:
    """Copy standard input into a file, and give it with a hash of what came."""
    if target is None:
        descriptor, name = tempfile.mkstemp(prefix="gensim-distill-", suffix=".txt")
        os.close(descriptor)
        target = Path(name)
    tell(f"Standard input is copied to {str(target)!r}, since the corpus is read twice.", quiet)
    target.parent.mkdir(parents=True, exist_ok=True)
    digest = hashlib.blake2b(digest_size=16)
    with open(target, "wb") as file:
        while block := sys.stdin.buffer.read(1 << 20):
            digest.update(block)
            file.write(block)
    return target, digest.hexdigest()


def remove_spooled(corpus: Corpus) -> None:
    """Remove the copy of standard input, if there is one."""
    for part in corpus.parts:
        if isinstance(part, TextFiles):
            for path in part.names:
                path.unlink(missing_ok=True)


def _lines(file: IO[bytes], encoding: str, name: str) -> Iterator[str]:
    number = 0
    try:
        with _decoded(file, encoding, name) as lines:
            for line in lines:
                number += 1
                if "\0" in line:
                    raise CommandError(
                        f"{name!r} is no text file, line {number} has a zero byte: leave it out, for instance by --pattern "
                        "'*.txt', or give its --encoding."
                    )
                yield line
    except UnicodeDecodeError as error:
        raise CommandError(
            f"{name!r} is not in {encoding}, after line {number} comes {error.object[error.start : error.start + 4]!r}: give "
            "its --encoding, such as latin-1."
        ) from error
    except (EOFError, zlib.error, lzma.LZMAError) as error:
        raise CommandError(f"{name!r} is damaged and cannot be decompressed to its end ({error}).") from error
    except OSError as error:
        if error.errno is None:  # bz2 and gzip have no kind of their own for what is no such file
            raise CommandError(f"{name!r} is damaged and cannot be decompressed ({error}).") from error
        raise


def _decoded(file: IO[bytes], encoding: str, name: str) -> IO[str]:
    if encoding.lower() in ("utf-8", "utf8"):
        encoding = "utf-8-sig"  # the mark that some editors put first is no part of the first word
    opener = opener_by_name(str(file.name))
    if opener is not None:
        opened: IO[str] = opener(file, "rt", encoding=encoding)
        return opened
    ending = Path(str(file.name)).suffix
    if ending != ".zst":
        return io.TextIOWrapper(file, encoding=encoding)
    from smart_open.compression import compression_wrapper

    try:
        return io.TextIOWrapper(compression_wrapper(file, "rb", compression=ending), encoding=encoding)
    except (ImportError, NotImplementedError) as error:
        raise CommandError(
            f"{name!r} cannot be decompressed here: pip install 'smart_open[zst]', or decompress it first."
        ) from error


def _check_encoding(encoding: str) -> None:
    try:
        "".encode(encoding)
    except LookupError as error:
        raise CommandError(
            f"--encoding {encoding!r} is not known to Python: give one such as utf-8 or latin-1."
        ) from error
