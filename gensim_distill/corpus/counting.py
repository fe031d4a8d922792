"""Counts of words and documents."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from gensim_distill._utils.progress import progress_bar
from gensim_distill.corpus.documents import Document, without_rows
from gensim_distill.corpus.reader import TextReader


class CorpusWords:
    """An iterable of the words of each document of a corpus, with a progress bar.

    Parameters
    ----------
    documents : iterable of str or of lists of str
    reader : TextReader
    progress : bool or None
        Whether a progress bar is shown; with None on a terminal, and elsewhere as a line every half minute.

    Attributes
    ----------
    single_word_documents : int
        The number of documents of the last pass that were raw strings without whitespace.
    """

    def __init__(self, documents: Iterable[Document], reader: TextReader, progress: bool | None) -> None:
        self._documents = documents
        self._reader = reader
        self._progress = progress
        self.single_word_documents = 0

    def __iter__(self) -> Iterator[list[str]]:
        self.single_word_documents = 0
        with progress_bar("Vocabulary", self._progress) as bar:
            for document in without_rows(self._documents):
                self.single_word_documents += is_single_word(document)
                yield self._reader.keys(document)
                bar.update()


@dataclass
class WordCounts:
    """Counts of the words of some documents.

    Attributes
    ----------
    words : dict of str to int
        The count of each word, in the order of their first occurrences.
    total_words, documents : int
        The number of words, repetitions included, and of documents.
    single_word_documents : int
        The number of documents that were raw strings without whitespace.
    """

    words: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    total_words: int = 0
    documents: int = 0
    single_word_documents: int = 0

    def add(self, documents: Iterable[Document], reader: TextReader) -> None:
        """Add documents."""
        for keys, number in reader.count(self._counted(documents)):
            for key in keys:
                self.words[key] += number
            self.total_words += number * len(keys)

    def _counted(self, documents: Iterable[Document]) -> Iterator[Document]:
        for document in documents:
            self.documents += 1
            self.single_word_documents += is_single_word(document)
            yield document

    def merge(self, other: WordCounts) -> None:
        """Add the counts of the documents that follow."""
        for word, count in other.words.items():
            self.words[word] += count
        self.total_words += other.total_words
        self.documents += other.documents
        self.single_word_documents += other.single_word_documents


def is_single_word(document: Document) -> bool:
    """Return whether a document is a raw string without whitespace, as if a list of tokens was passed as a corpus."""
    return isinstance(document, str) and len(document.split(maxsplit=1)) <= 1


class CountedDocuments:
    """An iterable of the documents of a corpus that counts them.

    Parameters
    ----------
    documents : iterable of str or of lists of str

    Attributes
    ----------
    count : int
        The number of documents of the current or last pass so far.
    """

    def __init__(self, documents: Iterable[Document]) -> None:
        self._documents = documents
        self.count = 0

    def __iter__(self) -> Iterator[Document]:
        self.count = 0
        for document in self._documents:
            self.count += 1
            yield document
