"""The output folder of ``gensim-distill train``: its files, and its summary."""

from __future__ import annotations

import json
import os
import re
from pathlib import Path
from typing import Any

from gensim_distill._utils.format_versions import format_version
from gensim_distill._utils.text import first_line

#: The files and folders in the output folder.
MODEL, VECTORS, VOCABULARY, TEXT_ENCODER = "model", "vectors.bin", "vocabulary.txt", "text-encoder"
SETTINGS, SUMMARY, CHECKPOINT = "settings.toml", "training.json", "checkpoint"
TEXT_VECTORS = "vectors.txt"

#: The format of the folder, in the summary.
FORMAT, VERSION = "gensim-distill training", 1
#: The first line of the settings, as a comment.
HEAD = "The settings of gensim-distill"

# The content of the folder without exports, which have vectors of their own.
_OWN = frozenset(
    {MODEL, VECTORS, VOCABULARY, TEXT_ENCODER, SETTINGS, SUMMARY, CHECKPOINT, "vectors.kv", "vectors.kv.vectors.npy"}
)  # fmt: skip
_KEYS = re.compile(rb"^(corpus|teacher|objective) *=", re.MULTILINE)
_HEAD_BYTES = 1 << 20
_MAX_SUMMARY = 100_000_000
_MAX_NUMBER = 2**53

_STRING, _WHOLE, _NUMBER = (str,), (int,), (float, int)
_MAYBE_STRING, _MAYBE_WHOLE, _MAYBE_NUMBER = (str, type(None)), (int, type(None)), (float, int, type(None))
_NAMES = {str: "a string", int: "an integer", float: "a number"}
# The values of a summary that commands use.
_SUMMARY_TYPES: dict[str, Any] = {
    "version": _STRING,
    "finished": _STRING,
    "seconds": _NUMBER,
    "seconds_training": _NUMBER,
    "corpus": {
        "documents": _WHOLE, "words": _WHOLE, "empty_documents": _WHOLE, "files": _WHOLE, "bytes": _WHOLE, "state": _STRING,
    },
    "vectors": {"words": _WHOLE, "ignored_words": _WHOLE, "vector_size": _WHOLE, "contexts_read": _MAYBE_WHOLE},
    "teacher": {"name": _MAYBE_STRING, "width": _WHOLE, "layers": _WHOLE},
    "objective": _STRING,
    "solver": _STRING,
    "contexts_per_word": _MAYBE_WHOLE,
    "loss": _MAYBE_NUMBER,
    "warnings": [_STRING],
    "events": [{"event": _STRING, "msg": _STRING, "datetime": _STRING, "gensim": _STRING, "documents": _WHOLE}],
    "files": [_STRING],
}  # fmt: skip


def model_path(folder: Path) -> Path:
    """Return the path of the saved model."""
    return folder / MODEL / "distilled.model"


def is_training_folder(folder: Path) -> bool:
    """Return whether a folder has the settings of a training, which other programs' ``settings.toml`` are not."""
    try:
        if not (folder / SETTINGS).is_file():  # a pipe would be waited for
            return False
        with open(folder / SETTINGS, "rb") as file:
            head = file.read(_HEAD_BYTES)
    except OSError:
        return False
    return head.startswith(f"# {HEAD}".encode()) or len(set(_KEYS.findall(head))) == 3


def training_of(path: str | os.PathLike[str]) -> Path | None:
    """Return the output folder of a training that a path is, or in which it is a file or folder of the training itself.

    Parameters
    ----------
    path : str or path
        Such as ``vectors``, ``vectors/model`` or ``vectors/model/distilled.model``. Exports in the folder are not meant.

    Returns
    -------
    pathlib.Path or None
        None if it is neither.

    Examples
    --------
    >>> import pathlib, tempfile
    >>> from gensim_distill._utils.training_folder import training_of
    >>> with tempfile.TemporaryDirectory() as place:
    ...     folder = pathlib.Path(place, "vectors")
    ...     (folder / "model").mkdir(parents=True)
    ...     _ = (folder / "settings.toml").write_text("# The settings of gensim-distill")
    ...     training_of(folder) == training_of(folder / "model") == folder, training_of(place)
    (True, None)
    """
    place = Path(path)
    if _is_training(place):
        return place
    if not place.exists():
        return None
    absolute = Path(os.path.abspath(place))
    for folder, name in ((absolute.parent, absolute.name), (absolute.parent.parent, absolute.parent.name)):
        if name in _OWN and _is_training(folder):
            return folder
    return None


def check_finished(folder: Path) -> None:
    """Check that a folder has the result of a training, or is a copy of the result without its settings.

    Raises
    ------
    ValueError
        If the training is not finished.
    """
    if (folder / SETTINGS).is_file() and not (folder / SUMMARY).is_file():
        raise ValueError(f"The training in {str(folder)!r} is not finished: {train_again(folder)}.")


def train_again(folder: Path) -> str:
    """Return the advice to run the command of a training again."""
    if not (folder / SETTINGS).is_file():
        return "copy the whole folder of the training, or train again"
    return f"run `gensim-distill train --config {folder / SETTINGS} --output {folder}` again"


def read_summary(folder: Path) -> dict[str, Any] | None:
    """Read the summary of a training; return None if it is not finished.

    Raises
    ------
    ValueError
        If the file is damaged.
    NewerFormatError
        If a newer version of the package has written the folder.
    """
    path = folder / SUMMARY
    try:
        with open(path, encoding="utf-8") as file:
            text = file.read(_MAX_SUMMARY)
        summary = json.loads(text)
    except FileNotFoundError:
        return None
    except (ValueError, RecursionError) as error:
        raise ValueError(f"{str(path)!r} is damaged ({first_line(error)}): use --overwrite to train again.") from error
    if isinstance(summary, dict):
        format_version(summary.get("format"), FORMAT, VERSION, folder)
    wrong = _first_difference(summary, _SUMMARY_TYPES)
    if wrong is not None:
        raise ValueError(f"{str(path)!r} is damaged ({wrong}): use --overwrite to train again.")
    checked: dict[str, Any] = summary
    return checked


def finished_summary(folder: Path) -> dict[str, Any]:
    """Read the summary of a training.

    Raises
    ------
    ValueError
        If the training is not finished, or the file is damaged.
    """
    summary = read_summary(folder)
    if summary is None:
        raise ValueError(f"The training in {str(folder)!r} is not finished: {train_again(folder)}.")
    return summary


def _is_training(folder: Path) -> bool:
    """Return whether a folder is that of a training, or a copy of its vectors."""
    return is_training_folder(folder) or ((folder / VECTORS).is_file() and (folder / VOCABULARY).is_file())


def _first_difference(value: Any, expected: Any, name: str = "the file") -> str | None:
    """Return a description of the first value that is not of the expected type; None if all are."""
    if isinstance(expected, dict):
        if not isinstance(value, dict):
            return f"{name} is not a table"
        for key, kind in expected.items():
            if key in value and (found := _first_difference(value[key], kind, repr(key))):
                return found
        return None
    if isinstance(expected, list):
        if not isinstance(value, list):
            return f"{name} is not a list"
        return next(
            (found for item in value if (found := _first_difference(item, expected[0], f"an item of {name}"))), None
        )
    if value is None and type(None) in expected:
        return None
    if isinstance(value, bool) or not isinstance(value, expected):
        return f"{name} is not {_NAMES[expected[0]]}"
    if isinstance(value, (int, float)) and not 0 <= value <= _MAX_NUMBER and expected[0] is int:
        return f"{name} is out of range"
    return None
