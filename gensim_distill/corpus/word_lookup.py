"""Fast lookup of the words of texts in a vocabulary, without a Python loop over words."""

from __future__ import annotations

import itertools
import threading
from array import array
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, TypeAlias

import numpy as np
import regex

from gensim_distill._utils.arrays import IntArray
from gensim_distill.corpus.chunk_words import CLINGS, ChunkWords
from gensim_distill.corpus.documents import Document, check_tokens, check_unknown_tokens
from gensim_distill.corpus.reader import TextReader, normalized
from gensim_distill.corpus.splitting import split_words

#: A function from a word without a row to the rows of its parts.
Divide: TypeAlias = Callable[[str], Sequence[int]]

# The largest number of cached chunks between whitespace, and their largest length. English chunks take 140 bytes each, 80 if
# the cache of the reader has them too: 27 MB in all, or 16.
_MOST_CHUNKS = 200_000
_LONGEST_CHUNK = 64
_MOST_ROWS = 4  # per chunk, on average
_UNKNOWN, _IN_CONTEXT = -1, -1

# A narrow no-break space between digits is within a number, formatting characters beside them or not.
_INSIDE_NUMBER = regex.compile(r"[\p{Nd}\p{WB=Format}\p{WB=Extend}]\u202f[\p{Nd}\p{WB=Format}\p{WB=Extend}]")


class WordLookup:
    """A lookup of the words of texts in a vocabulary, with the words of the reader but many times faster.

    Tokens take one dictionary access each. Raw strings that are split by the default splitter or ``str.split`` are split
    at whitespace first, and the words of each chunk are cached. Any other splitter is called for each text.

    Parameters
    ----------
    rows : mapping of str to int
        The row of each word, such as ``KeyedVectors.key_to_index``.
    reader : TextReader
        The reader whose words are looked up.
    divide : callable, optional
        A function from the key of a word without a row to the rows of its parts, none or several. It is called once for
        each such word, as far as the cache has room. By default words without a row are ignored.

    Examples
    --------
    >>> from gensim_distill.corpus.word_lookup import WordLookup
    >>> from gensim_distill.corpus.reader import TextReader
    >>> lookup = WordLookup({"rain": 0, "sun": 1}, TextReader())
    >>> rows, lengths = lookup.rows(["Rain, rain ...", ["sun", "snow"], "?"])
    >>> rows.tolist(), lengths.tolist()
    ([0, 0, 1], [2, 1, 0])
    >>> lookup = WordLookup({"rain": 0, "y": 1}, TextReader(), divide=lambda word: [0, 1] if word == "rainy" else [])
    >>> lookup.rows(["Rainy and rain"])[0].tolist()
    [0, 1, 0]
    """

    def __init__(self, rows: Mapping[str, int], reader: TextReader, divide: Divide | None = None) -> None:
        self.reader = reader
        self._rows = rows
        self._keyed = None if reader.key is None else _KeyedRows(rows, reader)
        self._divided = None if divide is None else _DividedWords(divide)
        words = reader.chunk_words()
        self._chunks = None if words is None else _Chunks(rows, reader, words, divide)

    def rows(self, texts: Sequence[Document]) -> tuple[IntArray, IntArray]:
        """Return the rows of the known words of texts, and of the parts of unknown ones.

        Parameters
        ----------
        texts : sequence of str or of lists of str

        Returns
        -------
        numpy.ndarray of int64, shape (n_rows,)
            The rows of all texts, concatenated.
        numpy.ndarray of int64, shape (n_texts,)
            The number of rows of each text.

        Raises
        ------
        TypeError
            If a text is neither a string nor a list of strings.
        """
        strings = [isinstance(text, str) for text in texts]
        if all(strings):
            return self._rows_of_strings(texts)  # type: ignore[arg-type]
        if not any(strings):
            return self._rows_of_tokens(texts)
        parts = []  # alternating runs of strings and of lists
        for is_string, run in itertools.groupby(zip(strings, texts), key=lambda pair: pair[0]):
            of_kind: list[Any] = [text for _, text in run]
            parts.append(self._rows_of_strings(of_kind) if is_string else self._rows_of_tokens(of_kind))
        return np.concatenate([rows for rows, _ in parts]), np.concatenate([lengths for _, lengths in parts])

    def rows_of_keys(self, keys: Sequence[str]) -> tuple[IntArray, IntArray]:
        """Return the rows of some words that are keys of the vocabulary already.

        Parameters
        ----------
        keys : sequence of str
            Words as :meth:`TextReader.keys` returns them.

        Returns
        -------
        numpy.ndarray of int64, shape (n_rows,)
            The rows of all words, concatenated.
        numpy.ndarray of int64, shape (n_words,)
            The number of rows of each word; 0 for one without.
        """
        rows = np.fromiter((self._rows.get(key, _UNKNOWN) for key in keys), np.int64, len(keys))
        return self._with_parts(rows, keys, list)

    def rows_of_tokens(self, tokens: Sequence[str]) -> IntArray:
        """Return the row of each token, or -1 for one without, which has no parts here.

        Parameters
        ----------
        tokens : sequence of str

        Returns
        -------
        numpy.ndarray of int64, shape (n_tokens,)
        """
        if self._keyed is None:
            found = map(self._rows.get, tokens, itertools.repeat(_UNKNOWN))
        else:
            found = map(self._keyed.__getitem__, tokens)
        return np.fromiter(found, np.int64, len(tokens))

    def _rows_of_tokens(self, documents: Sequence[Iterable[str]]) -> tuple[IntArray, IntArray]:
        texts = [text if type(text) is list or type(text) is tuple else check_tokens(text) for text in documents]
        tokens = list(itertools.chain.from_iterable(texts))
        try:
            rows = self.rows_of_tokens(tokens)
        except TypeError:
            for text in texts:
                check_tokens(text)  # raises the error that explains the problem
            raise
        known = rows >= 0
        # Known tokens are strings; the others have to be checked.
        if not known.all():
            check_tokens([tokens[place] for place in np.flatnonzero(~known).tolist()])
            if not known.any():
                check_unknown_tokens(texts)
        rows, sizes = self._with_parts(rows, tokens, self.reader.keys)
        return rows, _sums(sizes, np.fromiter(map(len, texts), np.int64, len(texts)))

    def _rows_of_strings(self, texts: Sequence[str]) -> tuple[IntArray, IntArray]:
        if self._chunks is None:
            keys = [self.reader.keys(text) for text in texts]
            flat = list(itertools.chain.from_iterable(keys))
            rows, sizes = self.rows_of_keys(flat)
            return rows, _sums(sizes, np.fromiter(map(len, keys), np.int64, len(keys)))
        return self._chunks.rows(texts)

    def _with_parts(
        self, rows: IntArray, words: Sequence[str], keys_of: Callable[[list[str]], list[str]]
    ) -> tuple[IntArray, IntArray]:
        """Replace the words without a row by their parts, or remove them; return rows, and the number of each word."""
        known = rows >= 0
        sizes = known.astype(np.int64)
        if self._divided is None or known.all():
            return rows[known], sizes
        unknown = [words[place] for place in np.flatnonzero(~known).tolist()]
        parts, sizes[~known] = self._divided.rows(keys_of(unknown))
        rows = np.repeat(rows, sizes)
        rows[np.repeat(~known, sizes)] = parts
        return rows, sizes


class _RowLists:
    """Lists of rows, each found by its number."""

    def __init__(self) -> None:
        # The rows of all lists, concatenated, and the end of each. Both start with an entry that belongs to no list.
        self._rows = array("q", [_UNKNOWN])
        self._ends = array("q", [1])

    @property
    def is_full(self) -> bool:
        return len(self._ends) > _MOST_CHUNKS or len(self._rows) > _MOST_ROWS * _MOST_CHUNKS

    def add(self, rows: Iterable[int]) -> int:
        """Add a list, and return its number."""
        self._rows.extend(rows)
        self._ends.append(len(self._rows))
        return len(self._ends) - 2

    def take(self, numbers: IntArray) -> tuple[IntArray, IntArray]:
        """Return the rows of some lists, concatenated, and the number of rows of each."""
        ends = np.frombuffer(self._ends, dtype=np.int64)
        begins, sizes = ends[numbers], ends[numbers + 1] - ends[numbers]
        # The positions of the rows of each list.
        places = np.repeat(begins - (np.cumsum(sizes) - sizes), sizes) + np.arange(sizes.sum())
        return np.frombuffer(self._rows, dtype=np.int64)[places], sizes


class _DividedWords(dict[str, int]):
    """A cache of words without a row: the number of the list of the rows of its parts."""

    def __init__(self, divide: Divide) -> None:
        super().__init__()
        self._divide = divide
        self._lists = _RowLists()
        self._lock = threading.Lock()

    def __missing__(self, word: str) -> int:
        number = self._lists.add(self._divide(word))
        if len(word) <= _LONGEST_CHUNK:
            self[word] = number
        return number

    def rows(self, words: list[str]) -> tuple[IntArray, IntArray]:
        """Return the rows of the parts of words, concatenated, and the number of each word."""
        with self._lock:
            if self._lists.is_full:
                self.clear()
                self._lists = _RowLists()
            return self._lists.take(np.fromiter(map(self.__getitem__, words), np.int64, len(words)))


class _KeyedRows(dict[str, int]):
    """A cache of the row of each token, which is looked up by its key."""

    def __init__(self, rows: Mapping[str, int], reader: TextReader) -> None:
        super().__init__()
        self._known, self._reader = rows, reader

    def __missing__(self, token: str) -> int:
        [key] = self._reader.keys([token])
        row = self._known.get(key, _UNKNOWN)
        if len(self) >= _MOST_CHUNKS:
            self.clear()
        self[token] = row
        return row


class _Chunks(dict[str, int]):
    """A cache of chunks between whitespace: the number of the list of the rows of its words."""

    def __init__(self, rows: Mapping[str, int], reader: TextReader, words: ChunkWords, divide: Divide | None) -> None:
        super().__init__()
        self._known, self._reader, self._words, self._divide = rows, reader, words, divide
        self._by_unicode = reader.word_splitter is split_words
        self._lock = threading.Lock()
        self._lists = _RowLists()

    def __missing__(self, chunk: str) -> int:
        string = chunk
        if not chunk.isascii():
            string = normalized(chunk)
            if self._by_unicode and CLINGS.search(string):
                return _IN_CONTEXT
        number = self._add(self._words.keys_of_chunk(string))
        if len(chunk) <= _LONGEST_CHUNK:
            self[chunk] = number
        return number

    def _add(self, keys: Iterable[str]) -> int:
        rows: list[int] = []
        for key in keys:
            row = self._known.get(key, _UNKNOWN)
            if row >= 0:
                rows.append(row)
            elif self._divide is not None:
                rows.extend(self._divide(key))
        return self._lists.add(rows)

    def rows(self, texts: Sequence[str]) -> tuple[IntArray, IntArray]:
        """Return the rows of the words of texts, concatenated, and the number of each text."""
        with self._lock:
            return self._rows(texts)

    def _rows(self, texts: Sequence[str]) -> tuple[IntArray, IntArray]:
        if self._lists.is_full:
            self.clear()
            self._lists = _RowLists()
        chunks = [text.split() for text in texts]
        numbers, lengths = self._number(chunks)
        whole = np.zeros(len(texts), dtype=bool)
        if _IN_CONTEXT in numbers:
            whole[np.repeat(np.arange(len(texts)), lengths)[numbers == _IN_CONTEXT]] = True
        if self._by_unicode:
            has_number = ("\u202f" in text and _INSIDE_NUMBER.search(text) is not None for text in texts)
            whole |= np.fromiter(has_number, bool, len(texts))
        if whole.any():
            # The reader splits these few texts as a whole.
            parts = np.split(numbers, np.cumsum(lengths)[:-1])
            parts = [
                np.array([self._add(self._reader.keys(texts[i]))]) if whole[i] else part for i, part in enumerate(parts)
            ]
            numbers = np.concatenate(parts)
            lengths = np.array([len(part) for part in parts], dtype=np.int64)
        rows, sizes = self._lists.take(numbers)
        return rows, _sums(sizes, lengths)

    def _number(self, chunks: list[list[str]]) -> tuple[IntArray, IntArray]:
        lengths = np.fromiter(map(len, chunks), np.int64, len(chunks))
        flat = itertools.chain.from_iterable(chunks)
        return np.fromiter(map(self.__getitem__, flat), np.int64, int(lengths.sum())), lengths


def _sums(sizes: IntArray, lengths: IntArray) -> IntArray:
    """Return the sum of the sizes of the words or chunks of each text."""
    before = np.concatenate([[0], np.cumsum(sizes)])
    ends = np.concatenate([[0], np.cumsum(lengths)])
    sums: IntArray = np.diff(before[ends])
    return sums
