"""The default: several views of a word, each good at something else, in one vector."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from gensim_distill.contexts import Scope, View
from gensim_distill.geometry import normalise, reliability, ridge_prediction
from gensim_distill.moments import Moments
from gensim_distill.objectives.aggregate import centred_means
from gensim_distill.objectives.x2static import closed_form, noise
from gensim_distill.teachers.base import resolve_layers

# The weights, beside that of the top layers, were chosen on the similarity and analogy sets that gensim
# ships, with teachers of 6 and of 12 layers; docs/hybrid.md has what they were chosen from.
AVERAGE = 0.2
AROUND = 0.5
# What is laid beside the sum, for itself.
ALONE_BESIDE = 0.5
AROUND_BESIDE = 0.3
# The top layers are in the target already; as predictors they would bring their noise back.
TOP_AS_PREDICTOR = 0.75


@dataclass(frozen=True)
class Hybrid:
    """Four views of a word, and of each what the others bear out.

    The views are the mean state of the word in its contexts in the top layers and in all layers (one
    residual stream runs through a transformer, so that the mean of its layers keeps what each of them
    says), the closed form of X2Static over a wider scope, and the teacher's reading of the word
    alone. Each is centred and brought to length one; the closed form, which needs many contexts, is
    shrunk for words that have few (see :func:`~gensim_distill.geometry.reliability`).

    Their weighted sum, and beside it the word alone and the closed form once more, are then
    predicted from the views themselves by ridge regression over the vocabulary. This keeps what
    several views agree on and leaves out what is the noise of one.

    Parameters
    ----------
    layers : int or sequence of int, optional
        The teacher's layers, by default all. The top ones are the last sixth of them, at least one.
    context : Scope, optional
        The scope of the closed form.
    whitening : float, optional
        Its exponent; see :class:`~gensim_distill.objectives.x2static.X2Static`.

    Examples
    --------
    >>> from gensim_distill.objectives import Hybrid
    >>> [view.name for view in Hybrid().views(num_layers=7)]
    ['token.0+1+2+3+4+5+6', 'token.6', 'text.6.covariance', 'alone.0+1+2+3+4+5+6']
    >>> Hybrid().views(num_layers=13)[1].layers
    (11, 12)
    """

    # Means hardly change after these; docs/budget.md has the curves.
    contexts_per_word: ClassVar[int] = 4

    layers: int | Sequence[int] | None = None
    context: Scope = "text"
    whitening: float = 0.5

    def views(self, num_layers: int) -> list[View]:
        """Give the views; see :meth:`Objective.views`."""
        layers = resolve_layers(range(num_layers) if self.layers is None else self.layers, num_layers)
        top = tuple(sorted(layers)[-max(1, len(layers) // 6) :])
        in_context = [View(layers, "token")] + [View(top, "token")] * (top != layers)
        return [
            *in_context,
            View(top[-1:], self.context, second_moment=True),
            View(layers, "token", alone=True),
        ]

    def width(self, teacher_width: int) -> int:
        """Give the width of what is laid side by side; see :meth:`Objective.width`."""
        return 3 * teacher_width

    def default_width(self, teacher_width: int) -> int:
        """Give the teacher's width: what is beyond it adds nothing that was measured."""
        return teacher_width

    def vectors(self, moments: Mapping[str, Moments]) -> np.ndarray:
        """Give what the views predict of their sum and of themselves; see :meth:`Objective.vectors`."""
        *in_context, contexts, words_alone = moments.values()
        # All of this is as long as the vocabulary: nothing is held twice that need not be.
        average, top, alone = (
            normalise(centred_means(view), overwrite=True) for view in (in_context[0], in_context[-1], words_alone)
        )
        around = closed_form(contexts, self.whitening)
        trust = reliability(around, contexts.counts, noise(contexts, self.whitening))
        # What is left of a vector of length one that is signal and noise when its best estimate takes its
        # place, in units of the signal: the estimate is r times the vector, whose signal has length sqrt(r).
        around = normalise(around, overwrite=True)
        around *= np.sqrt(trust)[:, None]

        targets = np.zeros((len(top), 3 * top.shape[1]))
        total, alone_beside, around_beside = np.split(targets, 3, axis=1)
        for weight, view in ((1.0, top), (AVERAGE, average), (AROUND, around)):
            total += weight * view
        alone_beside[:] = ALONE_BESIDE * alone
        around_beside[:] = AROUND_BESIDE * around
        top *= TOP_AS_PREDICTOR
        return normalise(ridge_prediction([average, top, alone, around], targets, overwrite=True), overwrite=True)
