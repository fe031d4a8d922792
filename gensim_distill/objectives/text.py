"""The text objective: vectors of words that add up to the teacher's own vector of a text."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from gensim_distill.contexts.views import Scope, View
from gensim_distill.linalg import build_in_blocks
from gensim_distill.objectives.hybrid import Hybrid
from gensim_distill.objectives.hybrid_views import HybridViews, ViewProjection, hybrid_views
from gensim_distill.objectives.protocol import TextFit
from gensim_distill.objectives.text_regression import TextRegression, weights_of_words
from gensim_distill.statistics.moments import Moments
from gensim_distill.statistics.text_store import TextSample


@dataclass(frozen=True)
class Text:
    """A regression from four views of a word to the teacher's vectors of the texts in which it occurs.

    The views are those of :class:`~gensim_distill.objectives.Hybrid`. The teacher's own vectors of texts determine how
    much each view and each direction counts: word vectors are the L2-normalized linear map of the views for which the
    sum over the words of a text is closest to the vector of the text. Sums of texts use a second map, with weights of
    words and a word-specific part; see :mod:`gensim_distill.objectives.text_regression`.

    Without texts, word vectors are the sum of the three views of hidden states.

    Parameters
    ----------
    layers : int or sequence of int, optional
        The layers of the teacher in the views of words, by default all. Texts have the last one.
    context : Scope, optional
        The scope of the closed form, by default "passage".
    whitening : float, optional
        The exponent of the closed form, by default 0.5.

    Examples
    --------
    >>> from gensim_distill.objectives import Text
    >>> Text().views(num_layers=7)[-1].name
    'summary.6'
    """

    contexts_per_word: ClassVar[int] = Hybrid.contexts_per_word

    layers: int | Sequence[int] | None = None
    context: Scope = "passage"
    whitening: float = 0.5

    def views(self, num_layers: int) -> list[View]:
        """Return the views of words, and that of texts; see :func:`hybrid_views` and :meth:`Objective.views`."""
        return hybrid_views(num_layers, self.layers, self.context)

    def width(self, teacher_width: int) -> int:
        """Return the dimensions of the teacher; see :meth:`Objective.width`.

        If the vectors of texts have fewer, those of words end in zeros, which a smaller ``vector_size`` removes; if they
        have more, the principal components are kept.
        """
        return teacher_width

    def fit(self, moments: Mapping[str, Moments]) -> ViewProjection:
        """Return the sum of views, for which nothing but their centers is learned; see :meth:`FittedObjective.fit`."""
        views = HybridViews.fit(moments, self.whitening)
        width = next(iter(moments.values())).width
        one, none = np.eye(width, dtype=np.float32), np.zeros((width, width), np.float32)
        return ViewProjection(views, np.vstack([one, one, one, none]))

    def fit_texts(self, moments: Mapping[str, Moments], texts: TextSample, frequencies: np.ndarray) -> TextFit:
        """Fit the map of word vectors and the rows of words in texts; see :meth:`TextObjective.fit_texts`."""
        views = HybridViews.fit(moments, self.whitening)
        predictors = views.cached_predictors(moments)
        regression = TextRegression.fit(texts, predictors, weights_of_words(frequencies))
        rows = build_in_blocks(
            lambda words: regression.rows(predictors(words), words), len(frequencies), regression.map.shape[1]
        )
        report = regression.correct(rows)
        text_map = regression.word_map_of_width(next(iter(moments.values())).width)
        missing = next(iter(moments.values())).width - text_map.shape[1]
        projection = ViewProjection(views, np.pad(text_map, ((0, 0), (0, missing))), report)
        return TextFit(projection, rows, projection.predict(predictors, len(frequencies)))

    def vectors(self, moments: Mapping[str, Moments]) -> np.ndarray:
        """Compute the sum of views; see :meth:`Objective.vectors`."""
        return self.fit(moments).vectors(moments)
