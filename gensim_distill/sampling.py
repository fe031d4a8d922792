"""Which texts the teacher reads, when it need not read them all."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np

# How many occurrences are collected before those that cannot be chosen are thrown away.
_BUFFER = 2_000_000


class ContextBudget:
    """Chooses texts such that every word is met at least so many times, or as often as there is.

    Every text has a random number, a hash of its words and the seed. Each word asks for the texts with
    the smallest numbers among those that hold it (bottom-k sampling), and what any word asks for is
    read. Since all words go by the same numbers, the texts that one asks for are likely to serve
    others. The choice is spread over the corpus, and is the same in whatever order and division the
    corpus is read. Texts that are equal share a number and are chosen together.

    Parameters
    ----------
    contexts_per_word : int
        How many texts each word asks for.
    vocabulary : mapping of str to int
        The index of each word, from 0.
    seed : int
        Another seed makes another choice.

    Examples
    --------
    >>> from gensim_distill.sampling import ContextBudget
    >>> texts = [["a", "b"], ["a", "c"], ["a", "d"], ["a"], ["e"]]
    >>> budget = ContextBudget(1, {"a": 0, "b": 1, "c": 2}, seed=1)
    >>> budget.scan(texts)
    >>> [text for text in texts if budget.keeps(text)]
    [['a', 'b'], ['a', 'c'], ['a']]

    The words b and c ask for the one text that they have, and a for one of its four.
    """

    def __init__(self, contexts_per_word: int, vocabulary: Mapping[str, int], seed: int) -> None:
        self.contexts_per_word = check_budget(contexts_per_word)
        self._vocabulary = vocabulary
        self._seed = str(int(seed)).encode()
        # For each word the number up to which texts that hold it are chosen.
        self._thresholds = np.zeros(max(vocabulary.values(), default=-1) + 1, dtype=np.uint64)

    def scan(self, texts: Iterable[Sequence[str]]) -> None:
        """Go through the keys of all texts once, without the teacher, to find out what to choose."""
        words: list[int] = []
        numbers: list[int] = []
        kept = np.empty(0, dtype=np.int64), np.empty(0, dtype=np.uint64)
        for keys in texts:
            present = self._words(keys)
            words.extend(present)
            numbers.extend([self._number(keys)] * len(present))
            if len(words) > _BUFFER:
                kept = self._smallest(kept, words, numbers)
                words, numbers = [], []
        chosen_words, chosen_numbers = self._smallest(kept, words, numbers)
        np.maximum.at(self._thresholds, chosen_words, chosen_numbers)

    def keeps(self, keys: Sequence[str]) -> bool:
        """Tell whether the teacher is to read the text with these words."""
        present = list(self._words(keys))
        return bool(present) and self._number(keys) <= int(self._thresholds[present].max())

    def _words(self, keys: Sequence[str]) -> set[int]:
        return {index for index in map(self._vocabulary.get, keys) if index is not None}

    def _number(self, keys: Sequence[str]) -> int:
        text = "\0".join(keys).encode("utf-8", "surrogatepass")
        return int.from_bytes(hashlib.blake2b(text, digest_size=8, key=self._seed).digest(), "big")

    def _smallest(
        self, kept: tuple[np.ndarray, np.ndarray], words: list[int], numbers: list[int]
    ) -> tuple[np.ndarray, np.ndarray]:
        """Keep, of each word, the occurrences with the smallest numbers."""
        all_words = np.concatenate([kept[0], np.array(words, dtype=np.int64)])
        all_numbers = np.concatenate([kept[1], np.array(numbers, dtype=np.uint64)])
        order = np.lexsort((all_numbers, all_words))
        all_words, all_numbers = all_words[order], all_numbers[order]
        rank = np.arange(len(all_words)) - np.searchsorted(all_words, all_words, side="left")
        small = rank < self.contexts_per_word
        return all_words[small], all_numbers[small]


def check_budget(contexts_per_word: Any) -> int:
    """Give back a valid budget, or say what one is."""
    valid = isinstance(contexts_per_word, (int, np.integer)) and not isinstance(contexts_per_word, bool)
    if not valid or contexts_per_word < 1:
        raise ValueError(
            f"contexts_per_word={contexts_per_word!r}: give a whole number from 1, such as 8, or None to read every text."
        )
    return int(contexts_per_word)
