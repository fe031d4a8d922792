"""``gensim-distill info``."""

from __future__ import annotations

from pathlib import Path

from cli_runner import messages, run, run_json
from gensim.models import KeyedVectors


def test_info_describes_each_kind(trained: Path, trained_vectors: KeyedVectors, folder: Path) -> None:
    about = run_json("info", trained)
    assert about["vectors"]["words"] == len(trained_vectors)
    assert about["settings"]["teacher"] == str(folder)
    assert run_json("info", trained / "vectors.bin")["kind"] == "word vectors"
    teacher = run_json("info", folder)
    assert (teacher["width"], teacher["layers"], teacher["type"]) == (32, 4, "bert")
    model = trained / "model" / "distilled.model"
    assert "pickle" in run_json("info", model)["kind"]
    unpickled = run_json("info", model, "--unpickle")
    assert unpickled["trainings"] == 1 and unpickled["teacher"] == str(folder)
    assert run_json("info", f"{model}.moments.safetensors")["kind"].startswith("statistics of a model")
    assert "lowest count" in run("info", trained).stdout


def test_info_of_an_unknown_folder_raises(trained: Path) -> None:
    assert "of an unknown kind" in messages(run("info", trained / "model", code=3))
