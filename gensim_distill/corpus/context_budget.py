"""Which texts the teacher reads, when it need not read them all."""

from __future__ import annotations

import hashlib
from array import array
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from gensim_distill._utils.arrays import IntArray
from gensim_distill._utils.validation import check_whole
from gensim_distill.corpus.documents import Document

# How many words of texts are collected, at the least, before texts that cannot be chosen are thrown away.
_BUFFER = 4_000_000
# Out of how many times as many texts as it needs a word chooses: from more there is little left to gain.
_CHOICE = 2
# So many words are added to the length of each text when words choose, lest they prefer the shortest, which say
# least of what is around a word: docs/budget.md has what is gained.
_BESIDE_LENGTH = 30


class ContextBudget:
    """Chooses texts such that every word is met at least so many times, or as often as there is.

    Every text has a random number, a hash of its words and the seed. The candidates are, for each word,
    the texts with the smallest numbers among those that hold it (bottom-k sampling), twice as many as
    wanted. Then the words choose, from the rarest to the most frequent. Each takes as many of its
    candidates as it takes to be met so often, and what rarer words have chosen before counts; first those
    that hold, for their length, the most words that have not been met often enough, and of equal ones
    those with the smallest numbers. To each length 30 words are added, lest the shortest texts be preferred,
    in which there is least around a word. Most frequent words need not choose at all.

    The choice is spread over the corpus, and is the same in whatever order and division the corpus is
    scanned. Of texts that are equal, one is read. What is kept in memory depends on the vocabulary
    and the budget and not on the size of the corpus.

    Parameters
    ----------
    contexts_per_word : int
        In how many texts each word is to be met.
    vocabulary : mapping of str to int
        The index of each word, from 0.
    seed : int
        Another seed makes another choice.

    Examples
    --------
    >>> from gensim_distill.corpus.context_budget import ContextBudget
    >>> texts = [["a", "b"], ["a", "c"], ["a", "d"], ["a"], ["e"]]
    >>> budget = ContextBudget(1, {"a": 0, "b": 1, "c": 2}, seed=1)
    >>> budget.scan(texts)
    >>> [text for text in texts if budget.keeps(text)]
    [['a', 'b'], ['a', 'c']]

    The words b and c take the one text that they have, and so a is met. A corpus in two parts:

    >>> first, second = (ContextBudget(1, {"a": 0, "b": 1, "c": 2}, seed=1) for _ in range(2))
    >>> first.scan(texts[:2])
    >>> second.scan(texts[2:], part=1)
    >>> first.merge(second)
    >>> [text for text in texts if first.keeps(text)]
    [['a', 'b'], ['a', 'c']]
    """

    def __init__(self, contexts_per_word: int, vocabulary: Mapping[str, int], seed: int) -> None:
        self.contexts_per_word = check_budget(contexts_per_word)
        self._vocabulary = vocabulary
        self._seed = str(int(seed)).encode()
        self._vocabulary_size = max(vocabulary.values(), default=-1) + 1
        # The candidates: their numbers, in order, the part of the corpus that each was first met in, how many words
        # each has in all, and those of the vocabulary that it holds, as one array for all with the number of each.
        self._numbers: np.ndarray = np.empty(0, dtype=np.uint64)
        self._parts: IntArray = np.empty(0, dtype=np.int64)
        self._sizes: IntArray = np.empty(0, dtype=np.int64)
        self._words: np.ndarray = np.empty(0, dtype=np.int32)
        self._lengths: IntArray = np.empty(0, dtype=np.int64)
        self._chosen: dict[int, int] | None = None

    def scan(self, texts: Iterable[Sequence[str]], part: int = 0) -> None:
        """Go through the keys of some texts, without the teacher, to find out what there is to choose from.

        Parameters
        ----------
        texts : iterable of sequence of str
            The words of each text.
        part : int, optional
            Which part of the corpus these texts are, if it is read in several.
        """
        words, numbers, sizes, lengths = (array(code) for code in "iQqq")
        limit = max(_BUFFER, len(self._words))
        for keys in texts:
            present = self._present(keys)
            if not present:
                continue
            words.extend(present)
            lengths.append(len(present))
            sizes.append(len(keys))
            numbers.append(self._number(keys))
            if len(words) > limit:
                self._add(numbers, np.full(len(numbers), part), sizes, words, lengths)
                words, numbers, sizes, lengths = (array(code) for code in "iQqq")
                limit = max(_BUFFER, len(self._words))
        self._add(numbers, np.full(len(numbers), part), sizes, words, lengths)

    def merge(self, *others: ContextBudget) -> None:
        """Add what other budgets, for the same words and with the same seed, have found in other parts of the corpus.

        Many at once take less time than one after the other.

        Raises
        ------
        ValueError
            If budget, seed or the number of words differ.
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

    def keeps(self, keys: Sequence[str], part: int = 0) -> bool:
        """Tell whether a text with these words is chosen, and in this part of the corpus."""
        return self._choice().get(self._number(keys)) == part

    def select(
        self, items: Iterable[Document], keys_of: Callable[[Document], Sequence[str]], part: int = 0
    ) -> Iterator[Document]:
        """Give those items that are to be read, the first of each that are equal.

        Parameters
        ----------
        items : iterable
            The corpus, or the part of it that was scanned as `part`.
        keys_of : callable
            Gives the words of an item.
        part : int, optional
            Which part of the corpus it is.
        """
        choice = self._choice()
        left = {number for number, place in choice.items() if place == part}
        for item in items:
            number = self._number(keys_of(item))
            if number in left:
                left.remove(number)
                yield item

    def _present(self, keys: Sequence[str]) -> set[int]:
        present = set(map(self._vocabulary.get, keys))
        present.discard(None)
        return present  # type: ignore[return-value]

    def _number(self, keys: Sequence[str]) -> int:
        text = "\0".join(keys).encode("utf-8", "surrogatepass")
        return int.from_bytes(hashlib.blake2b(text, digest_size=8, key=self._seed).digest(), "big")

    def _add(self, numbers: Any, parts: Any, sizes: Any, words: Any, lengths: Any) -> None:
        """Add texts, and keep of all those that are a candidate of some word."""
        self._chosen = None
        all_numbers = np.concatenate([self._numbers, np.asarray(numbers, dtype=np.uint64)])
        all_parts = np.concatenate([self._parts, np.asarray(parts, dtype=np.int64)])
        all_sizes = np.concatenate([self._sizes, np.asarray(sizes, dtype=np.int64)])
        all_words = np.concatenate([self._words, np.asarray(words, dtype=np.int32)])
        all_lengths = np.concatenate([self._lengths, np.asarray(lengths, dtype=np.int64)])
        # In the order of numbers; of equal texts the one in the first part.
        order = np.lexsort((all_parts, all_numbers))
        first = np.ones(len(order), dtype=np.bool_)
        first[1:] = all_numbers[order[1:]] != all_numbers[order[:-1]]
        order = order[first]
        starts = np.cumsum(all_lengths) - all_lengths
        all_words = all_words[_ranges(starts[order], all_lengths[order])]
        all_numbers, all_parts, all_sizes, all_lengths = (
            values[order] for values in (all_numbers, all_parts, all_sizes, all_lengths)
        )

        text_of = np.repeat(np.arange(len(order)), all_lengths)
        by_word = np.argsort(all_words, kind="stable")  # and by number within each
        ranked = all_words[by_word]
        rank = np.arange(len(ranked)) - np.searchsorted(ranked, ranked, side="left")
        candidate = np.zeros(len(order), dtype=np.bool_)
        candidate[text_of[by_word[rank < _CHOICE * self.contexts_per_word]]] = True
        self._words = all_words[candidate[text_of]]
        self._numbers, self._parts, self._sizes, self._lengths = (
            values[candidate] for values in (all_numbers, all_parts, all_sizes, all_lengths)
        )

    def _choice(self) -> dict[int, int]:
        """Let the words choose; give the number of each chosen text and the part that it is read in."""
        if self._chosen is not None:
            return self._chosen
        ends = np.cumsum(self._lengths)
        starts = ends - self._lengths
        text_of = np.repeat(np.arange(len(self._numbers)), self._lengths)
        by_word = np.argsort(self._words, kind="stable")
        texts_by_word = text_of[by_word]
        bounds = np.searchsorted(self._words[by_word], np.arange(self._vocabulary_size + 1))
        held = np.diff(bounds)
        lacking = np.minimum(held, self.contexts_per_word)
        chosen = np.zeros(len(self._numbers), dtype=np.bool_)
        # Words with few texts have all of them among the candidates, so the order by candidates is the
        # order by rarity as far as it matters. Equal ones go by the alphabet, since the order of the
        # vocabulary would depend on that of the corpus.
        alphabet = np.zeros(len(held), dtype=np.int64)
        alphabet[[self._vocabulary[word] for word in sorted(self._vocabulary)]] = np.arange(len(self._vocabulary))
        for word in np.lexsort((alphabet, held)):
            if lacking[word] <= 0:
                continue
            own = texts_by_word[bounds[word] : bounds[word + 1]]
            own = own[~chosen[own]]
            if len(own) > lacking[word]:
                lacks = lacking[self._words[_ranges(starts[own], self._lengths[own])]] > 0
                gains = np.add.reduceat(lacks, np.cumsum(self._lengths[own]) - self._lengths[own], dtype=np.int64)
                own = own[np.argsort(-gains / (self._sizes[own] + _BESIDE_LENGTH), kind="stable")[: lacking[word]]]
            chosen[own] = True
            np.subtract.at(lacking, self._words[_ranges(starts[own], self._lengths[own])], 1)
        self._chosen = dict(zip(self._numbers[chosen].tolist(), self._parts[chosen].tolist()))
        return self._chosen


def check_budget(contexts_per_word: Any) -> int:
    """Give back a valid budget, or say what one is."""
    return check_whole("contexts_per_word", contexts_per_word, 1, advice=", such as 8, or None to read every document")


def _ranges(starts: IntArray, lengths: IntArray) -> IntArray:
    """Give the numbers from each start on, as many as its length, one run after the other."""
    before = np.cumsum(lengths) - lengths
    return np.repeat(starts - before, lengths) + np.arange(lengths.sum())
