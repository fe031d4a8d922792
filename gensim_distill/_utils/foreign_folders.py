"""Folders for other libraries: exports that this package writes and does not read, and static models."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

#: The file by which the folder of an export is recognized, and the kind that it names.
MARK, KIND = ".gensim-distill.json", "gensim-distill export"

_LARGEST_FILE = 2**20  # bytes of JSON
_READABLE = ("safetensors", "gensim-distill")


def read_mark(folder: Path) -> dict[str, Any]:
    """Return the mark of an export; an empty dict if there is none, or it is damaged."""
    found = _json(folder / MARK)
    return found if isinstance(found, dict) and found.get("kind") == KIND else {}


def export_format(folder: Path) -> str | None:
    """Return the format that the mark of an export names; None without a mark."""
    format = read_mark(folder).get("format")
    return format if isinstance(format, str) else None


def is_static_model(folder: Path) -> bool:
    """Return whether a folder is a static model of sentence-transformers or model2vec, not a transformer."""
    if (folder / "modules.json").is_file():
        modules = _json(folder / "modules.json")
        return isinstance(modules, list) and any(
            isinstance(module, dict) and "StaticEmbedding" in str(module.get("type")) for module in modules
        )
    config = _json(folder / "config.json")
    return isinstance(config, dict) and config.get("model_type") == "model2vec"


def foreign_folder(folder: Path, what: str) -> str | None:
    """Return the message about a folder for another library; None for any other.

    Parameters
    ----------
    folder : pathlib.Path
    what : str
        The content that was expected, such as "word vectors".
    """
    format = export_format(folder)
    if format is not None and format not in _READABLE:
        kind = f"an export in the format {format}"
    elif format is None and is_static_model(folder):
        kind = "a static model of sentence-transformers or model2vec"
    else:
        return None
    return (
        f"{str(folder)!r} is {kind}, which gensim-distill cannot read as {what}: pass the training or the vectors that it was made "
        "from, or use the library of the format."
    )


def _json(path: Path) -> Any:
    """Return the content of a JSON file; None if there is none, or it is damaged, which is reported where it is read."""
    try:
        if not path.is_file():  # a pipe would be waited for
            return None
        with open(path, encoding="utf-8") as file:
            return json.loads(file.read(_LARGEST_FILE))
    except (OSError, ValueError, RecursionError):
        return None
