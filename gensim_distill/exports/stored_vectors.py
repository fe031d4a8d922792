"""`StoredVectors`: what a file or folder of vectors holds, read without unpickling."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from gensim.models import KeyedVectors

from gensim_distill._utils.toml import read_toml
from gensim_distill._utils.training_folder import SETTINGS, finished_summary, is_training_folder, training_of
from gensim_distill.corpus.documents import Document
from gensim_distill.corpus.reader import TextReader
from gensim_distill.encoding import TextEncoder
from gensim_distill.encoding.encoder_files import find_encoder
from gensim_distill.exports.provenance import MODEL_SETTINGS, Provenance, provenance_of
from gensim_distill.exports.provenance_file import read_provenance
from gensim_distill.vectors.load import load_vectors
from gensim_distill.vectors.safetensors import safetensors_folder_of


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


class StoredVectors:
    """Word vectors, text encoder and properties of a path, under the names of the attributes of a model.

    Parameters
    ----------
    path : str or path
        Everything that :func:`~gensim_distill.vectors.load_vectors` reads. Of the output folder of a training the settings, the
        corpus and the teacher are known as well.
    reader : TextReader, optional
        How texts become words, instead of the reader of the text encoder.

    Attributes
    ----------
    wv : KeyedVectors
    text_encoder : TextEncoder
        That of the folder, loaded when it is first used, or else one of the word vectors.
    has_encoder : bool
        Whether the path had a text encoder when its vectors were read.
    kind : str
    provenance : Provenance

    Raises
    ------
    ValueError, FileNotFoundError
        See :func:`~gensim_distill.vectors.load_vectors`.
    """

    def __init__(self, path: str | os.PathLike[str], reader: TextReader | None = None) -> None:
        self.has_encoder = find_encoder(path) is not None
        self.wv: KeyedVectors = load_vectors(path)
        self.vector_size: int = self.wv.vector_size
        self._path, self._reader = Path(path).absolute(), reader
        self._encoder: TextEncoder | None = None
        export, training = safetensors_folder_of(path), training_of(path)
        if export is not None:
            self.kind = "word vectors"
            self.provenance = read_provenance(export) or Provenance(made_by=f"vectors read from {export.name}")
            self.corpus_count, self.corpus_total_words = self.provenance.documents or 0, self.provenance.words or 0
        elif training is not None and is_training_folder(training):
            self.kind = "training by gensim-distill"
            self.__dict__.update(_properties_of(training))
            self.provenance = provenance_of(self)
        else:
            self.kind = "vector file"
            self.provenance = provenance_of(path)

    def encode(self, texts: Iterable[Document]) -> np.ndarray:
        """Return the vectors of texts."""
        return self.text_encoder.encode(texts)

    @property
    def text_encoder(self) -> TextEncoder:
        """The text encoder."""
        if self._encoder is None:
            if self.has_encoder:
                self._encoder = TextEncoder.load(self._path, self._reader)
            else:
                self._encoder = TextEncoder.of(self.wv, reader=self._reader)
        return self._encoder

    @text_encoder.setter
    def text_encoder(self, encoder: TextEncoder) -> None:
        self._encoder = encoder


def opened(source: Any) -> Any:
    """Return the stored vectors of a path that has more than word vectors, and anything else as it is."""
    if not isinstance(source, (str, os.PathLike)):
        return source
    training = training_of(source)
    known = training is not None and is_training_folder(training)
    if known or (find_encoder(source) is not None and (training or safetensors_folder_of(source))):
        return StoredVectors(source)
    return source


def _properties_of(folder: Path) -> Mapping[str, Any]:
    """Return the settings of a training, and the properties of its corpus and teacher."""
    summary, settings = finished_summary(folder), read_toml(folder / SETTINGS)
    found = {name: settings.get(name) for name in MODEL_SETTINGS}
    properties: dict[str, Any] = {
        name: None if value == "none" else value
        for name, value in found.items()
        if isinstance(value, (str, int, float))
    }
    corpus, teacher = summary.get("corpus", {}), summary.get("teacher", {})
    if "width" in teacher and "layers" in teacher:
        properties["teacher_reference"] = StoredTeacher(teacher.get("name"), teacher["width"], teacher["layers"])
    return properties | {
        "made_by": "DistilledWord2Vec",
        "objective": properties.get("objective", summary.get("objective")),
        "solver": properties.get("solver", summary.get("solver")),
        "corpus_count": corpus.get("documents", 0),
        "corpus_total_words": corpus.get("words", 0),
        "contexts_per_word": summary.get("contexts_per_word"),
        "lifecycle_events": summary.get("events", []),
        "running_training_loss": summary.get("loss") or 0.0,
    }
