"""``gensim-distill search``: the texts of a collection that are nearest to a query."""

from __future__ import annotations

import contextlib
import inspect
import logging
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from gensim_distill._utils.default_teacher import DEFAULT_TEACHER_IN_WORDS
from gensim_distill.cli.collection import TextCollection, collection_state
from gensim_distill.cli.console import Color, Debug, Functions, Json, Quiet, Unpickle, echo, with_styles
from gensim_distill.cli.corpus_files import Corpus, find_corpus, remove_spooled
from gensim_distill.cli.errors import CommandError, ExitCode, usage_error
from gensim_distill.cli.inputs import local_path
from gensim_distill.cli.model_options import READER_OPTIONS
from gensim_distill.cli.no_words import no_words
from gensim_distill.cli.own_files import OwnFiles
from gensim_distill.cli.run_config import RunConfig, corpus_parameters, merge_settings, parameter
from gensim_distill.cli.search_folder import SearchFolder, hash_of
from gensim_distill.cli.search_mark import INDEX, MARK, TRAINING
from gensim_distill.cli.search_results import Hit, print_results
from gensim_distill.cli.trained_division import with_division_of

if TYPE_CHECKING:
    from gensim_distill.encoding import TextEncoder, TextIndex

logger = logging.getLogger(__name__)

EXAMPLES = (
    "gensim-distill search notes/ 'how to prune apple trees' --texts file --save notes-index",
    "gensim-distill search reviews.csv 'great acting' 'poor plot' --column text --model vectors --explain",
    "gensim-distill search notes/ - --texts file --save notes-index",
)

#: Ignore words with fewer occurrences than this in the vectors of a collection; rare words matter in a search.
MIN_COUNT = 2
#: Up to this size of the files, in bytes, all words have vectors: most words of a few texts occur once.
SMALL_COLLECTION = 1_000_000

_QUERIES = "-"  # from standard input
# The functions of a training by which words and sentences are found, with their help.
_READER_OPTIONS = {option.name: option.help for option in READER_OPTIONS if "function" in option.kinds}
_OPTIONS: dict[str, tuple[Any, Any]] = {
    "model": (
        Annotated[
            str | None,
            typer.Option(
                "--model",
                "-m",
                help="The folder of a training, a saved encoder or a file of word vectors; by default vectors are distilled from "
                "the collection.",
                metavar="PATH",
                show_default=False,
            ),
        ],
        None,
    ),
    "teacher": (
        Annotated[
            str | None,
            typer.Option(
                "--teacher",
                "-t",
                metavar="NAME|FOLDER",
                help=f"Transformer to distill from: a folder, or a name on the Hugging Face hub (default: {DEFAULT_TEACHER_IN_WORDS}).",
                show_default=False,
            ),
        ],
        None,
    ),
    "min_count": (
        Annotated[
            int | None,
            typer.Option(
                help=f"In distillation, ignore words with fewer occurrences than this (default: {MIN_COUNT}, or 1 if the files have "
                f"less than {SMALL_COLLECTION // 1_000_000} MB).",
                metavar="N",
                min=1,
                show_default=False,
            ),
        ],
        None,
    ),
    **{
        name: (
            Annotated[
                str | None,
                typer.Option(
                    "--" + name.replace("_", "-"),
                    help=f"{help} For distillation.",
                    metavar="MODULE:FUNCTION",
                    show_default=False,
                ),
            ],
            None,
        )
        for name, help in _READER_OPTIONS.items()
    },
    "save": (
        Annotated[
            Path | None,
            typer.Option(
                help="Keep the vectors and the index in this folder: later searches begin at once, unless the collection or the "
                "model has changed.",
                metavar="FOLDER",
                show_default=False,
            ),
        ],
        None,
    ),
    "top": (Annotated[int, typer.Option("--top", "--topn", "-n", help="Number of results.", min=1, metavar="N")], 10),
    "explain": (
        Annotated[bool, typer.Option("--explain", help="Show which words, and pairs of words, made a text a result.")],
        False,
    ),
    "color": (Color, "auto"),
    "functions": (Functions, None),
    "unpickle": (Unpickle, False),
    "json": (Json, False),
    "quiet": (Quiet, False),
    "debug": (Debug, False),
}
_COLLECTION = Annotated[
    str,
    typer.Argument(
        help="A file, a folder, a pattern, a dataset on disk, or - for standard input, as for `gensim-distill train`.",
        metavar="COLLECTION",
    ),
]
_QUERY = Annotated[
    list[str],
    typer.Argument(help="Queries, each in quotes; - reads one per line from standard input.", metavar="QUERY"),
]


def parameters() -> list[inspect.Parameter]:
    """Return the parameters of the command."""
    required = inspect.Parameter.empty
    return [
        parameter("collection", _COLLECTION, required),
        parameter("query", _QUERY, required),
        *(parameter(name, annotation, default) for name, (annotation, default) in _OPTIONS.items()),
        *corpus_parameters(),
    ]


def search(
    *,
    collection: str,
    query: list[str],
    model: str | None,
    teacher: str | None,
    min_count: int | None,
    save: Path | None,
    top: int,
    explain: bool,
    color: str,
    functions: Path | None,
    unpickle: bool,
    json: bool,
    quiet: bool,
    debug: bool,
    **division: Any,
) -> None:
    """Search the texts of a collection for those nearest to a query, by vectors distilled from the collection.

    A text is a line; with --texts paragraph or --texts file it is a paragraph or a file, by default as in the training of
    --model. Without --model, vectors are distilled
    from the collection first, which takes as long as `gensim-distill train`; --save keeps them for later searches. Scores are
    cosines of vectors, so that a result need not contain the words of the query.
    """
    found_by = {name: value for name in _READER_OPTIONS if (value := division.pop(name)) is not None}
    if model is not None and (teacher is not None or min_count is not None or found_by):
        names = ", ".join("--" + name.replace("_", "-") for name in ("teacher", "min_count", *_READER_OPTIONS))
        raise usage_error(f"--model excludes {names}, which are for vectors of the collection.")
    if color not in ("auto", "always", "never"):
        raise usage_error(f"--color {color!r} is invalid: expected auto, always or never.")
    if _QUERIES in query and (len(query) > 1 or collection == "-"):
        raise usage_error("Standard input, -, can be the collection or the only query, not both.")
    if not all(text.strip() for text in query):
        raise usage_error("A query is empty: pass words to search for.")
    options = {"corpus": [collection], **division}
    if model is None and functions is not None and not found_by:
        raise usage_error(
            "--functions has the functions by which words are found: name one of them by --word-splitter, --key or "
            "--sentence-splitter, or pass the --model of a training that used them."
        )
    from gensim_distill.cli.text_encoders import load_encoder  # which takes seconds, after the checks

    model = None if model is None else local_path(model)
    if model is None:
        settings = merge_settings({**options, **found_by, "functions": functions})
    else:
        settings = merge_settings(with_division_of(model, options, quiet))
    reader = settings.constructor_arguments().get("reader") if found_by else None
    with contextlib.ExitStack() as stack:
        if save is None:
            place = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="gensim-distill-")))
        folder = SearchFolder(place if save is None else save)
        own = OwnFiles(folder.folder.resolve(), [MARK, INDEX, TRAINING])
        corpus = find_corpus(settings.run, None, quiet, own)
        stack.callback(remove_spooled, corpus)
        if model is None:
            if min_count is None:
                min_count = MIN_COUNT if corpus.bytes > SMALL_COLLECTION else 1
            settings.model |= {"min_count": min_count} | ({} if teacher is None else {"teacher": teacher})
            _distill(folder, settings, corpus, quiet, kept=save is not None)
            model = str(folder.training)
        encoder = load_encoder(model, unpickle=unpickle, functions=functions, reader=reader)
        state = collection_state(corpus, settings.run)
        texts = TextCollection(corpus)
        index = folder.index(texts, state, encoder, _with_progress(texts, quiet), quiet, functions)
        if not len(index):
            raise no_words(corpus)
        searcher = _Searcher(texts, index, folder.counts, min_count or 1)
        if _QUERIES not in query:
            print_results(searcher.search_all(query, top), explain, json, styles=with_styles(color))
            return
        for text in _queries_of_standard_input():
            try:
                print_results(
                    [(text, searcher.search(text, top))], explain, json, styles=with_styles(color), lines=True
                )
            except NoWordError as error:
                echo(str(error))


def _distill(folder: SearchFolder, settings: RunConfig, corpus: Corpus, quiet: bool, kept: bool) -> None:
    """Train on the collection in a folder, unless the result is there already."""
    from gensim_distill.cli.train import has_other_result, train_in_folder

    state = collection_state(corpus, settings.run)
    kept_settings = settings.model | (
        {}
        if settings.functions is None
        else {"functions": f"a file with the checksum {str(hash_of(settings.functions))[:8]}"}
    )
    changes = folder.changes_since_training(state, kept_settings)
    # The mark is written first: after a failure the result may still be the one before it.
    same = changes == [] and not has_other_result(folder.training, settings, corpus)
    if not same:
        folder.mark_training(state, kept_settings)
        why = f" again: {', and '.join(changes)}" if changes else ""
        echo(f"Distilling vectors from {settings.run['corpus'][0]!r}{why} ...", quiet)
    try:
        train_in_folder(folder.training, settings, corpus, overwrite=not same, quiet=quiet, hint=False)
    except BlockingIOError as error:
        raise CommandError(
            f"{str(folder.folder)!r} is in use by another search: wait until it has distilled its vectors, or use another --save.",
            ExitCode.FAILED,
        ) from error
    except CommandError as error:
        if error.code in (ExitCode.INTERRUPTED, ExitCode.TERMINATED, ExitCode.HANGUP) and not kept:
            raise CommandError("interrupted; with --save FOLDER the same command would resume.", error.code) from None
        raise


class NoWordError(CommandError):
    """The error of a query without a word that the vectors have."""


class _Searcher:
    """The index of a collection, and its texts."""

    def __init__(self, collection: TextCollection, index: TextIndex, counts: list[int], min_count: int) -> None:
        self._advice = "" if min_count == 1 else f", or --min-count 1 (it is {min_count})"
        self._collection, self._index, self._counts = collection, index, counts
        self._encoder: TextEncoder = index.encoder

    def search_all(self, queries: Sequence[str], top: int) -> list[tuple[str, list[Hit]]]:
        """Return the results of queries; a query without a word that the vectors have has none, and a warning names it.

        Raises
        ------
        NoWordError
            If this is so for all queries.
        """
        results: list[tuple[str, list[Hit]]] = []
        errors: list[NoWordError] = []
        for query in queries:
            try:
                results.append((query, self.search(query, top)))
            except NoWordError as error:
                results.append((query, []))
                errors.append(error)
        if len(errors) == len(queries) > 1:
            raise NoWordError(
                f"The {len(queries)} queries have no word that the vectors have: use other words{self._advice}."
            )
        if len(errors) == len(queries):
            raise errors[0]
        for unknown in errors:
            logger.warning("%s", unknown)
        return results

    def search(self, query: str, top: int) -> list[Hit]:
        """Return the results of a query, with their texts and explanations.

        Raises
        ------
        NoWordError
            If the vectors have no word of the query.
        """
        words = self._encoder.words_in(query)
        unknown = [word for word, number in zip(words.words, words.numbers) if number < 0]
        if len(unknown) == len(words.words):
            raise NoWordError(f"{query!r} has no word that the vectors have: use other words{self._advice}.")
        if unknown:
            logger.warning(
                "The vectors do not have %s, which is ignored: use other words%s.",
                ", ".join(map(repr, dict.fromkeys(unknown))),
                self._advice,
            )
        results = self._index.search(query, top)
        texts = self._collection.find([number for number, _ in results], self._counts)
        return [
            Hit(rank, score, number, texts[number], self._encoder.explain(query, texts[number].text))
            for rank, (number, score) in enumerate(results, 1)
            if number in texts
        ]


def _with_progress(collection: TextCollection, quiet: bool) -> Iterator[str | list[str]]:
    from gensim_distill._utils.progress import progress_bar

    with progress_bar("Index", False if quiet else None) as bar:
        for text in collection:
            yield text
            bar.update()


def _queries_of_standard_input() -> Iterator[str]:
    """Yield the lines of standard input that are not empty, after a prompt in a terminal."""
    if sys.stdin is None:
        raise CommandError("Standard input is closed: pipe queries into the command, or pass them as arguments.")
    while True:
        if sys.stdin.isatty():
            print("query> ", end="", file=sys.stderr, flush=True)
        line = sys.stdin.readline()
        if not line:
            return
        if line.strip():
            yield line.strip()
