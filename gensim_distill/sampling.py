"""Which texts the teacher reads, when it need not read them all."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from typing import Any


class RarityBudget:
    """Keeps the texts that are needed for every word to be met about so many times.

    A text is kept with probability ``min(1, contexts_per_word / count)`` of its rarest word, so
    every word keeps that many of its contexts on average, or all it has. The draw is a hash of the
    text and the seed: it does not depend on the order of the corpus or on how it is divided, needs
    no memory, and spreads over the whole corpus. A text that stands in the corpus several times is
    kept each time or never.

    Parameters
    ----------
    contexts_per_word : float
        How often every word is to be met.
    counts : mapping of str to int
        The words of the vocabulary and how often the corpus has them.
    seed : int
        Another seed makes another choice.

    Raises
    ------
    ValueError
        If `contexts_per_word` is not positive.

    Examples
    --------
    >>> from gensim_distill.sampling import RarityBudget
    >>> budget = RarityBudget(2, {"the": 1000, "aardvark": 2}, seed=1)
    >>> budget.keeps(["the", "aardvark"]), budget.keeps(["unknown"])
    (True, False)
    """

    def __init__(self, contexts_per_word: float, counts: Mapping[str, int], seed: int) -> None:
        self.contexts_per_word = check_budget(contexts_per_word)
        self._counts = counts
        self._seed = str(int(seed)).encode()

    def keeps(self, keys: Sequence[str]) -> bool:
        """Tell whether the teacher is to read the text with these words."""
        rarest = min((count for count in map(self._counts.get, keys) if count is not None), default=None)
        if rarest is None:
            return False
        if rarest <= self.contexts_per_word:
            return True
        digest = hashlib.blake2b(
            "\0".join(keys).encode("utf-8", "surrogatepass"), digest_size=8, key=self._seed
        ).digest()
        return int.from_bytes(digest, "big") / 2**64 < self.contexts_per_word / rarest


def check_budget(contexts_per_word: Any) -> float:
    """Give back a valid budget, or say what one is."""
    if (
        isinstance(contexts_per_word, bool)
        or not isinstance(contexts_per_word, (int, float))
        or not contexts_per_word > 0
    ):
        raise ValueError(
            f"contexts_per_word={contexts_per_word!r}: give a positive number, such as 8, or None to read every text."
        )
    return contexts_per_word
