"""One run of a job over shards: each is processed once, and the results are merged in the order of the shards."""

from __future__ import annotations

import logging
from collections import Counter, deque
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from gensim_distill.distributed.actor_pool import ActorPool, Job, Merge
from gensim_distill.distributed.ray_runtime import connect_ray, first_line, is_worker_loss, original_error

logger = logging.getLogger(__name__)

# An actor merges the results of this many successive shards before the driver fetches them. Fetched results cannot be
# lost; a machine that is lost costs at most this many shards per result that it had.
GROUP = 16
_MAX_ATTEMPTS = 3


def run_job(
    pool: ActorPool,
    job: Job,
    merge: Merge,
    shards: Sequence[Any],
    on_shard: Callable[[int], Any],
    first: int = 0,
) -> Iterator[Any]:
    """Process shards on a pool, and yield the merged results of some successive shards at a time, in order.

    The result does not depend on which actor processes which shard, or when: results are merged in the order of the
    shards, in groups of a fixed size. A shard whose actor dies is processed again by another one. An error closes the
    pool.

    Parameters
    ----------
    pool : ActorPool
    job : callable
        Sent to each actor once.
    merge : callable
    shards : sequence
    on_shard : callable
        Called with the number of documents of each processed shard.
    first : int, optional
        The number of shards, in whole groups, to skip because they were processed before.

    Yields
    ------
    Any
        The result of `merge` for each group of shards.

    Raises
    ------
    TypeError
        If the job cannot be pickled.
    RuntimeError
        If a shard was lost three times because its actors died, or no actors can be started.
    Exception
        Any error that the job raises, unchanged.
    """
    run = _JobRun(pool, job, merge, shards, on_shard, first)
    try:
        yield from run.results()
    except BaseException:
        pool.close()  # its actors may still be busy
        raise


class _JobRun:
    """The state of a run: which shards remain, and which results are not merged or fetched yet."""

    def __init__(
        self,
        pool: ActorPool,
        job: Job,
        merge: Merge,
        shards: Sequence[Any],
        on_shard: Callable[[int], Any],
        first: int,
    ) -> None:
        self._ray = connect_ray()
        self._pool, self._merge, self._shards, self._on_shard = pool, merge, shards, on_shard
        try:
            self._job = [self._ray.put(job)]
        except Exception as error:  # pickling can fail in any way
            raise TypeError(
                "The teacher, word_splitter, key or sentence_splitter cannot be sent to the workers "
                f"({type(error).__name__}: {first_line(error)}): use functions and classes that are defined in a module."
            ) from error
        self._queue = deque(range(first, len(shards)))
        self._running: dict[Any, tuple[int, Any]] = {}
        self._results: dict[int, Any] = {}
        self._merged: dict[int, Any] = {}
        self._next_group = first // GROUP
        self._attempts: Counter[range] = Counter()
        self._reported: set[int] = set()

    def results(self) -> Iterator[Any]:
        """Yield the merged result of each group, in order."""
        while self._next_group * GROUP < len(self._shards):
            self._submit()
            merged = self._merged.get(self._next_group)
            event = self._pool.wait(*([] if merged is None else [merged]))
            if event in self._running:
                self._collect(event)
            elif event is not None:
                del self._merged[self._next_group]
                try:
                    result = self._ray.get(event)
                except Exception as error:
                    self._retry(self._members(self._next_group), error)
                else:
                    self._next_group += 1
                    yield result

    def _submit(self) -> None:
        """Assign shards to idle actors, but not too far ahead: results wait in memory until they are fetched."""
        limit = (self._next_group + 2) * GROUP + 4 * self._pool.size
        while self._pool.has_idle and self._queue and self._queue[0] < limit:
            number = self._queue.popleft()
            documents, result = self._pool.submit(self._job, self._shards[number], number)
            self._running[documents] = number, result

    def _collect(self, event: Any) -> None:
        """Store the result of a shard, and merge its group if it is complete."""
        number, result = self._running.pop(event)
        try:
            documents = self._ray.get(event)
        except Exception as error:
            if is_worker_loss(error):
                self._pool.replace(event)
            self._retry(range(number, number + 1), error)
            return
        actor = self._pool.release(event)
        self._results[number] = result
        if number not in self._reported:
            self._reported.add(number)
            self._on_shard(documents)
        group = number // GROUP
        members = self._members(group)
        if all(member in self._results for member in members):
            results = [self._results.pop(member) for member in members]
            # The actor has just answered, so it is alive; it merges before its next shard.
            self._merged[group] = results[0] if len(results) == 1 else actor.merge.remote(self._merge, *results)

    def _retry(self, numbers: range, error: Exception) -> None:
        """Put lost shards back into the queue, unless the job itself failed or there were too many attempts."""
        if not is_worker_loss(error):
            raise original_error(error) from error
        shard = f"{self._shards[numbers[0]]}{' and those after it' if len(numbers) > 1 else ''}"
        self._attempts[numbers] += 1
        if self._attempts[numbers] >= _MAX_ATTEMPTS:
            raise RuntimeError(
                f"The shard {shard} failed {_MAX_ATTEMPTS} times because its worker died, the last time with: {first_line(error)} "
                "If the workers run out of memory, use a smaller RayCorpus(..., shard_bytes=)."
            ) from error
        logger.warning("A worker died, and its shard, %s, is processed again: %s", shard, first_line(error))
        self._queue.extendleft(reversed(numbers))

    def _members(self, group: int) -> range:
        """Return the numbers of the shards of a group."""
        return range(group * GROUP, min((group + 1) * GROUP, len(self._shards)))
