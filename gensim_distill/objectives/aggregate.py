"""Aggregation: a word's vector is the mean of the teacher's states for it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from typing import ClassVar

import numpy as np

from gensim_distill.contexts import Scope, View
from gensim_distill.geometry import centre, normalise
from gensim_distill.moments import Moments
from gensim_distill.teachers.base import resolve_layers


@dataclass(frozen=True)
class Aggregate:
    """The mean context of each word, centred on the vocabulary.

    With the scope "token" it is what least squares to the teacher's own contextual vectors gives,
    the aggregated static embedding of Bommasani et al. (2020); centring (Mu & Viswanath, 2018)
    takes away what all words share, which in transformers outweighs what tells them apart.

    Parameters
    ----------
    layers : int or sequence of int, optional
        The teacher's layers, the last one by default. Several are centred, brought to length one
        and summed: layers share the teacher's coordinates.
    context : Scope, optional
        What a context is the mean over.

    Examples
    --------
    >>> from gensim_distill.objectives import Aggregate
    >>> [view.name for view in Aggregate(layers=[0, -1]).views(num_layers=7)]
    ['token.0', 'token.6']
    """

    # Means hardly change after these; docs/budget.md has the curves.
    contexts_per_word: ClassVar[int] = 4

    layers: int | Sequence[int] = -1
    context: Scope = "token"

    def views(self, num_layers: int) -> list[View]:
        """Give one view a layer; see :meth:`Objective.views`."""
        return [View((layer,), self.context) for layer in resolve_layers(self.layers, num_layers)]

    def width(self, teacher_width: int) -> int:
        """Give the teacher's width; see :meth:`Objective.width`."""
        return teacher_width

    def vectors(self, moments: Mapping[str, Moments]) -> np.ndarray:
        """Give the centred means; see :meth:`Objective.vectors`."""
        if len(moments) == 1:
            return centred_means(*moments.values())
        return reduce(np.add, (normalise(centred_means(view), overwrite=True) for view in moments.values()))


def centred_means(moments: Moments) -> np.ndarray:
    """Give the mean context of each word less the mean over the words; zeros for words without contexts."""
    return centre(moments.means(), present=moments.counts > 0)
