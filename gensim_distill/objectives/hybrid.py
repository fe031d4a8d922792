"""The default: several views of a word, each good at something else, in one vector."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from gensim_distill.contexts import Scope, View
from gensim_distill.geometry import normalise
from gensim_distill.moments import Moments
from gensim_distill.objectives.aggregate import centred_means
from gensim_distill.objectives.x2static import closed_form
from gensim_distill.teachers.base import resolve_layers

# The weights of the views beside that of the word in context.
AROUND = 0.5
ALONE = 0.3


@dataclass(frozen=True)
class Hybrid:
    """A weighted sum of views, in the teacher's own coordinates.

    The views are the mean states of the word in its contexts, the closed form of X2Static over a
    wider scope, and the teacher's reading of the word alone. Each is centred and brought to length
    one. All layers of a transformer write to one residual stream, so their mean keeps what each of
    them says and costs neither width nor memory.

    Parameters
    ----------
    layers : int or sequence of int, optional
        The layers whose states are averaged: by default all, which is near the best of them for
        similarity and for analogies at once, whichever layers those are.
    context : Scope, optional
        The scope of the closed form.
    whitening : float, optional
        Its exponent; see :class:`~gensim_distill.objectives.x2static.X2Static`.

    Examples
    --------
    >>> from gensim_distill.objectives import Hybrid
    >>> [view.name for view in Hybrid().views(num_layers=7)]
    ['token.0+1+2+3+4+5+6', 'text.6.covariance', 'alone.6']
    """

    layers: int | Sequence[int] | None = None
    context: Scope = "text"
    whitening: float = 0.5

    def views(self, num_layers: int) -> list[View]:
        """Give the views; see :meth:`Objective.views`."""
        last = (num_layers - 1,)
        layers = resolve_layers(range(num_layers) if self.layers is None else self.layers, num_layers)
        return [
            View(layers, "token"),
            View(last, self.context, second_moment=True),
            View(last, "token", alone=True),
        ]

    def width(self, teacher_width: int) -> int:
        """Give the teacher's width; see :meth:`Objective.width`."""
        return teacher_width

    def vectors(self, moments: Mapping[str, Moments]) -> np.ndarray:
        """Give the sum of the views; see :meth:`Objective.vectors`."""
        in_context, around, alone = moments.values()
        return (
            normalise(centred_means(in_context))
            + AROUND * normalise(closed_form(around, self.whitening))
            + ALONE * normalise(centred_means(alone))
        )
