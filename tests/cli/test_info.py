"""``gensim-distill info``."""

from __future__ import annotations

from pathlib import Path

import pytest
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
    assert "lowest count" in run("info", trained, "--all").stdout


def test_info_of_an_unknown_folder_raises(trained: Path, tmp_path: Path) -> None:
    assert "of an unknown kind" in messages(run("info", trained.parent, code=3))


def test_the_folder_of_the_model_stands_for_its_training(trained: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    about = run_json("info", trained)
    assert run_json("info", trained / "model") == about
    monkeypatch.chdir(trained / "model")
    assert run_json("info", ".")["vectors"] == about["vectors"]


def test_info_describes_what_commands_write(
    trained: Path, text_file: Path, folder: Path, vector_file: Path, tmp_path: Path
) -> None:
    run("search", text_file, "fox", "--teacher", folder, "--save", tmp_path / "index")
    about = run_json("info", tmp_path / "index")
    assert (about["kind"], about["files"], about["texts"]) == ("folder of gensim-distill search", 1, 5)
    assert about["training_finished"] and about["vectors"]["vector_size"] == about["vector_size"] == 32
    about = run_json("info", tmp_path / "index" / "index.safetensors")
    assert (about["kind"], about["texts"], about["dtype"]) == ("index of texts", 5, "float32")
    run("encode", text_file, "-m", vector_file, "-o", tmp_path / "a.safetensors")
    about = run_json("info", tmp_path / "a.safetensors")
    assert about["kind"].startswith("vectors of texts") and (about["texts"], about["vector_size"]) == (5, 2)

    about = run_json("info", trained / "text-encoder")
    assert (about["kind"], about["key"], about["vector_size"]) == ("text encoder", "default", 32)
    assert about["words"] == run_json("info", trained)["vectors"]["words"]
    for format, facts in (
        ("sentence-transformers", {"tokens": 4, "vector_size": 2, "dtype": "float32", "normalized": True}),
        ("model2vec", {"tokens": 4, "vector_size": 2, "normalized": False}),
        ("spacy", {"words": 3, "vector_size": 2}),
    ):
        run("export", vector_file, tmp_path / format, "--format", format)
        about = run_json("info", tmp_path / format)
        assert about["kind"] == f"export in the format {format}" and about.items() >= facts.items(), about


def test_info_describes_checkpoints_and_damaged_files(trained: Path, tmp_path: Path) -> None:
    statistics = (trained / "model" / "distilled.model.moments.safetensors").read_bytes()
    (tmp_path / "cache").mkdir()
    (tmp_path / "cache" / "checkpoint-1.safetensors").write_bytes(statistics)
    (tmp_path / "cache" / "checkpoint-2.safetensors").write_bytes(b"no checkpoint")
    about = run_json("info", tmp_path / "cache")
    assert about["kind"] == "folder of checkpoints of a training" and about["checkpoint-1.safetensors"]["views"]
    assert about["checkpoint-2.safetensors"] == {"damaged": True}
    (tmp_path / "a.safetensors").write_bytes(b"no arrays")
    assert "is damaged, or no safetensors file" in messages(run("info", tmp_path / "a.safetensors", code=3))


def test_the_rows_that_matter_are_shown_and_all_with_an_option(trained_once: Path) -> None:
    def rows(text: str) -> list[str]:
        return [line.strip() for line in text.splitlines() if line.strip() and "──" not in line][1:]

    brief = run("info", trained_once)
    assert [" ".join(row.split()[:2]) for row in rows(brief.stdout)] == [
        "kind output", f"finished {run_json('info', trained_once)['finished']}", "vectors: words", "vectors: vector",
        "corpus: documents", "corpus: words", "teacher: name", "objective hybrid", "settings other", "bytes " + rows(brief.stdout)[-1].split()[-1],
    ]  # fmt: skip
    assert "min count 1, contexts per word none" in brief.stdout
    assert messages(brief) == "More with --all."
    assert len(rows(run("info", trained_once, "--all").stdout)) > 30
