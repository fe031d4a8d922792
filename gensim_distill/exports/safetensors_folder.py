"""Export to the package's own folder format, written by :mod:`gensim_distill.vectors.safetensors`."""

from __future__ import annotations

from pathlib import Path

from gensim_distill.exports.data import ExportData
from gensim_distill.exports.exporter import Exporter
from gensim_distill.vectors.quantization import DTYPES, VectorDtype
from gensim_distill.vectors.safetensors import VECTORS_FILE, save_safetensors


def _write(data: ExportData, path: Path, dtype: VectorDtype) -> None:
    save_safetensors(path, data.words, data.vectors, data.counts, dtype=dtype)


SAFETENSORS = Exporter(
    "safetensors",
    "`load_vectors` of gensim_distill.vectors, or safetensors and JSON in any language",
    "from gensim_distill.vectors import load_vectors\n\nvectors = load_vectors({path!r})",
    _write,
    folder=True,
    marker_file=VECTORS_FILE,
    dtypes=DTYPES,
    model_card=True,
    tags=("word-vectors",),
)
