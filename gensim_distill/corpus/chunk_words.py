"""Words of raw text by chunks: text is divided at whitespace, and each distinct chunk is split once."""

from __future__ import annotations

import itertools
import operator
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TypeAlias, TypeVar

import regex

from gensim_distill.corpus.documents import Span
from gensim_distill.corpus.splitting import MARKS

# The length of a chunk with the separator after it, its number of words, and their starts and lengths.
_Shape: TypeAlias = tuple[int, int, tuple[int, ...], tuple[int, ...]]
_Value = TypeVar("_Value")

# The largest number of cached chunks, and their largest length. English chunks take 250 bytes each, so 50 MB in all.
_MOST_CHUNKS = 200_000
_LONGEST_CHUNK = 64
_MOST_COUNTED = 100_000  # chunks whose words are counted together, 95 bytes each
_LONG_TEXT = 1 << 16
# A narrow no-break space may be inside a number.
_SEPARATOR = re.compile("[^\\S\u202f]")
_HAS_OTHER_SEPARATOR = re.compile("[^\\S\u202f ]")
#: A mark or a joiner at the beginning of a string: there is no word boundary between whitespace and it.
CLINGS = regex.compile(f"^{MARKS}")
# Python's re counts the separators of ASCII as whitespace, regex does not.
_HAS_CLINGING = regex.compile(rf"(?:^|[\s\x1c-\x1f]){MARKS}")


class ChunkWords:
    """The words of raw strings, split once for each distinct chunk between whitespace.

    Chunks of natural text are repeated so often that looking them up is several times as fast as splitting. The cache is bounded,
    and may be used by several threads.

    Parameters
    ----------
    split : callable
        A function from a string to the spans of its words, for which whitespace separates words, except before marks and
        joiners.
    key : callable
        A function from a word to its key.

    Examples
    --------
    >>> from gensim_distill.corpus.chunk_words import ChunkWords
    >>> from gensim_distill.corpus.splitting import split_words
    >>> def split(string):
    ...     print("splits", repr(string))
    ...     return split_words(string)
    >>> words = ChunkWords(split, str.lower)
    >>> words.keys_of("So, so, so!")
    splits 'So,'
    splits 'so,'
    splits 'so!'
    ['so', 'so', 'so']
    >>> words.keys_of("so, so!")
    ['so', 'so']
    """

    def __init__(self, split: Callable[[str], list[Span]], key: Callable[[str], str]) -> None:
        self._split = split
        self._key = key
        self._keys: _Cache[tuple[str, ...]] = _Cache(lambda chunk: tuple(self._keys_at(chunk, split(chunk))))
        self._shapes: _Cache[_Shape] = _Cache(self._shape)
        self._shared: dict[_Shape, _Shape] = {}

    def keys_of(self, string: str) -> list[str]:
        """Return the keys of the words of a string."""
        try:
            return list(itertools.chain.from_iterable(map(self._keys.__getitem__, _divide(string))))
        except _ClingsError:
            return self._keys_at(string, self._split(string))

    def keys_of_chunk(self, chunk: str) -> Sequence[str]:
        """Return the keys of the words of a string without whitespace, for a caller that caches results itself.

        They come from the cache if they are there, and are not added to it.
        """
        keys = self._keys.get(chunk)
        return self._keys_at(chunk, self._split(chunk)) if keys is None else keys

    def spans_of(self, string: str) -> tuple[list[str], list[int], list[int]]:
        """Return the keys of the words of a string, their starts and their ends."""
        chunks = _divide(string)
        if len(string) <= _LONGEST_CHUNK * len(chunks):  # most chunks can be cached
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
        spans = self._split(string)
        return self._keys_at(string, spans), [start for start, _ in spans], [end for _, end in spans]

    def count(self, strings: Iterable[str]) -> Iterator[tuple[tuple[str, ...], int]]:
        """Yield keys of successive words, and how often these occur in some strings; the first occurrences are in order."""
        chunks: Counter[str] = Counter()
        for string in strings:
            if has_clinging(string):
                yield from self._counts(chunks)
                chunks.clear()
                yield tuple(self._keys_at(string, self._split(string))), 1
                continue
            for part in _parts(string):
                chunks.update(_divide(part))
                if len(chunks) >= _MOST_COUNTED:
                    yield from self._counts(chunks)
                    chunks.clear()
        yield from self._counts(chunks)

    def _counts(self, chunks: Counter[str]) -> Iterator[tuple[tuple[str, ...], int]]:
        return zip(map(self._keys.__getitem__, chunks), chunks.values())

    def _keys_at(self, string: str, spans: list[Span]) -> list[str]:
        return [self._key(string[start:end]) for start, end in spans]

    def _shape(self, chunk: str) -> _Shape:
        spans = self._split(chunk)
        shape = (len(chunk) + 1, len(spans), tuple([a for a, _ in spans]), tuple([b - a for a, b in spans]))
        if len(self._shared) >= _MOST_CHUNKS:
            self._shared.clear()
        return self._shared.setdefault(shape, shape)


class _Cache(dict[str, _Value]):
    """A bounded dictionary that computes the value of a chunk that it lacks."""

    def __init__(self, compute: Callable[[str], _Value]) -> None:
        super().__init__()
        self._compute = compute

    def __missing__(self, chunk: str) -> _Value:
        if not chunk.isascii() and CLINGS.search(chunk):
            raise _ClingsError
        value = self._compute(chunk)
        if len(chunk) <= _LONGEST_CHUNK:
            if len(self) >= _MOST_CHUNKS:
                self.clear()
            self[chunk] = value
        return value


class _ClingsError(Exception):
    """Whitespace in a string is followed by a mark or a joiner, and the string has to be split as a whole."""


def _divide(string: str) -> list[str]:
    """Divide a string at each character of whitespace."""
    return _SEPARATOR.split(string) if _HAS_OTHER_SEPARATOR.search(string) else string.split(" ")


def has_clinging(string: str) -> bool:
    """Return whether a mark or a joiner follows whitespace in a string, or begins it."""
    return not string.isascii() and _HAS_CLINGING.search(string) is not None


def _parts(string: str) -> Iterator[str]:
    """Divide a long string at some of its whitespace, so that its chunks do not have to be in memory at once."""
    begin = 0
    while len(string) - begin > _LONG_TEXT and (separator := _SEPARATOR.search(string, begin + _LONG_TEXT)):
        yield string[begin : separator.start()]
        begin = separator.end()
    yield string[begin:] if begin else string
