"""Files of rows: any number of rows, in any number of batches, read by NumPy and safetensors."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from safetensors import safe_open
from safetensors.numpy import load_file

from gensim_distill.vectors.row_files import RowFormat, open_rows, write_rows


def batches(n_rows: int, size: int) -> Iterator[np.ndarray]:
    rows = np.arange(3 * n_rows).reshape(-1, 3) / 8
    return (rows[start : start + size] for start in range(0, n_rows, size))


@pytest.mark.parametrize("dtype", ["float32", "float16"])
@pytest.mark.parametrize("n_rows", [0, 1, 9, 1_000])
def test_rows_are_read_back_by_the_usual_libraries(n_rows: int, dtype: str, tmp_path: Path) -> None:
    expected = np.concatenate([np.empty((0, 3)), *batches(n_rows, 100)]).astype(dtype)
    npy, safetensors = tmp_path / "a.npy", tmp_path / "a.safetensors"
    assert write_rows(npy, "npy", 3, batches(n_rows, 7), dtype) == n_rows
    assert write_rows(safetensors, "safetensors", 3, batches(n_rows, 7), dtype, {"source": "tests"}) == n_rows
    rows, metadata = open_rows(safetensors)
    for found in (np.load(npy), load_file(safetensors)["vectors"], rows):
        np.testing.assert_array_equal(found, expected)
        assert found.dtype == dtype and found.shape == (n_rows, 3)
    checksum = hashlib.blake2b(expected.tobytes(), digest_size=16).hexdigest()
    with safe_open(safetensors, framework="numpy") as file:
        assert file.metadata() == metadata == {"source": "tests", "checksum": checksum}
    assert isinstance(rows, np.memmap) == (n_rows > 0)


@pytest.mark.parametrize("format", ["npy", "safetensors"])
def test_an_error_of_the_source_leaves_the_file_as_it_was(format: RowFormat, tmp_path: Path) -> None:
    def failing() -> Iterator[np.ndarray]:
        yield np.ones((1, 3))
        raise OSError(5, "Input/output error", "texts.txt")

    path = tmp_path / "rows"
    path.write_text("before", encoding="utf-8")
    with pytest.raises(OSError, match="Input/output error: 'texts.txt'"):
        write_rows(path, format, 3, failing())
    assert path.read_text(encoding="utf-8") == "before" and list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("change", [lambda b: b[:-1], lambda b: b[:20], lambda b: b"", lambda b: b"\xff" * len(b)])
def test_damaged_files_raise_one_sentence(change: Any, tmp_path: Path) -> None:
    path = tmp_path / "a.safetensors"
    write_rows(path, "safetensors", 3, batches(5, 2))
    path.write_bytes(change(path.read_bytes()))
    with pytest.raises(ValueError, match=r"a\.safetensors' is damaged, or has no rows") as caught:
        open_rows(path)
    assert "\n" not in str(caught.value)


def test_other_arrays_raise(tmp_path: Path) -> None:
    from safetensors.numpy import save_file

    path = tmp_path / "a.safetensors"
    for arrays in ({"other": np.ones((2, 2))}, {"vectors": np.ones((2, 2))}, {"vectors": np.ones(2, np.float32)}):
        save_file(arrays, path)
        with pytest.raises(ValueError, match="has no rows in float32 or float16"):
            open_rows(path)
    with pytest.raises(FileNotFoundError):
        open_rows(tmp_path / "none")
