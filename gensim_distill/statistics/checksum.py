"""The checksum of moments, by which files of statistics and checkpoints detect damage."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping

import numpy as np

from gensim_distill.statistics.moments import Moments


def checksum(moments: Mapping[str, Moments]) -> str:
    """Return a hash of moments, equal only for moments that are equal bit for bit.

    Examples
    --------
    >>> from gensim_distill.statistics.moments import Moments
    >>> from gensim_distill.statistics.checksum import checksum
    >>> checksum({"view": Moments(2, 3)}) == checksum({"view": Moments(2, 3)})
    True
    >>> checksum({"view": Moments(2, 3)}) == checksum({"view": Moments(3, 2)})
    False
    """
    return checksum_of(arrays_by_name(moments))


def arrays_by_name(moments: Mapping[str, Moments]) -> dict[str, np.ndarray]:
    """Return the arrays of all views, by the names that they have in a file."""
    return {f"{name}/{part}": array for name, view in moments.items() for part, array in view.to_arrays().items()}


def checksum_of(arrays: Mapping[str, np.ndarray], *texts: str) -> str:
    """Return a hash of arrays, their names, dtypes and shapes, and of texts such as a header."""
    hasher = hashlib.blake2b(digest_size=16)
    for name in sorted(arrays):
        array = np.ascontiguousarray(arrays[name])
        hasher.update(f"{name} {array.dtype.str} {array.shape}\n".encode())
        hasher.update(array.reshape(-1).view(np.uint8).data)
    for text in texts:
        hasher.update(text.encode())
    return hasher.hexdigest()
