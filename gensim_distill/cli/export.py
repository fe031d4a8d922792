"""``gensim-distill export``: vectors in the formats of other libraries."""

from __future__ import annotations

import difflib
from pathlib import Path
from typing import Annotated, Any, cast, get_args

import typer

from gensim_distill.cli.console import Debug, Functions, Json, Quiet, Unpickle, echo, print_json, print_line
from gensim_distill.cli.errors import CommandError, options_of_format, usage_error
from gensim_distill.cli.inputs import kind_of, load_input, local_path
from gensim_distill.cli.sizes import format_bytes

EXAMPLES = (
    "gensim-distill export vectors spacy-vectors --format spacy",
    "gensim-distill export vectors small.txt --format word2vec --dimensions 128 --max-words 50000",
)


def export(
    vectors: Annotated[
        str | None,
        typer.Argument(
            help="A file of word vectors, the folder of a training, or hub:OWNER/NAME. Required.", metavar="VECTORS"
        ),
    ] = None,
    target: Annotated[
        Path | None, typer.Argument(help="The file or folder to write. Required.", metavar="TARGET")
    ] = None,
    format: Annotated[
        str | None, typer.Option("--format", "-f", help="The format, see --list-formats. Required.", metavar="NAME")
    ] = None,
    list_formats: Annotated[bool, typer.Option("--list-formats", help="List the formats and exit.")] = False,
    dtype: Annotated[
        str, typer.Option(help="Dtype of the vectors, if the format supports it.", metavar="float32|float16|int8")
    ] = "float32",
    dimensions: Annotated[
        int | None, typer.Option(help="Reduce to this many dimensions, by principal components.", min=1, metavar="N")
    ] = None,
    max_words: Annotated[
        int | None, typer.Option(help="Keep only this many words, the most frequent.", min=1, metavar="N")
    ] = None,
    max_pieces: Annotated[
        int | None,
        typer.Option(
            help="For formats of text vectors: keep only this many pieces of words, the first.", min=1, metavar="N"
        ),
    ] = None,
    option: Annotated[
        list[str] | None,
        typer.Option("--option", "-O", help="An option of the format; repeatable.", metavar="NAME=VALUE"),
    ] = None,
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Replace an existing target.")] = False,
    functions: Functions = None,
    unpickle: Unpickle = False,
    json: Json = False,
    quiet: Quiet = False,
    debug: Debug = False,
) -> None:
    """Write vectors in the format of another library: spaCy, sentence-transformers, fastText and more."""
    from gensim_distill import exports
    from gensim_distill.vectors.quantization import VectorDtype

    if list_formats:
        if json:
            print_json({"formats": list(exports.EXPORTERS)})
        else:
            for name in exports.EXPORTERS:
                print_line(name)
        return
    if vectors is None or target is None or format is None:
        raise usage_error("Pass the vectors, the target, and a --format; --list-formats lists the formats.")
    if format not in exports.EXPORTERS:
        near = difflib.get_close_matches(format, exports.EXPORTERS, n=1)
        hint = f"did you mean {near[0]}?" if near else f"expected one of {', '.join(exports.EXPORTERS)}."
        raise usage_error(f"--format {format!r} is unknown: {hint}")
    if not overwrite and (target.is_file() or (target.is_dir() and any(target.iterdir()))):
        raise CommandError(f"{str(target)!r} exists already: choose another target, or use --overwrite.")
    if dtype not in get_args(VectorDtype):
        raise usage_error(f"--dtype {dtype!r} is invalid: expected one of {', '.join(get_args(VectorDtype))}.")
    options = dict(_parse_option(text) for text in option or ())

    if max_pieces is not None:
        if not exports.EXPORTERS[format].encodes_texts:
            raise usage_error(f"--max-pieces is for formats of text vectors, and {format!r} is one of word vectors.")
        options["max_pieces"] = max_pieces

    echo(f"Loading {vectors} ...", quiet)
    vectors = local_path(vectors)
    source = load_input(vectors, unpickle=unpickle, functions=functions)
    if exports.EXPORTERS[format].encodes_texts and kind_of(vectors) == "training" and not unpickle:
        from gensim_distill.cli.text_encoders import load_encoder

        options["encoder"] = load_encoder(vectors, functions=functions)  # with the functions that its settings name
    try:
        exports.export(
            source,
            target,
            format,
            dtype=cast("VectorDtype", dtype),
            dimensions=dimensions,
            max_words=max_words,
            overwrite=overwrite,
            unwritable="skip",  # with a warning; no option could keep them
            progress=False if quiet else None,
            **options,
        )
    except (ValueError, TypeError) as error:
        message = options_of_format(str(error), exports.EXPORTERS[format].options)
        if message == str(error):
            raise
        raise CommandError(message) from error
    files = sorted(path for path in ([target] if target.is_file() else target.rglob("*")) if path.is_file())
    size = sum(path.stat().st_size for path in files)
    if json:
        print_json({"format": format, "target": str(target), "files": [str(path) for path in files], "bytes": size})
    else:
        echo(f"Wrote {str(target)!r} in the format {format}, {format_bytes(size)}.", quiet)


def _parse_option(text: str) -> tuple[str, Any]:
    """Parse NAME=VALUE; a value that looks like a number, true or false is converted."""
    name, separator, value = text.partition("=")
    if not separator or not name.isidentifier():
        raise usage_error(f"--option {text!r} is invalid: expected NAME=VALUE.")
    if value.lower() in ("true", "false"):
        return name, value.lower() == "true"
    for convert in (int, float):
        try:
            return name, convert(value)
        except ValueError:
            continue
    return name, value
