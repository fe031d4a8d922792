"""Errors of optional dependencies that are missing, or do not fit other libraries."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from gensim_distill._utils.extras import needs


def test_missing_library_is_named_with_the_command_that_installs_it() -> None:
    expected = 'A report needs no_such_library: pip install "gensim-distill[report]".'
    with pytest.raises(ImportError, match=f"^{re.escape(expected)}$"):
        needs("no_such_library.part", "A report", "report")


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("raise ImportError('this library requires NumPy 2.0 or newer')", "this library requires NumPy 2.0 or newer"),
        ("import no_such_library", "No module named 'no_such_library'"),
    ],
)
def test_library_that_cannot_be_imported_is_not_reported_as_missing(
    line: str, reason: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "broken_library.py").write_text(line, encoding="utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    with pytest.raises(
        ImportError, match=re.escape(f"is installed but cannot be imported ({reason}): install versions")
    ):
        needs("broken_library", "A report", "report")
