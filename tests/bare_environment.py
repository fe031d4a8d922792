"""Environments with few of the installed packages: links to their files, for a Python without its site-packages."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterable
from importlib import metadata
from pathlib import Path

from packaging.requirements import Requirement

ROOT = Path(__file__).resolve().parents[1]


def declared(config: dict[str, str], extras: Iterable[str]) -> list[Requirement]:
    """Return the requirements of this package in the section of setup.cfg, with those of some extras."""
    lines = "\n".join([config["install_requires"], *(config[extra] for extra in extras)]).splitlines()
    found = [Requirement(line) for line in lines if line and not line.startswith("#")]
    own = {extra for requirement in found if requirement.name == "gensim-distill" for extra in requirement.extras}
    others = [requirement for requirement in found if requirement.name != "gensim-distill"]
    return others + (declared(config | {"install_requires": ""}, own) if own else [])


def distributions(requirements: Iterable[Requirement]) -> dict[str, metadata.Distribution]:
    """Return the installed distributions that requirements need, by normalized name, directly or not."""
    found: dict[str, metadata.Distribution] = {}
    seen: set[tuple[str, str]] = set()
    waiting = [
        requirement for requirement in requirements if requirement.marker is None or requirement.marker.evaluate()
    ]
    while waiting:
        requirement = waiting.pop()
        name = re.sub(r"[-_.]+", "-", requirement.name).lower()
        for extra in {"", *requirement.extras} - {extra for known, extra in seen if known == name}:
            seen.add((name, extra))
            found[name] = distribution = metadata.distribution(name)
            for text in distribution.requires or ():
                needed = Requirement(text)
                if needed.marker is None or needed.marker.evaluate({"extra": extra}):
                    waiting.append(needed)
    return found


def link_packages(folder: Path, installed: Iterable[metadata.Distribution]) -> None:
    """Link the packages and modules of distributions, and their metadata, in a folder."""
    folder.mkdir()
    for distribution in installed:
        for name in {file.parts[0] for file in distribution.files or ()} - {"..", "__pycache__"}:
            if not name.endswith(".pth") and not (folder / name).is_symlink():
                (folder / name).symlink_to(Path(str(distribution.locate_file(name))).resolve())


def run_with(packages: Path, *arguments: str, cwd: Path) -> str:
    """Run a Python that has the standard library, this package and the linked packages only; return its output."""
    environment = os.environ | {"PYTHONPATH": os.pathsep.join([str(packages), str(ROOT)])}
    done = subprocess.run(
        [sys.executable, "-S", *arguments], capture_output=True, text=True, encoding="utf-8", env=environment, cwd=cwd
    )
    assert done.returncode == 0, f"{arguments}\n{done.stdout}{done.stderr}"
    return done.stdout
