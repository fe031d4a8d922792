"""Vectors of character n-grams, fitted to the vectors of words, so that every string has a vector.

They are used as in fastText (Bojanowski et al., TACL 2017) and stored in gensim's class for it, but not learned from
a corpus: ridge regression predicts the vectors of words from their n-grams (as in Zhao et al.,
EMNLP 2018).
"""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np
from gensim.models import KeyedVectors
from gensim.models.fasttext import FastTextKeyedVectors, ft_ngram_hashes
from scipy import sparse

from gensim_distill._utils.progress import progress_bar
from gensim_distill._utils.validation import check_whole
from gensim_distill.linalg import row_blocks
from gensim_distill.vectors.keyed import check_finite

# Ridge penalty, relative to the mean squared length of the rows of the matrix of n-grams. Chosen by the
# cosine to the vectors of held-out words; docs/out-of-vocabulary-words.md has the curve.
PENALTY = 0.1
_MAX_ITERATIONS = 100
_TOLERANCE = 1e-3
# Dimensions solved for at a time; memory is proportional to this times the number of buckets.
_COLUMNS_PER_BLOCK = 32
_MAX_BUCKETS = 2_000_000  # the default of fastText
_LARGEST = 2**31 - 1  # number in the files of fastText
_SURROGATE = re.compile("[\ud800-\udfff]")


def fit_character_ngrams(
    vectors: KeyedVectors,
    min_n: int = 3,
    max_n: int = 6,
    bucket: int | None = None,
    *,
    progress: bool | None = False,
) -> FastTextKeyedVectors:
    """Fit vectors of character n-grams whose mean over a word predicts its vector.

    Parameters
    ----------
    vectors : gensim.models.KeyedVectors
        The words and their vectors.
    min_n, max_n : int, optional
        The minimum and maximum length of n-grams, in characters of the word enclosed in ``<`` and ``>``. By default 3
        and 6.
    bucket : int, optional
        The number of hash buckets. N-grams in one bucket share a vector, and each bucket takes as much memory as a
        word. By default the number of distinct n-grams, at most 2,000,000. Fewer buckets save memory and lower the
        quality.
    progress : bool or None, optional
        Whether to show a progress bar, since a million words take many minutes; None shows it on a terminal, and elsewhere as
        lines.

    Returns
    -------
    gensim.models.fasttext.FastTextKeyedVectors
        The words keep exactly their vectors; other strings get the mean of the vectors of their n-grams. It can be
        saved and loaded by gensim, and :func:`~gensim_distill.exports.export` writes it in the format of fastText.

    Raises
    ------
    ValueError
        If `min_n`, `max_n` or `bucket` is out of range, there are no words, a word is not valid UTF-8, or a vector contains NaN or
        infinity.

    Examples
    --------
    >>> import numpy as np
    >>> from gensim.models import KeyedVectors
    >>> from gensim_distill.oov.character_ngrams import fit_character_ngrams
    >>> words = KeyedVectors(2)
    >>> words.add_vectors(["trees", "shrubs"], np.array([[1, 0], [0, 1]], dtype=np.float32))
    >>> fitted = fit_character_ngrams(words)
    >>> fitted["trees"].tolist(), fitted.most_similar("treelike", topn=1)[0][0]
    ([1.0, 0.0], 'trees')
    """
    min_n = check_whole("min_n", min_n, 1, _LARGEST)
    max_n = check_whole("max_n", max_n, min_n, _LARGEST, advice=", not below min_n")
    if bucket is not None:
        bucket = check_whole("bucket", bucket, 1, _LARGEST, advice=", or None for as many as there are n-grams")
    words = vectors.index_to_key
    if not words:
        raise ValueError("There are no words to fit character n-grams to: train the model first.")
    _check_encodable(words)
    check_finite(vectors, np.arange(len(words)))
    if bucket is None:
        bucket = _count_ngrams(words, min_n, max_n)

    fitted = FastTextKeyedVectors(vectors.vector_size, min_n, max_n, bucket)
    fitted.index_to_key, fitted.key_to_index = list(words), dict(vectors.key_to_index)
    fitted.recalc_char_ngram_buckets()
    assert fitted.buckets_word is not None
    counts = np.array([len(buckets) for buckets in fitted.buckets_word])
    ngrams = _mean_matrix(fitted.buckets_word, counts, bucket)

    targets = np.asarray(vectors.vectors, dtype=np.float32)
    fitted.vectors_ngrams = np.empty((bucket, vectors.vector_size), dtype=np.float32)
    with progress_bar("Character n-grams", progress, vectors.vector_size, unit="dimension") as bar:
        for start in range(0, vectors.vector_size, _COLUMNS_PER_BLOCK):
            columns = slice(start, start + _COLUMNS_PER_BLOCK)
            fitted.vectors_ngrams[:, columns] = _fit_ridge(ngrams, targets[:, columns])
            bar.update(min(_COLUMNS_PER_BLOCK, vectors.vector_size - start))
    # gensim computes the vector of a word as the mean of its own vector and those of its n-grams; this own vector
    # makes the mean equal to the target.
    fitted.vectors_vocab = np.empty_like(targets)
    for rows in row_blocks(len(targets)):
        number = counts[rows, None].astype(np.float32)
        fitted.vectors_vocab[rows] = targets[rows] * (number + 1) - (ngrams[rows] @ fitted.vectors_ngrams) * number
    fitted.vectors = targets.copy()
    fitted.vectors_vocab_lockf = fitted.vectors_ngrams_lockf = np.ones(1, dtype=np.float32)
    if "count" in vectors.expandos:
        fitted.expandos["count"] = vectors.expandos["count"].copy()
    return fitted


def _check_encodable(words: Sequence[str]) -> None:
    """Raise an error if a word is not valid UTF-8, in whose bytes n-grams are hashed."""
    try:
        "".join(words).encode()
    except UnicodeEncodeError:
        bad = next(word for word in words if _SURROGATE.search(word))
        raise ValueError(
            f"The word {bad!a} is not valid UTF-8, and has no character n-grams: remove such words first, or write the vectors "
            "without them, by export(..., 'fasttext-binary', unwritable='skip')."
        ) from None


def _count_ngrams(words: Sequence[str], min_n: int, max_n: int) -> int:
    """Return the number of distinct n-grams, from 1 to the largest number of buckets."""
    hashes: set[int] = set()
    for word in words:
        hashes.update(ft_ngram_hashes(word, min_n, max_n, 2**32))
        if len(hashes) >= _MAX_BUCKETS:  # a large vocabulary has many more, which would take a gigabyte
            return _MAX_BUCKETS
    return max(len(hashes), 1)


def _mean_matrix(buckets: Sequence[np.ndarray], counts: np.ndarray, n_buckets: int) -> sparse.csr_array:
    """Build the sparse matrix of shape (words, buckets) that averages the vectors of the n-grams of each word."""
    columns = np.concatenate(buckets).astype(np.int64)
    values = np.repeat(1 / np.maximum(counts, 1), counts).astype(np.float32)
    bounds = np.concatenate([[0], np.cumsum(counts)])
    matrix = sparse.csr_array((values, columns, bounds), shape=(len(counts), n_buckets))
    matrix.sum_duplicates()
    return matrix


def _fit_ridge(ngrams: sparse.csr_array, targets: np.ndarray) -> np.ndarray:
    """Fit a ridge regression from n-grams to targets by conjugate gradient.

    The dual problem is solved, which has one unknown per word instead of one per n-gram.
    """
    # scipy.sparse.linalg.cg solves for one column at a time, which takes four times as long: one sparse product for
    # all columns reads the matrix once.
    transposed = ngrams.T.tocsr()
    penalty = PENALTY * float(ngrams.power(2).sum()) / max(ngrams.shape[0], 1)

    solution = np.zeros_like(targets)
    residual = targets.copy()
    direction = residual.copy()
    squared_norms = (residual**2).sum(axis=0)
    converged_below = _TOLERANCE**2 * squared_norms
    for _ in range(_MAX_ITERATIONS):
        if (squared_norms <= converged_below).all():
            break
        image = ngrams @ (transposed @ direction) + np.float32(penalty) * direction
        step = squared_norms / np.maximum((direction * image).sum(axis=0), 1e-30)
        solution += step * direction
        residual -= step * image
        previous, squared_norms = squared_norms, (residual**2).sum(axis=0)
        direction *= squared_norms / np.maximum(previous, 1e-30)
        direction += residual
    weights: np.ndarray = transposed @ solution
    return weights
