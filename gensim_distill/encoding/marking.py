"""Texts with marked words: the part of a text that matters most, and the strength of each of its words."""

from __future__ import annotations

import html
from typing import NamedTuple

import numpy as np

from gensim_distill._utils.arrays import IntArray


class Piece(NamedTuple):
    """A piece of a text.

    Attributes
    ----------
    text : str
    strength : float
        The contribution of the word divided by the largest absolute one in the whole text, from -1 to 1. It is 0 between words.
    """

    text: str
    strength: float


def excerpt(spans: IntArray, contributions: np.ndarray, length: int) -> tuple[int, int]:
    """Return the part of a text whose words contribute most, from the beginning of a word to the end of another.

    Parameters
    ----------
    spans : numpy.ndarray of int64, shape (n_words, 2)
        The characters of each word, in order.
    contributions : numpy.ndarray, shape (n_words,)
    length : int
        The largest number of characters; a single longer word is returned whole.

    Returns
    -------
    start, end : int
        Characters; (0, 0) without words.

    Examples
    --------
    >>> import numpy as np
    >>> from gensim_distill.encoding.marking import excerpt
    >>> excerpt(np.array([[0, 4], [5, 8], [9, 13]]), np.array([0.1, 0.0, 0.4]), 9)
    (5, 13)
    """
    if not len(spans):
        return 0, 0
    starts, ends = spans.T
    last = np.maximum(np.searchsorted(ends, starts + length, side="right"), np.arange(len(spans)) + 1)
    sums = np.concatenate([[0.0], np.cumsum(contributions)])
    first = int(np.argmax(sums[last] - sums[:-1]))
    return int(starts[first]), int(ends[last[first] - 1])


def marked(string: str, spans: IntArray, contributions: np.ndarray, part: tuple[int, int] | None = None) -> list[Piece]:
    """Divide a text into its words with a contribution, and the text between them.

    Parameters
    ----------
    string : str
    spans : numpy.ndarray of int64, shape (n_words, 2)
    contributions : numpy.ndarray, shape (n_words,)
    part : tuple of int, optional
        The characters to return; by default the whole text.

    Returns
    -------
    list of Piece

    Examples
    --------
    >>> import numpy as np
    >>> from gensim_distill.encoding.marking import marked
    >>> marked("The rain.", np.array([[0, 3], [4, 8]]), np.array([0.0, 0.2]))
    [Piece(text='The ', strength=0.0), Piece(text='rain', strength=1.0), Piece(text='.', strength=0.0)]
    """
    start, end = part or (0, len(string))
    strengths = contributions / (np.abs(contributions).max(initial=0.0) or 1.0)
    shown = (strengths != 0) & (spans[:, 0] >= start) & (spans[:, 1] <= end)
    pieces: list[Piece] = []
    for (begin, stop), strength in zip(spans[shown].tolist(), strengths[shown].tolist()):
        pieces += [Piece(string[start:begin], 0.0), Piece(string[begin:stop], strength)]
        start = stop
    pieces.append(Piece(string[start:end], 0.0))
    return [piece for piece in pieces if piece.text]


def marked_html(pieces: list[Piece]) -> str:
    """Return pieces as HTML, with the words that contribute on a colored ground: yellow for, blue against similarity.

    Examples
    --------
    >>> from gensim_distill.encoding.marking import Piece, marked_html
    >>> marked_html([Piece("<", 0.0), Piece("rain", 1.0)])
    '&lt;<mark style="color:inherit;background:rgba(255,176,0,0.70)">rain</mark>'
    """
    parts = []
    for text, strength in pieces:
        color = "255,176,0" if strength > 0 else "64,128,255"
        style = f"color:inherit;background:rgba({color},{0.7 * abs(strength):.2f})"
        parts.append(f'<mark style="{style}">{html.escape(text)}</mark>' if strength else html.escape(text))
    return "".join(parts)
