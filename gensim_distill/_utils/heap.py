"""The memory that the allocator of the C library retains."""

from __future__ import annotations

import ctypes


def trim_heap() -> None:
    """Return free memory to the system, where the C library can (glibc).

    Large arrays that are freed raise the size from which glibc maps memory, up to 32 MB, so that later ones are on its
    heap and remain there when they are freed.

    Examples
    --------
    >>> from gensim_distill._utils.heap import trim_heap
    >>> trim_heap()
    """
    try:
        trim = ctypes.CDLL(None).malloc_trim
    except (AttributeError, OSError, TypeError):  # no glibc; Windows has no library of the program itself
        return
    trim(0)
