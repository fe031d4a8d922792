"""Marks for tests of what only some systems have; on others they are skipped, with the reason."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path

import pytest


def needs_posix(what: str) -> pytest.MarkDecorator:
    """Skip a test on Windows, which has no `what`."""
    return pytest.mark.skipif(os.name != "posix", reason=f"needs {what}, which Windows does not have")


needs_pipes = needs_posix("named pipes")
needs_links = pytest.mark.skipif(
    os.name != "posix", reason="needs symbolic links, for which Windows demands a privilege"
)
needs_signals = needs_posix("signals")
needs_umask = needs_posix("the permissions of POSIX")
needs_bash = pytest.mark.skipif(os.name != "posix" or shutil.which("bash") is None, reason="needs bash")
needs_make = pytest.mark.skipif(os.name != "posix" or shutil.which("make") is None, reason="needs make and a shell")
needs_names_of_bytes = pytest.mark.skipif(
    sys.platform != "linux", reason="needs names of files that are not valid UTF-8, which Windows and macOS do not have"
)


def set_home(monkeypatch: pytest.MonkeyPatch, path: Path) -> None:
    """Make a folder the home folder, on any system."""
    for name in ("HOME", "USERPROFILE"):
        monkeypatch.setenv(name, str(path))
