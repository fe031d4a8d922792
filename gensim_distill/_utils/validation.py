"""Checks of parameters, with one wording for their error messages."""

from __future__ import annotations

import difflib
import numbers
from collections.abc import Iterable
from typing import Any, TypeGuard

import numpy as np


def is_whole(value: Any) -> TypeGuard[int]:
    """Return whether a value is an integer, of Python or numpy, and not a bool."""
    return isinstance(value, (int, np.integer)) and not isinstance(value, (bool, np.bool_))


def check_whole(name: str, value: Any, least: int, most: int | None = None, advice: str = "") -> int:
    """Check that a parameter is a whole number in a range, and return it as a plain int.

    Parameters
    ----------
    name : str
        The name of the parameter.
    value : object
        Its value.
    least, most : int
        The range, both ends included; without `most` it has no upper end.
    advice : str, optional
        The rest of the error message, such as ``", or None for all vectors"``.

    Returns
    -------
    int

    Raises
    ------
    ValueError
        If the value is a bool, is not an integer or is out of range.

    Examples
    --------
    >>> from gensim_distill._utils.validation import check_whole
    >>> check_whole("k", 10, 1)
    10
    >>> check_whole("k", 0, 1, advice=", such as 10")
    Traceback (most recent call last):
        ...
    ValueError: k=0 must be a whole number from 1, such as 10.
    """
    if is_whole(value) and least <= value and (most is None or value <= most):
        return int(value)
    end = "" if most is None else f" to {most}"
    raise ValueError(f"{name}={value!r} must be a whole number from {least}{end}{advice}.")


def check_number(
    name: str, value: Any, least: float, most: float, advice: str = "", *, inclusive: bool = True
) -> float:
    """Check that a parameter is a number in a range, and return it as a plain float.

    Parameters
    ----------
    name : str
        The name of the parameter.
    value : object
        Its value.
    least, most : float
        The range.
    advice : str, optional
        The rest of the error message.
    inclusive : bool, optional
        Whether the ends belong to the range. By default they do.

    Returns
    -------
    float

    Raises
    ------
    ValueError
        If the value is a bool, is not a number or is out of range.

    Examples
    --------
    >>> from gensim_distill._utils.validation import check_number
    >>> check_number("min_distance", 1, 0, 1)
    1.0
    >>> check_number("confidence", 1, 0, 1, ", such as 0.95", inclusive=False)
    Traceback (most recent call last):
        ...
    ValueError: confidence=1 must be a number between 0 and 1, such as 0.95.
    """
    if _is_real(value) and (least <= value <= most if inclusive else least < value < most):
        return float(value)
    among = f"from {least} to {most}" if inclusive else f"between {least} and {most}"
    raise ValueError(f"{name}={value!r} must be a number {among}{advice}.")


def check_positive(name: str, value: Any, advice: str = "", *, finite: bool = True) -> float:
    """Check that a parameter is a positive number, and return it as a plain float.

    Parameters
    ----------
    name : str
        The name of the parameter.
    value : object
        Its value.
    advice : str, optional
        The rest of the error message.
    finite : bool, optional
        Whether infinity raises an error too. By default it does.

    Returns
    -------
    float

    Raises
    ------
    ValueError
        If the value is a bool, is not a number or is not positive.
    """
    if _is_real(value) and value > 0 and not (finite and value == np.inf):
        return float(value)
    raise ValueError(f"{name}={value!r} must be a positive number{advice}.")


def check_choice(name: str, value: Any, choices: Iterable[Any], advice: str = "") -> None:
    """Check that a parameter is one of a few values.

    Parameters
    ----------
    name : str
        The name of the parameter.
    value : object
        Its value.
    choices : iterable
        The valid values.
    advice : str, optional
        The rest of the error message.

    Raises
    ------
    ValueError
        If it is not; for a string with the most similar choice.

    Examples
    --------
    >>> from gensim_distill._utils.validation import check_choice
    >>> check_choice("method", "mull", ["add", "mul"])
    Traceback (most recent call last):
        ...
    ValueError: method='mull' must be 'add' or 'mul' (did you mean 'mul'?).
    """
    valid = list(choices)
    if value in valid:
        return
    *first, last = map(repr, valid)
    similar = difflib.get_close_matches(str(value), map(str, valid), n=1)
    meant = f" (did you mean {similar[0]!r}?)" if similar else ""
    listed = f"{', '.join(first)} or {last}" if first else last
    raise ValueError(f"{name}={value!r} must be {listed}{meant}{advice}.")


def _is_real(value: Any) -> TypeGuard[float]:
    return isinstance(value, numbers.Real) and not isinstance(value, (bool, np.bool_))
