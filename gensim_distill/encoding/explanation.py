"""`Explanation`: the similarity of two texts as a sum over their words."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property

import numpy as np

from gensim_distill._utils.text import escape_controls
from gensim_distill._utils.validation import check_whole
from gensim_distill.corpus.documents import Document
from gensim_distill.encoding.marking import Piece, excerpt, marked, marked_html
from gensim_distill.encoding.text_words import TextWords
from gensim_distill.linalg import largest

_PAIRS_AT_ONCE = 1 << 20
_SHOWN_PAIRS = 10
_SHOWN_CHARACTERS = 2_000


def explain(words_in: Callable[[Document], TextWords], query: Document, text: Document) -> Explanation:
    """Divide the cosine of the vectors of two texts among their words, to which it adds up exactly.

    Parameters
    ----------
    query, text : str or list of str
        Raw strings or lists of tokens.

    Returns
    -------
    Explanation
        The contributions of words and of pairs of words, those of the pieces of a word summed; notebooks show the texts with marked words.

    Raises
    ------
    TypeError
        If one of the two is neither a string nor a list of tokens, such as a list of texts.

    Examples
    --------
    >>> from gensim_distill.encoding import TextEncoder
    >>> encoder = TextEncoder(["rain", "sun"], [[1.0, 0.0], [0.0, 1.0]])
    >>> encoder.explain("rain", "Rain, rain, rain; sun, sun, sun, sun!").text_contributions.round(3).tolist()
    [0.2, 0.2, 0.2, 0.0, 0.0, 0.0, 0.0]
    """
    return Explanation(words_in(query), words_in(text))


class Explanation:
    r"""The cosine of the vectors of two texts, divided among their words.

    The vector of a text has the direction of the sum of the rows :math:`r` of its words, so the cosine of a query and a
    text is exactly a sum over the pairs of their words,

    .. math:: \cos = \sum_{i,j} \frac{r_i \cdot r_j}{\lVert \sum_i r_i \rVert \, \lVert \sum_j r_j \rVert}.

    A pair contributes its part of the sum, and a word the sum of its pairs. Contributions may be negative. Words without
    a row contribute 0.

    Parameters
    ----------
    query, text : TextWords
        The words of both, as :meth:`TextEncoder.words_in` returns them.

    Attributes
    ----------
    query, text : TextWords
        As above: the texts, and the characters of each word.
    similarity : float
        The cosine; 0 if one of the two has no word with a row.
    query_contributions : numpy.ndarray of float64, shape (n_query_words,)
        The contribution of each word of the query, in order.
    text_contributions : numpy.ndarray of float64, shape (n_text_words,)
        The contribution of each word of the text, in order.

    Examples
    --------
    >>> from gensim_distill.encoding import TextEncoder
    >>> encoder = TextEncoder(["rain", "wet", "sun"], [[1.0, 0.0], [0.6, 0.8], [0.0, 1.0]])
    >>> explanation = encoder.explain("wet", "Rain, rain, no sun!")
    >>> print(explanation)
    similarity 0.894
     0.54  wet  Rain
     0.36  wet  sun
    >>> explanation.text_contributions.round(2).tolist()
    [0.27, 0.27, 0.0, 0.36]
    """

    def __init__(self, query: TextWords, text: TextWords) -> None:
        self.query, self.text = query, text
        lengths = float(np.linalg.norm(query.sum) * np.linalg.norm(text.sum))
        self._scale = 1 / lengths if lengths else 0.0
        self.similarity = float(query.sum @ text.sum) * self._scale
        self.query_contributions = query.spread(query.rows @ text.sum * self._scale)
        self.text_contributions = text.spread(text.rows @ query.sum * self._scale)

    @property
    def query_words(self) -> list[str]:
        """The words of the query as they occur, in order, including those without a row."""
        return self.query.words

    @property
    def text_words(self) -> list[str]:
        """The words of the text as they occur, in order, including those without a row."""
        return self.text.words

    @cached_property
    def pairs(self) -> np.ndarray:
        """The contributions of all pairs of words, of shape (n_query_words, n_text_words).

        Computed when it is first needed. Contributions of words and :meth:`top` do not need it, so that texts may be long.
        """
        distinct = self.query.rows @ self.text.rows.T * self._scale
        return self.query.spread(self.text.spread(distinct.T).T)

    def top(self, n: int = 10) -> list[tuple[str, str, float]]:
        """Return the pairs of words that contribute most.

        Parameters
        ----------
        n : int, optional
            The number of pairs.

        Returns
        -------
        list of tuple of str, str and float
            A word of the query, a word of the text, and their contribution: the sum over all pairs of the same words.
        """
        check_whole("n", n, 1)
        counted = self.text.rows.T * (self.text.counts * self._scale)
        n_text = counted.shape[1]
        step = max(_PAIRS_AT_ONCE // max(n_text, 1), 1)
        values, places = np.empty(0), np.empty(0, dtype=np.int64)
        for start in range(0, len(self.query.rows), step):
            block = (self.query.rows[start : start + step] @ counted) * self.query.counts[start : start + step, None]
            values = np.concatenate([values, block.ravel()])
            places = np.concatenate([places, np.arange(block.size) + start * n_text])
            best = largest(values, n)
            values, places = values[best], places[best]
        query, text = self.query.first_occurrences(), self.text.first_occurrences()
        return [
            (query[place // n_text], text[place % n_text], value)
            for place, value in zip(places.tolist(), values.tolist())
        ]

    def marked_text(self, length: int | None = None) -> list[Piece]:
        """Return the text with the strength of each of its words.

        Parameters
        ----------
        length : int, optional
            The largest number of characters: the part of the text that contributes most. By default the whole text.

        Returns
        -------
        list of Piece
            Pieces of text with their strengths, relative to the word that contributes most; 0 between words.
        """
        return _marked(self.text, self.text_contributions, length)

    def marked_query(self, length: int | None = None) -> list[Piece]:
        """Return the query with the strength of each of its words, as :meth:`marked_text` does."""
        return _marked(self.query, self.query_contributions, length)

    def __str__(self) -> str:
        pairs = [
            (f"{value:5.2f}", escape_controls(one), escape_controls(other))
            for one, other, value in self.top(_SHOWN_PAIRS)
        ]
        width = max((len(one) for _, one, _ in pairs), default=0)
        return "\n".join([f"similarity {self.similarity:.3g}", *(f"{v}  {one:<{width}}  {o}" for v, one, o in pairs)])

    def __repr__(self) -> str:
        n_query, n_text = len(self.query.spans), len(self.text.spans)
        return (
            f"Explanation(similarity={self.similarity:.6g}, {n_query} words of the query, {n_text} words of the text)"
        )

    def _repr_html_(self) -> str:
        """Return HTML for notebooks: both texts with marked words."""
        texts = (self.marked_query(_SHOWN_CHARACTERS), self.marked_text(_SHOWN_CHARACTERS))
        parts = "".join(f'<p style="white-space:pre-wrap">{marked_html(pieces)}</p>' for pieces in texts)
        return f"<div><strong>similarity {self.similarity:.3f}</strong>{parts}</div>"


def _marked(words: TextWords, contributions: np.ndarray, length: int | None) -> list[Piece]:
    if length is None or len(words.string) <= check_whole("length", length, 1):
        return marked(words.string, words.spans, contributions)
    part = excerpt(words.spans, contributions, length)
    pieces = marked(words.string, words.spans, contributions, part)
    before, after = words.string[: part[0]].strip(), words.string[part[1] :].strip()
    return [*([Piece("… ", 0.0)] if before else []), *pieces, *([Piece(" …", 0.0)] if after else [])]
