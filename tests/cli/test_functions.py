"""Functions as options: a configuration file runs no code that the command line does not name."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from cli_runner import LITTLE, messages, run, write_lines

from gensim_distill.cli.errors import CommandError
from gensim_distill.cli.functions import REGISTERED, import_function, load_function
from gensim_distill.cli.run_config import merge_settings

FILE = """
from subprocess import getoutput
import subprocess

def shout(word):
    return word.upper()
"""


def config_of(folder: Path, **settings: object) -> Path:
    lines = (f"{name} = {json.dumps(value)}" for name, value in settings.items())
    return write_lines(folder / "config.toml", 'corpus = ["text.txt"]', *lines)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("word_splitter", "subprocess.getoutput"),
        ("word_splitter", "subprocess:getoutput"),
        ("sentence_splitter", "os:system"),
        ("key", "builtins:eval"),
        ("hashfxn", "builtins:exec"),
        ("trim_rule", "trap:rule"),
        ("key", "shout"),
        ("trust_remote_code", True),
    ],
)
@pytest.mark.parametrize("command", ["train", "estimate"])
def test_a_configuration_file_names_no_code(
    command: str, name: str, value: object, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    write_lines(tmp_path / "trap.py", "raise SystemExit('run')")
    config = config_of(tmp_path, **{name: value})
    message = messages(run(command, "--config", config, "-o", "out", code=2))
    assert f"{name} = {str(value).lower() if value is True else repr(value)}" in message
    assert f"if you trust it, use --{name.replace('_', '-')}" in message
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("name", ["functions", "unpickle"])
def test_a_configuration_file_cannot_allow_code(name: str, tmp_path: Path) -> None:
    config = config_of(tmp_path, **{name: "trap.py"})
    message = messages(run("train", "--config", config, "-o", tmp_path / "out", code=2))
    assert f"{name} is allowed on the command line only" in message


def test_registered_functions_and_those_on_the_command_line_are_allowed(tmp_path: Path) -> None:
    for path in REGISTERED:
        assert callable(import_function(path, "--key"))
    assert merge_settings({}, config_of(tmp_path, key="builtins:str.upper")).model["key"] == "builtins:str.upper"
    config = config_of(tmp_path, key="os.path:basename", trust_remote_code=True)
    merged = merge_settings({"key": "os.path:basename", "trust_remote_code": False}, config)
    assert merged.model == {"key": "os.path:basename", "trust_remote_code": False}
    assert merge_settings({"key": "none"}, config_of(tmp_path, key="os:system")).model["key"] is None


def test_only_functions_that_the_file_defines_are_found(tmp_path: Path) -> None:
    file = tmp_path / "my_own_functions.py"
    file.write_text(FILE, encoding="utf-8")
    shout = load_function("shout", "--key", file)
    assert shout("a") == "A" and load_function("my_own_functions:shout", "--key", file) is shout
    config = config_of(tmp_path, key="my_own_functions:shout")
    assert merge_settings({"functions": file}, config).constructor_arguments()["reader"].key is shout
    for name in ("getoutput", "subprocess", "my_own_functions:getoutput", "none_of_these", "__builtins__"):
        with pytest.raises(CommandError, match="defines no function"):
            load_function(name, "--key", file)
    with pytest.raises(CommandError, match="names code"):
        merge_settings({"functions": file}, config_of(tmp_path, key="subprocess.getoutput"))


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("none.py", None, "there is no such file"),
        ("a-b.py", "", "expected a Python file such as my_functions.py"),
        ("functions.txt", "", "expected a Python file such as my_functions.py"),
        ("json.py", "", "has the name of another module"),
        ("wrong_functions.py", "1 / 0", "raises ZeroDivisionError"),
        ("broken_functions.py", "def f(:", "raises SyntaxError"),
        ("ending_functions.py", "raise SystemExit(3)", "raises SystemExit"),
    ],
)
def test_a_file_of_functions_that_cannot_be_used(name: str, text: str | None, message: str, tmp_path: Path) -> None:
    file = tmp_path / name
    if text is not None:
        file.write_text(text, encoding="utf-8")
    write_lines(tmp_path / "text.txt", "a b")
    arguments = ["train", tmp_path / "text.txt", "-o", tmp_path / "out", "--functions", file, "--key", "f"]
    result = run(*arguments, code=3 if text is None else 2)
    assert message in messages(result) and len(messages(result).splitlines()) == 1


def test_a_training_with_functions_of_a_file_is_repeated(text_file: Path, folder: Path, tmp_path: Path) -> None:
    file = tmp_path / "loud_functions.py"
    file.write_text(FILE, encoding="utf-8")
    output = tmp_path / "out"
    run("train", text_file, "--teacher", folder, *LITTLE, "-o", output, "--functions", file, "--key", "shout")
    assert "THE" in (output / "vocabulary.txt").read_text(encoding="utf-8")
    repeat = ["train", "--config", output / "settings.toml", "-o", tmp_path / "again"]
    assert "--functions with the Python file" in messages(run(*repeat, code=2))
    run(*repeat, "--functions", file)
    assert (tmp_path / "again" / "vectors.bin").read_bytes() == (output / "vectors.bin").read_bytes()
