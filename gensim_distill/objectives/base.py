"""What an objective is: the views it needs of the contexts, and the vectors it makes of their moments."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol, runtime_checkable

import numpy as np

from gensim_distill.contexts import View
from gensim_distill.moments import Moments


@runtime_checkable
class Objective(Protocol):
    """What :class:`~gensim_distill.DistilledWord2Vec` asks of an objective that is reached in one pass.

    Any object with these methods will do; it need not inherit from this class. One that has a method
    ``default_width`` too, like `width`, says with it what ``vector_size`` is by default; of others the
    default is the full width. One that has an attribute ``contexts_per_word`` says in how many texts it
    is enough to meet a word; of others the teacher reads all texts, unless told otherwise.
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
