"""The files of a corpus: finding them by path, folder or pattern, and opening a corpus file of gensim's."""

from __future__ import annotations

import glob
import os
from collections.abc import Iterable
from pathlib import Path

from gensim_distill.corpus.documents import Document
from gensim_distill.corpus.line_file import LineFile


def open_corpus(
    corpus_iterable: Iterable[Document] | None, corpus_file: str | os.PathLike[str] | None
) -> Iterable[Document]:
    """Return the documents of a corpus that is given in one of gensim's two ways.

    Parameters
    ----------
    corpus_iterable : iterable of str or of lists of str, or None
        Returned as it is.
    corpus_file : str, path or None
        A file of one document per line, its tokens separated by whitespace, plain or compressed (.gz, .bz2, .xz); see
        :class:`~gensim_distill.corpus.line_file.LineFile`.

    Returns
    -------
    iterable of str or of lists of str
    """
    if corpus_file is not None:
        return LineFile(corpus_file)
    assert corpus_iterable is not None
    return corpus_iterable


def find_local_files(name: str | os.PathLike[str], pattern: str = "*", *, recursive: bool = False) -> list[Path]:
    """Find the files of a path, a folder or a glob pattern, in the order of their names.

    Parameters
    ----------
    name : str or path
        A file; a folder, for its files; or a pattern such as ``"reviews/*.txt"`` or ``"reviews/**/*.txt"``.
        Of a folder, hidden files, whose names begin with a dot, are ignored.
    pattern : str, optional
        The names of the files of a folder. By default all.
    recursive : bool, optional
        Whether the files of its subfolders are included. By default they are not.

    Returns
    -------
    list of pathlib.Path
        Empty if a folder or pattern has no such file.

    Raises
    ------
    FileNotFoundError
        If `name` is neither a pattern nor the path of a file or folder.
    PermissionError
        If the folder, or one of its subfolders, cannot be read.

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> from gensim_distill.corpus.files import find_local_files
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     for name in ("b.txt", "a.txt", ".hidden"):
    ...         Path(folder, name).touch()
    ...     [path.name for path in find_local_files(folder)]
    ['a.txt', 'b.txt']
    """
    path = Path(name)
    if path.is_dir():
        _check_readable(path, recursive)
        below = path.rglob(pattern) if recursive else path.glob(pattern)
        return sorted(file for file in below if file.is_file() and not _is_hidden(file.relative_to(path)))
    if path.exists():
        return [path]
    if glob.has_magic(os.fspath(name)):
        matches = sorted(glob.glob(os.fspath(name), recursive=True))
        return [Path(match) for match in matches if os.path.isfile(match)]
    raise FileNotFoundError(f"There is no file or folder {os.fspath(name)!r}.")


def _is_hidden(path: Path) -> bool:
    return any(part.startswith(".") for part in path.parts)


def _check_readable(folder: Path, recursive: bool) -> None:
    """Raise the error of a folder that cannot be read; a search would find nothing in it."""

    def fail(error: OSError) -> None:
        raise error

    for _, folders, _ in os.walk(folder, onerror=fail):
        folders[:] = [name for name in folders if not name.startswith(".")] if recursive else []
