"""What is exported: words, their vectors and counts, and what is known of how they were made."""

from __future__ import annotations

import logging
import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from gensim.models import KeyedVectors

from gensim_distill.evaluation.teacher_vectors import load_vectors
from gensim_distill.vectors.keyed import word_counts

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class About:
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


@dataclass(frozen=True)
class Material:
    """Words and vectors ready to be written.

    Attributes
    ----------
    words : list of str
        The most frequent first, if that is known.
    vectors : numpy.ndarray of float32, shape (n, width)
    counts : numpy.ndarray of int64, shape (n,), or None
        How often each word occurred, if that is known.
    keyed : KeyedVectors
        What they come from.
    rows : numpy.ndarray of int, shape (n,)
        Where the words are in what they come from.
    matrix : numpy.ndarray or None
        By which `vectors` were projected, if they were.
    encoder : object or None
        The :class:`~gensim_distill.encoding.text_encoder.TextEncoder` whose table the vectors are, for formats of text vectors.
    """

    words: list[str]
    vectors: np.ndarray
    counts: np.ndarray | None
    keyed: KeyedVectors
    rows: np.ndarray
    matrix: np.ndarray | None = None
    encoder: Any = None


def open_source(source: Any) -> tuple[KeyedVectors, About]:
    """Give the vectors of a model, `KeyedVectors`, a file or a folder of safetensors, and what is known of them.

    Raises
    ------
    ValueError, TypeError, FileNotFoundError
        If there are none; see :func:`gensim_distill.evaluation.load_vectors`.
    """
    if isinstance(source, (str, os.PathLike)):
        from gensim_distill.exports.safetensors_folder import is_safetensors_folder, load_safetensors

        path = Path(source)
        loaded = load_safetensors(path) if is_safetensors_folder(path) else load_vectors(path)
        return loaded, About(made_by=f"vectors read from {path.name}")
    return load_vectors(source), about(source)


def about(model: Any) -> About:
    """Give what is known of a model; of bare vectors it is nothing."""
    if not hasattr(model, "wv"):
        return About()
    teacher: str | None = getattr(model, "teacher_name", None)
    local = teacher is not None and os.path.isabs(teacher)
    if teacher is not None and local:
        teacher = _folder_name(Path(teacher))  # where it is on this machine is nobody's business
    texts, words = (getattr(model, name, 0) or None for name in ("corpus_count", "corpus_total_words"))
    in_one_pass = getattr(model, "solver", None) == "closed-form"
    names = [*_ONE_PASS, *(() if in_one_pass else _GRADIENT_DESCENT)]
    settings = {name: str(getattr(model, name)) for name in names if getattr(model, name, None) is not None}
    return About(type(model).__name__, teacher, teacher is not None and not local, texts, words, settings)


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


def text_encoder(source: Any, keyed: KeyedVectors) -> Any:
    """Give the `TextEncoder` of a model, or one made of its vectors."""
    encoder = getattr(source, "text_encoder", None)
    if encoder is None:
        from gensim_distill.encoding.text_encoder import TextEncoder

        encoder = TextEncoder.of(keyed)
    return encoder


def counts_of(words: list[str], keyed: KeyedVectors) -> np.ndarray | None:
    """Give how often each word occurs, 0 for those that have no count, or None if nothing is known."""
    counts = word_counts(keyed)
    if counts is None:
        return None
    if words is keyed.index_to_key:
        return counts
    index = keyed.key_to_index
    return np.array([counts[index[word]] if word in index else 0 for word in words], dtype=np.int64)


def by_frequency(counts: np.ndarray | None, rows: np.ndarray, max_words: int | None) -> np.ndarray:
    """Give rows with the most frequent first, and of them the first `max_words`; without counts their order is taken for it."""
    if max_words is not None and (
        isinstance(max_words, bool) or not isinstance(max_words, (int, np.integer)) or max_words < 1
    ):
        raise ValueError(f"max_words={max_words!r}: give a whole number from 1, or leave it out to keep all words.")
    if counts is not None:
        rows = rows[np.argsort(-counts[rows], kind="stable")]
    elif max_words is not None and max_words < len(rows):
        logger.info("No counts are known: the first %i words are taken for the most frequent.", max_words)
    return rows[:max_words]
