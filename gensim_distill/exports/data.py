"""What is exported: words, their vectors and counts."""

from __future__ import annotations

import logging
import os
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from gensim.models import KeyedVectors

from gensim_distill._utils.validation import check_whole
from gensim_distill.exports.provenance import Provenance, about
from gensim_distill.vectors.keyed import word_counts
from gensim_distill.vectors.load import load_vectors

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class ExportData:
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


def open_source(source: Any) -> tuple[KeyedVectors, Provenance]:
    """Give the vectors of a model, `KeyedVectors`, a file or a folder of safetensors, and what is known of them.

    Raises
    ------
    ValueError, TypeError, FileNotFoundError
        If there are none; see :func:`gensim_distill.vectors.load_vectors`.
    """
    if isinstance(source, (str, os.PathLike)):
        from gensim_distill.vectors.safetensors import is_safetensors_folder, load_safetensors

        path = Path(source)
        loaded = load_safetensors(path) if is_safetensors_folder(path) else load_vectors(path)
        return loaded, Provenance(made_by=f"vectors read from {path.name}")
    return load_vectors(source), about(source)


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
    if max_words is not None:
        check_whole("max_words", max_words, 1, advice=", or None to keep all words")
    if counts is not None:
        rows = rows[np.argsort(-counts[rows], kind="stable")]
    elif max_words is not None and max_words < len(rows):
        logger.info("No counts are known: the first %i words are taken for the most frequent.", max_words)
    return rows[:max_words]


logger = logging.getLogger(__name__)
_NAMED = 5  # words that a message shows


def writable(
    words: Sequence[str], cannot_hold: re.Pattern[str] | None, reason: str, format: str, leave_out: bool
) -> np.ndarray:
    """Give the rows of the words that a format can hold.

    Parameters
    ----------
    words : sequence of str
    cannot_hold : re.Pattern or None
        What is found in words that it cannot hold.
    reason : str
        Why, to follow "words that".
    format : str
        Its name, for the message.
    leave_out : bool
        Whether others are left out, with a warning, or refused.

    Raises
    ------
    ValueError
        If some have to be refused, or none is left.
    """
    bad = [] if cannot_hold is None else [row for row, word in enumerate(words) if cannot_hold.search(word)]
    if bad:
        named = ", ".join(ascii(words[row]) for row in bad[:_NAMED]) + (", ..." if len(bad) > _NAMED else "")
        what = f"{len(bad)} of {len(words)} words are such: {named}"
        if not leave_out:
            raise ValueError(
                f"The format {format!r} cannot hold words that {reason}, and {what}: give unwritable='leave out' to export "
                "the others, or a format that can, such as 'safetensors'."
            )
        if len(bad) == len(words):
            raise ValueError(
                f"The format {format!r} can hold none of the words, for it cannot hold those that {reason}."
            )
        logger.warning("The format %r leaves out words that %s: %s", format, reason, what)
    keep = np.ones(len(words), dtype=bool)
    keep[bad] = False
    rows: np.ndarray = np.flatnonzero(keep)
    return rows
