"""Checks of gensim's parameters: each number is of its kind, finite and in a range that training supports."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

import numpy as np
from gensim.models import Word2Vec

from gensim_distill._utils.text import short
from gensim_distill._utils.validation import check_number, check_whole, is_whole

# Beyond this, weights overflow float32 in gensim's C code, which then reads outside of its arrays.
_LARGEST_RATE = 1_000

_HOOKS = ("on_train_begin", "on_epoch_begin", "on_epoch_end", "on_train_end")

_Check = Callable[[str, Any], Any]


def check_parameters(values: Mapping[str, Any]) -> None:
    """Check parameters of the constructor of a model, or arguments of its ``train()``.

    Parameters
    ----------
    values : mapping of str to object
        By their names. Names that are not of gensim's numbers and functions are ignored.

    Raises
    ------
    ValueError
        If a number is of the wrong kind, not finite or out of range; the message names it.
    TypeError
        If a function is none.

    Examples
    --------
    >>> from gensim_distill.word2vec.parameters import check_parameters
    >>> check_parameters({"workers": 4, "alpha": 0.025})
    >>> check_parameters({"workers": 0})
    Traceback (most recent call last):
        ...
    ValueError: workers=0 must be a whole number from 1 to 1000, such as 3.
    """
    for name, value in values.items():
        if name in _CHECKS:
            _CHECKS[name](name, value)


def check_attributes(model: Word2Vec, names: Iterable[str]) -> None:
    """Check attributes of a model, which may have been assigned after its construction.

    Parameters
    ----------
    model : Word2Vec
    names : iterable of str

    Raises
    ------
    ValueError
        As for :func:`check_parameters`.
    """
    check_parameters({name: getattr(model, name) for name in names})


def _whole(least: int, most: int | None = None, advice: str = "") -> _Check:
    return lambda name, value: check_whole(name, value, least, most, advice)


def _number(least: float, most: float, advice: str = "", inclusive: bool = True) -> _Check:
    return lambda name, value: check_number(name, value, least, most, advice, inclusive=inclusive)


def _or_none(check: _Check) -> _Check:
    return lambda name, value: None if value is None else check(name, value)


def _flag(name: str, value: Any) -> None:
    if not (isinstance(value, (bool, np.bool_)) or (is_whole(value) and value in (0, 1))):
        raise ValueError(f"{name}={value!r} must be 0 or 1.")


def _batch_tokens(name: str, value: Any) -> None:
    if not (isinstance(value, str) and value == "auto"):
        check_whole(name, value, 1, advice=", the number of subwords of a batch, or 'auto'")


def _function(name: str, value: Any) -> None:
    if not callable(value):
        raise TypeError(f"{name}={value!r} must be a function.")


def _callbacks(name: str, value: Any) -> None:
    if not isinstance(value, Iterable):
        raise TypeError(f"{name} is of type {type(value).__name__}, where a list of callbacks was expected.")
    for callback in value if isinstance(value, (list, tuple)) else ():  # other iterables may be readable once
        if isinstance(callback, type) or not all(callable(getattr(callback, hook, None)) for hook in _HOOKS):
            raise TypeError(
                f"{name} has {short(callback)}, where an instance of a subclass of gensim's CallbackAny2Vec was expected."
            )


_RATE = _number(0, _LARGEST_RATE, ", such as 0.025", inclusive=False)
_CHECKS: Mapping[str, _Check] = {
    # of the vocabulary
    "min_count": _whole(0),
    "max_vocab_size": _or_none(_whole(1, advice=", or None for no limit")),
    "max_final_vocab": _or_none(_whole(1, advice=", or None for no limit")),
    "sample": _number(0, 10**9, ", such as 1e-5"),
    "sorted_vocab": _flag,
    "hashfxn": _function,
    "trim_rule": _or_none(_function),
    # of vectors
    "vector_size": _or_none(_whole(1, advice=", or None for the default")),
    "window": _whole(0, 1_000_000, ", a number of words on either side, such as 5"),
    "seed": _or_none(_whole(0, 2**32 - 1, ", or None to draw one")),
    "sg": _flag,
    "cbow_mean": _flag,
    "shrink_windows": _flag,
    # of gradient descent
    "alpha": _RATE,
    "min_alpha": _number(0, _LARGEST_RATE, ", such as 0.0001"),
    "epochs": _whole(1, 1_000_000, ", such as 5"),
    "negative": _whole(0, 10_000, ", such as 10"),
    "ns_exponent": _number(-10, 10, ", such as 0.5"),
    "hs": _flag,
    "workers": _whole(1, 1_000, ", such as 3"),
    "batch_words": _whole(1, 2**31 - 1, ", such as 10000"),
    "compute_loss": _flag,
    "callbacks": _callbacks,
    # of the teacher
    "batch_tokens": _batch_tokens,
    "max_length": _or_none(_whole(1, advice=", a number of subwords, or None for the longest window")),
    "trust_remote_code": _flag,
    "progress": _or_none(_flag),
    # of train()
    "start_alpha": _or_none(_RATE),
    "end_alpha": _or_none(_number(0, _LARGEST_RATE, ", such as 0.0001")),
    "total_examples": _or_none(_whole(0, advice=", the number of documents, such as model.corpus_count")),
    "total_words": _or_none(_whole(0, advice=", the number of words, such as model.corpus_total_words")),
    "word_count": _whole(0),
    "queue_factor": _whole(1, 1_000, ", such as 2"),
    "report_delay": _number(0, float("inf"), ", such as 1.0"),
}
