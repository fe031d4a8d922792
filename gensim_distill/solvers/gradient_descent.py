"""The paper's solver: gensim's training loop, over contexts that the teacher gave."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from gensim_distill._utils.progress import progress_bar
from gensim_distill.contexts.views import View
from gensim_distill.corpus.documents import Document
from gensim_distill.linalg import center, whitening_transform
from gensim_distill.objectives import Projection
from gensim_distill.objectives.regression import ContextProjection
from gensim_distill.solvers.negative_sampling import NegativeSampling
from gensim_distill.solvers.read_corpus import Training
from gensim_distill.statistics.context_store import ContextStore, DocumentContexts
from gensim_distill.statistics.moments import Moments


class GradientDescent(Training):
    """The part of :class:`~gensim_distill.DistilledWord2Vec` that is trained with ``solver="sgd"``.

    The teacher reads the corpus into a store first. Then gensim's own loop runs over the store,
    with its schedule, threads, logging and callbacks, and its jobs are done by
    :class:`~gensim_distill.solvers.negative_sampling.NegativeSampling`.
    """

    whitening: float | None
    _whitener: tuple[np.ndarray, np.ndarray] | None
    _projection: Projection | None
    _words_without_contexts: tuple[str, ...]
    _loss_lock: threading.Lock
    #: With ``compute_loss`` the mean loss of a word in each epoch so far, of all trainings.
    epoch_losses: list[float]

    def _train_by_gradient_descent(
        self, items: Iterable[Document], *, total_examples: int | None, epochs: int | None, **settings: Any
    ) -> tuple[int, int]:
        """Store the contexts of a corpus, then let gensim's :meth:`Word2Vec.train` loop over them."""
        self._check_training_sanity(epochs=epochs, total_examples=total_examples, total_words=settings["total_words"])
        (view,) = self._views
        # With the second moments of the contexts, from which it is found out how to whiten them.
        view = replace(view, second_moment=True)
        with self._checkpoint(items, [view], {}, contexts=self._contexts_size(view)) as checkpoint:
            for contexts in self._read_corpus(items, [view], total_examples, checkpoint.skip_processed):
                checkpoint.add(contexts)
                del contexts  # which would stay while the next are read
            moments, store = checkpoint.statistics.moments[view.name], checkpoint.store
            assert store is not None
            if not checkpoint.complete:
                checkpoint.finish(checkpoint.statistics.moments)
            self._whiten(store, moments)
            if self.contexts_per_word is not None:
                total_examples = store.num_documents
            self._sampling = NegativeSampling(self, self.layer1_size)
            trained: tuple[int, int] = super().train(
                corpus_iterable=store, total_examples=total_examples, epochs=epochs, **settings
            )
        vectors = self._sampling.vectors()
        untrained = ~np.any(vectors, axis=1)
        met = (moments.counts > 0) & ~untrained
        learned = self._projection.regression.n_words if isinstance(self._projection, ContextProjection) else 0
        # Few words would say less of the space than is known of it from before, when it was much the same.
        if 2 * met.sum() > learned:
            self._projection = ContextProjection.fit(moments, self._centered(vectors))
        self._words_without_contexts = tuple(
            word for word in self._words_without_contexts if not met[self.wv.key_to_index[word]]
        )
        self._warn_of_untrained(
            untrained, "were left out whenever examples were drawn (with little text, give sample=0)"
        )
        return trained

    def _contexts_size(self, view: View) -> int:
        """Estimate the bytes of the contexts of a corpus that is read as a whole; of a chosen part only a file will tell."""
        if self.contexts_per_word is not None:
            return 0
        number = self.corpus_count if view.scope in ("text", "sentence") else self.corpus_total_words
        return 4 * self.layer1_size * int(number)

    def _whiten(self, store: ContextStore, moments: Moments) -> None:
        """Find out, the first time, how to whiten contexts, and have the store do it."""
        if self.whitening and self._whitener is None and moments.total_count:
            self._whitener = whitening_transform(moments.mean(), moments.covariance(), self.whitening)
        if self._whitener is not None:
            matrix, offset = self._whitener
            store.transform = lambda contexts: contexts @ matrix + offset

    def _centered(self, vectors: np.ndarray) -> np.ndarray:
        """Take from vectors the common part that they have where contexts are whitened, and have an intercept."""
        return vectors if self._whitener is None else center(vectors, np.any(vectors, axis=1))

    def _check_corpus_sanity(self, corpus_iterable: Any = None, corpus_file: Any = None, passes: int = 1) -> None:
        if not isinstance(corpus_iterable, ContextStore):  # which gensim's loop is given, and which is sane
            super()._check_corpus_sanity(corpus_iterable, corpus_file, passes)

    def _train_epoch(self, data_iterable: ContextStore, cur_epoch: int = 0, **kwargs: Any) -> tuple[int, int, int]:
        self._epoch = cur_epoch
        # gensim waits without end for a thread that died, so none is let die.
        self._errors: list[Exception] = []
        loss = self.running_training_loss
        with progress_bar(f"Epoch {cur_epoch + 1} of {self.epochs}", self.progress, data_iterable.num_documents) as bar:
            counts: tuple[int, int, int] = super()._train_epoch(
                self._counted(data_iterable, bar), cur_epoch=cur_epoch, **kwargs
            )
        if self._errors:
            raise self._errors[0]
        if self.compute_loss and counts[0]:
            self.epoch_losses.append(float(self.running_training_loss - loss) / counts[0])
        # Callbacks that look at wv at the end of an epoch see what has been learned so far.
        self._set_vectors(self._centered(self._sampling.vectors()))
        return counts

    def _do_train_job(
        self, sentences: list[DocumentContexts], alpha: float, inits: tuple[np.ndarray, np.ndarray]
    ) -> tuple[int, int]:
        try:
            trained_words = self._take_steps(sentences, alpha, inits[0])
        except Exception as error:
            self._errors.append(error)
            trained_words = 0
        return trained_words, self._raw_word_count(sentences)

    def _take_steps(self, texts: list[DocumentContexts], alpha: float, work: np.ndarray) -> int:
        """Train on the words of some texts that subsampling leaves, and count them."""
        trained_words = 0
        for text in _by_contexts(texts):
            # Seeded by what is trained and not by who trains it.
            generator = np.random.default_rng([self.seed, self.train_count, self._epoch, text.ordinal])
            kept = self._sampling.subsample(text.words, generator)
            words, rows = text.words[kept], text.rows[kept]
            seed = int(generator.integers(2**62))
            if self.compute_loss:
                loss = self._sampling.loss(words, rows, text.contexts, generator)
                with self._loss_lock:
                    self.running_training_loss += loss
            self._sampling.step(words, rows, text.contexts, alpha, work, seed)
            trained_words += len(words)
        return trained_words

    def _counted(self, texts: Iterable[DocumentContexts], bar: Any) -> Iterator[DocumentContexts]:
        try:
            for text in texts:
                yield text
                bar.update()
        except Exception as error:
            self._errors.append(error)


def _by_contexts(texts: Sequence[DocumentContexts]) -> Iterator[DocumentContexts]:
    """Join successive texts that share one array of contexts."""
    start = 0
    for end in range(1, len(texts) + 1):
        if end == len(texts) or texts[end].contexts is not texts[start].contexts:
            run = texts[start:end]
            yield DocumentContexts(
                ordinal=run[0].ordinal,
                raw_words=sum(text.raw_words for text in run),
                words=np.concatenate([text.words for text in run]),
                rows=np.concatenate([text.rows for text in run]),
                contexts=run[0].contexts,
            )
            start = end
