"""Shared by all benchmarks: arguments, the corpus, the description of the machine, scores and Markdown tables."""

from __future__ import annotations

import argparse
import contextlib
import importlib.metadata
import itertools
import logging
import math
import os
import platform
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from time import perf_counter
from typing import Any, TypeAlias

import numpy as np
import torch
from gensim.models import KeyedVectors
from gensim.models.word2vec import LineSentence

from gensim_distill import DistilledWord2Vec
from gensim_distill.evaluation import analogies, word_similarity
from gensim_distill.linalg import principal_directions

MEASURES = ("SimLex", "WS353", "analogies")
ANALOGIES = "google"  # the data set
Cell: TypeAlias = str | int | float | None  # of a table
ANALOGY_WORDS = 15_000  # the most frequent words, among which analogies are solved


def argument_parser(doc: str | None) -> argparse.ArgumentParser:
    """Create a parser whose help is the docstring of the benchmark."""
    return argparse.ArgumentParser(description=doc, formatter_class=argparse.RawDescriptionHelpFormatter)


def corpus_parser(doc: str | None, lines: int | None = None) -> argparse.ArgumentParser:
    """Create a parser with the arguments corpus, teacher, --lines and --seed."""
    parser = argument_parser(doc)
    parser.add_argument(
        "corpus", help="a file with one tokenized document per line, maybe compressed; it is lowercased"
    )
    parser.add_argument("teacher", help="a name on the Hugging Face hub, or a folder")
    parser.add_argument("--lines", type=int, default=lines, help=f"documents to read (default: {lines or 'all'})")
    parser.add_argument("--seed", type=int, default=1)
    return parser


def add_model(parser: argparse.ArgumentParser) -> None:
    """Add the arguments that name a model, or what to distill one from."""
    source = parser.add_mutually_exclusive_group(required=True)
    source.add_argument("--model", help="written by DistilledWord2Vec.save")
    source.add_argument("--distill", nargs=2, metavar=("CORPUS", "TEACHER"))
    parser.add_argument("--lines", type=int, default=10_000, help="documents to distill from (default: %(default)s)")
    parser.add_argument(
        "--min-count", type=int, default=2, help="of the model that is distilled (default: %(default)s)"
    )


def model_of(arguments: argparse.Namespace) -> DistilledWord2Vec:
    """Load or distill the model that arguments name, and print its size."""
    if arguments.model:
        model: DistilledWord2Vec = DistilledWord2Vec.load(arguments.model)
    else:
        corpus, teacher = arguments.distill
        lines = Lines(corpus, arguments.lines)
        model = DistilledWord2Vec(lines, teacher=teacher, min_count=arguments.min_count, progress=False)
    print(f"{model.corpus_count} documents, {model.corpus_total_words} words, vocabulary {len(model.wv)}")
    return model


class Lines:
    """The first documents of a file, tokenized and lowercased."""

    def __init__(self, path: str, limit: int | None) -> None:
        self.path, self.limit = path, limit

    def __iter__(self) -> Iterator[list[str]]:
        for tokens in itertools.islice(LineSentence(self.path), self.limit):
            yield [token.lower() for token in tokens]


@contextlib.contextmanager
def errors_only(name: str) -> Iterator[None]:
    """Raise the level of a logger whose warnings would fill the output, and restore it at the end."""
    logger = logging.getLogger(name)
    level = logger.level
    logger.setLevel(logging.ERROR)
    try:
        yield
    finally:
        logger.setLevel(level)


def machine() -> str:
    """Describe processor, GPU, Python and the versions of libraries."""
    device = torch.cuda.get_device_name() if torch.cuda.is_available() else "no GPU"
    named = versions("gensim", "numpy", "scipy", "torch", "transformers")
    return (
        f"{processor()}, {os.cpu_count()} cores, {torch.get_num_threads()} torch threads, {device}\n"
        f"Python {platform.python_version()}, {', '.join(f'{name} {version}' for name, version in named.items())}"
    )


def processor() -> str:
    """Return the name of the processor."""
    info = Path("/proc/cpuinfo")
    if info.exists():
        for line in info.read_text(encoding="utf-8").splitlines():
            if "model name" in line:
                return line.split(":", 1)[1].strip()
    return platform.processor() or platform.machine()


def versions(*names: str) -> dict[str, str]:
    """Return the version of each distribution that is installed."""
    found = {}
    for name in names:
        with contextlib.suppress(importlib.metadata.PackageNotFoundError):
            found[name] = importlib.metadata.version(name)
    return found


def timed(function: Callable[..., Any], *args: Any) -> float:
    """Return the seconds that a call takes, including pending work of a GPU."""
    start = perf_counter()
    function(*args)
    if torch.cuda.is_available():
        torch.cuda.synchronize()
    return perf_counter() - start


def scores(words: Sequence[str], vectors: np.ndarray, size: int | None = None) -> dict[str, float]:
    """Score vectors on word similarity and analogies.

    Parameters
    ----------
    words : sequence of str
        The most frequent first.
    vectors : numpy.ndarray, shape (number of words, d)
    size : int, optional
        The dimensions to reduce the vectors to, by their principal directions.
    """
    vectors = reduced(vectors, size)
    keyed = KeyedVectors(vectors.shape[1])
    keyed.add_vectors(list(words), vectors.astype(np.float32))
    return {
        "SimLex": word_similarity(keyed, "simlex999", resamples=1).spearman,
        "WS353": word_similarity(keyed, "wordsim353", resamples=1).spearman,
        "analogies": analogies(keyed, ANALOGIES, most_frequent=ANALOGY_WORDS).accuracy,
    }


def reduced(vectors: np.ndarray, size: int | None) -> np.ndarray:
    """Reduce vectors to `size` dimensions by their principal directions, if they have more."""
    if size is None or size >= vectors.shape[1]:
        return vectors
    projected: np.ndarray = vectors @ principal_directions(np.asarray(vectors, dtype=np.float64), size)
    return projected


def decimals(value: float) -> str:
    """Format a score to three decimals, without a leading zero."""
    sign, text = "-" * (value < 0), f"{abs(value):.3f}"
    return sign + text.removeprefix("0")


class MarkdownTable:
    """A table that is printed row by row, and kept for the files of results.

    Parameters
    ----------
    *columns : str
        The first one is aligned to the left, the others to the right.
    title : str, optional
        A line above the table.
    formats : mapping of str to str, optional
        The format of the numbers of a column, as in ``format(number, ".1%")``. By default floats are scores.

    Attributes
    ----------
    name : str
        The title, or the first column.
    rows : list of list
        The cells as they were given: numbers are not rounded.
    """

    def __init__(self, *columns: str, title: str = "", formats: Mapping[str, str] | None = None) -> None:
        self.columns, self.name, self.formats = columns, title or columns[0], dict(formats or {})
        self.rows: list[list[Cell]] = []
        self.lines: list[str] = []
        self._print(*([f"\n**{title}**\n"] if title else [""]))
        self._print(*header(columns))

    def row(self, *cells: Cell, bold: Collection[str] = ()) -> None:
        """Print a row; the cells of the columns in `bold` are in bold."""
        if len(cells) != len(self.columns):
            raise ValueError(f"The table {self.name!r} has {len(self.columns)} columns, and the row has {len(cells)}.")
        self.rows.append([_plain_number(cell) for cell in cells])
        shown = [shown_cell(cell, self.formats.get(column)) for column, cell in zip(self.columns, self.rows[-1])]
        self._print(line(f"**{text}**" if column in bold else text for column, text in zip(self.columns, shown)))

    def _print(self, *lines: str) -> None:
        self.lines += lines
        print(*lines, sep="\n", flush=True)


def header(columns: Sequence[str]) -> list[str]:
    """Return the first two lines of a table in Markdown."""
    return [line(columns), "|---|" + "---:|" * (len(columns) - 1)]


def line(cells: Iterable[str]) -> str:
    """Return a row of a table in Markdown."""
    return f"| {' | '.join(cells)} |"


def shown_cell(cell: Cell, form: str | None = None) -> str:
    """Return the text of a cell; numbers have the format of their column, and floats are scores without one."""
    if cell is None:
        return "–"
    if isinstance(cell, str):
        return cell
    if form is not None:
        return format(cell, form)
    return decimals(cell) if isinstance(cell, float) else str(cell)


def _plain_number(cell: Any) -> Cell:
    """Return the number of Python for one of numpy, and None for NaN."""
    plain: Cell = cell.item() if isinstance(cell, np.generic) else cell
    return None if isinstance(plain, float) and math.isnan(plain) else plain


def write_tables(path: Path, about: str, tables: Sequence[MarkdownTable]) -> None:
    """Write tables to a file, below a description of the run."""
    path.write_text("\n".join([about, *(line for table in tables for line in table.lines)]) + "\n", encoding="utf-8")
