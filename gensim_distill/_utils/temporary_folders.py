"""Temporary folders that their process keeps locked, so that those of killed processes can be recognized and removed."""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import time
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path

try:
    import fcntl
except ImportError:  # Windows: nothing is locked, and nothing is removed
    fcntl = None  # type: ignore[assignment]

# Seconds to wait for another process, and between two attempts.
_LONGEST_WAIT, _PAUSE = 10.0, 0.05


@contextlib.contextmanager
def locked_folder(
    parent: Path,
    prefix: str,
    suffix: str = "",
    *,
    mode: int = 0o777,
    rescue: Callable[[Path], object] = lambda folder: None,
) -> Iterator[Path]:
    """Yield a new temporary folder, and remove it afterwards; first remove those that killed processes left behind.

    Parameters
    ----------
    parent : pathlib.Path
        Must exist.
    prefix, suffix : str
        The beginning and the end of the folder's name; eight random digits are between them.
    mode : int, optional
        The permissions, reduced by the umask.
    rescue : callable, optional
        Called with each folder of a killed process before it is removed.

    Yields
    ------
    pathlib.Path

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> from gensim_distill._utils.temporary_folders import locked_folder
    >>> with tempfile.TemporaryDirectory() as parent:
    ...     with locked_folder(Path(parent), "contexts-") as folder:
    ...         print(folder.is_dir())
    ...     print(folder.exists())
    True
    False
    """
    remove_abandoned(parent, prefix, suffix, rescue)
    folder, lock = _create(parent, prefix, suffix, mode)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        if lock is not None:
            os.close(lock)


def remove_abandoned(
    parent: Path, prefix: str, suffix: str = "", rescue: Callable[[Path], object] = lambda folder: None
) -> None:
    """Remove the folders of :func:`locked_folder` whose processes have ended without removing them."""
    name = re.compile(rf"{re.escape(prefix)}[0-9a-f]{{8}}{re.escape(suffix)}")
    with contextlib.suppress(OSError):  # the parent is missing or cannot be read
        for entry in list(os.scandir(parent)):
            if name.fullmatch(entry.name) and entry.is_dir(follow_symlinks=False):
                with contextlib.suppress(OSError):  # it is locked, or of another user
                    _remove_unlocked(Path(entry.path), rescue)


@contextlib.contextmanager
def exclusive(folder: Path) -> Iterator[None]:
    """Wait until no other process is in this block for the same folder, where folders can be locked.

    After some seconds the block begins all the same: another program may have locked the folder for good.
    """
    lock, end = None, time.monotonic() + _LONGEST_WAIT
    while time.monotonic() < end:
        try:
            lock = _lock(folder)
        except BlockingIOError:
            time.sleep(_PAUSE)
        else:
            break
    try:
        yield
    finally:
        if lock is not None:
            os.close(lock)


@contextlib.contextmanager
def held(folder: Path) -> Iterator[None]:
    """Keep a folder locked during the block, where folders can be locked.

    Raises
    ------
    BlockingIOError
        If another process has locked it.
    """
    lock = _lock(folder)
    try:
        yield
    finally:
        if lock is not None:
            os.close(lock)


def _remove_unlocked(folder: Path, rescue: Callable[[Path], object]) -> None:
    lock = _lock(folder)
    if lock is None:
        return
    try:
        rescue(folder)
        shutil.rmtree(folder, ignore_errors=True)
    finally:
        os.close(lock)


def _create(parent: Path, prefix: str, suffix: str, mode: int) -> tuple[Path, int | None]:
    while True:
        folder = parent / f"{prefix}{uuid.uuid4().hex[:8]}{suffix}"
        folder.mkdir(mode)
        # Before it is locked, another process can take it for abandoned and lock or remove it.
        with contextlib.suppress(BlockingIOError, FileNotFoundError):
            lock = _lock(folder)
            if folder.is_dir():
                return folder, lock
            if lock is not None:
                os.close(lock)


def _lock(folder: Path) -> int | None:
    """Lock a folder; return a descriptor that holds the lock, or None if folders cannot be locked here.

    Raises
    ------
    BlockingIOError
        If another process has locked it.
    """
    if fcntl is None:
        return None
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(descriptor)
        raise
    except OSError:  # some network file systems
        os.close(descriptor)
        return None
    return descriptor
