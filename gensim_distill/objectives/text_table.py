"""The table of rows whose sums over the words of a text are the vector of the text."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class TextTable:
    """Rows of words, and of pieces of words, whose sum over a text has the direction of the teacher's vector of the text.

    Attributes
    ----------
    rows : numpy.ndarray of float32, shape (vocabulary_size, d)
        The row of each word of the vocabulary; zeros for words without contexts.
    pieces : tuple of str
        Strings of the teacher's subword vocabulary, without markers, that words outside the vocabulary are divided into.
    piece_rows : numpy.ndarray of float32, shape (len(pieces), d)
        The row of each piece, in the same space.

    Examples
    --------
    >>> import numpy as np
    >>> from gensim_distill.objectives.text_table import TextTable
    >>> table = TextTable(np.ones((2, 3), np.float32), ("rain",), np.zeros((1, 3), np.float32))
    >>> table.vector_size
    3
    """

    rows: np.ndarray
    pieces: tuple[str, ...]
    piece_rows: np.ndarray

    @property
    def vector_size(self) -> int:
        """The number of dimensions of a row."""
        return int(self.rows.shape[1])
