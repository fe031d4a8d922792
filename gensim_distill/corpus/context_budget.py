"""The context budget: the selection of the documents that the teacher reads, for ``contexts_per_word``."""

from __future__ import annotations

import hashlib
from array import array
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from gensim_distill._utils.arrays import IntArray
from gensim_distill._utils.validation import check_whole
from gensim_distill.corpus.documents import Document

# The least number of words of documents that are collected before all but the candidates are dropped.
_BUFFERED_WORDS = 4_000_000
# The number of candidates of a word for each document that it needs; more candidates hardly improve the selection.
_CANDIDATES_PER_CONTEXT = 2
# Added to the length of a document when words compare candidates; docs/context-budget.md has measurements.
_LENGTH_OFFSET = 30


class ContextBudget:
    """A selection of documents in which each word occurs in at least `contexts_per_word` of them.

    A word that occurs in fewer documents has all of them selected. The selection has two steps:

    1. *Candidates.* Each document has a random number, a hash of its words and the seed. The candidates of a word are the
       documents with the smallest numbers among those that contain it, twice as many as it needs (bottom-k sampling).
    2. *Selection.* The words take turns, from the rarest to the most frequent. Documents that were selected by rarer words
       count; a word that needs more selects them from its candidates. It prefers documents with many words that need
       more documents too, relative to the length of the document plus 30, and among equal ones the smallest number. The
       30 is there so that short documents, which have little context, are not preferred. Most frequent words need no turn.

    The selection is spread evenly over the corpus. It depends neither on the order of the documents nor on the parts in
    which the corpus is scanned. Of documents with the same words one is selected. The memory depends on the vocabulary and
    the budget, not on the size of the corpus.

    Parameters
    ----------
    contexts_per_word : int
        The number of documents in which each word shall occur.
    vocabulary : mapping of str to int
        The index of each word, from 0.
    seed : int
        The seed of the random numbers.

    Examples
    --------
    >>> from gensim_distill.corpus.context_budget import ContextBudget
    >>> documents = [["a", "b"], ["a", "c"], ["a", "d"], ["a"], ["e"]]
    >>> budget = ContextBudget(1, {"a": 0, "b": 1, "c": 2}, seed=1)
    >>> budget.scan(documents)
    >>> [document for document in documents if budget.keeps(document)]
    [['a', 'b'], ['a', 'c']]

    The words b and c have one document each, which is selected; so a needs no other. A corpus in two parts:

    >>> first, second = (ContextBudget(1, {"a": 0, "b": 1, "c": 2}, seed=1) for _ in range(2))
    >>> first.scan(documents[:2])
    >>> second.scan(documents[2:], part=1)
    >>> first.merge(second)
    >>> [document for document in documents if first.keeps(document)]
    [['a', 'b'], ['a', 'c']]
    """

    def __init__(self, contexts_per_word: int, vocabulary: Mapping[str, int], seed: int) -> None:
        self.contexts_per_word = check_budget(contexts_per_word)
        self._vocabulary = vocabulary
        self._seed = str(int(seed)).encode()
        self._vocabulary_size = max(vocabulary.values(), default=-1) + 1
        # The candidates, sorted by number: the part of the corpus in which each occurs first, its number of words, and its
        # words in the vocabulary, concatenated, with the number of these per document.
        self._numbers: np.ndarray = np.empty(0, dtype=np.uint64)
        self._parts: IntArray = np.empty(0, dtype=np.int64)
        self._sizes: IntArray = np.empty(0, dtype=np.int64)
        self._words: np.ndarray = np.empty(0, dtype=np.int32)
        self._lengths: IntArray = np.empty(0, dtype=np.int64)
        self._selected: dict[int, int] | None = None

    def scan(self, documents: Iterable[Sequence[str]], part: int = 0) -> None:
        """Find the candidates among some documents, without the teacher.

        Parameters
        ----------
        documents : iterable of sequence of str
            The words of each document.
        part : int, optional
            The number of this part of the corpus, if it is scanned in several.
        """
        words, numbers, sizes, lengths = (array(code) for code in "iQqq")
        limit = max(_BUFFERED_WORDS, len(self._words))
        for document in documents:
            present = self._present(document)
            if not present:
                continue
            words.extend(present)
            lengths.append(len(present))
            sizes.append(len(document))
            numbers.append(self._number(document))
            if len(words) > limit:
                self._add(numbers, np.full(len(numbers), part), sizes, words, lengths)
                words, numbers, sizes, lengths = (array(code) for code in "iQqq")
                limit = max(_BUFFERED_WORDS, len(self._words))
        self._add(numbers, np.full(len(numbers), part), sizes, words, lengths)

    def merge(self, *others: ContextBudget) -> None:
        """Add the candidates of budgets that scanned other parts of the corpus.

        Merging many at once is faster than one after the other.

        Parameters
        ----------
        *others : ContextBudget
            With the same `contexts_per_word`, `vocabulary` and `seed`.

        Raises
        ------
        ValueError
            If `contexts_per_word`, the seed or the size of the vocabulary differ.
        """
        for other in others:
            ours, theirs = ((b.contexts_per_word, b._seed, b._vocabulary_size) for b in (self, other))
            if ours != theirs:
                raise ValueError(
                    f"Budgets can be merged if contexts_per_word, seed and vocabulary agree: {ours} against {theirs}."
                )
        if others:
            found = [(o._numbers, o._parts, o._sizes, o._words, o._lengths) for o in others]
            self._add(*map(np.concatenate, zip(*found)))

    def drop_vocabulary(self) -> None:
        """Release the vocabulary of a budget that is only merged into another one, which makes it smaller to send."""
        self._vocabulary = {}

    def keeps(self, words: Sequence[str], part: int = 0) -> bool:
        """Return whether a document with these words is selected in this part of the corpus."""
        return self._selection().get(self._number(words)) == part

    def select(
        self, documents: Iterable[Document], words_of: Callable[[Document], Sequence[str]], part: int = 0
    ) -> Iterator[Document]:
        """Yield the selected documents, of those with the same words the first.

        Parameters
        ----------
        documents : iterable of str or of lists of str
            The corpus, or the part of it that was scanned as `part`.
        words_of : callable
            Returns the words of a document, such as :meth:`TextReader.keys <gensim_distill.TextReader.keys>`.
        part : int, optional
            The number of the part of the corpus.

        Yields
        ------
        str or list of str
        """
        remaining = {number for number, place in self._selection().items() if place == part}
        for document in documents:
            number = self._number(words_of(document))
            if number in remaining:
                remaining.remove(number)
                yield document

    def _present(self, words: Sequence[str]) -> set[int]:
        present = set(map(self._vocabulary.get, words))
        present.discard(None)
        return present  # type: ignore[return-value]

    def _number(self, words: Sequence[str]) -> int:
        text = "\0".join(words).encode("utf-8", "surrogatepass")
        return int.from_bytes(hashlib.blake2b(text, digest_size=8, key=self._seed).digest(), "big")

    def _add(self, numbers: Any, parts: Any, sizes: Any, words: Any, lengths: Any) -> None:
        """Add documents, and keep those that are candidates of some word."""
        self._selected = None
        all_numbers = np.concatenate([self._numbers, np.asarray(numbers, dtype=np.uint64)])
        all_parts = np.concatenate([self._parts, np.asarray(parts, dtype=np.int64)])
        all_sizes = np.concatenate([self._sizes, np.asarray(sizes, dtype=np.int64)])
        all_words = np.concatenate([self._words, np.asarray(words, dtype=np.int32)])
        all_lengths = np.concatenate([self._lengths, np.asarray(lengths, dtype=np.int64)])
        # Sorted by number; of equal documents the one in the first part is kept.
        order = np.lexsort((all_parts, all_numbers))
        first = np.ones(len(order), dtype=np.bool_)
        first[1:] = all_numbers[order[1:]] != all_numbers[order[:-1]]
        order = order[first]
        starts = np.cumsum(all_lengths) - all_lengths
        all_words = all_words[_ranges(starts[order], all_lengths[order])]
        all_numbers, all_parts, all_sizes, all_lengths = (
            values[order] for values in (all_numbers, all_parts, all_sizes, all_lengths)
        )

        document_of = np.repeat(np.arange(len(order)), all_lengths)
        by_word = np.argsort(all_words, kind="stable")  # sorted by number within each word
        ranked = all_words[by_word]
        rank = np.arange(len(ranked)) - np.searchsorted(ranked, ranked, side="left")
        candidate = np.zeros(len(order), dtype=np.bool_)
        candidate[document_of[by_word[rank < _CANDIDATES_PER_CONTEXT * self.contexts_per_word]]] = True
        self._words = all_words[candidate[document_of]]
        self._numbers, self._parts, self._sizes, self._lengths = (
            values[candidate] for values in (all_numbers, all_parts, all_sizes, all_lengths)
        )

    def _selection(self) -> dict[int, int]:
        """Return the number of each selected document and the part of the corpus in which it is read."""
        if self._selected is not None:
            return self._selected
        ends = np.cumsum(self._lengths)
        starts = ends - self._lengths
        document_of = np.repeat(np.arange(len(self._numbers)), self._lengths)
        by_word = np.argsort(self._words, kind="stable")
        documents_by_word = document_of[by_word]
        bounds = np.searchsorted(self._words[by_word], np.arange(self._vocabulary_size + 1))
        candidates = np.diff(bounds)
        lacking = np.minimum(candidates, self.contexts_per_word)
        selected = np.zeros(len(self._numbers), dtype=np.bool_)
        # All documents of rare words are candidates, so the order by candidates is the order by rarity as far as it
        # matters. Ties are in alphabetical order, since the order of the vocabulary depends on that of the corpus.
        alphabet = np.zeros(len(candidates), dtype=np.int64)
        alphabet[[self._vocabulary[word] for word in sorted(self._vocabulary)]] = np.arange(len(self._vocabulary))
        for word in np.lexsort((alphabet, candidates)):
            if lacking[word] <= 0:
                continue
            unselected = documents_by_word[bounds[word] : bounds[word + 1]]
            unselected = unselected[~selected[unselected]]
            if len(unselected) > lacking[word]:
                needed = lacking[self._words[_ranges(starts[unselected], self._lengths[unselected])]] > 0
                gains = np.add.reduceat(
                    needed, np.cumsum(self._lengths[unselected]) - self._lengths[unselected], dtype=np.int64
                )
                unselected = unselected[
                    np.argsort(-gains / (self._sizes[unselected] + _LENGTH_OFFSET), kind="stable")[: lacking[word]]
                ]
            selected[unselected] = True
            np.subtract.at(lacking, self._words[_ranges(starts[unselected], self._lengths[unselected])], 1)
        self._selected = dict(zip(self._numbers[selected].tolist(), self._parts[selected].tolist()))
        return self._selected


def check_budget(contexts_per_word: Any) -> int:
    """Check that a context budget is a whole number from 1, and return it."""
    return check_whole("contexts_per_word", contexts_per_word, 1, advice=", such as 8, or None to read every document")


def _ranges(starts: IntArray, lengths: IntArray) -> IntArray:
    """Return the concatenation of ``range(start, start + length)`` over all pairs of start and length."""
    before = np.cumsum(lengths) - lengths
    return np.repeat(starts - before, lengths) + np.arange(lengths.sum())
