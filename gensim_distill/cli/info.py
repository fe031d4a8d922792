"""``gensim-distill info``: the content of a file or folder."""

from __future__ import annotations

import json as json_module
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any

import typer

from gensim_distill._utils.text import first_line
from gensim_distill._utils.training_folder import CHECKPOINT, SETTINGS, TEXT_ENCODER, model_path, read_summary
from gensim_distill.cli.console import Debug, Json, Quiet, Unpickle, echo, print_json, print_table
from gensim_distill.cli.errors import CommandError
from gensim_distill.cli.info_folders import describe_folder, describe_safetensors, is_export
from gensim_distill.cli.inputs import (
    TEACHER_PREFIX,
    InputKind,
    kind_of,
    load_input,
    load_pickle,
    local_path,
    vectors_of,
)
from gensim_distill.cli.model_options import ALL_OPTIONS
from gensim_distill.cli.run_config import model_settings, read_toml
from gensim_distill.cli.text_encoders import is_saved_encoder
from gensim_distill.cli.training_folder import count_checkpointed_documents, statistics_header

EXAMPLES = (
    "gensim-distill info vectors",
    "gensim-distill info glove.txt.gz --json",
    "gensim-distill info my.model --unpickle",
)

_LONGEST_PATH = 1_000
_MAX_ROWS = 10
_SETTINGS = "settings other than the defaults"
# The rows of a training without --all, in their order; those of an unfinished one are not in a finished one.
_MAIN = (
    "kind", "finished", "checkpoint: documents", "to resume", "vectors: words", "vectors: vector size", "corpus: documents",
    "corpus: words", "teacher: name", "objective", _SETTINGS, "warnings", "bytes",
)  # fmt: skip


def info(
    path: Annotated[str, typer.Argument(help="A file or folder.", metavar="PATH")],
    all: Annotated[bool, typer.Option("--all", "-a", help="Show everything, with all settings.")] = False,
    unpickle: Unpickle = False,
    json: Json = False,
    quiet: Quiet = False,
    debug: Debug = False,
) -> None:
    """Describe a file or folder: vectors, a training, a search, a text encoder, an export, a checkpoint, a gensim model, a teacher.

    Shows what matters most, or with --all and --json everything. Pickles are loaded with --unpickle only.
    """
    about = describe(local_path(path), unpickle)
    if json:
        print_json(about)
        return
    from rich.markup import escape

    rows = flatten(about)
    shown = rows if all else main_rows(about)
    print_table(["", path], [[escape(name), escape(text)] for name, text in shown], left=range(2))
    if len(shown) < len(rows):
        echo("More with --all.", quiet)


def describe(path: str, unpickle: bool = False) -> dict[str, Any]:
    """Return a description of a file or folder.

    Parameters
    ----------
    path : str
    unpickle : bool, optional
        Whether pickles may be loaded.

    Returns
    -------
    dict of str to Any

    Raises
    ------
    CommandError
        If there is nothing, or nothing known.
    """
    kind = kind_of(path)
    if kind in ("teacher", "folder", "safetensors") and not path.startswith(TEACHER_PREFIX):
        found = describe_safetensors(Path(path)) if kind == "safetensors" else None
        if kind == "folder" or is_export(Path(path)):
            found = describe_folder(Path(path))
        if found is not None:
            return found
    describers: dict[InputKind, Callable[[str], dict[str, Any]]] = {
        "training": lambda path: _training(Path(path), unpickle),
        "teacher": _teacher,
        "statistics": _statistics,
        "vectors": _vectors,
        "pickle": _unpickled if unpickle else _pickle,
    }
    if kind not in describers:
        raise CommandError(
            f"{path!r} is a {'folder' if kind == 'folder' else 'file'} of an unknown kind: expected word vectors, the folder of a "
            "training or a search, a text encoder, an export, checkpoints, a gensim model, a file of statistics, or a transformer."
        )
    return describers[kind](path)


def flatten(about: dict[str, Any], prefix: str = "") -> list[tuple[str, str]]:
    """Convert nested values to rows of a table.

    Examples
    --------
    >>> from gensim_distill.cli.info import flatten
    >>> flatten({"vectors": {"words": 12000}, "files": ["a", "b"], "loss": None})
    [('vectors: words', '12,000'), ('files', 'a, b')]
    """
    rows: list[tuple[str, str]] = []
    for name, value in about.items():
        label = f"{prefix}{name}".replace("_", " ")
        if isinstance(value, dict):
            rows += flatten(value, f"{label}: ")
        elif isinstance(value, list):
            rows.append((label, ", ".join(map(str, value)) or "-"))
        elif value is not None:
            rows.append(
                (label, f"{value:,}" if (isinstance(value, int) and not isinstance(value, bool)) else str(value))
            )
    return rows


def main_rows(about: dict[str, Any]) -> list[tuple[str, str]]:
    """Return the rows of a description that matter most: of a training those of `_MAIN`, of anything else the first ten."""
    settings = about.get("settings")
    if not isinstance(settings, dict):
        return flatten(about)[:_MAX_ROWS]
    rows = dict(flatten({name: value for name, value in about.items() if name != "settings"}))
    defaults = {option.name: "none" if option.default is None else option.default for option in ALL_OPTIONS}
    changed = {
        name: value
        for name, value in settings.items()
        if name in defaults and value != defaults[name] and name not in ("teacher", "objective", "vector_size")
    }
    rows[_SETTINGS] = ", ".join(f"{name.replace('_', ' ')} {value}" for name, value in changed.items()) or "-"
    if rows.get("warnings") == "-":
        del rows["warnings"]
    return [(name, rows[name]) for name in _MAIN if name in rows][:_MAX_ROWS]


def _training(folder: Path, unpickle: bool) -> dict[str, Any]:
    summary = read_summary(folder)
    model_settings(folder / SETTINGS)  # raises an error if they are damaged
    settings = read_toml(folder / SETTINGS)
    about: dict[str, Any] = {"kind": "output folder of gensim-distill train", "finished": summary is not None}
    if summary is not None:
        from gensim_distill.vectors.training_vectors import load_training_vectors

        about["vectors"] = {**summary.get("vectors", {}), **_counts(load_training_vectors(folder))}
        about |= {
            name: summary[name]
            for name in (
                "version",
                "finished",
                "seconds",
                "corpus",
                "teacher",
                "objective",
                "solver",
                "loss",
                "warnings",
                "files",
            )
            if name in summary
        }
    else:
        about["checkpoint"] = {"documents": count_checkpointed_documents(folder / CHECKPOINT)}
        about["to_resume"] = f"gensim-distill train --config {folder / SETTINGS} --output {folder}"
    about["settings"] = settings
    about["bytes"] = sum(file.stat().st_size for file in folder.rglob("*") if file.is_file())
    if unpickle and summary is not None:
        about["model"] = _unpickled(str(model_path(folder)))
    return about


def _teacher(path: str) -> dict[str, Any]:
    if path.startswith(TEACHER_PREFIX):
        from gensim_distill.teachers import load_teacher

        teacher = load_teacher(path.removeprefix(TEACHER_PREFIX))
        return {"kind": "teacher", "width": teacher.width, "layers": teacher.num_layers}
    folder = Path(path)
    modules = folder / "modules.json"
    about: dict[str, Any] = {"kind": "transformer, usable as a teacher"}
    if modules.is_file():
        about["kind"] = "sentence transformer, usable as a teacher"
        if not (folder / "config.json").is_file():
            folder = folder / _path_of_first(modules)
    config = _read_json(folder / "config.json")
    if not isinstance(config, dict):
        raise CommandError(
            f"{str(folder / 'config.json')!r} is not the configuration of a transformer: expected an object."
        )
    architectures = config.get("architectures")
    about |= {
        "type": config.get("model_type"),
        "architecture": ", ".join(map(str, architectures)) if isinstance(architectures, list) else None,
        "width": _first(config, "hidden_size", "dim", "n_embd", "d_model"),
        # The embedding layer is layer 0.
        "layers": _plus_one(_first(config, "num_hidden_layers", "n_layers", "n_layer", "num_layers")),
        "tokens_of_the_vocabulary": config.get("vocab_size"),
        "max_length": _first(config, "max_position_embeddings", "n_positions"),
        "fast_tokenizer": (folder / "tokenizer.json").is_file(),
        "bytes": sum(file.stat().st_size for file in Path(path).rglob("*") if file.is_file()),
    }
    return about


def _statistics(path: str) -> dict[str, Any]:
    header = statistics_header(Path(path)) or {}
    reading = header.get("reading")
    about: dict[str, Any] = {
        "kind": "checkpoint of a training" if reading else "statistics of a model, for incremental training",
        "views": header.get("views"),
        "bytes": Path(path).stat().st_size,
    }
    if reading:
        about |= reading
        about["complete"] = header.get("complete")
        about["fingerprint"] = {
            name: value
            for name, value in (header.get("fingerprint") or {}).items()
            if value is None or isinstance(value, (str, int))
        }
    return about


def _vectors(path: str) -> dict[str, Any]:
    vectors = vectors_of(load_input(path))
    about: dict[str, Any] = {
        "kind": "fastText model" if hasattr(vectors, "vectors_ngrams") else "word vectors",
        "words": len(vectors),
        "vector_size": vectors.vector_size,
        **_counts(vectors),
    }
    files = [Path(path)]
    if Path(path).is_dir():
        files = [file for file in Path(path).rglob("*") if file.is_file()]
        if is_saved_encoder(str(Path(path) / TEXT_ENCODER)):
            about["kind"] = "word vectors and text encoder"
    return about | {"bytes": sum(file.stat().st_size for file in files)}


def _pickle(path: str) -> dict[str, Any]:
    beside = sorted(file.name for file in Path(path).parent.glob(f"{Path(path).name}.*"))
    return {
        "kind": "pickle of gensim's save()",
        "files_beside": beside,
        "bytes": Path(path).stat().st_size,
        "note": "Not loaded, since loading a pickle runs the code in it: if you trust the file, use --unpickle.",
    }


def _unpickled(path: str) -> dict[str, Any]:
    loaded = load_pickle(path)
    vectors = getattr(loaded, "wv", loaded)
    about: dict[str, Any] = {"kind": f"{type(loaded).__module__}.{type(loaded).__name__}", "words": len(vectors)}
    about |= {"vector_size": vectors.vector_size, **_counts(vectors)}
    from gensim_distill import DistilledWord2Vec

    if isinstance(loaded, DistilledWord2Vec):
        moments = loaded.learned.moments
        about |= {
            "teacher": loaded.teacher_reference.name,
            "objective": repr(loaded.objective),
            "solver": loaded.solver,
            "trainings": loaded.train_count,
            "documents": loaded.corpus_count,
            "corpus_words": loaded.corpus_total_words,
            "statistics": "none: no incremental training" if moments is None else list(moments),
        }
    about["events"] = [
        str(event.get("msg")) for event in getattr(loaded, "lifecycle_events", None) or [] if event.get("msg")
    ]
    return about


def _counts(vectors: Any) -> dict[str, Any]:
    counts = vectors.expandos.get("count")
    about: dict[str, Any] = {"first_words": vectors.index_to_key[:5]}
    if counts is not None and len(counts):
        about |= {"occurrences": int(counts.sum()), "lowest_count": int(counts.min())}
    return about


def _read_json(path: Path) -> Any:
    try:
        return json_module.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        raise CommandError(f"{str(path)!r} cannot be read ({first_line(error)}).") from error


def _path_of_first(modules: Path) -> str:
    """Return the folder of the first module of a sentence transformer."""
    try:
        path = _read_json(modules)[0]["path"]
    except (LookupError, TypeError):
        path = None
    if not isinstance(path, str) or len(path) > _LONGEST_PATH:
        raise CommandError(
            f"{str(modules)!r} is not a list of modules, each with a path: download or save the model again."
        )
    return path


def _first(config: dict[str, Any], *names: str) -> Any:
    return next((config[name] for name in names if config.get(name) is not None), None)


def _plus_one(number: Any) -> int | None:
    return number + 1 if isinstance(number, int) else None
