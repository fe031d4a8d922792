"""The judgment of one case: the right result, other content, one of our errors, or a failure."""

from __future__ import annotations

import hashlib
import traceback
from pathlib import Path
from typing import Any

import numpy as np

import gensim_distill

_PACKAGE = Path(gensim_distill.__file__).parent
_LONGEST = 1_500  # characters of a sentence


def digest(value: Any) -> str:
    """Return a hash of nested sequences, mappings, arrays and plain values."""
    hashed = hashlib.blake2b(digest_size=12)
    _update(hashed, value)
    return hashed.hexdigest()


def _update(hashed: Any, value: Any) -> None:
    if isinstance(value, np.ndarray):
        hashed.update(f"{value.dtype.str}{value.shape}".encode() + np.ascontiguousarray(value).tobytes())
    elif isinstance(value, dict):
        _update(hashed, list(value.items()))
    elif isinstance(value, (list, tuple)):
        hashed.update(f"[{len(value)}".encode())
        for item in value:
            _update(hashed, item)
    else:
        hashed.update(f"{type(value).__name__}{value!r}\0".encode("utf-8", "surrogatepass"))


def fault_of(error: BaseException, folder: Path) -> str | None:
    """Return what is wrong with an error that a reader has raised; None if it is one of ours, with one sentence on the file."""
    kind, message = type(error), str(error)
    frames = traceback.extract_tb(error.__traceback__)
    where = f"{Path(frames[-1].filename).name}:{frames[-1].lineno}"
    what = f"{kind.__name__} at {where}: {message[:300]!r}"
    plain = kind is ValueError or (issubclass(kind, OSError) and kind.__module__ == "builtins")
    if not (plain or kind.__module__.startswith("gensim_distill")):
        return f"not our error, {what}"
    from_system = isinstance(error, OSError) and error.errno is not None and error.filename is not None
    if not from_system and _PACKAGE not in Path(frames[-1].filename).parents:
        return f"raised by a library, {what}"
    if "\n" in message or not message.strip():
        return f"not one line, {what}"
    if len(message) > _LONGEST:
        return f"{len(message)} characters, {what}"
    if not any(name in message for name in _names(folder)):
        return f"does not name the file, {what}"
    return None


def _names(folder: Path) -> list[str]:
    """Return the paths of a folder and its files."""
    return [str(folder), *(path.name for path in folder.rglob("*"))]
