"""The source of a vectorizer with existing word vectors: a path, or an object with vectors."""

from __future__ import annotations

import os
from typing import Any

from gensim_distill.corpus.reader import TextReader
from gensim_distill.encoding import TextEncoder
from gensim_distill.encoding.encoder_files import find_encoder
from gensim_distill.vectorizer.distillation import Source
from gensim_distill.vectors import load_vectors


def stored_source(model: Any, reader: TextReader | None) -> Source:
    """Return the word vectors of a path or an object, with its learned rows if it has any.

    Parameters
    ----------
    model : KeyedVectors, model with ``wv``, str or path
        See :func:`~gensim_distill.vectors.load_vectors`.
    reader : TextReader or None
        How texts become words, by default as its text encoder does.

    Returns
    -------
    Source
    """
    vectors, encoder = load_vectors(model), None
    if isinstance(model, (str, os.PathLike)):
        encoder = None if find_encoder(model) is None else TextEncoder.load(model, reader)
    elif isinstance(getattr(model, "text_encoder", None), TextEncoder):
        encoder = model.text_encoder
    if encoder is None:
        return Source(vectors, reader or TextReader())
    is_learned = encoder.settings.get("weighting") == "learned"
    return Source(vectors, reader or encoder.reader, stored=encoder if is_learned else None)
