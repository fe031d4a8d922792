"""Versions of file formats: each file names its format and a version, and one of a newer version raises a clear error."""

from __future__ import annotations

import os
import re


class NewerFormatError(ValueError):
    """A file was written by a newer version of the package, in a format that this version does not know."""


def format_version(name: object, kind: str, newest: int, path: str | os.PathLike[str]) -> int | None:
    """Return the version of a format that a file names.

    Parameters
    ----------
    name : object
        The name of the format in the file, such as ``"gensim-distill text index 1"``; any other object has no version.
    kind : str
        The name without the version.
    newest : int
        The newest version that can be read.
    path : str or path
        The file, for the error.

    Returns
    -------
    int or None
        None if it is the name of another format.

    Raises
    ------
    NewerFormatError
        If the version is newer.

    Examples
    --------
    >>> from gensim_distill._utils.format_versions import format_version
    >>> format_version("gensim-distill text index 1", "gensim-distill text index", 1, "reviews.index")
    1
    >>> format_version("gensim-distill text index 2", "gensim-distill text index", 1, "reviews.index")
    Traceback (most recent call last):
    gensim_distill._utils.format_versions.NewerFormatError: 'reviews.index' was written by a newer version of gensim-distill, in the format 'gensim-distill text index 2', and this version reads it up to 1: update gensim-distill.
    """
    found = re.fullmatch(rf"{re.escape(kind)} (\d{{1,9}})", name) if isinstance(name, str) else None
    if found is None:
        return None
    if int(found[1]) > newest:
        raise NewerFormatError(
            f"{os.fspath(path)!r} was written by a newer version of gensim-distill, in the format {name!r}, and this version reads it "
            f"up to {newest}: update gensim-distill."
        )
    return int(found[1])
