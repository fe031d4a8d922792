"""A corpus without usable words: the message names its files and the options, and the exit code is that of bad input."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from cli_runner import messages, run, write_lines


@pytest.mark.parametrize("command", ["train", "estimate"])
@pytest.mark.parametrize(
    ("files", "options", "message"),
    [
        ({"a.txt": []}, [], "a.txt' has no words: pass files"),
        ({"a.txt": ["", "  "]}, [], "a.txt' has no words: pass files"),
        ({"a.txt": ["...", "?!"]}, [], "a.txt' has no words: pass files that contain words."),
        ({"a.txt": ["..."], "b.txt": ["?!"]}, [], "2 files, such as '"),
        ({"a.jsonl": [json.dumps({"a": "?"})]}, ["--column", "a"], "contain words, or use another --column."),
    ],
)
def test_a_corpus_without_words_is_bad_input(
    command: str, files: dict[str, list[str]], options: list[str], message: str, folder: Path, tmp_path: Path
) -> None:
    for name, lines in files.items():
        write_lines(tmp_path / "corpus" / name, *lines)
    output = ["-o", tmp_path / "out"] if command == "train" else []
    arguments = [command, tmp_path / "corpus", *options, "--teacher", folder, *output, "--quiet"]
    said = messages(run(*arguments, code=3))
    assert message in said and "generator" not in said and len(said.splitlines()) == 1


def test_standard_input_without_words_is_named(folder: Path, tmp_path: Path) -> None:
    said = messages(run("train", "-", "--teacher", folder, "-o", tmp_path / "out", "--quiet", input="...\n", code=3))
    assert "'standard input' has no words" in said


@pytest.mark.parametrize(
    ("lines", "message"),
    [
        (["one", "word", "each"], "use --texts file or --texts paragraph"),
        (["It rains.", "It rained."], "--min-count is 5: lower --min-count"),
    ],
)
def test_a_corpus_that_leaves_no_vocabulary_is_bad_input(
    lines: list[str], message: str, folder: Path, tmp_path: Path
) -> None:
    path = write_lines(tmp_path / "a.txt", *lines)
    assert message in messages(run("train", path, "--teacher", folder, "-o", tmp_path / "out", "--quiet", code=3))


def test_an_error_of_a_function_is_no_corpus_without_words(folder: Path, tmp_path: Path) -> None:
    path = write_lines(tmp_path / "a.txt", "It rains.")
    functions = write_lines(tmp_path / "f.py", "def word_splitter(text):", "    raise RuntimeError('out of order')")
    options = [
        "--functions",
        functions,
        "--word-splitter",
        "word_splitter",
        "--teacher",
        folder,
        "-o",
        tmp_path / "out",
        "--quiet",
    ]
    assert "no words" not in messages(run("train", path, *options, code=1))


def test_none_is_named_as_on_the_command_line(folder: Path, tmp_path: Path) -> None:
    path = write_lines(tmp_path / "a.txt", "It rains.", "It rained.")
    for option in ("--vector-size", "--max-final-vocab", "--contexts-per-word", "--max-length"):
        said = run("train", path, "--teacher", folder, "-o", tmp_path / "out", option, "0", "--quiet", code=3)
        assert "or none" in messages(said) and "None" not in messages(said)
