"""Regressions from what can be read of any word to the space of the trained vectors.

"A la carte" embeddings (Khodak et al., ACL 2018) are this: a linear map, fitted on the words of a vocabulary, that
takes what is at hand of a word to the vector that training would have given it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from gensim_distill.linalg.ridge import ridge_weights
from gensim_distill.linalg.rows import normalize, row_blocks
from gensim_distill.linalg.shrinkage import shrinkage_at, signal_variance
from gensim_distill.objectives.aggregate import Centered
from gensim_distill.objectives.protocol import build_in_blocks
from gensim_distill.objectives.x2static import Discriminant
from gensim_distill.statistics.moments import Moments

# As a multiple of the mean eigenvalue. Chosen by the cosine to the vectors of words that were left out of the fit, which
# .02 to .1 hardly change; docs/out-of-vocabulary-words.md has the curve.
_PENALTY = 0.05
# How far contexts are whitened before vectors of gradient descent are predicted from them.
_WHITENING = 0.5


@dataclass(frozen=True)
class Induction:
    """A ridge regression onto directions, brought to the length of trained vectors.

    Attributes
    ----------
    weights : numpy.ndarray of float32, shape (number of features, width)
    intercept : numpy.ndarray of float32, shape (width,)
        The mean direction of trained vectors.
    length : float
        The median of their lengths, which all that is predicted has: regression alone would give shorter ones.
    words : int
        How many words it was fitted on.

    Examples
    --------
    >>> import numpy as np
    >>> from gensim_distill.objectives.regression import Induction
    >>> features, trained = np.array([[1.0], [-1.0]]), np.array([[0.0, 2.0], [0.0, -2.0]])
    >>> fitted = Induction.fit(lambda rows: features[rows], trained, np.array([True, True]))
    >>> fitted.vectors(np.array([[0.5]])).tolist()
    [[0.0, 2.0]]
    """

    weights: np.ndarray
    intercept: np.ndarray
    length: float
    words: int

    @classmethod
    def fit(cls, features: Callable[[slice], np.ndarray], vectors: np.ndarray, used: np.ndarray) -> Induction:
        """Fit the regression on some words.

        Parameters
        ----------
        features : callable
            Gives the features of a slice of the words, more or less centered.
        vectors : numpy.ndarray, shape (n, width)
            The trained vectors.
        used : numpy.ndarray of bool, shape (n,)
            On which of the words; one at the least.
        """
        lengths = np.linalg.norm(vectors, axis=1)
        used = used & (lengths > 0)
        number = max(int(used.sum()), 1)
        scale = np.divide(1.0, lengths, out=np.zeros(len(lengths)), where=used)
        intercept = scale @ vectors / number
        gram, moment = 0.0, 0.0
        for rows in row_blocks(len(vectors)):
            chosen = used[rows]
            predictors = features(rows)[chosen].astype(np.float64, copy=False)
            targets = vectors[rows][chosen] * scale[rows][chosen, None] - intercept
            gram = gram + predictors.T @ predictors
            moment = moment + predictors.T @ targets
        weights = ridge_weights(np.asarray(gram), np.asarray(moment), _PENALTY)
        length = float(np.median(lengths[used])) if used.any() else 0.0
        return cls(weights.astype(np.float32), intercept.astype(np.float32), length, int(used.sum()))

    def vectors(self, features: np.ndarray) -> np.ndarray:
        """Give the vectors of words with these features, in float32."""
        predicted = (features @ self.weights + self.intercept).astype(np.float32, copy=False)
        return normalize(predicted, overwrite=True) * np.float32(self.length)


@dataclass(frozen=True)
class IsolatedWordProjection:
    """From the teacher's reading of a word by itself to its vector."""

    centered: Centered
    induction: Induction

    @classmethod
    def fit(cls, moments: Moments, vectors: np.ndarray, used: np.ndarray) -> IsolatedWordProjection:
        """Fit it on words that the teacher has read by themselves.

        Parameters
        ----------
        moments : Moments
            Of these readings, over the words.
        vectors : numpy.ndarray, shape (vocabulary_size, width)
            The trained vectors of the words.
        used : numpy.ndarray of bool, shape (vocabulary_size,)
            Which of the words to learn from.
        """
        used = used & (moments.counts > 0)
        read = Moments(0, moments.width)
        read.sums, read.counts = moments.sums, np.where(used, moments.counts, 0)
        centered = Centered.fit(read)
        return cls(centered, Induction.fit(lambda rows: normalize(centered.vectors(read, rows), True), vectors, used))

    def vectors(self, moments: Moments) -> np.ndarray:
        """Give the vectors of some words, of the moments of their readings."""
        return self.induction.vectors(normalize(self.centered.vectors(moments), overwrite=True))


@dataclass(frozen=True)
class ContextProjection:
    """From the contexts of a word to the vector that gradient descent gave, or would have given it.

    What gradient descent looks for has a closed form under Gaussian contexts; the vectors are predicted from that,
    shrunk for words of few contexts.

    Attributes
    ----------
    closed_form : Discriminant
    signal : float
        See :func:`~gensim_distill.linalg.shrinkage.signal_variance`.
    induction : Induction
    """

    closed_form: Discriminant
    signal: float
    induction: Induction

    @classmethod
    def fit(cls, moments: Moments, vectors: np.ndarray) -> ContextProjection:
        """Fit it on the words that have both contexts and a vector other than zero."""
        closed_form = Discriminant.fit(moments, _WHITENING)
        squared_length = sum(
            float((closed_form.vectors(moments, rows) ** 2).sum()) for rows in row_blocks(moments.vocabulary_size)
        )
        signal = signal_variance(squared_length, moments.counts, closed_form.noise)
        used = moments.counts > 0
        features = _Shrunk(closed_form, signal)
        return cls(closed_form, signal, Induction.fit(lambda rows: features.vectors(moments, rows), vectors, used))

    def vectors(self, moments: Mapping[str, Moments]) -> np.ndarray:
        """Give the vectors of some words; see :class:`~gensim_distill.objectives.protocol.Projection`."""
        (view,) = moments.values()
        features = _Shrunk(self.closed_form, self.signal)

        def piece(rows: slice) -> np.ndarray:
            vectors = self.induction.vectors(features.vectors(view, rows))
            vectors[view.counts[rows] == 0] = 0.0
            return vectors

        return build_in_blocks(piece, view.vocabulary_size, self.induction.weights.shape[1])


@dataclass(frozen=True)
class _Shrunk:
    closed_form: Discriminant
    signal: float

    def vectors(self, moments: Moments, rows: slice) -> np.ndarray:
        trust = shrinkage_at(moments.counts[rows], self.closed_form.noise, self.signal)
        directions: np.ndarray = normalize(self.closed_form.vectors(moments, rows), overwrite=True)
        directions *= np.sqrt(trust)[:, None]
        return directions
