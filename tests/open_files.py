"""Errors as on Windows, which neither renames, replaces nor deletes a file that is open or memory-mapped."""

from __future__ import annotations

import os
import pathlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest


def open_files() -> set[str]:
    """Return the paths of the regular files that this process has open or memory-mapped."""
    descriptors = {entry.path for entry in os.scandir("/proc/self/fd")}
    opened = {os.readlink(link) for link in descriptors if os.path.isfile(link)}
    mapped = {
        line.split(maxsplit=5)[5]
        for line in Path("/proc/self/maps").read_text(encoding="utf-8").splitlines()
        if "/" in line
    }
    return opened | mapped


def guard_open_files(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Raise an error if an open file is renamed, replaced or deleted; return a list to which such calls are added. Linux only."""
    found: list[str] = []

    def guarded(name: str) -> Callable[..., Any]:
        original = getattr(os, name)

        def call(*paths: Any, **options: Any) -> Any:
            if not options:
                busy = open_files() & {os.path.realpath(path) for path in paths}
                found.extend(f"{name} {path}" for path in busy)
                if busy:
                    raise PermissionError(13, "The process cannot access the file", *busy)
            return original(*paths, **options)

        return call

    for name in ("replace", "rename", "unlink", "remove"):
        call = guarded(name)
        monkeypatch.setattr(os, name, call)
        # pathlib of Python 3.10 has its own references.
        accessor = getattr(pathlib, "_NormalAccessor", None)
        if hasattr(accessor, name):
            monkeypatch.setattr(accessor, name, staticmethod(call))
    return found
