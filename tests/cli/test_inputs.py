"""Inputs of commands: kinds, trainings without unpickling, names."""

from __future__ import annotations

from pathlib import Path

import pytest
from cli_runner import run_json, write_lines
from gensim.models import KeyedVectors

from gensim_distill.cli.errors import CommandError
from gensim_distill.cli.inputs import NamedInput, kind_of, load_input, parse_named_inputs
from gensim_distill.exports import export
from gensim_distill.exports.stored_vectors import StoredVectors


def test_kind_of(trained: Path, folder: Path, vector_file: Path) -> None:
    model = trained / "model" / "distilled.model"
    assert kind_of(str(trained)) == "training"
    assert kind_of(str(folder)) == kind_of("teacher:bert-base-uncased") == "teacher"
    assert kind_of(str(model)) == "pickle"
    assert kind_of(f"{model}.moments.safetensors") == "statistics"
    assert kind_of(str(folder / "model.safetensors")) == "safetensors"
    assert kind_of(str(vector_file)) == "vectors"
    assert kind_of(str(model.parent)) == "folder"


def test_an_export_in_safetensors_is_loaded(vector_file: Path, tmp_path: Path) -> None:
    path = export(vector_file, tmp_path / "vectors", "safetensors")
    assert kind_of(str(path)) == "vectors"
    assert load_input(str(path)).index_to_key == load_input(str(vector_file)).index_to_key
    assert run_json("info", path)["bytes"] == sum(file.stat().st_size for file in path.iterdir())


def test_a_training_has_the_properties_of_its_model(
    trained: Path, trained_vectors: KeyedVectors, folder: Path, lines: list[str]
) -> None:
    source = load_input(str(trained))
    assert isinstance(source, StoredVectors)
    assert len(source.wv) == len(trained_vectors)
    assert (source.corpus_count, source.min_count, source.teacher_reference.name) == (len(lines), 1, str(folder))
    assert any("retains" in str(event.get("msg")) for event in source.lifecycle_events)


def test_an_unfinished_training_raises(tmp_path: Path) -> None:
    write_lines(tmp_path / "settings.toml", "seed = 1")
    with pytest.raises(ValueError, match="is not finished: run `gensim-distill train --config"):
        load_input(str(tmp_path))


def test_a_teacher_is_no_vectors(folder: Path) -> None:
    with pytest.raises(CommandError, match="is a teacher: expected word vectors"):
        load_input(str(folder))


def test_parse_named_inputs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    write_lines(tmp_path / "a=b.txt", "x")
    (tmp_path / "some.folder").mkdir()
    assert parse_named_inputs(["a=b.txt", "n=a=b.txt", "some.folder", "teacher:some/bert"]) == [
        NamedInput("a=b", "a=b.txt"),
        NamedInput("n", "a=b.txt"),
        NamedInput("some.folder", "some.folder"),
        NamedInput("bert", "teacher:some/bert"),
    ]
