"""Messages of gensim that are wrong for this class: they are corrected, or dropped if nothing of them holds."""

from __future__ import annotations

import contextlib
import functools
import logging
import re
import threading
from collections.abc import Callable, Iterator
from typing import Any, TypeVar

_Class = TypeVar("_Class", bound=type)

# Of skip-gram and CBOW, which have no effect on gradient descent here.
_WITHOUT_EFFECT = re.compile(r",? (sg|window|shrink_windows)=\S+")
_EVENT_METHOD = "add_lifecycle_event"
_DOWNSAMPLING_LINE = "sample=%g downsamples"
_DOWNSAMPLING_EVENT = "downsampling leaves"


def corrected_events(cls: _Class) -> _Class:
    """Decorate a model class so that lifecycle events, which are also logged, have messages that hold for its solvers."""
    add: Callable[..., None] = getattr(cls, _EVENT_METHOD)

    @functools.wraps(add)
    def add_lifecycle_event(self: Any, event_name: str, log_level: int = logging.INFO, **event: Any) -> None:
        if "msg" in event:
            message = corrected_message(vars(self).get("solver"), str(event["msg"]))
            if message is None:
                return
            event["msg"] = message
        add(self, event_name, log_level, **event)

    setattr(cls, _EVENT_METHOD, add_lifecycle_event)
    return cls


def corrected_message(solver: str | None, message: str) -> str | None:
    """Return the message of a lifecycle event as it holds for a solver; None if it does not hold.

    Examples
    --------
    >>> from gensim_distill.word2vec.gensim_log import corrected_message
    >>> message = "downsampling leaves estimated 21.6 word corpus (1.8%% of prior 1196)"
    >>> corrected_message("sgd", message)
    'downsampling leaves estimated 21.6 word corpus (1.8% of prior 1196)'
    >>> corrected_message("one-pass", message) is None
    True
    >>> corrected_message("sgd", "training model with 3 workers on 9 vocabulary, using sg=0 hs=0 negative=5 window=5")
    'training model with 3 workers on 9 vocabulary, using hs=0 negative=5'
    """
    if message.startswith(_DOWNSAMPLING_EVENT):
        return None if solver == "one-pass" else message.replace("%%", "%")
    if message.startswith("training model with "):
        return _WITHOUT_EFFECT.sub("", message.replace("using sg=", "using  sg=")).replace("using  ", "using ")
    return message


@contextlib.contextmanager
def without_downsampling() -> Iterator[None]:
    """Drop gensim's line about words that are downsampled: the one-pass solver reads all."""
    with _filtered("gensim.models.word2vec", lambda record: not str(record.msg).startswith(_DOWNSAMPLING_LINE)):
        yield


@contextlib.contextmanager
def renamed_files(temporary: str, place: str) -> Iterator[None]:
    """Have gensim log the final paths of files that it writes to a temporary path, and not yet that they are saved."""

    def rename(record: logging.LogRecord) -> bool:
        if isinstance(record.args, tuple):
            record.args = tuple(
                place + argument.removeprefix(temporary)
                if isinstance(argument, str) and argument.startswith(temporary)
                else argument
                for argument in record.args
            )
        return record.msg != "saved %s"

    with _filtered("gensim.utils", rename):
        yield


@contextlib.contextmanager
def _filtered(name: str, keep: Callable[[logging.LogRecord], bool]) -> Iterator[None]:
    """Filter the records that this thread logs to a logger."""
    thread = threading.get_ident()

    def keep_of_thread(record: logging.LogRecord) -> bool:
        return record.thread != thread or keep(record)

    logger = logging.getLogger(name)
    logger.addFilter(keep_of_thread)
    try:
        yield
    finally:
        logger.removeFilter(keep_of_thread)
