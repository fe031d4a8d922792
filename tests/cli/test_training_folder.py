"""The output folder of ``gensim-distill train`` is read safely, and it holds what commands read."""

from __future__ import annotations

import json
import logging
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from cli_runner import LITTLE, messages, run, run_json, write_lines

from gensim_distill.cli.training_folder import count_checkpointed_documents
from gensim_distill.cli.write_result import check_words
from gensim_distill.exports.stored_vectors import StoredVectors
from gensim_distill.vectors import load_vectors

ODD = ["vrai\u202fment", "new york", "", "line\nbreak", "a\u2028b", "tab\tbed", "\u00a0", "nul\0"]


def tokens_in(path: Path) -> Path:
    """Write documents that are lists of tokens, some of which word2vec's formats cannot hold."""
    documents = [["the", "fox", odd, "and", "the", "dog"] for odd in ODD]
    return write_lines(path, *(json.dumps({"text": document}) for document in documents))


@pytest.fixture(scope="module")
def odd_training(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of a training on words that word2vec's formats cannot hold."""
    place = tmp_path_factory.mktemp("odd")
    arguments = ["train", tokens_in(place / "a.jsonl"), "--column", "text", "--teacher", folder, *LITTLE]
    run(*arguments, "-o", place / "out", "--formats", "word2vec,kv,glove")
    return place / "out"


def test_words_that_files_cannot_hold_are_kept_apart(odd_training: Path) -> None:
    from gensim.models import KeyedVectors

    from gensim_distill import DistilledWord2Vec

    words = load_vectors(odd_training).index_to_key
    assert set(words) == {"the", "dog", "and", "fox"}
    for name in ("vectors.txt", "glove.txt"):
        found = KeyedVectors.load_word2vec_format(str(odd_training / name), no_header=name == "glove.txt")
        assert found.index_to_key == words
    model = DistilledWord2Vec.load(str(odd_training / "model" / "distilled.model"))
    assert (
        {*words, *ODD}
        <= set(model.wv.index_to_key)
        == set(KeyedVectors.load(str(odd_training / "vectors.kv")).index_to_key)
    )
    summary = run_json("info", odd_training)
    assert f"only the model has the vectors of {len(ODD)} of {len(ODD) + 4} words" in summary["warnings"][0]
    assert "'line\\nbreak'" in summary["warnings"][0]


@pytest.mark.parametrize(
    "command",
    [["info"], ["neighbors", "fox"], ["evaluate", "--analogies", "none"], ["export", "x", "--format", "glove"]],
)
def test_every_command_reads_the_folder(command: list[str], odd_training: Path, tmp_path: Path) -> None:
    name, *rest = command
    rest = [str(tmp_path / "x") if argument == "x" else argument for argument in rest]
    run(name, odd_training, *rest, "--quiet")


def test_only_words_that_files_cannot_hold_raise_before_the_teacher_reads(folder: Path, tmp_path: Path) -> None:
    corpus = write_lines(tmp_path / "a.jsonl", json.dumps({"text": ODD}))
    arguments = ["train", corpus, "--column", "text", "--teacher", folder, *LITTLE, "-o", tmp_path / "out"]
    message = messages(run(*arguments, code=3))
    assert f"vectors.bin can hold none of the {len(ODD)} words" in message and "--word-splitter" in message
    assert not list(tmp_path.rglob("vectors*")) and not list(tmp_path.rglob("checkpoint-*"))


def test_ordinary_words_are_not_kept_apart(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING):
        check_words(["rain", "größe", "雨", "\u200d", "a-b", "'"], ["word2vec", "glove"])
    assert not caplog.records


def test_numbers_with_narrow_spaces_are_no_warning(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO):
        check_words(["euros", "10\u202f000", "1\u202f250,50"], ["word2vec"])
    assert [record.levelname for record in caplog.records] == ["INFO"]
    assert "only the model has the vectors of 2 of 3 words" in caplog.text
    with caplog.at_level(logging.WARNING):
        check_words(["euros", "10\u202f000", "a\u202fb"], ["word2vec"])
    assert caplog.records[-1].levelname == "WARNING"


@pytest.mark.parametrize("name", ["fasttext", "fasttext-binary", "spacy", "nonsense"])
def test_formats_that_cannot_be_written_raise_before_training(name: str, text_file: Path, tmp_path: Path) -> None:
    from gensim_distill.exports import EXPORTERS

    if name == "spacy":
        pytest.importorskip("spacy")
    code = 2 if name not in EXPORTERS else 3
    message = messages(
        run("train", text_file, "--teacher", tmp_path / "none", "-o", tmp_path / "out", "--formats", name, code=code)
    )
    assert ("--formats" in message) == (code == 2) and ("--teacher" in message) == (code == 3)


def test_text_format_that_cannot_find_the_words_raises_before_training(text_file: Path, tmp_path: Path) -> None:
    arguments = ["--teacher", tmp_path / "none", "--key", "builtins:str.upper", "--formats", "sentence-transformers"]
    error = messages(run("train", text_file, *arguments, "-o", tmp_path / "out", code=2))
    assert error.startswith(
        "gensim-distill: --formats 'sentence-transformers' does not take the vectors of this training"
    )
    assert "set --option lowercase=true or --option lowercase=false" in error
    assert not (tmp_path / "out").exists()


# --- damaged folders ---------------------------------------------------------------------------


def changed(name: str, change: Callable[[bytes], bytes]) -> tuple[str, Callable[[Path], None]]:
    def damage(folder: Path) -> None:
        (folder / name).write_bytes(change((folder / name).read_bytes()))

    return name, damage


def summary(**values: Any) -> tuple[str, Callable[[Path], None]]:
    return changed("training.json", lambda content: json.dumps(json.loads(content) | values).encode())


def setting(line: str) -> tuple[str, Callable[[Path], None]]:
    name = line.partition(" ")[0].encode()
    return changed(
        "settings.toml",
        lambda content: (
            b"\n".join(row for row in content.splitlines() if not row.startswith(name + b" ")) + f"\n{line}\n".encode()
        ),
    )


DAMAGES = [
    changed("vectors.bin", lambda content: b""),
    changed("vectors.bin", lambda content: content[:-1]),
    changed("vectors.bin", lambda content: content[:7]),
    changed("vectors.bin", lambda content: b"20000000 96" + content[5:]),
    changed("vectors.bin", lambda content: b"9" * 400 + b" 3\n"),
    changed("vectors.bin", lambda content: b"999999999999999 999999999\n"),
    changed("vectors.bin", lambda content: b"0 0\n"),
    changed("vectors.bin", lambda content: b"-1 32\n" + content[6:]),
    changed("vectors.bin", lambda content: "²2 32\n".encode()),
    changed("vectors.bin", lambda content: b"\x80\x04" + content),
    changed("vocabulary.txt", lambda content: b""),
    changed("vocabulary.txt", lambda content: content[:-4]),
    changed("vocabulary.txt", lambda content: content + b"more 3\n"),
    changed("vocabulary.txt", lambda content: b"\xff" + content),
    changed("vocabulary.txt", lambda content: content.replace(b" 7", b" -7")),
    changed("vocabulary.txt", lambda content: content.replace(b" 7", b" many")),
    changed("vocabulary.txt", lambda content: content.replace(b" 7", b" " + b"9" * 5000)),
    changed("vocabulary.txt", lambda content: b"\n".join(reversed(content.splitlines()))),
    changed("training.json", lambda content: b""),
    changed("training.json", lambda content: b"[]"),
    changed("training.json", lambda content: b"3"),
    changed("training.json", lambda content: b"[" * 100_000),
    changed("training.json", lambda content: b"\xff\xfe"),
    changed("training.json", lambda content: content[:-9]),
    changed("training.json", lambda content: content.replace(b"32", b"9" * 5000)),
    summary(vectors=None),
    summary(vectors=[]),
    summary(vectors={"words": "many"}),
    summary(corpus=3),
    summary(corpus={"documents": [5]}),
    summary(corpus={"documents": -5}),
    summary(corpus={"words": 1e300}),
    summary(teacher=["x"]),
    summary(teacher={"name": 3, "width": 32, "layers": 4}),
    summary(teacher={"name": "x", "width": "32", "layers": 4}),
    summary(events={"a": 1}),
    summary(events=["a"]),
    summary(events=[{"event": 3}]),
    summary(contexts_per_word="some"),
    summary(loss="low"),
    summary(warnings="none"),
    summary(warnings=[{}]),
    summary(files=None),
    summary(version=["1"]),
    summary(seconds=True),
    setting("wv = 3"),
    setting("__class__ = 'x'"),
    setting("objective = 3"),
    setting("objective = ['hybrid']"),
    setting("min_count = 'many'"),
    setting("formats = 3"),
    setting("teacher = 3"),
    changed("settings.toml", lambda content: b""),
    changed("settings.toml", lambda content: content[: content.index(b"objective")]),
    changed("settings.toml", lambda content: b"x = " + b"[" * 100_000),
    changed("settings.toml", lambda content: content + b"x = " + b"9" * 5000),
    changed("settings.toml", lambda content: content + b"\xff"),
    changed("settings.toml", lambda content: content + b"seed = 1\nseed = 2\n"),
    changed("settings.toml", lambda content: content + b"x = 1979-99-99\n"),
]  # fmt: skip


@pytest.fixture(scope="module")
def whole(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of a training."""
    place = tmp_path_factory.mktemp("whole")
    text = write_lines(place / "text.txt", *["The fox and the dog.", "The dog and the hen. The"] * 2)
    run("train", text, "--teacher", folder, *LITTLE, "-o", place / "out", "--quiet")
    text = (place / "out" / "vocabulary.txt").read_text(encoding="utf-8")
    (place / "out" / "vocabulary.txt").write_text(text.replace("the 10", "the 7"), encoding="utf-8")
    return place / "out"


@pytest.mark.parametrize("number", range(len(DAMAGES)))
@pytest.mark.parametrize("command", ["info", "neighbors"])
def test_damaged_folders_are_one_sentence(command: str, number: int, whole: Path, tmp_path: Path) -> None:
    name, damage = DAMAGES[number]
    damaged = tmp_path / "damaged"
    shutil.copytree(whole, damaged)
    damage(damaged)
    result = run(command, damaged, *(["the"] if command == "neighbors" else []), code=3)
    assert name in messages(result) and len(messages(result)) < 700 and len(messages(result).splitlines()) == 1
    assert not result.stdout


def test_missing_files_of_a_folder(whole: Path, tmp_path: Path) -> None:
    for name in ("vectors.bin", "vocabulary.txt"):
        part = tmp_path / name
        shutil.copytree(whole, part)
        (part / name).unlink()
        assert f"has no {name}" in messages(run("neighbors", part, "the", code=3))
    unfinished = tmp_path / "unfinished"
    shutil.copytree(whole, unfinished)
    (unfinished / "training.json").unlink()
    assert "is not finished" in messages(run("neighbors", unfinished, "the", code=3))
    assert StoredVectors(whole).wv.get_vecattr("the", "count") == 7


@pytest.mark.parametrize(
    "header", [[], {"__metadata__": 3}, {"__metadata__": {"format": "gensim-distill moments 1", "about": "[]", "views": "[]"}},
               {"__metadata__": {"format": "gensim-distill moments 1", "about": '{"reading": 3}', "views": "[]"}},
               {"__metadata__": {"format": "gensim-distill moments 1", "about": '{"reading": {"texts": "5"}}', "views": "[]"}}]
)  # fmt: skip
def test_damaged_checkpoints_have_no_documents(header: Any, tmp_path: Path) -> None:
    text = json.dumps(header).encode()
    (tmp_path / "checkpoint-1.safetensors").write_bytes(len(text).to_bytes(8, "little") + text)
    assert count_checkpointed_documents(tmp_path) == 0
    (tmp_path / "checkpoint-1.safetensors").write_bytes((10**5).to_bytes(8, "little") + b"[" * 10**5)
    assert count_checkpointed_documents(tmp_path) == 0
