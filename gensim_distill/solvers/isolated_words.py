"""The teacher reads the words of the vocabulary in isolation."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from gensim_distill._utils.progress import progress_bar
from gensim_distill.contexts.teacher_pass import read_contexts
from gensim_distill.contexts.views import View
from gensim_distill.corpus.reader import TextReader
from gensim_distill.statistics.corpus_statistics import CorpusStatistics
from gensim_distill.teachers.protocol import Teacher


def by_key(reader: TextReader) -> TextReader:
    """Give a reader of the words of a vocabulary by themselves: their keys are what they are, phrases have their parts."""
    return TextReader(phrase_delimiter=reader.phrase_delimiter)


def read_isolated_words(
    words: Sequence[str],
    reader: TextReader,
    teacher: Teacher,
    views: Sequence[View],
    vocabulary: Mapping[str, int],
    reading: CorpusStatistics,
    progress: bool | None,
) -> None:
    """Let the teacher read words by themselves, and add what it gives to a reading.

    Parameters
    ----------
    words : sequence of str
        Words of the vocabulary.
    reader : TextReader
        That of the corpus.
    teacher : Teacher
    views : sequence of View
        Of words alone.
    vocabulary : mapping of str to int
        The index of each word.
    reading : CorpusStatistics
        With moments for each of the views.
    progress : bool or None
        Whether to show a progress bar; None shows it on a terminal.
    """
    items = [[word] for word in words]
    with progress_bar("Words alone", progress, len(words), unit="word") as bar:
        for contexts in read_contexts(items, by_key(reader), teacher, views, vocabulary):
            reading.add(contexts)
            bar.update(reading.documents - bar.n)
