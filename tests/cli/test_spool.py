"""Copies of standard input: none is left, whatever ends the process."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from platforms import needs_links, needs_signals

from gensim_distill.cli.spool import remove_abandoned

NAME = "gensim-distill-stdin-{}.txt"


def copies(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.rglob("gensim-distill-*"))


@needs_signals
@pytest.mark.parametrize("command", ["train", "estimate"])
@pytest.mark.parametrize(("name", "code"), [("SIGINT", 130), ("SIGTERM", 143), ("SIGKILL", -9)])
def test_copies_of_interrupted_commands_are_removed(command: str, name: str, code: int, tmp_path: Path) -> None:
    # The pipe stays open, so that the command waits for more.
    process = subprocess.Popen(
        [sys.executable, "-m", "gensim_distill", command, "-", "-o", tmp_path / "out"],
        stdin=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=os.environ | {"TMPDIR": str(tmp_path)},
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
    )
    assert process.stdin is not None and process.stderr is not None
    assert b"Copying standard input" in process.stderr.readline()
    (copy,) = tmp_path.rglob("gensim-distill-*")
    os.utime(copy, (1, 1))
    remove_abandoned(copy.parent)
    assert copies(tmp_path) == [copy.name]  # its process lives
    process.send_signal(getattr(signal, name))
    process.communicate(timeout=900)
    assert process.returncode == code
    remove_abandoned(copy.parent)
    assert copies(tmp_path) == []


@needs_links
def test_only_old_copies_of_dead_processes_are_removed(tmp_path: Path) -> None:
    old = time.time() - 1000
    names = ["dead", "new", "UPPER", "link"]
    paths = {name: tmp_path / NAME.format(name) for name in names}
    mine = tmp_path / "mine.txt"
    mine.touch()
    for name, path in paths.items():
        path.symlink_to(mine) if name == "link" else path.touch()
        if name not in ("new", "link"):
            os.utime(path, (old, old))
    remove_abandoned(tmp_path)
    assert copies(tmp_path) == sorted(paths[name].name for name in names if name != "dead") and mine.is_file()
