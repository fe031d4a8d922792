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


@dataclass(frozen=True)
class Hybrid:
    """A weighted sum of views, in the teacher's own coordinates.

    The views are the mean states of the word in context at several layers, the closed form of
    X2Static over a wider scope, and the teacher's reading of the word alone. Each is centred and
    brought to length one. All layers of a transformer write to one residual stream, so their sum
    keeps what each of them says and costs no width.

    Parameters
    ----------
    layers : int or sequence of int, optional
        The layers to aggregate: by default the middle one and the last.
    context : Scope, optional
        The scope of the closed form.
    whitening : float, optional
        Its exponent; see :class:`~gensim_distill.objectives.x2static.X2Static`.

    Examples
    --------
    >>> from gensim_distill.objectives import Hybrid
    >>> [view.name for view in Hybrid().views(num_layers=7)]
    ['token.3', 'token.6', 'text.6', 'alone.6']
    """

    layers: int | Sequence[int] | None = None
    context: Scope = "text"
    whitening: float = 0.5

    def views(self, num_layers: int) -> list[View]:
        """Give the views; see :meth:`Objective.views`."""
        last = num_layers - 1
        wanted = sorted({last // 2, last}) if self.layers is None else self.layers
        return [
            *(View(f"token.{layer}", (layer,), "token") for layer in resolve_layers(wanted, num_layers)),
            View(f"{self.context}.{last}", (last,), self.context, second_moment=True),
            View(f"alone.{last}", (last,), "token", alone=True),
        ]

    def width(self, teacher_width: int) -> int:
        """Give the teacher's width; see :meth:`Objective.width`."""
        return teacher_width

    def vectors(self, moments: Mapping[str, Moments]) -> np.ndarray:
        """Give the sum of the views; see :meth:`Objective.vectors`."""
        parts = [
            0.5 * normalise(closed_form(view, self.whitening)) if view.second_moment else normalise(centred_means(view))
            for view in moments.values()
        ]
        return np.sum(parts, axis=0)
