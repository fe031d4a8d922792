"""The default objective: four views of a word, combined into one vector."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from gensim_distill.contexts.views import Scope, View
from gensim_distill.linalg import build_in_blocks, normalize, ridge_weights, row_blocks
from gensim_distill.objectives.aggregate import CenteredMeans
from gensim_distill.objectives.discriminant import ShrunkDiscriminant
from gensim_distill.statistics.moments import Moments
from gensim_distill.teachers.protocol import resolve_layers

# Chosen on the similarity and analogy sets that gensim ships, with teachers of 6 and of 12 layers; docs/hybrid.md has
# the measurements. In the weighted sum of views the top layers have weight 1.
ALL_LAYERS_IN_SUM = 0.2
DISCRIMINANT_IN_SUM = 0.5
# Weights of the views that are concatenated to the sum.
ISOLATED_CONCATENATED = 0.5
DISCRIMINANT_CONCATENATED = 0.3
# As targets the top layers count fully; a lower weight as predictors keeps their noise out of the prediction.
TOP_LAYERS_AS_PREDICTOR = 0.75


@dataclass(frozen=True)
class Hybrid:
    """Four views of a word, denoised by ridge regression on each other.

    The views are the mean hidden state of the word in context over all layers, the same over the top layers, the
    closed form of X2Static with a wider scope, and the hidden state of the isolated word. Each is centered and
    L2-normalized. The closed form needs many contexts, and is shrunk for words with few
    (:class:`~gensim_distill.objectives.discriminant.ShrunkDiscriminant`).

    The weighted sum of the views, concatenated with the isolated word and the closed form, is then predicted from the
    views themselves by ridge regression over the vocabulary. The prediction keeps the components common to several
    views and removes the noise of a single one.

    Parameters
    ----------
    layers : int or sequence of int, optional
        The layers of the teacher, by default all. The top layers are the last sixth of these, at least one.
    context : Scope, optional
        The scope of the closed form, by default "text".
    whitening : float, optional
        The exponent of the closed form, by default 0.5; see :class:`~gensim_distill.objectives.X2Static`.

    Examples
    --------
    >>> from gensim_distill.objectives import Hybrid
    >>> [view.name for view in Hybrid().views(num_layers=7)]
    ['token.0+1+2+3+4+5+6', 'token.6', 'text.6.covariance', 'isolated.0+1+2+3+4+5+6']
    >>> Hybrid().views(num_layers=13)[1].layers
    (11, 12)
    """

    contexts_per_word: ClassVar[int] = 4  # means hardly change beyond; docs/context-budget.md has the curves

    layers: int | Sequence[int] | None = None
    context: Scope = "text"
    whitening: float = 0.5

    def views(self, num_layers: int) -> list[View]:
        """Return the views of all layers, of the top layers, of the closed form and of the isolated word.

        The first two are one if there is only one layer; see :meth:`Objective.views`.
        """
        layers = resolve_layers(range(num_layers) if self.layers is None else self.layers, num_layers)
        top = tuple(sorted(layers)[-max(1, len(layers) // 6) :])
        in_context = [View(layers, "token")] + [View(top, "token")] * (top != layers)
        return [
            *in_context,
            View(top[-1:], self.context, second_moment=True),
            View(layers, "token", isolated=True),
        ]

    def width(self, teacher_width: int) -> int:
        """Return the dimensions of the concatenation of three views; see :meth:`Objective.width`."""
        return 3 * teacher_width

    def default_width(self, teacher_width: int) -> int:
        """Return the dimensions of the teacher: more brought no measurable gain."""
        return teacher_width

    def fit(self, moments: Mapping[str, Moments]) -> HybridProjection:
        """Fit the ridge regression; see :meth:`FittedObjective.fit`."""
        views = HybridViews.fit(moments, self.whitening)
        return HybridProjection(views, _weights(views.second_moment(moments)).astype(np.float32))

    def vectors(self, moments: Mapping[str, Moments]) -> np.ndarray:
        """Compute the predictions of the ridge regression; see :meth:`Objective.vectors`."""
        return self.fit(moments).vectors(moments)


@dataclass(frozen=True)
class HybridViews:
    """The four views of a word, each centered and L2-normalized: the predictors of the regression.

    Attributes
    ----------
    all_layers, top_layers, isolated : CenteredMeans
    discriminant : ShrunkDiscriminant
    """

    all_layers: CenteredMeans
    top_layers: CenteredMeans
    isolated: CenteredMeans
    discriminant: ShrunkDiscriminant

    @classmethod
    def fit(cls, moments: Mapping[str, Moments], whitening: float) -> HybridViews:
        """Learn the center of each view, and the discriminant.

        Parameters
        ----------
        moments : mapping of str to Moments
            The statistics of the views of :class:`Hybrid`.
        whitening : float
            The exponent of the discriminant.

        Returns
        -------
        HybridViews
        """
        *in_context, contexts, isolated = moments.values()
        return cls(
            CenteredMeans.fit(in_context[0]),
            CenteredMeans.fit(in_context[-1]),
            CenteredMeans.fit(isolated),
            ShrunkDiscriminant.fit(contexts, whitening),
        )

    def predictors(self, moments: Mapping[str, Moments], rows: slice) -> np.ndarray:
        """Compute the concatenation of the four views for words.

        Parameters
        ----------
        moments : mapping of str to Moments
            The statistics of any words in the views of :class:`Hybrid`.
        rows : slice
            The words to compute.

        Returns
        -------
        numpy.ndarray of float32, shape (number of words, 4 * d)
        """
        *in_context, contexts, isolated_words = moments.values()
        counts = contexts.counts[rows]
        # float32 is precise enough for centered vectors of length 1 at most.
        predictors = np.empty((len(counts), 4 * contexts.width), dtype=np.float32)
        views = all_layers, top_layers, isolated, discriminant = np.split(predictors, 4, axis=1)
        all_layers[:] = self.all_layers.vectors(in_context[0], rows)
        top_layers[:] = self.top_layers.vectors(in_context[-1], rows)
        isolated[:] = self.isolated.vectors(isolated_words, rows)
        discriminant[:] = self.discriminant.discriminant.vectors(contexts, rows)
        for view in views:
            normalize(view, overwrite=True)
        top_layers *= TOP_LAYERS_AS_PREDICTOR
        discriminant *= self.discriminant.lengths(counts)[:, None]
        return predictors

    def second_moment(self, moments: Mapping[str, Moments]) -> np.ndarray:
        """Compute the second moment of the predictors over all words.

        Parameters
        ----------
        moments : mapping of str to Moments
            As for :meth:`predictors`.

        Returns
        -------
        numpy.ndarray of float64, shape (4 * d, 4 * d)
        """
        first = next(iter(moments.values()))
        second = np.zeros((4 * first.width, 4 * first.width))
        for rows in row_blocks(first.vocabulary_size):
            predictors = self.predictors(moments, rows)
            second += predictors.T @ predictors
        return second


@dataclass(frozen=True)
class HybridProjection:
    """The learned state of :class:`Hybrid`; see :class:`Projection`.

    Attributes
    ----------
    views : HybridViews
    weights : numpy.ndarray of float32, shape (4 * d, 3 * d)
        The weights of the ridge regression.
    """

    views: HybridViews
    weights: np.ndarray

    def vectors(self, moments: Mapping[str, Moments]) -> np.ndarray:
        """Compute the vectors of any words; see :meth:`Projection.vectors`."""
        return build_in_blocks(
            lambda rows: normalize(self.views.predictors(moments, rows) @ self.weights, overwrite=True),
            next(iter(moments.values())).vocabulary_size,
            self.weights.shape[1],
        )


def _weights(gram: np.ndarray) -> np.ndarray:
    """Compute the weights of the ridge regression from the second moment of the predictors.

    The targets are weighted sums of the predictors, so ``predictors.T @ targets`` is the same weighted sum of the
    columns of ``predictors.T @ predictors``.
    """
    all_layers, top_layers, isolated, discriminant = np.split(gram, 4, axis=1)
    total = top_layers / TOP_LAYERS_AS_PREDICTOR + ALL_LAYERS_IN_SUM * all_layers + DISCRIMINANT_IN_SUM * discriminant
    targets = [total, ISOLATED_CONCATENATED * isolated, DISCRIMINANT_CONCATENATED * discriminant]
    return ridge_weights(gram, np.hstack(targets))
