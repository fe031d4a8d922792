"""The pieces of words that a text table has rows for, and their pass of the teacher."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from gensim_distill.corpus.documents import Document
from gensim_distill.objectives.piece_regression import rows_of_pieces
from gensim_distill.solvers.isolated_words import read_words
from gensim_distill.solvers.settings import PassSettings, Vocabulary
from gensim_distill.statistics.moments import Moments
from gensim_distill.teachers.subword_strings import subword_strings_of

#: The largest number of pieces.
MAX_PIECES = 30_000
#: The smallest vocabulary for which there are pieces: a regression on fewer words is noise.
MIN_WORDS = 256


@dataclass(frozen=True)
class Pieces:
    """Strings of the teacher's subword vocabulary, with their statistics in isolation.

    Attributes
    ----------
    strings : tuple of str
    moments : Moments
        Of these strings, in the isolated view of the objective.
    """

    strings: tuple[str, ...]
    moments: Moments

    def rows(self, words: Moments, rows: np.ndarray) -> np.ndarray:
        """Return the row of each piece.

        Parameters
        ----------
        words : Moments
            The statistics of the words of the vocabulary in isolation.
        rows : numpy.ndarray of float32, shape (vocabulary_size, d)

        Returns
        -------
        numpy.ndarray of float32, shape (len(strings), d)
        """
        return rows_of_pieces(self.moments, words, rows)


def select_pieces(strings: Iterable[str], words: Sequence[str]) -> list[str]:
    """Select the strings that can be a part of words like those of a vocabulary.

    Parameters
    ----------
    strings : iterable of str
        The distinct strings of a vocabulary of subwords, the most frequent first.
    words : sequence of str
        The words of the vocabulary.

    Returns
    -------
    list of str
        The first 30,000 whose characters all occur in words of the vocabulary.

    Examples
    --------
    >>> from gensim_distill.solvers.text_pieces import select_pieces
    >>> select_pieces(["s", "The", "sin", "in"], ["kings", "in"])
    ['s', 'sin', 'in']
    """
    characters = set().union(*words)
    return [string for string in strings if characters.issuperset(string)][:MAX_PIECES]


def read_pieces(
    words: Moments, corpus: Iterable[Document], settings: PassSettings, vocabulary: Vocabulary
) -> Pieces | None:
    """Read pieces of words in isolation with the teacher, or with the workers of a distributed corpus.

    Pieces that are words of the vocabulary have been read already.

    Parameters
    ----------
    words : Moments
        The statistics of the words of the vocabulary in the first isolated view.
    corpus : iterable
        The corpus of the training.
    settings : PassSettings
    vocabulary : Vocabulary

    Returns
    -------
    Pieces or None
        None if the teacher does not list its subwords, or the vocabulary is small.
    """
    if len(vocabulary) < MIN_WORDS:
        return None
    pieces = select_pieces(subword_strings_of(settings.teacher), vocabulary.words)
    if not pieces:
        return None
    known = words.take(np.array([vocabulary.index.get(piece, -1) for piece in pieces], dtype=np.int64))
    moments = Moments(len(pieces), words.width)
    moments.sums, moments.counts = known.sums, known.counts
    index = {piece: row for row, piece in enumerate(pieces)}
    view = settings.isolated_views[0]
    read_words(
        [piece for piece in pieces if piece not in vocabulary.index], index, {view.name: moments}, corpus, settings
    )
    moments.round_sums()
    present = np.flatnonzero(moments.counts)
    return Pieces(tuple(pieces[row] for row in present), moments.take(present))
