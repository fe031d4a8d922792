"""Linear discriminant analysis: which word a context belongs to."""

from __future__ import annotations

import numpy as np

from gensim_distill.linalg import clear_rounding, estimate_shrinkage_factors, inverse_power, whitening
from gensim_distill.statistics.moments import Moments

# Training contexts contain their word, a queried context does not: the ridge keeps the classifier from being overconfident.
RIDGE = 3.0


class ContextClassifier:
    """Linear discriminant analysis: which word a context belongs to, by the moments of all contexts.

    If the contexts of each word w are Gaussian about its mean m_w with a shared covariance S, then
    ``log p(c | w)`` is ``(m_w - m)' S^-1 (c - m) - (m_w - m)' S^-1 (m_w - m) / 2`` up to terms that do not
    depend on w. This is the closed form of X2Static, applied to a context. S has a ridge, and the means of
    words with few contexts are shrunk toward the mean of all contexts.

    Parameters
    ----------
    moments : Moments
        With second moments.
    ridge : float, optional
        As a multiple of the mean eigenvalue of S. The default was chosen by the probability of words that were
        masked in held-out sentences; see docs/word2vec-compatibility.md.

    Examples
    --------
    >>> import numpy as np
    >>> from gensim_distill.contexts.scopes import ContextBatch
    >>> from gensim_distill.objectives.context_classifier import ContextClassifier
    >>> from gensim_distill.statistics.moments import Moments
    >>> moments = Moments(vocabulary_size=2, width=1, second_moment=True)
    >>> contexts = np.array([[-1.0], [-2.0], [1.0], [2.0]], dtype=np.float32)
    >>> moments.add(ContextBatch(np.array([0, 0, 1, 1]), np.arange(4), contexts, np.array([4])))
    >>> int(ContextClassifier(moments).scores(np.array([1.5])).argmax())
    1
    """

    def __init__(self, moments: Moments, ridge: float = RIDGE) -> None:
        self._mean = moments.mean()
        covariance = moments.covariance()
        differences = moments.means() - self._mean
        clear_rounding(differences, self._mean)
        # Shrinkage is estimated in the whitened space, where contexts vary equally in all directions.
        half, noise_variance = whitening(covariance, 0.5)
        # 0 for words without contexts.
        factors = estimate_shrinkage_factors(differences @ half, moments.counts, noise_variance)
        differences *= factors[:, None]
        self._weights = differences @ inverse_power(covariance, 1.0, ridge)
        self._offsets = -0.5 * np.einsum("wd,wd->w", self._weights, differences)

    def scores(self, context: np.ndarray) -> np.ndarray:
        """Compute the log-likelihood of a context for each word, up to a constant of the context.

        Parameters
        ----------
        context : numpy.ndarray of float, shape (width,)

        Returns
        -------
        numpy.ndarray of float64, shape (vocabulary_size,)
        """
        result: np.ndarray = self._weights @ (context - self._mean) + self._offsets
        return result
