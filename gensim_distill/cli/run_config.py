"""The configuration of a training: from the command line, from TOML files, and as stored with the result."""

from __future__ import annotations

import difflib
import inspect
import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any, get_args

import typer

from gensim_distill._utils.extras import needs
from gensim_distill.cli.corpus_files import DocumentUnit
from gensim_distill.cli.errors import CommandError, usage_error
from gensim_distill.cli.model_options import ALL_OPTIONS, READER_OPTIONS, import_function

DOCUMENT_UNITS = get_args(DocumentUnit)
#: The settings of a run that are not parameters of the constructor: type and default by name.
RUN_SETTINGS: dict[str, tuple[type, Any]] = {
    "corpus": (list, []),
    "tokenized": (bool, False),
    "texts": (str, "line"),
    "pattern": (str, "*"),
    "encoding": (str, "utf-8"),
    "column": (str, "text"),
    "split": (str, "train"),
    "formats": (list, ["word2vec-binary"]),
}
# Not stored with the result, since it does not depend on them.
_NOT_STORED = ("cache_dir", "progress")
_PANEL = "Corpus"

_CORPUS_OPTIONS: dict[str, Any] = {
    "corpus": Annotated[
        list[str] | None,
        typer.Argument(
            help="Files, folders, patterns such as 'reviews/*.txt.gz', a Hugging Face dataset on disk, or - for standard input.",
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
            rich_help_panel=_PANEL,
        ),
    ],
    "pattern": Annotated[
        str | None,
        typer.Option(help="Read only files of this pattern in folders, such as '*.txt'.", rich_help_panel=_PANEL),
    ],
    "encoding": Annotated[
        str | None, typer.Option(help="Encoding of the files (default: utf-8).", rich_help_panel=_PANEL)
    ],
    "column": Annotated[
        str | None, typer.Option(help="Column of documents in the dataset (default: text).", rich_help_panel=_PANEL)
    ],
    "split": Annotated[
        str | None, typer.Option(help="Split of the dataset, if it has any (default: train).", rich_help_panel=_PANEL)
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
    """

    run: dict[str, Any] = field(default_factory=dict)
    model: dict[str, Any] = field(default_factory=dict)
    output: str | None = None

    def constructor_arguments(self) -> dict[str, Any]:
        """Return the arguments of the constructor, with functions imported."""
        arguments = dict(self.model)
        for option in ALL_OPTIONS:
            if "function" in option.kinds and isinstance(arguments.get(option.name), str):
                arguments[option.name] = import_function(arguments[option.name], option.flag)
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
        for option in ALL_OPTIONS:
            value = self.model.get(option.name, option.default)
            if option.name in _NOT_STORED or (value is None and option.default is None):
                continue
            effective[option.name] = "none" if value is None else value
        return effective


def training_parameters(own: Mapping[str, tuple[Any, Any]]) -> list[inspect.Parameter]:
    """Return the parameters of a command that takes the options of a training.

    Parameters
    ----------
    own : mapping of str to (annotation, default)
        The command's own options.
    """
    return [
        *(_parameter(name, annotation) for name, annotation in _CORPUS_OPTIONS.items()),
        *(_parameter(name, annotation, default) for name, (annotation, default) in own.items()),
        *(option.as_parameter() for option in ALL_OPTIONS),
    ]


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
    if file is not None:
        _apply(read_toml(file), config, f"{file}: ")
    _apply({name: value for name, value in options.items() if value is not None and value != []}, config)
    if config.run["texts"] not in DOCUMENT_UNITS:
        raise usage_error(
            f"--texts {config.run['texts']!r} is invalid: expected {', '.join(DOCUMENT_UNITS[:-1])} or {DOCUMENT_UNITS[-1]}."
        )
    if not config.run["corpus"]:
        raise usage_error("There is no corpus: pass files, folders, patterns, or - for standard input.")
    # Absolute paths are valid from any folder, and distinguish files of the same name.
    config.run["corpus"] = [path if path == "-" else os.path.abspath(path) for path in config.run["corpus"]]
    teacher = config.model.get("teacher")
    if isinstance(teacher, str) and os.path.isdir(teacher):
        config.model["teacher"] = os.path.abspath(teacher)
    return config


def read_toml(path: Path) -> dict[str, Any]:
    """Read a TOML file.

    Raises
    ------
    CommandError
        If it is not valid TOML.
    """
    if sys.version_info >= (3, 11):
        import tomllib
    else:
        tomllib = needs("tomli", "Reading a TOML file", "cli")
    try:
        with open(path, "rb") as file:
            table: dict[str, Any] = tomllib.load(file)
            return table
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise CommandError(f"{str(path)!r} is not a valid TOML file: {error}.") from error


def write_toml(path: Path, settings: Mapping[str, Any], comment: str) -> None:
    """Write a TOML file that begins with a comment."""
    tomli_w = needs("tomli_w", "Writing a TOML file", "cli")
    head = "".join(f"# {line}\n" for line in comment.splitlines())
    path.write_text(f"{head}\n{tomli_w.dumps(dict(settings))}", encoding="utf-8")


def _apply(settings: Mapping[str, Any], config: RunConfig, where: str = "") -> None:
    options = {option.name: option for option in ALL_OPTIONS}
    for key, value in settings.items():
        name = key.replace("-", "_")
        if name == "output" and isinstance(value, (str, Path)):
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


def _parameter(name: str, annotation: Any, default: Any = None) -> inspect.Parameter:
    return inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=default, annotation=annotation)
