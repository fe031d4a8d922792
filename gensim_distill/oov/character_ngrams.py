"""Vectors of character n-grams, fitted to the vectors of words, so that every string has one.

They are of fastText's kind (Bojanowski et al., TACL 2017) and gensim's own class, but are not learned from text: they
are what predicts the vectors of the words best, by ridge regression (as in Zhao et al., EMNLP 2018).
"""

from __future__ import annotations

from typing import Any

import numpy as np
from gensim.models import KeyedVectors
from gensim.models.fasttext import FastTextKeyedVectors, ft_ngram_hashes
from scipy import sparse

from gensim_distill._utils.validation import check_whole

# Beside the squared length of a word's row, which is one over its number of n-grams. Chosen by the cosine to the vectors of words left
# out of the fit; docs/unseen.md has the curve.
_PENALTY = 0.1
_ITERATIONS = 100
_TOLERANCE = 1e-3
# Columns that are solved for at once: memory is so many times the number of buckets.
_COLUMNS = 32
_MOST_BUCKETS = 2_000_000  # fastText's own number


def fit_character_ngrams(
    vectors: KeyedVectors, min_n: int = 3, max_n: int = 6, bucket: int | None = None
) -> FastTextKeyedVectors:
    """Fit vectors of character n-grams such that the mean over those of a word predicts its vector.

    Parameters
    ----------
    vectors : gensim.models.KeyedVectors
        The words, and their vectors.
    min_n, max_n : int, optional
        The lengths of the n-grams in characters, of the word between ``<`` and ``>``.
    bucket : int, optional
        How many vectors there are for n-grams, which share them by a hash; each takes as much memory as a word. By
        default as many as the words have different n-grams, and at most the two millions of fastText. Fewer take less
        memory and predict somewhat worse.

    Returns
    -------
    gensim.models.fasttext.FastTextKeyedVectors
        In which the words have exactly the vectors that they had, and other strings the mean of their n-grams'. It is
        saved and loaded as others of its kind; :func:`~gensim_distill.exports.export` writes it in fastText's own format.

    Raises
    ------
    ValueError
        If the numbers are not those of any n-grams, or there are no words.

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
    check_whole("min_n", min_n, 1)
    check_whole("max_n", max_n, min_n, advice=", not below min_n")
    if bucket is not None:
        check_whole("bucket", bucket, 1, advice=", or None for as many as there are n-grams")
    words = vectors.index_to_key
    if not words:
        raise ValueError("There are no words to fit character n-grams to: train the model first.")
    if bucket is None:
        hashes = {number for word in words for number in ft_ngram_hashes(word, min_n, max_n, 2**32)}
        bucket = min(max(len(hashes), 1), _MOST_BUCKETS)

    fitted = FastTextKeyedVectors(vectors.vector_size, min_n, max_n, bucket)
    fitted.index_to_key, fitted.key_to_index = list(words), dict(vectors.key_to_index)
    fitted.recalc_char_ngram_buckets()
    counts = np.array([len(buckets) for buckets in fitted.buckets_word])
    columns = np.concatenate(fitted.buckets_word).astype(np.int64)
    values = np.repeat(1 / np.maximum(counts, 1), counts).astype(np.float32)
    bounds = np.concatenate([[0], np.cumsum(counts)])
    ngrams = sparse.csr_array((values, columns, bounds), shape=(len(words), bucket))
    ngrams.sum_duplicates()

    targets = np.asarray(vectors.vectors, dtype=np.float32)
    fitted.vectors_ngrams = np.empty((bucket, vectors.vector_size), dtype=np.float32)
    for start in range(0, vectors.vector_size, _COLUMNS):
        part = slice(start, start + _COLUMNS)
        fitted.vectors_ngrams[:, part] = _ridge(ngrams, targets[:, part])
    # gensim gives a word the mean of its own vector and its n-grams': the own vector is what makes this right.
    fitted.vectors_vocab = targets * (counts + 1)[:, None].astype(np.float32)
    fitted.vectors_vocab -= (ngrams @ fitted.vectors_ngrams) * counts[:, None].astype(np.float32)
    fitted.vectors = targets.copy()
    fitted.vectors_vocab_lockf = fitted.vectors_ngrams_lockf = np.ones(1, dtype=np.float32)
    for name, values in vectors.expandos.items():
        if name == "count":
            fitted.expandos[name] = values.copy()
    return fitted


def _ridge(ngrams: Any, targets: np.ndarray) -> np.ndarray:
    """Give the ridge regression from n-grams to targets, by conjugate gradient for all columns at once.

    It is solved for in the space of the words, of whom there are fewer than of n-grams: of the weights that predict
    equally well, those of least length are sums of the rows of words.
    """
    transposed = ngrams.T.tocsr()
    penalty = _PENALTY * float(ngrams.power(2).sum()) / max(ngrams.shape[0], 1)

    def apply(vectors: np.ndarray) -> np.ndarray:
        result: np.ndarray = ngrams @ (transposed @ vectors) + np.float32(penalty) * vectors
        return result

    solution = np.zeros_like(targets)
    residual = targets.copy()
    direction = residual.copy()
    squared = (residual**2).sum(axis=0)
    enough = _TOLERANCE**2 * squared
    for _ in range(_ITERATIONS):
        if (squared <= enough).all():
            break
        image = apply(direction)
        step = squared / np.maximum((direction * image).sum(axis=0), 1e-30)
        solution += step * direction
        residual -= step * image
        before, squared = squared, (residual**2).sum(axis=0)
        direction *= squared / np.maximum(before, 1e-30)
        direction += residual
    weights: np.ndarray = transposed @ solution
    return weights
