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
#: The settings of a model that cards and reports state.
MODEL_SETTINGS = (*_SETTINGS, *_TRAINING_SETTINGS, "max_vocab_size", "min_alpha", "workers", "compute_loss")
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

    @classmethod
    def of_json(cls, values: Any) -> Provenance:
        """Return the provenance in a dict of its attributes.

        Raises
        ------
        TypeError
            If it is another dict.
        """
        found = cls(**values)
        wrong = [
            not isinstance(found.made_by, str),
            not isinstance(found.teacher, (str, type(None))),
            not isinstance(found.teacher_on_hub, bool),
            *(not isinstance(number, (int, type(None))) for number in (found.documents, found.words)),
            not isinstance(found.settings, dict)
            or not all(isinstance(value, str) for value in found.settings.values()),
        ]
        if any(wrong):
            raise TypeError("The provenance has values of other types.")
        return found


def provenance_of(source: Any) -> Provenance:
    """Return the known origin of vectors.

    Parameters
    ----------
    source : model, KeyedVectors, str or path
        A model knows its settings and corpus, as does the output folder of a training.

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
    known = getattr(source, "provenance", None)
    if isinstance(known, Provenance):
        return known
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
    made_by = getattr(source, "made_by", type(source).__name__)
    return Provenance(made_by, teacher, teacher is not None and not local, documents, words, settings)


def _folder_name(path: Path) -> str:
    """Return the name of a folder, with the name of its parent if its own is generic."""
    return f"{path.parent.name}/{path.name}" if path.name in _GENERIC_NAMES else path.name
