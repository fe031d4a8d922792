"""Atomic writes: to a temporary path, then renamed."""

from __future__ import annotations

import contextlib
import os
import shutil
import uuid
from collections.abc import Iterator
from pathlib import Path

from safetensors import SafetensorError


@contextlib.contextmanager
def new_place(path: str | os.PathLike[str], *, folder: bool, overwrite: bool, marker_file: str) -> Iterator[Path]:
    """Give a path to write to, which takes the place of `path` when all went well, and is removed if not.

    Parameters
    ----------
    path : str or path
        Where the result is to be; the folder that it is in is made if there is none.
    folder : bool
        Whether it is a folder.
    overwrite : bool
        Whether what is there may be replaced. Of folders only those are that hold a file `marker_file`,
        lest a whole project go for a slip of the keys.
    marker_file : str
        A file that folders of this kind have.

    Raises
    ------
    FileExistsError
        If there is something and it may not be replaced.
    OSError
        If it cannot be written, because the disk is full for instance.
    """
    target = Path(path)
    _check_free(target, folder, overwrite, marker_file)
    temporary = target.with_name(f".{target.name}.{uuid.uuid4().hex[:8]}.writing")
    try:
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            if folder:
                temporary.mkdir()
            yield temporary
            for file in sorted(temporary.rglob("*")) if folder else [temporary]:
                if file.is_file():
                    _flush(file)
            _take_place(temporary, target)
        except SafetensorError as error:
            raise OSError(f"{str(target)!r} could not be written ({error}).") from error
        except OSError as error:
            if error.errno is None:  # raised above, or by a library that says all in words
                raise
            raise OSError(error.errno, f"could not be written ({error.strerror})", str(target)) from error
    finally:
        if temporary.is_dir():
            shutil.rmtree(temporary, ignore_errors=True)
        else:
            with contextlib.suppress(OSError):
                temporary.unlink(missing_ok=True)


def _check_free(target: Path, folder: bool, overwrite: bool, marker_file: str) -> None:
    if not os.path.lexists(target):
        return
    if not overwrite:
        raise FileExistsError(f"{str(target)!r} exists already: give another path, or overwrite=True to replace it.")
    if target.is_dir() != folder:
        has, needs = ("folder", "file") if target.is_dir() else ("file", "folder")
        raise FileExistsError(f"{str(target)!r} is a {has}, and this format writes a {needs}: give another path.")
    if folder and not (target / marker_file).exists() and any(target.iterdir()):
        raise FileExistsError(
            f"{str(target)!r} is a folder that no export of this format made, for it has no {marker_file}, and is not replaced even "
            "with overwrite=True: give another path, or remove it yourself."
        )


def _take_place(temporary: Path, target: Path) -> None:
    """Rename; of a folder that is there already the old one goes last."""
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


def _flush(file: Path) -> None:
    with open(file, "rb+") as opened:
        os.fsync(opened.fileno())
