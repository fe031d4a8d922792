"""A bounded sample of texts, each with its words and the teacher's vector, from which the text view is learned.

The texts are those with the smallest keys, where the key of a text is a hash of its words. So a text is kept or dropped
whatever the order of the documents and their division into shards, and the stores of the parts of a corpus add up to that
of the whole, as the sums of :class:`~gensim_distill.statistics.moments.Moments` do.
"""

from __future__ import annotations

import copy
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from gensim_distill._utils.arrays import IntArray
from gensim_distill.contexts.scopes import ContextBatch
from gensim_distill.statistics.hashes import hash_words

#: The largest number of texts of a store: the map from word statistics to text vectors needs a few ten thousand.
CAPACITY = 100_000
#: The largest number of words of all texts of a store, so that long texts do not exceed the memory of short ones.
MAX_WORDS = 10_000_000
# The largest finite number of float16. Hidden states beyond are rare, and clipping one hardly changes a direction.
_LARGEST = float(np.finfo(np.float16).max)
# Texts are added to a list, and sorted by key as soon as there are this many new ones, as a part of the capacity.
_NEW_PART = 4
# Few enough for the places of their words, which take several times the memory of the words themselves.
_TEXTS_AT_ONCE = 1_024
# Multipliers and shifts of the finalizer of SplitMix64 (Steele, Lea and Flood, 2014), a bijection of 64 bits.
_MIX = ((np.uint64(30), np.uint64(0xBF58476D1CE4E5B9)), (np.uint64(27), np.uint64(0x94D049BB133111EB)))
_LAST_SHIFT = np.uint64(31)
# Bounds of the usual numbers of words of a text, for estimates of memory.
_FEW_WORDS, _MANY_WORDS = 12, 32
_NO_LIMIT = np.iinfo(np.uint64).max


@dataclass(frozen=True)
class TextSample:
    """The words of texts, with the teacher's vector of each text.

    Attributes
    ----------
    words : numpy.ndarray of int32, shape (n_words,)
        The index of each word in the vocabulary, a word that occurs twice in a text twice. The words of all texts are
        concatenated, in no meaningful order within a text; words outside the vocabulary are not included.
    lengths : numpy.ndarray of int32, shape (n_texts,)
        The number of these words in each text, from 1.
    vectors : numpy.ndarray of floats, shape (n_texts, width)
        The teacher's vector of each text.

    Examples
    --------
    >>> import numpy as np
    >>> from gensim_distill.statistics.text_store import TextSample
    >>> sample = TextSample(np.array([7, 8, 7], np.int32), np.array([2, 1], np.int32), np.ones((2, 3), np.float16))
    >>> len(sample), sample.select(np.array([1])).words.tolist()
    (2, [7])
    """

    words: np.ndarray
    lengths: np.ndarray
    vectors: np.ndarray

    def __len__(self) -> int:
        return len(self.lengths)

    @property
    def nbytes(self) -> int:
        """The size of the arrays in bytes."""
        return self.words.nbytes + self.lengths.nbytes + self.vectors.nbytes

    def select(self, texts: IntArray) -> TextSample:
        """Return some of the texts, in any order.

        Parameters
        ----------
        texts : numpy.ndarray of int64
            Their positions in this sample.
        """
        return _gather([self], texts)


class TextStore:
    """The words and vectors of a bounded number of texts, a sample that does not depend on the order of documents.

    Texts without a word of the vocabulary, or without a vector, are ignored. Of texts with the same words one is kept.

    Parameters
    ----------
    width : int
        The number of dimensions of a vector.
    words : sequence of str, optional
        The vocabulary, which :meth:`add` needs and :meth:`merge` does not.
    capacity, max_words : int, optional
        The largest number of texts, and of all their words.

    Attributes
    ----------
    width, capacity, max_words : int

    Examples
    --------
    >>> import numpy as np
    >>> from gensim_distill.contexts.scopes import ContextBatch
    >>> from gensim_distill.statistics.text_store import TextStore
    >>> store = TextStore(width=2, words=["graph", "trees"])
    >>> words, sentences = np.array([1, -1, 0, -1]), np.array([0, 0, 0, 1])
    >>> store.add(ContextBatch(words, sentences, np.array([[1.0, 2.0], [3.0, 4.0]]), np.array([4])))
    >>> sample = store.sample()
    >>> sorted(sample.words.tolist()), sample.lengths.tolist(), sample.vectors.tolist()
    ([0, 1], [2], [[1.0, 2.0]])
    """

    def __init__(
        self, width: int, words: Sequence[str] = (), *, capacity: int = CAPACITY, max_words: int = MAX_WORDS
    ) -> None:
        self.width = width
        self.capacity, self.max_words = capacity, max_words
        self._hashes = hash_words(words)
        # Sorted by key once there are no new texts: the first block then has all texts.
        self._keys: list[np.ndarray] = []
        self._blocks: list[TextSample] = []
        self._new_texts = self._new_words = 0
        # Texts with this key or a larger one have been dropped for lack of space, here or in a store merged into this one.
        self._limit = _NO_LIMIT

    @staticmethod
    def bytes_of(width: int, words: int | None = None, texts: int | None = None) -> int:
        """Return the largest size of a store, in bytes; while texts are added it may need as much again and a part more.

        Parameters
        ----------
        width : int
        words : int, optional
            The number of words of the corpus, if it is known.
        texts : int, optional
            The number of texts, if it is known: there are no more than words.
        """
        in_texts = MAX_WORDS if words is None else min(MAX_WORDS, words)
        texts = min(CAPACITY, in_texts) if texts is None else texts
        return texts * (8 + 4 + 2 * width) + 4 * in_texts

    @staticmethod
    def expected_size(words: int | None = None) -> tuple[int, int]:
        """Return the number of texts that a store of ordinary sentences has, and of their words; rather too many than too few.

        Parameters
        ----------
        words : int, optional
            The number of words of the corpus, if it is known.
        """
        texts = CAPACITY if words is None else min(CAPACITY, -(-words // _FEW_WORDS))
        in_texts = _MANY_WORDS * texts
        return texts, in_texts if words is None else min(in_texts, words)

    @property
    def nbytes(self) -> int:
        """The size of the texts in bytes."""
        return sum(keys.nbytes + block.nbytes for keys, block in zip(self._keys, self._blocks))

    def add(self, batch: ContextBatch) -> None:
        """Add the texts of some documents.

        Parameters
        ----------
        batch : ContextBatch
            One context per text. Rows of -1 belong to no text.
        """
        used = (batch.words >= 0) & (batch.rows >= 0)
        words, rows = batch.words[used], batch.rows[used]
        hashes = self._hashes[words]
        # Sorted by hash within each text, so that texts of the same words are equal whatever their order.
        order = np.lexsort((hashes, rows))
        words, rows, hashes = words[order], rows[order], hashes[order]
        starts = np.flatnonzero(np.diff(rows, prepend=-1))
        if not len(starts):
            return
        keys = _mix(np.add.reduceat(hashes, starts))
        lengths = np.diff(starts, append=len(words))
        texts = np.flatnonzero(keys < self._limit)
        in_texts = np.repeat(keys < self._limit, lengths)
        vectors = np.clip(batch.take(rows[starts[texts]]), -_LARGEST, _LARGEST).astype(np.float16)
        self._append(
            keys[texts], TextSample(words[in_texts].astype(np.int32), lengths[texts].astype(np.int32), vectors)
        )

    def merge(self, other: TextStore, indices: IntArray | None = None) -> None:
        """Add the texts of another store, over the same vocabulary or a part of it.

        Parameters
        ----------
        other : TextStore
            It stays unchanged.
        indices : numpy.ndarray of int64, optional
            The index in this vocabulary of each word of the other one; by default both are the same.

        Raises
        ------
        ValueError
            If the vectors have different numbers of dimensions.
        """
        if other.width != self.width:
            raise ValueError(
                f"Stores of texts can be merged if their vectors have the same number of dimensions: {self.width} against "
                f"{other.width}."
            )
        if other._limit < self._limit:
            self._limit = other._limit
            self._new_texts += len(self._blocks)  # texts beyond the limit are dropped when all are sorted
        for keys, block in zip(other._keys, other._blocks):
            words = block.words if indices is None else indices[block.words].astype(np.int32)
            self._append(keys, TextSample(words, block.lengths, block.vectors))

    def take(self, rows: IntArray) -> TextStore:
        """Return the texts with the indices of another vocabulary.

        Parameters
        ----------
        rows : numpy.ndarray of int64, shape (number of words,)
            The index of each of its words in this vocabulary; -1 for a new word.

        Returns
        -------
        TextStore
            Words that the other vocabulary lacks are removed, and texts without any other word. Texts cannot be added to
            it, only stores.
        """
        self._sort()
        taken = copy.copy(self)
        taken._hashes = hash_words(())
        taken._keys, taken._blocks = list(self._keys), list(self._blocks)
        if not self._blocks:
            return taken
        [keys], [block] = self._keys, self._blocks
        indices = np.full(max(int(block.words.max()), int(rows.max(initial=-1))) + 1, -1, dtype=np.int32)
        indices[rows[rows >= 0]] = np.flatnonzero(rows >= 0)
        words = indices[block.words]
        kept = words >= 0
        lengths = np.bincount(np.repeat(np.arange(len(block)), block.lengths)[kept], minlength=len(block))
        remain = lengths > 0
        taken._keys = [keys[remain]]
        vectors = block.vectors if remain.all() else block.vectors[remain]
        taken._blocks = [TextSample(words[kept], lengths[remain].astype(np.int32), vectors)]
        return taken

    def sample(self) -> TextSample:
        """Return the texts, sorted by key, so that their order does not depend on that of the documents."""
        self._sort()
        return self._blocks[0] if self._blocks else _empty(self.width)

    def to_arrays(self) -> dict[str, np.ndarray]:
        """Return the arrays to save, by name; they are not copied."""
        sample = self.sample()
        return {
            "words": sample.words,
            "lengths": sample.lengths,
            "vectors": sample.vectors,
            "keys": self._keys[0] if self._keys else np.empty(0, np.uint64),
            "limit": np.array([self._limit], dtype=np.uint64),
        }

    @classmethod
    def from_arrays(cls, arrays: dict[str, np.ndarray]) -> TextStore:
        """Return a store with the arrays of :meth:`to_arrays`, which are not copied; texts cannot be added to it.

        Raises
        ------
        KeyError, ValueError
            If an array is missing, or does not fit to the others.
        """
        expected = {
            "words": (1, "i4"),
            "lengths": (1, "i4"),
            "vectors": (2, "f2"),
            "keys": (1, "u8"),
            "limit": (1, "u8"),
        }
        for name, (dimensions, dtype) in expected.items():
            array = arrays[name]
            if array.ndim != dimensions or array.dtype != np.dtype(dtype):
                raise ValueError(f"{name} has the shape {array.shape} and the dtype {array.dtype}")
        words, lengths, vectors, keys, limit = (arrays[name] for name in expected)
        number = len(keys)
        if not (len(lengths) == len(vectors) == number and len(limit) == 1):
            raise ValueError(f"there are {len(lengths)} lengths and {len(vectors)} vectors for {number} texts")
        if lengths.min(initial=1) < 1 or int(lengths.sum(dtype=np.int64)) != len(words) or words.min(initial=0) < 0:
            raise ValueError(f"the lengths of texts do not add up to their {len(words)} words")
        if np.any(keys[1:] <= keys[:-1]) or np.any(keys >= limit[0]):
            raise ValueError("the keys of texts are not in ascending order")
        store = cls(vectors.shape[1])
        store._limit = int(limit[0])
        store._append(keys, TextSample(words, lengths, vectors))
        return store

    def _append(self, keys: np.ndarray, texts: TextSample) -> None:
        if not len(texts):
            return
        self._keys.append(keys)
        self._blocks.append(texts)
        self._new_texts += len(texts)
        self._new_words += len(texts.words)
        if _NEW_PART * self._new_texts > self.capacity or _NEW_PART * self._new_words > self.max_words:
            self._sort()

    def _sort(self) -> None:
        """Sort the texts by key, and drop those for which there is no space."""
        if not self._new_texts:
            return
        all_keys = np.concatenate(self._keys)
        order = np.argsort(all_keys, kind="stable")
        order = order[all_keys[order] < self._limit]
        order = self._without_duplicates(order, all_keys[order])
        keys = all_keys[order]
        words = np.cumsum(np.concatenate([block.lengths for block in self._blocks])[order], dtype=np.int64)
        number = int(np.count_nonzero((np.arange(len(order)) < self.capacity) & (words <= self.max_words)))
        if number < len(order):
            # All texts from here on are dropped, also shorter ones, so that what is kept does not depend on the order.
            self._limit = int(keys[number])
        self._blocks = [_gather(self._blocks, order[:number])]
        self._keys = [keys[:number].copy()]
        self._new_texts = self._new_words = 0

    def _without_duplicates(self, order: IntArray, keys: np.ndarray) -> IntArray:
        """Return one of the texts with each key: the one whose vector has the smallest bytes."""
        same = keys[1:] == keys[:-1]
        if not same.any():
            return order
        among = np.zeros(len(order), dtype=bool)
        among[1:] |= same
        among[:-1] |= same
        vectors = np.ascontiguousarray(_gather(self._blocks, order[among]).vectors)
        # numpy ignores zero bytes at the end, which all rows have in the same places or not at all.
        as_bytes = vectors.view(f"S{vectors.itemsize * self.width}").ravel()
        order = order.copy()
        order[among] = order[among][np.lexsort((as_bytes, keys[among]))]
        first: IntArray = order[np.concatenate([[True], ~same])]
        return first


def _mix(sums: np.ndarray) -> np.ndarray:
    """Return hashes of the sums of the hashes of words, of which all bits depend on all bits."""
    for shift, multiplier in _MIX:
        sums = (sums ^ (sums >> shift)) * multiplier
    mixed: np.ndarray = sums ^ (sums >> _LAST_SHIFT)
    return mixed


def _empty(width: int) -> TextSample:
    return TextSample(np.empty(0, np.int32), np.empty(0, np.int32), np.empty((0, width), np.float16))


def _gather(blocks: Sequence[TextSample], texts: IntArray) -> TextSample:
    """Return some texts in any order, by their positions in the concatenation of the blocks, which is not made."""
    sizes = np.cumsum([0, *map(len, blocks)])
    lengths = np.concatenate([block.lengths for block in blocks])[texts]
    width = blocks[0].vectors.shape[1]
    vectors = np.empty((len(texts), width), dtype=blocks[0].vectors.dtype)
    words = np.empty(int(lengths.sum(dtype=np.int64)), dtype=blocks[0].words.dtype)
    ends = np.cumsum(lengths, dtype=np.int64)
    by_position = np.argsort(texts, kind="stable")
    bounds = np.searchsorted(texts[by_position], sizes)
    for block, offset, begin, end in zip(blocks, sizes, bounds, bounds[1:]):
        source_ends = np.cumsum(block.lengths, dtype=np.int64)
        for first in range(begin, end, _TEXTS_AT_ONCE):
            targets = by_position[first : min(first + _TEXTS_AT_ONCE, end)]
            sources = texts[targets] - offset
            vectors[targets] = block.vectors[sources]
            number = lengths[targets]
            words[_ranges(ends[targets], number)] = block.words[_ranges(source_ends[sources], number)]
    return TextSample(words, lengths, vectors)


def _ranges(ends: IntArray, lengths: np.ndarray) -> IntArray:
    """Return the concatenation of the ranges with some ends and lengths."""
    return np.repeat(ends - np.cumsum(lengths, dtype=np.int64), lengths) + np.arange(int(lengths.sum(dtype=np.int64)))
