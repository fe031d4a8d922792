"""Load word vectors from objects, files of any known format, and folders of safetensors."""

from __future__ import annotations

import os
from typing import Any

from gensim.models import KeyedVectors

from gensim_distill._utils.validation import check_whole
from gensim_distill.vectors.keyed import first_words
from gensim_distill.vectors.read import read_vectors
from gensim_distill.vectors.safetensors import VECTORS_FILE, is_safetensors_folder, load_safetensors


def load_vectors(source: Any, *, limit: int | None = None) -> KeyedVectors:
    """Return `KeyedVectors` from an object, a file or a folder.

    Parameters
    ----------
    source : KeyedVectors, model with ``wv``, str or path
        gensim's vectors and models are used as they are. A file is in word2vec's text or binary
        format, GloVe's text (words may contain spaces), or fastText's ``.vec`` or ``.bin``, plain or
        compressed with gzip, bzip2 or xz; the format is detected from its first bytes, not from its
        name. A folder is in the format "safetensors", see :func:`save_safetensors`.
    limit : int, optional
        Load at most this many vectors; in most files the first words are the most frequent. Saves
        memory with large files, except for fastText's ``.bin``, which is always read completely; a
        limited ``.bin`` has no vectors for out-of-vocabulary words. By default all.

    Returns
    -------
    KeyedVectors
        With the attribute ``count`` only if counts are known: word2vec's formats have none.

    Raises
    ------
    ValueError
        If the file is damaged, in an unknown format, or a pickle, as written by gensim's own
        ``save``: loading a pickle runs the code in it, so that is left to the caller.
    FileNotFoundError
        If there is no such file, or a folder does not have the format "safetensors".
    TypeError
        If the source is none of the above.

    Examples
    --------
    >>> from gensim.test.utils import datapath
    >>> from gensim_distill.vectors import load_vectors
    >>> load_vectors(datapath("test_glove.txt")).vectors.shape
    (76, 50)
    >>> load_vectors(datapath("euclidean_vectors.bin"), limit=2).index_to_key
    ['the', 'to']
    """
    if limit is not None:
        check_whole("limit", limit, 1, advice=", or None for all vectors")
    if isinstance(source, (str, os.PathLike)):
        if not os.path.isdir(source):
            return read_vectors(source, limit)
        if not is_safetensors_folder(source):
            raise FileNotFoundError(
                f"{os.fspath(source)!r} is a folder, not a file, and has no {VECTORS_FILE}: expected a file of word vectors, "
                "such as vectors.bin in a folder of `gensim-distill train`, or a folder written by export(..., 'safetensors')."
            )
        return first_words(load_safetensors(source), limit)
    vectors = getattr(source, "wv", source)
    if not isinstance(vectors, KeyedVectors):
        raise TypeError(
            f"The vectors are of type {type(source).__name__}: expected KeyedVectors, a model with .wv, or the path of a "
            "word2vec, GloVe or fastText file; for the vectors of a teacher use teacher_vectors."
        )
    if not len(vectors):
        raise ValueError("The vectors have no words: train or fill them first.")
    return first_words(vectors, limit)
