"""Reading the text head of a sentence transformer from its files: ``modules.json`` and the folders that it names."""

from __future__ import annotations

import json
import logging
import os
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import Any

import torch
from huggingface_hub import try_to_load_from_cache
from safetensors.torch import load_file
from transformers.utils.hub import cached_file

from gensim_distill._utils.text import first_line, short
from gensim_distill.teachers.model_folder import fault_of
from gensim_distill.teachers.pretrained import quiet
from gensim_distill.teachers.sentence_modules import (
    KINDS_WITH_SETTINGS,
    KINDS_WITH_WEIGHTS,
    SentenceModule,
    head_of_modules,
)
from gensim_distill.teachers.text_head import FloatArray, TextHead

logger = logging.getLogger(__name__)


def read_text_head(name: str, revision: str | None = None) -> TextHead:
    """Read the text head of a model by its hub name or folder.

    Parameters
    ----------
    name : str
        A name on the Hugging Face hub, or a folder.
    revision : str, optional
        Branch, tag or commit on the hub. For a commit whose files are in the local cache, the hub is not asked.

    Returns
    -------
    TextHead
        The mean of the hidden states for a model without a ``modules.json``, and for one with modules that are not
        supported.

    Raises
    ------
    ValueError
        If its files are damaged, or some are missing.
    """
    files = _Files(name, revision)
    with quiet():
        try:
            modules = files.find("modules.json")
        except OSError as error:
            logger.warning(
                "%s: its modules.json is not in the local Hugging Face cache and could not be looked up on the hub (%s), so its "
                "text vectors are taken to be the mean of its hidden states.",
                files.subject,
                first_line(error),
            )
            return TextHead()
        if modules is None:
            return TextHead()
        return head_of_modules(files.subject, _read_modules(files, modules))


class _Files:
    """The files of a model on the hub or in a folder."""

    def __init__(self, name: str, revision: str | None) -> None:
        self.subject = f"teacher={name!r}"
        self._name = name
        self._revision = revision
        self._is_folder = os.path.isdir(name)

    def find(self, file: str) -> Path | None:
        """Return the path of a file, downloaded if need be; None if the model has no such file.

        Raises
        ------
        OSError
            If that is not known, since the hub cannot be asked.
        """
        if self._is_folder:
            path = Path(self._name, file)
            return path if path.is_file() else None
        cached = try_to_load_from_cache(self._name, file, revision=self._revision)
        if cached is not None:
            return Path(cached) if isinstance(cached, str) else None
        try:
            return Path(str(cached_file(self._name, file, revision=self._revision)))
        except Exception as error:
            # transformers raises the same class for a file that the model lacks, without a cause.
            if isinstance(error, OSError) and error.__cause__ is None:
                return None
            raise OSError(first_line(error)) from error

    def require(self, *files: str) -> Path:
        """Return the path of the first of some files that the model has."""
        try:
            found = next(filter(None, map(self.find, files)), None)
        except OSError as error:
            raise ValueError(
                f"{self.subject}: {files[0]}, which its modules.json needs, could not be downloaded from the hub: check the network, "
                f"or pass the path of a downloaded model ({first_line(error)})."
            ) from None
        if found is None:
            raise ValueError(
                f"{self.subject} lacks {' or '.join(files)}, which its modules.json needs: download or save it again, or use another teacher."
            )
        return found

    def damaged(self, file: Path, place: str, error: Exception) -> ValueError:
        """Return an error that describes the fault of a file."""
        fault = fault_of(file) or f"cannot be read ({first_line(error)})"
        return ValueError(
            f"{self.subject} cannot be loaded: its {_join(place, file.name)} {fault}; download or save it again, or use another teacher."
        )


def _read_modules(files: _Files, modules: Path) -> Iterator[SentenceModule]:
    """Yield the modules after the first; the files of each are read when it is reached."""
    for place, kind in _listed_modules(files, modules):
        module = SentenceModule(kind, place)
        settings: dict[str, Any] = {}
        weights: dict[str, FloatArray] = {}
        if module.kind in KINDS_WITH_SETTINGS:
            settings = _read_json(files, files.require(_join(place, "config.json")), place)
        if module.kind in KINDS_WITH_WEIGHTS:
            found = files.require(_join(place, "model.safetensors"), _join(place, "pytorch_model.bin"))
            weights = _read_weights(files, found, place)
        yield SentenceModule(kind, place, settings, weights)


def _listed_modules(files: _Files, modules: Path) -> list[tuple[str, str]]:
    """Return the folder and the type of each module after the first."""
    try:
        listed = [(module["path"], module["type"]) for module in json.loads(modules.read_text(encoding="utf-8"))[1:]]
        if not all(isinstance(text, str) for pair in listed for text in pair):
            raise TypeError("a type or path is not a string")
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError, OSError) as error:
        raise ValueError(
            f"{files.subject}: its modules.json is not a list of modules of sentence-transformers, each with 'type' and 'path' "
            f"({first_line(error)}); download or save the teacher again, or pass the folder of the transformer itself."
        ) from error
    for place, _ in listed:
        path = PurePosixPath(place)
        if path.is_absolute() or ".." in path.parts or not place.isprintable() or set(place) & set("\\:"):
            raise ValueError(
                f"{files.subject}: its modules.json leads out of the folder, to {short(place)}; pass the folder of the transformer itself."
            )
    return [(place.strip("/"), kind) for place, kind in listed]


def _join(place: str, file: str) -> str:
    return f"{place}/{file}" if place else file


def _read_json(files: _Files, file: Path, place: str) -> dict[str, Any]:
    try:
        content = json.loads(file.read_text(encoding="utf-8"))
        if not isinstance(content, dict):
            raise TypeError("not a JSON object")
        return content
    except (ValueError, TypeError, RecursionError, OSError) as error:
        raise files.damaged(file, place, error) from error


def _read_weights(files: _Files, file: Path, place: str) -> dict[str, FloatArray]:
    try:
        if file.suffix == ".safetensors":
            weights = load_file(file)
        else:
            weights = torch.load(file, map_location="cpu", weights_only=True)
        # Copies: load_file maps the file, which may be written again later.
        return {str(key): weight.to(torch.float32, copy=True).numpy() for key, weight in weights.items()}
    except Exception as error:  # that of safetensors inherits from Exception alone
        if "Weights only load failed" in str(error):
            error = ValueError("a pickle with other objects than tensors, which is not loaded, since it could run code")
        raise files.damaged(file, place, error) from error
