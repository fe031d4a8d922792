"""Statistics of a corpus, or of some of its shards, with the number of documents and words."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from gensim_distill._utils.arrays import IntArray
from gensim_distill.contexts.scopes import ContextBatch
from gensim_distill.contexts.unknown_subwords import UnknownSubwords
from gensim_distill.contexts.views import View
from gensim_distill.statistics.moments import Moments
from gensim_distill.statistics.moments_file import load_statistics, save_moments
from gensim_distill.statistics.text_store import TextStore


@dataclass
class CorpusStatistics:
    """Statistics of the contexts in some documents, with the number of documents and words.

    Attributes
    ----------
    moments : dict of str to Moments
        The statistics of each view, by its name.
    texts : TextStore or None
        The texts of the view that keeps them, if there is one.
    documents : int
        The number of documents. In a pass from the beginning of a corpus, this is also the position of the pass.
    raw_words, trained_words : int
        The number of their words, and of those words that are in the vocabulary.

    Examples
    --------
    >>> import numpy as np
    >>> from gensim_distill.contexts.scopes import ContextBatch
    >>> from gensim_distill.contexts.views import View
    >>> from gensim_distill.statistics.corpus_statistics import CorpusStatistics
    >>> view = View((0,), "token")
    >>> statistics = CorpusStatistics.empty([view], vocabulary_size=2, width=1)
    >>> one_document = ContextBatch(np.array([0, 1, -1]), np.arange(3), np.ones((3, 1), np.float32), np.array([3]))
    >>> statistics.add({view.name: one_document})
    >>> statistics.documents, statistics.raw_words, statistics.trained_words
    (1, 3, 2)
    """

    moments: dict[str, Moments]
    documents: int = 0
    raw_words: int = 0
    trained_words: int = 0
    texts: TextStore | None = None

    @classmethod
    def empty(
        cls, views: Sequence[View], vocabulary_size: int, width: int, words: Sequence[str] = ()
    ) -> CorpusStatistics:
        """Return the statistics of no documents.

        Parameters
        ----------
        views : sequence of View
            The views to keep statistics of.
        vocabulary_size, width : int
            Number of words, and dimensions of a context.
        words : sequence of str, optional
            The vocabulary, which a view that keeps texts needs.
        """
        moments = {
            view.name: Moments(vocabulary_size, width, view.second_moment) for view in views if not view.keeps_texts
        }
        return cls(moments, texts=TextStore(width, words) if any(view.keeps_texts for view in views) else None)

    @property
    def nbytes(self) -> int:
        """The size of the statistics in bytes."""
        moments = sum(
            Moments.bytes_of(own.vocabulary_size, own.width, own.second_moment) for own in self.moments.values()
        )
        return moments + (0 if self.texts is None else self.texts.nbytes)

    def add(self, contexts: Mapping[str, ContextBatch]) -> None:
        """Add the contexts of some documents: one batch per view, by the name of the view."""
        for name, batch in contexts.items():
            if name in self.moments:
                self.moments[name].add(batch)
            else:
                assert self.texts is not None
                self.texts.add(batch)
        batch = next(iter(contexts.values()))
        self.documents += len(batch.document_lengths)
        self.raw_words += len(batch.words)
        self.trained_words += int((batch.words >= 0).sum())

    def merge(self, other: CorpusStatistics, indices: IntArray | None = None) -> None:
        """Add the statistics of other documents.

        Parameters
        ----------
        other : CorpusStatistics
            Statistics of the same views.
        indices : numpy.ndarray of int64, optional
            As in :meth:`Moments.merge`.
        """
        for name, moments in other.moments.items():
            self.moments[name].merge(moments, indices)
        if self.texts is not None and other.texts is not None:
            self.texts.merge(other.texts, indices)
        self.documents += other.documents
        self.raw_words += other.raw_words
        self.trained_words += other.trained_words

    def save(
        self, path: str | os.PathLike[str], *, previous: str | os.PathLike[str] | None = None, **about: Any
    ) -> None:
        """Write the statistics to one file.

        Parameters
        ----------
        path, previous, **about
            As in :func:`~gensim_distill.statistics.moments_file.save_moments`.

        Raises
        ------
        OSError
            If the file cannot be written.
        """
        # The names in the file are part of its format.
        numbers = {"texts": self.documents, "raw_words": self.raw_words, "trained_words": self.trained_words}
        save_moments(self.moments, path, texts=self.texts, previous=previous, reading=numbers, **about)

    @classmethod
    def load(cls, path: str | os.PathLike[str]) -> tuple[CorpusStatistics, dict[str, Any]]:
        """Load a file of :meth:`save`; return the statistics and the `about` that was saved with them.

        Raises
        ------
        FileNotFoundError
            If there is no such file.
        ValueError
            If the file is damaged or of another kind.
        """
        moments, texts, about = load_statistics(path)
        if "reading" not in about:
            raise ValueError(
                f"{os.fspath(path)!r} is not a checkpoint: it holds moments, but not the number of their documents."
            )
        numbers = about.pop("reading")
        try:
            counts = [numbers[name] for name in ("texts", "raw_words", "trained_words")]
        except (LookupError, TypeError):
            counts = [None]
        if not all(isinstance(count, int) and count >= 0 for count in counts):
            raise ValueError(f"{os.fspath(path)!r} is damaged: {numbers!r} are not the numbers of documents and words.")
        documents, raw_words, trained_words = counts
        return cls(moments, documents, raw_words, trained_words, texts), about


@dataclass
class ShardStatistics:
    """Statistics of one shard or several, restricted to the words of the vocabulary that occur in them.

    Attributes
    ----------
    words : numpy.ndarray of int64, shape (n_words,)
        The indices of these words in the vocabulary, ascending.
    statistics : CorpusStatistics
        The statistics; row i belongs to ``words[i]``.
    corpus_documents : int
        The number of documents in the shards, those that the budget skips included.
    shard_hashes : tuple of bytes
        The hash of the documents of each shard, in order; empty unless hashes were requested.
    unknown : UnknownSubwords
        The subwords in the shards that the teacher's tokenizer does not know.
    """

    words: IntArray
    statistics: CorpusStatistics
    corpus_documents: int = 0
    shard_hashes: tuple[bytes, ...] = ()
    unknown: UnknownSubwords = field(default_factory=UnknownSubwords)

    @classmethod
    def combine(cls, parts: Sequence[ShardStatistics]) -> ShardStatistics:
        """Return the sum of the statistics of successive shards, which stay unchanged."""
        words = np.unique(np.concatenate([part.words for part in parts]))
        first = parts[0].statistics
        moments = {name: Moments(len(words), own.width, own.second_moment) for name, own in first.moments.items()}
        texts = None if first.texts is None else TextStore(first.texts.width)
        total = cls(words, CorpusStatistics(moments, texts=texts))
        for part in parts:
            total.statistics.merge(part.statistics, np.searchsorted(words, part.words))
            total.corpus_documents += part.corpus_documents
            total.shard_hashes += part.shard_hashes
            total.unknown.merge(part.unknown)
        return total
