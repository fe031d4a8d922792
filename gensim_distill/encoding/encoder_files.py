"""The files of a text encoder: JSON and safetensors, without pickle."""

from __future__ import annotations

import json
import os
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
from safetensors import SafetensorError
from safetensors.numpy import save_file

from gensim_distill._utils.file_sets import member_path, replace_set
from gensim_distill._utils.foreign_folders import foreign_folder
from gensim_distill._utils.format_versions import NewerFormatError, format_version
from gensim_distill._utils.tensor_files import read_tensors
from gensim_distill._utils.text import first_line
from gensim_distill._utils.training_folder import TEXT_ENCODER, training_of
from gensim_distill.corpus.reader import TextReader
from gensim_distill.corpus.splitting import Splitter, lower, split_words
from gensim_distill.encoding.weighting import EncoderSettings, is_finite
from gensim_distill.statistics.checksum import checksum_of
from gensim_distill.vectors.safetensors import safetensors_folder_of

# Versions before pieces read the first version of the format only, which encoders without pieces still have.
_FORMAT, _PLAIN, _WITH_PIECES = "gensim-distill text encoder", 1, 2
_JSON, _ARRAYS = "encoder.json", "encoder.safetensors"
_CUSTOM = "custom"
_SPLITTERS: dict[str, Splitter] = {"unicode": split_words, "white space": str.split}
_KEYS: dict[str, Callable[[str], str] | None] = {
    "default": None,
    "as written": str,
    "lower": str.lower,
    "lower word": lower,
}
_T = TypeVar("_T")


class MissingReaderError(ValueError):
    """A text encoder had a splitter or key of the user, which is not stored."""


@dataclass(frozen=True)
class EncoderFiles:
    """The content of the files of a text encoder.

    Attributes
    ----------
    words, pieces : list of str
    arrays : dict of str to numpy.ndarray
        `table`, `directions` and, if the encoder has them, `weights` and `piece_table`.
    settings : EncoderSettings
    reader : TextReader
    """

    words: list[str]
    pieces: list[str]
    arrays: dict[str, np.ndarray]
    settings: EncoderSettings
    reader: TextReader

    def write(self, folder: Path) -> None:
        """Write ``encoder.json`` and ``encoder.safetensors`` into a folder, which is created if needed."""
        folder.mkdir(parents=True, exist_ok=True)
        identifier = uuid.uuid4().hex  # in both files, so that a mixed pair is detected
        format = f"{_FORMAT} {_WITH_PIECES if self.pieces else _PLAIN}"
        about = {
            "format": format,
            "id": identifier,
            "settings": self.settings,
            **reader_names(self.reader),
            "words": self.words,
        } | ({"pieces": self.pieces} if self.pieces else {})
        about["checksum"] = _checksum(about, self.arrays)
        with replace_set(folder / _JSON, lambda: identifier) as temporary:
            save_file(self.arrays, temporary.with_name(_ARRAYS), metadata={"format": format, "id": identifier})
            temporary.write_text(json.dumps(about, indent=0), encoding="utf-8")

    @classmethod
    def read(cls, folder: Path, reader: TextReader | None = None) -> EncoderFiles:
        """Read the files of an encoder.

        Parameters
        ----------
        folder : pathlib.Path
            See :func:`find_encoder`.
        reader : TextReader, optional
            Replaces the stored reader; required if that had a custom splitter or key.

        Raises
        ------
        FileNotFoundError
            If there is no encoder.
        ValueError
            If the files are damaged or were written by a newer version, or a reader is required.
        """
        found = find_encoder(folder)
        if found is None:
            raise FileNotFoundError(
                foreign_folder(folder, "a text encoder")
                or f"{str(folder)!r} contains no text encoder, {_JSON}: expected a folder that TextEncoder.save or save_pretrained has "
                "written, or the output folder of `gensim-distill train`; of word vectors, TextEncoder.of(load_vectors(path)) "
                "makes one."
            )
        folder = found
        try:
            about = json.loads((folder / _JSON).read_text(encoding="utf-8"))
            version = format_version(about["format"], _FORMAT, _WITH_PIECES, folder)
            arrays_path = member_path(folder / _JSON, _ARRAYS, about["id"])
            arrays, header = read_tensors(arrays_path)
            if not version:
                raise ValueError(f"its {_JSON} is not one of a text encoder")
            if header.get("format") != about["format"] or header.get("id") != about["id"]:
                raise ValueError("its two files do not belong to the same encoder")
            has_pieces = version == _WITH_PIECES
            if missing := {"table", "directions", *(["piece_table"] if has_pieces else [])} - arrays.keys():
                raise ValueError(f"{_ARRAYS} has no {' and no '.join(sorted(missing))}")
            words, settings, pieces = about["words"], about["settings"], about["pieces"] if has_pieces else []
            if wrong := _mismatch(words, pieces, settings, arrays):
                raise ValueError(wrong)
            if "checksum" in about and about["checksum"] != _checksum(about, arrays):  # earlier versions wrote none
                raise ValueError("its checksum does not match, so a file is damaged: save the encoder again")
            names = about["word_splitter"], about["key"]
            if reader is None and _CUSTOM not in names:
                reader = TextReader(_SPLITTERS[names[0]], _KEYS[names[1]])
        except NewerFormatError:
            raise
        except (KeyError, TypeError, ValueError, AttributeError, RecursionError, SafetensorError) as error:
            raise ValueError(f"{str(folder)!r} contains no complete text encoder ({first_line(error)}).") from error
        if reader is None:
            raise MissingReaderError(
                f"The encoder in {str(folder)!r} had a custom splitter or key, which is not stored: pass it again, as "
                "reader=TextReader(...)."
            )
        return cls(words, pieces, arrays, settings, reader)


def find_encoder(path: str | os.PathLike[str]) -> Path | None:
    """Return the folder of the text encoder that a path is, of which it is a file, or that it contains.

    Parameters
    ----------
    path : str or path
        A folder of a text encoder, the output folder of ``gensim-distill train``, a folder of
        :meth:`~gensim_distill.DistilledVectors.save_pretrained`, or a file or folder of theirs.

    Returns
    -------
    pathlib.Path or None
        None if there is none.
    """
    place = Path(path)
    candidates = [place, *([place.parent] if place.name in (_JSON, _ARRAYS) else [])]
    candidates += [folder / TEXT_ENCODER for folder in (safetensors_folder_of(place), training_of(place)) if folder]
    # Either file counts: without the other one it is damaged, and to ignore it would give other vectors.
    return next((folder for folder in candidates if any((folder / name).is_file() for name in (_JSON, _ARRAYS))), None)


def _checksum(about: Mapping[str, Any], arrays: Mapping[str, np.ndarray]) -> str:
    """Return the checksum of all that the files contain but itself."""
    content = {name: value for name, value in about.items() if name != "checksum"}
    return checksum_of(arrays, json.dumps(content, sort_keys=True))


def reader_names(reader: TextReader) -> dict[str, str]:
    """Return the names of the functions of a reader by which an encoder finds words; "custom" for those of the user."""
    return {
        "word_splitter": _name_of(reader.word_splitter, _SPLITTERS),
        "key": _name_of(reader.key, _KEYS),
    }


def _mismatch(words: Any, pieces: Any, settings: Any, arrays: Mapping[str, np.ndarray]) -> str | None:
    """Return why words, pieces, settings and arrays do not belong together; None if they do."""
    for strings, kind in ((words, "words"), (pieces, "pieces")):
        if not isinstance(strings, list) or not all(isinstance(string, str) for string in strings):
            return f"its {kind} are not a list of strings"
        if len(set(strings)) < len(strings):
            return f"its {kind} are not distinct"
    if not isinstance(settings, dict):
        return "its settings are not a mapping"
    size = arrays["table"].shape[-1:]
    expected = {"table": (len(words), *size), "weights": (len(words),), "piece_table": (len(pieces), *size)}
    shapes = [array.shape for array in arrays.values()]
    if (
        any(array.shape != expected.get(name, array.shape) for name, array in arrays.items())
        or arrays["directions"].shape[1:] != size
        or not all(np.issubdtype(array.dtype, np.floating) for array in arrays.values())
    ):
        return f"{_ARRAYS} has arrays of the shapes {shapes}, which do not belong to {len(words)} words and {len(pieces)} pieces"
    if not all(map(is_finite, arrays.values())):
        return f"{_ARRAYS} has numbers that are not finite"
    return None


def _name_of(function: _T, names: Mapping[str, _T]) -> str:
    return next((name for name, known in names.items() if known is function), _CUSTOM)
