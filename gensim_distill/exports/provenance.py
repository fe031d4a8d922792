"""`Provenance`: the origin of exported vectors, as the model card states it."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

_SETTINGS = (
    "objective",
    "solver",
    "vector_size",
    "min_count",
    "max_final_vocab",
    "whitening",
    "contexts_per_word",
    "seed",
)
_TRAINING_SETTINGS = ("window", "sg", "hs", "negative", "ns_exponent", "sample", "alpha", "epochs")
_GENERIC_NAMES = frozenset({"model", "teacher", "checkpoint"})


@dataclass(frozen=True)
class Provenance:
    """The origin of some vectors, as far as it is known.

    Attributes
    ----------
    made_by : str
        The kind of model.
    teacher : str or None
        The name of the teacher on the hub, or of its folder.
    teacher_on_hub : bool
        Whether `teacher` is a name on the hub.
    documents, words : int or None
        The size of the corpus.
    settings : dict of str to str
        The settings of the model, by the names of its parameters.
    """

    made_by: str = "word vectors"
    teacher: str | None = None
    teacher_on_hub: bool = False
    documents: int | None = None
    words: int | None = None
    settings: dict[str, str] = field(default_factory=dict)


def provenance_of(source: Any) -> Provenance:
    """Return the known origin of vectors.

    Parameters
    ----------
    source : model, KeyedVectors, str or path
        Only a model knows its settings and corpus.

    Returns
    -------
    Provenance

    Examples
    --------
    >>> from gensim_distill.exports.provenance import provenance_of
    >>> provenance_of("downloads/glove.txt").made_by
    'vectors read from glove.txt'
    """
    if isinstance(source, (str, os.PathLike)):
        return Provenance(made_by=f"vectors read from {Path(source).name}")
    if not hasattr(source, "wv"):
        return Provenance()
    teacher: str | None = getattr(getattr(source, "teacher_reference", None), "name", None)
    local = teacher is not None and os.path.isabs(teacher)
    if teacher is not None and local:
        teacher = _folder_name(Path(teacher))  # not the whole path, since the card is published
    documents, words = (getattr(source, name, 0) or None for name in ("corpus_count", "corpus_total_words"))
    one_pass = getattr(source, "solver", None) == "one-pass"
    names = [*_SETTINGS, *(() if one_pass else _TRAINING_SETTINGS)]
    settings = {name: str(getattr(source, name)) for name in names if getattr(source, name, None) is not None}
    return Provenance(type(source).__name__, teacher, teacher is not None and not local, documents, words, settings)


def _folder_name(path: Path) -> str:
    """Return the name of a folder, with the name of its parent if its own is generic."""
    return f"{path.parent.name}/{path.name}" if path.name in _GENERIC_NAMES else path.name
