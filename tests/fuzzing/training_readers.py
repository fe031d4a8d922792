"""Readers of models, statistics, checkpoints, output folders of trainings, and teachers."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from fuzzing.reader import Reader, trusted
from fuzzing.vector_readers import content_of

_TEXTS = [
    "the quick brown fox jumps over the lazy dog",
    "the dog sleeps and the fox runs away",
    "cats and dogs and hens 12",
]


def _texts(variant: int) -> list[list[str]]:
    return [text.split() for text in (_TEXTS if not variant else [*_TEXTS[::-1], "an owl eats a fox"])]


@cache
def _bert() -> tuple[Any, Any]:
    from tiny import tiny_bert

    return tiny_bert(_TEXTS, hidden_size=16, num_attention_heads=2, intermediate_size=16)


@cache
def _model(variant: int) -> Any:
    from gensim_distill import DistilledWord2Vec, load_teacher

    teacher = load_teacher(_bert(), device="cpu", dtype="float32")
    return DistilledWord2Vec(
        _texts(variant), teacher=teacher, min_count=1, objective="aggregate", contexts_per_word=None, progress=False
    )


# --- models --------------------------------------------------------------------------------------


def _saved_model(name: str, **how: Any) -> Callable[[Path, int], None]:
    return lambda folder, variant: _model(variant).save(folder / name, **how)


def _read_model(name: str) -> Callable[[Path], Any]:
    def read(folder: Path) -> Any:
        from gensim_distill import DistilledWord2Vec

        model = DistilledWord2Vec.load(folder / name)
        moments = model.learned.moments or {}
        return [content_of(model.wv), {view: [sums.counts, sums.sums] for view, sums in moments.items()}]

    return read


# --- statistics and checkpoints ------------------------------------------------------------------


def _moments(variant: int) -> Any:
    from random_moments import moments_of, random_batch

    return {name: moments_of([random_batch(variant + number)]) for number, name in enumerate(("text.0+6", "a/b"))}


def _make_statistics(folder: Path, variant: int) -> None:
    from random_moments import VOCABULARY_SIZE, WIDTH, random_batch

    from gensim_distill.statistics.moments_file import save_moments
    from gensim_distill.statistics.text_store import TextStore

    texts = TextStore(WIDTH, [str(word) for word in range(VOCABULARY_SIZE)])
    for number in range(4):
        texts.add(random_batch(100 * variant + number))
    save_moments(_moments(variant), folder / "some.safetensors", texts=texts, words=5 + variant, teacher="bert")


def _arrays(moments: Any) -> Any:
    return {name: vars(sums) for name, sums in moments.items()}


def _read_statistics(folder: Path) -> Any:
    from gensim_distill.cli.info import describe, flatten
    from gensim_distill.statistics.moments_file import load_statistics

    moments, texts, about = load_statistics(folder / "some.safetensors")
    flatten(describe(str(folder / "some.safetensors")))
    return [_arrays(moments), texts and texts.to_arrays(), about]


def _describe_statistics(folder: Path) -> Any:
    from gensim_distill.cli.info import describe, flatten

    return flatten(describe(str(folder / "some.safetensors")))


def _checkpoint(folder: Path) -> Any:
    from gensim_distill.contexts.views import View
    from gensim_distill.statistics.checkpoint import Checkpoint
    from gensim_distill.statistics.corpus_statistics import CorpusStatistics

    views = [View((0,), "token"), View((0,), "summary")]
    statistics = CorpusStatistics.empty(views, 5, 3, [str(word) for word in range(5)])
    return Checkpoint(statistics, folder / "cache", fingerprint={"teacher": "bert", "words": 5}, contexts=1_000)


def _make_checkpoint(writes: int) -> Callable[[Path, int], None]:
    def make(folder: Path, variant: int) -> None:
        from random_moments import random_batch

        for write in range(writes):
            with _checkpoint(folder) as checkpoint:
                documents = [[str(number)] for number in range(2 + write)]
                for document in checkpoint.skip_processed(documents):
                    batch = random_batch(10 * variant + int(document[0]), occurrences=4)
                    checkpoint.add({"token.0": batch, "summary.0": batch})
                checkpoint.end_of_corpus()

    return make


def _read_checkpoint(folder: Path) -> Any:
    with _checkpoint(folder) as checkpoint:
        contexts = [[document.words, document.rows, document.contexts] for document in checkpoint.store]
        texts = checkpoint.statistics.texts
        moments = _arrays(checkpoint.statistics.moments)
        return [checkpoint.statistics.documents, moments, texts and texts.to_arrays(), contexts]


def _remove_newest(folder: Path) -> None:
    (folder / "cache" / "checkpoint-1.safetensors").unlink()


def _kept_statistics(folder: Path, variant: int) -> Any:
    """Return statistics of a folder, which are collected if it has none, or damaged ones."""
    from random_moments import VOCABULARY_SIZE, WIDTH, random_batch

    from gensim_distill.contexts.views import View
    from gensim_distill.statistics.cache import StatisticsFolder
    from gensim_distill.statistics.corpus_statistics import CorpusStatistics

    def collect() -> CorpusStatistics:
        statistics = CorpusStatistics.empty([View((0,), "token")], VOCABULARY_SIZE, WIDTH)
        statistics.add({"token.0": random_batch(variant)})
        return statistics

    return StatisticsFolder(folder / "kept").get("a", collect)


def _read_kept_statistics(folder: Path) -> Any:
    moments = _kept_statistics(folder, 0).moments
    return {name: [own.counts, own.sums, own.total, int(own.total_count)] for name, own in moments.items()}


# --- output folders ------------------------------------------------------------------------------


def _make_training(folder: Path, variant: int) -> None:
    from cli_runner import LITTLE, run, write_lines

    for part in _bert():
        part.save_pretrained(folder / "teacher")
    write_lines(folder / "corpus.txt", *map(" ".join, _texts(variant)))
    run("train", folder / "corpus.txt", "--teacher", folder / "teacher", *LITTLE, "-o", folder / "out", "--quiet")
    (folder / "corpus.txt").unlink()
    for path in (folder / "teacher").iterdir():
        path.unlink()
    (folder / "teacher").rmdir()
    for name in ("settings.toml", "training.json"):
        path = folder / "out" / name
        path.write_text(path.read_text(encoding="utf-8").replace(str(folder), "/nowhere"), encoding="utf-8")


def _read_training(folder: Path) -> Any:
    from gensim_distill.cli.info import describe, flatten
    from gensim_distill.cli.inputs import load_input
    from gensim_distill.cli.output_folder import own_files
    from gensim_distill.cli.text_encoders import load_encoder
    from gensim_distill.exports.provenance import provenance_of
    from gensim_distill.report.model_facts import collect_facts
    from gensim_distill.report.word_map import WordMap

    about = describe(str(folder / "out"))
    about.pop("bytes")
    flatten(about)
    own_files(folder / "out")
    loaded = load_input(str(folder / "out"))
    provenance_of(loaded)
    none = np.zeros((0, 2))
    empty_map = WordMap([], none, None, none, none, none, [], len(loaded.wv), 0)
    collect_facts(loaded, loaded.wv, empty_map)
    settings = about.pop("settings")
    vectors_of_texts = load_encoder(str(folder / "out")).encode(["the lazy dog", "unknown"])
    return [vectors_of_texts, content_of(loaded.wv), settings.get("objective"), about["vectors"]]


def _make_interrupted(folder: Path, variant: int) -> None:
    _make_checkpoint(2)(folder, variant)
    (folder / "cache").rename(folder / "checkpoint")
    (folder / "settings.toml").write_text(
        f'# The settings of gensim-distill\n\ncorpus = ["a"]\nteacher = "b"\nobjective = "hybrid"\nseed = {variant}\n',
        encoding="utf-8",
    )


def _read_interrupted(folder: Path) -> Any:
    from gensim_distill.cli.info import describe, flatten

    about = describe(str(folder))
    about.pop("bytes")
    return [text for name, text in flatten(about) if name != "to resume"]


# --- teachers ------------------------------------------------------------------------------------


def _make_teacher(family: str, weights: str = "safetensors", module: str = "") -> Callable[[Path, int], None]:
    def make(folder: Path, variant: int) -> None:
        import torch
        from tiny_models import tiny, tiny_model

        tokenizer = tiny(family)[1]
        model = tiny_model(family, tokenizer, seed=variant)
        target = folder / "teacher" / module
        tokenizer.save_pretrained(target)
        model.save_pretrained(target, **({"max_shard_size": "15KB"} if weights == "shards" else {}))
        if weights == "pytorch":
            (target / "model.safetensors").unlink()
            torch.save(model.state_dict(), target / "pytorch_model.bin")
        if module:
            modules = [{"idx": 0, "name": "0", "path": module, "type": "sentence_transformers.models.Transformer"}]
            (folder / "teacher" / "modules.json").write_text(json.dumps(modules), encoding="utf-8")

    return make


def _make_head(folder: Path, variant: int) -> None:
    """Write a sentence transformer whose transformer is left out, since other readers damage it."""
    import torch
    from sentence_transformer_models import write_head

    generator = torch.Generator().manual_seed(variant)
    weights = {"linear.weight": torch.randn(3, 4, generator=generator), "linear.bias": torch.ones(3)}
    norm = {"norm.weight": torch.randn(3, generator=generator), "norm.bias": torch.zeros(3)}
    write_head(
        folder / "teacher",
        ("Pooling", {"word_embedding_dimension": 4, "pooling_mode_cls_token": True}, None),
        ("Dense", {"in_features": 4, "out_features": 3, "activation_function": "torch.nn.ReLU"}, weights),
        ("LayerNorm", {"dimension": 3}, norm),
        ("Normalize", None, None),
    )
    torch.save(norm, folder / "teacher" / "3_LayerNorm" / "pytorch_model.bin")
    (folder / "teacher" / "3_LayerNorm" / "model.safetensors").unlink()


def _read_head(folder: Path) -> Any:
    from gensim_distill.teachers.text_head_files import read_text_head

    head = read_text_head(str(folder / "teacher"))
    head.check_width(4, f"teacher={str(folder / 'teacher')!r}")
    return [repr(head), head.transform(np.eye(4))]


def _read_teacher(folder: Path) -> Any:
    from gensim_distill import load_teacher

    teacher = load_teacher(folder / "teacher", device="cpu", dtype="float32")
    states = [[batch.texts, batch.starts, np.asarray(batch.states[0])] for batch in teacher.read(_TEXTS, [0])]
    return [teacher.width, teacher.num_layers, states]


def _describe_teacher(folder: Path) -> Any:
    from gensim_distill.cli.info import describe, flatten

    return [pair for pair in flatten(describe(str(folder / "teacher"))) if pair[0] != "bytes"]


TRAINING_READERS = [
    trusted("model", _saved_model("some.model"), _read_model("some.model")),
    trusted("model with arrays apart", _saved_model("some.model", sep_limit=0), _read_model("some.model")),
    trusted("model .gz", _saved_model("some.model.gz"), _read_model("some.model.gz")),
    Reader("statistics", _make_statistics, _read_statistics, checked=True),
    Reader("folder of statistics", _kept_statistics, _read_kept_statistics, checked=True),
    Reader("header of statistics", _make_statistics, _describe_statistics),
    Reader("checkpoint", _make_checkpoint(1), _read_checkpoint, checked=True, also_right=_remove_newest),
    Reader(
        "checkpoint with a previous one", _make_checkpoint(2), _read_checkpoint, checked=True, also_right=_remove_newest
    ),
    Reader("training", _make_training, _read_training),
    Reader("interrupted training", _make_interrupted, _read_interrupted),
    Reader("teacher bert", _make_teacher("bert"), _read_teacher),
    Reader("teacher xlm-roberta in shards", _make_teacher("xlm-roberta", "shards"), _read_teacher),
    Reader("teacher gpt2 in a pickle", _make_teacher("gpt2", "pytorch"), _read_teacher),
    Reader("teacher sentence-transformers", _make_teacher("bert", module="0_Transformer"), _read_teacher),
    Reader("text head of a teacher", _make_head, _read_head),
    Reader("description of a teacher", _make_teacher("bert", module="0_Transformer"), _describe_teacher),
]
