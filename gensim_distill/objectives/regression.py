"""Regressions that infer the vectors of out-of-vocabulary words.

They are "a la carte" embeddings (Khodak et al., ACL 2018): a linear map, fitted on the vocabulary, from features that
can be computed for any word to the vector that training would have learned for it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from gensim_distill.linalg import build_in_blocks, normalize, ridge_weights, row_blocks
from gensim_distill.objectives.aggregate import CenteredMeans
from gensim_distill.objectives.discriminant import ShrunkDiscriminant
from gensim_distill.statistics.moments import Moments

# As a multiple of the mean eigenvalue. Chosen by the cosine to the vectors of held-out words, which hardly differs from
# .02 to .1; docs/out-of-vocabulary-words.md has the curve.
PENALTY = 0.05
# The whitening exponent of contexts from which vectors of gradient descent are predicted.
_WHITENING = 0.5


@dataclass(frozen=True)
class DirectionRegression:
    """A ridge regression from features to the directions of vectors.

    Attributes
    ----------
    weights : numpy.ndarray of float32, shape (number of features, d)
    intercept : numpy.ndarray of float32, shape (d,)
        The mean direction of the vectors it was fitted on.
    length : float
        The length of every prediction: the median length of the vectors it was fitted on. Plain ridge regression
        would predict shorter vectors.
    n_words : int
        The number of words it was fitted on.

    Examples
    --------
    >>> import numpy as np
    >>> from gensim_distill.objectives.regression import DirectionRegression
    >>> features, vectors = np.array([[1.0], [-1.0]]), np.array([[0.0, 2.0], [0.0, -2.0]])
    >>> regression = DirectionRegression.fit(lambda rows: features[rows], vectors, np.array([True, True]))
    >>> regression.vectors(np.array([[0.5]])).tolist()
    [[0.0, 2.0]]
    """

    weights: np.ndarray
    intercept: np.ndarray
    length: float
    n_words: int

    @classmethod
    def fit(cls, features: Callable[[slice], np.ndarray], vectors: np.ndarray, used: np.ndarray) -> DirectionRegression:
        """Fit the regression.

        Parameters
        ----------
        features : callable
            Returns the features of a slice of the words, approximately centered.
        vectors : numpy.ndarray, shape (n, d)
            The learned vectors. Vectors of zeros are ignored.
        used : numpy.ndarray of bool, shape (n,)
            The words to fit on.

        Returns
        -------
        DirectionRegression
        """
        lengths = np.linalg.norm(vectors, axis=1)
        used = used & (lengths > 0)
        n_words = int(used.sum())
        scale = np.divide(1.0, lengths, out=np.zeros(len(lengths)), where=used)
        intercept = scale @ vectors / max(n_words, 1)
        gram, moment = 0.0, 0.0
        for rows in row_blocks(len(vectors)):
            used_rows = used[rows]
            predictors = features(rows)[used_rows].astype(np.float64, copy=False)
            targets = vectors[rows][used_rows] * scale[rows][used_rows, None] - intercept
            gram = gram + predictors.T @ predictors
            moment = moment + predictors.T @ targets
        weights = ridge_weights(np.asarray(gram), np.asarray(moment), PENALTY)
        length = float(np.median(lengths[used])) if n_words else 0.0
        return cls(weights.astype(np.float32), intercept.astype(np.float32), length, n_words)

    def vectors(self, features: np.ndarray) -> np.ndarray:
        """Predict the vectors of words.

        Parameters
        ----------
        features : numpy.ndarray, shape (n, number of features)

        Returns
        -------
        numpy.ndarray of float32, shape (n, d)
        """
        predicted = (features @ self.weights + self.intercept).astype(np.float32, copy=False)
        vectors: np.ndarray = normalize(predicted, overwrite=True) * np.float32(self.length)
        return vectors


@dataclass(frozen=True)
class IsolatedWordProjection:
    """A regression from the hidden state of an isolated word to the vector of the word.

    Attributes
    ----------
    centering : CenteredMeans
    regression : DirectionRegression
    """

    centering: CenteredMeans
    regression: DirectionRegression

    @classmethod
    def fit(cls, moments: Moments, vectors: np.ndarray, used: np.ndarray) -> IsolatedWordProjection:
        """Fit the regression on words of the vocabulary.

        Parameters
        ----------
        moments : Moments
            The statistics of the isolated words.
        vectors : numpy.ndarray, shape (vocabulary size, d)
            The learned vectors of the words.
        used : numpy.ndarray of bool, shape (vocabulary size,)
            The words to fit on. Words without hidden states are ignored.

        Returns
        -------
        IsolatedWordProjection
        """
        used = used & (moments.counts > 0)
        fitted = Moments(0, moments.width)
        fitted.sums, fitted.counts = moments.sums, np.where(used, moments.counts, 0)
        centering = CenteredMeans.fit(fitted)

        def features(rows: slice) -> np.ndarray:
            return normalize(centering.vectors(fitted, rows), overwrite=True)

        return cls(centering, DirectionRegression.fit(features, vectors, used))

    def vectors(self, moments: Moments) -> np.ndarray:
        """Predict the vectors of words from their statistics as isolated words.

        Parameters
        ----------
        moments : Moments

        Returns
        -------
        numpy.ndarray of float32, shape (number of words, d)
        """
        return self.regression.vectors(normalize(self.centering.vectors(moments), overwrite=True))


@dataclass(frozen=True)
class ContextProjection:
    """A regression from the contexts of a word to the vector that gradient descent would learn for it.

    The features are the closed form of the loss that gradient descent minimizes, shrunk for words with few contexts.

    Attributes
    ----------
    discriminant : ShrunkDiscriminant
    regression : DirectionRegression
    """

    discriminant: ShrunkDiscriminant
    regression: DirectionRegression

    @classmethod
    def fit(cls, moments: Moments, vectors: np.ndarray) -> ContextProjection:
        """Fit the regression on the words with contexts and a vector other than zero.

        Parameters
        ----------
        moments : Moments
            The statistics of the vocabulary, with the second moment.
        vectors : numpy.ndarray, shape (vocabulary size, d)
            The vectors that gradient descent has learned.

        Returns
        -------
        ContextProjection
        """
        discriminant = ShrunkDiscriminant.fit(moments, _WHITENING)
        regression = DirectionRegression.fit(
            lambda rows: discriminant.vectors(moments, rows), vectors, moments.counts > 0
        )
        return cls(discriminant, regression)

    def vectors(self, moments: Mapping[str, Moments]) -> np.ndarray:
        """Predict the vectors of any words; see :meth:`Projection.vectors`."""
        (view,) = moments.values()

        def build_block(rows: slice) -> np.ndarray:
            vectors = self.regression.vectors(self.discriminant.vectors(view, rows))
            vectors[view.counts[rows] == 0] = 0.0
            return vectors

        return build_in_blocks(build_block, view.vocabulary_size, self.regression.weights.shape[1])
