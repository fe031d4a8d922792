"""The command line as a whole: help, errors, exit codes, pickles."""

from __future__ import annotations

import pickle
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from cli_runner import messages, run, write_lines

from gensim_distill.cli.app import app
from gensim_distill.cli.errors import EXIT_CODES

COMMANDS = [command.callback.__name__ for command in app.registered_commands if command.callback]
HEAVY = ("torch", "gensim", "transformers", "numpy", "scipy", "datasets", "smart_open", "tqdm")

HELP = f"""
import contextlib, io, sys
from gensim_distill.cli import main
for command in [[], *([name] for name in {COMMANDS!r})]:
    sys.argv = ["gensim-distill", *command, "--help"]
    with contextlib.suppress(SystemExit), contextlib.redirect_stdout(io.StringIO()) as shown:
        main()
    assert "Usage" in shown.getvalue(), command
    print(command, [name for name in {HEAVY!r} if name in sys.modules])
"""


def test_help_imports_nothing_heavy() -> None:
    done = subprocess.run([sys.executable, "-c", HELP], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines() == [f"{command} []" for command in [[], *([name] for name in COMMANDS)]]


@pytest.mark.parametrize("command", COMMANDS)
def test_help_has_an_example_and_exit_codes(command: str) -> None:
    text = run(command, "--help").stdout
    assert f"$ gensim-distill {command} " in text
    flat = " ".join(re.sub("[│╭╰─╮╯]", " ", text).split())
    assert all(f"{int(code)} {meaning}" in flat for code, meaning in EXIT_CODES.items())


@pytest.mark.parametrize("command", COMMANDS)
def test_help_names_values_for_people(command: str) -> None:
    text = run(command, "--help").stdout
    assert not re.search(r"<(str|int|bool|float|path|list)|x>=|\b(TEXT|BOOLEAN)\b.*\b(TEXT|BOOLEAN)\b", text)
    common = text.rpartition("─ Every command ─")[2]
    assert all(option in common for option in ("--quiet", "--json", "--debug"))


@pytest.mark.parametrize("command", COMMANDS)
def test_help_fits_into_80_columns(command: str) -> None:
    text = run(command, "--help").stdout
    assert max(map(len, text.splitlines())) == 80
    assert "…" not in text  # rich cuts names off that are too long for their column
    assert "...}" not in text  # typer itself marks repeated arguments


def test_help_has_the_names_that_turn_options_off() -> None:
    flat = " ".join(re.sub("[│╭╰─╮╯]", " ", run("train", "--help").stdout).split())
    assert "No effect. Opposite: --no-shrink-windows." in flat


def test_help_of_train_begins_with_the_essential_options() -> None:
    text = run("train", "--help").stdout
    first = text.partition("─ Options ─")[2].partition("╰─")[0]
    options = ["--output", "--teacher", "--texts", "--min-count", "--vector-size", "--help"]
    assert re.findall(r"│ (--[a-z-]+)", first) == options
    panels = re.findall(r"╭─ ([^─]+) ─", text)
    assert panels[:5] == ["Arguments", "Options", "Corpus", "Vectors", "Words and sentences"]
    assert panels[-2:] == ["Of gensim, rarely needed", "Every command"]
    assert "Required, here or in --config." in " ".join(re.sub("[│╭╰─╮╯]", " ", first).split())


def test_short_options_mean_the_same_everywhere() -> None:
    meanings: dict[str, set[str]] = {}
    for command in COMMANDS:
        for long, short in re.findall(r"│ [* ]*--([a-z,-]+) +(-[a-zA-Z]) ", run(command, "--help").stdout):
            meanings.setdefault(short, set()).add(long.partition(",")[0])
    assert {short: names for short, names in meanings.items() if len(names) > 1} == {}
    assert meanings.keys() >= {"-o", "-t", "-m", "-n", "-f", "-q", "-h"}


def test_help_lists_all_commands() -> None:
    text = run("--help").stdout
    assert [name for name in COMMANDS if not re.search(rf"│ {name} ", text)] == []


def test_version() -> None:
    assert run("--version").stdout.startswith("gensim-distill ")


def test_missing_typer_is_one_sentence() -> None:
    code = "import sys; sys.modules['typer'] = None; from gensim_distill.cli import main; main()"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.returncode == 1
    assert done.stderr == 'gensim-distill: The command gensim-distill needs typer: pip install "gensim-distill[cli]".\n'


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        ("train", 2, "There is no corpus"),
        ("train x.txt", 2, "use --output FOLDER"),
        ("train x.txt -o out", 3, "there is no such file or folder"),
        ("train x.txt -o out --texts chapter", 2, "expected line, paragraph or file"),
        ("train x.txt -o out --formats word", 2, "--formats 'word' is unknown"),
        ("train x.txt -o out --min-count few", 2, "expected an integer"),
        ("train x.txt -o out --key no.such:thing", 3, "there is no such file"),
        (
            "train x.txt -o out --config none.toml",
            3,
            "--config 'none.toml': there is no such file: pass a TOML file of settings, such as the ",
        ),
        ("train x.txt -o out --config .", 3, "--config '.' is a folder: pass a TOML file of settings, such as the "),
        ("neighbors vectors.bin cat", 3, "there is no such file or folder"),
        ("compare one.bin", 2, "There is nothing to compare with"),
        ("compare a.bin x/a.bin", 2, "use different names, NAME=PATH"),
        ("evaluate a.bin --json --markdown", 2, "exclude each other"),
        ("info nothing", 3, "there is no such file or folder"),
    ],
)
def test_errors_are_one_sentence_and_an_exit_code(
    arguments: str, code: int, words: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    result = run(*arguments.split(), code=code)
    assert messages(result).startswith("gensim-distill: ")
    assert words in messages(result)
    assert len(messages(result).splitlines()) == 1
    assert not result.stdout
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("command", ["train x.txt -o out", "search x.txt rain", "estimate x.txt"])
def test_a_min_count_that_no_word_reaches_is_bad_input(
    command: str, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    write_lines(tmp_path / "x.txt", "Rain falls.", "Rain again.")
    result = run(*command.split(), "--teacher", folder, "--min-count", "1000", code=3)
    assert "lower --min-count" in messages(result)


def test_a_misspelled_option_is_corrected() -> None:
    assert "--min-count" in messages(run("train", "x", "--min-cout", "3", code=2))


def test_debug_prints_the_traceback(tmp_path: Path) -> None:
    result = run("info", tmp_path / "nothing", "--debug", code=3)
    assert "Traceback" in result.stderr and "kind_of" in result.stderr


class _FileWriter:
    """Writes a file when it is unpickled."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> Any:
        return open, (str(self.path), "w")


@pytest.mark.parametrize(
    "command",
    ["info {}", "neighbors {} cat", "evaluate {}", "compare {} b={}", "report {}", "export {} out --format word2vec"],
)
def test_pickles_are_loaded_only_with_unpickle(command: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    evil = tmp_path / "evil.model"
    evil.write_bytes(pickle.dumps(_FileWriter(tmp_path / "ran")))
    result = run(*command.replace("{}", str(evil)).split(), code=0 if command.startswith("info") else 3)
    assert "--unpickle" in result.stdout + result.stderr
    assert not (tmp_path / "ran").exists()
