"""Vectors in safetensors and words in JSON: nothing is lost, any word can be held, and nothing is unpickled."""

from __future__ import annotations

import json
import os
from pathlib import Path

import numpy as np
from gensim.models import KeyedVectors
from safetensors import SafetensorError
from safetensors.numpy import load_file

from gensim_distill.vectors.keyed import keyed_vectors

VECTORS = "vectors.safetensors"
WORDS = "vocabulary.json"


def is_safetensors_folder(path: str | os.PathLike[str]) -> bool:
    """Tell whether this is a folder of the format "safetensors"."""
    return (Path(path) / VECTORS).is_file()


def load_safetensors(path: str | os.PathLike[str]) -> KeyedVectors:
    """Read a folder that :func:`~gensim_distill.exports.export` wrote in the format "safetensors".

    Parameters
    ----------
    path : str or path

    Returns
    -------
    KeyedVectors
        In float32, whatever was stored; with the attribute ``count`` if it was known.

    Raises
    ------
    FileNotFoundError
        If there is no such folder, or one of its files is missing.
    ValueError
        If it is damaged, or files of two exports are mixed.

    Examples
    --------
    >>> import tempfile
    >>> from gensim.test.utils import datapath
    >>> from gensim_distill.exports import export
    >>> from gensim_distill.vectors import load_safetensors
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = export(datapath("test_glove.txt"), f"{folder}/vectors", "safetensors", dtype="int8")
    ...     load_safetensors(path).vectors.shape
    (76, 50)
    """
    folder = Path(path)
    for name in (VECTORS, WORDS):
        if not (folder / name).is_file():
            raise FileNotFoundError(
                f"{str(folder)!r} is no folder of vectors in safetensors: it has no {name}; expected what export(..., 'safetensors') writes."
            )
    try:
        arrays = load_file(folder / VECTORS)
        words = json.loads((folder / WORDS).read_text(encoding="utf-8"))
    except (SafetensorError, ValueError) as error:
        raise ValueError(f"{str(folder)!r} is damaged ({error}): fetch or export it again.") from error
    vectors = arrays.get("vectors")
    if vectors is None or vectors.ndim != 2 or vectors.dtype not in (np.float32, np.float16, np.int8):
        raise ValueError(f"{str(folder / VECTORS)!r} holds no vectors in float32, float16 or int8.")
    if not isinstance(words, list) or not all(isinstance(word, str) for word in words):
        raise ValueError(f"{str(folder / WORDS)!r} is no list of words.")
    lengths = {"words": len(words), "different words": len(set(words)), "vectors": len(vectors)}
    lengths |= {name: len(arrays[name]) for name in ("scales", "counts") if name in arrays}
    if len(set(lengths.values())) > 1 or (vectors.dtype == np.int8 and "scales" not in arrays):
        held = ", ".join(f"{length} {name}" for name, length in lengths.items())
        raise ValueError(f"{str(folder)!r} holds {held}, which do not belong together: fetch or export it again.")
    vectors = vectors.astype(np.float32)
    if "scales" in arrays:
        vectors *= arrays["scales"][:, None]
    return keyed_vectors(words, vectors, arrays.get("counts"))
