"""Atomic writes: to a temporary path, flushed to the disk, then renamed."""

from __future__ import annotations

import contextlib
import os
import shutil
import uuid
from collections.abc import Iterator
from pathlib import Path

from safetensors import SafetensorError

_ENDING = ".writing"


@contextlib.contextmanager
def replace_file(path: str | os.PathLike[str], *, previous: str | os.PathLike[str] | None = None) -> Iterator[Path]:
    """Yield a temporary path, and rename it to `path` when the block ends without an error.

    A crash leaves the old file or the new one, never a part of it.

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
        Where to write, in the same folder.

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
    with _temporary(target) as temporary:
        yield temporary
        _flush(temporary)
        if previous is not None and target.exists():
            os.replace(target, previous)
        os.replace(temporary, target)
        _flush(target.parent)


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
    with _temporary(target) as temporary:
        temporary.mkdir()
        yield temporary
        for file in sorted(temporary.rglob("*")):
            if file.is_file():
                _flush(file)
        if not target.is_dir():
            os.replace(temporary, target)
            return
        old = temporary.with_name(f"{temporary.name}.old")
        os.rename(target, old)
        try:
            os.rename(temporary, target)
        except OSError:
            os.rename(old, target)
            raise
        shutil.rmtree(old)


def remove_unfinished(path: str | os.PathLike[str]) -> None:
    """Remove the temporary files of processes that were killed while they wrote `path`.

    Only for a path that no other process is writing, such as one that is protected by a lock.
    """
    target = Path(path)
    prefix = f".{target.name}."
    for file in target.parent.iterdir():
        if file.name.startswith(prefix) and file.name.endswith(_ENDING):
            file.unlink(missing_ok=True)


@contextlib.contextmanager
def _temporary(target: Path) -> Iterator[Path]:
    """Yield an unused path beside the target, remove what is left of it, and name the target in errors."""
    temporary = target.with_name(f".{target.name}.{uuid.uuid4().hex[:8]}{_ENDING}")
    try:
        yield temporary
    except SafetensorError as error:
        raise OSError(f"{str(target)!r} could not be written ({error}).") from error
    except OSError as error:
        if error.errno is None:  # its message is complete
            raise
        raise OSError(error.errno, f"could not be written ({error.strerror})", str(target)) from error
    finally:
        if temporary.is_dir():
            shutil.rmtree(temporary, ignore_errors=True)
        else:
            with contextlib.suppress(OSError):
                temporary.unlink(missing_ok=True)


def _flush(path: Path) -> None:
    """Flush a file, or the entries of a folder, to the disk."""
    if path.is_dir() and os.name != "posix":
        return  # only POSIX can open folders
    descriptor = os.open(path, os.O_RDONLY if path.is_dir() else os.O_RDWR)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
