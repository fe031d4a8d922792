"""The protocols of objectives, and the defaults that an objective may declare."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

import numpy as np

from gensim_distill.contexts.views import View
from gensim_distill.statistics.moments import Moments
from gensim_distill.statistics.text_store import TextSample


@runtime_checkable
class Objective(Protocol):
    """The computation of word vectors from the statistics of one pass over the corpus.

    :class:`~gensim_distill.DistilledWord2Vec` accepts any object with these methods; it need not inherit from this
    class. :class:`FittedObjective` adds a method `fit`, which inference for out-of-vocabulary words requires.

    Two further members are optional:

    ``default_width(teacher_width)``
        The default of ``vector_size``, see :func:`default_vector_size`. Without it the default is `width`.
    ``contexts_per_word``
        The default of ``contexts_per_word``, see :func:`default_budget`. Without it the teacher reads every document.

    See Also
    --------
    gensim_distill.objectives.OBJECTIVES : The objectives with a name.
    """

    def views(self, num_layers: int) -> list[View]:
        """Return the views of the contexts that the statistics must include.

        Parameters
        ----------
        num_layers : int
            The number of layers of the teacher, including the embedding layer.

        Returns
        -------
        list of View
            Each with a different name.

        Raises
        ------
        ValueError
            If the teacher lacks a layer that the objective requires.
        """
        ...

    def width(self, teacher_width: int) -> int:
        """Return the number of dimensions of the vectors before they are reduced to ``vector_size``.

        Parameters
        ----------
        teacher_width : int
            The number of dimensions of the hidden states of the teacher.
        """
        ...

    def vectors(self, moments: Mapping[str, Moments]) -> np.ndarray:
        """Compute the word vectors.

        Parameters
        ----------
        moments : mapping of str to Moments
            The statistics of each view, by the name of the view and in the order of `views`.

        Returns
        -------
        numpy.ndarray, shape (vocabulary size, `width`)
            Rows of zeros for words without contexts.
        """
        ...


class Projection(Protocol):
    """The state that an objective has learned from a vocabulary, which maps the statistics of any words to vectors.

    It is saved with the model. Its size depends on the dimensions of the teacher, not on the number of words.
    """

    def vectors(self, moments: Mapping[str, Moments]) -> np.ndarray:
        """Compute the vectors of words inside or outside the vocabulary.

        Parameters
        ----------
        moments : mapping of str to Moments
            The statistics of these words in each view, by the name of the view and in the order of
            :meth:`Objective.views`. Only their `sums` and `counts` are used.

        Returns
        -------
        numpy.ndarray, shape (number of words, dimensions of the objective)
            Rows of zeros for words without contexts.
        """
        ...


@runtime_checkable
class FittedObjective(Objective, Protocol):
    """An objective whose learned state can be kept, so that out-of-vocabulary words can be inferred later."""

    def fit(self, moments: Mapping[str, Moments]) -> Projection:
        """Learn from the statistics of a vocabulary.

        Parameters
        ----------
        moments : mapping of str to Moments
            As for :meth:`Objective.vectors`.

        Returns
        -------
        Projection
            ``fit(moments).vectors(moments)`` equals ``vectors(moments)``.
        """
        ...


@dataclass(frozen=True)
class TextFit:
    """The result of :meth:`TextObjective.fit_texts`.

    Attributes
    ----------
    projection : Projection
        Maps the statistics of words to their vectors.
    rows : numpy.ndarray of float32, shape (vocabulary_size, d_text)
        The row of each word, whose sums over the words of a text have the direction of the teacher's vector of the text;
        zeros for words without contexts.
    vectors : numpy.ndarray of float, shape (vocabulary_size, dimensions of the objective), or None
        The vectors of the vocabulary, equal to ``projection.vectors(moments)``, if they are computed faster during the fit.
        None by default.
    """

    projection: Projection
    rows: np.ndarray
    vectors: np.ndarray | None = None


@runtime_checkable
class TextObjective(FittedObjective, Protocol):
    """An objective that learns from the teacher's own vectors of texts, too.

    One of its views keeps texts (:attr:`~gensim_distill.contexts.views.View.keeps_texts`); it has no statistics. If the
    corpus had hardly any texts, `fit` is called instead of `fit_texts`.
    """

    def fit_texts(self, moments: Mapping[str, Moments], texts: TextSample, frequencies: np.ndarray) -> TextFit:
        """Learn from the statistics of a vocabulary and from texts.

        Parameters
        ----------
        moments : mapping of str to Moments
            As for :meth:`Objective.vectors`; without the view that keeps texts.
        texts : TextSample
            The words of texts with the teacher's vectors, those that its text head returns, sorted by a hash of the
            words.
        frequencies : numpy.ndarray of float64, shape (vocabulary_size,)
            The share of each word in all words of the corpus.

        Returns
        -------
        TextFit
        """
        ...


def default_vector_size(objective: Objective, teacher_width: int) -> int:
    """Return the default of ``vector_size`` for an objective.

    Parameters
    ----------
    objective : Objective
    teacher_width : int
        The number of dimensions of the hidden states of the teacher.

    Returns
    -------
    int
        ``objective.default_width(teacher_width)`` if the objective has this method, otherwise
        ``objective.width(teacher_width)``.

    Examples
    --------
    >>> from gensim_distill.objectives import Hybrid, default_vector_size
    >>> Hybrid().width(384), default_vector_size(Hybrid(), 384)
    (768, 384)
    """
    size: int = getattr(objective, "default_width", objective.width)(teacher_width)
    return size


def default_budget(objective: Objective) -> int | None:
    """Return the default of ``contexts_per_word`` for an objective.

    Parameters
    ----------
    objective : Objective

    Returns
    -------
    int or None
        ``objective.contexts_per_word`` if the objective has this attribute, otherwise None: no budget, the teacher
        reads every document.

    Examples
    --------
    >>> from gensim_distill.objectives import Hybrid, X2Static, default_budget
    >>> default_budget(Hybrid()), default_budget(X2Static())
    (4, None)
    """
    budget: int | None = getattr(objective, "contexts_per_word", None)
    return budget
