"""Inputs of commands: vectors in any format, the folder of a training, a repository of the hub, a gensim model, a teacher."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from gensim_distill._utils.foreign_folders import foreign_folder, is_static_model
from gensim_distill._utils.training_folder import MODEL, SETTINGS, check_finished, model_path, training_of
from gensim_distill.cli.errors import CommandError, usage_error
from gensim_distill.cli.functions import load_file
from gensim_distill.cli.run_config import model_settings
from gensim_distill.cli.search_mark import INDEX, TRAINING, is_search_folder, search_again
from gensim_distill.cli.training_folder import statistics_header

if TYPE_CHECKING:
    from gensim.models import KeyedVectors

    from gensim_distill.exports.stored_vectors import StoredVectors

TEACHER_PREFIX = "teacher:"
#: Marks the name of a repository on the Hugging Face hub; without it no command asks the hub for vectors.
HUB_PREFIX = "hub:"
_LIKE_REPOSITORY = re.compile(r"[\w-][\w.-]*/[\w.-]+", re.ASCII)

#: "training" is the output folder of `train`; "folder" and "safetensors" are all other folders and safetensors files.
InputKind: TypeAlias = Literal["training", "teacher", "statistics", "pickle", "vectors", "safetensors", "folder"]


def local_path(path: str) -> str:
    """Return the local path of an input: ``hub:owner/name`` is downloaded, and the model of a training stands for the training.

    Parameters
    ----------
    path : str
        A path, or ``hub:owner/name`` or ``hub:owner/name@revision`` if there is no such path.

    Returns
    -------
    str

    Raises
    ------
    FileNotFoundError, PermissionError, ConnectionError, ValueError
        If the repository cannot be downloaded.
    """
    if path.startswith(HUB_PREFIX) and not os.path.lexists(path):
        from gensim_distill.exports.hub import hub_folder

        name, _, revision = path.removeprefix(HUB_PREFIX).partition("@")
        return str(hub_folder(name, revision=revision or None))
    training = training_of(path)
    is_model = training is not None and Path(os.path.abspath(path)) == Path(os.path.abspath(training / MODEL))
    return str(training) if is_model else path


def kind_of(path: str) -> InputKind:
    """Return what is at a path, without loading it.

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
        if _is_vectors_folder(place):
            return "vectors"
        if (place / "config.json").is_file() or (place / "modules.json").is_file():
            return "teacher" if not is_static_model(place) else "folder"
        return "folder"
    if not place.is_file():
        hint = f"; for the repository on the Hugging Face hub use {HUB_PREFIX}{path}"
        raise CommandError(
            f"{path!r} is not a regular file."
            if place.exists()
            else f"{path!r}: there is no such file or folder{hint if _LIKE_REPOSITORY.fullmatch(path) else ''}."
        )
    with open(place, "rb") as file:
        start = file.read(9)
    if start[:1] == b"\x80" and len(start) > 1 and 2 <= start[1] <= 5:
        return "pickle"
    if ".safetensors" in place.suffixes:
        return "statistics" if statistics_header(place) else "safetensors"
    return "vectors"


def load_input(path: str, *, unpickle: bool = False, teachers: bool = False, functions: Path | None = None) -> Any:
    """Load word vectors, a model, or a teacher.

    Parameters
    ----------
    path : str
        For the folder of a training, its vectors are loaded with counts, or with `unpickle` the model.
    unpickle : bool, optional
        Whether pickles may be loaded.
    teachers : bool, optional
        Whether teachers are allowed.
    functions : pathlib.Path, optional
        A Python file with functions of pickled models, which is run before one is loaded.

    Returns
    -------
    KeyedVectors, StoredVectors, DistilledWord2Vec, another model of gensim, or Teacher

    Raises
    ------
    CommandError
        If the path cannot be loaded, or is a pickle and `unpickle` is False.
    """
    kind = kind_of(path)
    if kind == "teacher":
        if not teachers:
            raise CommandError(f"{path!r} is a teacher: expected word vectors.")
        from gensim_distill.teachers import load_teacher

        return load_teacher(path.removeprefix(TEACHER_PREFIX))
    if kind == "training":
        return load_model(Path(path), functions) if unpickle else load_training(Path(path))
    training = None if unpickle or kind == "vectors" else training_of(path)
    if training is not None:  # another file or folder in it
        return load_training(training)
    if kind == "pickle":
        if not unpickle:
            raise CommandError(
                f"{path!r} is a pickle, as gensim's save() writes, and loading one runs the code in it: if you trust the "
                "file, use --unpickle."
            )
        return load_pickle(path, functions)
    folder = Path(path) if kind == "folder" else Path(path).parent  # a file may be one of a folder
    if (kind == "folder" or Path(path).name == INDEX) and is_search_folder(folder):
        training = folder / TRAINING
        vectors = f"pass the folder of its vectors, {str(training)!r}; " if training.is_dir() else ""
        raise CommandError(f"{str(folder)!r} is the folder of a search: {vectors}{search_again(folder)}.")
    if kind in ("folder", "statistics", "safetensors"):
        raise CommandError(
            foreign_folder(folder, "word vectors")
            or f"{path!r} contains no word vectors of a known format: expected a file in the format of word2vec, GloVe or fastText, "
            "an export in the format safetensors, or the output folder of `gensim-distill train`."
        )
    from gensim_distill.exports.stored_vectors import opened

    found = opened(path)
    if isinstance(found, str):
        from gensim_distill.vectors import load_vectors

        return load_vectors(found)
    return found


def load_training(folder: Path) -> StoredVectors:
    """Load the vectors and properties of a training.

    Raises
    ------
    CommandError, ValueError
        If the training is not finished, or a file is damaged.
    """
    from gensim_distill.exports.stored_vectors import StoredVectors

    check_finished(folder)
    model_settings(folder / SETTINGS)  # raises an error if they are damaged
    return StoredVectors(folder)


def load_model(folder: Path, functions: Path | None = None) -> Any:
    """Load the model of a training, which is a pickle.

    Raises
    ------
    CommandError
        If the training is not finished, or the model cannot be loaded.
    """
    path = model_path(folder)
    if not path.is_file():
        raise CommandError(f"{str(folder)!r} has no model, {str(path)!r}: the training is not finished.")
    return load_pickle(str(path), functions)


def load_pickle(path: str, functions: Path | None = None) -> Any:
    """Load a file of gensim's ``save``, which runs the code in it, after a Python file with functions that it names.

    Raises
    ------
    CommandError
        If it cannot be loaded or has no word vectors.
    """
    from gensim.utils import SaveLoad

    from gensim_distill import DistilledWord2Vec  # noqa: F401 registers the class

    if functions is not None:
        load_file(functions)
    try:
        loaded = SaveLoad.load(path)
    except ModuleNotFoundError as error:
        raise CommandError(
            f"{path!r} has functions of a module {error.name!r}, which is not found: if they are yours, use --functions with its "
            "Python file; otherwise install the package."
        ) from error
    except Exception as error:
        raise CommandError(
            f"{path!r} cannot be loaded by this version of gensim ({type(error).__name__}: {error})."
        ) from error
    if not hasattr(loaded, "wv") and not hasattr(loaded, "key_to_index"):
        raise CommandError(f"{path!r} contains a {type(loaded).__name__}, which has no word vectors.")
    return loaded


def vectors_of(loaded: Any) -> KeyedVectors:
    """Return the `KeyedVectors` of a result of :func:`load_input`."""
    vectors: KeyedVectors = getattr(loaded, "wv", loaded)
    return vectors


@dataclass(frozen=True)
class NamedInput:
    """A path and its name in tables and plots."""

    name: str
    path: str


def parse_named_inputs(arguments: list[str]) -> list[NamedInput]:
    """Parse arguments ``NAME=PATH`` or ``PATH``, whose name is that of the file or folder.

    Raises
    ------
    CommandError
        If two have the same name.

    Examples
    --------
    >>> from gensim_distill.cli.inputs import parse_named_inputs
    >>> parse_named_inputs(["ours=vectors.bin", "glove.6B.txt.gz"])
    [NamedInput(name='ours', path='vectors.bin'), NamedInput(name='glove', path='glove.6B.txt.gz')]
    """
    inputs: list[NamedInput] = []
    for argument in arguments:
        name, separator, path = argument.partition("=")
        if not separator or not name or os.path.exists(argument):
            path = argument
            bare = Path(os.path.abspath(_bare_name(argument)))
            named = bare.is_dir() or argument.startswith((TEACHER_PREFIX, HUB_PREFIX))
            name = bare.name if named else bare.name.partition(".")[0]
        if any(other.name == name for other in inputs):
            raise usage_error(f"Two inputs have the name {name!r}: use different names, NAME=PATH.")
        inputs.append(NamedInput(name, local_path(path)))
    return inputs


def _bare_name(argument: str) -> str:
    """Return an input without its prefix, and without the revision of a repository."""
    if argument.startswith(HUB_PREFIX):
        return argument.removeprefix(HUB_PREFIX).partition("@")[0]
    return argument.removeprefix(TEACHER_PREFIX)


def _is_vectors_folder(folder: Path) -> bool:
    """Return whether a folder is an export in the format "safetensors"."""
    from gensim_distill.vectors.safetensors import is_safetensors_folder

    return is_safetensors_folder(folder)
