"""What a measurement was made on: printed at the head of every benchmark."""

from __future__ import annotations

import importlib.metadata
import os
import platform
from pathlib import Path

import torch


def machine() -> str:
    """Describe processor, memory, Python and the versions of the packages that matter."""
    cpu = platform.processor() or platform.machine()
    info = Path("/proc/cpuinfo")
    if info.exists():
        cpu = next(
            (line.split(":", 1)[1].strip() for line in info.read_text().splitlines() if "model name" in line), cpu
        )
    versions = ", ".join(
        f"{name} {importlib.metadata.version(name)}" for name in ("gensim", "numpy", "scipy", "torch", "transformers")
    )
    device = torch.cuda.get_device_name() if torch.cuda.is_available() else "no GPU"
    return (
        f"{cpu}, {os.cpu_count()} cores, {torch.get_num_threads()} torch threads, {device}\n"
        f"Python {platform.python_version()}, {versions}"
    )
