"""Opening the checkpoint of a training: the settings that it depends on, and the disk space that it needs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from gensim_distill.contexts.views import View
from gensim_distill.corpus.documents import Document
from gensim_distill.distributed.protocol import DistributedCorpus
from gensim_distill.solvers.settings import PassSettings, SolverName, Vocabulary
from gensim_distill.statistics.checkpoint import Checkpoint
from gensim_distill.statistics.corpus_statistics import CorpusStatistics
from gensim_distill.statistics.fingerprint import fingerprint
from gensim_distill.statistics.moments import Moments
from gensim_distill.statistics.text_store import TextStore


def open_checkpoint(
    statistics: CorpusStatistics,
    documents: Iterable[Document],
    settings: PassSettings,
    vocabulary: Vocabulary,
    *,
    number: int,
    earlier: Mapping[str, Moments],
    earlier_texts: TextStore | None = None,
    solver: SolverName,
    contexts_size: int | None = None,
) -> Checkpoint:
    """Return the checkpoint of a training in ``settings.cache_dir``, a context manager that resumes an existing one.

    Parameters
    ----------
    statistics : CorpusStatistics
        Those of no documents yet.
    documents : iterable
        The corpus.
    settings : PassSettings
        With a `cache_dir`.
    vocabulary : Vocabulary
    number : int
        The number of the training, counted from 1.
    earlier : mapping of str to Moments
        The statistics of earlier trainings, to which those of the corpus are added.
    earlier_texts : TextStore, optional
        The texts of earlier trainings.
    solver : {"one-pass", "sgd"}
    contexts_size : int, optional
        The estimated bytes of the contexts; by default the checkpoint has no contexts.

    Returns
    -------
    Checkpoint
    """
    depends_on = fingerprint_of(
        settings,
        vocabulary,
        earlier=earlier,
        earlier_texts=earlier_texts,
        solver=solver,
        shard_size=documents.shard_size() if isinstance(documents, DistributedCorpus) else None,
    )
    width = settings.teacher.width
    size = statistics_size(settings.views, len(vocabulary), width, vocabulary.corpus_words)
    size += 0 if earlier_texts is None else earlier_texts.nbytes
    assert settings.cache_dir is not None
    return Checkpoint(
        statistics, settings.cache_dir, number=number, fingerprint=depends_on, size=size, contexts=contexts_size
    )


def fingerprint_of(settings: PassSettings, vocabulary: Vocabulary, **others: Any) -> dict[str, Any]:
    """Describe everything that the statistics of a corpus depend on, apart from its documents.

    Parameters
    ----------
    settings : PassSettings
    vocabulary : Vocabulary
    **others
        Further arguments of :func:`~gensim_distill.statistics.fingerprint.fingerprint`.
    """
    return fingerprint(
        teacher=settings.teacher,
        views=settings.views,
        reader=settings.reader,
        words=vocabulary.words,
        corpus_size=(vocabulary.corpus_documents, vocabulary.corpus_words),
        contexts_per_word=settings.contexts_per_word,
        seed=settings.seed,
        **others,
    )


def statistics_size(views: Iterable[View], vocabulary_size: int, width: int, corpus_words: int = 0) -> int:
    """Return the largest size of the statistics of some views, in bytes.

    Parameters
    ----------
    views : iterable of View
    vocabulary_size, width : int
        Number of words, and dimensions of a context.
    corpus_words : int, optional
        The number of words of the corpus, if it is known, which bounds that of texts.
    """
    return sum(
        TextStore.bytes_of(width, corpus_words or None)
        if view.keeps_texts
        else Moments.bytes_of(vocabulary_size, width, view.second_moment)
        for view in views
    )
