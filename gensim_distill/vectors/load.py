"""Loading word vectors: from objects, and from files of any known format."""

from __future__ import annotations

import os
from typing import Any

from gensim.models import KeyedVectors

from gensim_distill._utils.validation import check_whole
from gensim_distill.vectors.keyed import first_words
from gensim_distill.vectors.read import read_vectors


def load_vectors(source: Any, *, limit: int | None = None) -> KeyedVectors:
    """Give `KeyedVectors` of an object or a file.

    Parameters
    ----------
    source : KeyedVectors, model with ``wv``, str or path
        Vectors and models of gensim are taken as they are. A file is in word2vec's text or binary
        format, GloVe's text (words may hold spaces), or fastText's ``.vec`` or ``.bin``, plain or
        compressed with gzip, bzip2 or xz; which, is told by how it begins, not by its name.
    limit : int, optional
        Only the first so many vectors, in most files those of the most frequent words. Give it for
        large files if memory is short; of fastText's ``.bin`` the whole file is read even so, and
        what is left can no longer make vectors of unknown words. By default all.

    Returns
    -------
    KeyedVectors
        With the attribute ``count`` only if true counts are known: the formats of word2vec have none.

    Raises
    ------
    ValueError
        If the file is damaged, of no known kind, or a pickle, as what gensim's own ``save`` writes:
        to read a pickle is to run the code in it, so that is left to you.
    FileNotFoundError
        If there is no such file.
    TypeError
        If it is none of the above.

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
        return read_vectors(source, limit)
    vectors = getattr(source, "wv", source)
    if not isinstance(vectors, KeyedVectors):
        raise TypeError(
            f"The vectors are of type {type(source).__name__}, where KeyedVectors, a model with .wv or the path of a "
            "word2vec, GloVe or fastText file was expected; those of a teacher are made by teacher_vectors."
        )
    if not len(vectors):
        raise ValueError("The vectors have no words: train or fill them first.")
    return first_words(vectors, limit)
