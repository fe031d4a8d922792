"""The rows of pieces of words: strings that occur in words outside the vocabulary, and so in no bag of words."""

from __future__ import annotations

import numpy as np

from gensim_distill.linalg import build_in_blocks, normalize, ridge_weights, row_blocks
from gensim_distill.objectives.aggregate import CenteredMeans
from gensim_distill.statistics.moments import Moments

# As a multiple of the mean eigenvalue; results hardly differ from .003 to .3.
PENALTY = 0.03


def rows_of_pieces(pieces: Moments, words: Moments, rows: np.ndarray) -> np.ndarray:
    """Predict the rows of pieces from their hidden states in isolation.

    The prediction is a ridge regression with intercept, fitted on the words of the vocabulary, from the hidden states of
    isolated words, centered and L2-normalized, to the rows of the words. Unlike
    :class:`~gensim_distill.objectives.regression.DirectionRegression` it predicts the length of a row too, by which the
    word counts in a sum.

    Parameters
    ----------
    pieces, words : Moments
        The statistics of isolated pieces, and of the isolated words of the vocabulary.
    rows : numpy.ndarray, shape (vocabulary_size, d)
        Words whose rows are zeros are ignored.

    Returns
    -------
    numpy.ndarray of float32, shape (number of pieces, d)
        Zeros for pieces without hidden states.

    Examples
    --------
    >>> import numpy as np
    >>> from gensim_distill.objectives.piece_regression import rows_of_pieces
    >>> from gensim_distill.statistics.moments import Moments
    >>> words, pieces = Moments(2, width=1), Moments(1, width=1)
    >>> words.sums, words.counts = np.array([[1.0], [3.0]]), np.array([1, 1])
    >>> pieces.sums, pieces.counts = np.array([[4.0]]), np.array([1])
    >>> rows_of_pieces(pieces, words, np.array([[5.0], [7.0]])).round(2).tolist()
    [[6.97]]
    """
    used = np.flatnonzero((words.counts > 0) & np.any(rows, axis=1))
    centering = CenteredMeans.fit(words)

    def features(moments: Moments, rows: slice | np.ndarray) -> np.ndarray:
        return normalize(centering.vectors(moments, rows), overwrite=True)

    mean_features, mean_row = np.zeros(words.width), rows[used].mean(axis=0, dtype=np.float64)
    for block in row_blocks(len(used)):
        mean_features += features(words, used[block]).sum(axis=0) / max(len(used), 1)
    gram, moment = np.zeros((words.width, words.width)), np.zeros((words.width, rows.shape[1]))
    for block in row_blocks(len(used)):
        predictors = (features(words, used[block]) - mean_features).astype(np.float32)
        gram += predictors.T @ predictors
        moment += predictors.T @ (rows[used[block]] - mean_row).astype(np.float32)
    weights = ridge_weights(gram, moment, PENALTY)
    predicted = build_in_blocks(
        lambda block: (features(pieces, block) - mean_features) @ weights + mean_row,
        pieces.vocabulary_size,
        rows.shape[1],
    )
    predicted[pieces.counts == 0] = 0.0
    return predicted
