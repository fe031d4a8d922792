"""The arrays of a model that gensim writes to files of their own: how they are mapped, and whether they fit the words."""

from __future__ import annotations

from typing import Any

import numpy as np
from gensim.models import Word2Vec

from gensim_distill._utils.validation import check_choice

# numpy has another mode, "w+", which empties the files.
_MODES = ("r", "r+", "c")


def check_mmap(mmap: Any) -> None:
    """Check how the arrays of a model are to be mapped, before their files are opened.

    Raises
    ------
    ValueError
        If it is a mode that does not read.
    """
    if mmap:
        check_choice("mmap", mmap, _MODES, advice=", or None to read the arrays into memory")


def check_arrays(model: Any) -> None:
    """Check that arrays fit the words, which they do not after damage to the header of their file.

    Raises
    ------
    ValueError
        If they do not.
    """
    if not isinstance(model, Word2Vec):
        return
    for part in (model, model.wv):
        for name in getattr(part, "__dict__", {}).get("__numpys", ()):
            array = getattr(part, name)
            if not array.dtype.isnative:
                raise ValueError(f"{name} has the dtype {array.dtype.str}")
    vectors = getattr(model.wv, "vectors", None)
    if isinstance(vectors, np.ndarray) and (
        vectors.ndim != 2
        or len(vectors) < len(model.wv.index_to_key)
        or (len(vectors) and vectors.shape[1] != model.wv.vector_size)
    ):
        raise ValueError(
            f"there are vectors of shape {vectors.shape} for {len(model.wv.index_to_key)} words of {model.wv.vector_size} dimensions"
        )
