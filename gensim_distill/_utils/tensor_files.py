"""Reading of the arrays of safetensors files, each once in memory or on the disk."""

from __future__ import annotations

import json
import math
import os
from typing import Any, Literal

import numpy as np
from safetensors import safe_open

# The dtypes of safetensors that NumPy has.
_DTYPES = {
    "F64": "<f8", "F32": "<f4", "F16": "<f2", "I64": "<i8", "I32": "<i4", "I16": "<i2", "I8": "i1", "U64": "<u8", "U32": "<u4",
    "U16": "<u2", "U8": "u1", "BOOL": "?",
}  # fmt: skip


def read_tensors(
    path: str | os.PathLike[str], mmap: Literal["r", "c"] | None = None
) -> tuple[dict[str, np.ndarray], dict[str, str]]:
    """Read the arrays of a safetensors file.

    The library's own reader returns arrays that cannot be written to, so that each is in memory twice when it is converted.

    Parameters
    ----------
    path : str or path
    mmap : {"r", "c"}, optional
        Leave the arrays on the disk, from which they are read when they are used: "r" for arrays that cannot be written to, "c"
        for arrays whose changes stay in memory. By default arrays are read into memory.

    Returns
    -------
    arrays : dict of str to numpy.ndarray
    metadata : dict of str to str

    Raises
    ------
    OSError
        If the file cannot be read.
    ValueError, LookupError, TypeError, safetensors.SafetensorError
        If it is damaged, or has an array of a dtype that NumPy lacks.

    Examples
    --------
    >>> import tempfile
    >>> import numpy as np
    >>> from safetensors.numpy import save_file
    >>> from gensim_distill._utils.tensor_files import read_tensors
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     save_file({"vectors": np.eye(2)}, f"{folder}/a.safetensors", metadata={"format": "an example"})
    ...     arrays, metadata = read_tensors(f"{folder}/a.safetensors")
    >>> arrays["vectors"].tolist(), metadata
    ([[1.0, 0.0], [0.0, 1.0]], {'format': 'an example'})
    """
    # The errors of open name the file, those of safe_open do not; safe_open checks that header and size agree.
    with open(path, "rb") as file, safe_open(path, framework="numpy") as checked:
        metadata: dict[str, str] = checked.metadata() or {}
        length = int.from_bytes(file.read(8), "little")
        about: dict[str, Any] = json.loads(file.read(length))
        arrays: dict[str, np.ndarray] = {}
        for name in checked.keys():  # noqa: SIM118 no mapping
            shape, stored = tuple(about[name]["shape"]), about[name]["dtype"]
            if stored not in _DTYPES:
                raise ValueError(f"{name} has the dtype {stored}")
            dtype, offset = np.dtype(_DTYPES[stored]), 8 + length + about[name]["data_offsets"][0]
            if mmap is not None and math.prod(shape):  # nothing cannot be mapped
                arrays[name] = np.memmap(file, dtype=dtype, mode=mmap, offset=offset, shape=shape)
            else:
                file.seek(offset)
                arrays[name] = np.fromfile(file, dtype=dtype, count=math.prod(shape)).reshape(shape)
    return arrays, metadata
