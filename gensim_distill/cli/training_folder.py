"""The output folder of ``gensim-distill train``, read without unpickling."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from gensim_distill.cli.errors import CommandError
from gensim_distill.cli.run_config import RUN_SETTINGS, read_toml

if TYPE_CHECKING:
    from gensim.models import KeyedVectors

#: The files and folders in the output folder.
MODEL, VECTORS, VOCABULARY = "model", "vectors.bin", "vocabulary.txt"
SETTINGS, SUMMARY, CHECKPOINT = "settings.toml", "training.json", "checkpoint"

_MAX_HEADER = 100_000_000


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
        self.wv = load_vectors_of(folder)
        summary = read_summary(folder) or {}
        settings = read_toml(folder / SETTINGS)
        self.__dict__.update(
            (name, value) for name, value in settings.items() if name not in {*RUN_SETTINGS, "teacher"}
        )
        self.vector_size = self.wv.vector_size
        self.corpus_count = summary.get("corpus", {}).get("documents", 0)
        self.corpus_total_words = summary.get("corpus", {}).get("words", 0)
        teacher = summary.get("teacher", {})
        if "width" in teacher:
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
        If the training is not finished.
    """
    path = folder / VECTORS
    if not path.is_file():
        state = "is not finished" if not (folder / SUMMARY).is_file() else f"has no {VECTORS}"
        raise CommandError(
            f"The training in {str(folder)!r} {state}: run `gensim-distill train --config {folder / SETTINGS} "
            f"--output {folder}` again."
        )
    from gensim.models import KeyedVectors

    counts = folder / VOCABULARY
    return KeyedVectors.load_word2vec_format(str(path), fvocab=str(counts) if counts.is_file() else None, binary=True)


def read_summary(folder: Path) -> dict[str, Any] | None:
    """Read the summary of a training; return None if it is not finished.

    Raises
    ------
    CommandError
        If the file is damaged.
    """
    try:
        summary: dict[str, Any] = json.loads((folder / SUMMARY).read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
    except ValueError as error:
        raise CommandError(
            f"{str(folder / SUMMARY)!r} is damaged ({error}): use --overwrite to train again."
        ) from error
    return summary


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
    except (OSError, ValueError, KeyError, AttributeError):
        return None


def count_checkpointed_documents(folder: Path) -> int:
    """Return the number of documents in the checkpoint of a folder; 0 if there is none."""
    for name in ("checkpoint-1.safetensors", "checkpoint-1.safetensors.previous"):
        header = statistics_header(folder / name)
        if header and "reading" in header:
            return int(header["reading"]["texts"])
    return 0
