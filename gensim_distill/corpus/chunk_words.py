"""Words of raw text by chunks: text is divided at whitespace, and each distinct chunk is split once."""

from __future__ import annotations

import itertools
import operator
import re
from collections.abc import Callable
from typing import TypeAlias, TypeVar

import regex

from gensim_distill.corpus.documents import Span

# The length of a chunk with the separator after it, its number of words, and their starts and lengths.
_Shape: TypeAlias = tuple[int, int, tuple[int, ...], tuple[int, ...]]
_Value = TypeVar("_Value")

# The largest number of cached chunks, and their largest length: about 50 MB.
_MOST_CHUNKS = 150_000
_LONGEST_CHUNK = 64
# A narrow no-break space may be inside a number.
_SEPARATOR = re.compile("[^\\S\u202f]")
_HAS_OTHER_SEPARATOR = re.compile("[^\\S\u202f ]")
#: A mark or a joiner at the beginning of a string: there is no word boundary between whitespace and it.
CLINGS = regex.compile(r"^[\p{WB=Extend}\p{WB=Format}\p{WB=ZWJ}]")


class ChunkWords:
    """The words of raw strings, split once for each distinct chunk between whitespace.

    Chunks of natural text are repeated so often that looking them up is several times as fast as splitting. The cache is bounded,
    and may be used by several threads.

    Parameters
    ----------
    split : callable
        A function from a string to the keys and the spans of its words, for which whitespace separates words, except before
        marks and joiners.

    Examples
    --------
    >>> from gensim_distill.corpus.chunk_words import ChunkWords
    >>> from gensim_distill.corpus.splitting import split_words
    >>> def split(string):
    ...     print("splits", repr(string))
    ...     spans = split_words(string)
    ...     return [string[start:end] for start, end in spans], spans
    >>> words = ChunkWords(split)
    >>> words.keys_of("so, so!")
    splits 'so,'
    splits 'so!'
    ['so', 'so']
    >>> words.spans_of("so, so, so")
    splits 'so'
    (['so', 'so', 'so'], [0, 4, 8], [2, 6, 10])
    """

    def __init__(self, split: Callable[[str], tuple[list[str], list[Span]]]) -> None:
        self._split = split
        self._keys: _Cache[tuple[str, ...]] = _Cache(lambda chunk: self._add(chunk)[0])
        self._shapes: _Cache[_Shape] = _Cache(lambda chunk: self._add(chunk)[1])
        self._shared: dict[_Shape, _Shape] = {}

    def keys_of(self, string: str) -> list[str]:
        """Return the keys of the words of a string."""
        chunks = _divide(string)
        if len(chunks) > 1:
            try:
                return list(itertools.chain.from_iterable(map(self._keys.__getitem__, chunks)))
            except _ClingsError:
                pass
        return self._split(string)[0]

    def spans_of(self, string: str) -> tuple[list[str], list[int], list[int]]:
        """Return the keys of the words of a string, their starts and their ends."""
        chunks = _divide(string)
        if len(chunks) > 1:
            try:
                keys = list(itertools.chain.from_iterable(map(self._keys.__getitem__, chunks)))
                lengths, numbers, starts, sizes = zip(*map(self._shapes.__getitem__, chunks))
            except _ClingsError:
                pass
            else:
                offsets = map(itertools.repeat, itertools.accumulate(lengths, initial=0), numbers)
                flat = itertools.chain.from_iterable
                begins = list(map(operator.add, flat(offsets), flat(starts)))
                return keys, begins, list(map(operator.add, begins, flat(sizes)))
        keys, spans = self._split(string)
        return keys, [start for start, _ in spans], [end for _, end in spans]

    def _add(self, chunk: str) -> tuple[tuple[str, ...], _Shape]:
        if not chunk.isascii() and CLINGS.search(chunk):
            raise _ClingsError
        keys, spans = self._split(chunk)
        starts, sizes = tuple(start for start, _ in spans), tuple(end - start for start, end in spans)
        shape = (len(chunk) + 1, len(keys), starts, sizes)
        words = tuple(keys)
        if len(chunk) <= _LONGEST_CHUNK:
            if len(self._keys) >= _MOST_CHUNKS:
                for cache in (self._keys, self._shapes, self._shared):
                    cache.clear()
            self._keys[chunk] = words
            self._shapes[chunk] = self._shared.setdefault(shape, shape)
        return words, shape


class _Cache(dict[str, _Value]):
    """A dictionary that computes what it lacks."""

    def __init__(self, compute: Callable[[str], _Value]) -> None:
        super().__init__()
        self._compute = compute

    def __missing__(self, chunk: str) -> _Value:
        return self._compute(chunk)


class _ClingsError(Exception):
    """Whitespace in a string is followed by a mark or a joiner, and the string has to be split as a whole."""


def _divide(string: str) -> list[str]:
    """Divide a string at each character of whitespace."""
    return _SEPARATOR.split(string) if _HAS_OTHER_SEPARATOR.search(string) else string.split(" ")
