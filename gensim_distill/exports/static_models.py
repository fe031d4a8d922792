"""Folders that make vectors of texts: for sentence-transformers and for model2vec."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
from safetensors.numpy import save_file
from tokenizers import Tokenizer

from gensim_distill._utils.extras import needs
from gensim_distill.exports.data import ExportData
from gensim_distill.exports.protocol import NO_UTF8, Exporter
from gensim_distill.exports.quantization import quantize, to_half
from gensim_distill.exports.word_tokenizer import reading_of, word_tokenizer

# Where sentence-transformers has always had these modules; versions from 3.2 on know the names.
_STATIC = "sentence_transformers.models.StaticEmbedding"
_NORMALIZE = "sentence_transformers.models.Normalize"


def _tokenizer(material: ExportData, splitter: str | None, lowercase: bool | None) -> Tokenizer:
    split, lower = reading_of(material.encoder.reader, splitter, lowercase)
    return word_tokenizer(material.words, splitter=split, lowercase=lower)


def _with_unknown(vectors: np.ndarray) -> np.ndarray:
    """Put a row of zeros first, for words that are unknown: in a mean they change the length and not the direction."""
    return np.concatenate([np.zeros((1, vectors.shape[1]), dtype=vectors.dtype), vectors])


def _json(path: Path, what: Any) -> None:
    path.write_text(json.dumps(what, indent=2) + "\n", encoding="utf-8")


def _write_sentence_transformer(
    material: ExportData,
    path: Path,
    dtype: str,
    *,
    splitter: str | None = None,
    lowercase: bool | None = None,
    normalize: bool | None = None,
) -> None:
    if normalize and dtype == "float16":
        raise ValueError(
            "normalize=True is not possible with dtype='float16': sentence-transformers divides by the length in the same type, "
            "and a text without any known word would become NaN; take float32, or leave normalize out and normalize what encode gives."
        )
    tokenizer = _tokenizer(material, splitter, lowercase)
    normalize = dtype == "float32" if normalize is None else normalize
    vectors = to_half(material.vectors) if dtype == "float16" else material.vectors
    static = path / "0_StaticEmbedding"
    static.mkdir()
    save_file({"embedding.weight": _with_unknown(vectors)}, static / "model.safetensors", metadata={"format": "pt"})
    tokenizer.save(str(static / "tokenizer.json"), pretty=False)
    modules = [{"idx": 0, "name": "0", "path": static.name, "type": _STATIC}]
    if normalize:
        (path / "1_Normalize").mkdir()
        _json(path / "1_Normalize" / "config.json", {})
        modules.append({"idx": 1, "name": "1", "path": "1_Normalize", "type": _NORMALIZE})
    _json(path / "modules.json", modules)
    _json(
        path / "config_sentence_transformers.json",
        {
            "model_type": "SentenceTransformer",
            "__version__": {"sentence_transformers": "3.2.0"},
            "prompts": {},
            "default_prompt_name": None,
            "similarity_fn_name": "cosine",
        },
    )


def _write_model2vec(
    material: ExportData,
    path: Path,
    dtype: str,
    *,
    splitter: str | None = None,
    lowercase: bool | None = None,
    normalize: bool = False,
) -> None:
    model2vec = needs("model2vec", "Export to model2vec", "export")
    tokenizer = _tokenizer(material, splitter, lowercase)
    vectors = _with_unknown(material.vectors)
    weights = None
    if dtype == "float16":
        vectors = to_half(vectors)
    elif dtype == "int8":
        vectors, weights = quantize(vectors)
    model = model2vec.StaticModel(vectors, tokenizer, normalize=normalize, weights=weights, max_length=None)
    model.save_pretrained(path)
    if weights is not None:  # sentence-transformers would round the products of rows and weights to whole numbers
        (path / "modules.json").unlink(missing_ok=True)


SENTENCE_TRANSFORMERS = Exporter(
    "sentence-transformers",
    "sentence-transformers from 3.2",
    'from sentence_transformers import SentenceTransformer\n\nmodel = SentenceTransformer({path!r})\nmodel.encode(["a text", "another"])',
    _write_sentence_transformer,
    folder=True,
    marker_file="modules.json",
    texts=True,
    dtypes=("float32", "float16"),
    other_dtypes="torch looks rows up in float types alone, and what encode gives can be quantized by its own precision='int8'",
    cannot_hold=NO_UTF8,
    reason="are no UTF-8",
    card=True,
    hub_library="sentence-transformers",
    tags=("sentence-transformers", "sentence-similarity"),
)
MODEL2VEC = Exporter(
    "model2vec",
    "model2vec",
    'from model2vec import StaticModel\n\nmodel = StaticModel.from_pretrained({path!r})\nmodel.encode(["a text", "another"])',
    _write_model2vec,
    folder=True,
    marker_file="tokenizer.json",
    texts=True,
    dtypes=("float32", "float16", "int8"),
    cannot_hold=NO_UTF8,
    reason="are no UTF-8",
    card=True,
    hub_library="model2vec",
    tags=("model2vec",),
)
