"""Vectors in safetensors and words in JSON: nothing is lost, any word can be held, and nothing is unpickled."""

from __future__ import annotations

import json
import os
from pathlib import Path

import numpy as np
from gensim.models import KeyedVectors
from safetensors import SafetensorError
from safetensors.numpy import load_file, save_file

from gensim_distill.exports.data import Material
from gensim_distill.exports.protocol import Exporter
from gensim_distill.exports.quantization import quantise, to_half
from gensim_distill.vectors.keyed import keyed_vectors

_VECTORS = "vectors.safetensors"
_WORDS = "vocabulary.json"


def _write(material: Material, path: Path, dtype: str) -> None:
    arrays = {"vectors": material.vectors}
    if dtype == "float16":
        arrays["vectors"] = to_half(material.vectors)
    elif dtype == "int8":
        arrays["vectors"], arrays["scales"] = quantise(material.vectors)
    if material.counts is not None:
        arrays["counts"] = material.counts
    arrays = {name: np.ascontiguousarray(array) for name, array in arrays.items()}
    save_file(arrays, path / _VECTORS, metadata={"format": "gensim-distill vectors"})
    # Escaped, for there may be words that are no valid UTF-8.
    (path / _WORDS).write_text(json.dumps(material.words), encoding="ascii")


def is_safetensors_folder(path: str | os.PathLike[str]) -> bool:
    """Tell whether this is a folder of the format "safetensors"."""
    return (Path(path) / _VECTORS).is_file()


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
    >>> from gensim_distill.exports import export, load_safetensors
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = export(datapath("test_glove.txt"), f"{folder}/vectors", "safetensors", dtype="int8")
    ...     load_safetensors(path).vectors.shape
    (76, 50)
    """
    folder = Path(path)
    for name in (_VECTORS, _WORDS):
        if not (folder / name).is_file():
            raise FileNotFoundError(
                f"{str(folder)!r} is no folder of vectors in safetensors: it has no {name}; expected what export(..., 'safetensors') writes."
            )
    try:
        arrays = load_file(folder / _VECTORS)
        words = json.loads((folder / _WORDS).read_text(encoding="utf-8"))
    except (SafetensorError, ValueError) as error:
        raise ValueError(f"{str(folder)!r} is damaged ({error}): fetch or export it again.") from error
    vectors = arrays.get("vectors")
    if vectors is None or vectors.ndim != 2 or vectors.dtype not in (np.float32, np.float16, np.int8):
        raise ValueError(f"{str(folder / _VECTORS)!r} holds no vectors in float32, float16 or int8.")
    if not isinstance(words, list) or not all(isinstance(word, str) for word in words):
        raise ValueError(f"{str(folder / _WORDS)!r} is no list of words.")
    lengths = {"words": len(words), "different words": len(set(words)), "vectors": len(vectors)}
    lengths |= {name: len(arrays[name]) for name in ("scales", "counts") if name in arrays}
    if len(set(lengths.values())) > 1 or (vectors.dtype == np.int8 and "scales" not in arrays):
        held = ", ".join(f"{length} {name}" for name, length in lengths.items())
        raise ValueError(f"{str(folder)!r} holds {held}, which do not belong together: fetch or export it again.")
    vectors = vectors.astype(np.float32)
    if "scales" in arrays:
        vectors *= arrays["scales"][:, None]
    return keyed_vectors(words, vectors, arrays.get("counts"))


SAFETENSORS = Exporter(
    "safetensors",
    "gensim_distill.exports.load_safetensors, or safetensors and json in any language",
    "from gensim_distill.exports import load_safetensors\n\nvectors = load_safetensors({path!r})",
    _write,
    folder=True,
    known_by=_VECTORS,
    dtypes=("float32", "float16", "int8"),
    card=True,
    tags=("word-vectors",),
)
