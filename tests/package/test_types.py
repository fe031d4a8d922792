"""The types of the package: mypy reports methods that do not exist, on its classes and on those of gensim."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PROGRAM = """
from gensim.models import KeyedVectors
from gensim_distill import DistilledWord2Vec

model = DistilledWord2Vec()
model.infer_vector("word")
model.no_such_method()
model.wv.most_similar("word")
KeyedVectors(1).no_such_method()
"""


def test_mypy_reports_missing_methods(tmp_path: Path) -> None:
    pytest.importorskip("mypy")
    program = tmp_path / "program.py"
    program.write_text(PROGRAM, encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-m", "mypy", "--config-file", ROOT / "pyproject.toml", program],
        cwd=ROOT,  # shares the cache of other runs
        env=os.environ | {"MYPYPATH": str(ROOT)},
        capture_output=True,
        text=True,
    )
    errors = re.findall(r"program\.py:(\d+): error: (.*)", done.stdout)
    assert errors == [
        ("7", '"DistilledWord2Vec" has no attribute "no_such_method"  [attr-defined]'),
        ("9", '"KeyedVectors" has no attribute "no_such_method"  [attr-defined]'),
    ], done.stdout + done.stderr
