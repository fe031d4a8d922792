"""Measurements on a sample of the corpus, for estimates of a training."""

from __future__ import annotations

import itertools
import math
import random
import sys
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from gensim_distill.cli.corpus_files import Corpus, Dataset, TextFiles

if TYPE_CHECKING:
    from gensim_distill.contexts.views import View
    from gensim_distill.corpus.documents import Document
    from gensim_distill.corpus.reader import TextReader
    from gensim_distill.word2vec.model import DistilledWord2Vec

# Enough documents per file that the read-ahead of the decoder hardly affects the measured share.
_DOCUMENTS_PER_FILE = 2_000


@dataclass(frozen=True)
class Range:
    """An interval that probably contains a number."""

    low: float
    high: float

    def __add__(self, other: Range) -> Range:
        return Range(self.low + other.low, self.high + other.high)

    def __mul__(self, factor: float) -> Range:
        return Range(self.low * factor, self.high * factor)


@dataclass
class Sample:
    """A sample of the documents of a corpus.

    Attributes
    ----------
    documents : list of str or of lists of str
    share : float
        Their share of the corpus, by bytes on disk.
    """

    documents: list[Document]
    share: float


def sample_corpus(corpus: Corpus, number: int) -> Sample:
    """Sample about `number` documents: the beginnings of random files, or every n-th row of datasets."""
    number = min(number, 2**62)  # islice has no larger numbers
    sizes = [sum(path.stat().st_size for path in part.paths) for part in corpus.parts]
    whole = sum(sizes) or 1
    documents: list[Document] = []
    share = 0.0
    for part, size in zip(corpus.parts, sizes):
        wanted = max(1, math.ceil(number * size / whole))
        sampled, part_share = _sample_rows(part, wanted) if isinstance(part, Dataset) else _sample_files(part, wanted)
        documents += sampled
        share += part_share * size / whole
    return Sample(documents, min(share, 1.0) if documents else 1.0)


def _sample_rows(part: Dataset, wanted: int) -> tuple[list[Document], float]:
    step = max(1, len(part) // wanted)
    documents: list[Document] = list(part.every(step))
    return documents, 1.0 if step == 1 else len(documents) / max(len(part), 1)


def _sample_files(part: TextFiles, wanted: int) -> tuple[list[Document], float]:
    files = list(part.files)
    random.Random(1).shuffle(files)
    each = max(_DOCUMENTS_PER_FILE, wanted // len(files))
    documents: list[Document] = []
    bytes_read = 0.0
    for file in files:
        limit = min(each, wanted - len(documents))
        if limit <= 0:
            break
        source = part.documents_of(file)
        sampled = list(itertools.islice(source, limit))
        documents += sampled
        size, position = file.stat().st_size, part.position()
        # The position counts if the file has not ended. It is ahead of the documents by a buffer, which may have the rest of the file.
        if len(sampled) < limit or not position:
            bytes_read += size
        elif position < size:
            bytes_read += position
        else:
            bytes_read += size * limit / (limit + sum(1 for _ in source))
        source.close()
    total = sum(file.stat().st_size for file in part.files)
    return documents, bytes_read / total if total else 1.0


@dataclass
class WordCounts:
    """The words of some documents.

    Attributes
    ----------
    words : collections.Counter
        Of all documents.
    half : collections.Counter
        Of every other document.
    n_documents, n_words : int
        The number of documents, and of words in them.
    seconds : float
        The time for counting.
    """

    words: Counter[str]
    half: Counter[str]
    n_documents: int
    n_words: int
    seconds: float


def count_words(documents: Iterable[Document], reader: TextReader) -> WordCounts:
    """Count the words of documents."""
    start = time.perf_counter()
    even: Counter[str] = Counter()
    odd: Counter[str] = Counter()
    number = 0
    for number, document in enumerate(documents, 1):
        (odd if number % 2 else even).update(reader.keys(document))
    return WordCounts(even + odd, even, number, even.total() + odd.total(), time.perf_counter() - start)


def extrapolate_vocabulary(size: int, half: int, share: float) -> Range:
    """Extrapolate the size of a vocabulary from a sample to the corpus.

    A vocabulary grows as a power of the number of words (Heaps' law). The exponent is measured between half of the sample and
    all of it. It decreases with more text, so the range is from half of the exponent to all of it.

    Parameters
    ----------
    size, half : int
        The vocabulary of the sample, and of half of it.
    share : float
        The share of the sample in the corpus.

    Returns
    -------
    Range

    Examples
    --------
    >>> from gensim_distill.cli.throughput import extrapolate_vocabulary
    >>> extrapolate_vocabulary(1000, 500, share=1.0)
    Range(low=1000.0, high=1000.0)
    >>> extrapolate_vocabulary(1000, 500, share=0.25)
    Range(low=2000.0, high=4000.0)
    """
    exponent = min(max(math.log2(size / half), 0.0), 1.0) if half else 1.0
    times = 1 / share
    return Range(size * times ** (exponent / 2), size * times**exponent)


@dataclass
class Speed:
    """The speed of the teacher.

    Attributes
    ----------
    words_per_second : Range
        From the slowest to the fastest of several measurements.
    bytes_per_word : float
        The bytes of contexts per word, which gradient descent stores.
    """

    words_per_second: Range
    bytes_per_word: float


def measure_speed(
    documents: Iterable[Document], model: DistilledWord2Vec, views: list[View], rows: dict[str, int], seconds: float
) -> Speed | None:
    """Measure the speed of the teacher for some seconds.

    Parameters
    ----------
    documents : iterable of str or of lists of str
    model : DistilledWord2Vec
    views : list of View
        The views to compute.
    rows : dict of str to int
        The row of each word of the vocabulary.
    seconds : float

    Returns
    -------
    Speed or None
        None if there is nothing to read.
    """
    from gensim_distill.contexts.teacher_pass import read_contexts
    from gensim_distill.contexts.views import passage_sizes
    from gensim_distill.corpus.passages import divide_documents

    teacher = model.teacher
    passages = divide_documents(documents, model.reader, passage_sizes(views).largest)
    # One batch per concurrent read.
    words_per_part = getattr(teacher, "batch_tokens", 2_048) * getattr(teacher, "concurrent_reads", 1)
    rates: list[float] = []
    size = words = 0
    begin = time.perf_counter()
    for part in _split(passages, model.reader, words_per_part):
        start, part_words = time.perf_counter(), 0
        for batches in read_contexts(part, model.reader, teacher, views, rows):
            batch = next(iter(batches.values()))
            part_words += len(batch.words)
            size += batch.nbytes
        words += part_words
        rates.append(part_words / max(time.perf_counter() - start, 1e-9))
        taken = time.perf_counter() - begin
        if (len(rates) > 3 and taken > seconds) or taken > 3 * seconds:
            break
    if not words:
        return None
    warm = rates[1:] if len(rates) > 2 else rates  # the first includes one-time setup
    return Speed(Range(min(warm), max(warm)), size / words)


def _split(documents: Iterable[Document], reader: TextReader, words_per_part: int) -> Iterator[list[Document]]:
    part: list[Document] = []
    words = 0
    for document in documents:
        part.append(document)
        words += len(reader.keys(document))
        if words >= words_per_part:
            yield part
            part, words = [], 0
    if part:
        yield part


def peak_memory() -> int | None:
    """Return the peak memory of this process in bytes; None if the system does not report it."""
    try:
        import resource
    except ImportError:  # Windows
        return None
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak * 1024
