"""The four views of a word, from which word vectors and rows of texts are predicted."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from gensim_distill._utils.arrays import Rows
from gensim_distill.contexts.views import Scope, View
from gensim_distill.linalg import build_in_blocks, normalize
from gensim_distill.objectives.aggregate import CenteredMeans
from gensim_distill.objectives.discriminant import ShrunkDiscriminant
from gensim_distill.objectives.text_regression import TextReport
from gensim_distill.statistics.moments import Moments
from gensim_distill.teachers.protocol import resolve_layers

# Predictors of all words are computed once and kept if they take at most this many bytes.
_MOST_BYTES = 1 << 28


def hybrid_views(num_layers: int, layers: int | Sequence[int] | None, context: Scope) -> list[View]:
    """Return the views of all layers, of the top layers, of the closed form, of the isolated word, and of texts.

    Parameters
    ----------
    num_layers : int
        The number of layers of the teacher.
    layers : int, sequence of int or None
        The layers of the first, second and fourth view; None for all. The top layers are the last sixth of these, at
        least one. The first two views are one if there is only one layer.
    context : Scope
        The scope of the closed form.

    Returns
    -------
    list of View
    """
    layers = resolve_layers(range(num_layers) if layers is None else layers, num_layers)
    top = tuple(sorted(layers)[-max(1, len(layers) // 6) :])
    in_context = [View(layers, "token")] + [View(top, "token")] * (top != layers)
    return [
        *in_context,
        View(top[-1:], context, second_moment=True),
        View(layers, "token", isolated=True),
        View((num_layers - 1,), "summary"),
    ]


@dataclass(frozen=True)
class HybridViews:
    """The four views of a word, each centered and L2-normalized.

    They are the mean hidden state of the word in context over all layers, the same over the top layers, the closed form
    of X2Static, and the hidden state of the isolated word. The closed form is shrunk for words with few contexts.

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
            The statistics of the views of :func:`hybrid_views`.
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

    def predictors(self, moments: Mapping[str, Moments], rows: Rows) -> np.ndarray:
        """Compute the concatenation of the four views for words.

        Parameters
        ----------
        moments : mapping of str to Moments
            The statistics of any words in the views of :func:`hybrid_views`.
        rows : slice or numpy.ndarray of int64
            The words to compute.

        Returns
        -------
        numpy.ndarray of float32, shape (number of words, 4 * d)
            In the order of all layers, top layers, isolated word, discriminant.
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
        discriminant *= self.discriminant.lengths(counts)[:, None]
        return predictors

    def cached_predictors(self, moments: Mapping[str, Moments]) -> Callable[[Rows], np.ndarray]:
        """Return a function of :meth:`predictors` for some rows that computes them once, if they fit into 256 MB.

        Parameters
        ----------
        moments : mapping of str to Moments
            As for :meth:`predictors`.

        Returns
        -------
        callable
            The array that it returns for a slice must not be changed.
        """
        first = next(iter(moments.values()))
        width = 4 * first.width
        if 4 * first.vocabulary_size * width > _MOST_BYTES:
            return lambda rows: self.predictors(moments, rows)
        predictors = build_in_blocks(lambda rows: self.predictors(moments, rows), first.vocabulary_size, width)
        return lambda rows: predictors[rows]


@dataclass(frozen=True)
class ViewProjection:
    """Predictions of L2-normalized word vectors from the four views; see :class:`Projection`.

    Attributes
    ----------
    views : HybridViews
    weights : numpy.ndarray of float32, shape (4 * d, width)
    report : TextReport or None
        How well the vectors of texts were fitted; None without texts.
    """

    views: HybridViews
    weights: np.ndarray
    report: TextReport | None = None

    def vectors(self, moments: Mapping[str, Moments]) -> np.ndarray:
        """Compute the vectors of any words; see :meth:`Projection.vectors`."""
        return self.predict(
            lambda rows: self.views.predictors(moments, rows), next(iter(moments.values())).vocabulary_size
        )

    def predict(self, predictors: Callable[[Rows], np.ndarray], n_words: int) -> np.ndarray:
        """Compute the vectors of words from their predictors.

        Parameters
        ----------
        predictors : callable
            Returns the predictors of some words, as :meth:`HybridViews.predictors`.
        n_words : int

        Returns
        -------
        numpy.ndarray of float32, shape (n_words, width)
        """
        return build_in_blocks(
            lambda rows: normalize(predictors(rows) @ self.weights, overwrite=True), n_words, self.weights.shape[1]
        )
