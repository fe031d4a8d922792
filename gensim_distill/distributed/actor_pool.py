"""A pool of Ray actors that process shards, and that are replaced when they die.

Ray's own retries (``max_restarts`` with ``max_task_retries``, on which ``ray.data`` relies too) are bound to one actor,
and attempts to reach it count. When a machine is lost, limited retries are used up within seconds, before its actors
are restarted elsewhere; unlimited ones never end for a shard that crashes its worker. Here a lost shard goes to the
next idle actor instead, and the caller counts how often it was lost.
"""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Callable, Sequence
from typing import Any, TypeAlias

from gensim_distill.distributed.ray_runtime import connect_ray, first_line

logger = logging.getLogger(__name__)

#: Processes a shard, from the shard, its number, and whether the worker has a GPU; returns the result and the number
#: of documents.
Job: TypeAlias = "Callable[[Any, int, bool], tuple[Any, int]]"
#: Merges the results of successive shards.
Merge: TypeAlias = "Callable[[Sequence[Any]], Any]"

_MAX_FAILED_STARTS = 3
# Seconds without any worker until the log says so.
_START_WARNING = 60.0


class _Worker:
    """The actor: it processes one shard at a time."""

    def __init__(self, num_cpus: float, num_gpus: float) -> None:
        import torch

        torch.set_num_threads(max(1, int(num_cpus)))
        self._has_gpu = num_gpus > 0
        self._job: Any = None
        self._reference: Any = None

    def ready(self) -> None:
        """Return, which shows that the actor has started."""

    def run(self, job: list[Any], shard: Any, number: int) -> tuple[int, Any]:
        """Process a shard; return the number of its documents, and the result.

        The reference to the job is in a list, so that Ray does not fetch the job for each shard.
        """
        if self._reference != job[0]:
            ray = connect_ray()
            try:
                self._job = ray.get(job[0])
            except ray.exceptions.RaySystemError as error:  # it was fetched, but cannot be unpickled
                raise ImportError(
                    f"The job could not be loaded on a worker ({first_line(error)}): gensim-distill, the packages of the teacher, and "
                    "the modules of your own functions and classes must be installed on every machine of the cluster."
                ) from None
            self._reference = job[0]
        result, documents = self._job(shard, number, self._has_gpu)
        return documents, result

    def merge(self, merge: Merge, *results: Any) -> Any:
        """Merge results of this actor and of others."""
        return merge(results)


class ActorPool:
    """A fixed number of Ray actors, each idle, starting, or busy with a shard.

    Parameters
    ----------
    size : int
        The number of actors.
    num_cpus, num_gpus : float
        The resources of each actor.

    Attributes
    ----------
    size : int
        The number of actors.
    """

    def __init__(self, size: int, num_cpus: float, num_gpus: float) -> None:
        self.size = size
        self._ray = connect_ray()
        self._resources = {"num_cpus": num_cpus, "num_gpus": num_gpus}
        self._actor_class = self._ray.remote(_Worker)
        self._idle: deque[Any] = deque()
        # Actors by the reference that is ready when they have started, or have processed their shard.
        self._starting: dict[Any, Any] = {}
        self._busy: dict[Any, Any] = {}
        self._failed_starts = 0
        try:
            for _ in range(size):
                self._start()
        except BaseException:
            self.close()
            raise

    @property
    def closed(self) -> bool:
        """Whether the pool has no actors any more."""
        return not (self._idle or self._starting or self._busy)

    @property
    def has_idle(self) -> bool:
        """Whether an actor is idle."""
        return bool(self._idle)

    def submit(self, job: list[Any], shard: Any, number: int) -> tuple[Any, Any]:
        """Assign a shard to an idle actor; return references to the number of its documents and to the result."""
        actor = self._idle.popleft()
        documents, result = actor.run.options(num_returns=2).remote(job, shard, number)
        self._busy[documents] = actor
        return documents, result

    def wait(self, *others: Any) -> Any | None:
        """Wait for a shard, for one of the other references, or for an actor to start.

        Returns
        -------
        ray.ObjectRef or None
            The reference to the documents of the shard, or the other reference; None after a start, or a timeout.

        Raises
        ------
        RuntimeError
            If no actors can be started.
        """
        pending = [*self._starting, *self._busy, *others]
        ready, _ = self._ray.wait(pending, num_returns=1, timeout=_START_WARNING)
        if ready and ready[0] not in self._starting:
            return ready[0]
        if ready:
            self._finish_start(ready[0])
        elif not self._busy and not others:
            logger.warning(
                "No worker started within %d s: the cluster has no %s free.", _START_WARNING, self._resources
            )
        return None

    def release(self, documents: Any) -> Any:
        """Mark the actor of a processed shard as idle, and return it."""
        actor = self._busy.pop(documents)
        self._idle.append(actor)
        return actor

    def replace(self, documents: Any) -> None:
        """Start another actor in place of the one that was lost with its shard."""
        self._ray.kill(self._busy.pop(documents))  # it may only be unreachable
        self._start()

    def close(self) -> None:
        """End all actors and release their resources."""
        actors = [*self._idle, *self._starting.values(), *self._busy.values()]
        self._idle.clear()
        self._starting.clear()
        self._busy.clear()
        if self._ray.is_initialized():
            for actor in actors:
                self._ray.kill(actor)

    def _start(self) -> None:
        actor = self._actor_class.options(**self._resources).remote(**self._resources)
        self._starting[actor.ready.remote()] = actor

    def _finish_start(self, ready: Any) -> None:
        actor = self._starting.pop(ready)
        try:
            self._ray.get(ready)
        except Exception as error:
            self._failed_starts += 1
            if self._failed_starts >= _MAX_FAILED_STARTS:
                raise RuntimeError(
                    f"{_MAX_FAILED_STARTS} workers could not be started, the last reason: {first_line(error)} gensim-distill must be "
                    "installed on every machine of the cluster."
                ) from error
            self._start()
        else:
            self._failed_starts = 0
            self._idle.append(actor)
