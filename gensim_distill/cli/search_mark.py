"""The file by which the folder of ``gensim-distill search --save`` is recognized."""

from __future__ import annotations

import json
import os
import shlex
from pathlib import Path
from typing import Any

from gensim_distill._utils.folders import relative_path
from gensim_distill._utils.format_versions import format_version
from gensim_distill.cli.run_config import RUN_SETTINGS

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


def search_again(folder: Path) -> str:
    """Return the advice to search the collection again, with the options that the mark of a search has.

    Parameters
    ----------
    folder : pathlib.Path
        The folder of the search.
    """
    mark = read_mark(folder)
    training = _dict(mark.get("training"))
    divided, trained = _dict(mark.get("collection") or training.get("collection")), _dict(training.get("settings"))
    corpus = divided.get("corpus")
    given = str(corpus[0]) if isinstance(corpus, list) and corpus else "COLLECTION"
    collection = relative_path(given) if os.path.isabs(given) else given  # - is standard input
    options = [
        part
        for name, default in RUN_SETTINGS.items()
        if name not in ("corpus", "formats")
        for part in _option(name, divided.get(name, default[1]), default[1])
    ]
    options += [part for name, value in trained.items() for part in _option(name, value)]
    command = f'gensim-distill search {shlex.quote(collection)} "QUERY" {shlex.join([*options, "--save", relative_path(folder)])}'
    model = "" if training else ", and the --model of that search"
    return f"to search again, use `{command}`{model}"


def _option(name: str, value: Any, default: Any = None) -> list[str]:
    """Return a setting as an option of the command line; an empty list for the default."""
    if value == default:
        return []
    flag = "--" + name.replace("_", "-")
    if value is True:
        return [flag]
    # Of a file of functions only the checksum is stored.
    return [flag, "FILE.py" if name == "functions" else str(value)]


def _dict(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


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
