"""``gensim-distill train``: from a corpus to a folder with vectors, model and settings."""

from __future__ import annotations

import contextlib
import inspect
import json as json_module
import logging
import platform
import shlex
import shutil
import signal
import sys
import time
from collections.abc import Iterator, Mapping
from datetime import datetime, timezone
from pathlib import Path
from typing import Annotated, Any

import typer

import gensim_distill
from gensim_distill._utils.atomic import replace_file
from gensim_distill.cli.console import CommandError, Debug, ExitCode, Json, Quiet, plain, print_json, tell, usage_error
from gensim_distill.cli.corpus_files import Corpus, open_corpus, remove_spooled
from gensim_distill.cli.export import exports_module
from gensim_distill.cli.inputs import (
    CHECKPOINT,
    MODEL,
    SETTINGS,
    SUMMARY,
    VECTORS,
    VOCABULARY,
    checkpoint_texts,
    read_summary,
)
from gensim_distill.cli.progress import progress_as_json
from gensim_distill.cli.run_config import Settings, all_options, collect, read_toml, write_toml

EXAMPLES = (
    "gensim-distill train reviews/ --texts file --teacher bert-base-uncased --output vectors",
    "gensim-distill train 'corpus/*.txt.gz' --tokenized --min-count 10 --vector-size 300 -o vectors",
    "zcat corpus.gz | gensim-distill train - --config settings.toml -o vectors",
)

#: The formats that need no other part of this package; see `exports/` for the others.
OWN_FORMATS = ("word2vec-binary", "word2vec", "kv")

_OPTIONS: dict[str, tuple[Any, Any]] = {
    "output": (
        Annotated[
            Path | None,
            typer.Option("--output", "-o", help="The folder for the result; it is made if need be.", metavar="FOLDER"),
        ],
        None,
    ),
    "formats": (
        Annotated[
            str | None,
            typer.Option(
                help="Further formats of the vectors, with commas between: word2vec (its text format), kv (KeyedVectors.load), or "
                "any that `gensim-distill export` knows. word2vec-binary is always there.",
                metavar="NAME,...",
            ),
        ],
        None,
    ),
    "overwrite": (
        Annotated[
            bool, typer.Option("--overwrite", help="Begin anew, in place of a result or checkpoint of other settings.")
        ],
        False,
    ),
    "quiet": (Quiet, False),
    "json": (Json, False),
    "debug": (Debug, False),
}


def parameters() -> list[inspect.Parameter]:
    """Give everything that the command takes."""
    return all_options(_OPTIONS)


def train(
    *, config: Path | None, output: Path | None, overwrite: bool, quiet: bool, json: bool, debug: bool, **options: Any
) -> None:
    """Learn vectors from a corpus and a teacher, and write them into a folder.

    Given again after an interruption, the same command goes on from where it was. The folder then holds vectors.bin (word2vec's
    binary format) with vocabulary.txt (words and counts), model/ (to train on, for DistilledWord2Vec.load), settings.toml (for
    --config) and training.json (what happened).
    """
    if isinstance(options["formats"], str):
        options["formats"] = [name.strip() for name in options["formats"].split(",") if name.strip()]
    settings = collect(options | {"output": output}, config)
    if settings.output is None:
        raise usage_error("There is no place for the result: give --output FOLDER.")
    folder = Path(settings.output)
    _check_formats(settings)
    _check_folder(folder, overwrite)

    spool = folder / CHECKPOINT / "standard-input.txt"
    corpus = open_corpus(settings.run, spool, quiet)
    try:
        effective = settings.effective()
        if not overwrite and _is_finished(folder, effective, corpus):
            tell(f"{str(folder)!r} is finished already, with these settings and this corpus.", quiet)
            summary = read_summary(folder)
        else:
            summary = _train(folder, settings, effective, corpus, overwrite, quiet, json)
    finally:
        remove_spooled(corpus)
        with contextlib.suppress(OSError):  # it is not there, or holds a checkpoint
            (folder / CHECKPOINT).rmdir()
    if json:
        print_json({"event": "result", **(summary or {})}, indent=None)


def _train(
    folder: Path,
    settings: Settings,
    effective: Mapping[str, Any],
    corpus: Corpus,
    overwrite: bool,
    quiet: bool,
    json: bool,
) -> dict[str, Any]:
    from gensim_distill import DistilledWord2Vec

    arguments = settings.constructor_arguments()
    cache = Path(arguments.get("cache_dir") or folder / CHECKPOINT)
    own_cache = arguments.get("cache_dir") is None
    arguments["cache_dir"] = str(cache)
    arguments.setdefault("progress", False if quiet else True if json else None)

    folder.mkdir(parents=True, exist_ok=True)
    if overwrite:
        (folder / SUMMARY).unlink(missing_ok=True)  # from here on there is no finished result
        _remove_checkpoint(cache)
    head = (
        f"What gensim-distill {gensim_distill.__version__} was given, and its defaults. The same again:\n"
        "gensim-distill train --config settings.toml --output ANOTHER-FOLDER"
    )
    write_toml(folder / SETTINGS, effective, head)
    before = checkpoint_texts(cache)
    if before:
        tell(f"Going on after {before:,} texts, which were read before.", quiet)

    started, warnings = time.time(), _Warnings()
    with _terminated_as_interrupted(), warnings, progress_as_json() if json and not quiet else contextlib.nullcontext():
        try:
            model = DistilledWord2Vec(corpus, **arguments)
            tell("Writing the result ...", quiet)
            files = _write_vectors(folder, model, settings)
        except KeyboardInterrupt as interruption:
            raise _interrupted(interruption, cache) from None
        except Exception:
            kept = checkpoint_texts(cache)
            if kept > before:
                tell(f"What was read is kept, {kept:,} texts: the same command goes on from there.")
            raise
    summary = _summary(model, settings, corpus, started, warnings.messages, files)
    # The last of all: it says that everything else is there.
    with replace_file(folder / SUMMARY) as temporary:
        temporary.write_text(json_module.dumps(plain(summary), indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    if own_cache:
        _remove_checkpoint(cache)
    words = model.wv.index_to_key[len(model.wv) // 10 :]
    example = shlex.quote(next((word for word in words if word.isalpha()), words[0]))
    tell(
        f"{len(model.wv):,} words of {summary['corpus']['texts']:,} texts, {model.vector_size} wide, are in {str(folder)!r}. See them: "
        f"gensim-distill neighbors {shlex.quote(str(folder))} {example}",
        quiet or json,
    )
    return summary


def _check_formats(settings: Settings) -> None:
    """See before any work whether all formats are known."""
    unknown = [name for name in settings.run["formats"] if name not in OWN_FORMATS]
    if unknown:
        known = exports_module().EXPORTERS
        for name in unknown:
            if name not in known:
                raise usage_error(f"--formats {name!r} is not known: give {', '.join([*OWN_FORMATS, *known])}.")


def _check_folder(folder: Path, overwrite: bool) -> None:
    """Refuse to write among files that are somebody else's."""
    if folder.exists() and not folder.is_dir():
        raise CommandError(f"{str(folder)!r} is a file: give a folder as --output.")
    if folder.is_dir() and any(folder.iterdir()) and not (folder / SETTINGS).is_file() and not overwrite:
        foreign = [path.name for path in folder.iterdir() if path.name != CHECKPOINT]
        if foreign:
            raise CommandError(
                f"The folder {str(folder)!r} holds other files, such as {foreign[0]!r}: give a new or empty one as --output, or "
                "--overwrite to put the result beside them."
            )


def _is_finished(folder: Path, effective: Mapping[str, Any], corpus: Corpus) -> bool:
    """Tell whether the very result is there already; refuse if it is another."""
    summary = read_summary(folder)
    if summary is None:
        return False
    then = read_toml(folder / SETTINGS)
    differing = [name for name in {**effective, **then} if then.get(name) != effective.get(name)]
    if differing:
        named = ", ".join(
            f"{name} ({_short(then.get(name))} there, {_short(effective.get(name))} now)" for name in differing[:3]
        )
        raise CommandError(
            f"{str(folder)!r} holds a finished result of other settings, {named}: give another --output, or --overwrite."
        )
    if summary.get("corpus", {}).get("state") != corpus.state():
        raise CommandError(
            f"{str(folder)!r} holds a finished result, and the corpus has changed since: give another --output, or --overwrite."
        )
    return True


def _write_vectors(folder: Path, model: Any, settings: Settings) -> list[str]:
    """Write everything that others read; give the names of the files and folders."""
    formats = settings.run["formats"]
    model.wv.save_word2vec_format(str(folder / VECTORS), fvocab=str(folder / VOCABULARY), binary=True)
    written = [VECTORS, VOCABULARY]
    if "word2vec" in formats:
        model.wv.save_word2vec_format(str(folder / "vectors.txt"))
        written.append("vectors.txt")
    if "kv" in formats:
        model.wv.save(str(folder / "vectors.kv"))
        written.append("vectors.kv")
    (folder / MODEL).mkdir(exist_ok=True)
    model.save(str(folder / MODEL / "distilled.model"))
    written.append(MODEL)
    for name in formats:
        if name not in OWN_FORMATS:
            exports = exports_module()
            target = name if exports.EXPORTERS[name].folder else f"{name}{exports.EXPORTERS[name].suffix}"
            exports.export(model, folder / target, name, overwrite=True)
            written.append(target)
    return written


def _summary(
    model: Any, settings: Settings, corpus: Corpus, started: float, warnings: list[str], files: list[str]
) -> dict[str, Any]:
    import gensim
    import numpy

    width, layers = model._teacher_shape
    source = model._teacher_source
    moments = next(iter((model.moments or {}).values()), None)
    return {
        "version": gensim_distill.__version__,
        "finished": datetime.now(timezone.utc).isoformat(timespec="seconds"),
        "seconds": round(time.time() - started, 1),
        "seconds_training": round(model.total_train_time, 1),
        "corpus": {
            "texts": model.corpus_count,
            "words": model.corpus_total_words,
            "empty_texts_left_out": corpus.empty,
            "files": len(corpus.paths),
            "bytes": corpus.bytes,
            "state": corpus.state(),
        },
        "vectors": {
            "words": len(model.wv),
            "width": model.vector_size,
            "contexts_read": None if moments is None else int(moments.counts.sum()),
        },
        "teacher": {"name": source[0] if source else None, "width": width, "layers": layers},
        "objective": type(model.objective).__name__.lower(),
        "solver": model.solver,
        "contexts_per_word": model.contexts_per_word,
        "loss": float(model.running_training_loss) if settings.model.get("compute_loss") else None,
        "warnings": warnings,
        "events": [
            {key: event[key] for key in ("event", "msg", "datetime", "gensim", "texts") if key in event}
            for event in model.lifecycle_events
        ],
        "files": files,
        "made_with": {
            "python": platform.python_version(),
            "platform": platform.platform(),
            "gensim": gensim.__version__,
            "numpy": numpy.__version__,
            **{name: sys.modules[name].__version__ for name in ("torch", "transformers") if name in sys.modules},
        },
    }


def _interrupted(interruption: BaseException, cache: Path) -> CommandError:
    code = ExitCode.TERMINATED if isinstance(interruption, _Terminated) else ExitCode.INTERRUPTED
    texts = checkpoint_texts(cache)
    if not texts:
        return CommandError(
            "interrupted before the teacher had read enough to keep; the same command begins anew.", code
        )
    return CommandError(
        f"interrupted; what was read is kept, {texts:,} texts in {str(cache)!r}: to go on from there, give the same command again.",
        code,
    )


def _remove_checkpoint(cache: Path) -> None:
    """Remove the files of checkpoints, and the folder if nothing else is in it."""
    for path in cache.glob("checkpoint*"):
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink()
    with contextlib.suppress(OSError):
        cache.rmdir()


def _short(value: Any) -> str:
    text = "not given" if value is None else str(value)
    return text if len(text) <= 60 else f"{text[:57]}..."


class _Terminated(KeyboardInterrupt):
    """A request to end that came as SIGTERM, from a scheduler for instance."""


@contextlib.contextmanager
def _terminated_as_interrupted() -> Iterator[None]:
    """Have SIGTERM leave a checkpoint, as Ctrl-C does."""

    def terminate(number: int, frame: Any) -> None:
        raise _Terminated

    try:
        before = signal.signal(signal.SIGTERM, terminate)
    except ValueError:  # not in the main thread, which alone may say what signals do
        yield
        return
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


class _Warnings(logging.Handler):
    """Collects the warnings of a training, for what is said of it later."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.messages: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.messages.append(record.getMessage())

    def __enter__(self) -> None:
        logging.getLogger("gensim_distill").addHandler(self)
        logging.getLogger("gensim").addHandler(self)

    def __exit__(self, *error: object) -> None:
        logging.getLogger("gensim_distill").removeHandler(self)
        logging.getLogger("gensim").removeHandler(self)
