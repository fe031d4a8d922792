"""The garbage collector of Python, kept away from objects that live on."""

from __future__ import annotations

import contextlib
import gc
from collections.abc import Iterator


@contextlib.contextmanager
def freeze_existing_objects() -> Iterator[None]:
    """Make the garbage collector ignore the objects that exist at the beginning, until the end.

    Most belong to libraries, and to the corpus if it is a list. A full collection searches all of them, for some tenths of a
    second in which no thread runs. Garbage that is made meanwhile is collected as ever; cycles that
    were garbage before are collected after the end. If the user has frozen objects already, nothing is changed.

    Examples
    --------
    >>> import gc
    >>> from gensim_distill._utils.garbage import freeze_existing_objects
    >>> with freeze_existing_objects():
    ...     gc.get_freeze_count() > 1000
    True
    >>> gc.get_freeze_count()
    0
    """
    if gc.get_freeze_count():
        yield
        return
    gc.freeze()
    try:
        yield
    finally:
        gc.unfreeze()
