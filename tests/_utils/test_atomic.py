"""Atomic writes: what killed processes leave, permissions, and paths that must not be replaced."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest
from platforms import needs_pipes, needs_umask

from gensim_distill._utils import atomic
from gensim_distill._utils.atomic import remove_unfinished, replace_file, replace_folder

KILLED = """
import os, signal, sys
from gensim_distill._utils.atomic import {function}
with {function}(sys.argv[1]) as temporary:
    (temporary / "new" if temporary.is_dir() else temporary).write_text("new")
    {at}
"""


def kill(function: str, path: Path, at: str = "os.kill(os.getpid(), signal.SIGKILL)") -> None:
    """Replace a path in a process that is killed before it is complete."""
    program = KILLED.format(function=function, at=at)
    done = subprocess.run(
        [sys.executable, "-c", program, path], check=False, env=os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)}
    )
    assert done.returncode < 0


def test_killed_write_leaves_the_old_file_and_the_next_one_removes_its_folder(tmp_path: Path) -> None:
    pytest.importorskip("fcntl", reason="needs locks of folders")
    path = tmp_path / "file"
    path.write_text("old", encoding="utf-8")
    kill("replace_file", path)
    assert path.read_text(encoding="utf-8") == "old"
    (left,) = set(tmp_path.iterdir()) - {path}
    with replace_file(path) as temporary:
        assert not left.exists()
        temporary.write_text("next", encoding="utf-8")
        with replace_file(path) as other:  # a process that lives keeps its folder
            other.write_text("other", encoding="utf-8")
        assert temporary.exists()
    assert path.read_text(encoding="utf-8") == "next"
    assert list(tmp_path.iterdir()) == [path]


def test_folder_that_a_killed_process_had_moved_away_is_put_back(tmp_path: Path) -> None:
    pytest.importorskip("fcntl", reason="needs locks of folders")
    path = tmp_path / "folder"
    path.mkdir()
    (path / "old").write_text("old", encoding="utf-8")
    program = "import signal; from gensim_distill._utils import atomic; atomic._exchange = lambda *paths: False; "
    program += "rename = os.rename; os.rename = lambda *paths: (rename(*paths), os.kill(os.getpid(), signal.SIGKILL))"
    kill("replace_folder", path, program)
    assert not path.exists()
    remove_unfinished(path)
    assert (path / "old").read_text(encoding="utf-8") == "old"
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("exchange", [True, False])
def test_folder_is_replaced(tmp_path: Path, exchange: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    if not exchange:
        monkeypatch.setattr(atomic, "_exchange", lambda *paths: False)
    path = tmp_path / "folder"
    for name in ("one", "two"):
        with replace_folder(path) as temporary:
            (temporary / name).write_text(name, encoding="utf-8")
        assert [file.name for file in path.iterdir()] == [name]
    with pytest.raises(RuntimeError, match="no"), replace_folder(path):
        raise RuntimeError("no")
    assert [file.name for file in path.iterdir()] == ["two"]
    assert list(tmp_path.iterdir()) == [path]


@needs_umask
@pytest.mark.parametrize("umask", [0o022, 0o002, 0o027])
def test_permissions_are_those_of_the_umask(tmp_path: Path, umask: int) -> None:
    before = os.umask(umask)
    try:
        with replace_file(tmp_path / "file") as temporary:
            temporary.touch(0o600)
        with replace_folder(tmp_path / "folder") as folder:
            (folder / "private").mkdir(0o700)
            (folder / "private" / "file").touch(0o600)
    finally:
        os.umask(before)
    for path in tmp_path.rglob("*"):
        assert stat.S_IMODE(path.stat().st_mode) == (0o777 if path.is_dir() else 0o666) & ~umask, path


@needs_pipes
def test_links_are_replaced_and_pipes_are_not(tmp_path: Path) -> None:
    (tmp_path / "mine").write_text("mine", encoding="utf-8")
    (tmp_path / "link").symlink_to(tmp_path / "mine")
    with replace_file(tmp_path / "link") as temporary:
        temporary.write_text("new", encoding="utf-8")
    assert (tmp_path / "mine").read_text(encoding="utf-8") == "mine"
    assert (tmp_path / "link").read_text(encoding="utf-8") == "new"
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(OSError, match="is a device, a pipe or a socket"), replace_file(tmp_path / "pipe"):
        pass
    assert (tmp_path / "pipe").is_fifo()


@pytest.mark.parametrize("name", ["n" * 250, "é" * 120, ".hidden", "a.writing"])
def test_names_of_any_length_are_written(tmp_path: Path, name: str) -> None:
    with replace_file(tmp_path / name) as temporary:
        temporary.write_text("new", encoding="utf-8")
    assert [path.name for path in tmp_path.iterdir()] == [name]
