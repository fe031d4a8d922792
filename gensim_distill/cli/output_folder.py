"""Checks of the output folder of ``gensim-distill train``, and the files in it that are its own."""

from __future__ import annotations

import contextlib
import os
import re
import shutil
from collections.abc import Collection
from pathlib import Path

from gensim_distill._utils.folders import check_parents
from gensim_distill._utils.training_folder import (
    CHECKPOINT,
    MODEL,
    SETTINGS,
    SUMMARY,
    TEXT_ENCODER,
    TEXT_VECTORS,
    VECTORS,
    VOCABULARY,
    is_training_folder,
)
from gensim_distill.cli.errors import CommandError
from gensim_distill.cli.run_config import RUN_SETTINGS, read_toml
from gensim_distill.cli.training_folder import statistics_header

#: The formats that `train` writes itself, with their files; all others are exports.
OWN_FORMATS: dict[str, tuple[str, ...]] = {
    "word2vec-binary": (VECTORS, VOCABULARY),
    "word2vec": (TEXT_VECTORS,),
    "kv": ("vectors.kv", "vectors.kv.vectors.npy"),
}
#: Matches the names of the files of checkpoints.
CHECKPOINT_FILES = re.compile(r"checkpoint-\d+\.(safetensors(\.previous)?|contexts)|checkpoint\.lock")


def result_files(formats: Collection[str]) -> list[str]:
    """Return the names of the files and folders that a training in these formats writes."""
    names = [SETTINGS, SUMMARY, CHECKPOINT, MODEL, TEXT_ENCODER, *OWN_FORMATS["word2vec-binary"]]
    for name in formats:
        if name in OWN_FORMATS:
            names += OWN_FORMATS[name]
        else:
            from gensim_distill.exports import EXPORTERS

            if name in EXPORTERS:
                names.append(export_name(name))
    return list(dict.fromkeys(names))


def export_name(format: str) -> str:
    """Return the name of the file or folder of an export in the output folder."""
    from gensim_distill.exports import EXPORTERS

    return format if EXPORTERS[format].folder else f"{format}{EXPORTERS[format].suffix}"


def own_files(folder: Path) -> list[str]:
    """Return the names that a training, or an interrupted one, has written to a folder; none in any other folder."""
    if not is_training_folder(folder):
        return []
    try:
        formats = read_toml(folder / SETTINGS).get("formats")
    except CommandError:  # a damaged file is reported where its settings are needed
        formats = None
    known = isinstance(formats, list) and all(isinstance(name, str) for name in formats)
    return result_files(formats if known and formats else RUN_SETTINGS["formats"][1])


def check_output_folder(folder: Path, formats: Collection[str], overwrite: bool) -> None:
    """Check that a training can be written to a folder without a loss of files that it did not write.

    Raises
    ------
    CommandError
        If it is not a folder, is the root or home folder, or has other files.
    """
    if folder.is_symlink() and not folder.exists():
        raise CommandError(f"{str(folder)!r} is a link to a place that does not exist: use another --output.")
    if folder.exists() and not folder.is_dir():
        raise CommandError(f"{str(folder)!r} is a file, not a folder: use a folder as --output.")
    check_parents(folder)
    place = folder.resolve()
    if place == Path(place.anchor) or _is_home(place):
        raise CommandError(
            f"{str(folder)!r} is the {'root' if place == Path(place.anchor) else 'home'} folder: use a folder of its own as "
            f"--output, such as {str(folder / 'vectors')!r}."
        )
    if not folder.is_dir():
        return
    existing = {path.name for path in folder.iterdir()}
    own = own_files(folder)
    foreign = sorted(existing - {CHECKPOINT})
    if foreign and not own and not overwrite:
        raise CommandError(
            f"The folder {str(folder)!r} contains other files, such as {foreign[0]!r}: use a new or empty one as --output, or "
            "--overwrite to write the result beside them."
        )
    lost = [name for name in result_files(formats) if name in existing and name not in own and name != CHECKPOINT]
    if lost:
        raise CommandError(
            f"The folder {str(folder)!r} contains {lost[0]!r}, which `gensim-distill train` did not write and would replace: use "
            "another folder as --output, or move it away."
        )
    for name in (CHECKPOINT, MODEL, TEXT_ENCODER):
        if (folder / name).exists() and not (folder / name).is_dir():
            raise CommandError(
                f"{str(folder / name)!r} is a file, where a folder is needed: use another folder as --output."
            )


def check_exports(folder: Path, formats: Collection[str]) -> None:
    """Check, before a training, that its exports can be written to a folder: what an earlier training wrote is replaced.

    Raises
    ------
    FileExistsError, ValueError
        If a target is a link, a device, or a folder with other files in it, or has a name that the format cannot have.
    """
    for name in formats:
        if name not in OWN_FORMATS:
            from gensim_distill.exports import EXPORTERS
            from gensim_distill.exports.marks import check_target

            check_target(folder / export_name(name), EXPORTERS[name], overwrite=True)


def remove_other_formats(folder: Path, formats: Collection[str], written: Collection[str]) -> None:
    """Remove the files of an earlier training in formats that the new one does not write, since their vectors are others.

    Parameters
    ----------
    folder : pathlib.Path
    formats : collection of str
        The formats of the new training.
    written : collection of str
        The names that the summary of the earlier training lists. Folders with files of others in them remain.
    """
    from gensim_distill.exports import EXPORTERS
    from gensim_distill.exports.marks import check_target

    kept = result_files(formats)
    for name in (*OWN_FORMATS, *EXPORTERS):
        for file in OWN_FORMATS.get(name) or (export_name(name),):
            if file in kept or (file not in written and OWN_FORMATS.get(name, (None,))[0] not in written):
                continue
            path = folder / file
            if path.is_dir():
                with contextlib.suppress(OSError):  # it contains other files
                    check_target(path, EXPORTERS[name], overwrite=True)
                    shutil.rmtree(path)
            else:
                path.unlink(missing_ok=True)


def remove_checkpoint(cache: Path) -> None:
    """Delete the checkpoint of a training by the names of its files, and the folder if it is then empty.

    Raises
    ------
    CommandError
        If a file has the name of a checkpoint and is none.
    RuntimeError
        If another process uses the folder.
    """
    from gensim_distill.statistics.checkpoint_files import CheckpointFiles

    if not cache.is_dir():
        return
    files = CheckpointFiles(cache, 1)
    for path in map(Path, files.existing()):
        if not path.is_file() or statistics_header(path) is None:
            raise CommandError(
                f"{str(path)!r} is not a checkpoint of gensim-distill, or is damaged: move it away, or use another folder."
            )
    files.remove()
    with contextlib.suppress(OSError):  # it contains other files
        cache.rmdir()


def _is_home(place: Path) -> bool:
    try:
        return place == Path(os.path.expanduser("~")).resolve()
    except (OSError, RuntimeError):  # no home, or a loop of links
        return False
