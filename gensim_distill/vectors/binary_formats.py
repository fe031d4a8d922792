"""Read binary formats through gensim: word2vec's, and fastText's ``.bin``."""

from __future__ import annotations

import os

from gensim.models import KeyedVectors
from gensim.models.fasttext import load_facebook_vectors

from gensim_distill._utils.compression import READ_ERRORS
from gensim_distill.vectors.compression import decompressed_copy


def read_word2vec_binary(path: str, *, declared: int, vector_size: int, limit: int | None) -> KeyedVectors:
    """Read a file in word2vec's binary format.

    Parameters
    ----------
    path : str
        The file, plain or compressed.
    declared, vector_size : int
        The number of vectors and their dimensions, from the first line of the file.
    limit : int or None
        Read at most this many vectors.

    Returns
    -------
    KeyedVectors
        Without the attribute ``count``, which the format does not have.

    Raises
    ------
    ValueError
        If the file is damaged.
    """
    with decompressed_copy(path) as plain:
        wanted = declared if limit is None else min(declared, limit)
        if os.path.getsize(plain) < wanted * vector_size * 4:  # checked before gensim allocates the memory
            raise ValueError(
                f"{path!r} is damaged: its first line declares {declared} vectors with {vector_size} dimensions, and the "
                "file is too short for them: download it again."
            )
        try:
            vectors = KeyedVectors.load_word2vec_format(plain, binary=True, unicode_errors="replace", limit=wanted)
        except (*READ_ERRORS, ValueError, AssertionError, MemoryError) as error:
            raise ValueError(f"{path!r} is damaged, or not in word2vec's binary format ({error}).") from error
    vectors.expandos.pop("count", None)  # placeholders set by gensim
    return vectors


def read_fasttext_binary(path: str) -> KeyedVectors:
    """Read a model in fastText's ``.bin`` format.

    Parameters
    ----------
    path : str
        The file, plain or compressed.

    Returns
    -------
    FastTextKeyedVectors
        With character n-grams, so that out-of-vocabulary words have vectors.

    Raises
    ------
    ValueError
        If the file is damaged, or a variant that gensim does not support.
    """
    with decompressed_copy(path) as plain:
        try:
            return load_facebook_vectors(plain)
        except NotImplementedError as error:
            raise ValueError(f"{path!r} is a fastText model that gensim does not support ({error}).") from error
        except Exception as error:  # gensim's reader fails on damaged files with errors of any type
            raise ValueError(
                f"{path!r} begins like fastText's .bin files, and is damaged ({type(error).__name__})."
            ) from error
