"""Arrays of safetensors files are in memory once, or stay on the disk."""

from __future__ import annotations

import json
import tracemalloc
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import load_file, save_file

from gensim_distill._utils.tensor_files import read_tensors

DTYPES = (
    "float64",
    "float32",
    "float16",
    "int64",
    "int32",
    "int16",
    "int8",
    "uint64",
    "uint32",
    "uint16",
    "uint8",
    "bool",
)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    arrays = {dtype: np.arange(6).reshape(2, 3).astype(dtype) for dtype in DTYPES}
    save_file(arrays | {"none": np.empty((0, 3))}, tmp_path / "a.safetensors", metadata={"about": "tests"})
    return tmp_path / "a.safetensors"


@pytest.mark.parametrize("mmap", [None, "r", "c"])
def test_arrays_are_those_of_the_library(path: Path, mmap: None) -> None:
    arrays, metadata = read_tensors(path, mmap)
    expected = load_file(path)
    assert metadata == {"about": "tests"} and arrays.keys() == expected.keys()
    for name, array in arrays.items():
        np.testing.assert_array_equal(array, expected[name], strict=True)


def test_changes_of_mapped_arrays_stay_in_memory(path: Path) -> None:
    content = path.read_bytes()
    arrays, _ = read_tensors(path, "c")
    arrays["float64"] += 1
    assert isinstance(arrays["float64"], np.memmap) and path.read_bytes() == content
    with pytest.raises(ValueError, match="read-only"):
        read_tensors(path, "r")[0]["float64"][:] = 1


def test_an_array_is_in_memory_once(tmp_path: Path) -> None:
    save_file({"large": np.ones((1_000, 500))}, tmp_path / "a.safetensors")
    tracemalloc.start()
    try:
        arrays, _ = read_tensors(tmp_path / "a.safetensors")
        assert tracemalloc.get_traced_memory()[1] < 1.1 * arrays["large"].nbytes
    finally:
        tracemalloc.stop()
    assert arrays["large"].flags.writeable


def test_a_dtype_that_numpy_lacks_raises_an_error(tmp_path: Path) -> None:
    header = json.dumps({"x": {"dtype": "BF16", "shape": [2], "data_offsets": [0, 4]}}).encode()
    (tmp_path / "a.safetensors").write_bytes(len(header).to_bytes(8, "little") + header + bytes(4))
    with pytest.raises(ValueError, match="x has the dtype BF16"):
        read_tensors(tmp_path / "a.safetensors")
