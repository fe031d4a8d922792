"""Documents and topics in the SGML of TREC's collections."""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Iterator

from gensim_distill._utils.text import short
from gensim_distill.evaluation.tables import identifier_of

_LONGEST = 2**26  # characters of a document
_ENDS = {"doc": "</doc>", "top": "</top>"}
_IDENTIFIER = re.compile(r"<docno>([^<]*)</docno>", re.IGNORECASE)
_NUMBER = re.compile(r"<num>\s*(?:number\s*:)?([^<]*)", re.IGNORECASE)
_TITLE = re.compile(r"<title>\s*(?:topic\s*:)?([^<]*)", re.IGNORECASE)
_TAG = re.compile(r"</?[a-z][^<>]*>", re.IGNORECASE)


def is_trec(line: str) -> bool:
    """Return whether a file with this first line is in TREC's SGML.

    Examples
    --------
    >>> from gensim_distill.evaluation.trec_files import is_trec
    >>> is_trec("<DOC>"), is_trec("<top>"), is_trec("d1, text")
    (True, True, False)
    """
    return line.strip().casefold() in ("<doc>", "<top>")


def read_trec(lines: Iterable[tuple[int, str]], name: str) -> Iterator[tuple[str, str]]:
    """Yield the identifier and the text of each document or topic.

    Parameters
    ----------
    lines : iterable of (int, str)
        The lines of a file, with their numbers.
    name : str
        The name of the file, for messages.

    Yields
    ------
    (str, str)
        The text of a document is that of all its elements but ``DOCNO``; that of a topic is its title.

    Raises
    ------
    ValueError
        If an element is not closed, or has no identifier or no text.

    Examples
    --------
    >>> from gensim_distill.evaluation.trec_files import read_trec
    >>> lines = ["<DOC>", "<DOCNO> FT-1 </DOCNO>", "<TEXT>", "Rain &amp; snow.", "</TEXT>", "</DOC>"]
    >>> list(read_trec(enumerate(lines, 1), "docs"))
    [('FT-1', 'Rain & snow.')]
    """
    kind, start, size = "", 0, 0
    parts: list[str] = []
    for number, line in lines:
        if not kind:
            if not is_trec(line):
                raise ValueError(f"{name!r}, line {number}: {short(line)}; expected <DOC> or <top>.")
            kind, start, size, parts = line.strip().casefold()[1:-1], number, 0, []
            continue
        if line.strip().casefold() != _ENDS[kind]:
            if is_trec(line):
                raise ValueError(f"{name!r}, line {number}: {line.strip()} before the end of the one in line {start}.")
            parts.append(line)
            size += len(line)
            if size > _LONGEST:
                raise ValueError(f"{name!r}, line {start}: longer than {_LONGEST // 2**20} MB.")
            continue
        element, place = "\n".join(parts), f"{name!r}, line {start}"
        yield _document(element, place) if kind == "doc" else _topic(element, place)
        kind = ""
    if kind:
        raise ValueError(f"{name!r}, line {start}: the element is not closed by {_ENDS[kind].upper()}.")


def _document(element: str, place: str) -> tuple[str, str]:
    found = _IDENTIFIER.search(element)
    if found is None:
        raise ValueError(f"{place}: the document has no <DOCNO>.")
    rest = element[: found.start()] + element[found.end() :]
    return identifier_of(html.unescape(found[1]), "DOCNO", place), _text(rest)


def _topic(element: str, place: str) -> tuple[str, str]:
    number, title = _NUMBER.search(element), _TITLE.search(element)
    if number is None or title is None:
        raise ValueError(f"{place}: the topic has no {'<num>' if number is None else '<title>'}.")
    return identifier_of(html.unescape(number[1]), "num", place), _text(title[1])


def _text(markup: str) -> str:
    return " ".join(html.unescape(_TAG.sub(" ", markup)).split())
