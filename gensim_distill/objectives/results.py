"""Checks of the vectors that objectives return, which users may have written."""

from __future__ import annotations

from typing import Any

import numpy as np

from gensim_distill._utils.validation import is_whole
from gensim_distill.objectives.protocol import Objective, default_vector_size


def check_widths(objective: Objective, teacher_width: int) -> tuple[int, int]:
    """Return the dimensions of the vectors of an objective, and the default of ``vector_size``.

    Parameters
    ----------
    objective : Objective
    teacher_width : int
        The number of dimensions of the hidden states of the teacher.

    Returns
    -------
    (int, int)

    Raises
    ------
    ValueError
        If they are no whole numbers from 1, or the default is the larger one.
    """
    width, default = objective.width(teacher_width), default_vector_size(objective, teacher_width)
    for value, method, most in ((width, "width", width), (default, "default_width", width)):
        if not is_whole(value) or not 1 <= value <= most:
            end = " to width()" if method == "default_width" else ""
            raise ValueError(
                f"{type(objective).__name__}.{method}() returned {value!r}: it must return a whole number from 1{end}, the "
                "number of dimensions of its vectors."
            )
    return int(width), int(default)


def check_vectors(vectors: Any, objective: Objective, n_words: int, width: int) -> np.ndarray:
    """Return the vectors of words as an objective, or the projection of its `fit`, has computed them.

    Parameters
    ----------
    vectors : object
    objective : Objective
    n_words : int
        The number of words.
    width : int
        The dimensions that the objective has promised.

    Returns
    -------
    numpy.ndarray of float, shape (n_words, width)

    Raises
    ------
    TypeError
        If they are no array of real numbers.
    ValueError
        If they have another shape, or are not finite in float32.

    Examples
    --------
    >>> import numpy as np
    >>> from gensim_distill.objectives import Aggregate
    >>> from gensim_distill.objectives.results import check_vectors
    >>> check_vectors(np.zeros((3, 8)), Aggregate(), n_words=3, width=4)
    Traceback (most recent call last):
        ...
    ValueError: Aggregate returned vectors of shape (3, 8): it must return one row for each of the 3 words and the 4 columns that width() promises.
    """
    name = type(objective).__name__
    if not isinstance(vectors, np.ndarray) or isinstance(vectors, np.ma.MaskedArray) or vectors.dtype.kind not in "fiu":
        kind = f"an array of {vectors.dtype}" if isinstance(vectors, np.ndarray) else f"a {type(vectors).__name__}"
        raise TypeError(f"{name} returned {kind} as vectors: it must return a plain numpy array of floats.")
    checked: np.ndarray = np.asarray(vectors)
    if checked.shape != (n_words, width):
        raise ValueError(
            f"{name} returned vectors of shape {checked.shape}: it must return one row for each of the {n_words} words and the "
            f"{width} columns that width() promises."
        )
    if checked.dtype not in (np.float32, np.float64):
        checked = checked.astype(np.float32)
    largest = np.finfo(np.float32).max
    wrong = ~(np.maximum(checked.max(axis=1), -checked.min(axis=1)) <= largest)
    if wrong.any():
        raise ValueError(
            f"{name} returned NaN or numbers beyond float32 in the vectors of {wrong.sum()} of {n_words} words: it must return "
            "finite numbers, zeros for words without contexts."
        )
    return checked


def check_rows(rows: Any, objective: Objective, n_words: int) -> np.ndarray:
    """Return the rows of words in texts as the method `fit_texts` of an objective has computed them.

    Parameters
    ----------
    rows : object
    objective : Objective
    n_words : int
        The number of words.

    Returns
    -------
    numpy.ndarray of float32, shape (n_words, d)

    Raises
    ------
    ValueError
        If they are no matrix of finite numbers with one row per word.
    """
    array = np.asarray(rows, dtype=np.float32)
    if array.ndim != 2 or len(array) != n_words or not array.shape[1] or not np.isfinite(array).all():
        raise ValueError(
            f"{type(objective).__name__}.fit_texts() returned rows of shape {array.shape}: it must return one row of finite "
            f"numbers for each of the {n_words} words."
        )
    return array
