"""Vectors in safetensors and words in JSON: nothing is lost, any word can be held, and nothing is unpickled."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
from safetensors.numpy import save_file

from gensim_distill.exports.data import ExportData
from gensim_distill.exports.protocol import Exporter
from gensim_distill.exports.quantization import quantize, to_half
from gensim_distill.vectors.safetensors import VECTORS, WORDS


def _write(material: ExportData, path: Path, dtype: str) -> None:
    arrays = {"vectors": material.vectors}
    if dtype == "float16":
        arrays["vectors"] = to_half(material.vectors)
    elif dtype == "int8":
        arrays["vectors"], arrays["scales"] = quantize(material.vectors)
    if material.counts is not None:
        arrays["counts"] = material.counts
    arrays = {name: np.ascontiguousarray(array) for name, array in arrays.items()}
    save_file(arrays, path / VECTORS, metadata={"format": "gensim-distill vectors"})
    # Escaped, for there may be words that are no valid UTF-8.
    (path / WORDS).write_text(json.dumps(material.words), encoding="ascii")


SAFETENSORS = Exporter(
    "safetensors",
    "gensim_distill.vectors.load_safetensors, or safetensors and json in any language",
    "from gensim_distill.exports import load_safetensors\n\nvectors = load_safetensors({path!r})",
    _write,
    folder=True,
    marker_file=VECTORS,
    dtypes=("float32", "float16", "int8"),
    card=True,
    tags=("word-vectors",),
)
