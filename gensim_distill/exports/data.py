"""`ExportData`: the words, vectors and counts that a format writes, and their selection from a source."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol

import numpy as np
from gensim.models import KeyedVectors

from gensim_distill._utils.text import short
from gensim_distill._utils.validation import check_whole
from gensim_distill.corpus.reader import TextReader
from gensim_distill.encoding.text_encoder import TextEncoder
from gensim_distill.exports.dimensions import project, projection
from gensim_distill.exports.exporter import Exporter
from gensim_distill.exports.provenance import Provenance
from gensim_distill.linalg import row_blocks
from gensim_distill.vectors.keyed import word_counts

logger = logging.getLogger(__name__)

_NAMED = 5  # words named in a message
_LONGEST = 80  # characters of a word that a message shows


class WordTable(Protocol):
    """The part of a :class:`~gensim_distill.encoding.text_encoder.TextEncoder` that exports need."""

    words: list[str]
    table: np.ndarray
    pieces: list[str]
    piece_table: np.ndarray
    reader: TextReader


@dataclass(frozen=True)
class ExportData:
    """Words and vectors to be written.

    Attributes
    ----------
    words : list of str
        The most frequent first, if counts are known.
    vectors : numpy.ndarray of float32, shape (n_words, dimensions)
        The word vectors; for formats with `text_vectors` the weighted vectors of the text encoder.
    counts : numpy.ndarray of int64, shape (n_words,), or None
        The number of occurrences of each word, if known.
    keyed : KeyedVectors
        The source of the words.
    rows : numpy.ndarray of int64, shape (n_words,)
        The rows of the words in the source.
    matrix : numpy.ndarray, shape (vector_size, dimensions), or None
        The projection that was applied to the vectors, if any.
    encoder : TextEncoder or None
        The text encoder, for formats with `text_vectors` or `text_encoder`.
    pieces : list of str
        The pieces that its encoder divides other words into.
    piece_vectors : numpy.ndarray of float32, shape (n_pieces, dimensions)
        The vectors of the pieces.
    provenance : Provenance
        The origin of the vectors.
    progress : bool or None
        Whether formats that take minutes for a million words show progress; None shows it on a terminal, and elsewhere as lines.
    """

    words: list[str]
    vectors: np.ndarray
    counts: np.ndarray | None
    keyed: KeyedVectors
    rows: np.ndarray
    matrix: np.ndarray | None = None
    encoder: WordTable | None = None
    pieces: list[str] = field(default_factory=list)
    piece_vectors: np.ndarray = field(default_factory=lambda: np.zeros((0, 0), dtype=np.float32))
    provenance: Provenance = field(default_factory=Provenance)
    progress: bool | None = False


def select_data(
    exporter: Exporter,
    keyed: KeyedVectors,
    encoder: WordTable | None,
    *,
    dimensions: int | None = None,
    max_words: int | None = None,
    unwritable: Literal["raise", "skip"] = "raise",
    pieces: bool = True,
    max_pieces: int | None = None,
) -> ExportData:
    """Select the words that a format can hold, and reduce their vectors.

    Parameters
    ----------
    exporter : Exporter
    keyed : KeyedVectors
    encoder : TextEncoder or None
        If not None, its table is exported instead of the word vectors.
    dimensions, max_words, unwritable, pieces, max_pieces
        See :func:`~gensim_distill.exports.export`.

    Returns
    -------
    ExportData

    Raises
    ------
    ValueError
        If words cannot be written, a vector contains NaN or infinity, or a setting is invalid.
    """
    if max_pieces is not None:
        check_whole("max_pieces", max_pieces, 1, advice=", or None to keep all pieces; pieces=False omits them")
    words: list[str] = keyed.index_to_key if encoder is None else encoder.words
    vectors: np.ndarray = np.asarray(keyed.vectors if encoder is None else encoder.table)
    counts = _counts_of(words, keyed)
    rows = _most_frequent_rows(counts, len(words), max_words)
    rows = rows[_writable([words[row] for row in rows], exporter, unwritable)]
    finite = _finite_rows(vectors)
    if not finite[rows].all():
        bad = [words[row] for row in rows[~finite[rows]]]
        raise ValueError(
            f"The vectors of {len(bad)} words, such as {short(bad[0])}, contain NaN or infinity: correct or remove these words first."
        )
    strings, piece_table = (
        (encoder.pieces[:max_pieces], encoder.piece_table[:max_pieces])
        if encoder is not None and pieces
        else ([], vectors[:0])
    )
    if not np.isfinite(piece_table).all():
        raise ValueError(
            "The vectors of pieces of the text encoder contain NaN or infinity: correct or remove these pieces first."
        )
    # The projection is that of all words, so that max_words does not change the coordinates.
    matrix = projection(vectors if finite.all() else vectors[finite], dimensions)
    return ExportData(
        words=[words[row] for row in rows],
        # All words in their order, as usual, need no copy of their vectors.
        vectors=project(vectors if np.array_equal(rows, np.arange(len(vectors))) else vectors[rows], matrix),
        counts=None if counts is None else counts[rows],
        keyed=keyed,
        rows=rows,
        matrix=matrix,
        encoder=encoder,
        pieces=strings,
        piece_vectors=project(piece_table, matrix),
    )


def _finite_rows(vectors: np.ndarray) -> np.ndarray:
    """Return for each row whether all its numbers are finite, as an array of bool."""
    finite = np.empty(len(vectors), dtype=np.bool_)
    for rows in row_blocks(len(vectors)):
        finite[rows] = np.isfinite(vectors[rows]).all(axis=1)
    return finite


def check_encoder(encoder: Any) -> None:
    """Check that an encoder has a table of words.

    Raises
    ------
    TypeError
        If it has none, as a model, word vectors or a path.
    """
    names = ("words", "table", "pieces", "piece_table", "reader")
    if isinstance(encoder, type) or not all(hasattr(encoder, name) for name in names):
        raise TypeError(
            f"encoder= is of type {type(encoder).__name__}, where a TextEncoder was expected: pass that of a model, "
            "model.text_encoder, one of word vectors, TextEncoder.of(...), or a saved one, TextEncoder.load(...)."
        )


def text_encoder_of(source: Any, keyed: KeyedVectors) -> WordTable:
    """Return the text encoder of a model, or a new one for vectors without a model."""
    encoder: WordTable | None = getattr(source, "text_encoder", None)
    return TextEncoder.of(keyed) if encoder is None else encoder


def _counts_of(words: list[str], keyed: KeyedVectors) -> np.ndarray | None:
    """Return the count of each word, 0 for words without a count, or None if no counts are known."""
    counts = word_counts(keyed)
    if counts is None or words is keyed.index_to_key:
        return counts
    index = keyed.key_to_index
    return np.array([counts[index[word]] if word in index else 0 for word in words], dtype=np.int64)


def _most_frequent_rows(counts: np.ndarray | None, number: int, max_words: int | None) -> np.ndarray:
    """Return the rows of the `max_words` most frequent words, in that order; without counts the first rows."""
    if max_words is not None:
        check_whole("max_words", max_words, 1, advice=", or None to keep all words")
    if counts is not None:
        return np.argsort(-counts, kind="stable")[:max_words]
    if max_words is not None and max_words < number:
        logger.info("Counts are not known: the first %i words are taken as the most frequent.", max_words)
    return np.arange(number)[:max_words]


def _writable(words: Sequence[str], exporter: Exporter, unwritable: Literal["raise", "skip"]) -> np.ndarray:
    """Return the positions of the words that a format can hold.

    Raises
    ------
    ValueError
        If words cannot be written and `unwritable` is "raise", or no word can be written.
    """
    pattern, reason, format = exporter.unwritable, exporter.unwritable_reason, exporter.format
    bad = [] if pattern is None else [row for row, word in enumerate(words) if pattern.search(word)]
    if bad:
        examples = ", ".join(ascii(words[row][:_LONGEST]) for row in bad[:_NAMED]) + (
            ", ..." if len(bad) > _NAMED else ""
        )
        found = f"{len(bad)} of {len(words)} words: {examples}"
        if unwritable == "raise":
            raise ValueError(
                f"The format {format!r} cannot hold words that {reason}, which is true of {found}; set unwritable='skip' to "
                "export the other words, or use a format that holds any word, such as 'safetensors'."
            )
        if len(bad) == len(words):
            raise ValueError(f"The format {format!r} cannot hold any of the words: it has no words that {reason}.")
        logger.warning("The format %r cannot hold words that %s; skipped %s", format, reason, found)
    keep = np.ones(len(words), dtype=bool)
    keep[bad] = False
    rows: np.ndarray = np.flatnonzero(keep)
    return rows
