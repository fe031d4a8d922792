"""What is known of how vectors were made."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class Provenance:
    """What went into vectors, as far as is known.

    Attributes
    ----------
    made_by : str
        The kind of model.
    teacher : str or None
        Its name on a hub, or that of its folder.
    teacher_on_hub : bool
        Whether it is the former.
    texts, words : int or None
        How many there were in the corpus.
    settings : dict of str to str
        By the names of the constructor.
    """

    made_by: str = "word vectors"
    teacher: str | None = None
    teacher_on_hub: bool = False
    texts: int | None = None
    words: int | None = None
    settings: dict[str, str] = field(default_factory=dict)


def about(model: Any) -> Provenance:
    """Give what is known of a model; of bare vectors it is nothing."""
    if not hasattr(model, "wv"):
        return Provenance()
    teacher: str | None = getattr(model, "teacher_name", None)
    local = teacher is not None and os.path.isabs(teacher)
    if teacher is not None and local:
        teacher = _folder_name(Path(teacher))  # where it is on this machine is nobody's business
    texts, words = (getattr(model, name, 0) or None for name in ("corpus_count", "corpus_total_words"))
    in_one_pass = getattr(model, "solver", None) == "one-pass"
    names = [*_ONE_PASS, *(() if in_one_pass else _GRADIENT_DESCENT)]
    settings = {name: str(getattr(model, name)) for name in names if getattr(model, name, None) is not None}
    return Provenance(type(model).__name__, teacher, teacher is not None and not local, texts, words, settings)


_ONE_PASS = (
    "objective",
    "solver",
    "vector_size",
    "min_count",
    "max_final_vocab",
    "whitening",
    "contexts_per_word",
    "seed",
)
_GRADIENT_DESCENT = ("window", "sg", "hs", "negative", "ns_exponent", "sample", "alpha", "epochs")


def _folder_name(path: Path) -> str:
    """Give the name of a folder, with that of the one it is in if it is one of the names that say nothing."""
    return f"{path.parent.name}/{path.name}" if path.name in {"model", "teacher", "checkpoint"} else path.name
