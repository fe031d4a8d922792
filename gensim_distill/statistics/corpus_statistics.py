"""The statistics of a corpus, or of one shard of it."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from gensim_distill._utils.arrays import IntArray
from gensim_distill.contexts.scopes import ContextBatch
from gensim_distill.contexts.views import View
from gensim_distill.statistics.moments import Moments
from gensim_distill.statistics.moments_file import load_moments, save_moments


@dataclass
class CorpusStatistics:
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
    def of(cls, views: Sequence[View], vocabulary_size: int, width: int) -> CorpusStatistics:
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

    def merge(self, other: CorpusStatistics, places: IntArray | None = None) -> None:
        """Add the reading of other texts, by the same views; `places` is as in :meth:`Moments.merge`."""
        for name, moments in other.moments.items():
            self.moments[name].merge(moments, places)
        self.texts += other.texts
        self.raw_words += other.raw_words
        self.trained_words += other.trained_words

    def save(
        self, path: str | os.PathLike[str], *, previous: str | os.PathLike[str] | None = None, **about: Any
    ) -> None:
        """Write the reading into one file; see :func:`~gensim_distill.statistics.moments_file.save_moments`."""
        numbers = {"texts": self.texts, "raw_words": self.raw_words, "trained_words": self.trained_words}
        save_moments(self.moments, path, previous=previous, reading=numbers, **about)

    @classmethod
    def load(cls, path: str | os.PathLike[str]) -> tuple[CorpusStatistics, dict[str, Any]]:
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
class ShardStatistics:
    """A reading in which only those words of the vocabulary have a place that occur in its texts.

    Attributes
    ----------
    words : numpy.ndarray of int64
        Their indices in the vocabulary, in order.
    reading : CorpusStatistics
        The statistics; its vocabulary is `words`.
    corpus_texts : int
        How many texts there were, those included that were not chosen.
    hashes : tuple of bytes
        For each shard of the corpus that it is of, in order, the hash of its texts, if these are wanted.
    """

    words: IntArray
    reading: CorpusStatistics
    corpus_texts: int = 0
    hashes: tuple[bytes, ...] = ()

    @classmethod
    def merged(cls, parts: Sequence[ShardStatistics]) -> ShardStatistics:
        """Give the sum of several, which stay as they are."""
        words = np.unique(np.concatenate([part.words for part in parts]))
        moments = parts[0].reading.moments
        total = cls(
            words, CorpusStatistics({n: Moments(len(words), m.width, m.second_moment) for n, m in moments.items()})
        )
        for part in parts:
            total.reading.merge(part.reading, np.searchsorted(words, part.words))
            total.corpus_texts += part.corpus_texts
            total.hashes += part.hashes
        return total
