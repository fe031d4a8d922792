"""Files of rows whose number is not known before: .npy and safetensors, written row by row and memory-mapped."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterable, Iterator, Mapping
from typing import Literal, TypeAlias

import numpy as np
from safetensors import SafetensorError

from gensim_distill._utils.atomic import replace_file
from gensim_distill._utils.tensor_files import read_tensors
from gensim_distill._utils.text import first_line

#: The formats of files of rows.
RowFormat: TypeAlias = Literal["npy", "safetensors"]
#: The dtypes of rows, and their names in safetensors.
ROW_DTYPES = {"float32": "F32", "float16": "F16"}

#: The key of the checksum in the metadata of a safetensors file.
CHECKSUM = "checksum"

_ARRAY = "vectors"
_MOST_ROWS = 10**15  # the header has room for as large a number
_ALIGNMENT = 64


class _ReadingError(Exception):
    """An OSError of the source of the rows, which is no error of the file that is written."""


def write_rows(
    path: str | os.PathLike[str],
    format: RowFormat,
    n_columns: int,
    batches: Iterable[np.ndarray],
    dtype: str = "float32",
    metadata: Mapping[str, str] | None = None,
) -> int:
    """Write batches of rows to a file, one batch in memory at a time. The file is replaced when all are written.

    Parameters
    ----------
    path : str or path
    format : {"npy", "safetensors"}
        With safetensors the array is called ``vectors``, and the metadata have its :data:`CHECKSUM`.
    n_columns : int
    batches : iterable of numpy.ndarray, shape (n, n_columns)
    dtype : {"float32", "float16"}, optional
    metadata : mapping of str to str, optional
        Metadata of a safetensors file.

    Returns
    -------
    int
        The number of rows.

    Examples
    --------
    >>> import tempfile
    >>> import numpy as np
    >>> from gensim_distill.vectors.row_files import write_rows
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     n_rows = write_rows(f"{folder}/a.npy", "npy", 2, iter([np.ones((1, 2)), np.zeros((2, 2))]))
    ...     np.load(f"{folder}/a.npy").tolist()
    [[1.0, 1.0], [0.0, 0.0], [0.0, 0.0]]
    """
    stored = np.dtype(dtype).newbyteorder("<")
    n_rows, hasher = 0, row_hasher()
    metadata = {**(metadata or {}), CHECKSUM: hasher.hexdigest()}
    try:
        with replace_file(path) as temporary, open(temporary, "w+b") as file:
            room = len(_header(format, (_MOST_ROWS, n_columns), stored, metadata))
            room = -(-room // _ALIGNMENT) * _ALIGNMENT
            file.write(bytes(room))
            for batch in _distinguished(batches):
                rows = np.ascontiguousarray(batch, dtype=stored)
                file.write(rows.data)
                hasher.update(rows.data)
                n_rows += len(batch)
            file.seek(0)
            metadata[CHECKSUM] = hasher.hexdigest()
            file.write(_header(format, (n_rows, n_columns), stored, metadata, room))
    except _ReadingError as error:
        assert error.__cause__ is not None
        raise error.__cause__ from None
    return n_rows


def row_hasher() -> hashlib.blake2b:
    """Return a hash to be updated with all rows, whose hexadecimal digest is the checksum of a file."""
    return hashlib.blake2b(digest_size=16)


def _distinguished(batches: Iterable[np.ndarray]) -> Iterator[np.ndarray]:
    try:
        yield from batches
    except OSError as error:
        raise _ReadingError from error


def open_rows(path: str | os.PathLike[str]) -> tuple[np.ndarray, dict[str, str]]:
    """Memory-map the rows of a safetensors file of :func:`write_rows`.

    Parameters
    ----------
    path : str or path

    Returns
    -------
    rows : numpy.ndarray
        Read from the disk when they are used.
    metadata : dict of str to str

    Raises
    ------
    ValueError
        If the file is damaged, or has no such array.
    """
    try:
        arrays, metadata = read_tensors(path, mmap="r")
        rows = arrays[_ARRAY]
        if rows.ndim != 2 or rows.dtype.name not in ROW_DTYPES:
            raise ValueError(f"its array has the shape {rows.shape} and the dtype {rows.dtype}")
    except (KeyError, TypeError, ValueError, SafetensorError) as error:
        raise ValueError(
            f"{os.fspath(path)!r} is damaged, or has no rows in float32 or float16 ({first_line(error)})."
        ) from error
    return rows, metadata


def _header(
    format: RowFormat, shape: tuple[int, int], dtype: np.dtype, metadata: Mapping[str, str] | None, room: int = 0
) -> bytes:
    """Return the header of a file, filled up with spaces to a number of bytes."""
    if format == "npy":
        text = repr({"descr": dtype.str, "fortran_order": False, "shape": shape}).encode().ljust(room - 11) + b"\n"
        return b"\x93NUMPY\x01\x00" + len(text).to_bytes(2, "little") + text
    array = {
        "dtype": ROW_DTYPES[dtype.name],
        "shape": shape,
        "data_offsets": [0, shape[0] * shape[1] * dtype.itemsize],
    }
    text = json.dumps({"__metadata__": dict(metadata or {}), _ARRAY: array}).encode().ljust(room - 8)
    return len(text).to_bytes(8, "little") + text
