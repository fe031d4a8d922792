"""The table of rows whose sums over the words of a text are the vector of the text."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from gensim_distill._utils.arrays import IntArray, take_rows


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
    >>> table.take(np.array([1, -1])).rows.tolist()
    [[1.0, 1.0, 1.0], [0.0, 0.0, 0.0]]
    """

    rows: np.ndarray
    pieces: tuple[str, ...]
    piece_rows: np.ndarray

    def take(self, rows: IntArray) -> TextTable:
        """Return a table with some rows of words, and the same pieces.

        Parameters
        ----------
        rows : numpy.ndarray of int64, shape (n_words,)
            The row of each word of the new table; -1 for a word without one, whose row is zero.

        Returns
        -------
        TextTable
        """
        return replace(self, rows=take_rows(self.rows, rows))

    @property
    def vector_size(self) -> int:
        """The number of dimensions of a row."""
        return int(self.rows.shape[1])
