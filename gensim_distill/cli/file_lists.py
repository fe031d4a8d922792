"""The files of a folder or of a pattern."""

from __future__ import annotations

import logging
import os
from pathlib import Path

from gensim_distill.cli.errors import CommandError

logger = logging.getLogger(__name__)


def list_files(given: str, pattern: str = "*") -> list[Path]:
    """List the files of a path, a folder and its subfolders, or a glob pattern, sorted by name.

    Files and folders whose names begin with a dot are ignored in folders.

    Parameters
    ----------
    given : str
    pattern : str, optional
        Restricts the files of folders.

    Returns
    -------
    list of pathlib.Path

    Raises
    ------
    CommandError
        If there are none.
    """
    from gensim_distill.corpus.files import find_local_files

    if os.path.isdir(given):
        _check_pattern(given, pattern)
    try:
        found = find_local_files(given, pattern, recursive=True)
    except FileNotFoundError as error:
        raise CommandError(f"{given!r}: there is no such file or folder.") from error
    if not os.path.isdir(given):
        for path in found:
            if not path.is_file():
                raise CommandError(
                    f"{str(path)!r} is not a regular file, and the corpus is read several times: use - for standard input, as in "
                    "`... | gensim-distill train -`."
                )
    else:
        _warn_of_links(given)
    if found:
        return found
    if os.path.isdir(given):
        raise CommandError(
            f"The folder {given!r} has no file that matches {pattern!r}: use another folder or --pattern."
        )
    raise CommandError(f"No file matches the pattern {given!r}.")


def _check_pattern(folder: str, pattern: str) -> None:
    """Check that a pattern can be searched, and finds only files in the folder."""
    try:
        next(iter(Path(folder).glob(pattern)), None)
        # Since Python 3.13 the stars of "a**" are one.
        is_valid = not any(part == ".." or ("**" in part and part != "**") for part in Path(pattern).parts)
    except (ValueError, NotImplementedError):
        is_valid = False
    if not is_valid:
        raise CommandError(
            f"--pattern {pattern!r} is invalid: expected a pattern of names of files in the folders, such as '*.txt'."
        )


def _warn_of_links(folder: str) -> None:
    """Log what is not read in a folder: links to folders or to nothing, and pipes, sockets and devices."""
    ignored = [
        path
        for place, folders, files in os.walk(folder)
        for path in (os.path.join(place, name) for name in (*folders, *files))
        if not os.path.isfile(path) and (os.path.islink(path) or not os.path.isdir(path))
        if not os.path.basename(path).startswith(".")
    ]
    if ignored:
        logger.warning(
            "Ignored in %r: %i links to folders or to nothing, or pipes, such as %r; pass the folders themselves as well.",
            folder,
            len(ignored),
            ignored[0],
        )
