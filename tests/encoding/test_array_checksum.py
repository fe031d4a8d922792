"""The checksum of arrays: every change of an element, of a sign and of the order changes it."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from gensim_distill.encoding.array_checksum import array_checksum

ROWS, COLUMNS = 2000, 100  # more than the columns of the table, and bytes after its last row


def edit(array: np.ndarray, change: Callable[[np.ndarray], None]) -> np.ndarray:
    edited = array.copy()
    change(edited)
    return edited


def negate_all(array: np.ndarray) -> None:
    array *= -1


def negate_row(array: np.ndarray) -> None:
    array[7] *= -1


def negate_column(array: np.ndarray) -> None:
    array[:, 7] *= -1


def reverse(array: np.ndarray) -> None:
    array[:] = array[::-1].copy()


def swap_columns(array: np.ndarray) -> None:
    array[:, [2, 4]] = array[:, [4, 2]]


@pytest.mark.parametrize("change", [negate_all, negate_row, negate_column, reverse, swap_columns])
@pytest.mark.parametrize("dtype", ["float16", "float32", "float64"])
def test_edits_change_the_checksum(change: Callable[[np.ndarray], None], dtype: str) -> None:
    array = np.random.default_rng(0).standard_normal((ROWS, COLUMNS)).astype(dtype)
    assert array_checksum(edit(array, change)) != array_checksum(array)


def test_a_change_of_any_one_bit_changes_the_checksum() -> None:
    array = np.random.default_rng(0).standard_normal((ROWS, COLUMNS)).astype(np.float32)
    bits = array.reshape(-1).view(np.uint32)
    before = array_checksum(array)
    for place in (0, 1, 4092, 8185, 8186, 100_003, len(bits) - 1):
        for bit in (0, 5, 31):
            bits[place] ^= np.uint32(1 << bit)
            assert array_checksum(array) != before
            bits[place] ^= np.uint32(1 << bit)
    assert array_checksum(array) == before


def test_any_two_rows_that_change_places_change_the_checksum() -> None:
    array = np.random.default_rng(0).standard_normal((ROWS, COLUMNS)).astype(np.float32)
    before = array_checksum(array)
    for distance in range(1, ROWS, 37):
        swapped = array.copy()
        swapped[[0, distance]] = array[[distance, 0]]
        assert array_checksum(swapped) != before


@pytest.mark.parametrize("shape", [(0,), (1, 1), (3, 5)])
def test_small_arrays_have_a_checksum(shape: tuple[int, ...]) -> None:
    array = np.ones(shape, dtype=np.float32)
    assert array_checksum(array) == array_checksum(np.asfortranarray(array)) == array_checksum(array.copy())
