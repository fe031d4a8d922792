"""The connection to Ray, and the errors that it raises in the driver."""

from __future__ import annotations

from typing import Any

from gensim_distill._utils.extras import needs


def connect_ray() -> Any:
    """Import Ray and return the module, connected to a cluster.

    The cluster is the one that ``ray.init`` has connected to, the one that ``RAY_ADDRESS`` names, or else a new one on
    this machine.

    Raises
    ------
    ImportError
        If Ray is not installed.
    """
    ray = needs("ray", "A corpus on Ray", "ray")
    if not ray.is_initialized():
        ray.init()
    return ray


def is_worker_loss(error: BaseException) -> bool:
    """Return whether an error means that a worker or a result was lost, not that the job itself raised it."""
    exceptions = needs("ray.exceptions", "A corpus on Ray", "ray")
    if isinstance(error, exceptions.RayTaskError):
        cause = error.cause
        return isinstance(cause, exceptions.RayError) and not isinstance(cause, exceptions.RayTaskError)
    return isinstance(error, exceptions.RayError)


def original_error(error: BaseException) -> BaseException:
    """Return the error as it was raised on the worker."""
    cause = getattr(error, "cause", None)
    return cause if isinstance(cause, BaseException) else error


def first_line(error: BaseException) -> str:
    """Return the first line of an error's message as a sentence; the name of its type if there is no message."""
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    return (lines[0] if lines else type(error).__name__).rstrip(".:") + "."
