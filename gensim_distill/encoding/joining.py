"""Batches of vectors joined to one array, whatever the length of the texts is said to be."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from typing import Any

import numpy as np
import numpy.typing as npt

logger = logging.getLogger(__name__)

_MOST_EXPECTED = 10_000_000  # texts for which memory is reserved


def join_batches(
    batches: Iterable[np.ndarray], texts: Any, vector_size: int, dtype: npt.DTypeLike = np.float32
) -> np.ndarray:
    """Return the vectors of all batches in one array.

    Parameters
    ----------
    batches : iterable of numpy.ndarray, shape (n, vector_size)
    texts : object
        The texts of the batches. Memory is reserved for their length if it is known; a warning is logged if it is wrong.
    vector_size : int
    dtype : dtype, optional
        That of the result.

    Returns
    -------
    numpy.ndarray, shape (number of texts, vector_size)

    Examples
    --------
    >>> import numpy as np
    >>> from gensim_distill.encoding.joining import join_batches
    >>> join_batches([np.ones((2, 1)), np.zeros((1, 1))], ["rain", "sun", "snow"], 1).tolist()
    [[1.0], [1.0], [0.0]]
    """
    expected = _length(texts)
    vectors = np.empty((expected, vector_size), dtype=dtype)
    end = 0
    for batch in batches:
        if end + len(batch) > len(vectors):  # a generator, or a collection whose length is wrong
            more = max(end + len(batch), 2 * len(vectors))
            vectors = np.concatenate([vectors[:end], np.empty((more - end, vector_size), dtype=dtype)])
        vectors[end : end + len(batch)] = batch
        end += len(batch)
    if expected and end != expected:
        logger.warning("The length of texts is %i, and iteration returned %i texts, which were encoded.", expected, end)
    return vectors if end == len(vectors) else vectors[:end].copy()


def _length(texts: Any) -> int:
    """Return the number of texts, or 0 if it is not known, or too large to be true."""
    try:
        length = len(texts)
    except Exception:  # a generator, or a data set that does not know its length
        return 0
    return length if length <= _MOST_EXPECTED else 0
