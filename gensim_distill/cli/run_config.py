"""The configuration of a training: from the command line, from TOML files, and as stored with the result."""

from __future__ import annotations

import difflib
import inspect
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any, Literal, TypeAlias, get_args

import typer

from gensim_distill._utils import toml
from gensim_distill._utils.extras import needs
from gensim_distill._utils.training_folder import SETTINGS
from gensim_distill.cli.errors import CommandError, usage_error
from gensim_distill.cli.functions import is_in_file, is_registered, load_function
from gensim_distill.cli.model_options import ALL_OPTIONS, PANELS, READER_OPTIONS

#: The unit of a document in text files.
DocumentUnit: TypeAlias = Literal["line", "paragraph", "file"]
DOCUMENT_UNITS = get_args(DocumentUnit)
#: The settings of a run that are not parameters of the constructor: type and default by name.
RUN_SETTINGS: dict[str, tuple[type, Any]] = {
    "corpus": (list, []),
    "tokenized": (bool, False),
    "texts": (str, "line"),
    "pattern": (str, "*"),
    "encoding": (str, "utf-8"),
    "column": (str, ""),
    "split": (str, "train"),
    "formats": (list, ["word2vec-binary"]),
}
# Not stored with the result, since it does not depend on them.
_NOT_STORED = ("cache_dir", "progress")
# Settings of the command line alone: a configuration file must not name code.
_COMMAND_LINE_ONLY = {"functions": "--functions FILE.py", "unpickle": "--unpickle"}
_DEFAULT_COLUMN = "text"
_PANEL = PANELS[0]
# The first options in the help.
_ESSENTIAL = ("corpus", "output", "teacher", "texts", "min_count", "vector_size")

_CORPUS_OPTIONS: dict[str, Any] = {
    "corpus": Annotated[
        list[str] | None,
        typer.Argument(
            help="Files, folders, patterns such as 'reviews/*.txt.gz', a Hugging Face dataset on disk, or - for standard input. "
            "Required, here or in --config.",
            metavar="CORPUS",
            show_default=False,
        ),
    ],
    "config": Annotated[
        Path | None,
        typer.Option(
            help="Settings in a TOML file; options on the command line take precedence.",
            metavar="FILE.toml",
            rich_help_panel=_PANEL,
        ),
    ],
    "functions": Annotated[
        Path | None,
        typer.Option(
            help="Python file with functions for options such as --key and --word-splitter. The code in it is run: only for "
            "files that you trust.",
            metavar="FILE.py",
            rich_help_panel=_PANEL,
        ),
    ],
    "tokenized": Annotated[
        bool | None,
        typer.Option(
            "--tokenized/--raw",
            help="Whether documents are tokens separated by spaces or raw text (the default).",
            show_default=False,
            rich_help_panel=_PANEL,
        ),
    ],
    "texts": Annotated[
        str | None,
        typer.Option(
            help="The unit of a document: a line (the default), a paragraph (up to an empty line), or a file.",
            metavar="|".join(DOCUMENT_UNITS),
        ),
    ],
    "pattern": Annotated[
        str | None,
        typer.Option(
            help="Read only files of this pattern in folders, such as '*.txt'.",
            metavar="PATTERN",
            rich_help_panel=_PANEL,
        ),
    ],
    "encoding": Annotated[
        str | None, typer.Option(help="Encoding of the files (default: utf-8).", metavar="NAME", rich_help_panel=_PANEL)
    ],
    "column": Annotated[
        str | None,
        typer.Option(
            help="Column of documents in a dataset (default: text) or in files that are tables (.csv, .tsv, .jsonl, .json, "
            ".parquet); none reads their lines as plain text.",
            metavar="NAME",
            rich_help_panel=_PANEL,
        ),
    ],
    "split": Annotated[
        str | None,
        typer.Option(
            help="Split of the dataset, if it has any (default: train).", metavar="NAME", rich_help_panel=_PANEL
        ),
    ],
}


@dataclass
class RunConfig:
    """The configuration of a training.

    Attributes
    ----------
    run : dict of str to Any
        Corpus and formats: all of `RUN_SETTINGS`.
    model : dict of str to Any
        The parameters of the constructor and its reader that were set; functions as their paths.
    output : str or None
        The output folder.
    functions : pathlib.Path or None
        A Python file with functions.
    """

    run: dict[str, Any] = field(default_factory=dict)
    model: dict[str, Any] = field(default_factory=dict)
    output: str | None = None
    functions: Path | None = None

    def constructor_arguments(self) -> dict[str, Any]:
        """Return the arguments of the constructor, with functions imported."""
        arguments = dict(self.model)
        for option in ALL_OPTIONS:
            if "function" in option.kinds and isinstance(arguments.get(option.name), str):
                arguments[option.name] = load_function(arguments[option.name], option.flag, self.functions)
        names = [option.name for option in READER_OPTIONS if option.name in arguments]
        if names:
            from gensim_distill.corpus.reader import TextReader

            arguments["reader"] = TextReader(**{name: arguments.pop(name) for name in names})
        return arguments

    def effective(self) -> dict[str, Any]:
        """Return all settings that the result depends on, including defaults, for a TOML file.

        A None is "none", or omitted if it is the default.
        """
        effective: dict[str, Any] = {
            name: list(value) if isinstance(value, list) else value for name, value in self.run.items()
        }
        effective["column"] = self.run["column"] or _DEFAULT_COLUMN
        for option in ALL_OPTIONS:
            value = self.model.get(option.name, option.default)
            if option.name in _NOT_STORED or (value is None and option.default is None):
                continue
            effective[option.name] = "none" if value is None else value
        return effective


def corpus_parameters() -> list[inspect.Parameter]:
    """Return the parameters of a command that reads texts as a training does, without the texts themselves."""
    others = ("corpus", "config", "functions")
    return [parameter(name, annotation) for name, annotation in _CORPUS_OPTIONS.items() if name not in others]


def training_parameters(own: Mapping[str, tuple[Any, Any]]) -> list[inspect.Parameter]:
    """Return the parameters of a command that takes the options of a training.

    Parameters
    ----------
    own : mapping of str to (annotation, default)
        The command's own options.
    """
    listed = [
        *(parameter(name, annotation) for name, annotation in _CORPUS_OPTIONS.items()),
        *(parameter(name, annotation, default) for name, (annotation, default) in own.items()),
        *(option.as_parameter() for option in ALL_OPTIONS),
    ]
    return sorted(listed, key=_place_in_help)


def _place_in_help(listed: inspect.Parameter) -> int:
    """Return the place of a parameter: the essential ones first, then those of each panel."""
    if listed.name in _ESSENTIAL:
        return _ESSENTIAL.index(listed.name)
    panel = get_args(listed.annotation)[1].rich_help_panel
    return len(_ESSENTIAL) + (PANELS.index(panel) if panel in PANELS else -1)


def merge_settings(options: Mapping[str, Any], file: Path | None = None) -> RunConfig:
    """Merge the options of the command line, which take precedence, with the settings of a TOML file.

    Parameters
    ----------
    options : mapping of str to object
        Options that are None or empty are not set.
    file : pathlib.Path, optional

    Raises
    ------
    CommandError
        If a setting is unknown or invalid, or there is no corpus.
    """
    config = RunConfig({name: default for name, (_, default) in RUN_SETTINGS.items()})
    given = {name: value for name, value in options.items() if value is not None and value != []}
    config.functions = given.pop("functions", None)
    if file is not None:
        _check_config(file)
        _apply(read_toml(file), config, f"{file}: ")
        _check_code(config, file, given)
    _apply(given, config)
    if config.run["texts"] not in DOCUMENT_UNITS:
        raise usage_error(
            f"--texts {config.run['texts']!r} is invalid: expected {', '.join(DOCUMENT_UNITS[:-1])} or {DOCUMENT_UNITS[-1]}."
        )
    if not config.run["corpus"]:
        raise usage_error("There is no corpus: pass files, folders, patterns, or - for standard input.")
    if "" in config.run["corpus"] or config.output == "":
        raise usage_error("The name of the corpus or of the --output folder is empty: the current folder is '.'.")
    config.run["formats"] = list(dict.fromkeys(config.run["formats"]))
    # Absolute paths are valid from any folder, and distinguish files of the same name.
    config.run["corpus"] = [path if path == "-" else os.path.abspath(path) for path in config.run["corpus"]]
    teacher = config.model.get("teacher")
    if isinstance(teacher, str) and os.path.isdir(teacher):
        config.model["teacher"] = os.path.abspath(teacher)
    _check_storable(config)
    return config


def _check_config(file: Path) -> None:
    """Check that there is a file of settings.

    Raises
    ------
    CommandError
        If there is none.
    """
    advice = "pass a TOML file of settings, such as the settings.toml of a training, or omit --config"
    if file.is_dir():
        inside = file / SETTINGS
        found = f"pass the file in it, {str(inside)!r}" if inside.is_file() else advice
        raise CommandError(f"--config {str(file)!r} is a folder: {found}.")
    if not file.exists():
        raise CommandError(f"--config {str(file)!r}: there is no such file: {advice}.")


def read_toml(path: Path) -> dict[str, Any]:
    """Read a TOML file.

    Raises
    ------
    CommandError
        If it is not valid TOML, or is too large for settings.
    """
    try:
        return toml.read_toml(path)
    except ValueError as error:
        raise CommandError(str(error)) from error


def toml_text(settings: Mapping[str, Any], comment: str) -> str:
    """Return settings in TOML, after a comment."""
    tomli_w = needs("tomli_w", "Writing a TOML file", "cli")
    head = "".join(f"# {line}\n" for line in comment.splitlines())
    return f"{head}\n{tomli_w.dumps(dict(settings))}"


def model_settings(path: Path) -> dict[str, Any]:
    """Return the parameters of the constructor and its reader in the settings of a training, with defaults; functions as their paths.

    Raises
    ------
    CommandError
        If the file is damaged, or a setting is unknown or invalid.
    """
    return {option.name: option.default for option in ALL_OPTIONS} | stored_config(path).model


def stored_config(path: Path) -> RunConfig:
    """Return the settings of a training as they are stored with its result, without defaults.

    Raises
    ------
    CommandError
        If the file is damaged, or a setting is unknown or invalid.
    """
    config, written = RunConfig(), read_toml(path)
    try:
        _apply(written, config, f"{path}: ")
    except CommandError as error:
        raise CommandError(str(error)) from None  # the file is at fault, not the command line
    missing = [name for name in ("corpus", "objective") if name not in written]
    if missing:
        raise CommandError(
            f"{str(path)!r} is damaged or cut short: it has no {missing[0]}, which every training writes."
        )
    return config


def _check_storable(config: RunConfig) -> None:
    """Check that all settings are valid Unicode without NUL characters, since they are stored as TOML and name files.

    Raises
    ------
    CommandError
        If one is not, such as the name of a file in another encoding.
    """
    for name, value in {**config.run, **config.model, "output": config.output}.items():
        for text in value if isinstance(value, (list, tuple)) else [value]:
            if not isinstance(text, str) or (name == "output" and "\0" not in text):
                continue
            what = f"the corpus {text!r}" if name == "corpus" else f"--{name.replace('_', '-')} {text!r}"
            if "\0" in text and name != "comment":
                raise usage_error(f"A name cannot contain a NUL character, as {what} does: remove it.")
            try:
                text.encode("utf-8")
            except UnicodeEncodeError:
                raise usage_error(
                    f"The settings are stored in UTF-8, which cannot hold {what}: rename the file or folder, or pass a folder "
                    "above it."
                ) from None


def _check_code(config: RunConfig, file: Path, given: Mapping[str, Any]) -> None:
    """Check that a configuration file names no code that the command line does not name.

    Raises
    ------
    CommandError
        If it names a function that is not registered, or trusts the code of a teacher.
    """
    for option in ALL_OPTIONS:
        value = config.model.get(option.name)
        if option.name in given or not value:
            continue
        if option.name == "trust_remote_code":
            raise usage_error(
                f"{file}: trust_remote_code = true runs code of the teacher's repository: if you trust it, use --trust-remote-code."
            )
        if "function" in option.kinds and not is_registered(value) and not is_in_file(value, config.functions):
            raise usage_error(
                f"{file}: {option.name} = {value!r} names code, which would be run: if you trust it, use {option.flag} {value}, or "
                "--functions with the Python file that defines it."
            )


def _apply(settings: Mapping[str, Any], config: RunConfig, where: str = "") -> None:
    options = {option.name: option for option in ALL_OPTIONS}
    for key, value in settings.items():
        name = key.replace("-", "_")
        if name in _COMMAND_LINE_ONLY:
            raise usage_error(f"{where}{key} is allowed on the command line only: use {_COMMAND_LINE_ONLY[name]}.")
        if name == "output":
            if not isinstance(value, (str, Path)):
                raise usage_error(f"{where}{key} = {value!r} is invalid: expected a string.")
            config.output = str(value)
        elif name in RUN_SETTINGS:
            expected_type = RUN_SETTINGS[name][0]
            if expected_type is list and isinstance(value, str):
                value = [value]
            strings = not isinstance(value, list) or all(isinstance(item, str) for item in value)
            if not isinstance(value, expected_type) or not strings:
                expected = {list: "a list of strings", str: "a string", bool: "true or false"}[expected_type]
                raise usage_error(f"{where}{key} = {value!r} is invalid: expected {expected}.")
            config.run[name] = value
        elif name in options:
            try:
                config.model[name] = options[name].parse(value)
            except CommandError as error:
                raise CommandError(f"{where}{error}", error.code) from None
        else:
            near = difflib.get_close_matches(name, ["output", *RUN_SETTINGS, *options], n=1)
            hint = f"did you mean {near[0]}?" if near else "`gensim-distill train --help` lists them all."
            raise usage_error(f"{where}there is no setting {key!r}: {hint}")


def parameter(name: str, annotation: Any, default: Any = None) -> inspect.Parameter:
    """Return a parameter of a command; by default it is optional."""
    return inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=default, annotation=annotation)
