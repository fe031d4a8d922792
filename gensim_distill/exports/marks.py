"""The mark of an exported folder, a list of its files: only folders with a mark and nothing else in them are replaced."""

from __future__ import annotations

import json
import os
from fnmatch import fnmatchcase
from pathlib import Path

from gensim_distill._utils.folders import check_parents
from gensim_distill._utils.foreign_folders import KIND, MARK, read_mark
from gensim_distill.exports.exporter import Exporter

_LARGEST_FILE = 2**20  # bytes
# Exports without a mark, of earlier versions and from the hub: a file that names this package, and the names of all files.
_EARLIER: dict[str, tuple[str, str, tuple[str, ...]]] = {
    "safetensors": ("README.md", "gensim-distill", ("vectors.safetensors", "vocabulary.json")),
    "gensim-distill": (
        "README.md",
        "gensim-distill",
        ("vectors.safetensors", "vocabulary.json", "config.json", "text-encoder/*"),
    ),
    "sentence-transformers": (
        "README.md",
        "gensim-distill",
        ("modules.json", "config_sentence_transformers.json", "0_StaticEmbedding/*", "1_Normalize/config.json"),
    ),
    "model2vec": (
        "README.md",
        "gensim-distill",
        ("model.safetensors", "tokenizer.json", "config.json", "modules.json"),
    ),
    "spacy": ("meta.json", "gensim-distill", ("README.md", "config.cfg", "tokenizer", "vocab/*")),
    "tensorboard": ("projector_config.pbtxt", 'tensor_name: "word vectors"', ("vectors.tsv", "metadata.tsv")),
}


def write_mark(folder: Path, format: str) -> None:
    """Write the mark of an export into its folder."""
    mark = {"kind": KIND, "format": format, "files": _files(folder)}
    (folder / MARK).write_text(json.dumps(mark, indent=1) + "\n", encoding="utf-8")


def check_target(target: Path, exporter: Exporter, overwrite: bool) -> None:
    """Check that a path is free, or may be replaced by an export.

    Raises
    ------
    FileExistsError
        If something exists that must not be replaced.
    ValueError
        If the format cannot have such a name.
    """
    if exporter.text_vectors:
        try:
            os.fspath(target).encode("utf-8")
        except UnicodeEncodeError:
            raise ValueError(
                f"{str(target)!r} is not valid UTF-8, which the libraries of the format {exporter.format!r} require: use another path."
            ) from None
    if not os.path.lexists(target):
        check_parents(target)
        return
    name = repr(str(target))
    if not overwrite:
        raise FileExistsError(f"{name} exists: use another path, or overwrite=True to replace it.")
    if target.is_symlink():
        raise FileExistsError(
            f"{name} is a symbolic link and is not replaced: use another path, or the path that it names."
        )
    if not (target.is_file() or target.is_dir()):
        raise FileExistsError(f"{name} is a device, a pipe or a socket and is not replaced: use another path.")
    if target.is_dir() != exporter.folder:
        found, expected = ("folder", "file") if target.is_dir() else ("file", "folder")
        raise FileExistsError(
            f"{name} is a {found}, and the format {exporter.format!r} is a {expected}: use another path."
        )
    if exporter.folder:
        _check_folder(target, exporter)


def _check_folder(folder: Path, exporter: Exporter) -> None:
    name = repr(str(folder))
    for special, what in ((Path.cwd(), "current folder"), (Path.home(), "home folder")):
        if special.resolve().is_relative_to(folder.resolve()):
            raise FileExistsError(f"{name} is or contains the {what} and is not replaced: use another path.")
    if os.path.ismount(folder):
        raise FileExistsError(f"{name} is a mount point and is not replaced: use another path, such as a folder in it.")
    found = _files(folder)
    if not found:
        return
    allowed = _marked_files(folder, exporter.format) or _earlier_files(folder, exporter.format, found)
    if allowed is None:
        raise FileExistsError(
            f"{name} is not an export in the format {exporter.format!r}, since it has no {MARK} of one, and is "
            "not replaced even with overwrite=True: use another path, or remove the folder."
        )
    others = [file for file in found if file not in allowed and file != MARK]
    if others:
        more = f" and {len(others) - 1} more" if len(others) > 1 else ""
        raise FileExistsError(
            f"{name} has files that are not of the export, {others[0]!r}{more}, and is not replaced even with overwrite=True: move "
            "them, or use another path."
        )


def _files(folder: Path) -> list[str]:
    """Return the paths of all files, links and empty folders below a folder, relative to it."""
    found: list[str] = []
    for parent, folders, files in os.walk(folder):
        linked = [name for name in folders if os.path.islink(os.path.join(parent, name))]
        empty = [name for name in folders if name not in linked and not os.listdir(os.path.join(parent, name))]
        found += [Path(parent, name).relative_to(folder).as_posix() for name in [*files, *linked, *empty]]
    return sorted(found)


def _marked_files(folder: Path, format: str) -> list[str] | None:
    """Return the files that the mark of an export lists; None without the mark of an export in this format."""
    mark = read_mark(folder)
    files = mark.get("files")
    if mark.get("format") != format or not isinstance(files, list):
        return None
    return [file for file in files if isinstance(file, str)]


def _earlier_files(folder: Path, format: str, found: list[str]) -> list[str] | None:
    """Return the files of an export without a mark; None if nothing shows that it is one."""
    if format not in _EARLIER or (folder / MARK).exists():
        return None
    witness, text, names = _EARLIER[format]
    try:
        with open(folder / witness, encoding="utf-8") as file:
            if text not in file.read(_LARGEST_FILE):
                return None
    except (OSError, UnicodeDecodeError):
        return None
    return [file for file in found if any(fnmatchcase(file, name) for name in (witness, "README.md", *names))]
