"""The checksum of moments and texts, by which files of statistics and checkpoints detect damage."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping

import numpy as np

from gensim_distill.statistics.moments import Moments
from gensim_distill.statistics.text_store import TextStore

# The part of the names of the arrays of texts that is the name of the view for those of moments.
TEXTS = "texts"


def checksum(moments: Mapping[str, Moments], texts: TextStore | None = None) -> str:
    """Return a hash of moments and texts, equal only for those that are equal bit for bit.

    Parameters
    ----------
    moments : mapping of str to Moments
    texts : TextStore, optional

    Examples
    --------
    >>> from gensim_distill.statistics.moments import Moments
    >>> from gensim_distill.statistics.checksum import checksum
    >>> checksum({"view": Moments(2, 3)}) == checksum({"view": Moments(2, 3)})
    True
    >>> checksum({"view": Moments(2, 3)}) == checksum({"view": Moments(3, 2)})
    False
    """
    return checksum_of(arrays_by_name(moments, texts))


def arrays_by_name(moments: Mapping[str, Moments], texts: TextStore | None = None) -> dict[str, np.ndarray]:
    """Return the arrays of all views and of texts, by the names that they have in a file."""
    parts = {name: view.to_arrays() for name, view in moments.items()}
    if texts is not None:
        parts[TEXTS] = texts.to_arrays()
    return {f"{name}/{part}": array for name, arrays in parts.items() for part, array in arrays.items()}


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
