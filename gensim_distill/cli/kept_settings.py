"""The settings of an unfinished training in its output folder, which a training that fails at once does not replace."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path

from gensim_distill._utils.atomic import replace_file
from gensim_distill._utils.folders import create_folder
from gensim_distill._utils.training_folder import SETTINGS
from gensim_distill.cli.errors import CommandError


class KeptSettings:
    """The file of settings of a training, written such that it always has the settings of the checkpoint.

    Parameters
    ----------
    folder : pathlib.Path
        The output folder.
    text : str
        The new settings.
    keep : bool
        Whether an existing file is kept until :meth:`write`, since there is a checkpoint or a finished result.
    """

    def __init__(self, folder: Path, text: str, keep: bool) -> None:
        self._path, self._text = folder / SETTINGS, text
        self._before = self._path.read_bytes() if self._path.is_file() else None
        self._accepted = False
        if not keep or self._before is None:
            self._replace(text.encode())

    def write(self) -> None:
        """Write the new settings for good: the checkpoint and the corpus were accepted."""
        self._replace(self._text.encode())
        self._accepted = True

    def restore(self) -> None:
        """Write the earlier settings, or remove the new ones if there were none, unless the new ones were accepted."""
        if self._accepted:
            return
        if self._before is None:
            self._path.unlink(missing_ok=True)
        else:
            self._replace(self._before)

    def _replace(self, content: bytes) -> None:
        if self._path.is_symlink() or not self._path.is_file() or self._path.read_bytes() != content:
            with replace_file(self._path) as temporary:
                temporary.write_bytes(content)


def make_folder(folder: Path) -> None:
    """Create a folder, with its parents, unless it exists.

    Raises
    ------
    CommandError
        If it cannot be created.
    """
    try:
        create_folder(folder)
    except OSError as error:
        raise CommandError(
            f"The folder {str(folder)!r} cannot be created ({error.strerror}): use another one."
        ) from error


@contextlib.contextmanager
def created_folder(folder: Path) -> Iterator[None]:
    """Create a folder, with its parents; if the block fails, remove those of them that are empty and were created here."""
    created = [place for place in (folder, *folder.parents) if not place.exists()]
    make_folder(folder)
    try:
        yield
    except Exception:
        with contextlib.suppress(OSError):  # it contains a checkpoint, or files of another process
            for place in created:
                place.rmdir()
        raise


def name_output(error: Exception) -> None:
    """Make the message of an error advise another --output, where the checkpoint is in the output folder."""
    for of_cache, of_output in (
        ("another cache_dir, or remove the file to start again", "another --output, or --overwrite to start again"),
        ("another cache_dir, or None", "another --output"),
        ("another cache_dir", "another --output"),
    ):
        error.args = tuple(part.replace(of_cache, of_output) if isinstance(part, str) else part for part in error.args)
        if isinstance(error, OSError) and isinstance(error.strerror, str):
            error.strerror = error.strerror.replace(of_cache, of_output)
