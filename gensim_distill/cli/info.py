"""``gensim-distill info``: what is in a file or folder."""

from __future__ import annotations

import json as json_module
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any

import typer

from gensim_distill._utils.validation import is_whole
from gensim_distill.cli.console import CommandError, Debug, Json, Quiet, Unpickle, print_json, print_table
from gensim_distill.cli.inputs import (
    CHECKPOINT,
    SETTINGS,
    TEACHER_PREFIX,
    checkpoint_texts,
    kind_of,
    load_pickle,
    load_source,
    moments_header,
    read_summary,
    training_vectors,
)
from gensim_distill.cli.run_config import read_toml

EXAMPLES = (
    "gensim-distill info vectors",
    "gensim-distill info glove.txt.gz --json",
    "gensim-distill info my.model --unpickle",
)


def info(
    path: Annotated[str, typer.Argument(help="A file or folder.", metavar="PATH")],
    unpickle: Unpickle = False,
    json: Json = False,
    quiet: Quiet = False,
    debug: Debug = False,
) -> None:
    """Tell what is in a file or folder: vectors, a training, a gensim model, statistics, a teacher.

    Nothing is unpickled unless you say so.
    """
    about = describe(path, unpickle)
    if json:
        print_json(about)
        return
    from rich.markup import escape

    print_table(["", path], [[escape(name), escape(text)] for name, text in flat(about)], numbers=False)


def describe(path: str, unpickle: bool = False) -> dict[str, Any]:
    """Tell what is at a path, as a mapping of names to values.

    Raises
    ------
    CommandError
        If there is nothing, or nothing that is known.
    """
    kind = kind_of(path)
    describers: dict[str, Callable[[str], dict[str, Any]]] = {
        "training": lambda path: _training(Path(path), unpickle),
        "teacher": _teacher,
        "moments": _moments,
        "vectors": _vectors,
        "pickle": _unpickled if unpickle else _pickle,
    }
    if kind not in describers:
        raise CommandError(
            f"{path!r} is a {'folder' if kind == 'folder' else 'file'} of no kind that is known here: expected word vectors, the "
            "folder of a training, a gensim model, a file of statistics, or a transformer."
        )
    return describers[kind](path)


def flat(about: dict[str, Any], prefix: str = "") -> list[tuple[str, str]]:
    """Give nested values as rows of a table."""
    rows: list[tuple[str, str]] = []
    for name, value in about.items():
        label = f"{prefix}{name}".replace("_", " ")
        if isinstance(value, dict):
            rows += flat(value, f"{label}: ")
        elif isinstance(value, list):
            rows.append((label, ", ".join(map(str, value)) or "-"))
        elif value is not None:
            rows.append((label, f"{value:,}" if is_whole(value) else str(value)))
    return rows


def _training(folder: Path, unpickle: bool) -> dict[str, Any]:
    summary = read_summary(folder)
    settings = read_toml(folder / SETTINGS)
    about: dict[str, Any] = {"kind": "output folder of gensim-distill train", "finished": summary is not None}
    if summary is not None:
        about["vectors"] = {**summary["vectors"], **_counts(training_vectors(folder))}
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
        about["checkpoint"] = {"texts": checkpoint_texts(folder / CHECKPOINT)}
        about["to_go_on"] = f"gensim-distill train --config {folder / SETTINGS} --output {folder}"
    about["settings"] = settings
    about["bytes"] = sum(file.stat().st_size for file in folder.rglob("*") if file.is_file())
    if unpickle and summary is not None:
        about["model"] = _unpickled(str(folder / "model" / "distilled.model"))
    return about


def _teacher(path: str) -> dict[str, Any]:
    if path.startswith(TEACHER_PREFIX):
        from gensim_distill.teachers import load_teacher

        teacher = load_teacher(path.removeprefix(TEACHER_PREFIX))
        return {"kind": "teacher", "width": teacher.width, "layers": teacher.num_layers}
    folder = Path(path)
    modules = folder / "modules.json"
    about: dict[str, Any] = {"kind": "transformer, which can be a teacher"}
    if modules.is_file():
        about["kind"] = "sentence transformer, which can be a teacher"
        if not (folder / "config.json").is_file():
            folder = folder / str(_read_json(modules)[0]["path"])
    config = _read_json(folder / "config.json")
    about |= {
        "type": config.get("model_type"),
        "architecture": ", ".join(config.get("architectures") or []) or None,
        "width": _first(config, "hidden_size", "dim", "n_embd", "d_model"),
        # The embedding layer counts, as everywhere in this package.
        "layers": _plus_one(_first(config, "num_hidden_layers", "n_layers", "n_layer", "num_layers")),
        "subwords": config.get("vocab_size"),
        "longest_text_in_subwords": _first(config, "max_position_embeddings", "n_positions"),
        "fast_tokenizer": (folder / "tokenizer.json").is_file(),
        "bytes": sum(file.stat().st_size for file in Path(path).rglob("*") if file.is_file()),
    }
    return about


def _moments(path: str) -> dict[str, Any]:
    header = moments_header(Path(path)) or {}
    reading = header.get("reading")
    about: dict[str, Any] = {
        "kind": "checkpoint of a training" if reading else "statistics of a model, needed to train on",
        "views": header.get("views"),
        "bytes": Path(path).stat().st_size,
    }
    if reading:
        about |= reading
        about["complete"] = header.get("complete")
        about["made_with"] = {
            name: value
            for name, value in (header.get("fingerprint") or {}).items()
            if value is None or isinstance(value, (str, int))
        }
    return about


def _vectors(path: str) -> dict[str, Any]:
    vectors = load_source(path)
    return {
        "kind": "fastText model" if hasattr(vectors, "vectors_ngrams") else "word vectors",
        "words": len(vectors),
        "width": vectors.vector_size,
        **_counts(vectors),
        "bytes": Path(path).stat().st_size,
    }


def _pickle(path: str) -> dict[str, Any]:
    beside = sorted(file.name for file in Path(path).parent.glob(f"{Path(path).name}.*"))
    return {
        "kind": "pickle, as gensim's save() writes",
        "files_beside": beside,
        "bytes": Path(path).stat().st_size,
        "note": "It was not opened, since reading a pickle runs the code in it: if you made it yourself, give --unpickle.",
    }


def _unpickled(path: str) -> dict[str, Any]:
    loaded = load_pickle(path)
    vectors = getattr(loaded, "wv", loaded)
    about: dict[str, Any] = {"kind": f"{type(loaded).__module__}.{type(loaded).__name__}", "words": len(vectors)}
    about |= {"width": vectors.vector_size, **_counts(vectors)}
    if hasattr(loaded, "moments"):
        source = loaded._teacher_source
        about |= {
            "teacher": source[0] if source else None,
            "objective": repr(loaded.objective),
            "solver": loaded.solver,
            "trainings": loaded.train_count,
            "texts": loaded.corpus_count,
            "corpus_words": loaded.corpus_total_words,
            "statistics": "left behind, so that it cannot be trained on"
            if loaded.moments is None
            else list(loaded.moments),
        }
    about["events"] = [
        str(event.get("msg")) for event in getattr(loaded, "lifecycle_events", None) or [] if event.get("msg")
    ]
    return about


def _counts(vectors: Any) -> dict[str, Any]:
    counts = vectors.expandos.get("count")
    about: dict[str, Any] = {"first_words": vectors.index_to_key[:5]}
    if counts is not None and len(counts):
        about |= {"occurrences": int(counts.sum()), "rarest_word_occurs": int(counts.min())}
    return about


def _read_json(path: Path) -> Any:
    try:
        return json_module.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise CommandError(f"{str(path)!r} cannot be read: {error}.") from error


def _first(config: dict[str, Any], *names: str) -> Any:
    return next((config[name] for name in names if config.get(name) is not None), None)


def _plus_one(number: Any) -> int | None:
    return number + 1 if isinstance(number, int) else None
