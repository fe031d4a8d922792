"""Shared by all benchmarks: arguments, the corpus, the description of the machine, scores and Markdown tables."""

from __future__ import annotations

import argparse
import contextlib
import importlib.metadata
import itertools
import logging
import os
import platform
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from time import perf_counter
from typing import Any

import numpy as np
import torch
from gensim.models import KeyedVectors
from gensim.models.word2vec import LineSentence

from gensim_distill.evaluation import analogies, word_similarity
from gensim_distill.linalg import principal_directions

MEASURES = ("SimLex", "WS353", "analogies")
ANALOGIES = "google"  # the data set
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
    """A table that is printed row by row, and collected for a file.

    Parameters
    ----------
    *columns : str
        The first one is aligned to the left, the others to the right.
    title : str, optional
        A line above the table.
    """

    def __init__(self, *columns: str, title: str = "") -> None:
        self.lines: list[str] = []
        self._print(*([f"\n**{title}**\n"] if title else [""]))
        self._print(f"| {' | '.join(columns)} |", "|---|" + "---:|" * (len(columns) - 1))

    def row(self, *cells: object) -> None:
        """Print a row; floats are scores."""
        formatted = (decimals(cell) if isinstance(cell, float) else str(cell) for cell in cells)
        self._print(f"| {' | '.join(formatted)} |")

    def _print(self, *lines: str) -> None:
        self.lines += lines
        print(*lines, sep="\n", flush=True)


def write_tables(path: Path, about: str, tables: Sequence[MarkdownTable]) -> None:
    """Write tables to a file, below a description of the run."""
    path.write_text("\n".join([about, *(line for table in tables for line in table.lines)]) + "\n", encoding="utf-8")
