"""Tables of data sets: values separated by tabs, semicolons, commas or spaces, and one JSON object per line."""

from __future__ import annotations

import csv
import io
import json
import os
from collections.abc import Collection, Mapping, Sequence
from typing import Any, NamedTuple

from gensim_distill._utils.compression import READ_ERRORS
from gensim_distill._utils.text import first_line, short
from gensim_distill.vectors.compression import damaged, open_decompressed


class ColumnsError(ValueError):
    """An error of a table whose columns are not the expected ones.

    Parameters
    ----------
    problem : str
        The sentence without advice, for callers whose users cannot select columns.
    advice : str
        The rest of the message.
    """

    def __init__(self, problem: str, advice: str) -> None:
        super().__init__(f"{problem}: {advice}")
        self.problem = problem
        self.advice = advice

    def __reduce__(self) -> tuple[type[ColumnsError], tuple[str, str]]:
        return type(self), (self.problem, self.advice)


class Record(NamedTuple):
    """A row of a table with named columns.

    Attributes
    ----------
    line : int
        The number of its last line.
    cells : dict of str to object
        The values by the names that the caller gave to the columns: strings, or any value of JSON.
    """

    line: int
    cells: dict[str, Any]


def read_rows(path: str | os.PathLike[str], *, at_least: int, comments: bool) -> list[tuple[int, list[str]]]:
    """Return the rows of a table that are not empty, each with the number of its last line.

    Parameters
    ----------
    path : str or path
        A plain or compressed file in UTF-8.
    at_least : int
        The least number of columns, by which the delimiter is found.
    comments : bool
        Whether lines that begin with ``#`` are ignored.

    Raises
    ------
    ValueError
        If the file is damaged.
    """
    content = _content(path)
    if not comments:
        return _values(path, content, at_least)
    # Comments become empty lines, to keep the line numbers.
    lines = ["" if line.lstrip().startswith("#") else line for line in content.split("\n")]
    return _values(path, "\n".join(lines), at_least)


def read_records(
    path: str | os.PathLike[str],
    columns: Mapping[str, Sequence[str]],
    optional: Collection[str] = (),
    *,
    advice: str,
    positions: Sequence[str] = (),
    is_header: Any = None,
) -> list[Record]:
    """Read a table with named columns, or a file with a JSON object per line.

    Parameters
    ----------
    path : str or path
        A plain or compressed file in UTF-8. It is read as JSON if its first character is a brace.
    columns : mapping of str to sequence of str
        The names that each column may have in the file, in any case, by its name in the result.
    optional : collection of str, optional
        Those that may be missing.
    advice : str
        The end of the message about a missing column.
    positions : sequence of str, optional
        The columns of a table without a header.
    is_header : callable, optional
        A function from the first row to whether it is the header. By default there is always one.

    Returns
    -------
    list of Record

    Raises
    ------
    ColumnsError
        If a column is missing.
    ValueError
        If the file is empty or damaged.
    """
    content = _content(path)
    if content.lstrip().startswith("{"):
        return _json_records(path, content, columns, optional, advice)
    rows = _values(path, content, max(2, len(columns) - len(optional)))
    if not rows:
        raise ValueError(f"{os.fspath(path)!r} is empty.")
    if is_header is None or is_header(rows[0][1]):
        header = rows.pop(0)[1]
        places = _places(path, header, columns, optional, advice, "in its first line, which is")
    else:
        places = {name: place for place, name in enumerate(positions)}
    records = []
    for number, row in rows:
        if len(row) <= max(places.values()):
            listed = ", ".join(f"{name!r} in the column {place}" for name, place in places.items())
            raise ValueError(
                f"{os.fspath(path)!r}, line {number}: {len(row)} columns; expected {listed}, counted from 0."
            )
        records.append(Record(number, {name: row[place] for name, place in places.items()}))
    return records


def parse_json(line: str | bytes, place: str) -> dict[str, Any]:
    """Parse a line with a JSON object.

    Raises
    ------
    ValueError
        If it is something else.
    """
    try:
        value = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise ValueError(f"{place}: not valid JSON ({first_line(error)}).") from error
    if not isinstance(value, dict):
        raise ValueError(f"{place}: a {type(value).__name__}; expected an object, such as {{...}}.")
    return value


def text_of(value: Any, name: str, place: str) -> str:
    """Check that a value of a table is a string, and return it.

    Raises
    ------
    ValueError
        If it is not.
    """
    if isinstance(value, str):
        return value
    raise ValueError(f"{place}: {name!r} is {short(value)}; expected a string.")


def identifier_of(value: Any, name: str, place: str) -> str:
    """Check that a value of a table is an identifier, a string that is not empty or a whole number, and return it as a string.

    Raises
    ------
    ValueError
        If it is not.
    """
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) < 10**18:
        return str(value)
    if isinstance(value, str) and value.strip():
        return value.strip()
    raise ValueError(f"{place}: {name!r} is {short(value)}; expected a string that is not empty, or a whole number.")


def number_of(cell: Any) -> float | None:
    """Return a cell as a number, or None if it is none."""
    if isinstance(cell, bool):
        return None
    try:
        return float(cell)
    except (TypeError, ValueError, OverflowError):
        return None


def _content(path: str | os.PathLike[str]) -> str:
    with open_decompressed(path) as file:
        try:
            return file.read().decode("utf-8-sig")
        except UnicodeDecodeError as error:
            raise ValueError(f"{os.fspath(path)!r} is not in UTF-8 ({error}): convert it.") from error
        except READ_ERRORS as error:
            raise damaged(os.fspath(path), error) from error


def _values(path: str | os.PathLike[str], content: str, at_least: int) -> list[tuple[int, list[str]]]:
    first = next((line for line in content.split("\n") if line.strip() and not line.startswith(":")), "")
    delimiter = next((mark for mark in "\t;," if first.count(mark) >= at_least - 1), None)
    if delimiter is None:
        return [(number, line.split()) for number, line in enumerate(content.split("\n"), 1) if line.strip()]
    file = io.StringIO(content, newline="")
    if delimiter == "\t":
        reader = csv.reader(file, delimiter=delimiter, quoting=csv.QUOTE_NONE)
    else:
        reader = csv.reader(file, delimiter=delimiter)
    limit = csv.field_size_limit(2**31 - 1)  # texts may exceed the default limit
    try:
        return [(reader.line_num, row) for row in reader if any(cell.strip() for cell in row)]
    except csv.Error as error:
        raise ValueError(f"{os.fspath(path)!r}, line {reader.line_num}: {error}.") from error
    finally:
        csv.field_size_limit(limit)


def _places(
    path: str | os.PathLike[str],
    names: Sequence[Any],
    columns: Mapping[str, Sequence[str]],
    optional: Collection[str],
    advice: str,
    where: str,
) -> dict[str, int]:
    """Return the position of each column among the names of a header."""
    found = [str(name).strip().casefold() for name in names]
    places = {}
    for column, accepted in columns.items():
        place = next((found.index(name.casefold()) for name in accepted if name.casefold() in found), None)
        if place is not None:
            places[column] = place
        elif column not in optional:
            raise ColumnsError(f"{os.fspath(path)!r} has no column {accepted[0]!r} {where} {short(found)}", advice)
    return places


def _json_records(
    path: str | os.PathLike[str],
    content: str,
    columns: Mapping[str, Sequence[str]],
    optional: Collection[str],
    advice: str,
) -> list[Record]:
    records = []
    for number, line in enumerate(content.split("\n"), 1):
        if not line.strip():
            continue
        place = f"{os.fspath(path)!r}, line {number}"
        row = parse_json(line, place)
        names = list(row)
        places = _places(f"{os.fspath(path)}", names, columns, optional, advice, f"in line {number}, whose keys are")
        records.append(Record(number, {column: row[names[at]] for column, at in places.items()}))
    return records
