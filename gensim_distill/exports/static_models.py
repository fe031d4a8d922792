"""Export to folders that encode texts: for sentence-transformers and for model2vec."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
from safetensors.numpy import save_file
from tokenizers import Tokenizer

from gensim_distill._utils.arrays import take_rows
from gensim_distill._utils.extras import needs
from gensim_distill._utils.text import first_line
from gensim_distill.encoding.word_pieces import WordPieces
from gensim_distill.exports.data import ExportData
from gensim_distill.exports.exporter import NOT_UTF8, Exporter
from gensim_distill.exports.word_tokenizer import Splitting, splitting_of, word_tokenizer
from gensim_distill.vectors.quantization import DTYPES, VectorDtype, quantize

# The module paths that every version of sentence-transformers from 3.2 on resolves.
_STATIC = "sentence_transformers.models.StaticEmbedding"
_NORMALIZE = "sentence_transformers.models.Normalize"


def tokenizer_and_rows(
    data: ExportData, splitter: Splitting | None = None, lowercase: bool | None = None
) -> tuple[Tokenizer, np.ndarray]:
    """Return the tokenizer of an export, and the vector of each of its tokens.

    Parameters
    ----------
    data : ExportData
    splitter, lowercase
        See :func:`~gensim_distill.exports.word_tokenizer.splitting_of`.

    Returns
    -------
    tokenizers.Tokenizer
    numpy.ndarray of float32, shape (n_tokens, dimensions)
        The row of the unknown word is zero; in a mean it changes the length, not the direction.
    """
    assert data.encoder is not None  # formats of text vectors always have one
    split, lower = splitting_of(data.encoder.reader, splitter, lowercase)
    if not data.pieces:
        rows = np.arange(-1, len(data.words))
        return word_tokenizer(data.words, splitter=split, lowercase=lower), take_rows(data.vectors, rows)
    division = WordPieces(data.words, data.pieces)
    tokenizer = word_tokenizer(data.words, division=division, splitter=split, lowercase=lower)
    # Word by word in their order, then pieces: the vectors of words are copied once.
    rows, n_words = division.token_rows, len(data.words)
    vectors = take_rows(data.vectors, np.where(rows < n_words, rows, -1))
    of_pieces = np.flatnonzero(rows >= n_words)
    vectors[of_pieces] = data.piece_vectors[rows[of_pieces] - n_words]
    return tokenizer, vectors


def _write_json(path: Path, value: Any) -> None:
    path.write_text(json.dumps(value, indent=2) + "\n", encoding="utf-8")


def _write_sentence_transformer(
    data: ExportData,
    path: Path,
    dtype: VectorDtype,
    *,
    splitter: Splitting | None = None,
    lowercase: bool | None = None,
    normalize: bool | None = None,
) -> None:
    if normalize and dtype == "float16":
        raise ValueError(
            "normalize=True is not supported with dtype='float16': sentence-transformers divides by the norm in float16, and a "
            "text without known words would become NaN; use float32, or omit normalize and normalize the result of encode."
        )
    tokenizer, rows = tokenizer_and_rows(data, splitter, lowercase)
    normalize = dtype == "float32" if normalize is None else normalize
    values, _ = quantize(rows, dtype)
    static = path / "0_StaticEmbedding"
    static.mkdir()
    save_file({"embedding.weight": values}, static / "model.safetensors", metadata={"format": "pt"})
    tokenizer.save(str(static / "tokenizer.json"), pretty=False)
    modules = [{"idx": 0, "name": "0", "path": static.name, "type": _STATIC}]
    if normalize:
        (path / "1_Normalize").mkdir()
        _write_json(path / "1_Normalize" / "config.json", {})
        modules.append({"idx": 1, "name": "1", "path": "1_Normalize", "type": _NORMALIZE})
    _write_json(path / "modules.json", modules)
    _write_json(
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
    data: ExportData,
    path: Path,
    dtype: VectorDtype,
    *,
    splitter: Splitting | None = None,
    lowercase: bool | None = None,
    normalize: bool = False,
) -> None:
    model2vec = needs("model2vec", "Export to model2vec", "export")
    tokenizer, rows = tokenizer_and_rows(data, splitter, lowercase)
    values, scales = quantize(rows, dtype)
    model = model2vec.StaticModel(values, tokenizer, normalize=normalize, weights=scales, max_length=None)
    model.save_pretrained(path)
    if scales is not None:  # sentence-transformers would round the products of values and scales to integers
        (path / "modules.json").unlink(missing_ok=True)


SENTENCE_TRANSFORMERS = Exporter(
    "sentence-transformers",
    "sentence-transformers from 3.2",
    'from sentence_transformers import SentenceTransformer\n\nmodel = SentenceTransformer({path!r})\nmodel.encode(["a text", "another"])',
    _write_sentence_transformer,
    folder=True,
    marker_file="modules.json",
    text_vectors=True,
    dtypes=("float32", "float16"),
    dtype_reason="torch has embeddings only in float dtypes; to quantize the result of encode, pass it precision='int8'",
    unwritable=NOT_UTF8,
    unwritable_reason="are not valid UTF-8",
    model_card=True,
    hub_library="sentence-transformers",
    pipeline_tag="sentence-similarity",
    tags=("sentence-transformers", "sentence-similarity"),
)
MODEL2VEC = Exporter(
    "model2vec",
    "model2vec",
    'from model2vec import StaticModel\n\nmodel = StaticModel.from_pretrained({path!r})\nmodel.encode(["a text", "another"])',
    _write_model2vec,
    folder=True,
    marker_file="tokenizer.json",
    text_vectors=True,
    dtypes=DTYPES,
    unwritable=NOT_UTF8,
    unwritable_reason="are not valid UTF-8",
    model_card=True,
    hub_library="model2vec",
    tags=("model2vec",),
)


def load_static_model(path: str) -> Any:
    """Load a static model of sentence-transformers or model2vec.

    Parameters
    ----------
    path : str
        Its folder.

    Returns
    -------
    model2vec.StaticModel

    Raises
    ------
    ValueError
        If it cannot be loaded.
    ImportError
        If model2vec is not installed.
    """
    model2vec = needs("model2vec", f"Loading {path!r}", "export")
    try:
        return model2vec.StaticModel.from_pretrained(path, force_download=False)
    except Exception as error:  # errors of several libraries
        raise ValueError(f"{path!r} cannot be loaded by model2vec ({first_line(error)}).") from error
