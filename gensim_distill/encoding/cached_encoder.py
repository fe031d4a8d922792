"""A text encoder that follows the word vectors that it was built from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from gensim.models import KeyedVectors

from gensim_distill.corpus.reader import TextReader
from gensim_distill.encoding.array_checksum import array_checksum
from gensim_distill.encoding.text_encoder import TextEncoder
from gensim_distill.encoding.weighting import EncoderSettings


@dataclass(frozen=True)
class _EncoderState:
    """All of an encoder that cannot be computed from the word vectors.

    Attributes
    ----------
    weights : numpy.ndarray of float64, shape (n_words,)
    directions : numpy.ndarray of float64, shape (n, vector_size)
    settings : EncoderSettings
    reader : TextReader or None
        None for the reader of the cache.
    fingerprint : tuple
        The fingerprint of the word vectors.
    """

    weights: np.ndarray
    directions: np.ndarray
    settings: EncoderSettings
    reader: TextReader | None
    fingerprint: tuple[Any, ...]


class CachedTextEncoder:
    """A cache of one :class:`TextEncoder`, rebuilt when the word vectors change.

    Changes are detected by a fingerprint of all vectors and counts, and by a comparison of the words. This takes
    the time of reading their memory once, so get the encoder once to encode many texts one by one.

    A pickle holds the weights, directions, settings and reader of the encoder, but not its table, which is
    rebuilt from the word vectors.

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
        self._encoder: TextEncoder | None = None
        self._state: _EncoderState | None = None

    def get(self, vectors: KeyedVectors) -> TextEncoder:
        """Return the encoder of some word vectors; build it if there is none or the vectors have changed.

        Parameters
        ----------
        vectors : KeyedVectors

        Returns
        -------
        TextEncoder
            An encoder with the settings of the last one, or the defaults of :meth:`TextEncoder.of`.

        Raises
        ------
        RuntimeError
            If the vectors have changed and the last encoder was built from texts as well.
        """
        state = self._state
        if state is not None and self._has_words(vectors) and state.fingerprint == _fingerprint(vectors):
            if self._encoder is None:  # after unpickling or copying
                reader = self.reader if state.reader is None else state.reader
                self._encoder = TextEncoder.from_parts(
                    vectors, state.weights, state.directions, reader=reader, settings=state.settings
                )
            return self._encoder
        settings: dict[str, Any] = {} if state is None else {**state.settings}
        if settings.pop("texts", False):
            raise RuntimeError(
                "The vectors have changed since the text encoder was built from them and from texts: assign a new one, "
                "model.text_encoder = TextEncoder.of(model.wv, texts=...), or del model.text_encoder for the default."
            )
        reader = self.reader if state is None or state.reader is None else state.reader
        encoder = TextEncoder.of(vectors, reader=reader, **settings)
        self._store(encoder, vectors)
        return encoder

    def set(self, encoder: TextEncoder, vectors: KeyedVectors) -> None:
        """Store an encoder of some word vectors.

        Parameters
        ----------
        encoder : TextEncoder
        vectors : KeyedVectors
            The vectors that it was built from.

        Raises
        ------
        TypeError
            If it is not a TextEncoder.
        ValueError
            If it was not built from these vectors.
        """
        if not isinstance(encoder, TextEncoder):
            raise TypeError(f"text_encoder is a {type(encoder).__name__}, where a TextEncoder was expected.")
        if not _is_built_from(encoder, vectors):
            raise ValueError(
                "The text encoder was not built from the current vectors of this model: build it by "
                "TextEncoder.of(model.wv, ..., reader=model.reader), or use it by itself."
            )
        self._store(encoder, vectors)

    def clear(self) -> None:
        """Forget the encoder and its settings."""
        self._encoder = self._state = None

    def _has_words(self, vectors: KeyedVectors) -> bool:
        return self._encoder is None or self._encoder.words == vectors.index_to_key

    def _store(self, encoder: TextEncoder, vectors: KeyedVectors) -> None:
        assert encoder.weights is not None
        self._encoder = encoder
        self._state = _EncoderState(
            encoder.weights,
            encoder.directions,
            encoder.settings,
            None if encoder.reader is self.reader else encoder.reader,
            _fingerprint(vectors),
        )

    def __getstate__(self) -> dict[str, Any]:
        return self.__dict__ | {"_encoder": None}


def _is_built_from(encoder: TextEncoder, vectors: KeyedVectors) -> bool:
    if encoder.weights is None or encoder.words != vectors.index_to_key:
        return False
    rebuilt = TextEncoder.from_parts(
        vectors, encoder.weights, encoder.directions, reader=encoder.reader, settings=encoder.settings
    )
    return np.array_equal(rebuilt.table, encoder.table)


def _fingerprint(vectors: KeyedVectors) -> tuple[Any, ...]:
    """Return checksums of all vectors and counts."""
    counts = np.asarray(vectors.expandos.get("count", np.empty(0)))
    return *vectors.vectors.shape, array_checksum(vectors.vectors), array_checksum(counts)
