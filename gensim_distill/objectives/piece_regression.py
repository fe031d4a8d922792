"""The rows of pieces of words: strings that occur in words outside the vocabulary, and so in no bag of words."""

from __future__ import annotations

import numpy as np

from gensim_distill.linalg import normalize, ridge_weights

# As a multiple of the mean eigenvalue; results hardly differ from .003 to .3.
PENALTY = 0.03


def rows_of_pieces(pieces: np.ndarray, words: np.ndarray, rows: np.ndarray) -> np.ndarray:
    """Predict the rows of pieces from the teacher's input embeddings.

    The prediction is a ridge regression with intercept, fitted on words of the vocabulary, from their embeddings, centered
    and L2-normalized, to their rows. Unlike :class:`~gensim_distill.objectives.regression.DirectionRegression` it predicts
    the length of a row too, by which the word counts in a sum.

    Parameters
    ----------
    pieces, words : numpy.ndarray of float32, shapes (n_pieces, d_e) and (n_words, d_e)
        The mean input embedding of the subwords of each piece, and of each word. Words without subwords have zeros and are
        ignored.
    rows : numpy.ndarray, shape (n_words, d)
        Words whose rows are zeros are ignored.

    Returns
    -------
    numpy.ndarray of float32, shape (n_pieces, d)
        Zeros for pieces without subwords.

    Examples
    --------
    >>> import numpy as np
    >>> from gensim_distill.objectives.piece_regression import rows_of_pieces
    >>> words, rows = np.array([[1.0], [3.0]], np.float32), np.array([[5.0], [7.0]], np.float32)
    >>> print(rows_of_pieces(np.array([[4.0]], np.float32), words, rows).round(2))
    [[6.97]]
    """
    used = np.any(words, axis=1) & np.any(rows, axis=1)
    if not used.any():
        return np.zeros((len(pieces), rows.shape[1]), np.float32)
    share = used.astype(np.float32) / np.float32(used.sum())
    center, mean_row = share @ words, share @ rows
    predictors = normalize(words - center, overwrite=True)
    mean_predictors = share @ predictors
    predictors -= mean_predictors
    predictors[~used] = 0.0
    # Centered predictors have the same products with rows that are not centered.
    gram, moment = predictors.T @ predictors, predictors.T @ rows
    weights = ridge_weights(gram.astype(np.float64), moment.astype(np.float64), PENALTY).astype(np.float32)
    predicted: np.ndarray = (normalize(pieces - center, overwrite=True) - mean_predictors) @ weights + mean_row
    predicted[~np.any(pieces, axis=1)] = 0.0
    return predicted
