"""The pieces of words that a text table has rows for."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np

from gensim_distill._utils.text import short
from gensim_distill.objectives.piece_regression import rows_of_pieces
from gensim_distill.solvers.settings import Vocabulary
from gensim_distill.teachers.protocol import Teacher
from gensim_distill.teachers.subword_strings import subword_strings_of

#: The largest number of pieces. Fewer lose little until 10,000, and even 5,000 are better than none: docs/exports.md has the table.
MAX_PIECES = 50_000
#: The smallest vocabulary for which there are pieces. With 100 words (20 short texts) similarities agree with the teacher's much
#: better with pieces than without, with 60 words as well as without, with fewer worse.
MIN_WORDS = 64
# The regression is fitted on the most frequent words; more would add nothing.
_MOST_WORDS = 50_000


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
        The first 50,000 whose characters all occur in words of the vocabulary, or are letters or digits like ones that do: of the
        same case and the same 128 code points of Unicode, since a small vocabulary may lack single letters of its alphabet.

    Examples
    --------
    >>> from gensim_distill.solvers.text_pieces import select_pieces
    >>> select_pieces(["s", "The", "sin", "in"], ["kings", "in"])
    ['s', 'sin', 'in']
    """
    found = list(strings)
    kinds = set(map(_kind, set().union(*words)))
    characters = {character for character in set().union(*found) if _kind(character) in kinds}
    return [string for string in found if characters.issuperset(string)][:MAX_PIECES]


def _kind(character: str) -> tuple[bool, bool, int] | str:
    """Return what letters of one alphabet and case, or digits, have in common; other characters have nothing."""
    return (character.isupper(), character.isdigit(), ord(character) >> 7) if character.isalnum() else character


def fit_pieces(teacher: Teacher, vocabulary: Vocabulary, rows: np.ndarray) -> tuple[tuple[str, ...], np.ndarray]:
    """Return the pieces of words, and their rows, predicted from the teacher's input embeddings.

    Parameters
    ----------
    teacher : Teacher
    vocabulary : Vocabulary
    rows : numpy.ndarray of float32, shape (vocabulary_size, d)
        The rows of the words of the vocabulary. A piece that is one of them has a row of its own, since a word says little
        about the words that contain it.

    Returns
    -------
    tuple of str
        Empty if the teacher does not list its subwords, or the vocabulary is small.
    numpy.ndarray of float32, shape (n_pieces, d)

    Raises
    ------
    TypeError, ValueError
        If the teacher returns anything but strings, and arrays of finite numbers.
    """
    none: tuple[tuple[str, ...], np.ndarray] = (), np.zeros((0, rows.shape[1]), np.float32)
    if len(vocabulary) < MIN_WORDS:
        return none
    pieces = select_pieces(subword_strings_of(teacher), vocabulary.words)
    if not pieces:
        return none
    words = _embeddings(teacher, vocabulary.words[:_MOST_WORDS])
    embeddings = _embeddings(teacher, pieces)
    if embeddings.shape[1] != words.shape[1]:
        raise TypeError(
            f"teacher.subword_embeddings() returned vectors of {words.shape[1]} dimensions and then of {embeddings.shape[1]}: all "
            "must have the same number."
        )
    of_pieces = rows_of_pieces(embeddings, words, rows[:_MOST_WORDS])
    present = np.flatnonzero(np.any(of_pieces, axis=1))
    return tuple(pieces[row] for row in present), of_pieces[present]


def pieces_memory(vocabulary_size: int, n_pieces: int, width: int) -> int:
    """Return the size of the temporary arrays of :func:`fit_pieces`, in bytes, without the rows of pieces.

    Parameters
    ----------
    vocabulary_size, n_pieces : int
    width : int
        The number of dimensions of embeddings and rows.
    """
    # Embeddings, the same centered, and predictions; for words twice the embeddings, and rows.
    return 3 * 4 * width * (n_pieces + min(vocabulary_size, _MOST_WORDS))


def _embeddings(teacher: Teacher, words: Sequence[str]) -> np.ndarray:
    """Return the input embeddings that a teacher has for words, checked, since users write teachers."""
    found: Any = teacher.subword_embeddings(words)  # type: ignore[attr-defined]
    try:
        array = np.asarray(found)
    except ValueError:  # vectors of different lengths
        array = np.empty(0)
    if array.ndim != 2 or len(array) != len(words) or array.dtype.kind not in "fiu":
        raise TypeError(
            f"teacher.subword_embeddings() returned {short(found)} for {len(words)} words: it must return an array of numbers with "
            "one row for each word."
        )
    if not np.isfinite(array).all():
        raise ValueError("teacher.subword_embeddings() returned numbers that are not finite.")
    result: np.ndarray = array.astype(np.float32, copy=False)
    return result
