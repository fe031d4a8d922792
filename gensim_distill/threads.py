"""Several things done at once, in threads, with their results in order."""

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
    """Apply a function to items in several threads at once, and give the results in the order of the items.

    Threads that compute in torch each get their part of the cores and no more: several products beside each other
    are faster than one product that is cut up, whose parts have to wait for each other. Items are taken, and
    results given, in the thread of the caller; no more than one item is taken ahead of the threads.

    Parameters
    ----------
    function : callable
        Called with an item and an event. Once that is set the result is no longer wanted, and the
        function may end in any way.
    items : iterable
    threads : int
        How many; with one, and with one item, all is done in the thread of the caller and on all cores.

    Yields
    ------
    object
        What the function returned. If it raised, or `items` did, that is raised after all results before it.

    Examples
    --------
    >>> from gensim_distill.threads import map_in_order
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
    import torch  # which takes seconds, and much can be done without a teacher

    cores = torch.get_num_threads()
    executor = ThreadPoolExecutor(
        threads, "gensim-distill", initializer=torch.set_num_threads, initargs=(max(1, cores // threads),)
    )
    pending: deque[Future[Result]] = deque()
    try:
        for item in items:
            pending.append(executor.submit(function, item, stopped))
            if len(pending) > threads:
                yield pending.popleft().result()
        while pending:
            yield pending.popleft().result()
    finally:
        stopped.set()
        executor.shutdown(wait=True, cancel_futures=True)
        # The threads have told torch how many cores later threads are to use.
        torch.set_num_threads(cores)


def _until_failure(items: Iterable[Work], failures: list[Exception]) -> Iterator[Work]:
    """Pass items on, and keep an error that ends them, so that those before it are not lost."""
    try:
        yield from items
    except Exception as error:
        failures.append(error)
