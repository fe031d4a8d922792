"""The vocabulary: gensim's own, of corpora whose items are token lists or raw strings."""

from __future__ import annotations

import logging
import os
from collections.abc import Callable, Iterable
from typing import Any

import numpy as np
from gensim.models import KeyedVectors, Word2Vec

from gensim_distill._utils.arrays import IntArray
from gensim_distill.contexts.chunks import reading_memory
from gensim_distill.contexts.views import View
from gensim_distill.corpus.counting import KeyedCorpus
from gensim_distill.corpus.documents import Document
from gensim_distill.corpus.files import open_corpus
from gensim_distill.corpus.reader import TextReader
from gensim_distill.corpus.validation import check_corpus
from gensim_distill.distributed.protocol import DistributedCorpus
from gensim_distill.objectives import FittedObjective, Projection
from gensim_distill.objectives.regression import IsolatedWordProjection
from gensim_distill.statistics.moments import Moments

logger = logging.getLogger(__name__)


class TextVocabulary(Word2Vec):
    """The part of :class:`~gensim_distill.DistilledWord2Vec` that counts words."""

    reader: TextReader
    progress: bool | None
    # gensim's own, which has no types.
    alpha: float
    min_alpha: float
    epochs: int
    cache_dir: str | None
    solver: str
    moments: dict[str, Moments] | None
    _views: list[View]
    _teacher_shape: tuple[int, int]
    _whitener: tuple[np.ndarray, np.ndarray] | None
    _projection: Projection | None
    _directions: np.ndarray | None
    _isolated_projection: IsolatedWordProjection | None
    _words_without_contexts: tuple[str, ...]
    epoch_losses: list[float]

    def _check_corpus_sanity(self, corpus_iterable: Any = None, corpus_file: Any = None, passes: int = 1) -> None:
        if self.solver == "sgd" and isinstance(corpus_iterable, DistributedCorpus):
            raise ValueError(
                "solver='sgd' takes one step after the other and cannot be divided among workers: leave solver out for the "
                "closed form, or give a corpus that is read here."
            )
        # However many epochs there are, the teacher reads the corpus once, and so does the vocabulary.
        check_corpus(corpus_iterable, corpus_file, passes=min(passes, 2))

    def scan_vocab(
        self,
        corpus_iterable: Iterable[Document] | None = None,
        corpus_file: str | os.PathLike[str] | None = None,
        progress_per: int = 10_000,
        workers: int | None = None,
        trim_rule: Callable[[str, int, int], int] | None = None,
    ) -> tuple[int, int]:
        """Count the words of a corpus; see :meth:`gensim.models.Word2Vec.scan_vocab`.

        Raises
        ------
        RuntimeError
            If the corpus is empty, or looks like one text whose tokens were passed as texts.
        """
        items = open_corpus(corpus_iterable, corpus_file)
        if isinstance(items, DistributedCorpus):
            counts = items.count_words(self.reader, self.max_vocab_size, trim_rule, self.progress)
            self.raw_vocab = counts.words
            total_words, corpus_count, single_word_documents = (
                counts.total_words,
                counts.texts,
                counts.single_word_documents,
            )
        else:
            corpus = KeyedCorpus(items, self.reader, self.progress)
            total_words, corpus_count = super().scan_vocab(corpus, None, progress_per, workers, trim_rule)
            single_word_documents = corpus.single_word_documents
        if not total_words:
            raise RuntimeError(
                f"The corpus has {corpus_count} texts and no words: give texts, and if it is a generator, one that has not "
                "been read already."
            )
        # Scripts that do not part words by spaces have many words in a string without any.
        if single_word_documents == corpus_count > 1 and total_words < 2 * corpus_count:
            raise RuntimeError(
                f"Each of the {corpus_count} texts is a string of one word, so no word has a context: if these are the "
                "tokens of one text, pass a list of lists of tokens."
            )
        return total_words, corpus_count

    def prepare_vocab(self, update: bool = False, keep_raw_vocab: bool = False, **settings: Any) -> dict[str, int]:
        """Apply the settings of the vocabulary; see :meth:`gensim.models.Word2Vec.prepare_vocab`.

        Raises
        ------
        RuntimeError
            If no word is left.
        """
        most_frequent = max(self.raw_vocab.items(), key=lambda item: item[1], default=("", 0))
        report: dict[str, int] = super().prepare_vocab(update=update, keep_raw_vocab=keep_raw_vocab, **settings)
        if not self.wv.key_to_index and not settings.get("dry_run"):
            raise RuntimeError(
                f"No word is left for the vocabulary: the most frequent, {most_frequent[0]!r}, occurs {most_frequent[1]} "
                f"times, and min_count is {self.effective_min_count}: lower min_count, or give more text."
            )
        return report

    def init_weights(self) -> None:
        """Forget what was learned, but keep the vocabulary."""
        if self.solver == "sgd":
            super().init_weights()
        else:  # there are no output weights to learn
            self.wv.resize_vectors(seed=self.seed)
        if not hasattr(self.wv, "vectors_lockf"):  # gensim's reset_from() gives none
            self.wv.vectors_lockf = np.ones(1, dtype=np.float32)
        self.moments = {}
        self._whitener = self._projection = self._directions = self._isolated_projection = None
        self._words_without_contexts = ()
        self.epoch_losses = []

    def update_weights(self) -> None:
        """Make room for the words that were added to the vocabulary, and keep what was learned."""
        if self.solver == "sgd" or not len(self.wv.vectors):
            super().update_weights()  # which says so if there is no vocabulary yet
        else:
            self.wv.resize_vectors(seed=self.seed)
        for moments in (self.moments or {}).values():
            moments.grow(len(self.wv))

    def __getattr__(self, name: str) -> Any:
        # Asked for only where there is none: of the closed form, or before there is a vocabulary.
        if self.__dict__.get("solver") == "one-pass" and "wv" in self.__dict__:
            if name == "syn1neg" and len(self.wv.vectors):
                return self.wv.vectors
            if name == "syn1":
                raise AttributeError(
                    "There is no syn1: the closed form needs no tree of output weights; the vectors are wv.vectors, and for "
                    "hierarchical softmax give objective='x2static', solver='sgd', hs=1, negative=0."
                )
        raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}")

    def estimate_memory(self, vocab_size: int | None = None, report: dict[str, int] | None = None) -> dict[str, int]:
        """Estimate the bytes that a model needs beside its teacher; see gensim's method of this name.

        Parameters
        ----------
        vocab_size : int, optional
            Number of words; by default those of the model.
        report : dict of str to int, optional
            To which the estimates are added.

        Returns
        -------
        dict of str to int
            Bytes for the vocabulary, the vectors, the moments or output weights, for what is there only for a time
            ("temporary": while the teacher reads, or while vectors are made of the moments, whichever is more), and in
            total. None of it depends on the length of the corpus. Training on more text holds the moments twice.
        """
        vocab_size = vocab_size or len(self.wv)
        report = report or {}
        width = self._teacher_shape[0]
        report["vocab"] = vocab_size * (700 if self.hs else 500)
        report["vectors"] = vocab_size * self.vector_size * 4
        if self.solver == "sgd":
            report["syn1"] = vocab_size * width * 4 * bool(self.hs)
            report["syn1neg"] = vocab_size * width * 4 * bool(self.negative)
            # Sums over the contexts of each word, until it is learned how vectors follow from them.
            moments = Moments.bytes_of(vocab_size, width, second_moment=True)
            report["temporary"] = moments + reading_memory(self._views, width, self._teacher)
        else:
            report["moments"] = sum(Moments.bytes_of(vocab_size, width, view.second_moment) for view in self._views)
            if isinstance(self.objective, FittedObjective):
                # What it gives in float32 and what this is reduced to; a Gram matrix of its views and what is solved for.
                objective = 4 * vocab_size * (self.objective.width(width) + self.vector_size)
                objective += 8 * 3 * (len(self._views) * width) ** 2
            else:
                # What it gives, the means that it makes it of, and as much again for one of its steps.
                objective = 8 * vocab_size * (self.objective.width(width) + (len(self._views) + 1) * width)
            reading = reading_memory([view for view in self._views if not view.isolated], width, self._teacher)
            report["temporary"] = max(objective, reading)
        report["total"] = sum(report.values())
        logger.info(
            "estimated required memory for %i words and %i dimensions: %i bytes",
            vocab_size,
            self.vector_size,
            report["total"],
        )
        return report


def check_prepared(vectors: KeyedVectors) -> None:
    """Check that a vocabulary was counted, and not read from a file of vectors.

    Raises
    ------
    ValueError
        If it has no counts that training can go by.
    """
    if "sample_int" not in vectors.expandos:
        raise ValueError(
            "model.wv was put in place from elsewhere, and training would replace its vectors without using them: build a "
            "vocabulary with build_vocab(), or build_vocab_from_freq() of its words and their counts."
        )


def apply_locks(vectors: KeyedVectors, rows: IntArray, new: np.ndarray) -> np.ndarray:
    """Give what becomes of some vectors where gensim's ``vectors_lockf`` holds them back.

    Parameters
    ----------
    vectors : gensim.models.KeyedVectors
        As they are; factors of 0 keep them so, of 1 let them go, and others let them go so much of the way.
    rows : numpy.ndarray of int64
    new : numpy.ndarray, shape (len(rows), vector_size)

    Returns
    -------
    numpy.ndarray, shape (len(rows), vector_size)
    """
    factors = getattr(vectors, "vectors_lockf", None)
    if factors is None or np.all(factors == 1):
        return new
    factor = np.asarray(factors)[rows % len(factors), None]  # as in gensim, a single one is for all
    old = vectors.vectors[rows]
    return np.where(factor == 0, old, old + factor * (new - old))
