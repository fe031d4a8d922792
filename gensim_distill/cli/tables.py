"""Tables as a corpus: one column of CSV, TSV, JSON and Parquet files, a document per row."""

from __future__ import annotations

import csv
import itertools
import json
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any, Literal, TypeAlias

from gensim_distill._utils.extras import needs
from gensim_distill._utils.text import first_line, short
from gensim_distill.cli.errors import CommandError
from gensim_distill.cli.text_lines import decoded, read_lines, reading_errors, wrong_encoding

#: "jsonl" has an object per line, "json" one list of objects.
TableKind: TypeAlias = Literal["csv", "tsv", "jsonl", "json", "parquet"]

_LONGEST_CELL = 100_000_000  # characters; more means a quote that is not closed
_ROWS_PER_BATCH = 1_000


def columns_of(path: Path, kind: TableKind, encoding: str, name: str) -> list[str]:
    """Return the names of the columns of a table.

    Raises
    ------
    CommandError
        If the table cannot be read.
    """
    with open(path, "rb") as file:
        if kind == "parquet":
            return list(_parquet(file, name).schema_arrow.names)
        if kind in ("csv", "tsv"):
            return next(_csv_rows(file, kind, encoding, name), [])
        return list(next(_json_rows(file, kind, encoding, name), ("", {}))[1])


def read_column(file: IO[bytes], kind: TableKind, column: str, encoding: str, name: str) -> Iterator[str | list[str]]:
    """Yield the cells of a column; one that is null is an empty string.

    Raises
    ------
    CommandError
        If the table is damaged, a row has no such column, or a cell is neither a string nor a list of strings.
    """
    if kind == "parquet":
        batches = _parquet(file, name).iter_batches(batch_size=_ROWS_PER_BATCH, columns=[column])
        cells: Iterator[Any] = itertools.chain.from_iterable(
            _checked((batch.column(0).to_pylist() for batch in batches), name)
        )
    elif kind in ("csv", "tsv"):
        rows = _csv_rows(file, kind, encoding, name)
        index = next(rows).index(column)
        cells = (row[index] for row in rows)
    else:
        cells = _json_cells(file, kind, column, encoding, name)
    for number, cell in enumerate(cells, 1):
        if cell is None:
            yield ""
        elif isinstance(cell, str) or (isinstance(cell, list) and all(isinstance(token, str) for token in cell)):
            yield cell
        else:
            raise CommandError(
                f"{name!r}: row {number} of the column {column!r} is of type {type(cell).__name__}, where a string or a list of "
                "tokens was expected: use another --column."
            )


def _csv_rows(file: IO[bytes], kind: TableKind, encoding: str, name: str) -> Iterator[list[str]]:
    """Yield the rows of a file, the names of the columns first."""
    csv.field_size_limit(_LONGEST_CELL)
    with reading_errors(name), decoded(file, encoding, name, newline="") as lines:
        try:
            first = lines.readline()
            delimiter = "\t" if kind == "tsv" else max(",;\t|", key=first.count)
            reader = csv.reader(itertools.chain([first], lines), delimiter=delimiter, strict=True)
            header: list[str] = []
            for row in reader:
                if header and row and len(row) != len(header):
                    raise CommandError(
                        f"{name!r} is damaged: the row at line {reader.line_num} has {len(row)} columns, and the first one has "
                        f"{len(header)}: put cells with separators in quotes."
                    )
                header = header or row
                if row:
                    yield row
        except csv.Error as error:
            raise CommandError(f"{name!r} is damaged: line {reader.line_num} ({error}).") from error
        except UnicodeError as error:
            raise wrong_encoding(error, encoding, name) from error


def _json_cells(file: IO[bytes], kind: TableKind, column: str, encoding: str, name: str) -> Iterator[Any]:
    """Yield the values of a column, which every object must have."""
    for place, row in _json_rows(file, kind, encoding, name):
        if column not in row:
            raise CommandError(
                f"{name!r}, {place}, has no column {column!r}, which other rows have: its columns are {short(list(row))}; add it, "
                "with null for an empty document, or remove the row."
            )
        yield row[column]


def _json_rows(file: IO[bytes], kind: TableKind, encoding: str, name: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield the objects of a file, each after its place in messages."""
    unit = "row" if kind == "json" else "line"
    lines = read_lines(file, encoding, name)
    if kind == "json":
        rows = _parse("".join(lines), name, "")
        if not isinstance(rows, list):
            raise CommandError(
                f"{name!r} is of type {type(rows).__name__}, where a list of objects, one per document, was expected: convert it to one object "
                "per line, as .jsonl, or omit it if it has no documents."
            )
        numbered: Iterator[tuple[int, Any]] = enumerate(rows, 1)
    else:
        numbered = (
            (number, _parse(line, name, f"line {number} ")) for number, line in enumerate(lines, 1) if line.strip()
        )
    for number, row in numbered:
        if not isinstance(row, dict):
            raise CommandError(f"{name!r}: row {number} is of type {type(row).__name__}, where an object was expected.")
        yield f"{unit} {number}", row


def _parse(text: str, name: str, where: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as error:
        raise CommandError(f"{name!r} is damaged: {where}is not valid JSON ({error}).") from error


def _parquet(file: IO[bytes], name: str) -> Any:
    parquet = needs("pyarrow.parquet", f"Reading {name!r}", "datasets")
    try:
        return parquet.ParquetFile(file)
    except (OSError, ValueError) as error:  # pyarrow's errors are subclasses
        raise CommandError(f"{name!r} is damaged, or not a Parquet file ({first_line(error)}).") from error


def _checked(batches: Iterator[Any], name: str) -> Iterator[Any]:
    try:
        yield from batches
    except (OSError, ValueError) as error:
        raise CommandError(f"{name!r} is damaged ({first_line(error)}).") from error
