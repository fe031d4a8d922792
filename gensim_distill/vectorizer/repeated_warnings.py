"""Warnings of clones: a search fits many clones of a vectorizer, and each warning is logged for the first one only."""

from __future__ import annotations

import contextlib
import functools
import logging
import threading
from collections.abc import Iterator

_PACKAGE = "gensim_distill"
_MOST_LINEAGES = 1_000


@contextlib.contextmanager
def each_warning_once(lineage: str | None) -> Iterator[None]:
    """Hide warnings of this package that were logged before for a vectorizer of the same lineage, in this process.

    Two warnings are the same if they differ in numbers and words only, as those of two folds do. Records of other threads are not
    affected: another vectorizer may be fitted there.

    Parameters
    ----------
    lineage : str or None
        Identifies a vectorizer and its clones; with None nothing is hidden.

    Examples
    --------
    >>> import logging, sys
    >>> from gensim_distill.vectorizer.repeated_warnings import each_warning_once
    >>> logger = logging.getLogger("gensim_distill.vectorizer")
    >>> handler = logging.StreamHandler(sys.stdout)
    >>> logging.getLogger("gensim_distill").addHandler(handler)
    >>> for number in (3, 4):
    ...     with each_warning_once("a"):
    ...         logger.warning("%i words have no context", number)
    3 words have no context
    >>> logging.getLogger("gensim_distill").removeHandler(handler)
    """
    if lineage is None:
        yield
        return
    only_first = _OnlyFirst(lineage, threading.get_ident())
    handlers = _handlers()
    try:
        for handler in handlers:
            handler.addFilter(only_first)
        yield
    finally:
        for handler in handlers:
            handler.removeFilter(only_first)


class _OnlyFirst(logging.Filter):
    """A filter of handlers: filters of loggers do not apply to the loggers below."""

    def __init__(self, lineage: str, thread: int) -> None:
        super().__init__()
        self.lineage, self.thread = lineage, thread

    def filter(self, record: logging.LogRecord) -> bool:
        if record.thread != self.thread or record.levelno < logging.WARNING:
            return True
        if record.name.partition(".")[0] != _PACKAGE:
            return True
        # One decision for all handlers of a record.
        decisions = vars(record).setdefault("_gensim_distill_first", {})
        if self.lineage not in decisions:
            logged, warning = _logged(self.lineage), (record.name, str(record.msg))
            decisions[self.lineage] = warning not in logged
            logged.add(warning)
        first: bool = decisions[self.lineage]
        return first


@functools.lru_cache(_MOST_LINEAGES)
def _logged(lineage: str) -> set[tuple[str, str]]:
    """Return the warnings of a lineage: the names of their loggers, and the messages before their arguments are filled in."""
    return set()


def _handlers() -> list[logging.Handler]:
    """Return the handlers of the log records of this package."""
    logger: logging.Logger | None = logging.getLogger(_PACKAGE)
    found: list[logging.Handler] = []
    while logger is not None:
        found += logger.handlers
        logger = logger.parent if logger.propagate else None
    return found or ([logging.lastResort] if logging.lastResort is not None else [])
