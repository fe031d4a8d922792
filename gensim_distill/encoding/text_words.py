"""The words of one text, with what each of them adds to the vector of the text."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from gensim_distill._utils.arrays import IntArray
from gensim_distill.corpus.documents import Document, check_unknown_tokens
from gensim_distill.corpus.word_lookup import WordLookup


@dataclass(frozen=True)
class TextWords:
    """The words of a text, where they are, and the rows whose sum has the direction of the text's vector.

    Attributes
    ----------
    string : str
        The text: raw text without formatting characters and with composed letters (see :class:`TextReader`), or tokens
        joined by spaces.
    spans : numpy.ndarray of int64, shape (n_words, 2)
        The first character of each word in `string`, and the one after its last.
    numbers : numpy.ndarray of int64, shape (n_words,)
        The index of each word in `rows`, which equal words share; -1 for words without a row.
    rows : numpy.ndarray of float64, shape (n_distinct_words, vector_size)
        The sum of the rows of each distinct word that has any.
    """

    string: str
    spans: IntArray
    numbers: IntArray
    rows: np.ndarray

    @cached_property
    def words(self) -> list[str]:
        """The words as they occur in the text, in order."""
        return [self.string[start:end] for start, end in self.spans.tolist()]

    @cached_property
    def counts(self) -> IntArray:
        """The number of occurrences of each distinct word that has a row."""
        return np.bincount(self.numbers[self.numbers >= 0], minlength=len(self.rows))

    @cached_property
    def sum(self) -> np.ndarray:
        """The sum of the rows of all words, of the dtype float64."""
        total: np.ndarray = self.counts @ self.rows
        return total

    def first_occurrences(self) -> list[str]:
        """Return each distinct word that has a row, as it first occurs."""
        numbers, places = np.unique(self.numbers, return_index=True)
        return [self.words[place] for place in places[numbers >= 0]]

    def spread(self, values: np.ndarray) -> np.ndarray:
        """Return values of the distinct words, by the word along the first axis, for every word; 0 for words without a row."""
        padded = np.concatenate([values, np.zeros((1, *values.shape[1:]))])
        return padded[self.numbers]


def words_in(text: Document, lookup: WordLookup, table: np.ndarray) -> TextWords:
    """Return the words of a text with the sums of their rows.

    Parameters
    ----------
    text : str or list of str
    lookup : WordLookup
        Returns the rows of a word, of which there may be several: those of its pieces.
    table : numpy.ndarray of float32, shape (n_rows, vector_size)

    Returns
    -------
    TextWords

    Raises
    ------
    TypeError
        If it is neither a string nor a list of words, such as a list of texts.

    Examples
    --------
    >>> import numpy as np
    >>> from gensim_distill.corpus.reader import TextReader
    >>> from gensim_distill.corpus.word_lookup import WordLookup
    >>> from gensim_distill.encoding.text_words import words_in
    >>> lookup = WordLookup({"rain": 0, "sun": 1}, TextReader())
    >>> words = words_in("Rain, snow; rain!", lookup, np.array([[1.0, 0.0], [0.0, 1.0]]))
    >>> words.words, words.numbers.tolist(), words.sum.tolist()
    (['Rain', 'snow', 'rain'], [0, -1, 0], [2.0, 0.0])
    """
    document = lookup.reader.text(text)
    distinct: dict[str, int] = {}
    places = np.fromiter((distinct.setdefault(key, len(distinct)) for key in document.keys), np.int64)
    rows, lengths = lookup.rows_of_keys(list(distinct))
    known = lengths > 0
    if distinct and not known.any() and not isinstance(text, str):
        check_unknown_tokens([list(text)])
    renumbered = np.where(known, np.cumsum(known) - 1, -1)
    sums = np.zeros((int(known.sum()), table.shape[1]))
    np.add.at(sums, np.repeat(renumbered[known], lengths[known]), table[rows])
    return TextWords(
        string=document.string,
        spans=np.array([document.starts, document.ends], dtype=np.int64).T,
        numbers=renumbered[places],
        rows=sums,
    )
