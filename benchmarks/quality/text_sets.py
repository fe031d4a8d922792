"""Collections of texts that vectors are distilled from and judged on, and their files.

===========  ===========================================================================================================
kind         files
===========  ===========================================================================================================
corpus       one tokenized document per line; judged by words, and by these sets:
             two files, one per label, with one text per line (``--task``);
             pairs of texts, whose sets are named year.name (``--pairs``, see read_text_pairs of gensim_distill.evaluation)
classified   texts with labels and a split (see read_labeled_texts)
searched     a folder (see read_collection), or a file with a JSON object per line: {"document", "text"} for documents,
             {"query", "text", "relevant": [documents]} for queries
===========  ===========================================================================================================

All may be compressed by gzip, bzip2 or xz.
"""

from __future__ import annotations

import argparse
import io
import json
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

from benchmarks.common import Lines
from gensim_distill.evaluation import Collection, LabeledTexts, read_collection, read_labeled_texts, read_text_pairs
from gensim_distill.evaluation.text_similarity import TextPair
from gensim_distill.vectors.compression import open_decompressed

Kind: TypeAlias = Literal["corpus", "classified", "searched"]


@dataclass(frozen=True)
class TextSource:
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
        if self.kind == "searched":
            return [text for _, text in self.collection().documents]
        data = self.labeled()
        assert data.train is not None
        return [str(text) for text, train in zip(data.texts, data.train) if train]

    def labeled(self) -> LabeledTexts:
        """Read the classified texts."""
        data = read_labeled_texts(self.path)
        if data.train is None:
            raise ValueError(
                f"{self.path!r} has no column 'split', which is needed to distill from the training texts."
            )
        return data

    def collection(self) -> Collection:
        """Read the documents and queries."""
        return read_collection(self.path) if os.path.isdir(self.path) else _read_json_lines(self.path)

    def text_pairs(self) -> dict[str, dict[str, list[TextPair]]]:
        """Read the pairs of texts, by year and set."""
        years: dict[str, dict[str, list[TextPair]]] = {}
        for path in self.pairs:
            for name, pairs in read_text_pairs(path).items():
                years.setdefault(name.partition(".")[0], {})[name] = pairs
        return years


def _read_json_lines(path: str) -> Collection:
    documents, queries, judgments = {}, {}, {}
    for number, line in enumerate(read_lines(path), 1):
        item = json.loads(line)
        if "document" in item:
            documents[item["document"]] = item["text"]
        elif "query" in item:
            queries[item["query"]] = item["text"]
            judgments[item["query"]] = dict.fromkeys(item["relevant"], 1)
        else:
            raise ValueError(f"{path!r}, line {number}: expected a document or a query.")
    return Collection(documents, queries, judgments)


def add_text_sets(parser: argparse.ArgumentParser) -> None:
    """Add the arguments that name data sets to those of a corpus."""
    included = "default: those that gensim includes"
    parser.add_argument("--similarity", nargs="*", default=["simlex999", "wordsim353"], metavar="FILE", help=included)
    parser.add_argument("--analogies", nargs="*", default=["google"], metavar="FILE", help=included)
    parser.add_argument("--task", nargs=3, action="append", default=[], metavar=("NAME", "FILE", "FILE"))
    parser.add_argument("--pairs", action="append", default=[], metavar="FILE", help="pairs of texts")
    for kind in ("classified", "searched"):
        parser.add_argument(f"--{kind}", nargs=2, action="append", default=[], metavar=("NAME", "FILE"))


def text_sources(arguments: argparse.Namespace) -> list[TextSource]:
    """Return the sources that arguments name, of which the first is the corpus."""
    corpus = TextSource(
        "corpus",
        "corpus",
        arguments.corpus,
        arguments.lines,
        [tuple(task) for task in arguments.task],
        arguments.pairs,
        arguments.similarity,
        arguments.analogies,
    )
    classified = [TextSource(name, "classified", path) for name, path in arguments.classified]
    found = [corpus, *classified, *(TextSource(name, "searched", path) for name, path in arguments.searched)]
    names = [source.name for source in found]
    if len(set(names)) < len(names):
        raise SystemExit(f"Two sources have the same name: {', '.join(names)}.")
    return found


def read_two_classes(files: Sequence[str]) -> tuple[list[str], list[str]]:
    """Read texts from one file per label; return texts and labels."""
    by_label = [list(read_lines(file)) for file in files]
    labels = [str(label) for label, texts in enumerate(by_label) for _ in texts]
    return [text for texts in by_label for text in texts], labels


def read_lines(path: str | os.PathLike[str]) -> Iterator[str]:
    """Yield the lines of a text file, maybe compressed."""
    with open_decompressed(path) as file:
        for line in io.TextIOWrapper(file, encoding="utf-8", errors="replace", newline="\n"):
            yield line.rstrip("\r\n")
