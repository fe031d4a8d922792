"""Memory that is returned to the system."""

from __future__ import annotations

import os
import platform
from pathlib import Path

import numpy as np
import pytest

from gensim_distill._utils.heap import trim_heap


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="needs glibc")
def test_memory_of_freed_arrays_is_returned_to_the_system() -> None:
    def resident() -> float:
        return int(Path("/proc/self/statm").read_text(encoding="utf-8").split()[1]) * os.sysconf("SC_PAGE_SIZE") / 1e6

    trim_heap()
    large = np.ones(31 << 17)
    del large  # from here on, arrays of up to 31 MB are on the heap
    arrays = [np.ones(1 << 20) for _ in range(20)]
    last = arrays.pop()
    del arrays
    before = resident()
    trim_heap()
    assert resident() < before - 100
    assert last.all()
