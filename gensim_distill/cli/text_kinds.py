"""Check that the files of a corpus are text, by their names and first bytes: tables, web pages, documents and binary files are not."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import IO

from gensim_distill.cli.errors import CommandError
from gensim_distill.cli.tables import TableKind, columns_of
from gensim_distill.cli.text_lines import decoded, reading_errors, wrong_encoding

#: The name of a column that means the lines of a file, whatever its kind.
NO_COLUMN = "none"

_COMPRESSED = (".gz", ".bz2", ".xz", ".zst")
_TABLES: dict[str, TableKind] = {
    ".csv": "csv", ".tsv": "tsv", ".jsonl": "jsonl", ".ndjson": "jsonl", ".json": "json", ".parquet": "parquet",
}  # fmt: skip
_MARKUP = {
    ".html": "a web page", ".htm": "a web page", ".xhtml": "a web page", ".xml": "an XML file", ".rtf": "an RTF document",
    ".ipynb": "a notebook",
}  # fmt: skip
_MARKUP_STARTS = {
    "<!doctype html": "a web page", "<html": "a web page", "<?xml": "an XML file", "{\\rtf": "an RTF document",
}  # fmt: skip
_OFFICE = {
    ".docx": "a Word document",
    ".xlsx": "a spreadsheet",
    ".pptx": "a presentation",
    ".odt": "a document",
    ".epub": "a book",
}
_SIGNATURES = {
    b"%PDF-": "a PDF document",
    b"PK\x03\x04": "a zip archive",
    b"\xd0\xcf\x11\xe0": "an Office document",
    b"7z\xbc\xaf": "an archive",
    b"\x89PNG": "an image",
    b"\xff\xd8\xff": "an image",
    b"SQLite format 3\0": "a database",
    b"\x7fELF": "a program",
    b"ARROW1\0\0": "an Arrow file",
    b"\x93NUMPY": "a numpy array",
}
_COMPRESSIONS = {b"\x1f\x8b": ".gz", b"\xfd7zXZ\0": ".xz", b"\x28\xb5\x2f\xfd": ".zst"}
_BZIP2 = b"1AY&SY"  # after "BZh" and a digit
_START = 4_096  # bytes or characters
_NAMED = 10  # columns named in a message


def pattern_without(path: Path, files: Sequence[Path]) -> str:
    """Return a pattern of the other files of a folder, such as ``*.txt``, that excludes a file; empty if there is none."""
    ending = _ending(path)
    endings = Counter(
        found for other in files if (found := _ending(other)) and found not in (ending, *_TABLES, *_MARKUP, *_OFFICE)
    )
    return f"*{endings.most_common(1)[0][0]}" if endings else ""


def _ending(path: Path) -> str:
    """Return the suffix of a file without that of a compression."""
    return Path(path.stem if path.suffix in _COMPRESSED else path.name).suffix.lower()


def table_kind(path: Path, column: str, encoding: str, name: str, pattern: str = "") -> TableKind | None:
    """Check that a file is text, and return its kind if it is a table of which a column is to be read.

    Parameters
    ----------
    path : pathlib.Path
    column : str
        The column of documents; empty if none was set, "none" to read the lines of the file.
    encoding, name : str
        The encoding, and the name in error messages.
    pattern : str, optional
        A pattern that excludes the file, see :func:`pattern_without`.

    Returns
    -------
    TableKind or None
        None for the lines of the file.

    Raises
    ------
    CommandError
        If it is not text, or a table without a column.
    """
    suffix, exclude = _ending(path), f", or exclude it by --pattern '{pattern}'" if pattern else ""
    with open(path, "rb") as file:
        kind = _binary_kind(file, path, suffix, name, exclude)
        if kind is None:
            file.seek(0)
            start = _start_of(file, encoding, name, exclude)
            kind = None if column == NO_COLUMN else _table_of(suffix, start, name, exclude)
    if kind is None or column == NO_COLUMN:
        return None
    columns = columns_of(path, kind, encoding, name)
    if columns.count(column) > 1:
        raise CommandError(
            f"{name!r} has {columns.count(column)} columns {column!r}: rename all but that of the documents."
        )
    if column in columns:
        return kind
    named = ", ".join(map(repr, columns[:_NAMED])) + (", ..." if len(columns) > _NAMED else "")
    if column:
        raise CommandError(f"{name!r} has no column {column!r}: use --column with one of {named or 'its columns'}.")
    lines = "" if kind == "parquet" else f", --column {NO_COLUMN} to read its lines as plain text"
    raise CommandError(
        f"{name!r} is a table with the columns {named}: use --column with the one of the documents{lines}{exclude}."
        if columns
        else f"{name!r} looks like a table and has no columns: use another file{lines}{exclude}."
    )


def _binary_kind(file: IO[bytes], path: Path, suffix: str, name: str, exclude: str) -> TableKind | None:
    """Return "parquet" for a Parquet file, None for text, and raise an error for other binary files."""
    start = file.read(_START)
    if start.startswith(b"PAR1") or suffix == ".parquet":
        return "parquet"
    found = next((ending for magic, ending in _COMPRESSIONS.items() if start.startswith(magic)), None)
    if start.startswith(b"BZh") and start[4:].startswith(_BZIP2):
        found = ".bz2"
    if found is not None and path.suffix != found:
        raise CommandError(
            f"{name!r} is compressed, and its name does not say so: decompress it, or use a name that ends in {found}."
        )
    for magic, what in _SIGNATURES.items():
        if start.startswith(magic):
            raise CommandError(f"{name!r} is {_OFFICE.get(suffix, what)}, not plain text: convert it to text{exclude}.")
    return None


def _start_of(file: IO[bytes], encoding: str, name: str, exclude: str) -> str:
    """Return the first characters of a text file."""
    with reading_errors(name), decoded(file, encoding, name) as text:
        try:
            start = text.read(_START)
        except UnicodeError as error:
            raise wrong_encoding(error, encoding, name) from error
    if "\0" in start:
        raise CommandError(
            f"{name!r} is not a text file, it has zero bytes: convert it to text, use the right --encoding{exclude}."
        )
    return start


def _table_of(suffix: str, start: str, name: str, exclude: str) -> TableKind | None:
    """Return the kind of a table, by the suffix or since its lines are JSON objects; raise an error for markup."""
    stripped = start.lstrip()
    folded = stripped[:20].lower()
    markup = _MARKUP.get(suffix) or next((what for tag, what in _MARKUP_STARTS.items() if folded.startswith(tag)), None)
    if markup is not None and stripped:
        raise CommandError(
            f"{name!r} is {markup}, not plain text: convert it to text, use --column {NO_COLUMN} to read its lines, markup "
            f"included{exclude}."
        )
    if not stripped or (suffix in _TABLES and suffix != ".json"):
        return _TABLES[suffix] if stripped else None
    if stripped.startswith("{") and _is_json_object(stripped):
        return "jsonl"
    return "json" if suffix == ".json" else None


def _is_json_object(start: str) -> bool:
    """Return whether the first line is a JSON object with keys, or the beginning of a long one."""
    line, end, _ = start.partition("\n")
    try:
        return bool(json.loads(line))
    except (ValueError, RecursionError):
        return not end and len(start) > _START // 2 and line.startswith('{"')
