"""Aggregation: the vector of a word is the mean of its contexts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from typing import ClassVar

import numpy as np

from gensim_distill._utils.arrays import Rows
from gensim_distill.contexts.views import Scope, View
from gensim_distill.linalg import build_in_blocks, clear_rounding, normalize
from gensim_distill.statistics.moments import Moments
from gensim_distill.teachers.protocol import resolve_layers


@dataclass(frozen=True)
class Aggregate:
    """The mean context of each word, centered over the vocabulary.

    With the scope "token" this is the aggregated static embedding of Bommasani et al. (2020), the least-squares fit
    to the teacher's own contextual vectors. Centering (Mu & Viswanath, 2018) removes the component common to all
    words, which dominates the hidden states of transformers.

    Parameters
    ----------
    layers : int or sequence of int, optional
        The layers of the teacher, by default the last. The vectors of several layers are centered, L2-normalized and
        summed; this is possible since all layers share one coordinate system.
    context : Scope, optional
        The scope of a context, by default "token".

    Examples
    --------
    >>> from gensim_distill.objectives import Aggregate
    >>> [view.name for view in Aggregate(layers=[0, -1]).views(num_layers=7)]
    ['token.0', 'token.6']
    """

    contexts_per_word: ClassVar[int] = 4  # means hardly change beyond; docs/context-budget.md has the curves

    layers: int | Sequence[int] = -1
    context: Scope = "token"

    def views(self, num_layers: int) -> list[View]:
        """Return one view per layer; see :meth:`Objective.views`."""
        return [View((layer,), self.context) for layer in resolve_layers(self.layers, num_layers)]

    def width(self, teacher_width: int) -> int:
        """Return the dimensions of the teacher; see :meth:`Objective.width`."""
        return teacher_width

    def fit(self, moments: Mapping[str, Moments]) -> AggregateProjection:
        """Compute the center of each view; see :meth:`FittedObjective.fit`."""
        return AggregateProjection(tuple(CenteredMeans.fit(view) for view in moments.values()))

    def vectors(self, moments: Mapping[str, Moments]) -> np.ndarray:
        """Compute the centered means; see :meth:`Objective.vectors`."""
        return self.fit(moments).vectors(moments)


@dataclass(frozen=True)
class AggregateProjection:
    """The learned state of :class:`Aggregate`; see :class:`Projection`.

    Attributes
    ----------
    views : tuple of CenteredMeans
        One per layer.
    """

    views: tuple[CenteredMeans, ...]

    def vectors(self, moments: Mapping[str, Moments]) -> np.ndarray:
        """Compute the vectors of any words; see :meth:`Projection.vectors`."""
        pairs = list(zip(self.views, moments.values()))

        def build_block(rows: slice) -> np.ndarray:
            layers = (view.vectors(of_view, rows) for view, of_view in pairs)
            return next(layers) if len(pairs) == 1 else reduce(np.add, (normalize(layer, True) for layer in layers))

        return build_in_blocks(build_block, pairs[0][1].vocabulary_size, pairs[0][1].width)


@dataclass(frozen=True)
class CenteredMeans:
    """The mean contexts of words minus their mean over the vocabulary.

    Attributes
    ----------
    center : numpy.ndarray of float64, shape (d,)
        The mean over the words of the vocabulary with at least one context.

    Examples
    --------
    >>> import numpy as np
    >>> from gensim_distill.contexts.scopes import ContextBatch
    >>> from gensim_distill.objectives.aggregate import CenteredMeans
    >>> from gensim_distill.statistics.moments import Moments
    >>> moments = Moments(vocabulary_size=2, width=1)
    >>> moments.add(ContextBatch(np.array([0, 1]), np.array([0, 1]), np.array([[2.0], [4.0]]), np.array([2])))
    >>> CenteredMeans.fit(moments).vectors(moments).ravel().tolist()
    [-1.0, 1.0]
    """

    center: np.ndarray

    @classmethod
    def fit(cls, moments: Moments) -> CenteredMeans:
        """Compute the center of a vocabulary.

        Parameters
        ----------
        moments : Moments
            The statistics of the vocabulary in one view.

        Returns
        -------
        CenteredMeans
        """
        present = moments.counts > 0
        weights = np.where(present, 1 / np.maximum(moments.counts, 1), 0.0) / max(present.sum(), 1)
        return cls(weights @ moments.sums)

    def vectors(self, moments: Moments, rows: Rows = slice(None)) -> np.ndarray:
        """Compute the centered means of words.

        Parameters
        ----------
        moments : Moments
            The statistics of any words in the same view.
        rows : slice or numpy.ndarray of int64, optional
            The words to compute, all by default.

        Returns
        -------
        numpy.ndarray of float64, shape (number of words, d)
            Rows of zeros for words without contexts, and for those whose mean equals the center up to rounding.
        """
        means = moments.means(rows)
        means -= self.center
        clear_rounding(means, self.center)
        means[moments.counts[rows] == 0] = 0.0
        return means
