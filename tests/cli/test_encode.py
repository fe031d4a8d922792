"""``gensim-distill encode``."""

from __future__ import annotations

import shutil
import sys
import tracemalloc
from pathlib import Path

import numpy as np
import pytest
from cli_runner import LITTLE, messages, run, run_json, write_lines
from safetensors.numpy import load_file

from gensim_distill import DistilledWord2Vec
from gensim_distill.cli.inputs import load_model
from gensim_distill.cli.text_encoders import load_encoder
from gensim_distill.encoding import TextEncoder


def test_vectors_are_those_of_the_model_in_the_order_of_the_lines(
    trained_once: Path, text_file: Path, lines: list[str], tmp_path: Path
) -> None:
    texts = write_lines(tmp_path / "texts.txt", *lines, "", "xyz", "The fox!")
    output = tmp_path / "texts.npy"
    found = run_json("encode", texts, "--model", trained_once, "-o", output)
    assert found == {
        "output": str(output), "texts": 8, "without_words": 2, "vector_size": 32, "dtype": "float32", "bytes": output.stat().st_size,
    }  # fmt: skip
    model: DistilledWord2Vec = load_model(trained_once)
    expected = model.encode([*lines, "", "xyz", "The fox!"])
    np.testing.assert_allclose(np.load(output), expected, atol=1e-6)
    assert (
        "2 of 8 texts have no known word" in run("encode", texts, "-m", trained_once, "-o", tmp_path / "b.npy").stderr
    )

    small = tmp_path / "texts.safetensors"
    message = messages(run("encode", text_file, "--model", trained_once, "-o", small, "--dtype", "float16"))
    assert message == f"Wrote 5 vectors of 32 dimensions to {str(small)!r}."
    single = messages(run("encode", "-", "--model", trained_once, "-o", tmp_path / "one.npy", input="The fox!\n"))
    assert "Wrote 1 vector of 32 dimensions to" in single
    np.testing.assert_array_equal(load_file(small)["vectors"], expected[:5].astype(np.float16))


def test_units_columns_and_standard_input(trained_once: Path, text_file: Path, tmp_path: Path) -> None:
    model = load_model(trained_once)
    table = write_lines(tmp_path / "a.csv", "text,label", "The fox,1", ",2", "A dog,3")
    run("encode", table, "--column", "text", "-m", trained_once, "-o", tmp_path / "a.npy")
    np.testing.assert_array_equal(np.load(tmp_path / "a.npy"), model.encode(["The fox", "", "A dog"]))
    run("encode", "-", "-m", trained_once, "-o", tmp_path / "b.npy", "--tokenized", input="fox Fox\ndog\n")
    np.testing.assert_array_equal(np.load(tmp_path / "b.npy"), model.encode([["fox", "Fox"], ["dog"]]))
    run("encode", text_file.parent, "-m", trained_once, "-o", tmp_path / "c.npy", "--texts", "file")
    assert np.load(tmp_path / "c.npy").shape == (1, 32)


def test_an_existing_file_is_replaced_only_with_overwrite_and_is_no_text(trained_once: Path, tmp_path: Path) -> None:
    folder = tmp_path / "texts"
    write_lines(folder / "a.txt", "The fox")
    output = folder / "a.npy"
    for overwrite in ([], ["--overwrite"]):
        run("encode", folder, "-m", trained_once, "-o", output, *overwrite)
        assert np.load(output).shape == (1, 32)
    assert "exists already: choose another --output, or use --overwrite" in messages(
        run("encode", folder, "-m", trained_once, "-o", output, code=3)
    )
    assert sorted(path.name for path in folder.iterdir()) == ["a.npy", "a.txt"]


@pytest.mark.parametrize(
    ("options", "code", "message"),
    [
        (["-o", "a.txt"], 2, "--output 'a.txt' has an unknown format: use a name that ends in .npy or .safetensors."),
        (["-o", "no/a.npy"], 3, "--output 'no/a.npy' is in no existing folder"),
        (["-o", "a.npy", "--dtype", "int8"], 2, "--dtype 'int8' is invalid: expected float32 or float16."),
        (["-o", "a.npy", "-m", "none"], 3, "'none': there is no such file or folder."),
        (["-o", "a.npy", "--texts", "chapter"], 2, "--texts 'chapter' is invalid"),
        ([], 2, "Missing option '--output'"),
    ],
)
def test_errors_are_one_sentence_before_any_work(
    options: list[str], code: int, message: str, vector_file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    model = [] if "-m" in options else ["-m", "some.vec"]
    assert message in messages(run("encode", "some.vec", *model, *options, code=code))
    assert sorted(path.name for path in tmp_path.iterdir()) == ["some.vec"]


def test_models_of_all_kinds_are_loaded(trained: Path, vector_file: Path, tmp_path: Path) -> None:
    model = load_model(trained)
    encoder = model.text_encoder
    encoder.save(tmp_path / "encoder")
    for path, unpickle in ((trained, False), (trained, True), (tmp_path / "encoder", False), (trained / "model" / "distilled.model", True)):  # fmt: skip
        loaded = load_encoder(str(path), unpickle=unpickle)
        assert loaded.words == encoder.words
        np.testing.assert_array_equal(loaded.table, encoder.table)
    assert load_encoder(str(vector_file)).words == ["cat", "dog", "car"]
    for file in (trained / "text-encoder").iterdir():
        file.unlink()
    np.testing.assert_allclose(load_encoder(str(trained)).table, TextEncoder.of(model.wv).table, atol=1e-6)


def test_pickles_and_teachers_are_no_encoders(trained: Path, folder: Path, tmp_path: Path) -> None:
    texts = write_lines(tmp_path / "texts.txt", "The fox")
    model_file = shutil.copytree(trained / "model", tmp_path / "elsewhere") / "distilled.model"  # not in its training
    for model, message in ((model_file, "use --unpickle"), (folder, "is a teacher")):
        assert message in messages(run("encode", texts, "-m", model, "-o", tmp_path / "a.npy", code=3))
    (trained / "training.json").unlink()
    assert "is not finished" in messages(run("encode", texts, "-m", trained, "-o", tmp_path / "a.npy", code=3))


def test_functions_of_the_user_are_those_of_the_file_of_functions(
    text_file: Path, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    lines = ["def first(word):", "    return word[:3].lower()"]
    write_lines(tmp_path / "encode_functions.py", *lines)
    training = ["train", text_file, "--teacher", folder, *LITTLE, "--quiet"]
    run(*training, "-o", "mine", "--functions", "encode_functions.py", "--key", "first")
    expected = load_model(Path("mine")).encode(text_file.read_text(encoding="utf-8").splitlines())
    functions = ["--functions", "encode_functions.py"]
    for model in ("mine", "mine/text-encoder"):
        result = run("encode", text_file, "-m", model, "-o", "a.npy", code=3)
        assert (
            "finds words by --key first, which is code: if you trust it, use --functions with the Python file that defines it."
            in messages(result)
        )
        run("encode", text_file, "-m", model, "-o", "a.npy", "--overwrite", *functions)
        np.testing.assert_allclose(np.load("a.npy"), expected, atol=1e-6)
        Path("a.npy").unlink()

    search = ["search", text_file, "barking", "-m", "mine", "--top", 1, "--save", "index"]
    assert "which is code" in messages(run(*search, code=3))
    (query,) = run_json(*search, *functions)["queries"]
    assert "barks" in query["results"][0]["excerpt"]
    # Words are looked up as the training found them.
    assert "which is code: if you trust it, use --functions" in messages(run("neighbors", "mine", "Barking", code=3))
    assert run_json("neighbors", "mine", "Barking", *functions)["queries"][0]["query"] == "Barking"
    assert run_json("neighbors", "mine", "bar")["queries"]
    write_lines(
        tmp_path / "pairs.tsv", "text1\ttext2\tscore", "barking dog\ta dog barks\t5", "lazy fox\ta hen\t1", "a\tb\t2"
    )
    evaluation = [
        "evaluate",
        "mine",
        "--text-similarity",
        "pairs.tsv",
        "--similarity",
        "none",
        "--analogies",
        "none",
        "-q",
    ]
    assert "which is code" in messages(run(*evaluation, code=3))
    run(*evaluation, *functions)

    # A pickle needs its module, which a new process finds by the file only.
    monkeypatch.delitem(sys.modules, "encode_functions")
    monkeypatch.setattr(sys, "path", [place for place in sys.path if place not in ("", str(tmp_path))])
    message = messages(run("encode", text_file, "-m", "mine", "-o", "a.npy", "--unpickle", code=3))
    assert (
        "has functions of a module 'encode_functions', which is not found: if they are yours, use --functions"
        in message
    )
    run("encode", text_file, "-m", "mine", "-o", "a.npy", "--unpickle", *functions)
    np.testing.assert_allclose(np.load("a.npy"), expected, atol=1e-6)
    # Another file of the same name: the words are others.
    write_lines(tmp_path / "encode_functions.py", *lines, "")
    result = run(*search, *functions)
    assert "Building the index in 'index' again: the file of --functions is another one." in messages(result)
    assert "or pass the --model of a training that used them" in messages(
        run("search", text_file, "fox", *functions, code=2)
    )

    run(*training, "-o", "upper", "--key", "builtins:str.upper", "--word-splitter", "builtins:str.split")
    assert load_encoder("upper").reader.key is str.upper
    assert "fox" not in load_encoder("upper").words


def test_memory_does_not_grow_with_the_texts(vector_file: Path, tmp_path: Path) -> None:
    peaks = []
    for number in (8_000, 32_000):
        texts = write_lines(tmp_path / f"{number}.txt", *["cat dog"] * number)
        tracemalloc.start()
        run("encode", texts, "-m", vector_file, "-o", tmp_path / f"{number}.npy")
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
        assert np.load(tmp_path / f"{number}.npy").shape == (number, 2)
    assert peaks[1] < 1.5 * peaks[0]
