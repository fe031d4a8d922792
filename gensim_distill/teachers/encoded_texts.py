"""The subwords of several texts as concatenated arrays, which are assembled to batches without a loop over texts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any

import numpy as np

from gensim_distill._utils.arrays import IntArray
from gensim_distill.teachers.windows import Window


@dataclass(slots=True)
class EncodedTexts:
    """The subwords of several texts, concatenated.

    Attributes
    ----------
    ids : numpy.ndarray of int64, shape (n_subwords,)
        The token id of each subword.
    characters : numpy.ndarray of int64, shape (n_subwords, 2)
        The characters of its text that each subword covers, half-open.
    begins : numpy.ndarray of int64, shape (n_texts + 1,)
        The first subword of each text, and the number of all subwords.
    """

    ids: IntArray
    characters: IntArray
    begins: IntArray

    @classmethod
    def concatenate(cls, encodings: Sequence[Any]) -> EncodedTexts:
        """Return the subwords of the encodings of texts by the library tokenizers."""
        # Each access to `ids` and `offsets` makes a list.
        ids = [encoding.ids for encoding in encodings]
        begins = np.concatenate([[0], np.cumsum(np.fromiter(map(len, ids), np.int64, len(ids)))])
        n = int(begins[-1])
        offsets = chain.from_iterable(chain.from_iterable(encoding.offsets for encoding in encodings))
        return cls(
            np.fromiter(chain.from_iterable(ids), np.int64, n),
            np.fromiter(offsets, np.int64, 2 * n).reshape(n, 2),
            begins,
        )

    def assemble(
        self, windows: Sequence[Window], prefix: IntArray, suffix: IntArray
    ) -> tuple[IntArray, IntArray, IntArray]:
        """Return the concatenated windows with special tokens: their token ids, characters, and number of subwords.

        Parameters
        ----------
        windows : sequence of Window
        prefix, suffix : numpy.ndarray of int64
            The special tokens before and after each window. They cover no characters, so that they count for the whole text
            only.
        """
        first = np.array([window.begin for window in windows]) + self.begins[[window.text for window in windows]]
        inner = np.array([len(window) for window in windows])
        lengths = inner + (len(prefix) + len(suffix))
        ends = np.cumsum(lengths)
        starts = ends - lengths
        ids = np.empty(int(ends[-1]), dtype=np.int64)
        characters = np.zeros((len(ids), 2), dtype=np.int64)
        places = np.arange(inner.sum()) + np.repeat(starts + len(prefix) - (np.cumsum(inner) - inner), inner)
        source = places + np.repeat(first - starts - len(prefix), inner)
        ids[places], characters[places] = self.ids[source], self.characters[source]
        ids[starts[:, None] + np.arange(len(prefix))] = prefix
        ids[ends[:, None] - len(suffix) + np.arange(len(suffix))] = suffix
        return ids, characters, lengths
