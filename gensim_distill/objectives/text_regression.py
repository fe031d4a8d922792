"""The regression from the views of words to the teacher's own vectors of texts.

A text is the bag of its words: the rows of its words, added up, should have the direction of the teacher's vector of the
text. With X the bags, F the predictors of words, w the weights of words and T the targets, the rows are ``w F M + D``:

- ``M = argmin ||X diag(w) F M - T||² + penalty ||M||²``, the linear part, defined for any word with predictors;
- ``D = argmin ||X (w F M + D) - T||² + penalty ||D||²``, the word-specific part.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
from scipy import sparse

from gensim_distill._utils.arrays import IntArray, Rows
from gensim_distill.linalg import (
    inverse_power,
    normalize,
    principal_directions,
    ridge_weights,
    row_blocks,
    whitening_exponent,
)
from gensim_distill.linalg.bags import CORRECTED_COLUMNS, bags_of_words, correct_rows, sum_rows
from gensim_distill.statistics.text_store import TextSample

logger = logging.getLogger(__name__)

# docs/hybrid.md has the measurements behind these numbers.
# The teacher's vectors of texts are whitened until their effective number of dimensions is this share of all.
EFFECTIVE_DIMENSIONS = 0.6
# Word weights a / (a + p) in the fit.
FREQUENCY = 1e-2
# Candidates for the penalty of the linear part, as multiples of the mean eigenvalue.
PENALTIES = (0.003, 0.01, 0.03, 0.1, 0.3, 1.0)
# The penalty of the map for word vectors: single words need more of it than sums of words, whose noise averages out.
WORD_PENALTY = 0.2
#: To select the penalty, one of 8 texts is held out, up to 2,048 in all.
HELD_OUT, _MOST_HELD_OUT = 8, 2048
# The penalty of the word-specific part: a word that occurs in texts of m words needs about this many times m
# occurrences to have half of its own part.
SPECIFIC_PENALTY = 10.0
# After four iterations the gradient is 2 % of the first, and vectors hardly change.
_ITERATIONS = 4
# Texts per product in float32; products are added in float64. With 2,048 both together take a third longer.
_TEXTS_PER_PRODUCT = 8_192
# The size of the largest arrays, the predictors of words or their sums over texts.
_BYTES = 1 << 28


def weights_of_words(frequencies: np.ndarray) -> np.ndarray:
    """Return the weights of words in texts, ``a / (a + p)`` (smooth inverse frequency, Arora et al., ICLR 2017).

    Parameters
    ----------
    frequencies : numpy.ndarray of float, shape (vocabulary_size,)
        The share p of each word in all words of the corpus.

    Returns
    -------
    numpy.ndarray of float32, shape (vocabulary_size,)

    Examples
    --------
    >>> import numpy as np
    >>> from gensim_distill.objectives.text_regression import weights_of_words
    >>> weights_of_words(np.array([0.0, 0.03])).tolist()
    [1.0, 0.25]
    """
    weights: np.ndarray = (FREQUENCY / (FREQUENCY + frequencies)).astype(np.float32)
    return weights


def targets_of_texts(vectors: np.ndarray, whitening: float | None = None) -> tuple[np.ndarray, float]:
    """Compute the targets of the regression from the teacher's vectors of texts.

    The vectors are centered, whitened, L2-normalized, and centered again, so that a text without content has a
    vector of zeros.

    Parameters
    ----------
    vectors : numpy.ndarray, shape (n_texts, d)
    whitening : float, optional
        The exponent, from 0 to 1. By default that of :func:`~gensim_distill.linalg.whitening_exponent`.

    Returns
    -------
    targets : numpy.ndarray of float32, shape (n_texts, d)
    whitening : float

    Examples
    --------
    >>> import numpy as np
    >>> from gensim_distill.objectives.text_regression import targets_of_texts
    >>> targets_of_texts(np.array([[3.0, 0.0], [5.0, 0.0]]), whitening=0.0)[0].tolist()
    [[-1.0, 0.0], [1.0, 0.0]]
    """
    n_texts, width = vectors.shape
    targets = np.empty((n_texts, width), np.float32)
    mean, covariance, offset = np.zeros(width), np.zeros((width, width)), np.zeros(width)
    for rows in row_blocks(n_texts):
        mean += vectors[rows].sum(axis=0, dtype=np.float64) / n_texts
    for rows in row_blocks(n_texts):
        targets[rows] = vectors[rows] - mean
        covariance += targets[rows].T @ targets[rows] / np.float32(n_texts)
    if whitening is None:
        whitening = whitening_exponent(covariance, EFFECTIVE_DIMENSIONS)
    matrix = inverse_power(covariance, whitening).astype(np.float32)
    for rows in row_blocks(n_texts):
        targets[rows] = normalize(targets[rows] @ matrix, overwrite=True)
        offset += targets[rows].sum(axis=0, dtype=np.float64) / n_texts
    targets -= offset.astype(np.float32)
    return targets, whitening


@dataclass(frozen=True)
class TextReport:
    """How well a table fits the teacher's vectors of texts.

    Attributes
    ----------
    texts : int
        The number of texts.
    whitening : float
        The whitening exponent of the targets.
    penalty : float
        The penalty of the linear part, as a multiple of the mean eigenvalue: the best for held-out texts.
    explained : float
        The share of the variance of the targets held out that the linear part explains.
    residuals : tuple of float
        The norm of the gradient of the word-specific part before the first iteration and after each, relative to the first.
    """

    texts: int
    whitening: float
    penalty: float
    explained: float
    residuals: tuple[float, ...]

    def log(self) -> None:
        """Log the report."""
        logger.info(
            "Vectors of %i texts: the linear part explains %.3f of the variance of held-out texts (whitening %.2f, penalty %g); "
            "the gradient of the word-specific part is %.1e of its first after %i iterations.",
            self.texts, self.explained, self.whitening, self.penalty, self.residuals[-1], len(self.residuals) - 1,
        )  # fmt: skip


@dataclass(frozen=True)
class TextRegression:
    """The linear part of the regression, and all that the word-specific part needs.

    Attributes
    ----------
    map : numpy.ndarray of float32, shape (n_predictors, d)
        The linear part: the row of a word is its predictors times `map`, times the weight of the word.
    word_map : numpy.ndarray of float32, shape (n_predictors, d)
        The same without weights of words and with a stronger penalty, for the vectors of single words.
    weights : numpy.ndarray of float32, shape (vocabulary_size,)
        The weights of words.
    bags : scipy.sparse.csr_array of float32, shape (n_texts, vocabulary_size)
    targets : numpy.ndarray of float32, shape (n_texts, d)
    whitening, penalty, explained : float
        As in :class:`TextReport`.
    """

    map: np.ndarray
    word_map: np.ndarray
    weights: np.ndarray
    bags: sparse.csr_array
    targets: np.ndarray
    whitening: float
    penalty: float
    explained: float

    @classmethod
    def fit(
        cls,
        texts: TextSample,
        predictors: Callable[[Rows], np.ndarray],
        weights: np.ndarray,
        *,
        whitening: float | None = None,
    ) -> TextRegression:
        """Fit the linear part.

        Parameters
        ----------
        texts : TextSample
            In an order that has nothing to do with their content: every eighth is held out.
        predictors : callable
            Returns the predictors of some words, shape (number of words, n_predictors).
        weights : numpy.ndarray of float, shape (vocabulary_size,)
            The weight of each word.
        whitening : float, optional
            The exponent of the targets; see :func:`targets_of_texts`.

        Returns
        -------
        TextRegression
        """
        targets, whitening = targets_of_texts(texts.vectors, whitening)
        bags = bags_of_words(texts.words, texts.lengths, len(weights))
        weights = weights.astype(np.float32, copy=False)
        linear, word_map, penalty, explained = _fit_maps(_Sums(bags, predictors, weights), targets)
        return cls(linear, word_map, weights, bags, targets, whitening, penalty, explained)

    def word_map_of_width(self, width: int) -> np.ndarray:
        """Return the map for the vectors of single words, reduced to `width` dimensions if it has more.

        Of targets with more dimensions, those of a teacher with a large dense layer, the principal components are kept.
        """
        if self.word_map.shape[1] <= width:
            return self.word_map
        reduced: np.ndarray = self.word_map @ principal_directions(self.targets, width).astype(np.float32)
        return reduced

    def rows(self, predictors: np.ndarray, words: Rows) -> np.ndarray:
        """Return the linear part of the rows of words, from their predictors."""
        rows: np.ndarray = predictors @ self.map
        rows *= self.weights[words, None]
        return rows

    def correct(
        self, rows: np.ndarray, *, penalty: float = SPECIFIC_PENALTY, iterations: int = _ITERATIONS
    ) -> TextReport:
        """Add the word-specific part to rows.

        Parameters
        ----------
        rows : numpy.ndarray of float32, shape (vocabulary_size, d)
            The linear part of all words; changed in place.
        penalty : float, optional
        iterations : int, optional

        Returns
        -------
        TextReport
        """
        words = np.flatnonzero(np.bincount(self.bags.indices, minlength=len(rows)))
        # Words that occur in no text have no column.
        columns = np.zeros(len(rows), self.bags.indices.dtype)
        columns[words] = np.arange(len(words))
        shape = (len(self.targets), len(words))
        bags = sparse.csr_array((self.bags.data, columns[self.bags.indices], self.bags.indptr), shape=shape)
        correction = correct_rows(rows[words], bags, self.targets, penalty, iterations)
        rows[words] += correction.rows
        report = TextReport(len(self.targets), self.whitening, self.penalty, self.explained, correction.residuals)
        report.log()
        return report


def regression_memory(vocabulary_size: int, width: int, n_texts: int) -> int:
    """Return the size of the temporary arrays of a fit from four views, in bytes, without the vectors of texts and the table.

    Parameters
    ----------
    vocabulary_size : int
    width : int
        The number of dimensions of a view.
    n_texts : int
    """
    matrices = 8 * 4 * (4 * width) ** 2  # two Gram matrices, a copy of one, and its factor
    # The predictors of all words, with the sums of few texts; or the sums of more texts, with products and some predictors.
    predictors = 4 * vocabulary_size * 4 * width
    sums = min(predictors, _BYTES) + min(2 * 4 * n_texts * 4 * width, _BYTES // (4 if predictors <= _BYTES else 2))
    # Predictors are kept if they fit. A copy of the rows of words that are in texts, the word-specific part, and arrays of some
    # of its columns; then predictions, of two views.
    rows = 4 * vocabulary_size * width
    correction = 2 * rows + 6 * 4 * vocabulary_size * min(width, CORRECTED_COLUMNS)
    return max(matrices + sums, matrices // 2 + predictors * (predictors <= _BYTES) + correction)


class _Sums:
    """Sums of the predictors of the words of texts, of as many texts at once as a bound on memory permits."""

    def __init__(self, bags: sparse.csr_array, predictors: Callable[[Rows], np.ndarray], weights: np.ndarray) -> None:
        self._bags, self._predictors, self._weights = bags, predictors, weights
        self.width = predictors(slice(0, 1)).shape[1]
        # Either the predictors of all words are in memory, and the sums of few texts, or the other way round.
        self._in_memory = 4 * bags.shape[1] * self.width <= _BYTES

    def groups(self, texts: IntArray) -> Iterator[tuple[IntArray, np.ndarray, np.ndarray]]:
        """Iterate over groups of texts, with their sums of predictors times the weights of words, and of predictors alone."""
        size = max(_MOST_HELD_OUT, _BYTES // (4 * 4 * self.width) // (2 if self._in_memory else 1))
        for start in range(0, len(texts), size):
            group = texts[start : start + size]
            yield group, *(self._with_all_words(group) if self._in_memory else self._with_some_words(group))

    def _with_all_words(self, texts: IntArray) -> tuple[np.ndarray, np.ndarray]:
        bags, predictors = self._bags[texts], self._predictors(slice(None))
        plain = sum_rows(bags, predictors)
        bags.data *= self._weights[bags.indices]
        return sum_rows(bags, predictors), plain

    def _with_some_words(self, texts: IntArray) -> tuple[np.ndarray, np.ndarray]:
        bags = sparse.csc_array(self._bags[texts])
        weighted, plain = np.zeros((2, len(texts), self.width), np.float32)
        used = np.flatnonzero(np.diff(bags.indptr))
        size = max(1, _BYTES // 4 // (4 * self.width))
        for start in range(0, len(used), size):
            words = used[start : start + size]
            predictors = np.empty((len(words), self.width), np.float32)
            for rows in row_blocks(len(words)):
                predictors[rows] = self._predictors(words[rows])
            part = sparse.csr_array(bags[:, words])
            touched = np.flatnonzero(np.diff(part.indptr))  # rare words are in few texts
            part = part[touched]
            plain[touched] += sum_rows(part, predictors)
            part.data *= self._weights[words[part.indices]]
            weighted[touched] += sum_rows(part, predictors)
        return weighted, plain


def _fit_maps(sums: _Sums, targets: np.ndarray) -> tuple[np.ndarray, np.ndarray, float, float]:
    """Fit the linear part with the penalty that predicts held-out texts best.

    Return this map, the map for words, the penalty, and the explained share of the variance.
    """
    numbers = np.arange(len(targets))
    held_out = numbers[HELD_OUT - 1 :: HELD_OUT][:_MOST_HELD_OUT]
    fitted = np.setdiff1d(numbers, held_out, assume_unique=True)
    fit, for_words = _NormalEquations(sums.width, targets.shape[1]), _NormalEquations(sums.width, targets.shape[1])
    tested = np.zeros((0, sums.width), np.float32)
    for group, weighted, plain in sums.groups(np.concatenate([held_out, fitted])):
        for_words.add(plain, targets[group])
        new = 0
        if not len(tested):  # the held-out texts are in the first group
            new = len(held_out)
            tested = weighted[:new].copy()
        fit.add(weighted[new:], targets[group[new:]])
        del weighted, plain
    penalty, explained = _select_penalty(fit, tested, targets[held_out])
    fit.add(tested, targets[held_out])
    return fit.solve(penalty), for_words.solve(WORD_PENALTY), penalty, explained


class _NormalEquations:
    """The normal equations of a regression, to which texts are added."""

    def __init__(self, n_predictors: int, n_targets: int) -> None:
        self._gram, self._moment = np.zeros((n_predictors, n_predictors)), np.zeros((n_predictors, n_targets))

    def add(self, predictors: np.ndarray, targets: np.ndarray) -> None:
        """Add the predictors and targets of some texts."""
        for start in range(0, len(predictors), _TEXTS_PER_PRODUCT):
            rows = slice(start, start + _TEXTS_PER_PRODUCT)
            self._gram += predictors[rows].T @ predictors[rows]
            self._moment += predictors[rows].T @ targets[rows]

    def solve(self, penalty: float) -> np.ndarray:
        """Return the weights for a penalty."""
        return ridge_weights(self._gram, self._moment, penalty).astype(np.float32)


def _select_penalty(fit: _NormalEquations, tested: np.ndarray, targets: np.ndarray) -> tuple[float, float]:
    """Return the penalty with the smallest error of held-out texts, and the share of their variance that it explains."""
    variance = float((targets.astype(np.float64) ** 2).sum())
    if not variance:
        return PENALTIES[-1], 0.0
    best, smallest = PENALTIES[0], np.inf
    for penalty in PENALTIES:
        error = float(((tested @ fit.solve(penalty) - targets).astype(np.float64) ** 2).sum())
        if error > smallest:  # it has a single minimum
            break
        best, smallest = penalty, error
    return best, 1 - smallest / variance
