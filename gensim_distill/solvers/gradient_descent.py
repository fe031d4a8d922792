"""The gradient descent of the paper: steps over contexts that the teacher read once and a store keeps."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

import numpy as np

from gensim_distill._utils.heap import trim_heap
from gensim_distill.contexts.scopes import ContextBatch
from gensim_distill.corpus.documents import Document
from gensim_distill.linalg import center, whitening_transform
from gensim_distill.objectives.regression import ContextProjection
from gensim_distill.solvers.checkpoints import open_checkpoint
from gensim_distill.solvers.learned_state import LearnedState
from gensim_distill.solvers.negative_sampling import NegativeSampling, OutputWeights
from gensim_distill.solvers.read_corpus import check_words_found, read_training_corpus
from gensim_distill.solvers.settings import PassSettings, Vocabulary
from gensim_distill.statistics.checkpoint import Checkpoint
from gensim_distill.statistics.context_store import ContextStore, DocumentContexts
from gensim_distill.statistics.corpus_statistics import CorpusStatistics
from gensim_distill.statistics.moments import Moments


class GradientDescent:
    """One training by gradient descent on the output weights of a Word2Vec model.

    The teacher reads the corpus into a store of contexts first (:meth:`read`). Then gensim's own loop runs over
    the store, with its schedule, threads, logging and callbacks, and calls :meth:`begin_epoch` and
    :meth:`take_steps`. :meth:`finish` fits the projection that infers vectors of other words.

    Parameters
    ----------
    weights : OutputWeights
        The model: ``syn1neg`` (or ``syn1``) is updated in place.
    settings : PassSettings
        With one view.
    vocabulary : Vocabulary
    state : LearnedState
    whitening : float or None
        Exponent of the whitening of contexts; None or 0 for raw contexts, as in the paper.
    seed : int
    train_count : int
        The number of earlier trainings.

    Attributes
    ----------
    errors : list of Exception
        Raised in the threads of gensim's loop, which waits forever for a thread that dies.
    """

    def __init__(
        self,
        weights: OutputWeights,
        settings: PassSettings,
        vocabulary: Vocabulary,
        state: LearnedState,
        *,
        whitening: float | None = None,
        seed: int = 1,
        train_count: int = 0,
    ) -> None:
        self.settings = settings
        self.vocabulary = vocabulary
        self.state = state
        self.errors: list[Exception] = []
        (view,) = settings.views
        # Whitening needs the second moments of contexts.
        self._view = replace(view, second_moment=True)
        self._whitening = whitening
        self._seed = seed
        self._train_count = train_count
        self._epoch = 0
        self._loss_lock = threading.Lock()
        self._moments: Moments | None = None
        self._weights = weights
        self._sampling = NegativeSampling(weights, settings.teacher.width)

    @contextlib.contextmanager
    def read(self, documents: Iterable[Document], *, expected: int | None = None) -> Iterator[ContextStore]:
        """Read a corpus with the teacher, and yield the store of its contexts; on exit the store is closed.

        Parameters
        ----------
        documents : iterable of str or of lists of str
        expected : int, optional
            The announced number of documents; another number is logged as a warning.

        Yields
        ------
        ContextStore
            Contexts are read back whitened.
        """
        statistics = CorpusStatistics.empty([self._view], len(self.vocabulary), self.settings.teacher.width)
        if self.settings.cache_dir is None:
            with ContextStore() as store:
                for contexts in self._read(documents, expected):
                    for batch in contexts.values():
                        store.add(batch)
                    statistics.add(contexts)
                    del contexts  # which would stay in memory while the next are read
                check_words_found(statistics, self.vocabulary, expected)
                yield self._whitened(store, statistics)
            return
        checkpoint = open_checkpoint(
            statistics,
            documents,
            self.settings,
            self.vocabulary,
            number=self._train_count + 1,
            earlier={},
            solver="sgd",
            contexts_size=self._contexts_size(),
        )
        with checkpoint:
            for contexts in self._read(documents, expected, checkpoint):
                checkpoint.add(contexts)
                del contexts
            if not checkpoint.complete:
                checkpoint.finish(checkpoint.statistics.moments)
            assert checkpoint.store is not None
            check_words_found(checkpoint.statistics, self.vocabulary, expected)
            yield self._whitened(checkpoint.store, checkpoint.statistics)

    def begin_epoch(self, epoch: int) -> None:
        """Prepare for an epoch, counted from 0: each has random numbers of its own."""
        self._epoch = epoch
        self.errors = []

    def take_steps(self, documents: Sequence[DocumentContexts], alpha: float, work: np.ndarray) -> int:
        """Train on those words of some documents that subsampling keeps.

        Parameters
        ----------
        documents : sequence of DocumentContexts
        alpha : float
            Learning rate.
        work : numpy.ndarray of float32, shape (teacher's dimensions,)
            Private to the thread.

        Returns
        -------
        int
            How many words were trained on; 0 if an error was caught.
        """
        trained_words = 0
        try:
            for document in _by_contexts(documents):
                trained_words += self._step(document, alpha, work)
        except Exception as error:
            self.errors.append(error)
            return 0
        return trained_words

    def vectors(self) -> np.ndarray:
        """Return the word vectors of the present weights, shape (vocabulary_size, teacher's dimensions).

        Whitened contexts have a constant part, their intercept; its contribution to every vector is removed.
        """
        return self._centered(self._sampling.vectors())

    def finish(self) -> np.ndarray:
        """Fit the projection that infers vectors of other words from their contexts.

        Returns
        -------
        numpy.ndarray of bool, shape (vocabulary_size,)
            Whether each word was never trained on.
        """
        assert self._moments is not None
        vectors = self._sampling.vectors()
        untrained: np.ndarray = ~np.any(vectors, axis=1)
        has_contexts = (self._moments.counts > 0) & ~untrained
        projection = self.state.projection
        fitted_on = projection.regression.n_words if isinstance(projection, ContextProjection) else 0
        # The space changes little between trainings, so an earlier fit on many words is better than one on few.
        if 2 * has_contexts.sum() > fitted_on:
            self.state.projection = ContextProjection.fit(self._moments, self._centered(vectors))
        self.state.words_without_contexts = tuple(
            word for word in self.state.words_without_contexts if not has_contexts[self.vocabulary.index[word]]
        )
        return untrained

    def close(self) -> None:
        """Free the moments of the contexts, which are as large as the vectors or larger."""
        self._moments = None

    def _read(
        self, documents: Iterable[Document], expected: int | None, checkpoint: Checkpoint | None = None
    ) -> Iterator[dict[str, ContextBatch]]:
        return read_training_corpus(
            documents, self.settings, [self._view], self.vocabulary, expected=expected, checkpoint=checkpoint
        )

    def _contexts_size(self) -> int:
        """Estimate the bytes of the contexts of a corpus; 0 with a budget, whose selection is not known yet."""
        if self.settings.contexts_per_word is not None:
            return 0
        by_document = self._view.scope in ("text", "passage", "sentence")
        number = self.vocabulary.corpus_documents if by_document else self.vocabulary.corpus_words
        return 4 * self.settings.teacher.width * int(number)

    def _whitened(self, store: ContextStore, statistics: CorpusStatistics) -> ContextStore:
        """Return a store that whitens its contexts, with the transform that the first training fits."""
        trim_heap()  # the arrays of the pass over the corpus
        self._moments = moments = statistics.moments[self._view.name]
        if self._whitening and self.state.whitener is None and moments.total_count:
            self.state.whitener = whitening_transform(moments.mean(), moments.covariance(), self._whitening)
        if self.state.whitener is not None:
            matrix, offset = self.state.whitener
            store.transform = lambda contexts: contexts @ matrix + offset
        return store

    def _centered(self, vectors: np.ndarray) -> np.ndarray:
        return vectors if self.state.whitener is None else center(vectors, np.any(vectors, axis=1))

    def _step(self, document: DocumentContexts, alpha: float, work: np.ndarray) -> int:
        # The seed depends on the document, not on the thread that trains on it.
        generator = np.random.default_rng([self._seed, self._train_count, self._epoch, document.ordinal])
        kept = self._sampling.subsample(document.words, generator)
        words, rows = document.words[kept], document.rows[kept]
        seed = int(generator.integers(2**62))
        if self._weights.compute_loss:
            loss = self._sampling.loss(words, rows, document.contexts, generator)
            with self._loss_lock:
                self._weights.running_training_loss += loss
        self._sampling.step(words, rows, document.contexts, alpha, work, seed)
        return len(words)


def _by_contexts(documents: Sequence[DocumentContexts]) -> Iterator[DocumentContexts]:
    """Join successive documents that share one array of contexts."""
    start = 0
    for end in range(1, len(documents) + 1):
        if end == len(documents) or documents[end].contexts is not documents[start].contexts:
            run = documents[start:end]
            yield DocumentContexts(
                ordinal=run[0].ordinal,
                raw_words=sum(document.raw_words for document in run),
                words=np.concatenate([document.words for document in run]),
                rows=np.concatenate([document.rows for document in run]),
                contexts=run[0].contexts,
            )
            start = end
