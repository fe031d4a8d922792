"""The default: several views of a word, each good at something else, in one vector."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from gensim_distill.contexts.views import Scope, View
from gensim_distill.linalg.ridge import ridge_weights
from gensim_distill.linalg.rows import normalize, row_blocks
from gensim_distill.linalg.shrinkage import shrinkage_at, signal_variance
from gensim_distill.objectives.aggregate import Centered
from gensim_distill.objectives.protocol import build_in_blocks
from gensim_distill.objectives.x2static import Discriminant
from gensim_distill.statistics.moments import Moments
from gensim_distill.teachers.protocol import resolve_layers

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
    alone. Each is centered and brought to length one; the closed form, which needs many contexts, is
    shrunk for words that have few (see :func:`~gensim_distill.linalg.shrinkage.shrinkage`).

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

    # Means hardly change after these; docs/context-budget.md has the curves.
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
            View(layers, "token", isolated=True),
        ]

    def width(self, teacher_width: int) -> int:
        """Give the width of what is laid side by side; see :meth:`Objective.width`."""
        return 3 * teacher_width

    def default_width(self, teacher_width: int) -> int:
        """Give the teacher's width: what is beyond it adds nothing that was measured."""
        return teacher_width

    def fit(self, moments: Mapping[str, Moments]) -> HybridProjection:
        """Learn how the views predict their sum and themselves; see :meth:`FittedObjective.fit`."""
        *in_context, contexts, words_alone = moments.values()
        average, top, alone = (Centered.fit(view) for view in (in_context[0], in_context[-1], words_alone))
        around = Discriminant.fit(contexts, self.whitening)
        # The squared lengths of all words in the closed form, from their second moment: it is symmetric, and costs
        # half as much as the vectors, which are not wanted yet.
        second = np.zeros_like(around.matrix)
        for rows in row_blocks(contexts.vocabulary_size):
            differences = around.differences(contexts, rows)
            second += differences.T @ differences
        squared_length = float(((second @ around.matrix) * around.matrix).sum())
        signal = signal_variance(squared_length, contexts.counts, around.noise)
        views = HybridViews(average, top, alone, around, signal)
        return HybridProjection(views, _weights(views.second_moment(moments)).astype(np.float32))

    def vectors(self, moments: Mapping[str, Moments]) -> np.ndarray:
        """Give what the views predict of their sum and of themselves; see :meth:`Objective.vectors`."""
        return self.fit(moments).vectors(moments)


@dataclass(frozen=True)
class HybridViews:
    """The four views of a word, each centered and brought to length one.

    Attributes
    ----------
    average, top, alone : Centered
    around : Discriminant
    signal : float
        The mean squared length of what is beyond chance in the closed form; see
        :func:`~gensim_distill.linalg.shrinkage.shrinkage`.
    """

    average: Centered
    top: Centered
    alone: Centered
    around: Discriminant
    signal: float

    def rows(self, moments: Mapping[str, Moments], rows: slice) -> np.ndarray:
        """Give average, top, alone and around of some words side by side, in float32 of shape (n, 4 * width)."""
        *in_context, contexts, words_alone = moments.values()
        width = contexts.width
        # Of what is at most of length one, after what all words share is gone, float32 loses nothing that matters.
        views = np.empty((len(contexts.counts[rows]), 4 * width), dtype=np.float32)
        average, top, alone, around = np.split(views, 4, axis=1)
        average[:] = self.average.vectors(in_context[0], rows)
        top[:] = self.top.vectors(in_context[-1], rows)
        alone[:] = self.alone.vectors(words_alone, rows)
        around[:] = self.around.vectors(contexts, rows)
        for view in (average, top, alone, around):
            normalize(view, overwrite=True)
        top *= TOP_AS_PREDICTOR
        # What is left of a vector of length one that is signal and noise when its best estimate takes its
        # place, in units of the signal: the estimate is r times the vector, whose signal has length sqrt(r).
        around *= np.sqrt(shrinkage_at(contexts.counts[rows], self.around.noise, self.signal))[:, None]
        return views

    def second_moment(self, moments: Mapping[str, Moments]) -> np.ndarray:
        """Give the second moment of the views over all words, in float64 of shape (4 * width, 4 * width)."""
        views = next(iter(moments.values()))
        moment = np.zeros((4 * views.width, 4 * views.width))
        for rows in row_blocks(views.vocabulary_size):
            these = self.rows(moments, rows)
            moment += these.T @ these
        return moment


@dataclass(frozen=True)
class HybridProjection:
    """What :class:`Hybrid` learns of a vocabulary; see :class:`Projection`.

    Attributes
    ----------
    views : HybridViews
    weights : numpy.ndarray of float32, shape (4 * teacher's width, 3 * teacher's width)
        Of the ridge regression from the views to what is predicted.
    """

    views: HybridViews
    weights: np.ndarray

    def vectors(self, moments: Mapping[str, Moments]) -> np.ndarray:
        """Give the vectors of some words; see :meth:`Projection.vectors`."""
        size = next(iter(moments.values())).vocabulary_size
        return build_in_blocks(
            lambda rows: normalize(self.views.rows(moments, rows) @ self.weights, overwrite=True),
            size,
            self.weights.shape[1],
        )


def _weights(gram: np.ndarray) -> np.ndarray:
    """Give the weights by which the views predict the targets.

    The targets are weighted sums of the predictors, so that the products of predictors and targets are the same sums
    of columns of `gram`, the products of predictors with each other.
    """
    average, top, alone, around = np.split(gram, 4, axis=1)
    total = top / TOP_AS_PREDICTOR + AVERAGE * average + AROUND * around
    return ridge_weights(gram, np.hstack([total, ALONE_BESIDE * alone, AROUND_BESIDE * around]))
