"""The one-pass solver: the teacher reads the corpus, sums are added up, and the objective makes vectors of them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from timeit import default_timer
from typing import Any

import numpy as np

from gensim_distill.contexts.views import View
from gensim_distill.corpus.documents import Document
from gensim_distill.distributed.protocol import DistributedCorpus
from gensim_distill.objectives import FittedObjective, Objective, Projection
from gensim_distill.solvers.isolated_words import by_key, read_isolated_words
from gensim_distill.solvers.read_corpus import Training
from gensim_distill.statistics.checkpoint import Checkpoint
from gensim_distill.statistics.corpus_statistics import CorpusStatistics
from gensim_distill.statistics.moments import Moments


class OnePass(Training):
    """The part of :class:`~gensim_distill.DistilledWord2Vec` that is trained with ``solver="one-pass"``."""

    objective: Objective
    moments: dict[str, Moments] | None
    _views: list[View]
    _projection: Projection | None

    def _train_in_one_pass(
        self, items: Iterable[Document], total_examples: int | None, callbacks: Sequence[Any]
    ) -> tuple[int, int]:
        if self.moments is None:
            raise RuntimeError(
                "The statistics of this model, saved beside it in a file that ends in .moments.safetensors, were not there "
                "when it was loaded, so it cannot be trained on: put that file beside the model and load it again."
            )
        start = default_timer()
        for callback in callbacks:
            callback.on_train_begin(self)
        for callback in callbacks:
            callback.on_epoch_begin(self)

        # Collected apart, so that a pass that breaks off leaves the model as it was.
        in_corpus = [view for view in self._views if not view.isolated]
        with self._checkpoint(items, in_corpus, self.moments) as checkpoint:
            if isinstance(items, DistributedCorpus):
                self._read_distributed(items, in_corpus, total_examples, checkpoint)
            else:
                for contexts in self._read_corpus(items, in_corpus, total_examples, checkpoint.skip_processed):
                    checkpoint.add(contexts)
                    del contexts  # which would stay while the next are read
            if not checkpoint.complete:
                checkpoint.end_of_corpus()
                moments = {
                    view.name: checkpoint.statistics.moments.get(view.name)
                    or Moments(len(self.wv), self.layer1_size, view.second_moment)
                    for view in self._views
                }
                for name, old in self.moments.items():
                    moments[name].merge(old)
                self._read_words_alone(moments, items)
                checkpoint.finish(moments)
        if isinstance(items, DistributedCorpus):
            items.close()
        reading = checkpoint.statistics
        self.moments = moments = reading.moments
        if reading.documents:
            self._projection = self.objective.fit(moments) if isinstance(self.objective, FittedObjective) else None
            self._set_vectors((self._projection or self.objective).vectors(moments))
            has_context = np.any([view.counts > 0 for view in moments.values()], axis=0)
            has_context[self._infer_again()] = True
            self._warn_of_untrained(~has_context, "have no context that the teacher could read")

        elapsed = default_timer() - start
        self.total_train_time += elapsed
        self.train_count += 1
        self.add_lifecycle_event(
            "train",
            msg=(
                f"{type(self.objective).__name__} of {reading.documents} texts, {reading.raw_words} raw words "
                f"({reading.trained_words} of the vocabulary), took {elapsed:.1f}s, {reading.raw_words / max(elapsed, 1e-9):.0f} words/s"
            ),
            texts=reading.documents,
            words=reading.raw_words,
            seconds=elapsed,
        )
        for callback in callbacks:
            callback.on_epoch_end(self)
        for callback in callbacks:
            callback.on_train_end(self)
        return reading.trained_words, reading.raw_words

    def _read_distributed(
        self, corpus: DistributedCorpus, views: Sequence[View], expected_texts: int | None, checkpoint: Checkpoint
    ) -> None:
        """Let the corpus's own workers read it, or what the budget leaves of it, and of that the rest still to be read."""
        if checkpoint.shards:
            number = None if checkpoint.complete else checkpoint.shards
            checkpoint.check_shards(corpus.shard_hashes(number, self.progress))
        parts = corpus.iter_shard_statistics(
            self.reader,
            self.teacher,
            views,
            self.wv.key_to_index,
            self.contexts_per_word,
            self.seed,
            self.progress,
            expected_texts or self.corpus_count,
            processed_shards=None if self.cache_dir is None else checkpoint.shards,
        )
        for part in parts:
            checkpoint.add_shard(part)
        self._warn_of_count(checkpoint.corpus_documents, expected_texts)

    def _read_words_alone(self, moments: dict[str, Moments], corpus: Iterable[Document]) -> None:
        """Let the teacher read those words by themselves that it has not read so before."""
        views = [view for view in self._views if view.isolated]
        if not views:
            return
        alone = CorpusStatistics({view.name: moments[view.name] for view in views})
        new = np.flatnonzero(moments[views[0].name].counts + moments[views[0].name].untokenizable == 0)
        words = [self.wv.index_to_key[index] for index in new]
        vocabulary = self.wv.key_to_index
        if not isinstance(corpus, DistributedCorpus):
            read_isolated_words(words, self.reader, self.teacher, views, vocabulary, alone, self.progress)
            return
        items = [[word] for word in words]
        for part in corpus.read_isolated_words(
            by_key(self.reader), self.teacher, views, items, vocabulary, self.progress
        ):
            alone.merge(part.statistics, part.words)
