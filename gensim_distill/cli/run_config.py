"""The settings of a training: of the command line, of a TOML file, and as they are written beside the result."""

from __future__ import annotations

import difflib
import inspect
import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any

import typer

from gensim_distill._utils.extras import needs
from gensim_distill.cli.console import CommandError, usage_error
from gensim_distill.cli.parameters import Parameter, constructor_parameters, import_function

TEXTS = ("line", "paragraph", "file")
#: Of the settings of a run, those that are not the constructor's: by their names their types and defaults.
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
        typer.Option(help="Settings in a TOML file; options on the command line win.", metavar="FILE.toml", rich_help_panel=_PANEL),
    ],
    "tokenized": Annotated[
        bool | None,
        typer.Option(
            "--tokenized/--raw",
            help="Whether texts are tokens parted by spaces, taken as they are, or raw text (the default).",
            show_default=False,
            rich_help_panel=_PANEL,
        ),
    ],
    "texts": Annotated[
        str | None,
        typer.Option(
            help="What one text is: a line (the default), a paragraph (up to a blank line), or a file.",
            metavar="|".join(TEXTS),
            rich_help_panel=_PANEL,
        ),
    ],
    "pattern": Annotated[
        str | None, typer.Option(help="Which files of folders to read, such as '*.txt'; by default all.", rich_help_panel=_PANEL)
    ],
    "encoding": Annotated[str | None, typer.Option(help="Encoding of the files (default: utf-8).", rich_help_panel=_PANEL)],
    "column": Annotated[
        str | None, typer.Option(help="Column of the dataset that holds the texts (default: text).", rich_help_panel=_PANEL)
    ],
    "split": Annotated[
        str | None, typer.Option(help="Split of the dataset, if it has several (default: train).", rich_help_panel=_PANEL)
    ],
}  # fmt: skip


@dataclass
class Settings:
    """What a training is to do.

    Attributes
    ----------
    run : dict of str to Any
        Corpus and result: all of `RUN_SETTINGS`.
    model : dict of str to Any
        Parameters of the constructor that were given; functions are the paths of such.
    output : str or None
        Where the result goes.
    """

    run: dict[str, Any] = field(default_factory=dict)
    model: dict[str, Any] = field(default_factory=dict)
    output: str | None = None

    def constructor_arguments(self) -> dict[str, Any]:
        """Give the parameters as the constructor takes them, functions imported."""
        arguments = dict(self.model)
        for parameter in constructor_parameters():
            if "callable" in parameter.kinds and isinstance(arguments.get(parameter.name), str):
                arguments[parameter.name] = import_function(arguments[parameter.name], parameter.option)
        return arguments

    def effective(self) -> dict[str, Any]:
        """Give all that the result depends on, defaults included, as TOML can hold it.

        Functions that were not given are left out, as is what is None by default and was not given either. What is only
        about how this run goes, such as its progress bars, is no part of it.
        """
        from gensim_distill import DistilledWord2Vec

        signature = inspect.signature(DistilledWord2Vec.__init__).parameters
        effective: dict[str, Any] = {
            name: list(value) if isinstance(value, list) else value for name, value in self.run.items()
        }
        for parameter in constructor_parameters():
            default = signature[parameter.name].default
            value = self.model.get(parameter.name, default)
            if parameter.name in ("cache_dir", "progress") or callable(value) or (value is None and default is None):
                continue
            effective[parameter.name] = "none" if value is None else value
        return effective


def all_options(own: Mapping[str, tuple[Any, Any]]) -> list[inspect.Parameter]:
    """Give what says what the corpus is, a command's own options, and one for each parameter of the constructor.

    Parameters
    ----------
    own : mapping of str to (annotation, default)
    """
    return [
        *(_parameter(name, annotation) for name, annotation in _CORPUS_OPTIONS.items()),
        *(_parameter(name, annotation, default) for name, (annotation, default) in own.items()),
        *(parameter.as_option() for parameter in constructor_parameters()),
    ]


def collect(options: Mapping[str, Any], config: Path | None = None) -> Settings:
    """Put together what the command line and a file say; what is None or empty was not given.

    Raises
    ------
    CommandError
        If something is not known or of the wrong type.
    """
    parameters = {parameter.name: parameter for parameter in constructor_parameters()}
    settings = Settings({name: default for name, (_, default) in RUN_SETTINGS.items()})
    if config is not None:
        _take(read_toml(config), settings, parameters, str(config))
    given = {name: value for name, value in options.items() if value is not None and value != []}
    _take(given, settings, parameters, None)
    if settings.run["texts"] not in TEXTS:
        raise usage_error(
            f"--texts {settings.run['texts']!r} is not known: give {', '.join(TEXTS[:-1])} or {TEXTS[-1]}."
        )
    if not settings.run["corpus"]:
        raise usage_error("There is no corpus: give files, folders, patterns, or - for standard input.")
    # So that they can be found from any folder, and told from others of the same name.
    settings.run["corpus"] = [one if one == "-" else os.path.abspath(one) for one in settings.run["corpus"]]
    teacher = settings.model.get("teacher")
    if isinstance(teacher, str) and os.path.isdir(teacher):
        settings.model["teacher"] = os.path.abspath(teacher)
    return settings


def read_toml(path: Path) -> dict[str, Any]:
    """Read a TOML file."""
    if sys.version_info >= (3, 11):
        import tomllib
    else:
        tomllib = needs("tomli", "Reading a TOML file", "cli")
    try:
        with open(path, "rb") as file:
            return tomllib.load(file)
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise CommandError(f"{str(path)!r} is no TOML file: {error}.") from error


def write_toml(path: Path, settings: Mapping[str, Any], head: str) -> None:
    """Write settings into a TOML file, under some lines of comment."""
    tomli_w = needs("tomli_w", "Writing a TOML file", "cli")
    comment = "".join(f"# {line}\n" for line in head.splitlines())
    path.write_text(f"{comment}\n{tomli_w.dumps(dict(settings))}", encoding="utf-8")


def _take(source: Mapping[str, Any], settings: Settings, parameters: Mapping[str, Parameter], file: str | None) -> None:
    where = f"{file}: " if file else ""
    for key, value in source.items():
        name = key.replace("-", "_")
        if name == "output" and isinstance(value, (str, Path)):
            settings.output = str(value)
        elif name in RUN_SETTINGS:
            kind = RUN_SETTINGS[name][0]
            if kind is list and isinstance(value, str):
                value = [value]
            strings = not isinstance(value, list) or all(isinstance(one, str) for one in value)
            if not isinstance(value, kind) or not strings:
                expected = {list: "a list of strings", str: "a string", bool: "true or false"}[kind]
                raise usage_error(f"{where}{key} = {value!r} cannot be used: give {expected}.")
            settings.run[name] = value
        elif name in parameters:
            try:
                settings.model[name] = parameters[name].read(value)
            except CommandError as error:
                raise CommandError(f"{where}{error}", error.code) from None
        else:
            known = ["output", *RUN_SETTINGS, *parameters]
            near = difflib.get_close_matches(name, known, n=1)
            hint = f"did you mean {near[0]}?" if near else "`gensim-distill train --help` lists them all."
            raise usage_error(f"{where}there is no setting {key!r}: {hint}")


def _parameter(name: str, annotation: Any, default: Any = None) -> inspect.Parameter:
    return inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=default, annotation=annotation)
