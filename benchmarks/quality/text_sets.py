"""Collections of texts that vectors are distilled from and judged on, and their files.

===========  ===========================================================================================================
kind         files
===========  ===========================================================================================================
corpus       one tokenized document per line; judged by words, and by these sets:
             two files, one per label, with one text per line (``--task``);
             a table with the columns set, score, text1 and text2 (``--sts``), where a set is named year.name
classified   a table with the columns split ("train" or "test"), label and text
searched     lines of JSON: {"document", "text"} for documents, {"query", "text", "relevant": [documents]} for queries
===========  ===========================================================================================================

All may be compressed by gzip, bzip2 or xz.
"""

from __future__ import annotations

import csv
import io
import json
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

from benchmarks.common import Lines
from gensim_distill.vectors.compression import open_decompressed

Kind: TypeAlias = Literal["corpus", "classified", "searched"]


@dataclass(frozen=True)
class Labeled:
    """Texts with labels."""

    texts: list[str]
    labels: list[str]


@dataclass(frozen=True)
class TextPairs:
    """Pairs of texts, the similarity of each as judged by humans, and the set that it belongs to."""

    first: list[str]
    second: list[str]
    scores: list[float]
    sets: list[str]


@dataclass(frozen=True)
class Search:
    """Documents, queries and the numbers of the relevant documents of each query."""

    documents: list[str]
    queries: list[str]
    relevant: list[list[int]]


@dataclass(frozen=True)
class Collection:
    """Texts to distill from, and the data to judge the result on.

    The paths are read where they are needed, in the process of a row.

    Attributes
    ----------
    name : str
        The name in tables.
    kind : {"corpus", "classified", "searched"}
    path : str
        The texts.
    lines : int, optional
        The documents of a corpus to read, by default all.
    tasks : sequence of (str, str, str)
        For a corpus: the name and the two files of each task of text classification.
    pairs : sequence of str
        For a corpus: files of pairs of texts.
    similarity, questions : sequence of str
        For a corpus: data sets of word similarity and of analogies, by path or by gensim's name.
    """

    name: str
    kind: Kind
    path: str
    lines: int | None = None
    tasks: Sequence[tuple[str, str, str]] = ()
    pairs: Sequence[str] = ()
    similarity: Sequence[str] = ()
    questions: Sequence[str] = ()

    def texts(self) -> Lines | list[str]:
        """Return the texts to distill from: lists of tokens of a corpus, else raw texts."""
        if self.kind == "corpus":
            return Lines(self.path, self.lines)
        return self.split("train").texts if self.kind == "classified" else self.search().documents

    def split(self, name: str) -> Labeled:
        """Read one part of the classified texts."""
        rows = [row for row in read_table(self.path, "split", "label", "text") if row["split"] == name]
        if not rows:
            raise ValueError(f"{self.path!r} has no text whose split is {name!r}.")
        return Labeled([row["text"] for row in rows], [row["label"] for row in rows])

    def search(self) -> Search:
        """Read the documents and queries; queries without a relevant document are skipped."""
        documents, queries = {}, []
        for number, line in enumerate(read_lines(self.path), 1):
            item = json.loads(line)
            if "document" in item:
                documents[item["document"]] = item["text"]
            elif "query" in item:
                queries.append(item)
            else:
                raise ValueError(f"{self.path!r}, line {number}: expected a document or a query.")
        numbers = {name: number for number, name in enumerate(documents)}
        relevant = [[numbers[name] for name in query["relevant"] if name in numbers] for query in queries]
        used = [number for number, listed in enumerate(relevant) if listed]
        if not used:
            raise ValueError(f"{self.path!r} has no query with a relevant document.")
        return Search(
            list(documents.values()),
            [queries[number]["text"] for number in used],
            [relevant[number] for number in used],
        )


def read_two_classes(files: Sequence[str]) -> Labeled:
    """Read texts from one file per label."""
    by_label = [list(read_lines(file)) for file in files]
    labels = [str(label) for label, texts in enumerate(by_label) for _ in texts]
    return Labeled([text for texts in by_label for text in texts], labels)


def read_text_pairs(path: str) -> TextPairs:
    """Read pairs of texts with scores."""
    rows = read_table(path, "set", "score", "text1", "text2")
    return TextPairs(
        [row["text1"] for row in rows],
        [row["text2"] for row in rows],
        [float(row["score"]) for row in rows],
        [row["set"] for row in rows],
    )


def read_table(path: str, *columns: str) -> list[dict[str, Any]]:
    """Read a table separated by tabs whose first line has the names of its columns."""
    rows = list(csv.DictReader(read_lines(path), delimiter="\t", quoting=csv.QUOTE_NONE))
    missing = [column for column in columns if not rows or column not in rows[0]]
    if missing:
        raise ValueError(f"{path!r} has no column {missing[0]!r}: expected {', '.join(columns)}, separated by tabs.")
    return rows


def read_lines(path: str | os.PathLike[str]) -> Iterator[str]:
    """Yield the lines of a text file, maybe compressed."""
    with open_decompressed(path) as file:
        for line in io.TextIOWrapper(file, encoding="utf-8", errors="replace", newline="\n"):
            yield line.rstrip("\r\n")
