"""``gensim-distill estimate``."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from cli_runner import LITTLE, run, run_json
from gensim.models import KeyedVectors

from gensim_distill.cli.estimate import _format
from gensim_distill.cli.throughput import Range


def test_estimate_of_all_documents(
    text_file: Path, folder: Path, trained: Path, trained_vectors: KeyedVectors, lines: list[str]
) -> None:
    about = run_json(
        "estimate", text_file, "--teacher", folder, *LITTLE, "--count-texts", "0", "--probe-seconds", "0.1"
    )
    words = len(trained_vectors)
    assert about["corpus"]["vocabulary"] == {"low": words, "high": words}
    assert about["corpus"]["share_counted"] == 1
    assert about["corpus"]["documents"]["low"] == len(lines)
    for part in ("time", "memory", "disk"):
        for value in about[part].values():
            assert 0 <= value["low"] <= value["high"]
    size = sum(file.stat().st_size for file in trained.rglob("*") if file.suffix != ".toml")
    assert about["disk"]["result"]["high"] == pytest.approx(size, rel=0.5)


def test_estimate_prints_tables(text_file: Path, folder: Path) -> None:
    most = ["--count-texts", str(10**30), "--contexts-per-word", str(10**26)]
    shown = run("estimate", text_file, "--teacher", folder, *LITTLE, "--probe-seconds", "0.1", *most).stdout
    assert shown.splitlines()[1].split() == ["estimate"] and "Assumptions:" in shown
    assert "- the teacher reads all passages, and duplicate passages once" in shown
    assert re.search(r"^ +documents +5 *$", shown, flags=re.MULTILINE)
    assert _format("time", Range(7.0, 100.0)) == "7.0 s to 2 min" and _format("disk", Range(1e6, 1e6)) == "1.0 MB"


def test_vocabulary_without_words_raises(text_file: Path, folder: Path) -> None:
    rare = ["estimate", text_file, "--teacher", folder, "--min-count", "99"]
    for options, end in (
        ([], "lower --min-count."),
        (["--count-texts", "1"], "lower --min-count, or raise --count-texts."),
    ):
        assert run(*rare, *options, code=3).stderr.strip().endswith(end)


def test_an_output_that_is_a_file_raises(text_file: Path, folder: Path) -> None:
    assert "is a file, not a folder" in run("estimate", text_file, "--teacher", folder, "-o", text_file, code=3).stderr
