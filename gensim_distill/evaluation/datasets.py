"""Data sets: those included in gensim, by name, and tables of tab- or comma-separated values."""

from __future__ import annotations

import csv
import io
import math
import os
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, TypeAlias

from gensim.test.utils import datapath

from gensim_distill._utils.compression import READ_ERRORS
from gensim_distill._utils.text import short
from gensim_distill.vectors.compression import damaged, open_decompressed

#: Two words and their similarity as judged by humans.
Pair: TypeAlias = "tuple[str, str, float]"
#: Four words: a is to b as c is to d.
Question: TypeAlias = "tuple[str, str, str, str]"

SIMILARITY = {"simlex999": "simlex999.txt", "wordsim353": "wordsim353.tsv"}
ANALOGIES = {"google": "questions-words.txt"}


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


def read_pairs(
    source: str | os.PathLike[str] | Iterable[Pair], *, columns: tuple[int, int, int] = (0, 1, 2)
) -> list[Pair]:
    """Read the word pairs of a similarity data set.

    Parameters
    ----------
    source : {"simlex999", "wordsim353"}, path or iterable of (str, str, float)
        A file is a table of word, word and score, with columns separated by tabs, semicolons, commas
        or spaces. Lines that begin with ``#`` are comments; a first line whose score is not a number
        is the header.
    columns : (int, int, int), optional
        The columns of the two words and the score, from 0. The original SimLex-999.txt, for example,
        has its score in the fourth column: ``columns=(0, 1, 3)``.

    Returns
    -------
    list of (str, str, float)

    Raises
    ------
    ValueError
        If a line is invalid; the message names it.
    FileNotFoundError
        If there is neither a data set nor a file of this name.

    Examples
    --------
    >>> from gensim_distill.evaluation import read_pairs
    >>> read_pairs("simlex999")[0]
    ('old', 'new', 1.58)
    """
    if not isinstance(source, (str, os.PathLike)):
        return [_pair(pair, f"pair {number}") for number, pair in enumerate(source, 1)]
    path = _find(source, SIMILARITY)
    rows = _table(path, at_least=max(columns) + 1, comments=True)
    pairs: list[Pair] = []
    for position, (number, row) in enumerate(rows):
        if position == 0 and len(row) > max(columns) and _number(row[columns[2]]) is None:
            continue  # the header
        if len(row) <= max(columns):
            raise ValueError(
                f"{str(path)!r}, line {number}: {len(row)} columns; expected two words and a score, separated by tabs or "
                "commas."
            )
        cells = [row[column].strip() for column in columns]
        try:
            pairs.append(_pair(cells, f"{str(path)!r}, line {number}"))
        except ValueError as error:
            raise ColumnsError(str(error)[:-1], "if the score is in another column, set columns=.") from None
    if not pairs:
        raise ValueError(f"{str(path)!r} has no word pairs.")
    return pairs


def read_questions(
    source: str | os.PathLike[str] | Mapping[str, Iterable[Question]] | Iterable[Question],
) -> dict[str, list[Question]]:
    """Read the questions of an analogy data set, by section.

    Parameters
    ----------
    source : {"google"}, path, mapping of str to questions, or iterable of questions
        A file is in the format of Google's ``questions-words.txt``, four words per line under lines
        ``: section``, or a table of four columns without sections. Lines that begin with ``#`` are
        comments. A question is a tuple of four words. Questions without a section are in a section
        with an empty name.

    Returns
    -------
    dict of str to list of (str, str, str, str)

    Raises
    ------
    ValueError
        If a line is invalid; the message names it.
    FileNotFoundError
        If there is neither a data set nor a file of this name.

    Examples
    --------
    >>> from gensim_distill.evaluation import read_questions
    >>> read_questions("google")["family"][0]
    ('boy', 'girl', 'brother', 'sister')
    """
    if isinstance(source, Mapping):
        return {name: [_question(q, f"section {name!r}") for q in questions] for name, questions in source.items()}
    if not isinstance(source, (str, os.PathLike)):
        return {"": [_question(question, f"question {number}") for number, question in enumerate(source, 1)]}
    path = _find(source, ANALOGIES)
    sections: dict[str, list[Question]] = {}
    section = ""
    for number, row in _table(path, at_least=4, comments=True):
        if row[0].startswith(":"):
            section = " ".join(row).lstrip(":").strip()
            continue
        sections.setdefault(section, []).append(_question(row, f"{str(path)!r}, line {number}"))
    if not sections:
        raise ValueError(f"{str(path)!r} has no analogy questions.")
    return sections


def read_texts(
    path: str | os.PathLike[str], *, text: str | int = "text", label: str | int = "label"
) -> tuple[list[str], list[str]]:
    r"""Read the texts and labels of a table for text classification.

    Parameters
    ----------
    path : str or path
        A table with columns separated by tabs, commas or semicolons. With commas and semicolons a text
        may be quoted as in any CSV file; with tabs quotes are ordinary characters.
    text, label : str or int, optional
        The names of the columns in the first line, in any case. If both are numbers, they are the
        positions of the columns, from 0, and the first line is data.

    Returns
    -------
    texts : list of str
    labels : list of str

    Raises
    ------
    ValueError
        If a column is missing from the header or from a line; the message names it.
    TypeError
        If one of `text` and `label` is a name and the other a position.

    Examples
    --------
    >>> import pathlib, tempfile
    >>> from gensim_distill.evaluation import read_texts
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = pathlib.Path(folder, "reviews.csv")
    ...     size = path.write_text('text,label\n"Thin plot, wooden acting",bad\n')
    ...     read_texts(path)
    (['Thin plot, wooden acting'], ['bad'])
    """
    rows = _table(path, at_least=2, comments=False)
    if not rows:
        raise ValueError(f"{os.fspath(path)!r} is empty.")
    if isinstance(text, int) and isinstance(label, int):
        columns = [text, label]
    elif isinstance(text, str) and isinstance(label, str):
        header = [name.strip().casefold() for name in rows.pop(0)[1]]
        missing = [name for name in (text, label) if name.casefold() not in header]
        if missing:
            raise ColumnsError(
                f"{os.fspath(path)!r} has no column {missing[0]!r} in its first line, which is {short(header)}",
                "set text= and label= to the names of the columns, or to their positions from 0 if there is no header.",
            )
        columns = [header.index(name.casefold()) for name in (text, label)]
    else:
        raise TypeError(f"text={text!r} and label={label!r} must be two names or two positions.")
    for number, row in rows:
        if len(row) <= max(columns):
            raise ValueError(
                f"{os.fspath(path)!r}, line {number}: {len(row)} columns; expected text and label in the columns {columns[0]} and "
                f"{columns[1]}, counted from 0."
            )
    return [row[columns[0]] for _, row in rows], [row[columns[1]].strip() for _, row in rows]


def _find(source: str | os.PathLike[str], built_in: Mapping[str, str]) -> str | os.PathLike[str]:
    if isinstance(source, str) and source in built_in:
        return str(datapath(built_in[source]))
    if not os.path.exists(source):
        names = ", ".join(map(repr, built_in))
        raise FileNotFoundError(
            f"{os.fspath(source)!r} is neither a file nor a data set of gensim ({names}): use one of these names or the path of "
            "a file."
        )
    return source


def _table(path: str | os.PathLike[str], *, at_least: int, comments: bool) -> list[tuple[int, list[str]]]:
    """Return the rows of a table that are not empty, each with the number of its last line."""
    with open_decompressed(path) as file:
        try:
            content = file.read().decode("utf-8-sig")
        except UnicodeDecodeError as error:
            raise ValueError(f"{os.fspath(path)!r} is not in UTF-8 ({error}): convert it.") from error
        except READ_ERRORS as error:
            raise damaged(os.fspath(path), error) from error
    if not comments:
        return _values(path, content, at_least)
    # Comments become empty lines, to keep the line numbers.
    lines = ["" if line.lstrip().startswith("#") else line for line in content.split("\n")]
    return _values(path, "\n".join(lines), at_least)


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


def _number(cell: Any) -> float | None:
    try:
        return float(cell)
    except (TypeError, ValueError):
        return None


def _pair(row: Any, place: str) -> Pair:
    score = _number(row[2]) if isinstance(row, Sequence) and len(row) == 3 else None
    if score is None or not math.isfinite(score) or not all(isinstance(word, str) and word for word in row[:2]):
        raise ValueError(f"{place}: {short(row)}; expected two words and a score, a finite number.")
    return row[0], row[1], score


def _question(row: Any, place: str) -> Question:
    if isinstance(row, str) or len(row) != 4 or not all(isinstance(word, str) and word.strip() for word in row):
        raise ValueError(f"{place}: {short(row)}; expected four words.")
    a, b, c, d = (word.strip() for word in row)
    return a, b, c, d
