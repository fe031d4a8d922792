"""What both solvers do: let the teacher read a corpus, and put vectors into ``wv``."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Iterator, Sequence

import numpy as np
from gensim.models import Word2Vec

from gensim_distill._utils.progress import progress_bar
from gensim_distill.contexts.scopes import ContextBatch
from gensim_distill.contexts.teacher_pass import read_contexts
from gensim_distill.contexts.views import View
from gensim_distill.corpus.context_budget import ContextBudget
from gensim_distill.corpus.counting import CountedItems, KeyedCorpus
from gensim_distill.corpus.documents import Document
from gensim_distill.corpus.reader import TextReader
from gensim_distill.corpus.validation import check_corpus
from gensim_distill.distributed.protocol import DistributedCorpus
from gensim_distill.linalg import principal_directions
from gensim_distill.objectives.regression import IsolatedWordProjection
from gensim_distill.statistics.checkpoint import Checkpoint
from gensim_distill.statistics.corpus_statistics import CorpusStatistics
from gensim_distill.statistics.fingerprint import fingerprint
from gensim_distill.statistics.moments import Moments
from gensim_distill.teachers.protocol import Teacher
from gensim_distill.word2vec.vocabulary import apply_locks

logger = logging.getLogger(__name__)


class Training(Word2Vec):
    """The part of :class:`~gensim_distill.DistilledWord2Vec` that its two solvers share."""

    reader: TextReader
    teacher: Teacher
    progress: bool | None
    contexts_per_word: int | None
    solver: str
    cache_dir: str | None
    _views: list[View]
    _budget_left_to_objective: bool
    _directions: np.ndarray | None
    _isolated_projection: IsolatedWordProjection | None

    def _checkpoint(
        self,
        items: Iterable[Document],
        in_corpus: Sequence[View],
        earlier: dict[str, Moments],
        *,
        contexts: int | None = None,
    ) -> Checkpoint:
        """Begin a reading of a corpus; with `cache_dir` one that is kept there, and goes on from what is there already.

        Its contexts are kept too, if it is said how many bytes they will take about.
        """
        reading = CorpusStatistics.empty(in_corpus, len(self.wv), self.layer1_size)
        if self.cache_dir is None:
            return Checkpoint(reading, contexts=contexts)
        about = fingerprint(
            teacher=self.teacher,
            views=self._views,
            reader=self.reader,
            words=self.wv.index_to_key,
            corpus_size=(self.corpus_count, self.corpus_total_words),
            contexts_per_word=self.contexts_per_word,
            seed=self.seed,
            earlier=earlier,
            solver=self.solver,
            shard_size=items.shard_size() if isinstance(items, DistributedCorpus) else None,
        )
        size = sum(Moments.bytes_of(len(self.wv), self.layer1_size, view.second_moment) for view in self._views)
        return Checkpoint(
            reading, self.cache_dir, number=self.train_count + 1, fingerprint=about, size=size, contexts=contexts
        )

    def _read_corpus(
        self,
        items: Iterable[Document],
        views: Sequence[View],
        expected_texts: int | None,
        rest: Callable[[Iterable[Document]], Iterable[Document]] = iter,
    ) -> Iterator[dict[str, ContextBatch]]:
        """Let the teacher read the corpus, or what the budget leaves of it, and of that the rest still to be read."""
        counted = CountedItems(items)
        chosen: Iterable[Document] = counted
        if self.contexts_per_word is not None and not (self._budget_left_to_objective and isinstance(items, Iterator)):
            check_corpus(items, None, passes=2)  # one to choose, one to read
            budget = ContextBudget(self.contexts_per_word, self.wv.key_to_index, self.seed)
            budget.scan(KeyedCorpus(items, self.reader, self.progress, stage="Choice of texts"))
            chosen = budget.select(counted, self.reader.keys)
        with progress_bar("Teacher", self.progress, expected_texts or self.corpus_count) as bar:
            for batches in read_contexts(rest(chosen), self.reader, self.teacher, views, self.wv.key_to_index):
                yield batches
                del batches  # which would stay while the next are read
                bar.update(counted.count - bar.n)
        self._warn_of_count(counted.count, expected_texts)

    def _warn_of_count(self, count: int, expected_texts: int | None) -> None:
        """Say so if the corpus had no texts, or not as many as were said to be there."""
        if not count and self.train_count == 0:
            logger.warning(
                "train() called with an empty iterator (if not intended, be sure to provide a corpus that offers restartable "
                "iteration = an iterable)."
            )
        elif expected_texts and count != expected_texts:
            logger.warning("supplied example count (%i) did not equal expected count (%i)", count, expected_texts)

    def _set_vectors(self, vectors: np.ndarray) -> None:
        """Bring vectors to the size wanted and put them into ``wv``."""
        self._directions = self._isolated_projection = None
        if vectors.shape[1] > self.vector_size:
            self._directions = principal_directions(vectors, self.vector_size).astype(np.float32)
            vectors = vectors @ self._directions
        trained = np.flatnonzero(np.any(vectors, axis=1))
        self.wv.vectors[trained] = apply_locks(self.wv, trained, vectors[trained])
        self.wv.norms = None

    def _warn_of_untrained(self, untrained: np.ndarray, reason: str) -> None:
        """Name the words that nothing could be learned of."""
        words = [self.wv.index_to_key[index] for index in np.flatnonzero(untrained)]
        if words:
            named = ", ".join(map(repr, words[:10]))
            logger.warning(
                "%i of %i words %s and keep a small random vector: %s", len(words), len(self.wv), reason, named
            )
