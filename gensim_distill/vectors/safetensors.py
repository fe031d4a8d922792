"""Read and write the package's own format: vectors in safetensors, words in JSON.

The format is lossless, holds any word, and nothing is unpickled.
"""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from gensim.models import KeyedVectors
from safetensors import SafetensorError
from safetensors.numpy import save_file

from gensim_distill._utils.atomic import replace_file
from gensim_distill._utils.format_versions import NewerFormatError, format_version
from gensim_distill._utils.tensor_files import read_tensors
from gensim_distill._utils.text import first_line
from gensim_distill.vectors.keyed import keyed_vectors
from gensim_distill.vectors.quantization import DTYPES, VectorDtype, dequantize, quantize
from gensim_distill.vectors.words import warn_of_outliers

VECTORS_FILE = "vectors.safetensors"
WORDS_FILE = "vocabulary.json"

_FORMAT, _VERSION = "gensim-distill vectors", 1


def is_safetensors_folder(path: str | os.PathLike[str]) -> bool:
    """Return whether a path is a folder in the format "safetensors"."""
    return (Path(path) / VECTORS_FILE).is_file()


def safetensors_folder_of(path: str | os.PathLike[str]) -> Path | None:
    """Return the folder in the format "safetensors" that a path is, or of which it is a file; None if it is neither."""
    place = Path(path)
    if is_safetensors_folder(place):
        return place
    is_member = place.name in (VECTORS_FILE, WORDS_FILE) and is_safetensors_folder(place.parent)
    return place.parent if is_member and place.is_file() else None


def save_safetensors(
    path: str | os.PathLike[str],
    words: Sequence[str],
    vectors: np.ndarray,
    counts: np.ndarray | None = None,
    *,
    dtype: VectorDtype = "float32",
) -> None:
    """Write words and vectors into an existing folder.

    :func:`~gensim_distill.exports.export` calls this and makes the write atomic.

    Parameters
    ----------
    path : str or path
        The folder. It gets the files ``vectors.safetensors``, with the arrays ``vectors``, for int8
        ``scales``, and ``counts`` if known, and ``vocabulary.json``, the list of words.
    words : sequence of str, length n
    vectors : numpy.ndarray of float32, shape (n, vector_size)
    counts : numpy.ndarray of int64, shape (n,), optional
        The number of occurrences of each word.
    dtype : {"float32", "float16", "int8"}, optional
        The dtype of the stored vectors.

    Raises
    ------
    ValueError
        If a number is too large for float16.

    Examples
    --------
    >>> import tempfile
    >>> import numpy as np
    >>> from gensim_distill.vectors import load_safetensors, save_safetensors
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     save_safetensors(folder, ["rain", "sun"], np.eye(2, dtype=np.float32))
    ...     load_safetensors(folder)["sun"].tolist()
    [0.0, 1.0]
    """
    values, scales = quantize(vectors, dtype)
    arrays = {"vectors": values, "scales": scales, "counts": counts}
    present = {name: np.ascontiguousarray(array) for name, array in arrays.items() if array is not None}
    folder = Path(path)
    with replace_file(folder / VECTORS_FILE) as temporary:
        save_file(present, temporary, metadata={"format": f"{_FORMAT} {_VERSION}"})
    # Escaped as ASCII, since a word may contain a lone surrogate, which is not valid UTF-8.
    with replace_file(folder / WORDS_FILE) as temporary:
        temporary.write_text(json.dumps(list(words)), encoding="ascii")


def load_safetensors(path: str | os.PathLike[str]) -> KeyedVectors:
    """Load a folder in the format "safetensors", as :func:`~gensim_distill.exports.export` writes it.

    Parameters
    ----------
    path : str or path

    Returns
    -------
    KeyedVectors
        In float32, whatever dtype was stored; with the attribute ``count`` if counts are known.

    Raises
    ------
    FileNotFoundError
        If there is no such folder, or one of its files is missing.
    ValueError
        If a file is damaged or was written by a newer version, or the files belong to different exports.

    Examples
    --------
    >>> import tempfile
    >>> from gensim.test.utils import datapath
    >>> from gensim_distill.exports import export
    >>> from gensim_distill.vectors import load_safetensors
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = export(datapath("test_glove.txt"), f"{folder}/vectors", "safetensors", dtype="int8")
    ...     load_safetensors(path).vectors.shape
    (76, 50)
    """
    folder = Path(path)
    for name in (VECTORS_FILE, WORDS_FILE):
        if not (folder / name).is_file():
            raise FileNotFoundError(
                f"{str(folder)!r} is not a folder of vectors in safetensors: it has no {name}; expected a folder written by "
                "export(..., 'safetensors')."
            )
    try:
        arrays, metadata = read_tensors(folder / VECTORS_FILE)
        # Files without a version, of other programs too, are read like those of the first.
        format_version(metadata.get("format"), _FORMAT, _VERSION, folder)
        words = json.loads((folder / WORDS_FILE).read_text(encoding="utf-8"))
    except NewerFormatError:
        raise
    except (SafetensorError, ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise _damaged(folder, first_line(error)) from error
    vectors, scales, counts = (arrays.get(name) for name in ("vectors", "scales", "counts"))
    if vectors is None or vectors.ndim != 2 or not vectors.size or vectors.dtype.name not in DTYPES:
        raise ValueError(f"{str(folder / VECTORS_FILE)!r} has no vectors in float32, float16 or int8.")
    if not isinstance(words, list) or not all(isinstance(word, str) for word in words):
        raise ValueError(f"{str(folder / WORDS_FILE)!r} is not a list of words.")
    for name, numbers, kind in (("scales", scales, np.floating), ("counts", counts, np.integer)):
        if numbers is not None and not (
            numbers.ndim == 1 and np.issubdtype(numbers.dtype, kind) and (np.isfinite(numbers) & (numbers >= 0)).all()
        ):
            raise _damaged(folder, f"its {name} are not numbers from 0, one for each word")
    lengths = {"words": len(words), "distinct words": len(set(words)), "vectors": len(vectors)}
    lengths |= {name: len(arrays[name]) for name in ("scales", "counts") if name in arrays}
    if len(set(lengths.values())) > 1 or (vectors.dtype == np.int8 and "scales" not in arrays):
        found = ", ".join(f"{length} {name}" for name, length in lengths.items())
        raise ValueError(f"{str(folder)!r} has {found}, which do not belong together: download or export it again.")
    keyed = keyed_vectors(words, dequantize(vectors, scales), counts)
    warn_of_outliers(str(folder), words, keyed.vectors)
    return keyed


def _damaged(folder: Path, reason: str) -> ValueError:
    return ValueError(f"{str(folder)!r} is damaged ({reason}): download or export it again.")
