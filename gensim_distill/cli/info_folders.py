"""Descriptions of the folders and files that other commands write: searches, text encoders, exports, checkpoints, indexes."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from gensim_distill._utils.foreign_folders import export_format
from gensim_distill._utils.text import first_line
from gensim_distill._utils.training_folder import read_summary
from gensim_distill.cli.errors import CommandError
from gensim_distill.cli.search_mark import INDEX, TRAINING, is_search_folder, read_mark
from gensim_distill.cli.text_encoders import is_saved_encoder
from gensim_distill.cli.training_folder import statistics_header

_CHECKPOINTS = "checkpoint-*.safetensors"
_LARGEST_FILE = 2**20  # bytes of JSON
_KINDS = {
    "gensim-distill text index": "index of texts",
    "gensim-distill vectors of texts": "vectors of texts, as gensim-distill encode writes",
}
# The names that numpy has for the dtypes of safetensors.
_DTYPES = {
    **{f"F{bits}": f"float{bits}" for bits in (16, 32, 64)},
    **{f"I{bits}": f"int{bits}" for bits in (8, 16, 32, 64)},
    **{f"U{bits}": f"uint{bits}" for bits in (8, 16, 32, 64)},
    "BF16": "bfloat16",
}


def describe_folder(folder: Path) -> dict[str, Any] | None:
    """Describe a folder of a search, text encoder, export or checkpoints; return None for any other.

    Raises
    ------
    CommandError, ValueError
        If one of its files is damaged.
    """
    if is_search_folder(folder):
        about = _search(folder)
    elif is_saved_encoder(str(folder)):
        about = _encoder(folder)
    elif (format := export_format(folder)) is not None:
        about = {"kind": f"export in the format {format}", **_export(folder)}
    elif any(folder.glob(_CHECKPOINTS)):
        about = _checkpoints(folder)
    elif (folder / "modules.json").is_file() or (folder / "tokenizer.json").is_file():
        about = {"kind": "static model of sentence-transformers or model2vec", **_export(folder)}
    else:
        return None
    return about | {"bytes": sum(file.stat().st_size for file in folder.rglob("*") if file.is_file())}


def is_export(folder: Path) -> bool:
    """Return whether a path is a folder with the mark of an export."""
    return export_format(folder) is not None


def describe_safetensors(path: Path) -> dict[str, Any] | None:
    """Describe a safetensors file of vectors of texts; return None for any other.

    Raises
    ------
    CommandError
        If the file is damaged.
    """
    shapes, metadata = _header(path)
    name, _, version = metadata.get("format", "").rpartition(" ")
    kind = _KINDS.get(name) if version.isdigit() else None
    if kind is None or "vectors" not in shapes:
        return None
    (n_texts, size), dtype = shapes["vectors"]
    return {"kind": kind, "texts": n_texts, "vector_size": size, "dtype": dtype, "bytes": path.stat().st_size}


def _search(folder: Path) -> dict[str, Any]:
    about: dict[str, Any] = {"kind": "folder of gensim-distill search"}
    counts = read_mark(folder).get("counts")
    if isinstance(counts, list) and (folder / INDEX).is_file():
        index = describe_safetensors(folder / INDEX) or {}
        about |= {"files": len(counts), **{name: index.get(name) for name in ("texts", "vector_size", "dtype")}}
    else:
        about["index"] = "not complete: repeat the search"
    if (folder / TRAINING).is_dir():
        summary = read_summary(folder / TRAINING)
        about["training"] = str(folder / TRAINING)
        about["training_finished"] = summary is not None
        about |= {name: summary[name] for name in ("vectors", "teacher") if summary is not None and name in summary}
    return about


def _encoder(folder: Path) -> dict[str, Any]:
    from gensim_distill.corpus.reader import TextReader
    from gensim_distill.encoding.encoder_files import EncoderFiles

    stored = _json(folder / "encoder.json")
    found = EncoderFiles.read(folder, TextReader())
    return {
        "kind": "text encoder",
        "words": len(found.words),
        "pieces": len(found.pieces),
        "vector_size": int(found.arrays["table"].shape[1]),
        "settings": dict(found.settings),
        "word_splitter": stored["word_splitter"],
        "key": stored["key"],
        "first_words": found.words[:5],
    }


def _export(folder: Path) -> dict[str, Any]:
    """Return the number of tokens or words, the dimensions and dtype of an export."""
    about: dict[str, Any] = {}
    weights = next((path for path in (folder, *folder.glob("*_StaticEmbedding")) if _weights(path).is_file()), None)
    if weights is not None:
        shapes, _ = _header(_weights(weights))
        matrices = [(shape, dtype) for shape, dtype in shapes.values() if len(shape) == 2]
        if matrices:
            (n_tokens, size), dtype = max(matrices, key=lambda matrix: matrix[0])
            about |= {"tokens": n_tokens, "vector_size": size, "dtype": dtype}
    elif (folder / "meta.json").is_file():
        meta = _json(folder / "meta.json")
        vectors = meta.get("vectors") if isinstance(meta, dict) else None
        if isinstance(vectors, dict):
            about |= {"language": meta.get("lang"), "words": vectors.get("keys"), "vector_size": vectors.get("width")}
    if (folder / "modules.json").is_file():
        about["normalized"] = any(folder.glob("*_Normalize"))
    return about


def _weights(folder: Path) -> Path:
    return folder / "model.safetensors"


def _checkpoints(folder: Path) -> dict[str, Any]:
    about: dict[str, Any] = {"kind": "folder of checkpoints of a training"}
    for path in sorted(folder.glob(_CHECKPOINTS)):
        header = statistics_header(path)
        about[path.name] = (
            {"damaged": True}
            if header is None
            else {**(header.get("reading") or {}), "complete": header.get("complete"), "views": header.get("views")}
        )
    return about


def _header(path: Path) -> tuple[dict[str, tuple[list[int], str]], Mapping[str, str]]:
    """Return the shape and dtype of each array of a safetensors file, and the metadata."""
    from safetensors import SafetensorError, safe_open

    try:
        with safe_open(path, framework="numpy") as file:
            slices = {name: file.get_slice(name) for name in file.keys()}  # noqa: SIM118 no mapping
            shapes = {
                name: (part.get_shape(), _DTYPES.get(str(part.get_dtype()), str(part.get_dtype()).lower()))
                for name, part in slices.items()
            }
            return shapes, file.metadata() or {}
    except (SafetensorError, OSError, ValueError) as error:
        raise CommandError(f"{str(path)!r} is damaged, or no safetensors file ({first_line(error)}).") from error


def _json(path: Path) -> Any:
    try:
        with open(path, encoding="utf-8") as file:
            return json.loads(file.read() if path.name == "encoder.json" else file.read(_LARGEST_FILE))
    except (OSError, ValueError, RecursionError) as error:
        raise CommandError(f"{str(path)!r} cannot be read ({first_line(error)}).") from error
