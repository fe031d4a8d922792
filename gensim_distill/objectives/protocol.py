"""What an objective is: the views it needs of the contexts, and the vectors it makes of their moments."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Protocol, runtime_checkable

import numpy as np

from gensim_distill.contexts.views import View
from gensim_distill.linalg.rows import row_blocks
from gensim_distill.statistics.moments import Moments


@runtime_checkable
class Objective(Protocol):
    """What :class:`~gensim_distill.DistilledWord2Vec` asks of an objective that is reached in one pass.

    Any object with these methods will do; it need not inherit from this class. One that has a method
    ``default_width`` too, like `width`, says with it what ``vector_size`` is by default; of others the
    default is the full width. One that has an attribute ``contexts_per_word`` says in how many texts it
    is enough to meet a word; of others the teacher reads all texts, unless told otherwise. One that has a method
    ``fit``, as in :class:`FittedObjective`, can make vectors of words that were not there when it learned.
    """

    def views(self, num_layers: int) -> list[View]:
        """Give the views of the contexts of which moments are to be kept.

        Parameters
        ----------
        num_layers : int
            How many layers the teacher has, the embedding layer included.

        Raises
        ------
        ValueError
            If the objective needs a layer that the teacher does not have.
        """
        ...

    def width(self, teacher_width: int) -> int:
        """Give the length of the vectors, before they are reduced to ``vector_size``."""
        ...

    def vectors(self, moments: Mapping[str, Moments]) -> np.ndarray:
        """Give the word vectors that follow from the moments of the views, by their names and in their order.

        Returns
        -------
        numpy.ndarray, shape (vocabulary_size, width)
            Rows of zeros for words without contexts.
        """
        ...


class Projection(Protocol):
    """All that an objective has learned from a vocabulary; it makes vectors of the moments of any words.

    Its size depends on the width of the teacher and not on the number of words. It is saved with the model.
    """

    def vectors(self, moments: Mapping[str, Moments]) -> np.ndarray:
        """Give the vectors of some words, in the vocabulary or not.

        Parameters
        ----------
        moments : mapping of str to Moments
            Of the views of the objective, by their names and in their order, over the words wanted. Of these only
            the sums and counts are used.

        Returns
        -------
        numpy.ndarray, shape (vocabulary_size of the moments, width of the objective)
            Rows of zeros for words without contexts.
        """
        ...


@runtime_checkable
class FittedObjective(Objective, Protocol):
    """An objective that parts what it learns from what it makes of it, so that words can be added later."""

    def fit(self, moments: Mapping[str, Moments]) -> Projection:
        """Learn from the moments of a vocabulary; ``fit(moments).vectors(moments)`` is ``vectors(moments)``."""
        ...


def build_in_blocks(piece: Callable[[slice], np.ndarray], length: int, width: int) -> np.ndarray:
    """Put vectors together from pieces of some thousand rows, so that only they are as long as the vocabulary.

    Parameters
    ----------
    piece : callable
        Gives the vectors of a slice of the words.
    length, width : int
        The shape of the whole.

    Returns
    -------
    numpy.ndarray of float32, shape (length, width)
    """
    vectors = np.empty((length, width), dtype=np.float32)
    for rows in row_blocks(length):
        vectors[rows] = piece(rows)
    return vectors
