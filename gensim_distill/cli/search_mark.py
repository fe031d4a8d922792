"""The file by which the folder of ``gensim-distill search --save`` is recognized."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from gensim_distill._utils.format_versions import format_version

#: The files and folders in the folder.
MARK, INDEX, TRAINING = "search.json", "index.safetensors", "training"
FORMAT, VERSION = "gensim-distill search", 1

_LONGEST = 100_000_000


def is_search_folder(folder: Path) -> bool:
    """Return whether a folder has the mark of a search."""
    return bool(read_mark(folder))


def search_files(folder: Path) -> list[str]:
    """Return the names that a search has written to a folder; none in any other folder."""
    return [MARK, INDEX, TRAINING] if is_search_folder(folder) else []


def read_mark(folder: Path) -> dict[str, Any]:
    """Read the mark of a folder; return an empty dict if there is none, or it is damaged.

    Raises
    ------
    NewerFormatError
        If a newer version of the package has written it.
    """
    try:
        if not (folder / MARK).is_file():  # a pipe would be waited for
            return {}
        with open(folder / MARK, encoding="utf-8") as file:
            about = json.loads(file.read(_LONGEST))
    except (OSError, ValueError, RecursionError):
        return {}
    return about if isinstance(about, dict) and format_version(about.get("format"), FORMAT, VERSION, folder) else {}
