"""Inputs of commands: kinds, trainings without unpickling, names."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from cli_runner import messages, run, run_json, write_lines
from gensim.models import KeyedVectors

from gensim_distill.cli.errors import CommandError
from gensim_distill.cli.inputs import NamedInput, kind_of, load_input, parse_named_inputs
from gensim_distill.encoding import TextEncoder
from gensim_distill.exports import export
from gensim_distill.exports.stored_vectors import StoredVectors
from gensim_distill.vectors import load_vectors


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


@pytest.mark.parametrize("format", ["model2vec", "sentence-transformers", "spacy", "tensorboard"])
def test_an_export_for_another_library_is_named(vector_file: Path, tmp_path: Path, format: str) -> None:
    path = export(vector_file, tmp_path / "small", format)
    message = f"'{path}' is an export in the format {format}, which gensim-distill cannot read as word vectors: pass the training"
    assert message in messages(run("neighbors", path, "cat", code=3))
    if format == "model2vec":
        assert message in messages(run("neighbors", path / "model.safetensors", "cat", code=3))
    assert message in messages(run("encode", vector_file, "-m", path, "-o", tmp_path / "a.npy", code=3))
    with pytest.raises(FileNotFoundError, match=re.escape(message)):
        load_vectors(path)
    with pytest.raises(FileNotFoundError, match=re.escape(message.replace("word vectors", "a text encoder"))):
        TextEncoder.load(path)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("config.json", {"model_type": "model2vec"}),
        ("modules.json", [{"type": "sentence_transformers.models.StaticEmbedding"}]),
    ],
)
def test_a_static_model_without_a_mark_is_named(tmp_path: Path, name: str, content: object) -> None:
    write_lines(tmp_path / name, json.dumps(content))
    with pytest.raises(
        FileNotFoundError, match="is a static model of sentence-transformers or model2vec, which gensim-"
    ):
        load_vectors(tmp_path)


@pytest.mark.parametrize("content", ["[", "[[", "3", '{"format": 3}', '{"format": "safetensors"}'])
def test_other_folders_are_folders_without_vectors(tmp_path: Path, content: str) -> None:
    for name in (".gensim-distill.json", "config.json", "modules.json"):
        write_lines(tmp_path / name, content)
    with pytest.raises(FileNotFoundError, match="is a folder without word vectors"):
        load_vectors(tmp_path)


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
