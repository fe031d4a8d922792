"""``gensim-distill encode``: the vectors of texts, in a file."""

from __future__ import annotations

import inspect
import os
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from gensim_distill.cli.collection import TextCollection
from gensim_distill.cli.console import Debug, Functions, Json, Quiet, Unpickle, echo, print_json
from gensim_distill.cli.corpus_files import find_corpus, remove_spooled
from gensim_distill.cli.errors import CommandError, usage_error
from gensim_distill.cli.inputs import local_path
from gensim_distill.cli.own_files import OwnFiles
from gensim_distill.cli.run_config import corpus_parameters, merge_settings, parameter
from gensim_distill.cli.sizes import amount
from gensim_distill.cli.trained_division import with_division_of

if TYPE_CHECKING:
    import numpy as np

    from gensim_distill.encoding import TextEncoder

EXAMPLES = (
    "gensim-distill encode reviews.txt --model vectors --output reviews.npy",
    "zcat texts.gz | gensim-distill encode - --model vectors -o texts.safetensors --dtype float16",
)

_FORMATS = {".npy": "npy", ".safetensors": "safetensors"}
_DTYPES = ("float32", "float16")
_OPTIONS: dict[str, tuple[Any, Any]] = {
    "model": (
        Annotated[
            str,
            typer.Option(
                "--model",
                "-m",
                help="The folder of a training, a saved encoder, a file of word vectors, or hub:OWNER/NAME.",
                metavar="PATH",
            ),
        ],
        inspect.Parameter.empty,
    ),
    "output": (
        Annotated[
            Path,
            typer.Option("--output", "-o", help="The file to write, .npy or .safetensors.", metavar="FILE"),
        ],
        inspect.Parameter.empty,
    ),
    "dtype": (Annotated[str, typer.Option(help="Dtype of the vectors.", metavar="|".join(_DTYPES))], "float32"),
    "overwrite": (Annotated[bool, typer.Option("--overwrite", help="Replace an existing file.")], False),
    "functions": (Functions, None),
    "unpickle": (Unpickle, False),
    "json": (Json, False),
    "quiet": (Quiet, False),
    "debug": (Debug, False),
}
_TEXTS = Annotated[
    list[str],
    typer.Argument(
        help="Files, folders, patterns, datasets on disk, or - for standard input, as for `gensim-distill train`.",
        metavar="TEXTS",
    ),
]


def parameters() -> list[inspect.Parameter]:
    """Return the parameters of the command."""
    return [
        parameter("corpus", _TEXTS, inspect.Parameter.empty),
        *(parameter(name, annotation, default) for name, (annotation, default) in _OPTIONS.items()),
        *corpus_parameters(),
    ]


def encode(
    *,
    corpus: list[str],
    model: str,
    output: Path,
    dtype: str,
    overwrite: bool,
    functions: Path | None,
    unpickle: bool,
    json: bool,
    quiet: bool,
    debug: bool,
    **division: Any,
) -> None:
    """Write the vectors of texts to a file, a row for each text in their order.

    A text is a line, also an empty one, or a row of a table; with --texts paragraph or --texts file it is a paragraph or a file, by
    default as in the training of --model.
    Words that the model has no row for are read as pieces of words, if it has any. Texts without a known word have vectors of zeros.
    """
    from gensim_distill.cli.text_encoders import load_encoder
    from gensim_distill.vectors.row_files import write_rows

    format = _check_output(output, overwrite)
    if dtype not in _DTYPES:
        raise usage_error(f"--dtype {dtype!r} is invalid: expected {' or '.join(_DTYPES)}.")
    model = local_path(model)
    settings = merge_settings(with_division_of(model, {"corpus": corpus, **division}, quiet))
    found = find_corpus(settings.run, None, quiet, OwnFiles(files=[output.resolve()]))
    try:
        encoder = load_encoder(model, unpickle=unpickle, functions=functions)
        counted = _Counted(encoder, TextCollection(found), quiet)
        metadata = {"format": "gensim-distill vectors of texts 1"}
        n_texts = write_rows(output, format, encoder.vector_size, counted, dtype, metadata)  # type: ignore[arg-type]
    finally:
        remove_spooled(found)
    if json:
        print_json(
            {
                "output": str(output),
                "texts": n_texts,
                "without_words": counted.without_words,
                "vector_size": encoder.vector_size,
                "dtype": dtype,
                "bytes": output.stat().st_size,
            }
        )
    else:
        echo(
            f"Wrote {amount(n_texts, 'vector')} of {amount(encoder.vector_size, 'dimension')} to {str(output)!r}.",
            quiet,
        )


class _Counted:
    """The vectors of texts in batches, with the number of texts without words, and a progress bar."""

    def __init__(self, encoder: TextEncoder, texts: TextCollection, quiet: bool) -> None:
        self._encoder, self._texts, self._quiet = encoder, texts, quiet
        self.without_words = 0

    def __iter__(self) -> Iterator[np.ndarray]:
        from gensim_distill._utils.progress import progress_bar

        with progress_bar("Texts", False if self._quiet else None) as bar:
            for batch in self._encoder.encode_batches(self._texts.with_empty()):
                self.without_words += int((~batch.any(axis=1)).sum())
                bar.update(len(batch))
                yield batch


def _check_output(output: Path, overwrite: bool) -> str:
    """Check, before any work, that a file can be written, and return its format.

    Raises
    ------
    CommandError
        If its format is unknown, it exists already, or its folder does not exist.
    """
    if output.suffix not in _FORMATS:
        raise usage_error(
            f"--output {str(output)!r} has an unknown format: use a name that ends in .npy or .safetensors."
        )
    if output.is_dir() or not output.parent.is_dir():
        what = "is a folder" if output.is_dir() else "is in no existing folder"
        raise CommandError(f"--output {str(output)!r} {what}: use the name of a file in an existing folder.")
    if os.path.lexists(output) and not overwrite:
        raise CommandError(f"{str(output)!r} exists already: choose another --output, or use --overwrite.")
    if not os.access(output.parent, os.W_OK):
        raise CommandError(f"--output {str(output)!r} is in a folder that is not writable: use another one.")
    return _FORMATS[output.suffix]
