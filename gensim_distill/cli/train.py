"""``gensim-distill train``: train a model on a corpus, and write it to a folder."""

from __future__ import annotations

import contextlib
import inspect
import json as json_module
import os
import time
from collections import defaultdict
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

import gensim_distill
from gensim_distill._utils.atomic import replace_file
from gensim_distill._utils.default_teacher import DEFAULT_TEACHER
from gensim_distill._utils.format_versions import NewerFormatError
from gensim_distill._utils.temporary_folders import held
from gensim_distill._utils.training_folder import CHECKPOINT, HEAD, SETTINGS, SUMMARY, read_summary
from gensim_distill.cli.console import Debug, Json, Quiet, echo, print_json, to_jsonable
from gensim_distill.cli.corpus_files import Corpus, find_corpus, remove_spooled
from gensim_distill.cli.errors import CommandError, ExitCode, usage_error
from gensim_distill.cli.interruption import exit_status
from gensim_distill.cli.kept_settings import KeptSettings, created_folder, name_output
from gensim_distill.cli.no_words import no_words, only_single_words
from gensim_distill.cli.output_folder import (
    OWN_FORMATS,
    check_exports,
    check_output_folder,
    remove_checkpoint,
    remove_other_formats,
)
from gensim_distill.cli.own_files import own_files_of
from gensim_distill.cli.progress import progress_as_json
from gensim_distill.cli.run_config import RunConfig, merge_settings, read_toml, toml_text, training_parameters
from gensim_distill.cli.training_folder import count_checkpointed_documents
from gensim_distill.cli.training_report import report_lines
from gensim_distill.cli.training_summary import CollectedWarnings, summarize

if TYPE_CHECKING:
    from gensim_distill.word2vec.model import DistilledWord2Vec

EXAMPLES = (
    "gensim-distill train reviews/ --texts file --output vectors",
    "gensim-distill train 'corpus/*.txt.gz' --tokenized --min-count 10 --vector-size 300 -o vectors",
    "zcat corpus.gz | gensim-distill train - --config settings.toml -o vectors",
)

_OPTIONS: dict[str, tuple[Any, Any]] = {
    "output": (
        Annotated[
            Path | None,
            typer.Option(
                "--output",
                "-o",
                help="Output folder; created if needed. Required, here or in --config.",
                metavar="FOLDER",
            ),
        ],
        None,
    ),
    "formats": (
        Annotated[
            str | None,
            typer.Option(
                help="Further formats of the vectors, separated by commas: word2vec (text), kv (for KeyedVectors.load), or "
                "those of `gensim-distill export`, which afterwards also writes them in another --dtype, with fewer --dimensions, "
                "--max-words or --max-pieces. word2vec-binary is always written.",
                metavar="NAME,...",
                rich_help_panel="Output",
            ),
        ],
        None,
    ),
    "overwrite": (
        Annotated[
            bool,
            typer.Option(
                "--overwrite",
                help="Train again, and replace a result or checkpoint of other settings.",
                rich_help_panel="Output",
            ),
        ],
        False,
    ),
    "quiet": (Quiet, False),
    "json": (Json, False),
    "debug": (Debug, False),
}


def parameters() -> list[inspect.Parameter]:
    """Return the parameters of the command."""
    return training_parameters(_OPTIONS)


def train(
    *, config: Path | None, output: Path | None, overwrite: bool, quiet: bool, json: bool, debug: bool, **options: Any
) -> None:
    """Distill vectors from a corpus and a teacher, and write them to a folder.

    After an interruption, the same command resumes. The folder contains vectors.bin (word2vec's binary format) with
    vocabulary.txt (words and counts), model/ (for DistilledWord2Vec.load and incremental training), text-encoder/ (for
    TextEncoder.load), settings.toml (for --config) and training.json (a summary).
    """
    if isinstance(options["formats"], str):
        options["formats"] = [name.strip() for name in options["formats"].split(",") if name.strip()]
    settings = merge_settings(options | {"output": output}, config)
    if settings.output is None:
        raise usage_error("There is no output folder: use --output FOLDER.")
    folder = Path(settings.output)
    check_output_folder(folder, settings.run["formats"], overwrite)
    if any(name not in OWN_FORMATS for name in settings.run["formats"]):
        from gensim_distill.cli.write_result import check_formats

        check_formats(settings.run["formats"], settings.constructor_arguments().get("reader"))
        check_exports(folder, settings.run["formats"])

    corpus = find_corpus(settings.run, folder / CHECKPOINT, quiet, own_files_of(settings, config))
    try:
        summary = train_in_folder(folder, settings, corpus, overwrite=overwrite, quiet=quiet, json=json)
    except BlockingIOError as error:
        raise CommandError(
            f"{str(folder)!r} is in use by another training: wait until it ends, or use another --output.",
            ExitCode.FAILED,
        ) from error
    finally:
        remove_spooled(corpus)
        _remove_if_empty(folder / CHECKPOINT)
    if json:
        print_json({"event": "result", **summary}, indent=None)


def train_in_folder(
    folder: Path,
    settings: RunConfig,
    corpus: Corpus,
    *,
    overwrite: bool,
    quiet: bool,
    json: bool = False,
    hint: bool = True,
) -> dict[str, Any]:
    """Train a model and write it to a folder, or do nothing if that has the result already.

    Parameters
    ----------
    folder : pathlib.Path
        Created if needed.
    settings : RunConfig
    corpus : Corpus
    overwrite : bool
        Whether to replace a result or checkpoint of other settings.
    quiet : bool
        Whether to print nothing.
    json : bool, optional
        Whether to print the progress as JSON.
    hint : bool, optional
        Whether to report the result, and suggest a command for it.

    Returns
    -------
    dict of str to Any
        The summary.

    Raises
    ------
    CommandError
        If the corpus has no words, the training is interrupted, or the folder has a result of other settings.
    BlockingIOError
        If another process is training in the folder.
    """
    effective = settings.effective()
    if not overwrite and _is_finished(folder, effective, corpus):
        echo(f"{str(folder)!r} is finished already, with these settings and this corpus.", quiet or not hint)
        return read_summary(folder) or {}
    with created_folder(folder), held(folder):
        try:
            return _train(folder, settings, effective, corpus, overwrite, quiet, json, hint)
        finally:
            _remove_if_empty(folder / CHECKPOINT)


def _train(
    folder: Path,
    settings: RunConfig,
    effective: Mapping[str, Any],
    corpus: Corpus,
    overwrite: bool,
    quiet: bool,
    json: bool,
    hint: bool,
) -> dict[str, Any]:
    arguments = settings.constructor_arguments()
    echo(f"Loading the teacher {settings.model.get('teacher', DEFAULT_TEACHER)} ...", quiet)
    from gensim_distill.cli.write_result import write_result  # which takes seconds, too

    cache = Path(arguments.get("cache_dir") or folder / CHECKPOINT)
    if os.path.lexists(cache) and not cache.is_dir():
        raise CommandError(f"--cache-dir {str(cache)!r} is not a folder: use another one.")
    own_cache = arguments.get("cache_dir") is None
    arguments["cache_dir"] = str(cache)
    arguments.setdefault("progress", False if quiet else True if json else None)

    if overwrite:
        remove_checkpoint(cache)
    head = (
        f"{HEAD} {gensim_distill.__version__}, including defaults. To repeat the training:\n"
        "gensim-distill train --config settings.toml --output ANOTHER-FOLDER"
    )
    before = count_checkpointed_documents(cache)
    kept_settings = KeptSettings(folder, toml_text(effective, head), keep=bool(before) or (folder / SUMMARY).exists())
    if before:
        echo(
            f"Found a checkpoint of {before:,} documents: resuming after them if settings and corpus are the same.",
            quiet,
        )

    started, warnings = time.time(), CollectedWarnings()
    with warnings, progress_as_json() if json and not quiet else contextlib.nullcontext():
        try:
            model, ignored = _distill(corpus, arguments, settings)
            _remove_result(folder, settings)
            kept_settings.write()
            echo("Writing the result ...", quiet)
            files = write_result(folder, model, settings.run["formats"])
        except KeyboardInterrupt as interruption:
            if count_checkpointed_documents(cache) > before:
                _remove_result(folder, settings)
                kept_settings.write()
            else:
                kept_settings.restore()
            raise _interrupted(interruption, cache, overwrite) from None
        except Exception as error:
            kept = count_checkpointed_documents(cache)
            if kept > before:
                _remove_result(folder, settings)
                kept_settings.write()
                echo(f"The checkpoint has {kept:,} documents: the same command resumes from there.")
            else:
                kept_settings.restore()
            if own_cache:
                name_output(error)
            raise
    summary = summarize(model, settings, corpus, started, warnings.messages, files, ignored)
    # Written last: its existence marks a finished result.
    with replace_file(folder / SUMMARY) as temporary:
        temporary.write_text(
            json_module.dumps(to_jsonable(summary), indent=2, ensure_ascii=False) + "\n", encoding="utf-8"
        )
    if own_cache:
        remove_checkpoint(cache)
    for line in report_lines(folder, model, settings, files, ignored):
        echo(line, quiet or json or not hint)
    return summary


def _remove_result(folder: Path, settings: RunConfig) -> None:
    """Mark an earlier result in the folder as unfinished, once another one replaces it or has a checkpoint."""
    if (folder / SUMMARY).exists():
        remove_other_formats(folder, settings.run["formats"], _files_in(folder))
        (folder / SUMMARY).unlink()


def _distill(corpus: Corpus, arguments: dict[str, Any], settings: RunConfig) -> tuple[DistilledWord2Vec, int]:
    """Train a model as its constructor does, with a check of the words before the teacher reads.

    Returns
    -------
    (DistilledWord2Vec, int)
        The model, and the number of words that were counted and are not in its vocabulary.
    """
    from gensim_distill import DistilledWord2Vec
    from gensim_distill.cli.write_result import check_words

    trim_rule = arguments.pop("trim_rule", None)
    model = DistilledWord2Vec(**arguments)
    try:
        model.build_vocab(corpus, keep_raw_vocab=True, trim_rule=trim_rule)
    except RuntimeError as error:  # as in gensim; here it is bad input
        if (
            getattr(model, "raw_vocab", None) is None
        ):  # raised while the corpus was read, as by a function of --functions
            raise
        if model.corpus_count:  # the corpus was read and has words, so the settings are the reason
            raise ValueError(str(error)) from error
        raise (only_single_words if model.raw_vocab else no_words)(corpus) from error
    ignored = len(model.raw_vocab or {}) - len(model.wv)
    model.raw_vocab = defaultdict(int)  # as gensim leaves it
    check_words(model.wv.index_to_key, settings.run["formats"])
    model.train(
        corpus,
        total_examples=model.corpus_count,
        total_words=model.corpus_total_words,
        epochs=model.epochs,
        start_alpha=model.alpha,
        end_alpha=model.min_alpha,
        compute_loss=model.compute_loss,
    )
    return model, ignored


def _remove_if_empty(folder: Path) -> None:
    with contextlib.suppress(OSError):  # it does not exist, or contains a checkpoint
        folder.rmdir()


def _files_in(folder: Path) -> list[str]:
    """Return the names of the result that is in a folder; none if it is not finished or damaged."""
    try:
        files: list[str] = (read_summary(folder) or {}).get("files", [])
    except NewerFormatError:
        raise
    except ValueError:  # it is about to be replaced
        return []
    return files


def has_other_result(folder: Path, settings: RunConfig, corpus: Corpus) -> bool:
    """Return whether the folder has the finished result of other settings or of another corpus."""
    try:
        _is_finished(folder, settings.effective(), corpus)
    except NewerFormatError:
        raise
    except (CommandError, ValueError):
        return True
    return False


def _is_finished(folder: Path, effective: Mapping[str, Any], corpus: Corpus) -> bool:
    """Return whether the folder has the result of these settings and corpus; raise an error if it has another."""
    summary = read_summary(folder)
    if summary is None:
        return False
    then = read_toml(folder / SETTINGS)
    differing = [name for name in {**effective, **then} if then.get(name) != effective.get(name)]
    if differing:
        named = ", ".join(
            f"{name} ({_shorten(then.get(name))} there, {_shorten(effective.get(name))} now)" for name in differing[:3]
        )
        raise CommandError(
            f"{str(folder)!r} contains a finished result of other settings, {named}: use another --output, or --overwrite."
        )
    if summary.get("corpus", {}).get("state") != corpus.state():
        raise CommandError(
            f"{str(folder)!r} contains a finished result, and the corpus has changed since: use another --output, or --overwrite."
        )
    return True


def _interrupted(interruption: BaseException, cache: Path, overwrite: bool) -> CommandError:
    code = ExitCode(exit_status(interruption))
    documents = count_checkpointed_documents(cache)
    if not documents:
        return CommandError("interrupted before the first checkpoint: the same command starts again.", code)
    same = "the same command without --overwrite" if overwrite else "the same command again"
    return CommandError(
        f"interrupted; the checkpoint in {str(cache)!r} has {documents:,} documents: to resume, run {same}.", code
    )


def _shorten(value: Any) -> str:
    text = "not set" if value is None else str(value)
    return text if len(text) <= 60 else f"{text[:57]}..."
