"""Memory for large arrays that are made, used and given up again and again: it is used anew instead of got anew.

The system clears memory before it gives it, page by page as it is first touched, and that takes longer than what is
then done with it. Memory of the process's heap would be touched already, but heaps of several threads, in one of
which an array is made and in another given up, grow with the corpus.
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

# By itself mmap gives memory that a forked process shares and writes into. Windows knows no fork, and no such flags.
_PRIVATE = {"flags": mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS} if hasattr(mmap, "MAP_ANONYMOUS") else {}


class Rooms:
    """Gives arrays of float32 whose memory comes back by itself when nothing refers to them any more.

    Threads can share it.

    Parameters
    ----------
    kept : int
        Bytes of memory that has come back and is kept for the next array; what is beyond that goes to the system.

    Examples
    --------
    >>> from gensim_distill.contexts.buffers import Rooms
    >>> rooms = Rooms(kept=1 << 20)
    >>> array = rooms.array((10, 3))
    >>> array.shape, array.dtype.name
    ((10, 3), 'float32')
    """

    def __init__(self, kept: int) -> None:
        self._kept = kept
        self._free: dict[int, list[mmap.mmap]] = {}
        self._free_bytes = 0
        # An array may be given up anywhere, in the middle of this thread's own work here too.
        self._lock = threading.RLock()

    def array(self, shape: tuple[int, ...]) -> np.ndarray:
        """Give an array of any values."""
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
        # All arrays that are made of it keep this object alive.
        owner = (ctypes.c_char * size).from_buffer(memory)
        weakref.finalize(owner, self._take_back, memory).atexit = False
        return np.frombuffer(memoryview(owner), dtype=np.float32, count=number).reshape(shape)

    def _take_back(self, memory: mmap.mmap) -> None:
        with self._lock:
            if self._free_bytes + len(memory) <= self._kept:
                self._free.setdefault(len(memory), []).append(memory)
                self._free_bytes += len(memory)


@cache
def _trim() -> Callable[[int], int] | None:
    """Find the function with which glibc gives back what it keeps; other systems have none, and need none."""
    try:
        return getattr(ctypes.CDLL(None), "malloc_trim", None)
    except (OSError, TypeError):  # Windows knows no library without a name
        return None


def give_back() -> None:
    """Give memory that has been freed, but that the C library keeps for each thread, back to the system.

    Arrays of many sizes leave gaps there; without this they grow slowly for as long as a corpus is read.
    """
    trim = _trim()
    if trim is not None:
        trim(0)


def _rounded(size: int) -> int:
    """Round up so little that few bytes are lost, and so much that arrays of about one size get the same memory."""
    step = max(1 << 16, (1 << size.bit_length()) >> 4)
    return -(-size // step) * step
