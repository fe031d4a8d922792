"""Load word vectors from objects, files of any known format, and folders of safetensors."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from gensim.models import KeyedVectors

from gensim_distill._utils.foreign_folders import foreign_folder
from gensim_distill._utils.training_folder import TEXT_VECTORS, VECTORS, check_finished, training_of
from gensim_distill._utils.validation import check_whole
from gensim_distill.vectors.keyed import check_strings, first_words
from gensim_distill.vectors.read import read_vectors
from gensim_distill.vectors.safetensors import load_safetensors, safetensors_folder_of
from gensim_distill.vectors.training_vectors import load_training_vectors


def load_vectors(source: Any, *, limit: int | None = None) -> KeyedVectors:
    """Return `KeyedVectors` from an object, a file or a folder.

    Parameters
    ----------
    source : KeyedVectors, model with ``wv``, str or path
        gensim's vectors and models are used as they are. A file is in word2vec's text or binary
        format, GloVe's text (words may contain spaces), or fastText's ``.vec`` or ``.bin``, plain or
        compressed with gzip, bzip2 or xz; the format is detected from its first bytes, not from its
        name. A folder is the output of ``gensim-distill train`` or an export in the format "safetensors", see
        :func:`save_safetensors`; instead of a folder, any of its own files and folders may be passed.
    limit : int, optional
        Load at most this many vectors; in most files the first words are the most frequent. Saves
        memory with large files, except for fastText's ``.bin``, which is always read completely; a
        limited ``.bin`` has no vectors for out-of-vocabulary words. By default all.

    Returns
    -------
    KeyedVectors
        With the attribute ``count`` only if counts are known: those of a training are, and word2vec's formats have none.

    Raises
    ------
    ValueError
        If the file is damaged, in an unknown format, or a pickle, as written by gensim's own
        ``save``: loading a pickle runs the code in it, so that is left to the caller.
    FileNotFoundError
        If there is no such file, or a folder is of another kind.
    TypeError
        If the source is none of the above, or its keys are no strings.

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
        return _load_path(source, limit)
    vectors = getattr(source, "wv", source)
    if not isinstance(vectors, KeyedVectors):
        raise TypeError(_wrong_type(source))
    if not len(vectors):
        raise ValueError("The vectors have no words: train or fill them first.")
    check_strings(vectors.index_to_key)
    return first_words(vectors, limit)


def _wrong_type(source: Any) -> str:
    """Return the message about an object without word vectors, with the advice for its kind."""
    kind = type(source).__name__
    if hasattr(source, "piece_table"):
        return (
            f"A {kind} has rows for vectors of texts and no word vectors: pass the model or the word vectors that it was made from; "
            "export(model, path, format, encoder=...) writes them with this encoder."
        )
    if hasattr(source, "num_layers") and hasattr(source, "read"):
        return f"A {kind} is a teacher, which has no word vectors of its own: use teacher_vectors(teacher, words)."
    return (
        f"The vectors are of type {kind}: expected KeyedVectors, a model with .wv, or the path of a word2vec, GloVe or fastText file "
        "or of a folder."
    )


def _load_path(path: str | os.PathLike[str], limit: int | None) -> KeyedVectors:
    place = Path(path)
    export = safetensors_folder_of(place)
    if export is not None:
        return first_words(load_safetensors(export), limit)
    training = training_of(place)
    if training is not None and (place.is_dir() or place.name not in (VECTORS, TEXT_VECTORS)):
        check_finished(training)
        return load_training_vectors(training, limit)
    if not place.is_dir():
        return read_vectors(path, limit)
    raise FileNotFoundError(foreign_folder(place, "word vectors") or wrong_folder(place, "word vectors"))


def wrong_folder(folder: Path, what: str) -> str:
    """Return the message about a folder that is neither of a training nor an export."""
    inside = next((path for path in sorted(folder.iterdir()) if path.is_dir() and training_of(path) == path), None)
    hint = "" if inside is None else f"; that of a training is in it, {str(inside)!r}"
    return (
        f"{str(folder)!r} is a folder without {what}: expected the output folder of `gensim-distill train`, or a folder written by "
        f"export(..., 'safetensors') or save_pretrained{hint}."
    )
