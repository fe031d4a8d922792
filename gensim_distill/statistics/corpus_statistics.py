"""What one reading of a corpus gathers, whether it is done at once, in turns or in parts."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol, runtime_checkable

import numpy as np

from gensim_distill.contexts.contexts import ContextBatch, View, read_contexts
from gensim_distill.corpus.reader import Item, TextReader
from gensim_distill.corpus.validation import WordCounts, progress_bar
from gensim_distill.statistics.moments import Moments, load_moments, save_moments
from gensim_distill.teachers.protocol import IntArray, Teacher


@dataclass
class Reading:
    """Statistics of some texts, and how many they were.

    Attributes
    ----------
    moments : dict of str to Moments
        The statistics of each view, by its name.
    texts : int
        The number of texts; in a reading that goes through a corpus from its beginning, also the place
        that it has come to.
    raw_words, trained_words : int
        The number of their words, and of those that are in the vocabulary.
    """

    moments: dict[str, Moments]
    texts: int = 0
    raw_words: int = 0
    trained_words: int = 0

    @classmethod
    def of(cls, views: Sequence[View], vocabulary_size: int, width: int) -> Reading:
        """Begin a reading, of nothing as yet."""
        return cls({view.name: Moments(vocabulary_size, width, view.second_moment) for view in views})

    def add(self, contexts: Mapping[str, ContextBatch]) -> None:
        """Add the contexts of some texts, for each view."""
        for name, batch in contexts.items():
            self.moments[name].add(batch)
        batch = next(iter(contexts.values()))
        self.texts += len(batch.text_lengths)
        self.raw_words += len(batch.words)
        self.trained_words += int((batch.words >= 0).sum())

    def merge(self, other: Reading, places: IntArray | None = None) -> None:
        """Add the reading of other texts, by the same views; `places` is as in :meth:`Moments.merge`."""
        for name, moments in other.moments.items():
            self.moments[name].merge(moments, places)
        self.texts += other.texts
        self.raw_words += other.raw_words
        self.trained_words += other.trained_words

    def save(
        self, path: str | os.PathLike[str], *, previous: str | os.PathLike[str] | None = None, **about: Any
    ) -> None:
        """Write the reading into one file; see :func:`~gensim_distill.statistics.moments.save_moments`."""
        numbers = {"texts": self.texts, "raw_words": self.raw_words, "trained_words": self.trained_words}
        save_moments(self.moments, path, previous=previous, reading=numbers, **about)

    @classmethod
    def load(cls, path: str | os.PathLike[str]) -> tuple[Reading, dict[str, Any]]:
        """Read what :meth:`save` wrote: the reading, and what was said about it.

        Raises
        ------
        ValueError
            If the file is damaged or not of this kind.
        """
        moments, about = load_moments(path)
        if "reading" not in about:
            raise ValueError(f"{os.fspath(path)!r} holds moments, but not how many texts they are of.")
        return cls(moments, **about.pop("reading")), about


@dataclass
class PartialReading:
    """A reading in which only those words of the vocabulary have a place that occur in its texts.

    Attributes
    ----------
    words : numpy.ndarray of int64
        Their indices in the vocabulary, in order.
    reading : Reading
        The statistics; its vocabulary is `words`.
    corpus_texts : int
        How many texts there were, those included that were not chosen.
    hashes : tuple of bytes
        For each shard of the corpus that it is of, in order, the hash of its texts, if these are wanted.
    """

    words: IntArray
    reading: Reading
    corpus_texts: int = 0
    hashes: tuple[bytes, ...] = ()

    @classmethod
    def merged(cls, parts: Sequence[PartialReading]) -> PartialReading:
        """Give the sum of several, which stay as they are."""
        words = np.unique(np.concatenate([part.words for part in parts]))
        moments = parts[0].reading.moments
        total = cls(words, Reading({n: Moments(len(words), m.width, m.second_moment) for n, m in moments.items()}))
        for part in parts:
            total.reading.merge(part.reading, np.searchsorted(words, part.words))
            total.corpus_texts += part.corpus_texts
            total.hashes += part.hashes
        return total


def by_key(reader: TextReader) -> TextReader:
    """Give a reader of the words of a vocabulary by themselves: their keys are what they are, phrases have their parts."""
    return TextReader(phrase_delimiter=reader.phrase_delimiter)


def read_words_alone(
    words: Sequence[str],
    reader: TextReader,
    teacher: Teacher,
    views: Sequence[View],
    vocabulary: Mapping[str, int],
    reading: Reading,
    progress: bool | None,
) -> None:
    """Let the teacher read words by themselves, and add what it gives to a reading.

    Parameters
    ----------
    words : sequence of str
        Words of the vocabulary.
    reader : TextReader
        That of the corpus.
    teacher : Teacher
    views : sequence of View
        Of words alone.
    vocabulary : mapping of str to int
        The index of each word.
    reading : Reading
        With moments for each of the views.
    progress : bool or None
        Whether to show a progress bar; None shows it on a terminal.
    """
    items = [[word] for word in words]
    with progress_bar("Words alone", progress, len(words), unit="word") as bar:
        for contexts in read_contexts(items, by_key(reader), teacher, views, vocabulary):
            reading.add(contexts)
            bar.update(reading.texts - bar.n)


@runtime_checkable
class DistributedCorpus(Protocol):
    """A corpus that has workers of its own, which count its words and let teachers read it.

    What they give must be the same as if the items, over which it can be iterated, were gone through here.

    It has methods only: to see whether an attribute is there would compute it.
    """

    def shard_size(self) -> int:
        """Give about how many bytes of it are a shard, the part that a worker reads at a time."""
        ...

    def start(self) -> None:
        """Start the workers, who will soon be needed, and do not wait for them."""
        ...

    def count_words(
        self,
        reader: TextReader,
        max_vocab_size: int | None,
        trim_rule: Callable[[str, int, int], int] | None,
        progress: bool | None,
    ) -> WordCounts:
        """Count the words of the corpus."""
        ...

    def read_parts(
        self,
        reader: TextReader,
        teacher: Teacher,
        views: Sequence[View],
        vocabulary: Mapping[str, int],
        contexts_per_word: int | None,
        seed: int,
        progress: bool | None,
        expected_texts: int | None,
        after: int | None,
    ) -> Iterator[PartialReading]:
        """Let teachers read the corpus, or what the budget leaves of it, and give what they gather part by part.

        With a number for `after`, so many shards have been read before, and what is given tells the hashes of its own.
        """
        ...

    def hashes(self, number: int | None, progress: bool | None) -> Iterator[bytes]:
        """Give the hashes of the first shards, or of all, without a teacher."""
        ...

    def read_words_alone(
        self,
        reader: TextReader,
        teacher: Teacher,
        views: Sequence[View],
        words: Sequence[Item],
        vocabulary: Mapping[str, int],
        progress: bool | None,
    ) -> Iterator[PartialReading]:
        """Let teachers read words by themselves."""
        ...

    def close(self) -> None:
        """End the workers, which will not be needed for now."""
        ...
