"""Several things done at once, in threads, with their results in order."""

from __future__ import annotations

import contextlib
import itertools
import sys
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

Work = TypeVar("Work")
Result = TypeVar("Result")

# Seconds for which a thread that runs Python may keep others waiting, which need it but for a moment between one
# product and the next: 5 ms, as Python has it, is longer than most products take.
_TURN = 0.0005
_turns = threading.Lock()
_taking_turns = 0
_usual_turn = 0.0


def map_in_order(
    function: Callable[[Work, threading.Event], Result], items: Iterable[Work], threads: int
) -> Iterator[Result]:
    """Apply a function to items in several threads at once, and give the results in the order of the items.

    Threads that compute in torch each get their part of the cores and no more: several products beside each other
    are faster than one product that is cut up, whose parts have to wait for each other. Items are taken, and
    results given, in the thread of the caller, which meanwhile has no more cores than the others; no more than one
    item is taken ahead of the threads. Until all is done, Python changes between threads ten times as often as usual.

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
    import torch  # which takes seconds, and much can be done without a teacher

    cores = torch.get_num_threads()
    each = max(1, cores // threads)
    executor = ThreadPoolExecutor(threads, "gensim-distill", initializer=torch.set_num_threads, initargs=(each,))
    pending: deque[Future[Result]] = deque()
    try:
        # The caller too: its products would be cut up, and their parts wait for cores that are busy.
        torch.set_num_threads(each)
        with _short_turns():
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


@contextlib.contextmanager
def _short_turns() -> Iterator[None]:
    """Have Python change between threads often, until the last of those that asked for it is done."""
    global _taking_turns, _usual_turn
    with _turns:
        if not _taking_turns:
            _usual_turn = sys.getswitchinterval()
            sys.setswitchinterval(min(_TURN, _usual_turn))
        _taking_turns += 1
    try:
        yield
    finally:
        with _turns:
            _taking_turns -= 1
            if not _taking_turns:
                sys.setswitchinterval(_usual_turn)


def _until_failure(items: Iterable[Work], failures: list[Exception]) -> Iterator[Work]:
    """Pass items on, and keep an error that ends them, so that those before it are not lost."""
    try:
        yield from items
    except Exception as error:
        failures.append(error)
