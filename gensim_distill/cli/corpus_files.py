"""The corpus of a command: files, folders, patterns, standard input, datasets on disk."""

from __future__ import annotations

import contextlib
import hashlib
import os
from collections.abc import Generator, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

from gensim_distill._utils.extras import needs
from gensim_distill._utils.text import first_line
from gensim_distill.cli.errors import CommandError
from gensim_distill.cli.file_lists import list_files
from gensim_distill.cli.own_files import OwnFiles
from gensim_distill.cli.run_config import DocumentUnit
from gensim_distill.cli.spool import remove_spooled as remove_copies
from gensim_distill.cli.spool import spool_standard_input
from gensim_distill.cli.tables import TableKind, read_column
from gensim_distill.cli.text_kinds import pattern_without, table_kind
from gensim_distill.cli.text_lines import check_encoding, read_lines

_DATASET_FILES = ("dataset_info.json", "dataset_dict.json")
_MODEL_FILES = ("config.json", "tokenizer.json")
# Attributes of TextFiles by their settings.
_HOW = {"tokenized": "tokenized", "unit": "texts", "encoding": "encoding", "column": "column"}


@dataclass
class TextFiles:
    """The documents of text files, a re-iterable that streams them.

    Attributes
    ----------
    files : list of pathlib.Path
        Plain, or compressed as their suffixes say.
    tokenized : bool
        Whether documents are lists of tokens, separated by whitespace, or raw strings.
    unit : {"line", "paragraph", "file"}
        The unit of a document.
    encoding : str
    column : str
        The column of documents in tables.
    tables : dict of pathlib.Path to TableKind
        The files that are tables; a document is a row.
    names : dict of pathlib.Path to str
        Names of files in error messages; by default their paths.
    empty : int
        The number of empty documents skipped in the last iteration, not counting lines between paragraphs.
    """

    files: list[Path]
    tokenized: bool = False
    unit: DocumentUnit = "line"
    encoding: str = "utf-8"
    column: str = ""
    tables: dict[Path, TableKind] = field(default_factory=dict)
    names: dict[Path, str] = field(default_factory=dict)
    empty: int = 0
    _open: IO[bytes] | None = None

    def __iter__(self) -> Iterator[str | list[str]]:
        self.empty = 0
        for file in self.files:
            yield from self.documents_of(file)

    def documents_of(self, file: Path) -> Generator[str | list[str], None, None]:
        """Yield the documents of one of the files."""
        with contextlib.closing(self.numbered(file)) as documents:
            for _, document in documents:
                if document:
                    yield document
                else:
                    self.empty += 1

    def numbered(self, file: Path) -> Generator[tuple[int, str | list[str]], None, None]:
        """Yield the documents of one of the files, also empty ones, each after the number of its first line, or of its row in a table."""
        name = self.names.get(file, str(file))
        with open(file, "rb") as self._open:
            texts: Iterator[tuple[int, str | list[str]]]
            if file in self.tables:
                texts = enumerate(read_column(self._open, self.tables[file], self.column, self.encoding, name), 1)
            else:
                texts = self._split(read_lines(self._open, self.encoding, name))
            for number, text in texts:
                if isinstance(text, str):
                    text = text.strip()
                yield number, text.split() if self.tokenized and isinstance(text, str) else text

    def position(self) -> int:
        """Return the number of bytes read of the current file, before decompression."""
        return self._open.tell() if self._open is not None and not self._open.closed else 0

    def _split(self, lines: Iterator[str]) -> Iterator[tuple[int, str]]:
        """Yield the documents of plain text, each after the number of its first line."""
        if self.unit == "line":
            yield from enumerate(lines, 1)
        elif self.unit == "file":
            yield 1, "".join(lines)
        else:
            paragraph: list[str] = []
            number = 0
            for number, line in enumerate(lines, 1):
                if line.strip():
                    paragraph.append(line)
                elif paragraph:
                    yield number - len(paragraph), "".join(paragraph)
                    paragraph = []
            if paragraph:
                yield number - len(paragraph) + 1, "".join(paragraph)

    @property
    def paths(self) -> list[Path]:
        """The files with the documents."""
        return self.files


@dataclass
class Dataset:
    """The documents of a Hugging Face dataset on disk.

    Attributes
    ----------
    folder : pathlib.Path
    column : str
        A column of raw strings or of lists of tokens.
    split : str
        Ignored if the dataset has no splits.
    tokenized : bool
        Whether strings are tokens separated by whitespace.
    empty : int
        The number of empty documents skipped in the last iteration.

    Raises
    ------
    CommandError
        If there is no such column or split.
    """

    folder: Path
    column: str
    split: str
    tokenized: bool = False
    empty: int = 0

    def __post_init__(self) -> None:
        datasets = needs("datasets", f"Reading the dataset {str(self.folder)!r}", "datasets")
        try:
            loaded = datasets.load_from_disk(str(self.folder))
        except Exception as error:  # of any library below
            raise self._damaged(error) from error
        if isinstance(loaded, Mapping):
            if self.split not in loaded:
                raise CommandError(
                    f"{str(self.folder)!r} has no split {self.split!r}: use --split with one of {', '.join(loaded)}."
                )
            loaded = loaded[self.split]
        if self.column not in loaded.column_names:
            raise CommandError(
                f"{str(self.folder)!r} has no column {self.column!r}: use --column with one of {', '.join(loaded.column_names)}."
            )
        self._rows = loaded.select_columns([self.column])
        try:
            self._rows.data.validate(full=True)  # places outside of the file would end the process
        except Exception as error:
            raise self._damaged(error) from error

    def __len__(self) -> int:
        return len(self._rows)

    def _texts(self, rows: Any) -> Iterator[Any]:
        try:
            for row in rows:
                yield row[self.column]
        except Exception as error:  # of the library, which reads the rows now
            raise self._damaged(error) from error

    def _damaged(self, error: Exception) -> CommandError:
        return CommandError(
            f"{str(self.folder)!r} is not a dataset on disk, or is damaged ({first_line(error)}): save it again by save_to_disk."
        )

    def __iter__(self) -> Iterator[str | list[str]]:
        return self.every(1)

    def every(self, step: int) -> Iterator[str | list[str]]:
        """Yield the documents of every `step`-th row."""
        self.empty = 0
        for _, document in self.numbered(step):
            if document:
                yield document
            else:
                self.empty += 1

    def numbered(self, step: int = 1) -> Iterator[tuple[int, str | list[str]]]:
        """Yield the documents of every `step`-th row, also empty ones, each after the number of its row, from 1."""
        rows = self._rows if step == 1 else self._rows.select(range(0, len(self._rows), step))
        for number, text in enumerate(self._texts(rows)):
            place = number * step + 1
            if text is None or not (text.strip() if isinstance(text, str) else text):
                yield place, ""
            elif isinstance(text, str):
                yield place, text.split() if self.tokenized else text
            elif isinstance(text, list):
                yield place, text
            else:
                raise CommandError(
                    f"{str(self.folder)!r}: row {number * step} of the column {self.column!r} is of type {type(text).__name__}, where "
                    "a string or a list of tokens was expected: use another --column."
                )

    @property
    def paths(self) -> list[Path]:
        """The files with the documents."""
        return sorted(path for path in self.folder.rglob("*") if path.is_file())


@dataclass
class Corpus:
    """A corpus of one or more parts.

    Attributes
    ----------
    parts : list of TextFiles or Dataset
    content : str or None
        A hash of standard input, if it is a part.
    """

    parts: list[TextFiles | Dataset]
    content: str | None = None

    def __iter__(self) -> Iterator[str | list[str]]:
        for part in self.parts:
            yield from part

    @property
    def paths(self) -> list[Path]:
        """The files with the documents."""
        return [path for part in self.parts for path in part.paths]

    @property
    def bytes(self) -> int:
        """The total size of the files."""
        return sum(path.stat().st_size for path in self.paths)

    @property
    def empty(self) -> int:
        """The number of empty documents skipped in the last iteration."""
        return sum(part.empty for part in self.parts)

    def state(self) -> str:
        """Return a hash of the paths, sizes and modification times of the files, and of the content of standard input."""
        digest = hashlib.blake2b((self.content or "").encode(), digest_size=16)
        for part in self.parts:
            for path in part.paths:
                if not (isinstance(part, TextFiles) and path in part.names):
                    about = path.stat()
                    digest.update(f"{path}\0{about.st_size}\0{about.st_mtime_ns}\n".encode("utf-8", "surrogateescape"))
        return digest.hexdigest()


def find_corpus(
    settings: Mapping[str, Any], spool: Path | None = None, quiet: bool = False, own: OwnFiles | None = None
) -> Corpus:
    """Find the files of a corpus.

    Parameters
    ----------
    settings : mapping of str to Any
        The `RUN_SETTINGS` of ``run_config.py``.
    spool : pathlib.Path, optional
        The folder to which standard input is copied, since the corpus is read several times; by default that of temporary
        files. Remove the copy by :func:`remove_spooled`.
    quiet : bool, optional
        Whether to print nothing.
    own : OwnFiles, optional
        The files of trainings, which are no part of the corpus.

    Returns
    -------
    Corpus

    Raises
    ------
    CommandError
        If a file does not exist or is passed twice, a folder has no files, the encoding is unknown, or a file is not text.
    """
    how = {name: settings[key] for name, key in _HOW.items()}
    column, encoding = settings["column"], settings["encoding"]
    check_encoding(encoding)
    parts: list[TextFiles | Dataset] = []
    content = None
    for given in settings["corpus"]:
        if given == "-":
            if content is not None:
                raise CommandError("Standard input, -, can be used only once.")
            path, content = spool_standard_input(spool, quiet)
            parts.append(TextFiles([path], names={path: "standard input"}, **how))
        elif any((Path(given) / name).is_file() for name in _DATASET_FILES):
            parts.append(Dataset(Path(given), column or "text", settings["split"], settings["tokenized"]))
        else:
            _check_no_model(given)
            found = list_files(given, settings["pattern"])
            parts.append(TextFiles(found if own is None else own.remove_from(given, found, quiet), **how))
    try:
        _check_kinds(parts, column, encoding)
        _check_distinct(parts)
    except BaseException:
        remove_spooled(Corpus(parts))
        raise
    return Corpus(parts, content)


def _check_no_model(given: str) -> None:
    """Check that a path is not the folder of a transformer or of static vectors, whose files have no documents."""
    if all((Path(given) / name).is_file() for name in _MODEL_FILES):
        raise CommandError(
            f"{given!r} is the folder of a model, with {' and '.join(_MODEL_FILES)}, not a corpus: pass the files or the folder of the texts."
        )


def _check_kinds(parts: list[TextFiles | Dataset], column: str, encoding: str) -> None:
    for part in parts:
        if isinstance(part, TextFiles):
            for path in part.files:
                name = part.names.get(path, str(path))
                kind = table_kind(path, column, encoding, name, pattern_without(path, part.files))
                if kind is not None:
                    part.tables[path] = kind


def _check_distinct(parts: list[TextFiles | Dataset]) -> None:
    seen: set[str] = set()
    for path in (path for part in parts for path in part.paths):
        if os.path.realpath(path) in seen:
            raise CommandError(f"{str(path)!r} is passed twice: pass each file once.")
        seen.add(os.path.realpath(path))


def remove_spooled(corpus: Corpus) -> None:
    """Delete the copy of standard input, if there is one."""
    remove_copies([path for part in corpus.parts if isinstance(part, TextFiles) for path in part.names])
