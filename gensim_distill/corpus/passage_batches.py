"""Batches of passages, and of the longer passages of which they are parts."""

from __future__ import annotations

import hashlib
from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

import numpy as np

from gensim_distill._utils.arrays import IntArray
from gensim_distill.corpus.documents import Document, Span, encode_document
from gensim_distill.corpus.passage_candidates import Limits, Passages
from gensim_distill.corpus.passages import PassageSizes, as_sequence, count_words, passage_spans, strip_whitespace
from gensim_distill.corpus.reader import TextReader
from gensim_distill.corpus.word_lookup import WordLookup

_Text = TypeVar("_Text", str, Sequence[str])

# The size of a batch in characters: five per token, and some for each passage, so that empty ones do not pile up.
_CHARACTERS, _CHARACTERS_PER_TOKEN, _CHARACTERS_PER_PASSAGE = 500_000, 5, 64


def hash_passage(passage: Document, seed: bytes) -> int:
    """Return the random number of a passage: a hash of its content, without whitespace at its ends, and the seed."""
    content = encode_document(strip_whitespace(passage) if isinstance(passage, str) else passage)
    return int.from_bytes(hashlib.blake2b(content, digest_size=8, key=seed).digest(), "big")


def _hash_contents(contents: Iterable[bytes], seed: bytes) -> np.ndarray:
    digests = [hashlib.blake2b(content, digest_size=8, key=seed).digest() for content in contents]
    return np.frombuffer(b"".join(digests), dtype=">u8").astype(np.uint64)


@dataclass(slots=True)
class _Columns:
    """Passages: the number of the document of each, where it is in the document, and its size.

    Attributes
    ----------
    ordinals, begins, ends : list of int
        The begin and end are in characters or tokens.
    sizes : list of int
        As counted by :func:`~gensim_distill.corpus.passages.count_words`.
    """

    ordinals: list[int] = field(default_factory=list)
    begins: list[int] = field(default_factory=list)
    ends: list[int] = field(default_factory=list)
    sizes: list[int] = field(default_factory=list)

    def __len__(self) -> int:
        return len(self.sizes)

    def append(self, ordinal: int, begin: int, end: int, size: int) -> None:
        self.ordinals.append(ordinal)
        self.begins.append(begin)
        self.ends.append(end)
        self.sizes.append(size)

    def take(
        self, found: IntArray, part: int, hashes: np.ndarray, texts: np.ndarray, words: IntArray, lengths: IntArray
    ) -> Passages:
        columns = self.ordinals, self.begins, self.ends, self.sizes
        ordinals, begins, ends, sizes = (np.array(column, dtype=np.int64)[found] for column in columns)
        parts = np.full(len(found), part, dtype=np.int64)
        return Passages(hashes, texts, parts, ordinals, begins, ends, sizes, words.astype(np.int32), lengths)


class PassageBatch(ABC):
    """Passages of successive documents, all of them strings or all of them lists of tokens."""

    _passages: _Columns
    _texts: _Columns  # longer passages, which consist of several of the passages
    _text_of: list[int]  # the number of the longer passage of which each passage is a part, or -1

    def __init__(self) -> None:
        self._passages, self._texts, self._text_of = _Columns(), _Columns(), []

    @property
    def words(self) -> int:
        """The number of words of all passages."""
        return sum(self._passages.sizes)

    @property
    def words_in_texts(self) -> int:
        """The number of words of the passages that are parts of longer ones."""
        return sum(self._texts.sizes)

    def known_words(self, lookup: WordLookup, seed: bytes, part: int, limits: Limits) -> tuple[Passages, Passages]:
        """Return the passages, and the longer ones, that have words of the vocabulary.

        Parameters
        ----------
        lookup : WordLookup
            Finds the words of the vocabulary.
        seed : bytes
            Of the hashes.
        part : int
            The number of the part of the corpus.
        limits : Limits
            Passages outside of them are omitted.

        Returns
        -------
        tuple of two Passages
        """
        rows, lengths = self._rows(lookup)
        found, words, lengths = _distinct(np.repeat(np.arange(len(lengths)), lengths), rows)
        text_of = np.array(self._text_of, dtype=np.int64)[found]
        text_hashes = _hash_contents(self._text_contents(), seed)
        # The last one is that of passages which are no part of a longer one.
        texts_of_found = np.append(text_hashes, np.uint64(0))[text_of]
        hashes = _hash_contents(self._contents(found), seed)
        passages = self._passages.take(found, part, hashes, texts_of_found, words, lengths)
        in_text = np.repeat((text_of >= 0) & (texts_of_found <= limits.texts), lengths)
        found, words, lengths = _distinct(np.repeat(text_of, lengths)[in_text], words[in_text])
        hashes = text_hashes[found]
        return limits.possible(passages), self._texts.take(found, part, hashes, hashes, words, lengths)

    @abstractmethod
    def _rows(self, lookup: WordLookup) -> tuple[IntArray, IntArray]:
        """Return the row of each known word, and the number of these of each passage."""

    @abstractmethod
    def _contents(self, passages: IntArray) -> Iterable[bytes]:
        """Return the content of some passages, by their numbers, to be hashed."""

    @abstractmethod
    def _text_contents(self) -> Iterable[bytes]:
        """Return the content of the longer passages, to be hashed."""


class _StringBatch(PassageBatch):
    """Passages of strings."""

    def __init__(self) -> None:
        super().__init__()
        self._strings: list[str] = []
        self._text_strings: list[str] = []

    def add(self, ordinal: int, begin: int, text: str, parts: Iterable[Span] | None) -> int:
        """Add a passage, or the parts of a longer one, and return its size in characters."""
        for first, last in ((0, len(text)),) if parts is None else parts:
            passage = text[first:last]
            self._strings.append(passage)
            self._passages.append(ordinal, begin + first, begin + last, count_words(passage))
        number = len(self._strings) - len(self._text_of)
        if number > 1:
            self._text_strings.append(text)
            size = sum(self._passages.sizes[-number:])
            self._texts.append(ordinal, begin, begin + len(text), size)
        self._text_of += [len(self._texts) - 1 if number > 1 else -1] * number
        return len(text) + _CHARACTERS_PER_PASSAGE * number

    def _rows(self, lookup: WordLookup) -> tuple[IntArray, IntArray]:
        return lookup.rows(self._strings)

    def _contents(self, passages: IntArray) -> Iterable[bytes]:
        return (encode_document(strip_whitespace(self._strings[passage])) for passage in passages.tolist())

    def _text_contents(self) -> Iterable[bytes]:
        return (encode_document(strip_whitespace(text)) for text in self._text_strings)


class _TokenBatch(PassageBatch):
    """Passages of lists of tokens, whose tokens are checked, looked up and encoded together."""

    def __init__(self) -> None:
        super().__init__()
        self._tokens: list[str] = []
        self._begins_of_texts: list[int] = []
        self._ends_of_texts: list[int] = []
        self._encoded = b""
        self._bounds = np.zeros(1, dtype=np.int64)  # where passages begin in it

    def add(self, ordinal: int, begin: int, text: Sequence[str], parts: Iterable[Span] | None) -> int:
        """Add a passage, or the parts of a longer one, and return its size in characters."""
        self._tokens += text
        size, number = len(text), 1
        if parts is None:
            self._passages.append(ordinal, begin, begin + size, size)
        else:
            for first, last in parts:
                self._passages.append(ordinal, begin + first, begin + last, last - first)
            number = len(self._passages) - len(self._text_of)
        if number > 1:
            self._begins_of_texts.append(len(self._text_of))
            self._ends_of_texts.append(len(self._passages))
            self._texts.append(ordinal, begin, begin + size, size)
        self._text_of += [len(self._texts) - 1 if number > 1 else -1] * number
        return _CHARACTERS_PER_TOKEN * size + _CHARACTERS_PER_PASSAGE * number

    def _rows(self, lookup: WordLookup) -> tuple[IntArray, IntArray]:
        ends = np.append(0, np.cumsum(self._passages.sizes, dtype=np.int64))
        self._encoded = encode_document(self._tokens)
        nul = np.flatnonzero(np.frombuffer(self._encoded, dtype=np.uint8) == 0)  # before each token
        self._bounds = np.append(nul, len(self._encoded))[ends]
        rows = lookup.rows_of_tokens(self._tokens)
        known = rows >= 0
        return rows[known], np.diff(np.append(0, np.cumsum(known))[ends])

    def _contents(self, passages: IntArray) -> Iterable[bytes]:
        return self._slices(self._bounds[passages], self._bounds[passages + 1])

    def _text_contents(self) -> Iterable[bytes]:
        begins, ends = (np.array(column, dtype=np.int64) for column in (self._begins_of_texts, self._ends_of_texts))
        return self._slices(self._bounds[begins], self._bounds[ends])

    def _slices(self, begins: IntArray, ends: IntArray) -> Iterable[bytes]:
        return map(self._encoded.__getitem__, map(slice, begins.tolist(), ends.tolist()))


def _distinct(owners: IntArray, rows: IntArray) -> tuple[IntArray, IntArray, IntArray]:
    """Return the owners of words, the different words of each, concatenated, and the number of these of each."""
    size = int(rows.max(initial=0)) + 1
    pairs = np.sort(owners * size + rows)  # several times as fast as numpy.unique
    pairs = pairs[_is_first(pairs)]
    owners = pairs // size
    begins = np.flatnonzero(_is_first(owners))
    return owners[begins], pairs - owners * size, np.diff(begins, append=len(owners))


def _is_first(ordered: np.ndarray) -> np.ndarray:
    first = np.ones(len(ordered), dtype=np.bool_)
    np.not_equal(ordered[1:], ordered[:-1], out=first[1:])
    return first


def _texts(
    document: _Text, reader: TextReader, sizes: PassageSizes
) -> Iterator[tuple[int, _Text, Iterable[Span] | None]]:
    """Yield the begin of each of the largest passages, the passage, and its parts unless it is not divided."""
    spans = passage_spans(document, reader, sizes.largest)
    of_parts = None if sizes.texts is None else sizes.words
    if spans is None:
        yield 0, document, passage_spans(document, reader, of_parts)
        return
    for begin, end in spans:
        text = document[begin:end]
        yield begin, text, passage_spans(text, reader, of_parts)


def passage_batches(documents: Iterable[Document], reader: TextReader, sizes: PassageSizes) -> Iterator[PassageBatch]:
    """Yield the passages of documents in batches, those of strings and those of lists of tokens in order.

    Parameters
    ----------
    documents : iterable of str or of lists of str
        They are streamed.
    reader : TextReader
    sizes : PassageSizes

    Yields
    ------
    PassageBatch
        Longer passages are in one batch with their parts.
    """
    strings, lists = _StringBatch(), _TokenBatch()
    size_of_strings = size_of_lists = 0
    for ordinal, document in enumerate(documents):
        if isinstance(document, str):
            for begin, text, parts in _texts(document, reader, sizes):
                size_of_strings += strings.add(ordinal, begin, text, parts)
                if size_of_strings > _CHARACTERS:
                    yield strings
                    strings, size_of_strings = _StringBatch(), 0
        else:
            for begin, tokens, parts in _texts(as_sequence(document), reader, sizes):
                size_of_lists += lists.add(ordinal, begin, tokens, parts)
                if size_of_lists > _CHARACTERS:
                    yield lists
                    lists, size_of_lists = _TokenBatch(), 0
    if size_of_strings:
        yield strings
    if size_of_lists:
        yield lists
