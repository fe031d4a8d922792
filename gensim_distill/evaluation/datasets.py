"""Data sets: those that gensim ships, by name, and any other as a table of tab- or comma-separated values."""

from __future__ import annotations

import csv
import io
import math
import os
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, TypeAlias

from gensim.test.utils import datapath

from gensim_distill.vectors.compression import open_decompressed

#: Two words and how similar people find them.
Pair: TypeAlias = "tuple[str, str, float]"
#: Four words: a is to b as c is to d.
Question: TypeAlias = "tuple[str, str, str, str]"

SIMILARITY = {"simlex999": "simlex999.txt", "wordsim353": "wordsim353.tsv"}
ANALOGIES = {"google": "questions-words.txt"}
_OTHER_COLUMNS = ": if the score stands in another column, give its place with columns="


def read_pairs(
    source: str | os.PathLike[str] | Iterable[Pair], *, columns: tuple[int, int, int] = (0, 1, 2)
) -> list[Pair]:
    """Give the word pairs of a similarity data set.

    Parameters
    ----------
    source : {"simlex999", "wordsim353"}, path or iterable of (str, str, float)
        A file is a table of word, word and score, its columns parted by tabs, semicolons, commas or
        spaces. Lines that begin with ``#`` are comments; a first line whose score is no number is
        the header.
    columns : (int, int, int), optional
        Where the two words and the score stand, from 0, for tables that have more columns: the
        original SimLex-999.txt, say, has its score in the fourth, ``columns=(0, 1, 3)``.

    Returns
    -------
    list of (str, str, float)

    Raises
    ------
    ValueError
        If a line cannot be read; the message names it.
    FileNotFoundError
        If there is neither a built-in set nor a file of this name.

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
                f"{str(path)!r}, line {number}: {len(row)} columns, where two words and a score were expected: part them by "
                "tabs or commas."
            )
        place = f"{str(path)!r}, line {number}"
        pairs.append(_pair([row[column].strip() for column in columns], place, _OTHER_COLUMNS))
    if not pairs:
        raise ValueError(f"{str(path)!r} holds no word pairs.")
    return pairs


def read_questions(
    source: str | os.PathLike[str] | Mapping[str, Iterable[Question]] | Iterable[Question],
) -> dict[str, list[Question]]:
    """Give the questions of an analogy data set, by their sections.

    Parameters
    ----------
    source : {"google"}, path, mapping of str to questions, or iterable of questions
        A file has the format of Google's ``questions-words.txt``, four words a line under lines
        ``: section``, or is a table of four columns without sections; lines that begin with ``#``
        are comments. A question is a tuple of four words; questions in no section go into one that
        has the empty name.

    Returns
    -------
    dict of str to list of (str, str, str, str)

    Raises
    ------
    ValueError
        If a line cannot be read; the message names it.
    FileNotFoundError
        If there is neither a built-in set nor a file of this name.

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
        raise ValueError(f"{str(path)!r} holds no analogy questions.")
    return sections


def read_texts(
    path: str | os.PathLike[str], *, text: str | int = "text", label: str | int = "label"
) -> tuple[list[str], list[str]]:
    r"""Give the texts and labels of a table for text classification.

    Parameters
    ----------
    path : str or path
        A table whose columns are parted by tabs, commas or semicolons. Between commas or semicolons
        a text may be quoted as in any CSV; between tabs quotes are characters like any other.
    text, label : str or int, optional
        The names of the columns in the first line, whatever their case. If both are numbers, from 0,
        they are positions, and the first line is data.

    Returns
    -------
    (list of str, list of str)
        Texts and their labels.

    Raises
    ------
    ValueError
        If there are no such columns, or a line lacks one; the message names it.

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
            raise ValueError(
                f"{os.fspath(path)!r} has no column {missing[0]!r} in its first line, which is {header}: give the names "
                "with text= and label=, or their positions from 0 if there is no header."
            )
        columns = [header.index(name.casefold()) for name in (text, label)]
    else:
        raise TypeError(f"text={text!r} and label={label!r}: give two names or two positions.")
    for number, row in rows:
        if len(row) <= max(columns):
            raise ValueError(
                f"{os.fspath(path)!r}, line {number}: {len(row)} columns, where text and label were expected in the columns "
                f"{columns[0]} and {columns[1]}, counted from 0."
            )
    return [row[columns[0]] for _, row in rows], [row[columns[1]].strip() for _, row in rows]


def _find(source: str | os.PathLike[str], built_in: Mapping[str, str]) -> str | os.PathLike[str]:
    if isinstance(source, str) and source in built_in:
        return str(datapath(built_in[source]))
    if not os.path.exists(source):
        names = ", ".join(map(repr, built_in))
        raise FileNotFoundError(
            f"{os.fspath(source)!r} is neither a file nor a data set that gensim brings ({names}): give one of these names or "
            "the path of a file."
        )
    return source


def _table(path: str | os.PathLike[str], *, at_least: int, comments: bool) -> list[tuple[int, list[str]]]:
    """Read the rows of a table that are not empty, each with the number of its last line."""
    with open_decompressed(path) as file:
        try:
            content = file.read().decode("utf-8-sig")
        except UnicodeDecodeError as error:
            raise ValueError(f"{os.fspath(path)!r} is not in UTF-8 ({error}): convert it.") from error
        except (EOFError, OSError) as error:
            raise ValueError(f"{os.fspath(path)!r} is damaged and cannot be decompressed ({error}).") from error
    if not comments:
        return _values(path, content, at_least)
    # Blank out comments, so that the numbers of the lines stay what they are.
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
    limit = csv.field_size_limit(2**31 - 1)  # texts may be longer than the default allows
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


def _pair(row: Any, place: str, hint: str = "") -> Pair:
    score = _number(row[2]) if isinstance(row, Sequence) and len(row) == 3 else None
    if score is None or not math.isfinite(score) or not all(isinstance(word, str) and word for word in row[:2]):
        raise ValueError(f"{place}: {row!r}, where two words and a score, a finite number, were expected{hint}.")
    return row[0], row[1], score


def _question(row: Any, place: str) -> Question:
    if isinstance(row, str) or len(row) != 4 or not all(isinstance(word, str) and word.strip() for word in row):
        raise ValueError(f"{place}: {row!r}, where four words were expected.")
    a, b, c, d = (word.strip() for word in row)
    return a, b, c, d
