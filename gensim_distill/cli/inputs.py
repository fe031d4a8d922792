"""What is at a path: vectors in any format, the folder of a training, a gensim model, a teacher."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from gensim_distill.cli.console import CommandError, ExitCode, usage_error

#: The files in the output folder of `train`.
MODEL, VECTORS, VOCABULARY = "model", "vectors.bin", "vocabulary.txt"
SETTINGS, SUMMARY, CHECKPOINT = "settings.toml", "training.json", "checkpoint"

TEACHER_PREFIX = "teacher:"


def kind_of(path: str) -> str:
    """Tell what a path is, without loading anything: "training", "teacher", "moments", "pickle", "vectors" or "folder".

    Raises
    ------
    CommandError
        If there is nothing.
    """
    place = Path(path)
    if path.startswith(TEACHER_PREFIX):
        return "teacher"
    if place.is_dir():
        if (place / SETTINGS).is_file():
            return "training"
        if (place / "config.json").is_file() or (place / "modules.json").is_file():
            return "teacher" if not _static(place) else "folder"
        return "folder"
    if not place.is_file():
        raise CommandError(f"{path!r}: there is no such file or folder.")
    with open(place, "rb") as file:
        start = file.read(9)
    if start[:1] == b"\x80" and len(start) > 1 and 2 <= start[1] <= 5:
        return "pickle"
    if place.suffix == ".safetensors" or ".safetensors" in place.suffixes:
        return "moments" if moments_header(place) else "safetensors"
    return "vectors"


def load_source(path: str, *, unpickle: bool = False, teachers: bool = False) -> Any:
    """Load what is at a path: `KeyedVectors`, a model, or with `teachers` a teacher.

    Of the folder of a training the vectors are loaded, with the counts of their words, and nothing is
    unpickled; with `unpickle` the whole model is.

    Raises
    ------
    CommandError
        If it cannot be used, or is a pickle and `unpickle` is not given.
    """
    kind = kind_of(path)
    if kind == "teacher":
        if not teachers:
            raise CommandError(f"{path!r} is a teacher, where word vectors are wanted.")
        from gensim_distill.teachers import load_teacher

        return load_teacher(path.removeprefix(TEACHER_PREFIX))
    if kind == "training":
        return load_model(Path(path)) if unpickle else DistilledVectors(Path(path))
    if kind == "pickle":
        if not unpickle:
            raise CommandError(
                f"{path!r} is a pickle, as gensim's save() writes, and reading one runs the code that is in it: if you made it "
                "yourself, give --unpickle."
            )
        return load_pickle(path)
    if kind in ("folder", "moments", "safetensors"):
        raise CommandError(
            f"{path!r} holds no word vectors that can be read here: give a file in word2vec's, GloVe's or fastText's format, or "
            "the output folder of `gensim-distill train`."
        )
    from gensim_distill.vectors import load_vectors

    return load_vectors(path)


class DistilledVectors:
    """The vectors of a training and what it says of itself, under the names that they have in the model, without unpickling it.

    Parameters
    ----------
    folder : pathlib.Path
        The output folder of `train`.
    """

    kind = "training by gensim-distill"

    def __init__(self, folder: Path) -> None:
        from gensim_distill.cli.run_config import RUN_SETTINGS, read_toml

        self.wv = training_vectors(folder)
        summary = read_summary(folder) or {}
        settings = read_toml(folder / SETTINGS)
        self.__dict__.update(
            (name, value) for name, value in settings.items() if name not in {*RUN_SETTINGS, "teacher"}
        )
        self.vector_size = self.wv.vector_size
        self.corpus_count = summary.get("corpus", {}).get("texts", 0)
        self.corpus_total_words = summary.get("corpus", {}).get("words", 0)
        teacher = summary.get("teacher", {})
        self.teacher_name = teacher.get("name")
        self._teacher_source = (self.teacher_name,) if self.teacher_name else None
        self._teacher_shape = (teacher["width"], teacher["layers"]) if "width" in teacher else None
        self.contexts_per_word = summary.get("contexts_per_word")
        self.lifecycle_events = summary.get("events", [])
        self.running_training_loss = summary.get("loss") or 0.0


def training_vectors(folder: Path) -> Any:
    """Give the vectors that a training left in its folder, with counts."""
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


def load_model(folder: Path) -> Any:
    """Load the model that a training left in its folder; it is a pickle."""
    path = folder / MODEL / "distilled.model"
    if not path.is_file():
        raise CommandError(f"{str(folder)!r} has no model, {str(path)!r}: the training is not finished.")
    return load_pickle(str(path))


def load_pickle(path: str) -> Any:
    """Load what gensim's ``save`` wrote, which runs the code in it."""
    from gensim.utils import SaveLoad

    from gensim_distill import DistilledWord2Vec  # noqa: F401 that what is loaded finds its class

    try:
        loaded = SaveLoad.load(path)
    except Exception as error:
        raise CommandError(
            f"{path!r} cannot be loaded by this version of gensim ({type(error).__name__}: {error})."
        ) from error
    if not hasattr(loaded, "wv") and not hasattr(loaded, "key_to_index"):
        raise CommandError(f"{path!r} holds a {type(loaded).__name__}, which has no word vectors.")
    return loaded


def vectors_of(loaded: Any) -> Any:
    """Give the `KeyedVectors` of what :func:`load_source` gave."""
    return getattr(loaded, "wv", loaded)


@dataclass(frozen=True)
class Named:
    """A source and what it is called."""

    name: str
    path: str


def named_sources(given: list[str]) -> list[Named]:
    """Give sources by their names: ``NAME=PATH``, or what the file or folder is called.

    Raises
    ------
    CommandError
        If two would have the same name.
    """
    sources: list[Named] = []
    for text in given:
        name, mark, path = text.partition("=")
        if not mark or not name or os.path.exists(text):
            path = text
            bare = Path(text.removeprefix(TEACHER_PREFIX)).resolve()
            name = bare.name if bare.is_dir() or text.startswith(TEACHER_PREFIX) else bare.name.partition(".")[0]
        if any(source.name == name for source in sources):
            raise usage_error(f"Two of these would be called {name!r}: give names to them, NAME=PATH.")
        sources.append(Named(name, path))
    return sources


def moments_header(path: Path) -> dict[str, Any] | None:
    """Give what is said in the header of a file of statistics, or None if it is no such file; nothing else is read."""
    try:
        with open(path, "rb") as file:
            length = int.from_bytes(file.read(8), "little")
            if not 2 <= length <= 100_000_000:
                return None
            header = json.loads(file.read(length))
        metadata = header.get("__metadata__", {})
        if not str(metadata.get("format", "")).startswith("gensim-distill moments"):
            return None
        about: dict[str, Any] = json.loads(metadata["about"])
        return {"views": json.loads(metadata["views"]), **about}
    except (OSError, ValueError, KeyError, AttributeError):
        return None


def checkpoint_texts(folder: Path) -> int:
    """Give how many texts the checkpoint in a folder holds; 0 without any."""
    for name in ("checkpoint-1.safetensors", "checkpoint-1.safetensors.previous"):
        header = moments_header(folder / name)
        if header and "reading" in header:
            return int(header["reading"]["texts"])
    return 0


def read_summary(folder: Path) -> dict[str, Any] | None:
    """Give what a finished training says of itself, None if there is none."""
    try:
        summary: dict[str, Any] = json.loads((folder / SUMMARY).read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
    except ValueError as error:
        raise CommandError(
            f"{str(folder / SUMMARY)!r} is damaged ({error}): give --overwrite to train anew.", ExitCode.BAD_INPUT
        ) from error
    return summary


def _static(folder: Path) -> bool:
    """Tell whether a folder holds static embeddings, as sentence-transformers and model2vec know them, and no transformer."""
    try:
        if (folder / "modules.json").is_file():
            modules = json.loads((folder / "modules.json").read_text(encoding="utf-8"))
            return any("StaticEmbedding" in str(module.get("type")) for module in modules)
        config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
        return config.get("model_type") == "model2vec"
    except (OSError, ValueError, AttributeError):
        return False
