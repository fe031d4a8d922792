"""Opening a corpus, and saying early and plainly what is wrong with it."""

from __future__ import annotations

import os
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from gensim.models.word2vec import LineSentence
from tqdm.auto import tqdm

from gensim_distill.corpus.reader import Item, TextReader

#: What makes progress bars: tqdm, or a class like it that a program puts here to show progress in its own way.
bar_class: Any = tqdm


def check_corpus(corpus_iterable: Any, corpus_file: Any, passes: int) -> None:
    """Check that one corpus is given and that it can be read `passes` times.

    Raises
    ------
    TypeError
        If it is not, as in gensim; the message says what to give instead.
    """
    if corpus_file is None and corpus_iterable is None:
        raise TypeError("Either one of corpus_file or corpus_iterable value must be provided.")
    if corpus_file is not None and corpus_iterable is not None:
        raise TypeError("Both corpus_file and corpus_iterable must not be provided at the same time.")
    if corpus_iterable is None:
        if not isinstance(corpus_file, (str, os.PathLike)) or not os.path.isfile(corpus_file):
            raise TypeError(f"Parameter corpus_file must be a valid path to a file, got {corpus_file!r} instead.")
        return
    if isinstance(corpus_iterable, (str, bytes)):
        hint = "pass a list of texts, or a path that exists as corpus_file="
        if os.path.isfile(corpus_iterable):
            hint = "pass its path as corpus_file=, if it holds a tokenised text a line, or a list of its texts"
        raise TypeError(
            f"The corpus is the single string {corpus_iterable[:60]!r}, so that each of its characters would be a text: {hint}."
        )
    if isinstance(corpus_iterable, Mapping) or hasattr(corpus_iterable, "columns"):
        raise TypeError(
            f"The corpus is a {type(corpus_iterable).__name__}, whose items are its keys or columns: pass the texts alone, "
            "such as frame['text'] or list(texts.values())."
        )
    if isinstance(corpus_iterable, os.PathLike):
        raise TypeError(
            "The corpus is a path: pass it as corpus_file=, if it is a file of a tokenised text a line, or a list of texts."
        )
    if not isinstance(corpus_iterable, Iterable):
        raise TypeError(
            f"The corpus must be an iterable of lists of tokens or of raw strings, got {corpus_iterable!r} instead."
        )
    # A generator, a map, an open file: their iterator is themselves, and it is gone after one pass.
    if passes > 1 and isinstance(corpus_iterable, Iterator):
        raise TypeError(
            f"Using a generator as corpus_iterable can't support {passes} passes, one for the vocabulary and one for "
            f"training at the least, and this {type(corpus_iterable).__name__} can be read once: try a re-iterable "
            "sequence, such as a list, or an object whose __iter__ opens the source anew."
        )


def open_corpus(corpus_iterable: Iterable[Item] | None, corpus_file: str | os.PathLike[str] | None) -> Iterable[Item]:
    """Give the items of a corpus; a file is in LineSentence format, and may be compressed (.gz, .bz2, .xz)."""
    if corpus_file is not None:
        lines: Iterable[Item] = LineSentence(os.fspath(corpus_file))
        return lines
    assert corpus_iterable is not None
    return corpus_iterable


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
    unspaced : int
        How many items of the last pass were raw strings without any white space.
    """

    def __init__(
        self, items: Iterable[Item], reader: TextReader, progress: bool | None, stage: str = "Vocabulary"
    ) -> None:
        self._items = items
        self._reader = reader
        self._progress = progress
        self._stage = stage
        self.unspaced = 0

    def __iter__(self) -> Iterator[list[str]]:
        self.unspaced = 0
        with progress_bar(self._stage, self._progress) as bar:
            for item in self._items:
                self.unspaced += is_unspaced(item)
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
    unspaced : int
        How many items were raw strings without any white space.
    """

    words: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    total_words: int = 0
    texts: int = 0
    unspaced: int = 0

    def add(self, item: Item, keys: list[str]) -> None:
        """Add an item, with the keys of its words."""
        for key in keys:
            self.words[key] += 1
        self.total_words += len(keys)
        self.texts += 1
        self.unspaced += is_unspaced(item)

    def merge(self, other: WordCounts) -> None:
        """Add the counts of the texts that follow."""
        for key, count in other.words.items():
            self.words[key] += count
        self.total_words += other.total_words
        self.texts += other.texts
        self.unspaced += other.unspaced


def is_unspaced(item: Item) -> bool:
    """Tell whether an item is a raw string without any white space."""
    return isinstance(item, str) and len(item.split()) <= 1


class CountedItems:
    """Passes the items of a corpus on and counts them.

    Attributes
    ----------
    count : int
        How many items have been passed on so far.
    """

    def __init__(self, items: Iterable[Item]) -> None:
        self._items = items
        self.count = 0

    def __iter__(self) -> Iterator[Item]:
        self.count = 0
        for item in self._items:
            self.count += 1
            yield item


def progress_bar(stage: str, progress: bool | None, total: int | None = None, unit: str = "text") -> Any:
    """Open a progress bar on standard error; with None for `progress` it is shown on a terminal only."""
    disable = None if progress is None else not progress
    return bar_class(desc=stage, total=total, unit=unit, unit_scale=True, disable=disable)
