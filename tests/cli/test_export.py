"""``gensim-distill export``."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from cli_runner import LITTLE, messages, run, run_json
from gensim.models import KeyedVectors

from gensim_distill.encoding import TextEncoder
from gensim_distill.exports import EXPORTERS


def test_export_writes_the_file(vector_file: Path, tmp_path: Path) -> None:
    target = tmp_path / "deep" / "target.txt"
    arguments = ["export", vector_file, target, "-f", "word2vec", "--dimensions", "1", "--max-words", "2"]
    about = run_json(*arguments)
    assert about["bytes"] == target.stat().st_size and about["files"] == [str(target)]
    vectors = KeyedVectors.load_word2vec_format(str(target))
    assert vectors.index_to_key == ["cat", "dog"] and vectors.vectors.shape == (2, 1)
    assert "exists already" in messages(run(*arguments, code=3))
    run(*arguments, "--overwrite")


def test_export_passes_the_options_of_a_format(
    vector_file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls: list[Any] = []
    monkeypatch.setattr("gensim_distill.exports.export", lambda *arguments, **options: calls.append(options))
    run("export", vector_file, tmp_path / "x", "-f", "spacy", "-O", "language=de", "-O", "normalize=true", "-O", "n=3")
    assert {"language": "de", "normalize": True, "n": 3}.items() <= calls[0].items()
    assert calls[0]["dtype"] == "float32"
    assert "expected NAME=VALUE" in messages(
        run("export", vector_file, tmp_path / "x", "-f", "spacy", "-O", "language", code=2)
    )


def test_the_number_of_pieces_is_limited(trained_once: Path, tmp_path: Path) -> None:
    folder = shutil.copytree(trained_once, tmp_path / "trained")
    trained = TextEncoder.load(folder / "text-encoder")
    piece_table = np.ones((3, trained.vector_size))
    TextEncoder(trained.words, trained.table, pieces=["o", "w", "l"], piece_table=piece_table).save(
        folder / "text-encoder"
    )
    run("export", folder, tmp_path / "some", "-f", "model2vec", "--max-pieces", 2)
    assert "| pieces of other words | 2 |" in (tmp_path / "some" / "README.md").read_text(encoding="utf-8")
    assert "--max-pieces is for formats of text vectors" in messages(
        run("export", folder, tmp_path / "a", "-f", "word2vec", "--max-pieces", 2, code=2)
    )


def test_list_formats() -> None:
    assert run("export", "--list-formats").stdout.splitlines() == list(EXPORTERS)
    assert run_json("export", "--list-formats") == {"formats": list(EXPORTERS)}


def test_a_misspelled_format_is_corrected(vector_file: Path, tmp_path: Path) -> None:
    assert "did you mean spacy?" in messages(run("export", vector_file, tmp_path / "x", "-f", "spaccy", code=2))


def test_an_invalid_dtype_raises(vector_file: Path, tmp_path: Path) -> None:
    arguments = ["export", vector_file, tmp_path / "x", "-f", "safetensors", "--dtype", "float8"]
    assert "--dtype 'float8' is invalid: expected one of float32, float16, int8" in messages(run(*arguments, code=2))


def test_float16(vector_file: Path, tmp_path: Path) -> None:
    from gensim_distill.vectors import load_vectors

    run("export", vector_file, tmp_path / "half", "-f", "safetensors", "--dtype", "float16")
    np.testing.assert_allclose(load_vectors(tmp_path / "half").vectors, [[1, 0], [0.9, 0.1], [0, 1]], atol=1e-3)


def test_an_export_that_fails_leaves_no_folder(vector_file: Path, tmp_path: Path) -> None:
    run("export", vector_file, tmp_path / "new" / "a.txt", "-f", "glove", "--dtype", "int8", code=3)
    run("report", tmp_path / "none.vec", "-o", tmp_path / "new" / "a.html", code=3)
    assert not (tmp_path / "new").exists()


def test_text_vectors_of_a_training_are_those_of_its_text_encoder(trained_once: Path, tmp_path: Path) -> None:
    from model2vec import StaticModel

    folder = shutil.copytree(trained_once, tmp_path / "trained")
    trained = TextEncoder.load(folder / "text-encoder")
    texts = ["The fox", "foxhens"]
    for pieces in ([], [*"efhnosx"]):
        piece_table = np.ones((len(pieces), trained.vector_size))
        encoder = TextEncoder(trained.words, trained.table, trained.reader, pieces=pieces, piece_table=piece_table)
        encoder.save(folder / "text-encoder")
        run("export", folder, tmp_path / "static", "-f", "model2vec", "--overwrite")
        found = StaticModel.from_pretrained(tmp_path / "static").encode(texts)
        np.testing.assert_allclose(found, encoder.encode(texts), atol=1e-6)
        assert found[1].any() == bool(pieces)
    run("export", folder, tmp_path / "small", "-f", "model2vec", "-O", "pieces=false")
    assert not StaticModel.from_pretrained(tmp_path / "small").encode(texts)[1].any()


def test_fasttext_binary_of_a_training(trained_once: Path, tmp_path: Path) -> None:
    from gensim.models.fasttext import load_facebook_vectors

    target = tmp_path / "reviews.bin"
    run("export", trained_once, target, "-f", "fasttext-binary", "-O", "max_n=4")
    vectors = load_facebook_vectors(str(target))
    assert "foxes" in vectors.key_to_index and vectors.max_n == 4
    assert vectors.most_similar("foxish", topn=1)


def test_options_of_a_format_are_named_as_on_the_command_line(text_file: Path, folder: Path, tmp_path: Path) -> None:
    arguments = ["--teacher", folder, "--key", "builtins:str.upper", *LITTLE, "--quiet"]
    run("train", text_file, *arguments, "-o", tmp_path / "out")
    arguments = ["export", tmp_path / "out", tmp_path / "static", "-f", "model2vec"]
    pytest.importorskip("model2vec")
    assert "set --option lowercase=true or --option lowercase=false" in messages(run(*arguments, code=3))
    run(*arguments, "--option", "lowercase=true")


def test_words_that_a_format_cannot_hold_are_skipped(tmp_path: Path) -> None:
    from gensim_distill.exports import export
    from gensim_distill.vectors.keyed import keyed_vectors

    export(keyed_vectors(["rain", "new york"], np.eye(2, dtype=np.float32)), tmp_path / "any", "safetensors")
    said = messages(run("export", tmp_path / "any", tmp_path / "some.txt", "-f", "glove"))
    assert "warning: The format 'glove' cannot hold words that" in said and "'new york'" in said
    assert (tmp_path / "some.txt").read_text(encoding="utf-8").split()[0] == "rain"
