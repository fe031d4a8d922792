"""Files of retrieval collections: documents, queries and relevance judgments, as of BEIR and TREC, and runs."""

from __future__ import annotations

import itertools
import logging
import math
import os
from collections.abc import Iterator, Sequence
from pathlib import Path

from gensim_distill._utils.compression import READ_ERRORS
from gensim_distill._utils.text import short
from gensim_distill.evaluation.tables import identifier_of, number_of, parse_json, text_of
from gensim_distill.evaluation.trec_files import is_trec, read_trec
from gensim_distill.vectors.compression import damaged, open_decompressed

logger = logging.getLogger(__name__)

_IDS = ("_id", "id", "docid", "doc_id", "docno", "qid", "query_id", "query-id", "corpus-id", "pid")
_TEXTS = ("text", "contents", "query", "abstract")
#: The largest relevance: trec_eval counts the judgments of each value.
MAX_GAIN = 1_000
_LONGEST_LINE = 2**26


class TextFile:
    r"""The documents or queries in a file, read again in each iteration.

    Parameters
    ----------
    path : str or path
        A plain or compressed file in UTF-8. With a JSON object per line, as in BEIR's ``corpus.jsonl``: the keys
        ``_id`` (or ``id``), ``text`` (or ``contents``) and, optionally, ``title``, which is put before the text.
        If the first line is ``<DOC>`` or ``<top>``, it is in TREC's SGML: the text of a document is that of all its
        elements but ``DOCNO``, the text of a topic is its title. Otherwise it is a table with columns separated by
        tabs: identifier, text; or identifier, title, text. A first line whose first column is ``id`` or similar is
        the header.

    Yields
    ------
    (str, str)
        The identifier and the text.

    Raises
    ------
    ValueError
        While it is read, if a line is invalid; the message names it.

    Examples
    --------
    >>> import pathlib, tempfile
    >>> from gensim_distill.evaluation import TextFile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = pathlib.Path(folder, "corpus.jsonl")
    ...     size = path.write_text('{"_id": "d1", "title": "Rain", "text": "It rains."}\n')
    ...     list(TextFile(path))
    [('d1', 'Rain It rains.')]
    """

    def __init__(self, path: str | os.PathLike[str]) -> None:
        self.path = os.fspath(path)

    def __iter__(self) -> Iterator[tuple[str, str]]:
        lines = read_lines(self.path)
        first = next(lines, None)
        if first is None:
            raise ValueError(f"{self.path!r} has no texts.")
        if is_trec(first[1]):
            yield from read_trec(itertools.chain([first], lines), self.path)
            return
        as_json = first[1].lstrip().startswith("{")
        is_header = not as_json and _is_identifier_name(first[1].split("\t")[0])
        for number, line in lines if is_header else itertools.chain([first], lines):
            place = f"{self.path!r}, line {number}"
            yield _of_json(line, place) if as_json else _of_table(line, place)

    def __repr__(self) -> str:
        return f"TextFile({self.path!r})"


def read_judgments(path: str | os.PathLike[str]) -> dict[str, dict[str, int]]:
    r"""Read relevance judgments: how relevant some documents are to each query.

    Parameters
    ----------
    path : str or path
        A plain or compressed file in UTF-8, as in BEIR's ``qrels/test.tsv``: query, document and relevance in each
        line, after a header; or as in TREC's qrels: query, a number that is ignored, document and relevance. Columns
        are separated by tabs or spaces. The first line is the header if its relevance is not a number; a warning is logged
        if its first column is not called ``query-id`` or similar.

    Returns
    -------
    dict of str to dict of str to int
        The relevance by document, by query. It is the gain in nDCG; documents with 0 and less are not relevant.

    Raises
    ------
    ValueError
        If a line is invalid or a document is judged twice for a query; the message names the line.

    Examples
    --------
    >>> import pathlib, tempfile
    >>> from gensim_distill.evaluation import read_judgments
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = pathlib.Path(folder, "qrels.txt")
    ...     size = path.write_text("q1 0 d1 2\nq1 0 d2 0\n")
    ...     read_judgments(path)
    {'q1': {'d1': 2, 'd2': 0}}
    """
    judgments: dict[str, dict[str, int]] = {}
    columns: tuple[int, ...] = ()
    for number, line in read_lines(os.fspath(path)):
        place = f"{os.fspath(path)!r}, line {number}"
        row = _split(line)
        if not columns:
            columns = (0, 2, 3) if len(row) == 4 else (0, 1, 2)
            if len(row) not in (3, 4):
                raise ValueError(
                    f"{place}: {len(row)} columns; expected query, document and relevance, or TREC's four columns."
                )
            if number_of(row[-1]) is None and (len(row) == 3 or _is_identifier_name(row[0])):
                if not _is_identifier_name(row[0]):
                    logger.warning(
                        "%s: taken as the header, since its relevance %s is not a number; if it is a judgment, correct it.",
                        place,
                        short(row[-1]),
                    )
                continue
        if len(row) != max(columns) + 1:
            raise ValueError(f"{place}: {len(row)} columns, and {max(columns) + 1} in the first line.")
        query, document, relevance = (row[column] for column in columns)
        gain = number_of(relevance)
        if gain is None or not gain.is_integer() or abs(gain) > MAX_GAIN:
            raise ValueError(
                f"{place}: the relevance is {short(relevance)}; expected a whole number up to {MAX_GAIN:,}."
            )
        of_query = judgments.setdefault(query, {})
        if document in of_query:
            raise ValueError(f"{place}: the document {short(document)} is judged twice for the query {short(query)}.")
        of_query[document] = int(gain)
    if not judgments:
        raise ValueError(f"{os.fspath(path)!r} has no relevance judgments.")
    return judgments


def read_run_file(path: str | os.PathLike[str]) -> dict[str, dict[str, float]]:
    """Read a run in TREC's format, see :meth:`Run.read <gensim_distill.evaluation.Run.read>`."""
    scores: dict[str, dict[str, float]] = {}
    for number, line in read_lines(os.fspath(path)):
        place = f"{os.fspath(path)!r}, line {number}"
        row = _split(line)
        score = number_of(row[4]) if len(row) == 6 else None
        if score is None or not math.isfinite(score):
            raise ValueError(
                f"{place}: {short(row)}; expected the six columns of a run: query, Q0, document, rank, score, name."
            )
        of_query = scores.setdefault(row[0], {})
        if row[2] in of_query:
            raise ValueError(f"{place}: the document {short(row[2])} occurs twice for the query {short(row[0])}.")
        of_query[row[2]] = score
    if not scores:
        raise ValueError(f"{os.fspath(path)!r} has no ranked documents.")
    return scores


def find_files(folder: str | os.PathLike[str], split: str) -> tuple[Path, Path, Path]:
    """Find the documents, queries and judgments of a collection in a folder.

    Parameters
    ----------
    folder : str or path
    split : str
        The name of the judgments in the folder ``qrels``.

    Raises
    ------
    FileNotFoundError
        If one of them is missing.
    """
    place = Path(folder)
    if not place.is_dir():
        raise FileNotFoundError(
            f"{os.fspath(folder)!r} is not a folder: expected one with documents, queries and judgments."
        )
    documents = _find(place, ("corpus", "documents", "collection"), "documents")
    queries = _find(place, ("queries", "topics"), "queries")
    if (place / "qrels").is_dir():
        return documents, queries, _find(place / "qrels", (split,), f"judgments of the split {split!r}")
    return documents, queries, _find(place, ("qrels", "judgments"), "judgments")


def read_lines(path: str) -> Iterator[tuple[int, str]]:
    """Yield the lines of a file that are not blank, each with its number.

    Raises
    ------
    ValueError
        If the file is damaged or not in UTF-8.
    """
    with open_decompressed(path) as file:
        number = 0
        while True:
            number += 1
            try:
                line = file.readline(_LONGEST_LINE)
            except READ_ERRORS as error:
                raise damaged(path, error) from error
            if not line:
                return
            if len(line) == _LONGEST_LINE:
                raise ValueError(f"{path!r}, line {number}: longer than {_LONGEST_LINE // 2**20} MB.")
            try:
                text = line.decode("utf-8-sig" if number == 1 else "utf-8").rstrip("\r\n")
            except UnicodeDecodeError as error:
                raise ValueError(
                    f"{path!r}, line {number}: not in UTF-8 ({error.reason}): convert the file."
                ) from error
            if text.strip():
                yield number, text


def _is_identifier_name(cell: str) -> bool:
    return cell.strip().casefold() in _IDS


def _of_json(line: str, place: str) -> tuple[str, str]:
    row = parse_json(line, place)
    name = next((name for name in _IDS if name in row), None)
    key = next((name for name in _TEXTS if name in row), None)
    if name is None or key is None:
        raise ValueError(f"{place}: the keys are {short(list(row))}; expected '_id' and 'text'.")
    title = row.get("title")
    if title is not None and not isinstance(title, str):
        raise ValueError(f"{place}: 'title' is {short(title)}; expected a string.")
    return identifier_of(row[name], name, place), _joined(title or "", text_of(row[key], key, place))


def _of_table(line: str, place: str) -> tuple[str, str]:
    row = line.split("\t")
    if not 2 <= len(row) <= 3:
        raise ValueError(
            f"{place}: {len(row)} columns; expected identifier and text, or identifier, title and text, separated by tabs."
        )
    return identifier_of(row[0], "identifier", place), _joined(row[1] if len(row) == 3 else "", row[-1])


def _joined(title: str, text: str) -> str:
    """Return the title and the text with a space between them, as BEIR has them read."""
    return f"{title} {text}".strip()


def _split(line: str) -> list[str]:
    return [cell.strip() for cell in line.split("\t")] if "\t" in line else line.split()


def _find(folder: Path, names: Sequence[str], what: str) -> Path:
    found = sorted(file for file in folder.iterdir() if file.name.partition(".")[0] in names and file.is_file())
    if len(found) == 1:
        return found[0]
    problem = f"has {len(found)} files" if found else "has no file"
    listed = " or ".join(f"'{name}.'" for name in names)
    raise FileNotFoundError(f"{os.fspath(folder)!r} {problem} of {what}: expected one whose name begins with {listed}.")
