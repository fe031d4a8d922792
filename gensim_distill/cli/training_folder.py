"""The checkpoint in the output folder of ``gensim-distill train``, and the headers of files of statistics."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

_MAX_HEADER = 100_000_000


def statistics_header(path: Path) -> dict[str, Any] | None:
    """Read the header of a file of statistics, and nothing else; return None for any other file."""
    try:
        with open(path, "rb") as file:
            length = int.from_bytes(file.read(8), "little")
            if not 2 <= length <= _MAX_HEADER:
                return None
            header = json.loads(file.read(length))
        metadata = header.get("__metadata__", {})
        if not str(metadata.get("format", "")).startswith("gensim-distill moments"):
            return None
        about: dict[str, Any] = json.loads(metadata["about"])
        return {"views": json.loads(metadata["views"]), **about}
    except (OSError, ValueError, TypeError, KeyError, AttributeError, RecursionError):
        return None


def count_checkpointed_documents(folder: Path) -> int:
    """Return the number of documents of the corpus up to the checkpoint of a folder, as progress bars count; 0 if there is none."""
    for name in ("checkpoint-1.safetensors", "checkpoint-1.safetensors.previous"):
        header = statistics_header(folder / name) or {}
        reading = header.get("reading")
        passages = reading.get("texts") if isinstance(reading, dict) else None
        if isinstance(passages, int):
            position: Any = header.get("shards")
            known = passages and isinstance(position, list) and len(position) == 2 and isinstance(position[1], int)
            return position[1] or passages if known else passages
    return 0
