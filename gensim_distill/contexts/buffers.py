"""A pool of reusable buffers for large short-lived arrays.

The system clears new memory page by page, which takes longer than the work on it. The heap of the C library would reuse
memory, but grows with the corpus when arrays are allocated in one thread and freed in another.
"""

from __future__ import annotations

import ctypes
import math
import mmap
import threading
import weakref
from collections.abc import Callable
from functools import cache

import numpy as np

# By default, memory of mmap is shared with forked processes. Windows has neither fork nor these flags.
_PRIVATE = {"flags": mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS} if hasattr(mmap, "MAP_ANONYMOUS") else {}


class BufferPool:
    """A thread-safe pool of buffers for arrays of float32; the buffer of an array returns when nothing refers to it.

    Parameters
    ----------
    max_free_bytes : int
        The largest number of bytes of unused buffers; others are freed.

    Examples
    --------
    >>> from gensim_distill.contexts.buffers import BufferPool
    >>> buffers = BufferPool(1 << 20)
    >>> array = buffers.array((10, 3))
    >>> array.shape, array.dtype.name
    ((10, 3), 'float32')
    """

    def __init__(self, max_free_bytes: int) -> None:
        self._max_free_bytes = max_free_bytes
        self._free: dict[int, list[mmap.mmap]] = {}
        self._free_bytes = 0
        # Reentrant: the garbage collector may free an array within a locked section.
        self._lock = threading.RLock()

    def array(self, shape: tuple[int, ...]) -> np.ndarray:
        """Return an uninitialized array of float32."""
        number = math.prod(shape)
        if not number:
            return np.empty(shape, dtype=np.float32)
        size = _rounded(4 * number)
        with self._lock:
            memory = self._free[size].pop() if self._free.get(size) else None
            if memory is not None:
                self._free_bytes -= size
        if memory is None:
            memory = mmap.mmap(-1, size, **_PRIVATE)
        # The array and its views keep this object alive.
        owner = (ctypes.c_char * size).from_buffer(memory)
        weakref.finalize(owner, self._return, memory).atexit = False
        return np.frombuffer(memoryview(owner), dtype=np.float32, count=number).reshape(shape)

    def _return(self, memory: mmap.mmap) -> None:
        with self._lock:
            if self._free_bytes + len(memory) <= self._max_free_bytes:
                self._free.setdefault(len(memory), []).append(memory)
                self._free_bytes += len(memory)


@cache
def _trim() -> Callable[[int], int] | None:
    """Return malloc_trim of glibc; other C libraries neither have nor need it."""
    try:
        return getattr(ctypes.CDLL(None), "malloc_trim", None)
    except (OSError, TypeError):  # Windows has no library without a name
        return None


def release_free_memory() -> None:
    """Return memory that was freed, but is kept by the C library for each thread, to the system.

    Arrays of many sizes fragment the heap, which would grow slowly during a pass.
    """
    trim = _trim()
    if trim is not None:
        trim(0)


def _rounded(size: int) -> int:
    """Round up by at most 1/8, so that arrays of similar sizes share buffers."""
    step = max(1 << 16, (1 << size.bit_length()) >> 4)
    return -(-size // step) * step
