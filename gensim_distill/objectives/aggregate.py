"""Aggregation: a word's vector is the mean of the teacher's states for it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from typing import ClassVar

import numpy as np

from gensim_distill.contexts.views import Scope, View
from gensim_distill.linalg.rows import normalize
from gensim_distill.objectives.protocol import build_in_blocks
from gensim_distill.statistics.moments import Moments
from gensim_distill.teachers.protocol import resolve_layers


@dataclass(frozen=True)
class Aggregate:
    """The mean context of each word, centered on the vocabulary.

    With the scope "token" it is what least squares to the teacher's own contextual vectors gives,
    the aggregated static embedding of Bommasani et al. (2020); centering (Mu & Viswanath, 2018)
    takes away what all words share, which in transformers outweighs what tells them apart.

    Parameters
    ----------
    layers : int or sequence of int, optional
        The teacher's layers, the last one by default. Several are centered, brought to length one
        and summed: layers share the teacher's coordinates.
    context : Scope, optional
        What a context is the mean over.

    Examples
    --------
    >>> from gensim_distill.objectives import Aggregate
    >>> [view.name for view in Aggregate(layers=[0, -1]).views(num_layers=7)]
    ['token.0', 'token.6']
    """

    # Means hardly change after these; docs/context-budget.md has the curves.
    contexts_per_word: ClassVar[int] = 4

    layers: int | Sequence[int] = -1
    context: Scope = "token"

    def views(self, num_layers: int) -> list[View]:
        """Give one view a layer; see :meth:`Objective.views`."""
        return [View((layer,), self.context) for layer in resolve_layers(self.layers, num_layers)]

    def width(self, teacher_width: int) -> int:
        """Give the teacher's width; see :meth:`Objective.width`."""
        return teacher_width

    def fit(self, moments: Mapping[str, Moments]) -> AggregateProjection:
        """Learn the center of each view; see :meth:`FittedObjective.fit`."""
        return AggregateProjection(tuple(Centered.fit(view) for view in moments.values()))

    def vectors(self, moments: Mapping[str, Moments]) -> np.ndarray:
        """Give the centered means; see :meth:`Objective.vectors`."""
        return self.fit(moments).vectors(moments)


@dataclass(frozen=True)
class Centered:
    """The mean contexts of words less their mean over the vocabulary.

    Attributes
    ----------
    center : numpy.ndarray of float64, shape (width,)
        The mean over those words of the vocabulary that have a context.
    """

    center: np.ndarray

    @classmethod
    def fit(cls, moments: Moments) -> Centered:
        """Find the center of a vocabulary."""
        present = moments.counts > 0
        weights = np.where(present, 1 / np.maximum(moments.counts, 1), 0.0) / max(present.sum(), 1)
        return cls(weights @ moments.sums)

    def vectors(self, moments: Moments, rows: slice = slice(None)) -> np.ndarray:
        """Give the centered means of some words; zeros for words without contexts."""
        means = moments.means(rows)
        means -= self.center
        means[moments.counts[rows] == 0] = 0.0
        return means


@dataclass(frozen=True)
class AggregateProjection:
    """What :class:`Aggregate` learns of a vocabulary; see :class:`Projection`.

    Attributes
    ----------
    views : tuple of Centered
        One a layer.
    """

    views: tuple[Centered, ...]

    def vectors(self, moments: Mapping[str, Moments]) -> np.ndarray:
        """Give the vectors of some words; see :meth:`Projection.vectors`."""
        pairs = list(zip(self.views, moments.values()))

        def piece(rows: slice) -> np.ndarray:
            parts = (view.vectors(of, rows) for view, of in pairs)
            return next(parts) if len(pairs) == 1 else reduce(np.add, (normalize(part, True) for part in parts))

        return build_in_blocks(piece, pairs[0][1].vocabulary_size, pairs[0][1].width)


def centred_means(moments: Moments) -> np.ndarray:
    """Give the mean context of each word less the mean over the words; zeros for words without contexts."""
    return Centered.fit(moments).vectors(moments)
