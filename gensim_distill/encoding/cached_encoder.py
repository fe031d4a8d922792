"""A text encoder that follows the word vectors, or the learned rows, that it is built from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from gensim.models import KeyedVectors

from gensim_distill.corpus.reader import TextReader
from gensim_distill.encoding.array_checksum import array_checksum
from gensim_distill.encoding.text_encoder import TextEncoder
from gensim_distill.encoding.weighting import EncoderSettings
from gensim_distill.encoding.word_weights import WordWeights
from gensim_distill.objectives.text_table import TextTable
from gensim_distill.solvers.learned_state import LearnedState

# The settings of encoders that earlier versions stored with every model.
_EARLIER_DEFAULT: EncoderSettings = {"weighting": "sif", "a": 1e-3, "components": 1, "texts": False}


@dataclass(frozen=True)
class _EncoderState:
    """All of an assigned encoder that cannot be computed from the word vectors or the learned rows.

    Attributes
    ----------
    weights : numpy.ndarray of float64, shape (n_words,), or None
        None for an encoder of the learned rows.
    directions : numpy.ndarray of float64, shape (n, vector_size)
    settings : EncoderSettings
    reader : TextReader or None
        None for the reader of the cache.
    fingerprint : tuple
        The fingerprint of the word vectors; empty for an encoder of the learned rows.
    """

    weights: np.ndarray | None
    directions: np.ndarray
    settings: EncoderSettings
    reader: TextReader | None
    fingerprint: tuple[Any, ...]


@dataclass(frozen=True)
class _Built:
    """An encoder and its sources: it is valid as long as these are the same."""

    encoder: TextEncoder
    words: list[str]
    table: TextTable | None
    fingerprint: tuple[Any, ...]  # empty if it depends on the table only


class CachedTextEncoder:
    """A cache of one :class:`TextEncoder`, built again when its sources have changed.

    The default encoder is that of the table of texts that a model has learned, if there is one, or else that of the word
    vectors. A table never changes, but is replaced. Changes of word vectors are detected by a fingerprint of all vectors
    and counts, in the time of reading their memory once.

    A pickle holds the weights, directions, settings and reader of an encoder that was assigned, but not its table, which
    is computed from its sources again.

    Parameters
    ----------
    reader : TextReader
        The reader of encoders that :meth:`get` builds.

    Examples
    --------
    >>> from gensim.models import Word2Vec
    >>> from gensim.test.utils import common_texts
    >>> from gensim_distill import TextReader
    >>> from gensim_distill.encoding import CachedTextEncoder
    >>> vectors = Word2Vec(common_texts, min_count=1, vector_size=8, seed=1).wv
    >>> cache = CachedTextEncoder(TextReader())
    >>> encoder = cache.get(vectors)
    >>> cache.get(vectors) is encoder
    True
    >>> vectors.vectors *= 2
    >>> cache.get(vectors) is encoder
    False
    """

    def __init__(self, reader: TextReader) -> None:
        self.reader = reader
        self._state: _EncoderState | None = None
        self._built: _Built | None = None

    def get(self, vectors: KeyedVectors, learned: LearnedState | None = None) -> TextEncoder:
        """Return the encoder of a model; build it if there is none or its sources have changed.

        Parameters
        ----------
        vectors : KeyedVectors
            The words and their vectors.
        learned : LearnedState, optional
            All that the model has learned, with its table of texts, if any.

        Returns
        -------
        TextEncoder
            An encoder with the settings of the last one that was assigned, or the default.

        Raises
        ------
        RuntimeError
            If the vectors have changed and the assigned encoder was built from texts as well.
        """
        state, built = self._state, self._built
        reader = self.reader if state is None or state.reader is None else state.reader
        table = None if learned is None or (state is not None and state.weights is not None) else learned.text_table
        is_current = (
            built is not None
            and built.table is table
            and built.encoder.reader is reader
            and built.words == vectors.index_to_key
        )
        if built is not None and is_current and not built.fingerprint:
            return built.encoder
        encoder = None if table is None or learned is None else encoder_of_table(vectors, learned, reader)
        fingerprint = _fingerprint(vectors) if encoder is None else ()
        if built is not None and is_current and built.fingerprint == fingerprint:
            return built.encoder
        if encoder is None:
            encoder = self._of_vectors(vectors, reader, fingerprint)
        self._built = _Built(encoder, list(vectors.index_to_key), table, fingerprint)
        return encoder

    def set(self, encoder: TextEncoder, vectors: KeyedVectors, learned: LearnedState | None = None) -> None:
        """Store an encoder of a model.

        Parameters
        ----------
        encoder : TextEncoder
        vectors : KeyedVectors
            The vectors that it was built from.
        learned : LearnedState, optional
            With the table that it was built from, if it was.

        Raises
        ------
        TypeError
            If it is not a TextEncoder.
        ValueError
            If it was built neither from these vectors nor from this table.
        """
        if not isinstance(encoder, TextEncoder):
            raise TypeError(f"text_encoder is a {type(encoder).__name__}, where a TextEncoder was expected.")
        table = None if learned is None or encoder.weights is not None else learned.text_table
        if table is not None and learned is not None:
            rebuilt = encoder_of_table(vectors, learned, encoder.reader)
        else:
            rebuilt = _of_weights(encoder, vectors)
        if rebuilt is None or not _are_equal(encoder, rebuilt):
            raise ValueError(
                "The text encoder was not built from the current vectors of this model, nor from its learned table: build it "
                "by TextEncoder.of(model.wv, ..., reader=model.reader), or use it by itself."
            )
        fingerprint = _fingerprint(vectors) if table is None else ()
        reader = None if encoder.reader is self.reader else encoder.reader
        self._state = _EncoderState(encoder.weights, encoder.directions, encoder.settings, reader, fingerprint)
        self._built = _Built(encoder, list(vectors.index_to_key), table, fingerprint)

    def clear(self) -> None:
        """Forget the encoder and its settings."""
        self._state = self._built = None

    def _of_vectors(self, vectors: KeyedVectors, reader: TextReader, fingerprint: tuple[Any, ...]) -> TextEncoder:
        """Return the encoder of word vectors with the assigned settings, or the default."""
        state = self._state
        if state is None or state.weights is None:
            return TextEncoder.of(vectors, reader=reader)
        if self._built is None and state.fingerprint == fingerprint:  # after unpickling or copying
            return TextEncoder.from_weights(
                vectors, WordWeights(state.weights, state.directions, state.settings), reader
            )
        settings: dict[str, Any] = {**state.settings}
        if settings.pop("texts", False):
            raise RuntimeError(
                "The vectors have changed since the text encoder was built from them and from texts: assign a new one, "
                "model.text_encoder = TextEncoder.of(model.wv, texts=...), or del model.text_encoder for the default."
            )
        encoder = TextEncoder.of(vectors, reader=reader, **settings)
        self._state = _EncoderState(encoder.weights, encoder.directions, encoder.settings, state.reader, fingerprint)
        return encoder

    def __getstate__(self) -> dict[str, Any]:
        return self.__dict__ | {"_built": None}

    def __setstate__(self, state: dict[str, Any]) -> None:
        earlier = "_built" not in state  # versions that stored the default encoder like an assigned one
        self.__dict__.update({name: value for name, value in state.items() if name != "_encoder"} | {"_built": None})
        if (
            earlier
            and self._state is not None
            and (self._state.settings, self._state.reader) == (_EARLIER_DEFAULT, None)
        ):
            self._state = None


def encoder_of_table(vectors: KeyedVectors, learned: LearnedState, reader: TextReader) -> TextEncoder | None:
    """Return the encoder of the table of texts that a model has learned.

    Parameters
    ----------
    vectors : KeyedVectors
        The present words of the model, which may have been reordered, added to or removed since.
    learned : LearnedState
    reader : TextReader

    Returns
    -------
    TextEncoder or None
        None without a table, or if none of the words has a row.
    """
    table, words = learned.text_table, vectors.index_to_key
    if table is not None and learned.words != words:
        table = table.take(learned.rows_of(words))
    return None if table is None or not table.rows.any() else TextEncoder.from_text_table(words, table, reader)


def _of_weights(encoder: TextEncoder, vectors: KeyedVectors) -> TextEncoder | None:
    """Return an encoder of word vectors with the weights and directions of another one, if they are of the same words."""
    if encoder.weights is None or encoder.words != vectors.index_to_key:
        return None
    fitted = WordWeights(encoder.weights, encoder.directions, encoder.settings)
    return TextEncoder.from_weights(vectors, fitted, encoder.reader)


def _are_equal(one: TextEncoder, other: TextEncoder) -> bool:
    return (one.words, one.pieces) == (other.words, other.pieces) and np.array_equal(one.rows, other.rows)


def _fingerprint(vectors: KeyedVectors) -> tuple[Any, ...]:
    """Return checksums of all vectors and counts."""
    counts = np.asarray(vectors.expandos.get("count", np.empty(0)))
    return *vectors.vectors.shape, array_checksum(vectors.vectors), array_checksum(counts)
