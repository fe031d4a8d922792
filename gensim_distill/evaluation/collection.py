"""`Collection`: documents, queries and relevance judgments."""

from __future__ import annotations

import itertools
import logging
import os
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from gensim_distill._utils.text import short
from gensim_distill.evaluation.retrieval_files import MAX_GAIN, TextFile, find_files, read_judgments

logger = logging.getLogger(__name__)


class Collection:
    """Documents, queries, and judgments which documents are relevant to which query.

    Documents may be more than fit into memory: they are read once to check them, and once for each evaluation.

    Parameters
    ----------
    documents : path, mapping of str to str, or iterable of (str, str)
        The texts of the documents by their identifiers. For files see :class:`TextFile`. An iterable must be
        readable several times.
    queries : path, mapping of str to str, or iterable of (str, str)
        The texts of the queries by their identifiers.
    judgments : path, or mapping of str to mapping of str to int
        The relevance of documents, by query; for files see :func:`read_judgments`. Other documents are taken to be
        not relevant.

    Attributes
    ----------
    documents : iterable of (str, str)
        The identifiers and texts.
    identifiers : list of str
        The identifiers of the documents, in order.
    queries : dict of str to str
        The queries with a relevant document.
    judgments : dict of str to dict of str to int
        The judgments of these queries.
    without_relevant : int
        The number of queries without a relevant document, which are not used.
    missing_queries : int
        The number of queries with a relevant document that are not among the queries, and are not used.
    missing_documents : int
        The number of distinct documents that are judged to be relevant and are not among the documents. No search can
        find them, which lowers recall and nDCG.

    Raises
    ------
    ValueError
        If a file is invalid, an identifier occurs twice, or there are no judged queries or no judged documents.
    TypeError
        If an argument has another type.

    Examples
    --------
    >>> from gensim_distill.evaluation import Collection
    >>> documents = {"d1": "Rain is expected.", "d2": "Taxes will rise."}
    >>> queries = {"q1": "weather", "q2": "not judged"}
    >>> Collection(documents, queries, {"q1": {"d1": 1}})
    Collection(2 documents, 1 of 2 queries)
    """

    def __init__(self, documents: Any, queries: Any, judgments: Any) -> None:
        self.documents = _texts(documents, "documents")
        self.identifiers = list(_distinct(self.documents, "documents", documents))
        given = dict(_distinct_items(_texts(queries, "queries"), "queries", queries))
        judged = _judgments(judgments)
        relevant = {query: row for query, row in judged.items() if any(gain > 0 for gain in row.values())}
        if not self.identifiers:
            raise ValueError(f"There are no documents{_where(documents)}: expected one or more.")
        if not relevant:
            raise ValueError(
                f"There are no relevant documents in the judgments{_where(judgments)}: expected a relevance of 1 or more."
            )
        self.queries = {query: text for query, text in given.items() if query in relevant}
        self.judgments = {query: relevant[query] for query in self.queries}
        self.without_relevant = len(given) - len(self.queries)
        self.missing_queries = len(relevant) - len(self.queries)
        wanted = {document for row in self.judgments.values() for document, gain in row.items() if gain > 0}
        known = wanted.intersection(self.identifiers)
        self.missing_documents = len(wanted) - len(known)
        if not self.queries:
            raise _no_match("queries", queries, given, judgments, relevant)
        if not known:
            raise _no_match("documents", documents, self.identifiers, judgments, wanted)
        self._log()

    def __repr__(self) -> str:
        total = len(self.queries) + self.without_relevant
        return f"Collection({len(self.identifiers)} documents, {len(self.queries)} of {total} queries)"

    def texts(self) -> Iterator[str]:
        """Yield the texts of the documents, in the order of `identifiers`.

        Raises
        ------
        ValueError
            If the documents have changed since they were read first.
        """
        for pair, identifier in itertools.zip_longest(self.documents, self.identifiers):
            if pair is None or pair[0] != identifier:
                raise ValueError("The documents have changed since they were read first: make a new Collection.")
            yield pair[1]

    def _log(self) -> None:
        if self.without_relevant:
            logger.warning(
                "%i of %i queries have no relevant document, and are not used.",
                self.without_relevant, self.without_relevant + len(self.queries),
            )  # fmt: skip
        if self.missing_queries:
            logger.warning("%i judged queries are not among the queries, and are not used.", self.missing_queries)
        if self.missing_documents:
            logger.warning("%i relevant documents are not among the documents.", self.missing_documents)


def read_collection(folder: str | os.PathLike[str], *, split: str = "test") -> Collection:
    r"""Read a collection in a folder.

    Parameters
    ----------
    folder : str or path
        In BEIR's layout ``corpus.jsonl``, ``queries.jsonl`` and ``qrels/test.tsv``. The documents may also be in a file
        whose name begins with ``documents.`` or ``collection.``, the queries in ``topics.``, and the judgments in
        ``qrels.`` or ``judgments.``. The formats are described at :class:`TextFile` and :func:`read_judgments`; files
        may be compressed.
    split : str, optional
        The name of the judgments in the folder ``qrels``.

    Returns
    -------
    Collection

    Raises
    ------
    FileNotFoundError
        If the folder lacks one of the files.
    ValueError
        If a file is invalid.

    Examples
    --------
    >>> import pathlib, tempfile
    >>> from gensim_distill.evaluation import read_collection
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     for name, line in [("corpus", '"d1", "text": "Rain"'), ("queries", '"q1", "text": "weather"')]:
    ...         size = pathlib.Path(folder, f"{name}.jsonl").write_text(f'{{"_id": {line}}}\n')
    ...     size = pathlib.Path(folder, "qrels.txt").write_text("q1 0 d1 1\n")
    ...     read_collection(folder)
    Collection(1 documents, 1 of 1 queries)
    """
    return Collection(*find_files(folder, split))


def _texts(source: Any, name: str) -> Iterable[tuple[str, str]]:
    if isinstance(source, (str, os.PathLike)):
        return TextFile(source)
    if isinstance(source, Mapping):
        return list(source.items())
    if isinstance(source, Iterable) and not isinstance(source, Iterator):
        return source
    raise TypeError(
        f"{name} is of type {type(source).__name__}: expected a path, a mapping of identifiers to texts, or an iterable of "
        "(identifier, text) that can be read several times."
    )


def _distinct_items(pairs: Iterable[Any], name: str, source: Any) -> Iterator[tuple[str, str]]:
    """Yield identifiers and texts after checks."""
    seen: set[str] = set()
    for number, pair in enumerate(pairs, 1):
        if not isinstance(pair, tuple) or len(pair) != 2 or not all(isinstance(item, str) for item in pair):
            raise TypeError(
                f"Item {number} of {name} is {short(pair)}; expected an identifier and a text, both strings."
            )
        if pair[0] in seen:
            raise ValueError(f"Two {name}{_where(source)} have the identifier {short(pair[0])}: remove one of them.")
        seen.add(pair[0])
        yield pair


def _distinct(pairs: Iterable[Any], name: str, source: Any) -> Iterator[str]:
    return (identifier for identifier, _ in _distinct_items(pairs, name, source))


def _where(source: Any) -> str:
    return f" in {os.fspath(source)!r}" if isinstance(source, (str, os.PathLike)) else ""


def _no_match(name: str, source: Any, given: Iterable[str], judgments: Any, wanted: Iterable[str]) -> ValueError:
    """Return the error for judgments of other queries or documents."""
    first, other = (short(next(iter(names), "none")) for names in (given, wanted))
    return ValueError(
        f"None of the {name}{_where(source)}, such as {first}, is among those of the judgments{_where(judgments)}, such as {other}: "
        "check that the files belong together."
    )


def _judgments(source: Any) -> Mapping[str, Mapping[str, int]]:
    if isinstance(source, (str, os.PathLike)):
        return read_judgments(source)
    valid = isinstance(source, Mapping) and all(
        isinstance(query, str)
        and isinstance(row, Mapping)
        and all(
            isinstance(document, str) and type(gain) is int and abs(gain) <= MAX_GAIN for document, gain in row.items()
        )
        for query, row in source.items()
    )
    if not valid:
        raise TypeError(
            "judgments must be a path, or a mapping such as {'query 1': {'document 7': 1}} with whole "
            f"numbers up to {MAX_GAIN:,}."
        )
    judgments: Mapping[str, Mapping[str, int]] = source
    return judgments
