"""Doing a job shard by shard on Ray, when workers may die: what a shard gives is merged in a fixed order."""

from __future__ import annotations

import logging
from collections import Counter, deque
from collections.abc import Callable, Iterator, Sequence
from typing import Any, TypeAlias

from gensim_distill._utils.extras import needs
from gensim_distill._utils.text import first_line

logger = logging.getLogger(__name__)

#: What is done with a shard: it is given the shard, its number, and whether the worker has a GPU.
#: It returns the result, and of how many texts.
Job: TypeAlias = "Callable[[Any, int, bool], tuple[Any, int]]"
#: Makes one result of several that follow each other.
Merge: TypeAlias = "Callable[[Sequence[Any]], Any]"

# The results of so many successive shards are merged by one of the workers that they are from, before
# the driver fetches their sum. What it has fetched cannot be lost any more; of a machine that goes down
# with results, these shards at the most are done again for each of them.
_GROUP = 16
_ATTEMPTS = 3
_PATIENCE = 60.0  # seconds without any worker, after which the log says so


def ray_module() -> Any:
    """Import Ray, and connect to a cluster or start one on this machine, if that has not been done.

    Raises
    ------
    ImportError
        If Ray is not installed.
    """
    ray = needs("ray", "A corpus on Ray", "ray")
    if not ray.is_initialized():
        ray.init()  # to the cluster that RAY_ADDRESS names, or else here
    return ray


def is_loss(error: BaseException) -> bool:
    """Tell whether an error says that a worker or a result is gone, and not that the work itself failed."""
    exceptions = needs("ray.exceptions", "A corpus on Ray", "ray")
    if isinstance(error, exceptions.RayTaskError):
        cause = error.cause
        return isinstance(cause, exceptions.RayError) and not isinstance(cause, exceptions.RayTaskError)
    return isinstance(error, exceptions.RayError)


def own_error(error: BaseException) -> BaseException:
    """Give the error that was raised on another machine as it was raised there."""
    cause = getattr(error, "cause", None)
    return cause if isinstance(cause, BaseException) else error


class _Worker:
    """What runs as an actor: does shards of one job after the other."""

    def __init__(self, num_cpus: float, num_gpus: float) -> None:
        import torch

        torch.set_num_threads(max(1, int(num_cpus)))
        self._has_gpu = num_gpus > 0
        self._job: Any = None
        self._reference: Any = None

    def ready(self) -> None:
        """Return, which says that the worker is there."""

    def run(self, job: list[Any], shard: Any, number: int) -> tuple[int, Any]:
        """Do a shard; the reference to the job is in a list, so that it is fetched once and not for each shard."""
        if self._reference != job[0]:
            ray = ray_module()
            try:
                self._job = ray.get(job[0])
            except ray.exceptions.RaySystemError as error:  # it came, but could not be unpickled
                raise ImportError(
                    f"What the workers need could not be loaded there ({first_line(error)}): gensim-distill, what the teacher needs, and "
                    "the modules of your own functions and classes must be installed on every machine of the cluster."
                ) from None
            self._reference = job[0]
        result, texts = self._job(shard, number, self._has_gpu)
        return texts, result

    def merge(self, merge: Merge, *parts: Any) -> Any:
        """Merge results, of this worker and of others."""
        return merge(parts)


class Workers:
    """Ray actors that do the shards of jobs, and are replaced when they die.

    Parameters
    ----------
    number : int
        How many.
    num_cpus, num_gpus : float
        What each of them needs.

    Notes
    -----
    Shards are handed out one at a time to whoever is free. That the results do not depend on who did
    which when, they are merged in the order of the shards, in groups of a fixed size.
    """

    def __init__(self, number: int, num_cpus: float, num_gpus: float) -> None:
        self._ray = ray_module()
        self._number = number
        self._resources = {"num_cpus": num_cpus, "num_gpus": num_gpus}
        self._actor = self._ray.remote(_Worker)
        self._idle: deque[Any] = deque()
        self._starting: dict[Any, Any] = {}
        self._busy: dict[Any, tuple[Any, int, Any]] = {}
        self._failed_starts = 0
        for _ in range(number):
            self._start()

    def run(
        self, job: Job, merge: Merge, shards: Sequence[Any], done: Callable[[int], Any], first: int = 0
    ) -> Iterator[Any]:
        """Do all shards, and give the merged results of some successive ones at a time, in order.

        Parameters
        ----------
        job : callable
            It is sent to each worker once.
        merge : callable
        shards : sequence
        done : callable
            Called with the number of texts of each shard that is done.
        first : int, optional
            How many shards, whole groups of them, have been done before and are left out.

        Raises
        ------
        RuntimeError
            If a shard could not be done, because its workers died one after the other, or none can be started.
        Exception
            Any that the job raises, as it is.
        """
        try:
            reference = [self._ray.put(job)]
        except Exception as error:  # pickling may fail in any way
            raise TypeError(
                "The teacher, word_splitter, key or sentence_splitter cannot be sent to the workers "
                f"({type(error).__name__}: {first_line(error)}): use functions and classes that are "
                "defined in a module."
            ) from error
        todo = deque(range(first, len(shards)))
        attempts: Counter[int] = Counter()
        counted: set[int] = set()
        results: dict[int, tuple[Any, Any]] = {}  # who did a shard, and what came of it
        merged: dict[int, Any] = {}
        group, finished = first // _GROUP, False
        try:
            while group * _GROUP < len(shards):
                # Not too far ahead of what has been fetched: results wait in memory.
                ahead = (group + 2) * _GROUP + 4 * self._number
                while self._idle and todo and todo[0] < ahead:
                    number = todo.popleft()
                    worker = self._idle.popleft()
                    texts, result = worker.run.options(num_returns=2).remote(reference, shards[number], number)
                    self._busy[texts] = worker, number, result
                for event in self._wait(merged.get(group)):
                    if event in self._busy:
                        worker, number, result = self._busy.pop(event)
                        try:
                            texts = self._ray.get(event)
                        except Exception as error:
                            self._replace(worker, error)
                            attempts[number] += 1
                            self._check_attempts(shards[number], attempts[number], error)
                            todo.appendleft(number)
                            continue
                        self._idle.append(worker)
                        results[number] = worker, result
                        if number not in counted:
                            counted.add(number)
                            done(texts)
                        place = number // _GROUP
                        numbers = _members(place, len(shards))
                        if all(n in results for n in numbers):
                            merged[place] = self._merged(merge, [results.pop(n) for n in numbers])
                    else:
                        numbers = _members(group, len(shards))
                        try:
                            value = self._ray.get(merged.pop(group))
                        except Exception as error:
                            if not is_loss(error):
                                raise own_error(error) from error
                            attempts[-1 - group] += 1
                            self._check_attempts(
                                f"{shards[numbers[0]]} and those after it", attempts[-1 - group], error
                            )
                            todo.extendleft(reversed(numbers))
                            continue
                        group += 1
                        yield value
            finished = True
        finally:
            if not finished:  # what is still being done is of no use any more
                self.close()

    def close(self) -> None:
        """End the actors, and give their places back."""
        busy = [worker for worker, _, _ in self._busy.values()]
        workers = [*self._idle, *self._starting.values(), *busy]
        self._idle.clear()
        self._starting.clear()
        self._busy.clear()
        if self._ray.is_initialized():
            for worker in workers:
                self._ray.kill(worker)

    @property
    def closed(self) -> bool:
        """Whether there are no actors any more."""
        return not (self._idle or self._starting or self._busy)

    def _start(self) -> None:
        worker = self._actor.options(**self._resources).remote(**self._resources)
        self._starting[worker.ready.remote()] = worker

    def _replace(self, worker: Any, error: Exception) -> None:
        """Start a worker in the place of one that is lost; an error of the work itself is raised."""
        if not is_loss(error):
            self._idle.append(worker)
            raise own_error(error) from error
        self._ray.kill(worker)  # it may be out of reach only
        self._start()

    def _check_attempts(self, what: Any, attempts: int, error: Exception) -> None:
        if attempts >= _ATTEMPTS:
            raise RuntimeError(
                f"The shard {what} failed {attempts} times, because the worker that had it died; the last time it was: "
                f"{first_line(error)}. If it ran out of memory, give RayCorpus(..., shard_bytes=) a smaller number."
            ) from error
        logger.warning("A worker died, and its shard, %s, is done again: %s.", what, first_line(error))

    def _wait(self, head: Any) -> list[Any]:
        """Wait until a shard is done or the next result is merged; meanwhile workers that have started become idle."""
        while True:
            pending = [*self._starting, *self._busy, *([] if head is None else [head])]
            ready, _ = self._ray.wait(pending, num_returns=1, timeout=_PATIENCE)
            if not ready and not self._busy and head is None:
                logger.warning(
                    "No worker could be started for %d s: the cluster has no %s free.", _PATIENCE, self._resources
                )
            started = [event for event in ready if event in self._starting]
            for event in started:
                worker = self._starting.pop(event)
                try:
                    self._ray.get(event)
                except Exception as error:
                    self._failed_starts += 1
                    if self._failed_starts >= _ATTEMPTS:
                        raise RuntimeError(
                            f"{_ATTEMPTS} workers could not be started, the last reason: {first_line(error)}. gensim-distill must be "
                            "installed on every machine of the cluster."
                        ) from error
                    self._start()
                else:
                    self._failed_starts = 0
                    self._idle.append(worker)
            if started:
                return []
            if ready:
                return list(ready)

    def _merged(self, merge: Merge, results: list[tuple[Any, Any]]) -> Any:
        """Let a worker merge results, one that has made some of them if it is still there."""
        if len(results) == 1:
            return results[0][1]
        alive = [*self._idle, *(worker for worker, _, _ in self._busy.values()), *self._starting.values()]
        worker = next((made_by for made_by, _ in results if made_by in alive), alive[0])
        return worker.merge.remote(merge, *(result for _, result in results))


def _members(group: int, shards: int) -> range:
    """Give the numbers of the shards of a group."""
    return range(group * _GROUP, min((group + 1) * _GROUP, shards))
