"""The command line as a whole: help, options, errors, exit codes."""

from __future__ import annotations

import ast
import inspect
import re
import subprocess
import sys
import types
from pathlib import Path
from typing import Any

import pytest
from cli_runner import run, run_json, said, write

from gensim_distill import DistilledWord2Vec
from gensim_distill.cli.app import app
from gensim_distill.cli.console import CommandError
from gensim_distill.cli.parameters import _IN_OTHER_WORDS, _PANELS, NO_OPTIONS, constructor_parameters
from gensim_distill.cli.run_config import RUN_SETTINGS

COMMANDS = ["train", "estimate", "info", "neighbors", "evaluate", "compare", "export", "report"]
SIGNATURE = inspect.signature(DistilledWord2Vec.__init__).parameters

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
def test_help_shows_an_example_and_what_exit_codes_mean(command: str) -> None:
    text = run(command, "--help").stdout
    assert f"$ gensim-distill {command} " in text
    assert "130 interrupted" in " ".join(text.split())


def test_all_commands_are_listed_and_the_version_is_told() -> None:
    text = run("--help").stdout
    assert [name for name in COMMANDS if not re.search(rf"│ {name} ", text)] == []
    assert run("--version").stdout.startswith("gensim-distill ")


def test_without_typer_one_sentence_says_what_to_install() -> None:
    code = "import sys; sys.modules['typer'] = None; from gensim_distill.cli import main; main()"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.returncode == 1
    assert done.stderr == 'gensim-distill: The command gensim-distill needs typer: pip install "gensim-distill[cli]".\n'


# --- the constructor's parameters --------------------------------------------------------------


def test_every_parameter_is_an_option_or_in_the_table_of_those_that_cannot_be() -> None:
    options = [parameter.name for parameter in constructor_parameters()]
    assert [name for name in SIGNATURE if name not in ("self", *NO_OPTIONS)] == options
    assert set(NO_OPTIONS) <= set(SIGNATURE)
    for command in ("train", "estimate"):
        text = run(command, "--help").stdout
        missing = [p.option for p in constructor_parameters() if not re.search(rf"{p.option}\b", text)]
        assert missing == []


@pytest.mark.parametrize("parameter", constructor_parameters(), ids=lambda parameter: parameter.name)
def test_what_the_source_says_of_a_parameter_is_what_it_is(parameter: Any) -> None:
    default = SIGNATURE[parameter.name].default
    try:
        assert ast.literal_eval(parameter.default) == default
    except ValueError:  # the name of a function or a constant
        assert parameter.default.isidentifier()
    if default is not None:
        kinds = {bool: "bool", int: "int", float: "float", str: "str"}
        assert kinds.get(type(default), "callable") in parameter.kinds
    assert (default is None) <= ("none" in parameter.kinds or parameter.name == "device")
    assert parameter.help.endswith(".")


def test_the_tables_of_words_hold_only_parameters_that_there_are() -> None:
    assert set(_IN_OTHER_WORDS) <= set(SIGNATURE)
    assert set(" ".join(_PANELS.values()).split()) <= set(SIGNATURE)
    assert not set(RUN_SETTINGS) & set(SIGNATURE)


BY_NAME = {parameter.name: parameter for parameter in constructor_parameters()}


@pytest.mark.parametrize(
    ("name", "text", "value"),
    [
        ("min_count", "3", 3),
        ("alpha", "0.1", 0.1),
        ("sample", "0", 0.0),
        ("layers", "-1", -1),
        ("layers", "0,3,-1", [0, 3, -1]),
        ("context", "5", 5),
        ("context", "sentence", "sentence"),
        ("contexts_per_word", "none", None),
        ("contexts_per_word", "auto", "auto"),
        ("contexts_per_word", "8", 8),
        ("phrase_delimiter", "none", None),
        ("key", "builtins:str.upper", "builtins:str.upper"),
        ("compute_loss", True, True),
        ("layers", [0, 1], [0, 1]),
        ("alpha", 1, 1),
    ],
)
def test_options_and_toml_values_are_understood(name: str, text: Any, value: Any) -> None:
    read = BY_NAME[name].read(text)
    assert read == value and type(read) is type(value)


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("min_count", "many", "--min-count 'many' cannot be understood: give a whole number."),
        ("min_count", 2.5, "a whole number"),
        ("vector_size", "wide", "a whole number or none"),
        ("layers", ["a"], "whole numbers with commas between or a whole number or none"),
        ("compute_loss", 1, "true or false"),
        ("alpha", True, "a number"),
    ],
)
def test_values_of_another_kind_are_refused(name: str, value: Any, expected: str) -> None:
    with pytest.raises(CommandError, match=re.escape(expected)) as error:
        BY_NAME[name].read(value)
    assert error.value.code == 2


# --- errors ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        ("train", 2, "There is no corpus"),
        ("train x.txt", 2, "give --output FOLDER"),
        ("train x.txt -o out", 3, "there is no such file or folder"),
        ("train x.txt -o out --texts chapter", 2, "give line, paragraph or file"),
        ("train x.txt -o out --formats word", 2, "--formats 'word' is not known"),
        ("train x.txt -o out --min-count few", 2, "give a whole number"),
        ("train x.txt -o out --key no.such:thing", 3, "there is no such file"),
        ("train x.txt -o out --config none.toml", 3, "none.toml: No such file or directory."),
        ("neighbors vectors.bin cat", 3, "there is no such file or folder"),
        ("compare one.bin", 2, "To compare takes two"),
        ("compare a.bin x/a.bin", 2, "give names to them, NAME=PATH"),
        ("evaluate a.bin --json --markdown", 2, "exclude each other"),
        ("info nothing", 3, "there is no such file or folder"),
    ],
)
def test_an_error_is_one_sentence_and_an_exit_code(
    arguments: str, code: int, words: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    if "--formats" in arguments:
        exports = types.ModuleType("gensim_distill.exports")
        exports.EXPORTERS = {"spacy": None}  # type: ignore[attr-defined]
        monkeypatch.setitem(sys.modules, exports.__name__, exports)
    result = run(*arguments.split(), code=code)
    assert said(result).startswith("gensim-distill: ")
    assert words in said(result)
    assert len(said(result).splitlines()) == 1
    assert not result.stdout
    assert not list(tmp_path.iterdir())


def test_a_wrong_option_is_wrong_usage_and_the_right_one_is_named() -> None:
    text = said(run("train", "x", "--min-cout", "3", code=2))
    assert "--min-count" in text


def test_debug_shows_where_an_error_came_from(tmp_path: Path) -> None:
    result = run("info", tmp_path / "nothing", "--debug", code=3)
    assert "Traceback" in result.stderr and "kind_of" in result.stderr


# --- what an untrusted file may do: nothing ----------------------------------------------------


class _Spy:
    """Writes a file when it is unpickled."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> Any:
        return open, (str(self.path), "w")


@pytest.mark.parametrize("command", ["info {}", "neighbors {} cat", "evaluate {}", "compare {} b={}", "report {}"])
def test_a_pickle_is_not_opened_without_being_asked_to(
    command: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import pickle

    monkeypatch.chdir(tmp_path)
    monkeypatch.setitem(sys.modules, "gensim_distill.report", _stand_in("report", write_report=None))
    evil = tmp_path / "evil.model"
    evil.write_bytes(pickle.dumps(_Spy(tmp_path / "ran")))
    result = run(*command.replace("{}", str(evil)).split(), code=0 if command.startswith("info") else 3)
    assert "--unpickle" in result.stdout + result.stderr
    assert not (tmp_path / "ran").exists()


# --- export and report, which are the work of others ------------------------------------------


def _stand_in(name: str, **members: Any) -> types.ModuleType:
    module = types.ModuleType(f"gensim_distill.{name}")
    for key, value in members.items():
        setattr(module, key, value)
    return module


@pytest.fixture
def vectors(tmp_path: Path) -> Path:
    return write(tmp_path / "some.vec", "3 2", "cat 1 0", "dog 0.9 0.1", "car 0 1")


def test_export_hands_on_vectors_and_options(vectors: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    calls: list[Any] = []

    def export(source: Any, path: Path, format: str, **options: Any) -> None:
        calls.append((source.index_to_key, Path(path), format, options))
        Path(path).write_text("written", encoding="utf-8")

    monkeypatch.setitem(
        sys.modules, "gensim_distill.exports", _stand_in("exports", EXPORTERS={"spacy": None}, export=export)
    )
    target = tmp_path / "deep" / "target"
    arguments = ["export", vectors, target, "-f", "spacy", "--dimensions", "1", "-o", "lang=de", "-o", "normalize=true"]
    assert run_json(*arguments)["bytes"] == len("written")
    options = {
        "dtype": "float32",
        "dimensions": 1,
        "max_words": None,
        "overwrite": False,
        "lang": "de",
        "normalize": True,
    }
    assert calls == [(["cat", "dog", "car"], target, "spacy", options)]
    assert run("export", "--list-formats").stdout == "spacy\n"
    assert "is there already" in said(run(*arguments, code=3))
    assert "did you mean spacy?" in said(run("export", vectors, tmp_path / "x", "-f", "spaccy", code=2))


def test_report_hands_on_vectors_and_baselines(vectors: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    calls: list[Any] = []

    def write_report(source: Any, path: Path, *, baselines: Any, max_words: int, seed: int, **more: Any) -> None:
        calls.append((len(source), list(baselines), max_words, seed, more))
        Path(path).write_text("<html>", encoding="utf-8")

    monkeypatch.setitem(sys.modules, "gensim_distill.report", _stand_in("report", write_report=write_report))
    page = tmp_path / "page.html"
    run("report", vectors, "-o", page, "--baseline", f"other={vectors}", "--max-words", "2")
    assert calls == [(3, ["other"], 2, 1, {"name": "some", "overwrite": False})]
    assert "is there already" in said(run("report", vectors, "-o", page, code=3))


def test_the_app_is_what_the_entry_point_runs() -> None:
    assert app.info.name == "gensim-distill"
