"""What commands print: control characters as escapes, and errors of the streams themselves as one sentence."""

from __future__ import annotations

import json
import logging
import os
import subprocess
import sys
from pathlib import Path

import pytest
from cli_runner import messages, run, run_json, write_lines
from platforms import needs_bash, needs_names_of_bytes

from gensim_distill._utils.text import escape_controls, markdown_table
from gensim_distill.cli.console import log_to_standard_error, print_table

TITLE = "\x1b]0;evil\x07"
EVIL = [f"cat{TITLE}", "dog\x9b31m", "hen\u202etxt", "[/bold]", "[red]fox", "\x7f\x08"]
UNSAFE = [*map(chr, range(32)), *map(chr, range(127, 160)), "\u202e", "\u2066", "\u2028"]


def unsafe_in(text: str) -> set[str]:
    return set(UNSAFE).intersection(text) - {"\n"}


@pytest.fixture
def evil_files(tmp_path: Path) -> Path:
    """Return a folder with files whose names and words have control characters."""
    if os.name != "posix":
        pytest.skip("needs names of files with control characters, which Windows does not have")
    numbers = [f"{number} {7 - number}" for number in range(len(EVIL))]
    lines = [f"{len(EVIL) + 1} 2", "normal 1 1", *(f"{word} {two}" for word, two in zip(EVIL, numbers))]
    for name in ("words.vec", f"other{TITLE}.vec"):
        write_lines(tmp_path / name)
        (tmp_path / name).write_text("".join(f"{line}\n" for line in lines), encoding="utf-8", newline="\n")
    write_lines(tmp_path / f"sim{TITLE}[red].tsv", *(f"normal\t{word}\t3" for word in EVIL[:5]))
    return tmp_path


def test_words_and_names_are_printed_as_escapes(evil_files: Path) -> None:
    words, other = evil_files / "words.vec", evil_files / f"other{TITLE}.vec"
    data = ["--similarity", evil_files / f"sim{TITLE}[red].tsv", "--analogies", "none"]
    for command in (
        ["info", other],
        ["info", other, "--json"],
        ["neighbors", words, "normal"],
        ["neighbors", words, EVIL[0], "--json"],
        ["evaluate", other, *data],
        ["compare", words, f"x{TITLE}={other}", *data],
        ["compare", words, f"[/red]x={other}", *data, "--json"],
        ["compare", words, other, *data, "--markdown"],
        ["export", words, evil_files / f"out{TITLE}", "--format", "safetensors"],
    ):
        result = run(*command)
        assert not unsafe_in(result.stdout + result.stderr), command
    assert not unsafe_in((evil_files / f"out{TITLE}" / "README.md").read_text(encoding="utf-8"))
    assert "cat\\x1b]0;evil\\x07" in run("neighbors", words, "normal").stdout


def test_json_has_the_words_themselves(evil_files: Path) -> None:
    (query,) = run_json("neighbors", evil_files / "words.vec", "normal")["queries"]
    assert {found["word"] for found in query["neighbors"]} <= set(EVIL)
    assert "dog\x9b31m" in {found["word"] for found in query["neighbors"]}


def test_errors_and_usage_are_printed_as_escapes(evil_files: Path, vector_file: Path) -> None:
    for command in (
        ["neighbors", vector_file, f"nope{TITLE}"],
        ["info", evil_files / f"none{TITLE}"],
        ["train", evil_files / f"none{TITLE}", "-o", evil_files / "out"],
    ):
        assert "\\x1b]0;evil\\x07" in messages(run(*command, code=3))
    for command in (
        ["neighbors", vector_file, f"--x{TITLE}"],
        [f"x{TITLE}"],
        ["neighbors", vector_file, "--topn", TITLE],
    ):
        assert not unsafe_in(run(*command, code=2).stderr)


def test_escapes_keep_ordinary_text() -> None:
    for text in ("größer", "雨 ☔ 👩\u200d🔬", "می\u200cخواهم", "a\\x1b"):
        assert escape_controls(text) == text
    assert [escape_controls(character) for character in ("\x1b", "\n", "\x9b", "\u202e", "\udcff")] == [
        "\\x1b", "\\n", "\\x9b", "\\u202e", "\\udcff",
    ]  # fmt: skip
    assert "\x1b" not in markdown_table(["\x1b", ""], [["a\x1b|b", ""]])


def test_warnings_are_printed_whatever_the_levels_of_loggers(capsys: pytest.CaptureFixture[str]) -> None:
    names = ("gensim_distill", "gensim_distill.some", "gensim_distill.some.module", "gensim_other")
    loggers = _, some, module, other = [logging.getLogger(name) for name in names]
    some.setLevel(logging.ERROR)
    module.disabled, module.propagate = True, False
    states = [(logger.level, logger.propagate, logger.disabled) for logger in loggers]
    with log_to_standard_error(debug=False):
        module.warning("rain")
        module.info("sun")
        other.warning("snow")
    module.warning("fog")
    after = [(logger.level, logger.propagate, logger.disabled) for logger in loggers]
    some.setLevel(logging.NOTSET)
    module.disabled, module.propagate = False, True
    assert capsys.readouterr().err.splitlines() == ["warning: rain"]
    assert after == states


# --- streams -----------------------------------------------------------------------------------


def shell(command: str, **environment: str) -> subprocess.CompletedProcess[bytes]:
    program = f"{sys.executable} -m gensim_distill"
    environment = {**os.environ, "OMP_NUM_THREADS": "1", **environment}
    return subprocess.run(
        ["bash", "-c", f"set -o pipefail; {command.replace('DISTILL', program)}"], capture_output=True, env=environment
    )


@needs_bash
@pytest.mark.skipif(not Path("/dev/full").is_char_device(), reason="the system has no /dev/full")
def test_standard_output_that_cannot_be_written_is_one_sentence(vector_file: Path) -> None:
    for target, code, message in [
        ("> /dev/full", 1, b"Standard output cannot be written (No space left on device)."),
        (">&-", 1, b"Standard output is closed, so the result cannot be printed."),
        ("2> /dev/full", 0, b""),
        ("2>&-", 0, b""),
    ]:
        done = shell(f"DISTILL neighbors '{vector_file}' cat --json {target}")
        assert done.returncode == code, done
        assert done.stderr.strip() == (b"gensim-distill: " + message if message else b"")
        assert not code or not done.stdout


@needs_bash
def test_a_reader_that_closes_the_pipe_is_no_error_message(tmp_path: Path) -> None:
    many = write_lines(tmp_path / "many.vec", "20000 2", *(f"word{number} 1 {number}" for number in range(20_000)))
    done = shell(f"DISTILL neighbors '{many}' word1 --topn 19999 | head -1")
    assert b"Traceback" not in done.stderr and b"rror" not in done.stderr


@needs_names_of_bytes
def test_the_c_locale_and_names_that_are_not_utf8(tmp_path: Path) -> None:
    file = Path(os.fsdecode(os.fsencode(tmp_path) + b"/caf\xe9.vec"))
    write_lines(file, "2 2", "größe 1 0", "雨 0 1")
    ascii_only = {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
    done = shell(f"DISTILL info '{tmp_path}'/*.vec --json && DISTILL info '{tmp_path}'/*.vec", **ascii_only)
    assert done.returncode == 0 and not done.stderr, done.stderr
    assert json.loads(done.stdout[: done.stdout.index(b"\n}\n") + 3])["first_words"] == ["größe", "雨"]


def test_tables_in_pipes_are_neither_cut_nor_wrapped(capsys: pytest.CaptureFixture[str]) -> None:
    cell = "word " * 1_000 + "end"
    print_table(["", "cell"], [["row", cell]], left=range(2))
    assert f"  row   {cell}" in [line.rstrip() for line in capsys.readouterr().out.splitlines()]
