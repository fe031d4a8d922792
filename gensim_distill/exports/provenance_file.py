"""The file ``config.json`` of a folder of ``save_pretrained``: the origin of the vectors, and their number."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path

from gensim_distill._utils.format_versions import NewerFormatError, format_version
from gensim_distill.exports.provenance import Provenance

#: The name by which the hub also counts downloads.
CONFIG_FILE = "config.json"
_MODEL_TYPE = "gensim-distill"
_FORMAT, _VERSION = "gensim-distill vectors and text encoder", 1
_LARGEST_CONFIG = 2**20  # bytes


def write_config(folder: Path, provenance: Provenance, *, words: int, vector_size: int) -> None:
    """Write the origin, the number of words and the dimensions of vectors into their folder."""
    about = {
        "model_type": _MODEL_TYPE,
        "format": f"{_FORMAT} {_VERSION}",
        "words": words,
        "vector_size": vector_size,
        "provenance": asdict(provenance),
    }
    (folder / CONFIG_FILE).write_text(json.dumps(about, indent=1) + "\n", encoding="ascii")


def read_provenance(folder: Path) -> Provenance | None:
    """Return the origin of the vectors in a folder; None if it is not known, since the vectors do not depend on it.

    Raises
    ------
    NewerFormatError
        If a newer version of the package has written the folder.
    """
    try:
        with open(folder / CONFIG_FILE, encoding="utf-8") as file:
            about = json.loads(file.read(_LARGEST_CONFIG))
        format_version(about.get("format"), _FORMAT, _VERSION, folder)
        return Provenance.of_json(about["provenance"]) if about["model_type"] == _MODEL_TYPE else None
    except NewerFormatError:
        raise
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return None
