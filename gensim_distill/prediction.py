"""Which words fit a context: the teacher reads it, and what was learned of the words' contexts judges."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from dataclasses import replace
from typing import Any

import numpy as np
from gensim.models import Word2Vec
from scipy.special import log_softmax

from gensim_distill.contexts import View, read_contexts
from gensim_distill.geometry import reliability, tempered_inverse
from gensim_distill.moments import Moments
from gensim_distill.teachers import Teacher
from gensim_distill.texts import Item, TextReader

logger = logging.getLogger(__name__)


class Discriminant:
    """Linear discriminant analysis: which word a context belongs to, by the moments of all contexts.

    It is what X2Static's closed form says of a context. If the contexts of each word w are Gaussian about its mean m_w with
    a shared covariance S, then ``log p(w | c) = (m_w - m)' S^-1 (c - m) - (m_w - m)' S^-1 (m_w - m) / 2 + log p(w)``, but for
    a constant. The means of words with few contexts are shrunk towards that of all.

    Parameters
    ----------
    moments : Moments
        With second moments.
    frequencies : numpy.ndarray, shape (vocabulary_size,)
        p(w), up to a constant.

    Examples
    --------
    >>> import numpy as np
    >>> from gensim_distill.contexts import ContextBatch
    >>> from gensim_distill.moments import Moments
    >>> from gensim_distill.prediction import Discriminant
    >>> moments = Moments(vocabulary_size=2, width=1, second_moment=True)
    >>> contexts = np.array([[-1.0], [-2.0], [1.0], [2.0]], dtype=np.float32)
    >>> moments.add(ContextBatch(np.array([0, 0, 1, 1]), np.arange(4), contexts, np.array([4])))
    >>> Discriminant(moments, np.ones(2)).log_probabilities(np.array([[1.5]])).argmax()
    1
    """

    def __init__(self, moments: Moments, frequencies: np.ndarray) -> None:
        self._mean = moments.mean()
        covariance = moments.covariance()
        inverse = tempered_inverse(covariance, 1.0)
        present = moments.counts > 0
        differences = np.where(present[:, None], moments.means() - self._mean, 0.0)
        # How much of a mean can be trusted is judged where contexts vary equally in all directions.
        half = tempered_inverse(covariance, 0.5)
        trust = reliability(differences @ half, moments.counts, float(np.trace(half @ covariance @ half)))
        differences *= trust[:, None]
        self._weights = differences @ inverse
        self._offsets = np.log(frequencies) - 0.5 * np.einsum("wd,wd->w", self._weights, differences)

    def log_probabilities(self, contexts: np.ndarray) -> np.ndarray:
        """Give for each context the log probability of each word, shape (n_contexts, vocabulary_size)."""
        result: np.ndarray = log_softmax((contexts - self._mean) @ self._weights.T + self._offsets, axis=1)
        return result


class Prediction(Word2Vec):
    """The part of :class:`~gensim_distill.DistilledWord2Vec` that tells which words fit a context."""
