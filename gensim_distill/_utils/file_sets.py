"""Sets of files that belong together, replaced as one: a main file, and members beside it.

A set has an identifier, which its main file contains. Members are first put beside the main file under a name that ends in
the identifier, then the main file is renamed, which decides which set is read, and then the members get their usual names.
Whenever the process ends, the main file finds its own members: under the name with its identifier, or else under the usual
one.
"""

from __future__ import annotations

import contextlib
import os
import re
from collections.abc import Callable, Collection, Iterator, Mapping, Set
from pathlib import Path

from gensim_distill._utils.atomic import check_regular, complete, flush, temporary_folder
from gensim_distill._utils.temporary_folders import exclusive


def member_path(path: str | os.PathLike[str], name: str, identifier: str | None) -> str:
    """Return the path of a member of a set.

    Parameters
    ----------
    path : str or path
        The main file.
    name : str
        The usual name of the member. The name of the main file in it is replaced where `path` is a symbolic link.
    identifier : str or None
        The identifier in the main file, if there is one.
    """
    folder, main = os.path.split(os.fspath(path))
    target_folder, target_main = os.path.split(os.path.realpath(path))
    renamed = target_main + name.removeprefix(main) if name.startswith(main) else name
    places = [os.path.join(folder, name), os.path.join(target_folder, renamed)]
    candidates = [f"{place}.{identifier}" for place in places if identifier] + places
    return next(filter(os.path.exists, candidates), places[0])


@contextlib.contextmanager
def replace_set(
    path: str | os.PathLike[str],
    identifier: Callable[[], str],
    *,
    obsolete: Collection[str] = (),
    occupied: Callable[[str], bool] = lambda ending: False,
) -> Iterator[Path]:
    """Yield a temporary path for the main file, beside which its members are written, and replace the whole set at the end.

    A crash leaves the old set or the new one. A symbolic link stays, and the set that it names is replaced.

    Parameters
    ----------
    path : str or path
        The main file. Its folder must exist.
    identifier : callable
        Returns the identifier of the new set, of 32 characters, at the end of the block.
    obsolete : collection of str
        Members that an earlier set may have and that are removed if this one does not have them: the parts of their
        names after the name of the main file.
    occupied : callable, optional
        Whether the usual name of a member, given this part of it, belongs to something else.

    Yields
    ------
    pathlib.Path

    Raises
    ------
    OSError
        If a file cannot be written; the old set is then unchanged.

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> from gensim_distill._utils.file_sets import member_path, replace_set
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     with replace_set(f"{folder}/model", lambda: "0" * 32) as temporary:
    ...         _ = temporary.write_text("0" * 32)
    ...         _ = Path(f"{temporary}.vectors").write_text("1 2 3")
    ...     sorted(path.name for path in Path(folder).iterdir())
    ...     Path(member_path(f"{folder}/model", "model.vectors", "0" * 32)).read_text()
    ['model', 'model.vectors']
    '1 2 3'
    """
    target = Path(os.path.realpath(path)) if os.path.islink(path) else Path(path)
    check_regular(target)
    with temporary_folder(target) as folder:
        main = folder / target.name
        yield main
        complete(folder)
        members = {file.name: file for file in folder.iterdir() if file != main}
        name = identifier()
        with exclusive(target.parent):
            _commit(target, main, members, name)
            taken = {member for member in members if occupied(member.removeprefix(target.name))}
            unused = {f"{target.name}{ending}" for ending in obsolete if not occupied(ending)} - members.keys()
            _tidy(target.parent, members.keys() - taken, unused, taken, name)


def _commit(target: Path, main: Path, members: Mapping[str, Path], identifier: str) -> None:
    """Put the members beside the main file, and then the main file in its place."""
    own = {file: target.with_name(f"{name}.{identifier}") for name, file in members.items()}
    try:
        for file, place in own.items():
            os.replace(file, place)
        flush(target.parent)
        os.replace(main, target)
    finally:
        if main.exists():  # not replaced
            for place in own.values():
                place.unlink(missing_ok=True)
    flush(target.parent)


def _tidy(folder: Path, members: Set[str], unused: Set[str], taken: Set[str], identifier: str) -> None:
    """Rename the members to their usual names, and remove those of earlier sets."""
    for name in members:
        with contextlib.suppress(OSError):  # the set is complete without it
            os.replace(folder / f"{name}.{identifier}", folder / name)
    for name in unused:
        with contextlib.suppress(OSError):
            (folder / name).unlink(missing_ok=True)
    earlier = re.compile(r"(.+)\.([0-9a-f]{32})")
    with contextlib.suppress(OSError):
        for file in list(folder.iterdir()):
            found = earlier.fullmatch(file.name)
            if found and found[1] in members | unused | taken and found[2] != identifier:
                file.unlink()
