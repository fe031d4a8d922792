"""Sharing a docstring between a method and the function that it delegates to."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

Function = TypeVar("Function", bound=Callable[..., Any])


def documented_as(source: Callable[..., Any]) -> Callable[[Function], Function]:
    """Return a decorator that takes over the docstring of another function.

    Parameters
    ----------
    source : callable
        The function that does the work. Its docstring describes the parameters of the method; it may have more, such as
        parts of the object, which the method passes.

    Returns
    -------
    callable

    Examples
    --------
    >>> from gensim_distill._utils.documentation import documented_as
    >>> def add(a, b):
    ...     "Return a sum."
    >>> @documented_as(add)
    ... def delegated(a, b):
    ...     return add(a, b)
    >>> delegated.__doc__
    'Return a sum.'
    """

    def decorate(function: Function) -> Function:
        function.__doc__ = source.__doc__
        return function

    return decorate
