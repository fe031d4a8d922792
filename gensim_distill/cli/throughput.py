"""Measuring a little of a training, to foretell the rest of it."""

from __future__ import annotations

import itertools
import math
import random
import sys
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from gensim_distill.cli.corpus_files import Corpus, Dataset, TextFiles

# Of each file at least so many texts, lest what was read ahead of them matter.
_TEXTS_PER_FILE = 2_000


@dataclass(frozen=True)
class Range:
    """Between what a number probably lies."""

    low: float
    high: float

    def __add__(self, other: Range) -> Range:
        return Range(self.low + other.low, self.high + other.high)

    def __mul__(self, factor: float) -> Range:
        return Range(self.low * factor, self.high * factor)


@dataclass
class Sample:
    """Some texts of a corpus, from all over it.

    Attributes
    ----------
    texts : list of str or of lists of str
    share : float
        Which share of the corpus they are, by the bytes on the disk.
    """

    texts: list[Any]
    share: float


def draw(corpus: Corpus, number: int) -> Sample:
    """Take about so many texts of a corpus: the beginnings of files that are drawn by lot, or rows at equal distances."""
    sizes = [sum(path.stat().st_size for path in part.paths) for part in corpus.parts]
    whole = sum(sizes) or 1
    texts: list[Any] = []
    share = 0.0
    for part, size in zip(corpus.parts, sizes):
        wanted = max(1, math.ceil(number * size / whole))
        some, part_share = _rows(part, wanted) if isinstance(part, Dataset) else _beginnings(part, wanted)
        texts += some
        share += part_share * size / whole
    return Sample(texts, min(share, 1.0) if texts else 1.0)


def _rows(part: Dataset, wanted: int) -> tuple[list[Any], float]:
    step = max(1, len(part) // wanted)
    texts = list(part.every(step))
    return texts, 1.0 if step == 1 else len(texts) / max(len(part), 1)


def _beginnings(part: TextFiles, wanted: int) -> tuple[list[Any], float]:
    files = list(part.files)
    random.Random(1).shuffle(files)
    each = max(_TEXTS_PER_FILE, wanted // len(files))
    texts: list[Any] = []
    read = 0
    for file in files:
        room = min(each, wanted - len(texts))
        if room <= 0:
            break
        items = part.items_of(file)
        some = list(itertools.islice(items, room))
        texts += some
        # If it ended, all of it was read; else so much as the reader has come to.
        read += part.position() if len(some) == room and part.position() else file.stat().st_size
        items.close()
    whole = sum(file.stat().st_size for file in part.files)
    return texts, read / whole if whole else 1.0


@dataclass
class Counts:
    """The words of some texts, and those of every other of them.

    Attributes
    ----------
    words, half : collections.Counter
    texts, total : int
        The number of texts, and of all their words.
    seconds : float
        How long counting took.
    """

    words: Counter[str]
    half: Counter[str]
    texts: int
    total: int
    seconds: float


def count(texts: Iterable[Any], reader: Any) -> Counts:
    """Count the words of texts."""
    start = time.perf_counter()
    even: Counter[str] = Counter()
    odd: Counter[str] = Counter()
    number = 0
    for number, item in enumerate(texts, 1):
        (odd if number % 2 else even).update(reader.keys(item))
    return Counts(even + odd, even, number, even.total() + odd.total(), time.perf_counter() - start)


def grown(now: int, half: int, share: float) -> Range:
    """Foretell a vocabulary at the size of the whole corpus.

    It grows by a power of the number of words (Heaps' law). The exponent is what it was from half of the sample to all of it, and
    becomes smaller with more text: between half of it and all of it the truth lies.

    Examples
    --------
    >>> from gensim_distill.cli.throughput import grown
    >>> grown(1000, 500, share=1.0)
    Range(low=1000.0, high=1000.0)
    >>> grown(1000, 500, share=0.25)
    Range(low=2000.0, high=4000.0)
    """
    exponent = min(max(math.log2(now / half), 0.0), 1.0) if half else 1.0
    times = 1 / share
    return Range(now * times ** (exponent / 2), now * times**exponent)


@dataclass
class Speed:
    """How fast the teacher reads.

    Attributes
    ----------
    words_per_second : Range
        Of the slowest and the fastest of several readings.
    bytes_per_word : float
        How long the contexts are that gradient descent keeps, for each word.
    """

    words_per_second: Range
    bytes_per_word: float


def read_a_little(
    texts: Iterable[Any], model: Any, views: list[Any], vocabulary: dict[str, int], seconds: float
) -> Speed | None:
    """Let the teacher read some texts for some seconds; None if there is nothing to read."""
    from gensim_distill.contexts.teacher_pass import read_contexts

    teacher = model.teacher
    words_at_once = getattr(teacher, "batch_tokens", 2_048) * getattr(
        teacher, "concurrent_reads", 1
    )  # a batch for each core
    rates: list[float] = []
    size = words = 0
    begin = time.perf_counter()
    for part in _slices(texts, model.reader, words_at_once):
        start, part_words = time.perf_counter(), 0
        for batches in read_contexts(part, model.reader, teacher, views, vocabulary):
            batch = next(iter(batches.values()))
            part_words += len(batch.words)
            size += batch.contexts.nbytes
        words += part_words
        rates.append(part_words / max(time.perf_counter() - start, 1e-9))
        taken = time.perf_counter() - begin
        if (len(rates) > 3 and taken > seconds) or taken > 3 * seconds:
            break
    if not words:
        return None
    warm = rates[1:] if len(rates) > 2 else rates  # the first one pays for what is set up once
    return Speed(Range(min(warm), max(warm)), size / words)


def _slices(texts: Iterable[Any], reader: Any, words_at_once: int) -> Iterator[list[Any]]:
    part: list[Any] = []
    words = 0
    for item in texts:
        part.append(item)
        words += len(reader.keys(item))
        if words >= words_at_once:
            yield part
            part, words = [], 0
    if part:
        yield part


def peak_memory() -> int | None:
    """Give the most bytes that this process has had in memory so far, where the system tells."""
    try:
        import resource
    except ImportError:  # Windows
        return None
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak * 1024
