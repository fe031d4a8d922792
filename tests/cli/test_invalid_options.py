"""Odd values of options: one sentence that names the option, before long work."""

from __future__ import annotations

from pathlib import Path

import pytest
from cli_runner import messages, run, write_lines
from platforms import needs_links
from typer.testing import CliRunner

from gensim_distill.cli.app import app
from gensim_distill.cli.model_options import MODEL_OPTIONS, ModelOption

SGD = ["--solver", "sgd", "--objective", "x2static"]
NUMBERS = [
    option for option in MODEL_OPTIONS
    if {"int", "float", "ints"} & set(option.kinds) and option.name not in ("sg", "cbow_mean", "sorted_vocab", "null_word", "seed")
]  # fmt: skip
# -1 is the last layer.
VALID = {("layers", "-1"), ("ns_exponent", "-1")}


@pytest.mark.parametrize("option", NUMBERS, ids=lambda option: option.name)
def test_values_that_are_no_numbers_name_the_option(
    option: ModelOption, text_file: Path, folder: Path, tmp_path: Path
) -> None:
    for value in ("nan", "inf", "-inf", "-1", "1e400", "x", "", "0x10", "1,"):
        if (option.name, value) not in VALID:
            arguments = [
                "train",
                text_file,
                "--teacher",
                folder,
                "-o",
                tmp_path / "out",
                "--quiet",
                f"{option.flag}={value}",
            ]
            arguments += SGD if (option.panel or "").startswith("Gradient") else []
            result = CliRunner().invoke(app, list(map(str, arguments)))
            assert result.exit_code in (2, 3), (value, result.stderr)
            assert option.flag in messages(result) and len(messages(result).splitlines()) == 1, value
    assert not list(tmp_path.rglob("vectors*"))


@pytest.mark.parametrize(
    ("arguments", "option"),
    [
        (["neighbors", "FILE", "cat", "--topn", "0"], "--topn"),
        (["neighbors", "FILE", "cat", "--topn", "nan"], "--topn"),
        (["evaluate", "FILE", "--most-frequent", "-1"], "--most-frequent"),
        (["evaluate", "FILE", "--seed", "inf"], "--seed"),
        (["report", "FILE", "--max-words", "0"], "--max-words"),
        (["report", "FILE", "--seed", "1.5"], "--seed"),
        (["export", "FILE", "x", "--format", "glove", "--dimensions", "0"], "--dimensions"),
        (["export", "FILE", "x", "--format", "glove", "--dtype", "nan"], "--dtype"),
        (["export", "FILE", "x", "--format", "glove", "--option", "x"], "--option"),
        (["export", "FILE", "x", "--format", ""], "--format"),
        (["evaluate", "FILE", "--plot", "scores"], "--plot"),
        (["evaluate", "FILE", "--plot", "scores.docx"], "--plot"),
        (["estimate", "FILE", "--probe-seconds", "nan"], "--probe-seconds"),
        (["estimate", "FILE", "--probe-seconds", "inf"], "--probe-seconds"),
        (["estimate", "FILE", "--count-texts", "-1"], "--count-texts"),
        (["train", "FILE", "-o", "x", "--texts", "word"], "--texts"),
        (["train", "FILE", "-o", "x", "--formats", "x"], "--formats"),
    ],
)
def test_invalid_options_are_wrong_usage(
    arguments: list[str], option: str, vector_file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    result = run(*(vector_file if argument == "FILE" else argument for argument in arguments), code=2)
    assert option in result.stderr and not (tmp_path / "x").exists()


@pytest.mark.parametrize("encoding", ["none", "hex", "undefined", "base64"])
def test_unknown_encodings(encoding: str, text_file: Path, tmp_path: Path) -> None:
    message = messages(run("train", text_file, "-o", tmp_path / "out", "--encoding", encoding, code=3))
    assert "--encoding" in message and "is unknown" in message


@needs_links
def test_places_that_cannot_be_written(text_file: Path, folder: Path, vector_file: Path, tmp_path: Path) -> None:
    mine = write_lines(tmp_path / "mine", "mine")
    loop = tmp_path / "loop"
    loop.symlink_to(loop)
    train = ["train", text_file, "--teacher", folder, "--min-count", "1"]
    for command in (
        [*train, "-o", mine],
        [*train, "-o", mine / "x"],
        [*train, "-o", loop],
        [*train, "-o", tmp_path / "out", "--cache-dir", mine],
        [*train, "-o", tmp_path / ("x" * 300)],
        ["export", vector_file, mine / "x", "--format", "glove"],
        ["export", vector_file, tmp_path, "--format", "glove", "--overwrite"],
        ["evaluate", vector_file, "--plot", tmp_path / "none" / "x.svg"],
        ["evaluate", loop],
        ["report", vector_file, "-o", mine],
        ["report", vector_file, "-o", tmp_path, "--overwrite"],
    ):
        assert len(messages(run(*command, code=3)).splitlines()) <= 2, command
    assert mine.read_text(encoding="utf-8") == "mine\n" and mine.is_file()


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("config.json", "[]"), ("config.json", "3"), ("config.json", "{"), ("config.json", "[" * 100_000), ("config.json", "\udcff"),
        ("modules.json", "[]"), ("modules.json", "3"), ("modules.json", '[{"path": 3}]'), ("modules.json", '[["a"]]'),
        ("modules.json", '[{"type": "x"}]'), ("modules.json", "{}"),
    ],
)  # fmt: skip
def test_damaged_folders_of_teachers(name: str, content: str, tmp_path: Path) -> None:
    (tmp_path / name).write_bytes(content.encode("utf-8", "surrogateescape"))
    assert name in messages(run("info", tmp_path, code=3))
    assert "is a teacher: expected word vectors" in messages(run("neighbors", tmp_path, "cat", code=3))
