"""Weights of words in the vectors of texts, and the components that all texts share."""

from __future__ import annotations

import itertools
import logging
import math
from collections.abc import Iterable
from typing import Any, Literal, TypeAlias, TypedDict, get_args

import numpy as np
from gensim.models import KeyedVectors
from scipy import sparse

from gensim_distill._utils.arrays import IntArray
from gensim_distill._utils.text import short
from gensim_distill._utils.validation import check_choice, check_positive, check_whole
from gensim_distill.corpus.documents import Document
from gensim_distill.corpus.word_lookup import WordLookup
from gensim_distill.vectors.keyed import check_strings, word_counts

logger = logging.getLogger(__name__)

Weighting: TypeAlias = Literal["sif", "idf", "uniform"]
#: Texts per batch.
BATCH_SIZE = 4_096
#: Words of the random texts of :func:`unigram_second_moment`.
WORDS_PER_TEXT = 10


class EncoderSettings(TypedDict, total=False):
    """The settings of :meth:`TextEncoder.of`; `texts` is whether weights or components depend on texts.

    `weighting` is "learned" for rows that were learned from the teacher's vectors of texts.
    """

    weighting: Weighting | Literal["learned"]
    a: float
    components: int
    texts: bool


def check_weighting(weighting: Any, a: Any, components: Any, vector_size: int | None = None) -> None:
    """Check the parameters `weighting`, `a` and `components` of :meth:`TextEncoder.of`.

    Raises
    ------
    ValueError
        If one is invalid.
    """
    check_choice("weighting", weighting, get_args(Weighting))
    check_positive("a", a, ", such as 1e-3; for plain means use weighting='uniform'")
    most, reason = (None, "") if vector_size is None else (vector_size - 1, f" for vectors of {vector_size} dimensions")
    if components is not None:
        check_whole("components", components, 0, most, reason)


def check_vectors(vectors: KeyedVectors) -> None:
    """Check that there are word vectors, one for each word, and that they are finite.

    Raises
    ------
    ValueError
        If not.
    """
    if not len(vectors):
        raise ValueError("The vectors have no words: train the model, or add words, first.")
    if len(vectors.vectors) != len(vectors):
        raise ValueError(
            f"There are {len(vectors.vectors)} vectors for {len(vectors)} words: change index_to_key, key_to_index and vectors alike."
        )
    finite = np.isfinite(vectors.vectors.sum(axis=1))
    if not finite.all():
        bad = vectors.index_to_key[int(np.argmin(finite))]
        raise ValueError(f"The vector of {short(bad)} holds numbers that are not finite: fix or remove such words.")


def default_components(vectors: KeyedVectors) -> int:
    """Return the default number of components to project out: 1, or 0 if it would be all of the vectors.

    Examples
    --------
    >>> from gensim.models import KeyedVectors
    >>> from gensim_distill.encoding.weighting import default_components
    >>> vectors = KeyedVectors(2)
    >>> vectors.add_vectors(["rain", "sun"], [[1.0, 0.0], [0.0, 1.0]])
    >>> default_components(vectors)
    1
    """
    return int(min(len(vectors), vectors.vector_size) > 1)


def relative_frequencies(vectors: KeyedVectors) -> np.ndarray:
    """Return the share of each word in all occurrences of words.

    Without counts the frequencies follow Zipf's law in the order of the words, and a warning is logged.

    Parameters
    ----------
    vectors : KeyedVectors

    Returns
    -------
    numpy.ndarray of float64, shape (n_words,)

    Examples
    --------
    >>> from gensim.models import KeyedVectors
    >>> from gensim_distill.encoding.weighting import relative_frequencies
    >>> vectors = KeyedVectors(1)
    >>> vectors.add_vectors(["rain", "sun"], [[1.0], [2.0]])
    >>> for word, count in {"rain": 3, "sun": 1}.items():
    ...     vectors.set_vecattr(word, "count", count)
    >>> relative_frequencies(vectors).tolist()
    [0.75, 0.25]
    """
    counts = word_counts(vectors)
    if counts is None:
        logger.warning(
            "The vectors have no counts of their %i words: frequencies are assumed to be proportional to 1, 1/2, 1/3 ... "
            "in the order of the words, which suits files whose words are sorted by frequency.",
            len(vectors),
        )
        zipf = 1 / np.arange(1, len(vectors) + 1)
        assumed: np.ndarray = zipf / zipf.sum()
        return assumed
    shares: np.ndarray = counts / counts.sum()
    return shares


def sif_weights(frequencies: np.ndarray, a: float) -> np.ndarray:
    """Return the weight a / (a + p) of each word (smooth inverse frequency).

    Parameters
    ----------
    frequencies : numpy.ndarray of float64, shape (n_words,)
        The relative frequency p of each word.
    a : float
        The smaller, the lower the weights of frequent words. ``math.inf`` gives weights of 1.

    Returns
    -------
    numpy.ndarray of float64, shape (n_words,)

    References
    ----------
    Sanjeev Arora, Yingyu Liang and Tengyu Ma. A Simple but Tough-to-Beat Baseline for Sentence
    Embeddings. ICLR 2017.

    Examples
    --------
    >>> import numpy as np
    >>> from gensim_distill.encoding.weighting import sif_weights
    >>> sif_weights(np.array([0.75, 0.25]), a=0.25).tolist()
    [0.25, 0.5]
    """
    weights: np.ndarray = np.ones(len(frequencies)) if math.isinf(a) else a / (a + frequencies)
    return weights


def idf_weights(lookup: WordLookup, texts: Iterable[Document], n_words: int) -> np.ndarray:
    """Return log((1 + n) / (1 + d)) + 1 for each word, where d of the n texts contain it (inverse document frequency).

    Parameters
    ----------
    lookup : WordLookup
    texts : iterable of str or of lists of str
        Read once.
    n_words : int
        The size of the vocabulary.

    Returns
    -------
    numpy.ndarray of float64, shape (n_words,)

    Raises
    ------
    ValueError
        If the texts contain no word of the vocabulary.
    """
    document_counts = np.zeros(n_words, dtype=np.int64)
    n_texts = 0
    source = iter(texts)
    while batch := list(itertools.islice(source, BATCH_SIZE)):
        rows, lengths = lookup.rows(batch)
        # A word counts once per text.
        pairs = np.unique(np.repeat(np.arange(len(batch)), lengths) * n_words + rows)
        document_counts += np.bincount(pairs % n_words, minlength=n_words)
        n_texts += len(batch)
    if not document_counts.any():
        raise ValueError("The texts have no word that has a vector: pass texts like those to be encoded.")
    weights: np.ndarray = np.log((1 + n_texts) / (1 + document_counts)) + 1
    return weights


def check_rows(table: np.ndarray, strings: list[str], kind: str, dimensions: int | None = None) -> None:
    """Check that a table has one finite row for each of some distinct strings, words or pieces.

    Raises
    ------
    ValueError
        If it has not, or not the expected dimensions.
    TypeError
        If they are no strings.
    """
    check_strings(strings, kind)
    if table.ndim != 2 or len(table) != len(strings):
        raise ValueError(
            f"The table has shape {table.shape} for {len(strings)} {kind}: it must have one row per {kind[:-1]}."
        )
    if dimensions not in (None, table.shape[1]):
        raise ValueError(
            f"The rows of {kind} have {table.shape[1]} dimensions, where those of words have {dimensions}."
        )
    if duplicates := len(strings) - len(set(strings)):
        raise ValueError(f"{duplicates} {kind} are duplicates: pass distinct {kind}.")
    if not is_finite(table):
        raise ValueError(f"The rows of {kind} contain NaN or infinity: correct or remove such {kind}.")


def is_finite(array: np.ndarray) -> bool:
    """Return whether all numbers of an array are finite, without a temporary array."""
    return bool(np.isfinite(array.min(initial=0)) and np.isfinite(array.max(initial=0)))


def mean_rows(table: np.ndarray, rows: IntArray, lengths: IntArray) -> np.ndarray:
    """Return the mean row of a table for each text.

    Parameters
    ----------
    table : numpy.ndarray of float32 or float64, shape (n_words, vector_size)
    rows : numpy.ndarray of int64, shape (sum of lengths,)
        The rows of the words of all texts, one text after the other.
    lengths : numpy.ndarray of int64, shape (n_texts,)
        The number of words of each text.

    Returns
    -------
    numpy.ndarray of the dtype of the table, shape (n_texts, vector_size)
        Zeros for texts without words.

    Examples
    --------
    >>> import numpy as np
    >>> from gensim_distill.encoding.weighting import mean_rows
    >>> mean_rows(np.array([[1.0, 0.0], [0.0, 1.0]]), np.array([0, 1, 1]), np.array([2, 1, 0])).tolist()
    [[0.5, 0.5], [0.0, 1.0], [0.0, 0.0]]
    """
    shares = np.repeat((1 / np.maximum(lengths, 1)).astype(table.dtype), lengths)
    ends = np.concatenate([[0], np.cumsum(lengths)])
    index = np.int32 if len(rows) < 2**31 else np.int64
    words = sparse.csr_array((shares, rows.astype(index), ends.astype(index)), shape=(len(lengths), len(table)))
    means: np.ndarray = words @ table
    return means


def unigram_second_moment(table: np.ndarray, frequencies: np.ndarray) -> np.ndarray:
    """Return the second moment of the mean row of a text of n = 10 words, drawn independently by their frequencies.

    It is mm' (1 - 1/n) + S/n, where m is the mean row and S the mean outer product of a row with itself.

    Parameters
    ----------
    table : numpy.ndarray of float32, shape (n_words, vector_size)
    frequencies : numpy.ndarray of float64, shape (n_words,)
        The relative frequency of each word.

    Returns
    -------
    numpy.ndarray of float32, shape (vector_size, vector_size)
    """
    frequencies = frequencies.astype(np.float32)
    mean = frequencies @ table
    moment: np.ndarray = (table * frequencies[:, None]).T @ table
    return np.outer(mean, mean) * (1 - 1 / WORDS_PER_TEXT) + moment / WORDS_PER_TEXT
