"""Reference implementations that tests compare the package with: float64, and the whole vocabulary at once."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from gensim_distill.linalg import principal_directions, ridge_weights
from gensim_distill.objectives.aggregate import CenteredMeans
from gensim_distill.objectives.discriminant import Discriminant
from gensim_distill.statistics.moments import Moments


def project(vectors: np.ndarray, n_components: int) -> np.ndarray:
    """Project vectors onto their principal directions."""
    projected: np.ndarray = vectors @ principal_directions(vectors, n_components).astype(vectors.dtype)
    return projected


def ridge_prediction(predictors: Sequence[np.ndarray], targets: np.ndarray, penalty: float = 1.0) -> np.ndarray:
    """Predict targets from the concatenation of predictors by ridge regression."""
    joined = np.hstack(predictors)
    prediction: np.ndarray = joined @ ridge_weights(joined.T @ joined, joined.T @ targets, penalty)
    return prediction


def centered_means(moments: Moments) -> np.ndarray:
    """Compute the mean context of each word minus the mean over the vocabulary."""
    return CenteredMeans.fit(moments).vectors(moments)


def closed_form(moments: Moments, whitening: float) -> np.ndarray:
    """Compute ``(S + r I) ** -whitening @ (m_w - m)`` for each word."""
    return Discriminant.fit(moments, whitening).vectors(moments)


def noise_variance(moments: Moments, whitening: float) -> float:
    """Compute the expected squared length of one context in the space of :func:`closed_form`."""
    return Discriminant.fit(moments, whitening).noise_variance
