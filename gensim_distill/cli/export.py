"""``gensim-distill export``: vectors in the formats of other libraries."""

from __future__ import annotations

import difflib
import importlib
from pathlib import Path
from typing import Annotated, Any

import typer

from gensim_distill.cli.console import (
    CommandError,
    Debug,
    ExitCode,
    Json,
    Quiet,
    Unpickle,
    print_json,
    tell,
    usage_error,
)
from gensim_distill.cli.inputs import load_source

EXAMPLES = (
    "gensim-distill export vectors spacy-vectors --format spacy",
    "gensim-distill export vectors small.txt --format word2vec --dimensions 128 --max-words 50000",
)


def export(
    vectors: Annotated[str | None, typer.Argument(help="A file of word vectors, or the folder of a training.")] = None,
    target: Annotated[Path | None, typer.Argument(help="The file or folder to write.")] = None,
    format: Annotated[
        str | None, typer.Option("--format", "-f", help="The format; --list-formats names them.", metavar="NAME")
    ] = None,
    list_formats: Annotated[bool, typer.Option("--list-formats", help="Name the formats, and end.")] = False,
    dtype: Annotated[
        str, typer.Option(help="Number format: float32, float16 or int8, where the target has it.")
    ] = "float32",
    dimensions: Annotated[
        int | None, typer.Option(help="Keep so many dimensions, those in which words vary most.", min=1)
    ] = None,
    max_words: Annotated[int | None, typer.Option(help="Keep so many words, the most frequent.", min=1)] = None,
    option: Annotated[
        list[str] | None,
        typer.Option("--option", "-o", help="A setting of the format, as often as you like.", metavar="NAME=VALUE"),
    ] = None,
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Write even if there is something.")] = False,
    unpickle: Unpickle = False,
    json: Json = False,
    quiet: Quiet = False,
    debug: Debug = False,
) -> None:
    """Write vectors in the format of another library: spaCy, sentence-transformers, fastText and more."""
    known = exporters()
    if list_formats:
        print_json({"formats": list(known)}) if json else print("\n".join(known))
        return
    if vectors is None or target is None or format is None:
        raise usage_error("Give the vectors, where to write them, and a --format; --list-formats names the formats.")
    if format not in known:
        near = difflib.get_close_matches(format, known, n=1)
        hint = f"did you mean {near[0]}?" if near else f"give one of {', '.join(known)}."
        raise usage_error(f"--format {format!r} is not known: {hint}")
    if not overwrite and (target.is_file() or (target.is_dir() and any(target.iterdir()))):
        raise CommandError(f"{str(target)!r} is there already: give another place, or --overwrite.")
    options = dict(_setting(text) for text in option or ())
    write = exports_module().export

    tell(f"Reading {vectors} ...", quiet)
    source = load_source(vectors, unpickle=unpickle)
    target.parent.mkdir(parents=True, exist_ok=True)
    write(
        source, target, format, dtype=dtype, dimensions=dimensions, max_words=max_words, overwrite=overwrite, **options
    )
    files = sorted(path for path in ([target] if target.is_file() else target.rglob("*")) if path.is_file())
    size = sum(path.stat().st_size for path in files)
    if json:
        print_json({"format": format, "target": str(target), "files": [str(path) for path in files], "bytes": size})
    else:
        tell(f"{str(target)!r} is written, {size / 1e6:,.1f} MB in {format}.", quiet)


def exporters() -> dict[str, Any]:
    """Give the formats that there are, by their names."""
    found: dict[str, Any] = exports_module().EXPORTERS
    return found


def exports_module() -> Any:
    """Import what writes other formats."""
    try:
        return importlib.import_module("gensim_distill.exports")
    except ModuleNotFoundError as error:
        if error.name != "gensim_distill.exports":
            raise
        raise CommandError("This version of gensim-distill has no exports.", ExitCode.FAILED) from error


def _setting(text: str) -> tuple[str, Any]:
    """Read NAME=VALUE; the value is a number, true or false if it looks like one, else a string."""
    name, mark, value = text.partition("=")
    if not mark or not name.isidentifier():
        raise usage_error(f"--option {text!r} cannot be understood: give NAME=VALUE.")
    if value.lower() in ("true", "false"):
        return name, value.lower() == "true"
    for convert in (int, float):
        try:
            return name, convert(value)
        except ValueError:
            continue
    return name, value
