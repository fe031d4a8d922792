"""Folders that users name."""

from __future__ import annotations

import os
from pathlib import Path


def create_folder(path: str | os.PathLike[str]) -> None:
    """Create a folder, with its parents, unless it exists.

    Parameters
    ----------
    path : str or path
        Taken as it is, as by :func:`open`: the ``~`` of shells is not expanded, and must not become the name of a new folder.

    Raises
    ------
    ValueError
        If the path begins with ``~``, and there is no such folder here.
    OSError
        If it cannot be created.

    Examples
    --------
    >>> from gensim_distill._utils.folders import create_folder
    >>> create_folder("~/vectors")
    Traceback (most recent call last):
        ...
    ValueError: '~/vectors' begins with ~, which shells expand and Python does not: pass os.path.expanduser('~/vectors').
    """
    place = os.fspath(path)
    first = Path(place).parts[:1]
    if place.startswith("~") and not os.path.isdir(first[0]):
        raise ValueError(
            f"{place!r} begins with ~, which shells expand and Python does not: pass os.path.expanduser({place!r})."
        )
    os.makedirs(place, exist_ok=True)


def check_parents(path: str | os.PathLike[str]) -> None:
    """Check that the existing parents of a file or folder are folders.

    Raises
    ------
    FileExistsError
        If one is a file.

    Examples
    --------
    >>> import tempfile
    >>> from gensim_distill._utils.folders import check_parents
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     check_parents(f"{folder}/new/vectors")
    """
    for parent in Path(path).parents:
        if os.path.exists(parent):
            if not parent.is_dir():
                raise FileExistsError(
                    f"{os.fspath(path)!r} is below {str(parent)!r}, which is a file: use another path."
                )
            return


def relative_path(path: str | os.PathLike[str]) -> str:
    """Return a path relative to the working directory if it is in it, else the absolute path."""
    absolute = os.path.abspath(path)
    try:
        inside = os.path.commonpath([absolute, os.getcwd()]) == os.getcwd()
    except ValueError:  # on another drive
        inside = False
    return os.path.relpath(absolute) if inside else absolute
