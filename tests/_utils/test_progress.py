"""Progress bars: whole numbers of units, and lines where there is no terminal."""

from __future__ import annotations

import io
from typing import Any

import pytest

from gensim_distill._utils import progress
from gensim_distill._utils.progress import Bar, progress_bar


def test_a_bar_has_whole_numbers_of_its_units() -> None:
    stream = io.StringIO()
    with Bar(desc="Teacher", total=2000, unit="document", file=stream) as bar:
        bar.update(1100)
        assert "Teacher:  55%|" in str(bar) and "| 1,100 of 2,000 documents [" in str(bar)
        bar.update(1100)  # more than announced
        assert str(bar).startswith("Teacher: 2,200 documents [")
    with Bar(desc="Vocabulary", unit="document", file=stream) as bar:
        bar.update(12_345)
        assert str(bar).startswith("Vocabulary: 12,345 documents [")


def test_lines_without_a_terminal(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(progress, "_SECONDS_BETWEEN_LINES", 0.0)
    with progress_bar("Teacher", None, total=2000) as bar:
        bar.update(500)
        bar.update(500)
    assert capsys.readouterr().err.splitlines() == [
        "Teacher: 500 of 2,000 documents, 25%", "Teacher: 1,000 of 2,000 documents, 50%",
    ]  # fmt: skip
    monkeypatch.setattr(progress, "_SECONDS_BETWEEN_LINES", 30.0)
    for shown in (None, False):
        with progress_bar("Teacher", shown, total=2000) as bar:
            bar.update(500)
    assert capsys.readouterr().err == ""


def test_a_terminal_has_a_bar(monkeypatch: pytest.MonkeyPatch) -> None:
    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    stream: Any = Terminal()
    monkeypatch.setattr("sys.stderr", stream)
    with progress_bar("Isolated words", None, total=3, unit="word") as bar:
        bar.update(3)
    assert "3 of 3 words" in stream.getvalue()
