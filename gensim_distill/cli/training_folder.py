"""The output folder of ``gensim-distill train``, read without unpickling."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from gensim_distill._utils.format_versions import format_version
from gensim_distill._utils.text import first_line
from gensim_distill.cli.errors import CommandError
from gensim_distill.cli.run_config import model_settings

if TYPE_CHECKING:
    from gensim.models import KeyedVectors

#: The files and folders in the output folder.
MODEL, VECTORS, VOCABULARY, TEXT_ENCODER = "model", "vectors.bin", "vocabulary.txt", "text-encoder"
SETTINGS, SUMMARY, CHECKPOINT = "settings.toml", "training.json", "checkpoint"

#: The format of the folder, in the summary.
FORMAT, VERSION = "gensim-distill training", 1
#: The first line of the settings, as a comment.
HEAD = "The settings of gensim-distill"

_MAX_HEADER = 100_000_000
_MAX_FIRST_LINE = 100
_MAX_SUMMARY = 100_000_000
_MAX_NUMBER = 2**53
_HEADER = re.compile(rb"(\d{1,15}) (\d{1,9})\r?\n")
_COUNT = re.compile(r"\d{1,18}", re.ASCII)

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


@dataclass(frozen=True)
class StoredTeacher:
    """The properties of the teacher of a training, under the names of a `TeacherReference`."""

    name: str | None
    width: int
    num_layers: int

    @property
    def source(self) -> tuple[str, dict[str, Any]] | None:
        """The name and the options of loading, which are not stored; None without a name."""
        return None if self.name is None else (self.name, {})


class DistilledVectors:
    """The vectors and properties of a training, under the names of the attributes of the model.

    Parameters
    ----------
    folder : pathlib.Path
        The output folder of `train`.

    Raises
    ------
    CommandError
        If the training is not finished, or a file is damaged.
    """

    kind = "training by gensim-distill"

    def __init__(self, folder: Path) -> None:
        summary = finished_summary(folder)
        self.wv = load_vectors_of(folder)
        settings = model_settings(folder / SETTINGS)
        self.__dict__.update((name, value) for name, value in settings.items() if name != "teacher")
        self.vector_size = self.wv.vector_size
        self.corpus_count = summary.get("corpus", {}).get("documents", 0)
        self.corpus_total_words = summary.get("corpus", {}).get("words", 0)
        teacher = summary.get("teacher", {})
        if "width" in teacher and "layers" in teacher:
            self.teacher_reference = StoredTeacher(teacher.get("name"), teacher["width"], teacher["layers"])
        self.contexts_per_word = summary.get("contexts_per_word")
        self.lifecycle_events = summary.get("events", [])
        self.running_training_loss = summary.get("loss") or 0.0


def model_path(folder: Path) -> Path:
    """Return the path of the saved model."""
    return folder / MODEL / "distilled.model"


def load_vectors_of(folder: Path) -> KeyedVectors:
    """Load the vectors of a training, with counts.

    Raises
    ------
    CommandError
        If the training is not finished, or a file is damaged.
    """
    path, vocabulary = folder / VECTORS, folder / VOCABULARY
    for file in (path, vocabulary):
        if not file.is_file():
            state = "is not finished" if not (folder / SUMMARY).is_file() else f"has no {file.name}"
            raise CommandError(f"The training in {str(folder)!r} {state}: {_again(folder)}.")
    import numpy as np

    from gensim_distill.vectors.binary_formats import read_word2vec_binary

    with open(path, "rb") as opened:
        header = _HEADER.fullmatch(opened.readline(_MAX_FIRST_LINE))
    if not header or not int(header[1]) or not int(header[2]):
        raise CommandError(
            f"{str(path)!r} is damaged: its first line is not the number of vectors and of their dimensions: {_again(folder)}."
        )
    vectors = read_word2vec_binary(str(path), declared=int(header[1]), vector_size=int(header[2]), limit=None)
    vectors.expandos["count"] = np.array(_read_counts(vocabulary, vectors.index_to_key, folder), dtype=np.int64)
    return vectors


def _read_counts(path: Path, words: Sequence[str], folder: Path) -> list[int]:
    """Read the counts of words, which are in the order of the vectors."""
    try:
        lines = path.read_text(encoding="utf-8").removesuffix("\n").split("\n")
    except UnicodeDecodeError as error:
        raise CommandError(f"{str(path)!r} is damaged, it is not in UTF-8: {_again(folder)}.") from error
    counts: list[int] = []
    for word, line in zip(words, lines):
        found, _, count = line.rpartition(" ")
        if found != word or not _COUNT.fullmatch(count):
            break
        counts.append(int(count))
    if not len(counts) == len(words) == len(lines):
        expected = f"{words[len(counts)]!a} and its count" if len(counts) < len(words) else "the end of the file"
        raise CommandError(
            f"{str(path)!r} is damaged, or of other vectors: line {len(counts) + 1} was expected to be {expected}: "
            f"{_again(folder)}."
        )
    return counts


def _again(folder: Path) -> str:
    return f"run `gensim-distill train --config {folder / SETTINGS} --output {folder}` again"


def read_summary(folder: Path) -> dict[str, Any] | None:
    """Read the summary of a training; return None if it is not finished.

    Raises
    ------
    CommandError
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
        raise CommandError(
            f"{str(path)!r} is damaged ({first_line(error)}): use --overwrite to train again."
        ) from error
    if isinstance(summary, dict):
        format_version(summary.get("format"), FORMAT, VERSION, folder)
    wrong = _first_difference(summary, _SUMMARY_TYPES)
    if wrong is not None:
        raise CommandError(f"{str(path)!r} is damaged ({wrong}): use --overwrite to train again.")
    checked: dict[str, Any] = summary
    return checked


def finished_summary(folder: Path) -> dict[str, Any]:
    """Read the summary of a training.

    Raises
    ------
    CommandError
        If the training is not finished, or the file is damaged.
    """
    summary = read_summary(folder)
    if summary is None:
        raise CommandError(f"The training in {str(folder)!r} is not finished: {_again(folder)}.")
    return summary


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
