"""Files of trainings and of searches in the folders of a corpus, which are no part of it."""

from __future__ import annotations

import glob
import os
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from gensim_distill._utils.training_folder import is_training_folder
from gensim_distill.cli.console import echo
from gensim_distill.cli.errors import CommandError
from gensim_distill.cli.output_folder import CHECKPOINT_FILES, own_files, result_files
from gensim_distill.cli.run_config import RunConfig
from gensim_distill.cli.search_mark import is_search_folder, search_again, search_files


@dataclass
class OwnFiles:
    """The files of this training and of others.

    Attributes
    ----------
    output : pathlib.Path or None
        The output folder.
    results : collection of str
        The names that the training writes to it.
    cache : pathlib.Path or None
        The folder of checkpoints, if it is another one.
    files : collection of pathlib.Path
        Settings and functions.
    """

    output: Path | None = None
    results: Collection[str] = ()
    cache: Path | None = None
    files: Collection[Path] = ()
    _names: dict[Path, tuple[bool, frozenset[str]]] = field(default_factory=dict)

    def remove_from(self, given: str, found: list[Path], quiet: bool) -> list[Path]:
        """Return the files of a folder or pattern without those of trainings.

        Parameters
        ----------
        given : str
            A file, a folder or a pattern.
        found : list of pathlib.Path
        quiet : bool
            Whether to print nothing.

        Raises
        ------
        CommandError
            If none remains, or `given` is a file that the training would write.
        """
        if found == [Path(given)]:
            if self._is_result(found[0].resolve()):
                raise CommandError(f"{given!r} is a file of the output folder, not a corpus: omit it.")
            return found
        top = _fixed_part(given).resolve()
        kept = [path for path in found if not self._is_own(path.resolve(), top)]
        if len(kept) < len(found):
            left = sorted(set(found).difference(kept))
            if not kept:
                search = next((folder for path in left for folder in path.parents if is_search_folder(folder)), None)
                owner, again = ("training", "") if search is None else ("search", f"; {search_again(search)}")
                raise CommandError(
                    f"{given!r} has only files of a {owner}, such as {str(left[0])!r}, and no corpus: use the folder of the texts{again}."
                )
            echo(
                f"Ignored in {given!r}: {len(left):,} files that belong to a training, such as {str(left[0])!r}.", quiet
            )
        return kept

    def _is_result(self, path: Path) -> bool:
        return self.output is not None and any(path.is_relative_to(self.output / name) for name in self.results)

    def _is_own(self, path: Path, top: Path) -> bool:
        if path in self.files or (path.parent == self.cache and CHECKPOINT_FILES.fullmatch(path.name)):
            return True
        for folder in path.parents:
            whole, names = self._names_in(folder)
            # A result inside the corpus folder is ignored as a whole; of the corpus folder itself only the result's names.
            if (whole and folder != top and folder.is_relative_to(top)) or path.relative_to(folder).parts[0] in names:
                return True
        return False

    def _names_in(self, folder: Path) -> tuple[bool, frozenset[str]]:
        """Return whether a folder is that of a training, and the names in it that are the training's."""
        if folder not in self._names:
            is_output = folder == self.output
            names = frozenset([*own_files(folder), *search_files(folder), *(self.results if is_output else ())])
            self._names[folder] = (is_output or is_training_folder(folder) or is_search_folder(folder), names)
        return self._names[folder]


def own_files_of(settings: RunConfig, config: Path | None) -> OwnFiles:
    """Return the files of a training with these settings, and leave its output folder out of the corpus.

    A ``*`` of a shell adds the output folder to the corpus when a training runs again.
    """
    output = None if settings.output is None else Path(settings.output).resolve()
    if output is not None:
        settings.run["corpus"] = _without_result(settings.run["corpus"], output)
    cache = settings.model.get("cache_dir")
    return OwnFiles(
        output,
        result_files(settings.run["formats"]),
        None if cache is None else Path(cache).resolve(),
        [path.resolve() for path in (config, settings.functions) if path is not None],
    )


def _without_result(corpus: list[str], output: Path) -> list[str]:
    if not is_training_folder(output) or any(_other_files(output)):
        return corpus
    kept = [path for path in corpus if path == "-" or os.path.realpath(path) != str(output)]
    if not kept:
        raise CommandError(
            f"{corpus[0]!r} is the output folder, not a corpus: pass the files or the folder of the texts."
        )
    return kept


def _other_files(folder: Path) -> Iterator[str]:
    names = own_files(folder)
    return (name for name in os.listdir(folder) if name not in names and not name.startswith("."))


def _fixed_part(pattern: str) -> Path:
    """Return the folder below which a pattern is searched; a folder itself."""
    parts = Path(pattern).parts
    fixed = next((number for number, part in enumerate(parts) if glob.has_magic(part)), len(parts))
    return Path(pattern) if os.path.isdir(pattern) else Path(*parts[:fixed])
