"""The safetensors file of moments: atomic writes, checksums, a header."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Mapping
from typing import Any

import numpy as np
from safetensors import safe_open
from safetensors.numpy import save_file

from gensim_distill._utils.atomic import replace_file
from gensim_distill.statistics.moments import Moments

_FORMAT = "gensim-distill moments 1"


def save_moments(
    moments: dict[str, Moments],
    path: str | os.PathLike[str],
    *,
    previous: str | os.PathLike[str] | None = None,
    **about: Any,
) -> None:
    """Write the moments of several views into one safetensors file.

    Parameters
    ----------
    moments : dict of str to Moments
        By the name of the view.
    path : str or path
        Where to; an existing file is replaced in one step, so a crash leaves the old one or the new one.
    previous : str or path, optional
        Where to put an existing file instead. Then a crash leaves a whole file at one of the two places.
    **about
        Anything that JSON can hold, to be kept in the header and given back by :func:`load_moments`.

    Raises
    ------
    OSError
        If the file cannot be written, because the disk is full for instance.
    """
    arrays = _arrays_by_name(moments)
    header = {"format": _FORMAT, "views": json.dumps(list(moments)), "about": json.dumps(about)}
    header["checksum"] = _digest(arrays, header["views"], header["about"])
    with replace_file(path, previous=previous) as temporary:
        save_file(arrays, temporary, metadata=header)


def load_moments(path: str | os.PathLike[str]) -> tuple[dict[str, Moments], dict[str, Any]]:
    """Read what :func:`save_moments` wrote: the moments by view, and what was said about them.

    Raises
    ------
    ValueError
        If the file is not whole, has changed since it was written, or is not of this kind.
    """
    try:
        with safe_open(path, framework="numpy") as file:
            header = file.metadata() or {}
            # Each by itself, so that no array is in memory twice for longer than it takes to copy it.
            arrays = {key: np.require(file.get_tensor(key), requirements=["W", "O"]) for key in file.keys()}  # noqa: SIM118 no mapping
    except OSError:
        raise
    except Exception as error:  # a damaged file can fail in any way
        raise ValueError(f"{os.fspath(path)!r} is damaged or no safetensors file ({error}).") from error
    if header.get("format") != _FORMAT:
        raise ValueError(f"{os.fspath(path)!r} holds no moments of this version of gensim-distill.")
    try:
        # Files of the first days of this format have none.
        if header.get("checksum") not in (None, _digest(arrays, header["views"], header["about"])):
            raise ValueError("what it holds does not agree with its checksum")
        views: dict[str, dict[str, np.ndarray]] = {name: {} for name in json.loads(header["views"])}
        for key, array in arrays.items():
            name, _, part = key.rpartition("/")
            views[name][part] = array
        return {name: Moments._of_arrays(parts) for name, parts in views.items()}, json.loads(header["about"])
    except (KeyError, ValueError, TypeError, IndexError) as error:
        raise ValueError(f"{os.fspath(path)!r} is damaged: its header does not fit its arrays ({error}).") from error


def checksum(moments: Mapping[str, Moments]) -> str:
    """Give a short text that is the same for the same moments, bit for bit, and for no others.

    Examples
    --------
    >>> from gensim_distill.statistics.moments import Moments
    >>> from gensim_distill.statistics.moments_file import checksum
    >>> checksum({"view": Moments(2, 3)}) == checksum({"view": Moments(2, 3)})
    True
    >>> checksum({"view": Moments(2, 3)}) == checksum({"view": Moments(3, 2)})
    False
    """
    return _digest(_arrays_by_name(moments))


def _arrays_by_name(moments: Mapping[str, Moments]) -> dict[str, np.ndarray]:
    return {f"{name}/{part}": array for name, view in moments.items() for part, array in view._arrays().items()}


def _digest(arrays: Mapping[str, np.ndarray], *texts: str) -> str:
    digest = hashlib.blake2b(digest_size=16)
    for name in sorted(arrays):
        array = np.ascontiguousarray(arrays[name])
        digest.update(f"{name} {array.dtype.str} {array.shape}\n".encode())
        digest.update(array.reshape(-1).view(np.uint8).data)
    for text in texts:
        digest.update(text.encode())
    return digest.hexdigest()
