"""Atomic writes: to a temporary path, flushed to the disk, then renamed."""

from __future__ import annotations

import contextlib
import ctypes
import errno
import os
import stat
from collections.abc import Iterator
from pathlib import Path

from safetensors import SafetensorError

from gensim_distill._utils.temporary_folders import locked_folder, remove_abandoned

_ENDING, _OLD = ".writing", ".old"
_FAILED = "could not be written"
# File names may have 255 bytes, and a character up to four.
_LONGEST_NAME = 50
# Constants of Linux.
_AT_FDCWD, _RENAME_EXCHANGE = -100, 2


@contextlib.contextmanager
def replace_file(path: str | os.PathLike[str], *, previous: str | os.PathLike[str] | None = None) -> Iterator[Path]:
    """Yield a temporary path, and rename it to `path` when the block ends without an error.

    A crash leaves the old file or the new one, never a part of it. The new file has the permissions of the umask, with
    whatever permissions it was written. A symbolic link is replaced, and the file that it names remains.

    Parameters
    ----------
    path : str or path
        The file to write. Its folder must exist.
    previous : str or path, optional
        Where an existing file is moved to. A crash then leaves a complete file at one of the two paths.
        By default it is overwritten.

    Yields
    ------
    pathlib.Path
        Where to write, in a temporary folder beside it.

    Raises
    ------
    OSError
        If the file cannot be written, for instance because the disk is full.

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> from gensim_distill._utils.atomic import replace_file
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     with replace_file(f"{folder}/words.txt") as temporary:
    ...         _ = temporary.write_text("rain")
    ...     [path.name for path in Path(folder).iterdir()]
    ['words.txt']
    """
    target = Path(path)
    check_regular(target)
    with temporary_folder(target) as folder:
        temporary = folder / target.name
        yield temporary
        complete(folder)
        if previous is not None and target.exists():
            os.replace(target, previous)
        os.replace(temporary, target)
        flush(target.parent)


@contextlib.contextmanager
def replace_folder(path: str | os.PathLike[str]) -> Iterator[Path]:
    """Yield a temporary folder, and rename it to `path` when the block ends without an error.

    An existing folder is removed after the new one has its place.

    Parameters
    ----------
    path : str or path
        The folder to write. Its parent must exist.

    Yields
    ------
    pathlib.Path
        An empty folder with the same parent.

    Raises
    ------
    OSError
        If a file cannot be written, for instance because the disk is full.
    """
    target = Path(path)
    with temporary_folder(target) as folder:
        temporary = folder / target.name
        temporary.mkdir()
        yield temporary
        complete(folder)
        if not target.is_dir():
            os.replace(temporary, target)
        elif not _exchange(temporary, target):
            old = folder / f"{target.name}{_OLD}"
            os.rename(target, old)
            try:
                os.rename(temporary, target)
            except OSError:
                os.rename(old, target)
                raise


def remove_unfinished(path: str | os.PathLike[str]) -> None:
    """Remove the temporary files of processes that were killed while they wrote `path`.

    Only for a path that no other process is writing, such as one that is protected by a lock.
    """
    target = Path(path)
    remove_abandoned(target.parent, _prefix(target), _ENDING, lambda folder: _restore(folder, target))
    for file in target.parent.iterdir():
        if file.name.startswith(_prefix(target)) and file.name.endswith(_ENDING) and file.is_file():
            file.unlink(missing_ok=True)


def check_regular(target: Path) -> None:
    """Check that a path that will be replaced is no device.

    Raises
    ------
    OSError
        If there is a device, a pipe or a socket.
    """
    if target.exists() and not (target.is_file() or target.is_dir()):
        raise OSError(errno.EINVAL, "is a device, a pipe or a socket, where a file was expected", str(target))


@contextlib.contextmanager
def temporary_folder(target: Path) -> Iterator[Path]:
    """Yield a temporary folder beside a file or folder that is being written, and name the target in errors.

    Folders of killed processes are removed first.
    """
    try:
        with locked_folder(
            target.parent, _prefix(target), _ENDING, rescue=lambda folder: _restore(folder, target)
        ) as folder:
            yield folder
    except SafetensorError as error:
        raise OSError(f"{str(target)!r} {_FAILED} ({error}).") from error
    except OSError as error:
        reason = error.strerror or str(error)
        if error.errno is not None:
            reason = reason if reason.startswith(_FAILED) else f"{_FAILED} ({reason})"
            raise OSError(error.errno, reason, str(target)) from error
        if str(target) in reason:  # the message is complete
            raise
        raise OSError(f"{str(target)!r} {_FAILED} ({reason}).") from error


def complete(folder: Path) -> None:
    """Set the permissions of all files below a temporary folder by the umask, and flush the files to the disk."""
    umask = stat.S_IMODE(folder.stat().st_mode)
    for path in sorted(folder.rglob("*")):
        if path.is_symlink():
            continue
        allowed = umask if path.is_dir() else umask & 0o666
        if stat.S_IMODE(path.stat().st_mode) != allowed:
            path.chmod(allowed)
        if path.is_file():
            flush(path)


def flush(path: Path) -> None:
    """Flush a file, or the entries of a folder, to the disk."""
    if path.is_dir() and os.name != "posix":
        return  # only POSIX can open folders
    descriptor = os.open(path, os.O_RDONLY if path.is_dir() else os.O_RDWR)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _prefix(target: Path) -> str:
    return f".{target.name[:_LONGEST_NAME]}."


def _restore(folder: Path, target: Path) -> None:
    """Put an old folder back that a killed process had moved away before the new one had its place."""
    old = folder / f"{target.name}{_OLD}"
    if old.exists() and not target.exists():
        os.rename(old, target)


def _exchange(one: Path, other: Path) -> bool:
    """Exchange two folders in one step; return False where the system cannot."""
    try:
        renameat2 = ctypes.CDLL(None).renameat2
    except (AttributeError, OSError, TypeError):
        return False
    return bool(renameat2(_AT_FDCWD, os.fsencode(one), _AT_FDCWD, os.fsencode(other), _RENAME_EXCHANGE) == 0)
