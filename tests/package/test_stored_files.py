"""File formats: files of each release are read by all later ones, and a file of a newer version raises one clear sentence."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path

import pytest
from cli_runner import messages, run, write_lines
from stored_files import CONTENT, FOLDER, FORMATS, assert_same, plain

from gensim_distill._utils.format_versions import NewerFormatError

STORED = sorted(path.parent.relative_to(FOLDER) for path in FOLDER.glob(f"*/*/{CONTENT}"))
NAMES = rb"(gensim-distill (?:model|text encoder|text index|moments|vectors|training)) (\d)"


def test_each_format_is_stored() -> None:
    assert {path.name for path in STORED if path.parent == Path("1.0")} == FORMATS.keys()


@pytest.mark.parametrize("stored", STORED, ids=Path.as_posix)
def test_files_of_earlier_versions_are_read(stored: Path, tmp_path: Path) -> None:
    folder = tmp_path / "stored"
    shutil.copytree(FOLDER / stored, folder)  # a checkpoint is locked while it is read
    expected = json.loads((folder / CONTENT).read_text(encoding="ascii"))
    (folder / CONTENT).unlink()
    assert_same(plain(FORMATS[stored.name][1](folder)), expected)


@pytest.mark.parametrize("name", FORMATS)
def test_files_of_a_newer_version_raise_one_sentence(name: str, tmp_path: Path) -> None:
    folder = tmp_path / "stored"
    shutil.copytree(FOLDER / "1.0" / name, folder)
    # The statistics of a model have the version of the model, which is checked first.
    files = [path for path in folder.rglob("*") if path.is_file() and path.name != CONTENT]
    changed = {path: re.sub(NAMES, rb"\1 9", path.read_bytes()) for path in files}
    changed = {path: content for path, content in changed.items() if content != path.read_bytes()}
    assert changed, "the files name no version"
    for path, content in changed.items():
        path.write_bytes(content)
    with pytest.raises(NewerFormatError) as raised:
        FORMATS[name][1](folder)
    assert re.fullmatch(
        r"'\S+' was written by a newer version of gensim-distill, in the format 'gensim-distill [a-z ]+ 9', and this version reads it "
        r"up to [12]: update gensim-distill\.",
        str(raised.value),
    )


def test_a_folder_of_a_newer_search_raises_one_sentence(tmp_path: Path) -> None:
    write_lines(tmp_path / "index" / "search.json", json.dumps({"format": "gensim-distill search 2"}))
    assert "newer version of gensim-distill" in messages(run("info", tmp_path / "index", code=3))


@pytest.mark.parametrize(
    ("name", "path", "version", "without"),
    [
        ("safetensors-float32", "vectors/vectors.safetensors", b'vectors 1"', b'vectors"  '),
        ("model", "some.model", b"gensim-distill model 1 checksum", b"gensim-distill checksum"),
        ("training", "out/training.json", b'"format": "gensim-distill training 1",', b""),
    ],
)
def test_files_without_a_version_are_read(name: str, path: str, version: bytes, without: bytes, tmp_path: Path) -> None:
    folder = tmp_path / "stored"
    shutil.copytree(FOLDER / "1.0" / name, folder)
    expected = json.loads((folder / CONTENT).read_text(encoding="ascii"))
    content = (folder / path).read_bytes()
    assert version in content
    (folder / path).write_bytes(content.replace(version, without))
    assert_same(plain(FORMATS[name][1](folder)), expected)
