"""Copies of standard input, since a corpus is read several times.

A copy is locked while its process runs. If the process is killed, the next one that makes a copy in the same folder deletes it.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import re
import stat
import sys
import tempfile
import time
from pathlib import Path

from gensim_distill.cli.console import echo
from gensim_distill.cli.errors import CommandError

_PREFIX, _SUFFIX = "gensim-distill-stdin-", ".txt"
_NAME = re.compile(rf"{_PREFIX}[a-z0-9_]+\{_SUFFIX}")
_LEAST_AGE = 60.0  # seconds; a new copy is locked long before
_BLOCK = 1 << 20

# The descriptors that hold the locks, by the paths of the copies.
_locks: dict[Path, int] = {}


def spool_standard_input(folder: Path | None, quiet: bool) -> tuple[Path, str]:
    """Copy standard input to a file that :func:`remove_spooled` deletes.

    Parameters
    ----------
    folder : pathlib.Path or None
        Where; None is the folder of temporary files.
    quiet : bool
        Whether to print nothing.

    Returns
    -------
    path : pathlib.Path
    content : str
        A hash of the content.

    Raises
    ------
    CommandError
        If standard input is closed.
    """
    if sys.stdin is None:
        raise CommandError("Standard input is closed: pipe the corpus into the command, or pass files.")
    if folder is not None:
        folder.mkdir(parents=True, exist_ok=True)
    place = Path(tempfile.gettempdir()) if folder is None else folder
    remove_abandoned(place)
    descriptor, name = tempfile.mkstemp(prefix=_PREFIX, suffix=_SUFFIX, dir=place)
    target = Path(name)
    _locks[target] = descriptor
    _lock(descriptor)
    echo(f"Copying standard input to {str(target)!r}, since the corpus is read more than once.", quiet)
    digest = hashlib.blake2b(digest_size=16)
    try:
        with open(descriptor, "wb", closefd=False) as file:
            while block := sys.stdin.buffer.read(_BLOCK):
                digest.update(block)
                file.write(block)
    except BaseException as error:
        remove_spooled([target])
        if isinstance(error, OSError):
            raise OSError(
                error.errno, f"standard input could not be copied here ({error.strerror})", str(place)
            ) from error
        raise
    return target, digest.hexdigest()


def remove_spooled(paths: list[Path]) -> None:
    """Delete copies of standard input."""
    for path in paths:
        descriptor = _locks.pop(path, None)
        if descriptor is None:
            path.unlink(missing_ok=True)
        else:
            _delete(path, descriptor)


def remove_abandoned(folder: Path) -> None:
    """Delete the copies of this user in a folder whose processes have died."""
    with contextlib.suppress(OSError):
        for entry in os.scandir(folder):
            if _NAME.fullmatch(entry.name):
                with contextlib.suppress(OSError):
                    _remove_if_abandoned(entry)


def _remove_if_abandoned(entry: os.DirEntry[str]) -> None:
    about = entry.stat(follow_symlinks=False)
    mine = not hasattr(os, "getuid") or about.st_uid == os.getuid()
    if not stat.S_ISREG(about.st_mode) or not mine or time.time() - about.st_mtime < _LEAST_AGE:
        return
    descriptor = os.open(entry.path, os.O_RDWR | getattr(os, "O_NOFOLLOW", 0))
    if _lock(descriptor):
        _delete(Path(entry.path), descriptor)
    else:
        os.close(descriptor)


def _delete(path: Path, descriptor: int) -> None:
    """Delete a file and close its descriptor, on Windows in the other order, since an open file cannot be deleted there."""
    if os.name == "nt":
        os.close(descriptor)
        path.unlink(missing_ok=True)
        return
    try:
        path.unlink(missing_ok=True)  # before the lock is released
    finally:
        os.close(descriptor)


def _lock(descriptor: int) -> bool:
    """Lock a file; return False if another process has locked it."""
    try:
        import fcntl
    except ImportError:  # Windows, where a file that another process has open cannot be deleted
        return True
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True
