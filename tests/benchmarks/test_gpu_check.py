"""The check of a GPU runs on the CPU too, and records parts that fail or run out of time."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from tiny import tiny_bert

from benchmarks.speed import gpu_check
from gensim_distill.teachers import devices

DOCUMENTS = ["the dog chases a ball in the old garden", "a cat sleeps near the warm stove"] * 20


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> tuple[str, str]:
    folder = tmp_path_factory.mktemp("gpu_check")
    corpus = folder / "corpus.txt"
    corpus.write_text("\n".join(DOCUMENTS) + "\n", encoding="utf-8")
    for part in tiny_bert(DOCUMENTS):
        part.save_pretrained(folder / "teacher")
    return str(corpus), str(folder / "teacher")


def test_each_part_runs_on_the_cpu(files: tuple[str, str], tmp_path: Path) -> None:
    out = tmp_path / "out.json"
    assert gpu_check.main([*files, str(out), "--device", "cpu", "--lines", "40"]) == 0
    report = json.loads(out.read_text(encoding="utf-8"))
    parts: dict[str, Any] = report["parts"]
    assert {name: part["state"] for name, part in parts.items()} == {
        "tests": "skipped",
        "pass": "done",
        "second pass": "skipped",
        "distillation": "done",
    }
    assert parts["pass"]["words"] == sum(len(document.split()) for document in DOCUMENTS)
    assert parts["pass"]["share of the peak"] > 0
    assert set(parts["pass"]["stages"]["seconds"]) >= {"tokenizing", "forward", "pooling", "sums", "whole"}
    assert parts["distillation"]["words"] > 0
    assert report["machine"]["versions"]["torch"] and report["seed"] == 1


def test_a_part_that_fails_or_takes_too_long_is_recorded(files: tuple[str, str], tmp_path: Path) -> None:
    options = gpu_check.parse([files[0], str(tmp_path / "no teacher"), "out", "--device", "cpu", "--lines", "9"])
    failed = gpu_check.run_part("distillation", 60, options)
    assert failed["state"] == "failed" and "no teacher" in failed["output"]
    assert gpu_check.run_part("pass", 0.01, options)["state"] == "out of time"


def test_a_missing_gpu_is_named(files: tuple[str, str], monkeypatch: pytest.MonkeyPatch, capsys: Any) -> None:
    monkeypatch.setattr("torch.cuda.is_available", lambda: False)
    assert gpu_check.main([*files, "out"]) == 1
    assert "torch sees no CUDA device here" in capsys.readouterr().out


def test_the_limits_of_all_parts_are_less_than_eight_minutes() -> None:
    assert sum(gpu_check.PARTS.values()) <= 8 * 60


def test_copies_are_made_by_functions_that_the_check_measures() -> None:
    assert callable(devices.to_device) and callable(devices.to_host)
