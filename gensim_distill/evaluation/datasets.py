"""Data sets of words: those included in gensim, by name, and tables."""

from __future__ import annotations

import math
import os
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, TypeAlias

from gensim.test.utils import datapath

from gensim_distill._utils.text import short
from gensim_distill.evaluation.tables import ColumnsError, number_of, read_rows

#: Two words and their similarity as judged by humans.
Pair: TypeAlias = "tuple[str, str, float]"
#: Four words: a is to b as c is to d.
Question: TypeAlias = "tuple[str, str, str, str]"

SIMILARITY = {"simlex999": "simlex999.txt", "wordsim353": "wordsim353.tsv"}
ANALOGIES = {"google": "questions-words.txt"}


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
    rows = read_rows(path, at_least=max(columns) + 1, comments=True)
    pairs: list[Pair] = []
    for position, (number, row) in enumerate(rows):
        if position == 0 and len(row) > max(columns) and number_of(row[columns[2]]) is None:
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
    for number, row in read_rows(path, at_least=4, comments=True):
        if row[0].startswith(":"):
            section = " ".join(row).lstrip(":").strip()
            continue
        sections.setdefault(section, []).append(_question(row, f"{str(path)!r}, line {number}"))
    if not sections:
        raise ValueError(f"{str(path)!r} has no analogy questions.")
    return sections


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


def _pair(row: Any, place: str) -> Pair:
    score = number_of(row[2]) if isinstance(row, Sequence) and len(row) == 3 else None
    if score is None or not math.isfinite(score) or not all(isinstance(word, str) and word for word in row[:2]):
        raise ValueError(f"{place}: {short(row)}; expected two words and a score, a finite number.")
    return row[0], row[1], score


def _question(row: Any, place: str) -> Question:
    if isinstance(row, str) or len(row) != 4 or not all(isinstance(word, str) and word.strip() for word in row):
        raise ValueError(f"{place}: {short(row)}; expected four words.")
    a, b, c, d = (word.strip() for word in row)
    return a, b, c, d
