"""Counting the words and documents of a corpus."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from gensim_distill._utils.progress import progress_bar
from gensim_distill.corpus.documents import Document
from gensim_distill.corpus.reader import TextReader


class KeyedCorpus:
    """A corpus as the vocabulary sees it: for each item the list of its words' keys.

    Parameters
    ----------
    items : iterable of str or of lists of str
    reader : TextReader
    progress : bool or None
        Whether to show a progress bar; None shows it on a terminal.
    stage : str, optional
        What the progress bar is called.

    Attributes
    ----------
    single_word_documents : int
        How many items of the last pass were raw strings without any white space.
    """

    def __init__(
        self, items: Iterable[Document], reader: TextReader, progress: bool | None, stage: str = "Vocabulary"
    ) -> None:
        self._items = items
        self._reader = reader
        self._progress = progress
        self._stage = stage
        self.single_word_documents = 0

    def __iter__(self) -> Iterator[list[str]]:
        self.single_word_documents = 0
        with progress_bar(self._stage, self._progress) as bar:
            for item in self._items:
                self.single_word_documents += is_single_word(item)
                yield self._reader.keys(item)
                bar.update()


@dataclass
class WordCounts:
    """How often each word occurs in some texts.

    Attributes
    ----------
    words : dict of str to int
        The count of each key, in the order in which they were first met.
    total_words, texts : int
        The number of all words and of texts.
    single_word_documents : int
        How many items were raw strings without any white space.
    """

    words: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    total_words: int = 0
    texts: int = 0
    single_word_documents: int = 0

    def add(self, item: Document, keys: list[str]) -> None:
        """Add an item, with the keys of its words."""
        for key in keys:
            self.words[key] += 1
        self.total_words += len(keys)
        self.texts += 1
        self.single_word_documents += is_single_word(item)

    def merge(self, other: WordCounts) -> None:
        """Add the counts of the texts that follow."""
        for key, count in other.words.items():
            self.words[key] += count
        self.total_words += other.total_words
        self.texts += other.texts
        self.single_word_documents += other.single_word_documents


def is_single_word(item: Document) -> bool:
    """Tell whether an item is a raw string without any white space."""
    return isinstance(item, str) and len(item.split()) <= 1


class CountedItems:
    """Passes the items of a corpus on and counts them.

    Attributes
    ----------
    count : int
        How many items have been passed on so far.
    """

    def __init__(self, items: Iterable[Document]) -> None:
        self._items = items
        self.count = 0

    def __iter__(self) -> Iterator[Document]:
        self.count = 0
        for item in self._items:
            self.count += 1
            yield item
