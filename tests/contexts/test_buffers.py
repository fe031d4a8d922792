"""Memory that is used again is never used twice at a time."""

from __future__ import annotations

import gc
import os
import subprocess
import sys
import threading
from collections import Counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gensim_distill.contexts.buffers import BufferPool


def address(array: np.ndarray) -> int:
    return int(array.__array_interface__["data"][0])


@given(st.lists(st.tuples(st.integers(0, 400), st.integers(0, 100), st.booleans())))
def test_arrays_in_use_do_not_share_memory(wanted: list[tuple[int, int, bool]]) -> None:
    buffers, alive = BufferPool(1 << 22), []
    for number, (rows, width, give_up) in enumerate(wanted):
        array = buffers.array((rows, width))
        assert array.shape == (rows, width) and array.dtype == np.float32 and array.flags.writeable
        array.fill(number)
        alive.append((number, array))
        if give_up:
            del alive[number % len(alive)]
        del array
    assert all((array == number).all() for number, array in alive)


def test_buffer_returns_when_the_last_view_is_gone() -> None:
    buffers = BufferPool(1 << 22)
    array = buffers.array((100, 100))
    place = address(array)
    view = array[3:].T
    del array
    gc.collect()
    other = buffers.array((100, 100))
    assert address(other) != place  # the view still needs it
    del view
    # Of nearly the same size, it is the same memory.
    assert address(buffers.array((99, 100))) == place


@pytest.mark.parametrize(("kept", "expected"), [(0, 0), (50_000 * 4, 1), (1 << 22, 3)])
def test_free_bytes_are_limited(kept: int, expected: int) -> None:
    buffers = BufferPool(kept)
    arrays = [buffers.array((500, 80)) for _ in range(3)]
    del arrays
    assert buffers._free_bytes <= kept
    assert sum(map(len, buffers._free.values())) == expected
    assert buffers._free_bytes == sum(len(memory) for free in buffers._free.values() for memory in free)


def test_pool_is_thread_safe() -> None:
    buffers, wrong = BufferPool(1 << 22), Counter[int]()

    def use(mark: int) -> None:
        for _ in range(300):
            array = buffers.array((64, 64))
            array.fill(mark)
            wrong[mark] += int((array != mark).any())

    threads = [threading.Thread(target=use, args=(mark,)) for mark in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong.total() == 0 and len(wrong) == 4


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
def test_forked_process_does_not_share_buffers() -> None:
    script = (
        "import os; from gensim_distill.contexts.buffers import BufferPool\n"
        "array = BufferPool(0).array((100, 100)); array.fill(1)\n"
        "child = os.fork()\n"
        "if not child: array.fill(2); os._exit(0)\n"
        "os.waitpid(child, 0); print(array.min(), array.max())"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["1.0", "1.0"]
