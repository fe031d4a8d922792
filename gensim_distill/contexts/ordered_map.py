"""An ordered parallel map over threads."""

from __future__ import annotations

import itertools
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

Work = TypeVar("Work")
Result = TypeVar("Result")


def map_in_order(
    function: Callable[[Work, threading.Event], Result], items: Iterable[Work], threads: int
) -> Iterator[Result]:
    """Apply a function to items in several threads, and yield the results in the order of the items.

    torch uses an equal part of the cores in each thread: several matrix products at once are faster than one that is
    divided among all cores. Items are drawn and results are yielded in the caller's thread, at most one item ahead of
    the threads.

    Parameters
    ----------
    function : callable
        Called with an item and an event. Once the event is set the result is not needed, and the function may return
        anything or raise.
    items : iterable
    threads : int
        The number of threads. With 1, or a single item, the function runs in the caller's thread on all cores.

    Yields
    ------
    object
        The results. An error of the function or of `items` is raised after the results before it.

    Examples
    --------
    >>> from gensim_distill.contexts.ordered_map import map_in_order
    >>> list(map_in_order(lambda item, stopped: item * item, range(5), threads=2))
    [0, 1, 4, 9, 16]
    """
    stopped = threading.Event()
    failures: list[Exception] = []
    source = _until_failure(items, failures)
    first = list(itertools.islice(source, 2)) if threads > 1 else []
    if len(first) < 2:
        for item in itertools.chain(first, source):
            yield function(item, stopped)
    else:
        yield from _in_threads(function, itertools.chain(first, source), threads, stopped)
    if failures:
        raise failures[0]


def _in_threads(
    function: Callable[[Work, threading.Event], Result], items: Iterable[Work], threads: int, stopped: threading.Event
) -> Iterator[Result]:
    import torch  # takes seconds to import, and only a teacher needs it

    cores = torch.get_num_threads()
    each = max(1, cores // threads)
    executor = ThreadPoolExecutor(threads, "gensim-distill", initializer=torch.set_num_threads, initargs=(each,))
    pending: deque[Future[Result]] = deque()
    try:
        # Also in the caller's thread, whose products would otherwise wait for busy cores.
        torch.set_num_threads(each)
        for item in items:
            pending.append(executor.submit(function, item, stopped))
            if len(pending) > threads:
                yield pending.popleft().result()
        while pending:
            yield pending.popleft().result()
    finally:
        stopped.set()
        executor.shutdown(wait=True, cancel_futures=True)
        # The threads have changed the default of torch for new threads too.
        torch.set_num_threads(cores)


def _until_failure(items: Iterable[Work], failures: list[Exception]) -> Iterator[Work]:
    """Yield items, and store the error that ends them, so that the results before it are yielded first."""
    try:
        yield from items
    except Exception as error:
        failures.append(error)
