"""The safetensors file of moments and texts, of a checkpoint too: its header and atomic replacement."""

from __future__ import annotations

import json
import os
from typing import Any

import numpy as np
from safetensors.numpy import save_file

from gensim_distill._utils.atomic import replace_file
from gensim_distill._utils.format_versions import format_version
from gensim_distill._utils.tensor_files import read_tensors
from gensim_distill._utils.text import first_line
from gensim_distill.statistics.checksum import TEXTS, arrays_by_name, checksum_of
from gensim_distill.statistics.moments import Moments
from gensim_distill.statistics.text_store import TextStore

# Versions before texts read the first version of the format only, which statistics without texts still have.
_FORMAT, _PLAIN, _WITH_TEXTS = "gensim-distill moments", 1, 2


def save_moments(
    moments: dict[str, Moments],
    path: str | os.PathLike[str],
    *,
    texts: TextStore | None = None,
    previous: str | os.PathLike[str] | None = None,
    **about: Any,
) -> None:
    """Write the moments of several views, and texts, to one safetensors file, with a checksum.

    Parameters
    ----------
    moments : dict of str to Moments
        The moments by the name of their view.
    path : str or path
        The file. An existing one is replaced atomically: after a crash it is the old or the new one.
    texts : TextStore, optional
        Of a view that keeps texts.
    previous : str or path, optional
        Where to move an existing file. After a crash at least one of the two files is complete.
    **about
        Further entries of the header, serializable as JSON; :func:`load_moments` returns them.

    Raises
    ------
    OSError
        If the file cannot be written, for example because the disk is full.

    Examples
    --------
    >>> import os, tempfile
    >>> from gensim_distill.statistics.moments import Moments
    >>> from gensim_distill.statistics.moments_file import load_moments, save_moments
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = os.path.join(folder, "statistics.safetensors")
    ...     save_moments({"token.0": Moments(2, 3)}, path, words=2)
    ...     moments, about = load_moments(path)
    >>> list(moments), about
    (['token.0'], {'words': 2})
    """
    arrays = arrays_by_name(moments, texts)
    file_format = f"{_FORMAT} {_PLAIN if texts is None else _WITH_TEXTS}"
    header = {"format": file_format, "views": json.dumps(list(moments)), "about": json.dumps(about)}
    header["checksum"] = checksum_of(arrays, header["views"], header["about"])
    with replace_file(path, previous=previous) as temporary:
        save_file(arrays, temporary, metadata=header)


def load_moments(path: str | os.PathLike[str]) -> tuple[dict[str, Moments], dict[str, Any]]:
    """Load the moments of a file of :func:`save_moments`, by view, and the `about` that was saved with them.

    Raises
    ------
    FileNotFoundError, ValueError
        As :func:`load_statistics`.
    """
    moments, _, about = load_statistics(path)
    return moments, about


def load_statistics(
    path: str | os.PathLike[str], *, mapped: bool = False
) -> tuple[dict[str, Moments], TextStore | None, dict[str, Any]]:
    """Load a file of :func:`save_moments`.

    Parameters
    ----------
    path : str or path
    mapped : bool, optional
        Whether the arrays stay on the disk, and only their changes are in memory. For the checksum they are read once.

    Returns
    -------
    moments : dict of str to Moments
        By view.
    texts : TextStore or None
        None if the file has no texts, as those of earlier versions.
    about : dict
        The further entries of the header.

    Raises
    ------
    FileNotFoundError
        If there is no such file.
    ValueError
        If the file is incomplete, does not match its checksum, is of another kind, or was written by a newer version.
    """
    try:
        arrays, header = read_tensors(path, mmap="c" if mapped else None)
    except OSError:
        raise
    except Exception as error:  # a damaged file can fail in any way
        raise ValueError(f"{os.fspath(path)!r} is damaged or not a safetensors file ({first_line(error)}).") from error
    version = format_version(header.get("format"), _FORMAT, _WITH_TEXTS, path)
    if not version:
        raise ValueError(f"{os.fspath(path)!r} has no statistics of gensim-distill.")
    try:
        if header["checksum"] != checksum_of(arrays, header["views"], header["about"]):
            raise ValueError("its contents do not match its checksum")
        has_texts = version == _WITH_TEXTS
        views: dict[str, dict[str, np.ndarray]] = {name: {} for name in json.loads(header["views"])}
        if has_texts:
            views[TEXTS] = {}
        for key, array in arrays.items():
            name, _, part = key.rpartition("/")
            views[name][part] = array
        about = json.loads(header["about"])
        if not isinstance(about, dict):
            raise ValueError("its description is not a mapping")
        texts = TextStore.from_arrays(views.pop(TEXTS)) if has_texts else None
        moments = {name: Moments.from_arrays(parts) for name, parts in views.items()}
        _check_words(texts, moments)
        return moments, texts, about
    except (LookupError, ValueError, TypeError, OverflowError, RecursionError) as error:
        reason = f"it has no {error}" if isinstance(error, KeyError) else error
        raise ValueError(f"{os.fspath(path)!r} is damaged: its header does not match its arrays ({reason}).") from error


def _check_words(texts: TextStore | None, moments: dict[str, Moments]) -> None:
    """Check that the words of texts are in the vocabulary of the moments."""
    if texts is None:
        return
    largest = int(texts.sample().words.max(initial=-1))
    for own in moments.values():
        if largest >= own.vocabulary_size:
            raise ValueError(f"its texts have the word {largest}, and its moments are of {own.vocabulary_size} words")
