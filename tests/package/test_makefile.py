"""The Makefile: the build of torch that it installs."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest
from platforms import needs_make

ROOT = Path(__file__).resolve().parents[2]
CPU_INDEX = "https://download.pytorch.org/whl/cpu"


def installations(tmp_path: Path, system: str, gpu: bool, *variables: str) -> list[str]:
    """Return the commands that install torch on a machine with a system, with or without an NVIDIA GPU."""
    programs = {"uname": f"echo {system}", "nvidia-smi": "echo 'GPU 0: NVIDIA H100'" if gpu else "exit 9"}
    for name, command in programs.items():
        program = tmp_path / name
        program.write_text(f"#!/bin/sh\n{command}\n", encoding="utf-8")
        program.chmod(0o755)
    done = subprocess.run(
        ["make", "--dry-run", f"VENV={tmp_path}/venv", *variables, "demo"],
        cwd=ROOT,
        env={name: value for name, value in os.environ.items() if name != "TORCH"}
        | {"PATH": f"{tmp_path}{os.pathsep}{os.environ['PATH']}"},
        capture_output=True,
        text=True,
        check=True,
    )
    return [line for line in done.stdout.splitlines() if "pip install" in line and " torch" in line]


@needs_make
@pytest.mark.parametrize(
    ("system", "gpu", "cpu_build"), [("Linux", False, True), ("Linux", True, False), ("Darwin", False, False)]
)
def test_make_installs_the_cpu_build_on_linux_without_a_gpu(
    system: str, gpu: bool, cpu_build: bool, tmp_path: Path
) -> None:
    (command,) = installations(tmp_path, system, gpu)
    assert "--constraint constraints.txt" in command
    # Only torch itself comes from the other index, which has few versions of its dependencies.
    assert (f" --no-deps --timeout 15 --extra-index-url {CPU_INDEX}" in command) is cpu_build
    assert (CPU_INDEX in command) is cpu_build


@needs_make
def test_make_installs_the_build_of_torch_that_is_asked_for(tmp_path: Path) -> None:
    (command,) = installations(tmp_path, "Linux", False, "TORCH=torch==2.13.0")
    assert command.endswith(" torch==2.13.0")
