"""The default objective: vectors of words that are predicted from four views, and rows of texts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from gensim_distill.contexts.views import Scope, View
from gensim_distill.linalg import (
    build_in_blocks,
    effective_dimensions,
    inverse_power,
    normalize,
    ridge_weights,
    row_blocks,
    whitening_exponent,
)
from gensim_distill.objectives.hybrid_views import HybridViews, ViewProjection, hybrid_views
from gensim_distill.objectives.protocol import TextFit
from gensim_distill.objectives.text_regression import TextRegression, weights_of_words
from gensim_distill.statistics.moments import Moments
from gensim_distill.statistics.text_store import TextSample

# The penalty of the prediction of word vectors, as a multiple of the mean eigenvalue of the predictors.
PREDICTION_PENALTY = 0.3
# A factor of the second view of a word, in HybridProjection.
_TOP_LAYERS_AS_PREDICTOR = 0.75


@dataclass(frozen=True)
class Hybrid:
    """Four views of a word, and the teacher's vectors of texts, denoised by ridge regression on the views.

    The views are the mean hidden state of the word in context over all layers, the same over the top layers, the
    closed form of X2Static with a wider scope, and the hidden state of the isolated word. Each is centered and
    L2-normalized. The closed form needs many contexts, and is shrunk for words with few
    (:class:`~gensim_distill.objectives.discriminant.ShrunkDiscriminant`).

    The sum of the three views of hidden states, L2-normalized, is concatenated with the text view. It is whitened until
    it has as many effective dimensions as the text view, if it has fewer. The text view is a map of all four views, fitted
    so that the vectors of the words of a text add up to the teacher's own vector of the text, as in
    :class:`~gensim_distill.objectives.Text`. The concatenation is then predicted from the views by ridge regression over
    the vocabulary. The prediction keeps the components common to several views and removes the noise of a single one.
    Without texts, the closed form takes the place of the text view.

    Parameters
    ----------
    layers : int or sequence of int, optional
        The layers of the teacher, by default all. The top layers are the last sixth of these, at least one.
    context : Scope, optional
        The scope of the closed form, by default "passage".
    whitening : float, optional
        The exponent of the closed form, by default 0.5; see :class:`~gensim_distill.objectives.X2Static`.

    Examples
    --------
    >>> from gensim_distill.objectives import Hybrid
    >>> [view.name for view in Hybrid().views(num_layers=7)]
    ['token.0+1+2+3+4+5+6', 'token.6', 'passage.6.covariance', 'isolated.0+1+2+3+4+5+6', 'summary.6']
    >>> Hybrid().views(num_layers=13)[1].layers
    (11, 12)
    """

    contexts_per_word: ClassVar[int] = 4  # means hardly change beyond; docs/context-budget.md has the curves

    layers: int | Sequence[int] | None = None
    context: Scope = "passage"
    whitening: float = 0.5

    def views(self, num_layers: int) -> list[View]:
        """Return the views of words, and that of texts; see :func:`hybrid_views` and :meth:`Objective.views`."""
        return hybrid_views(num_layers, self.layers, self.context)

    def width(self, teacher_width: int) -> int:
        """Return the dimensions of the concatenation; see :meth:`Objective.width`."""
        return 2 * teacher_width

    def default_width(self, teacher_width: int) -> int:
        """Return the dimensions of the teacher: more brought no measurable gain."""
        return teacher_width

    def fit(self, moments: Mapping[str, Moments]) -> ViewProjection:
        """Fit the prediction without texts; see :meth:`FittedObjective.fit`."""
        views = HybridViews.fit(moments, self.whitening)
        predictors = views.cached_predictors(moments)
        words = _WordRegression(next(iter(moments.values())).width)
        for rows in row_blocks(next(iter(moments.values())).vocabulary_size):
            block = predictors(rows)
            words.add(block, np.split(block, 4, axis=1)[3])
            words.add_states(block)
        return ViewProjection(views, words.weights())

    def fit_texts(self, moments: Mapping[str, Moments], texts: TextSample, frequencies: np.ndarray) -> TextFit:
        """Fit the prediction and the rows of words in texts; see :meth:`TextObjective.fit_texts`."""
        views = HybridViews.fit(moments, self.whitening)
        predictors = views.cached_predictors(moments)
        regression = TextRegression.fit(texts, predictors, weights_of_words(frequencies))
        words = _WordRegression(next(iter(moments.values())).width)
        text_map = regression.word_map_of_width(words.width)

        def build_rows(rows: slice) -> np.ndarray:
            block = predictors(rows)
            words.add(block, normalize(block @ text_map, overwrite=True))
            return regression.rows(block, rows)

        table = build_in_blocks(build_rows, len(frequencies), regression.map.shape[1])
        words.match_effective_dimensions()
        for rows in row_blocks(len(frequencies)):
            words.add_states(predictors(rows))
        report = regression.correct(table)
        projection = ViewProjection(views, words.weights(), report)
        return TextFit(projection, table, projection.predict(predictors, len(frequencies)))

    def vectors(self, moments: Mapping[str, Moments]) -> np.ndarray:
        """Compute the predictions without texts; see :meth:`Objective.vectors`."""
        return self.fit(moments).vectors(moments)


@dataclass(frozen=True)
class HybridProjection:
    """The learned state of models that were saved by versions without texts; see :class:`Projection`.

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
        weights = self.weights.copy()
        top_layers = np.split(weights, 4)[1]
        top_layers *= _TOP_LAYERS_AS_PREDICTOR
        return ViewProjection(self.views, weights).vectors(moments)


class _WordRegression:
    """The ridge regression from the views of words to their vectors, from words added block by block."""

    def __init__(self, width: int) -> None:
        self.width = width
        self._gram, self._moment = np.zeros((4 * width, 4 * width)), np.zeros((4 * width, 2 * width))
        self._states, self._other = _Covariance(width), _Covariance(width)
        self._whitening: np.ndarray | None = None

    def add(self, predictors: np.ndarray, other: np.ndarray) -> None:
        """Add words with the second part of their target, of at most `width` columns."""
        columns = slice(self.width, self.width + other.shape[1])
        self._gram += predictors.T @ predictors
        self._moment[:, columns] += predictors.T @ other
        self._states.add(_sum_of_states(predictors))
        self._other.add(other)

    def match_effective_dimensions(self) -> None:
        """Have the first part whitened until it has as many effective dimensions as the second, from the words added."""
        covariance = self._states.covariance()
        share = effective_dimensions(self._other.covariance()) / self.width
        self._whitening = inverse_power(covariance, whitening_exponent(covariance, share)).astype(np.float32)

    def add_states(self, predictors: np.ndarray) -> None:
        """Add words with the first part of their target, the L2-normalized sum of hidden states."""
        states = _sum_of_states(predictors)
        if self._whitening is not None:
            states = normalize((states - self._states.mean()) @ self._whitening, overwrite=True)
        self._moment[:, : self.width] += predictors.T @ states

    def weights(self) -> np.ndarray:
        """Return the weights, shape (4 * width, 2 * width)."""
        return ridge_weights(self._gram, self._moment, PREDICTION_PENALTY).astype(np.float32)


def _sum_of_states(predictors: np.ndarray) -> np.ndarray:
    all_layers, top_layers, isolated, _ = np.split(predictors, 4, axis=1)
    return normalize(all_layers + top_layers + isolated, overwrite=True)


class _Covariance:
    """The mean and the covariance of rows added block by block."""

    def __init__(self, width: int) -> None:
        self._count, self._sum, self._outer = 0, np.zeros(width), np.zeros((width, width))

    def add(self, rows: np.ndarray) -> None:
        """Add rows, which may have fewer columns than the covariance."""
        width = rows.shape[1]
        self._count += len(rows)
        self._sum[:width] += rows.sum(axis=0, dtype=np.float64)
        self._outer[:width, :width] += rows.T @ rows

    def mean(self) -> np.ndarray:
        """Return the mean, as float32."""
        mean: np.ndarray = (self._sum / self._count).astype(np.float32)
        return mean

    def covariance(self) -> np.ndarray:
        """Return the covariance."""
        mean = self._sum / self._count
        covariance: np.ndarray = self._outer / self._count - np.outer(mean, mean)
        return covariance
