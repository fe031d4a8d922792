"""Trainings that are interrupted: going on, refusing what is of another training, and losing nothing."""

from __future__ import annotations

import errno
import logging
import os
import random
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import torch
from conftest import CORPUS
from filelock import FileLock
from hypothesis import given
from hypothesis import strategies as st
from safetensors import SafetensorError
from tiny import ListeningTeacher, tiny_bert

from gensim_distill import DistilledWord2Vec, StateBatch
from gensim_distill.statistics import checkpoint, moments_file
from gensim_distill.statistics.corpus_statistics import CorpusStatistics
from gensim_distill.statistics.fingerprint import hash_of
from gensim_distill.statistics.moments import Moments
from gensim_distill.statistics.moments_file import load_moments, save_moments
from gensim_distill.teachers import identity

# Several chunks, of about two texts each, with a teacher of batch_tokens=1.
TEXTS = [list(text) for text in CORPUS * 3]
STRINGS = {" ".join(text).replace("_", " ") for text in TEXTS}
NEWEST, PREVIOUS = "checkpoint-1.safetensors", "checkpoint-1.safetensors.previous"


class Interrupting(ListeningTeacher):
    """A teacher that is interrupted when it has read so many texts."""

    def __init__(self, *args: Any, **settings: Any) -> None:
        super().__init__(*args, **settings)
        self.last = 1_000_000
        self.begins: list[int] = []

    def read(self, texts: Any, layers: Any) -> Any:
        if texts == [identity._PROBE]:
            return super(ListeningTeacher, self).read(texts, layers)
        self.begins.append(len(self.heard))
        if len(self.heard) >= self.last:
            raise KeyboardInterrupt
        return super().read(texts, layers)


@pytest.fixture
def make_teacher(bert: tuple[Any, Any]) -> Callable[..., Interrupting]:
    def make(last: int = 1_000_000, parts: Any = bert, **settings: Any) -> Interrupting:
        teacher = Interrupting(*parts, **({"device": "cpu", "dtype": "float32", "batch_tokens": 1} | settings))
        teacher.last = last
        return teacher

    return make


@pytest.fixture
def always(monkeypatch: pytest.MonkeyPatch) -> None:
    """Write a checkpoint after each chunk."""
    monkeypatch.setattr(checkpoint, "INTERVAL", 0.0)
    monkeypatch.setattr(checkpoint, "PAUSE", 0.0)


def distill(corpus: Any, teacher: Any, **settings: Any) -> DistilledWord2Vec:
    return DistilledWord2Vec(
        corpus, teacher=teacher, **({"min_count": 1, "progress": False, "contexts_per_word": None} | settings)
    )


def interrupt(corpus: Any, teacher: Any, folder: Path, **settings: Any) -> None:
    with pytest.raises(KeyboardInterrupt):
        distill(corpus, teacher, cache_dir=folder, **settings)


def assert_identical(a: DistilledWord2Vec, b: DistilledWord2Vec) -> None:
    assert a.wv.index_to_key == b.wv.index_to_key
    assert a.wv.vectors.tobytes() == b.wv.vectors.tobytes()
    assert moments_file.checksum(a.moments or {}) == moments_file.checksum(b.moments or {})
    assert a.train_count == b.train_count


# --- going on ----------------------------------------------------------------------------------


SETTINGS: dict[str, dict[str, Any]] = {
    "hybrid": {},
    "aggregate": {"objective": "aggregate", "layers": [0, 2], "context": 2},
    "x2static": {"objective": "x2static", "context": "sentence"},
    "chosen texts": {"contexts_per_word": 3},
    # One worker: more take their steps in the order in which they come to them.
    "gradient descent": {"objective": "x2static", "solver": "sgd", "sample": 0, "epochs": 2, "workers": 1},
}


@pytest.mark.parametrize("part", [0.0, 0.2, 0.5, 0.8, 0.99])
@pytest.mark.parametrize("kind", SETTINGS)
def test_an_interrupted_training_ends_with_the_vectors_of_one_that_was_not(
    make_teacher: Any, tmp_path: Path, kind: str, part: float
) -> None:
    whole = make_teacher()
    expected = distill(TEXTS, whole, **SETTINGS[kind])
    calls = len(whole.begins)
    first, second = make_teacher(whole.begins[max(1, int(part * calls))]), make_teacher()
    interrupt(TEXTS, first, tmp_path, **SETTINGS[kind])
    assert_identical(distill(TEXTS, second, cache_dir=tmp_path, **SETTINGS[kind]), expected)
    # Nothing is read twice but words alone.
    in_corpus = [[text for text in teacher.heard if text in STRINGS] for teacher in (first, second, whole)]
    assert in_corpus[0] + in_corpus[1] == in_corpus[2]
    assert in_corpus[0]


@pytest.mark.parametrize("seed", range(3))
def test_it_may_be_interrupted_again_and_again(make_teacher: Any, tmp_path: Path, seed: int) -> None:
    raw = [" ".join(text) for text in TEXTS]
    chance = random.Random(seed)
    interruptions, model = 0, None
    while model is None:
        try:
            model = distill(raw, make_teacher(chance.randrange(1, 8)), cache_dir=tmp_path, objective="x2static")
        except KeyboardInterrupt:
            interruptions += 1
    assert interruptions > 2
    assert_identical(model, distill(raw, make_teacher(), objective="x2static"))


def test_it_may_be_the_corpus_that_fails_and_texts_read_ahead_are_read_again(make_teacher: Any, tmp_path: Path) -> None:
    def broken(after: int) -> Iterator[list[str]]:
        yield from TEXTS[:after]
        raise OSError("the disk is gone")

    expected = DistilledWord2Vec(teacher=make_teacher(), min_count=1)
    expected.build_vocab(TEXTS)
    expected.train(iter(TEXTS))
    for after in (7, 13, 21):
        model = DistilledWord2Vec(teacher=make_teacher(), min_count=1, cache_dir=tmp_path / str(after))
        model.build_vocab(TEXTS)
        with pytest.raises(OSError, match="the disk is gone"):
            model.train(broken(after))
        again = DistilledWord2Vec(teacher=make_teacher(), min_count=1, cache_dir=tmp_path / str(after))
        again.build_vocab(TEXTS)
        words = again.train(iter(TEXTS))
        assert words == (sum(map(len, TEXTS)), sum(map(len, TEXTS)))
        assert_identical(again, expected)


@pytest.mark.parametrize("call", [2, 8, 17])
def test_sums_to_which_a_text_was_half_added_are_not_kept(
    make_teacher: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, call: int
) -> None:
    expected = distill(TEXTS, make_teacher())
    add, calls = Moments.add, iter(range(1_000_000))

    def half(self: Moments, batch: Any) -> None:
        if next(calls) == call:
            self.total += 1.0  # it has begun
            raise KeyboardInterrupt
        add(self, batch)

    with monkeypatch.context() as patch:
        patch.setattr(Moments, "add", half)
        interrupt(TEXTS, make_teacher(), tmp_path)
    assert_identical(distill(TEXTS, make_teacher(), cache_dir=tmp_path), expected)


def test_a_training_that_was_complete_needs_no_teacher(make_teacher: Any, tmp_path: Path) -> None:
    expected = distill(TEXTS, make_teacher(), cache_dir=tmp_path)
    idle = make_teacher()
    assert_identical(distill(TEXTS, idle, cache_dir=tmp_path), expected)
    # What is made of the sums may change.
    shorter = distill(TEXTS, idle, cache_dir=tmp_path, vector_size=7, progress=None, workers=1, seed=9)
    assert shorter.wv.vectors.tobytes() == distill(TEXTS, make_teacher(), vector_size=7, seed=9).wv.vectors.tobytes()
    assert idle.heard == []


@pytest.mark.parametrize("part", [0.0, 0.3, 0.99])
def test_a_script_that_trains_twice_goes_on_wherever_it_was(make_teacher: Any, tmp_path: Path, part: float) -> None:
    more = [["the", "owl", "sees", "the", "fox"], ["a", "lazy", "owl", "sleeps"], ["the", "dog", "barks"]] * 3

    def script(first: Any, second: Any, **settings: Any) -> DistilledWord2Vec:
        model = distill(TEXTS, first, **settings)
        model.build_vocab(more, update=True)
        model.teacher = second
        model.train(more)
        return model

    whole = make_teacher()
    expected = script(make_teacher(), whole)
    last = whole.begins[int(part * len(whole.begins))]
    with pytest.raises(KeyboardInterrupt):
        script(make_teacher(), make_teacher(last), cache_dir=tmp_path)
    idle, rest = make_teacher(), make_teacher()
    assert_identical(script(idle, rest, cache_dir=tmp_path), expected)
    assert idle.heard == []
    # Words alone, which are read behind the texts in little time, are read again from their beginning.
    alone = next(number for number, text in enumerate(whole.heard) if " " not in text)
    assert rest.heard == whole.heard[min(last, alone) :]


def test_the_log_says_how_to_go_on(make_teacher: Any, tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, "gensim_distill")
    interrupt(TEXTS, make_teacher(9), tmp_path)
    (broke_off,) = (record.getMessage() for record in caplog.records if "Broke off" in record.getMessage())
    assert re.match(r"Broke off after \d+ texts, .*checkpoint-1\.safetensors': the same call again goes on", broke_off)
    distill(TEXTS, make_teacher(), cache_dir=tmp_path)
    assert re.search(r"Going on after (\d+) texts", caplog.text)[1] == re.search(r"after (\d+)", broke_off)[1]
    assert not [record for record in caplog.records if record.levelno > logging.INFO]


# --- refusing ----------------------------------------------------------------------------------


def shuffled_within() -> list[list[str]]:
    """The same words as often, in texts of another order of words."""
    return TEXTS[:8] + [text[::-1] for text in TEXTS[8:]]


OTHERS: dict[str, tuple[str, dict[str, Any]]] = {
    "min_count": ("vocabulary: ", {"min_count": 4}),
    "key": ("vocabulary, another corpus", {"key": str.upper, "corpus": TEXTS[1:]}),
    "one text more": ("corpus: ", {"corpus": [*TEXTS, []]}),
    "other texts": ("corpus, whose first", {"corpus": shuffled_within()}),
    "layers": ("objective, context or layers: ", {"layers": [1], "objective": "aggregate"}),
    "context": ("objective, context or layers: ", {"context": 3, "objective": "aggregate"}),
    "budget": (r"contexts_per_word \(then None, now 2\): ", {"contexts_per_word": 2}),
    "sentences": (
        "word_splitter, key, sentence_splitter or phrase_delimiter: ",
        {"sentence_splitter": lambda string: [(0, len(string))]},
    ),
    "phrases": ("word_splitter, key, sentence_splitter or phrase_delimiter: ", {"phrase_delimiter": None}),
    "dtype": (r"dtype \(then torch.float32, now torch.bfloat16\): ", {"teacher": {"dtype": "bfloat16"}}),
    "batches": (r"batch_tokens \(then 1, now 2\): ", {"teacher": {"batch_tokens": 2}}),
    "windows": (r"max_length \(then 64, now 32\): ", {"teacher": {"max_length": 32}}),
}


@pytest.mark.parametrize("finished", [False, True])
@pytest.mark.parametrize("kind", OTHERS)
def test_a_checkpoint_of_something_else_is_refused_by_name(
    make_teacher: Any, tmp_path: Path, kind: str, finished: bool
) -> None:
    named, settings = OTHERS[kind]
    settings = dict(settings)
    if finished:
        distill(TEXTS, make_teacher(), cache_dir=tmp_path)
    else:
        interrupt(TEXTS, make_teacher(15), tmp_path)
    teacher = make_teacher(**settings.pop("teacher", {}))
    kept = (tmp_path / NEWEST).read_bytes()
    with pytest.raises(ValueError, match=rf"^The checkpoint '.*{NEWEST}' was made with another ({named})") as raised:
        distill(settings.pop("corpus", TEXTS), teacher, cache_dir=tmp_path, **settings)
    assert "another cache_dir, or remove the file" in str(raised.value)
    assert teacher.heard == []
    assert (tmp_path / NEWEST).read_bytes() == kept


def test_the_seed_matters_if_texts_are_chosen(make_teacher: Any, tmp_path: Path) -> None:
    interrupt(TEXTS, make_teacher(3), tmp_path / "all", seed=1)
    distill(TEXTS, make_teacher(), cache_dir=tmp_path / "all", seed=2)
    interrupt(TEXTS, make_teacher(3), tmp_path / "chosen", seed=1, contexts_per_word=2)
    with pytest.raises(ValueError, match=r"another seed \(then 1, now 2\)"):
        distill(TEXTS, make_teacher(), cache_dir=tmp_path / "chosen", seed=2, contexts_per_word=2)


def test_another_teacher_is_recognized_whatever_it_is_called(
    make_teacher: Any, tmp_path: Path, bert: tuple[Any, Any]
) -> None:
    interrupt(TEXTS, make_teacher(9), tmp_path)
    model, _ = tiny_bert([" ".join(text) for text in CORPUS])
    assert_identical(  # the same once more
        distill(TEXTS, make_teacher(parts=(model, bert[1])), cache_dir=tmp_path), distill(TEXTS, make_teacher())
    )
    with torch.no_grad():  # a little training, in one matrix alone
        model.encoder.layer[1].output.dense.weight += 0.001
    with pytest.raises(ValueError, match="was made with another teacher: "):
        distill(TEXTS, make_teacher(parts=(model, bert[1])), cache_dir=tmp_path)


class Letters:
    """A teacher without weights or name: the state of a letter is made of its number."""

    width, num_layers = 4, 1

    def __init__(self, step: float) -> None:
        self.step = step

    def read(self, texts: Any, layers: Any) -> Any:
        spans = [(i, k, k + 1) for i, text in enumerate(texts) for k in range(len(text))]
        ids, starts, ends = np.array(spans, dtype=np.int64).reshape(-1, 3).T
        letters = np.array([ord(text[k]) for text in texts for k in range(len(text))], dtype=np.float32)
        states = np.cos(self.step * letters[:, None] * np.arange(1, 5, dtype=np.float32))
        yield StateBatch(ids, starts, ends, [states for _ in layers])


def test_a_teacher_without_a_name_is_known_by_its_states(tmp_path: Path) -> None:
    expected = distill(TEXTS, Letters(0.7), objective="aggregate", cache_dir=tmp_path)
    # On another machine the last digits may be others.
    again = distill(TEXTS, Letters(0.7 + 1e-6), objective="aggregate", cache_dir=tmp_path)
    assert_identical(again, expected)
    with pytest.raises(ValueError, match="was made with another teacher: "):
        distill(TEXTS, Letters(0.8), objective="aggregate", cache_dir=tmp_path)


def test_what_was_learned_before_is_part_of_it(make_teacher: Any, tmp_path: Path) -> None:
    def train(first: list[list[str]], teacher: Any) -> None:
        model = DistilledWord2Vec(teacher=teacher, min_count=1, contexts_per_word=None)
        model.build_vocab(TEXTS)
        model.train(first)
        model.cache_dir = str(tmp_path)
        model.train(TEXTS)

    with pytest.raises(KeyboardInterrupt):
        train(TEXTS[:4], make_teacher(50))  # 4 texts, the words alone, and some
    with pytest.raises(ValueError, match="was made with another earlier training: "):
        train(TEXTS[:5], make_teacher())
    train(TEXTS[:4], make_teacher())


def test_a_corpus_that_ends_before_is_another(make_teacher: Any, tmp_path: Path) -> None:
    for texts in (TEXTS, TEXTS[:3]):
        model = DistilledWord2Vec(teacher=make_teacher(20), min_count=1, cache_dir=tmp_path)
        model.build_vocab(TEXTS)
        with pytest.raises(KeyboardInterrupt if texts is TEXTS else ValueError) as raised:
            model.train(texts)
    assert "was made with another corpus, whose first" in str(raised.value)


def test_moments_of_another_kind_in_its_place_are_refused(make_teacher: Any, tmp_path: Path) -> None:
    save_moments({"view": Moments(2, 3)}, tmp_path / NEWEST)
    with pytest.raises(ValueError, match=r"is damaged and none before it is whole.*holds moments, but not the number"):
        distill(TEXTS, make_teacher(), cache_dir=tmp_path)


def test_hashes_are_the_same_in_every_process() -> None:
    assert hash_of(["a", "bä"]) == "8041908d7f9cd55e159491313bc7a5d9"


def test_two_trainings_at_once_do_not_share_a_folder(make_teacher: Any, tmp_path: Path) -> None:
    with FileLock(tmp_path / "checkpoint.lock"), pytest.raises(RuntimeError, match="is in use by another training"):
        distill(TEXTS, make_teacher(), cache_dir=tmp_path)
    distill(TEXTS, make_teacher(), cache_dir=tmp_path)


# --- damage ------------------------------------------------------------------------------------


def two_checkpoints(make_teacher: Any, folder: Path, **settings: Any) -> None:
    interrupt(TEXTS, make_teacher(15), folder, **settings)
    assert (folder / PREVIOUS).exists()


def halve(path: Path) -> None:
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def flip(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[-1000] ^= 4
    path.write_bytes(content)


@pytest.mark.parametrize("damage", [halve, flip, Path.unlink, lambda path: path.write_bytes(b"")])
def test_if_the_newest_is_damaged_the_one_before_is_gone_on_from(
    make_teacher: Any, tmp_path: Path, caplog: pytest.LogCaptureFixture, damage: Any, always: None
) -> None:
    two_checkpoints(make_teacher, tmp_path)
    damage(tmp_path / NEWEST)
    before = CorpusStatistics.load(tmp_path / PREVIOUS)[0].documents
    kept = (tmp_path / PREVIOUS).read_bytes()
    teacher = make_teacher(1)
    interrupt(TEXTS, teacher, tmp_path)
    warnings = [record.getMessage() for record in caplog.records if record.levelno == logging.WARNING]
    if damage is Path.unlink:  # as it is between two renamings
        assert not warnings
    else:
        assert len(warnings) == 1
        assert re.match(rf"The newest .* is damaged, {NEWEST} .* the one before it, after {before} texts", warnings[0])
    # A damaged file never takes the place of a whole one.
    assert (tmp_path / PREVIOUS).read_bytes() == kept
    assert CorpusStatistics.load(tmp_path / NEWEST)[0].documents == before + len(teacher.heard)
    assert_identical(distill(TEXTS, make_teacher(), cache_dir=tmp_path), distill(TEXTS, make_teacher()))


def test_contexts_that_are_damaged_behind_the_checkpoint_before_are_gone_on_from_there(
    make_teacher: Any, tmp_path: Path, caplog: pytest.LogCaptureFixture, always: None
) -> None:
    settings = SETTINGS["gradient descent"]
    two_checkpoints(make_teacher, tmp_path, **settings)
    before = CorpusStatistics.load(tmp_path / PREVIOUS)[1]["contexts"]
    contexts = tmp_path / "checkpoint-1.contexts"
    contexts.write_bytes(contexts.read_bytes()[: before["bytes"] + 1])
    first, whole = make_teacher(), make_teacher()
    assert_identical(distill(TEXTS, first, cache_dir=tmp_path, **settings), distill(TEXTS, whole, **settings))
    assert "The newest checkpoint" in caplog.text and "contexts' is damaged" in caplog.text
    assert first.heard == whole.heard[before["texts"] :]


def test_contexts_that_are_not_whole_are_refused(make_teacher: Any, tmp_path: Path, always: None) -> None:
    settings = SETTINGS["gradient descent"]
    two_checkpoints(make_teacher, tmp_path, **settings)
    (tmp_path / "checkpoint-1.contexts").write_bytes(b"")
    with pytest.raises(ValueError, match=r"none before it is whole: remove it .*contexts' is damaged"):
        distill(TEXTS, make_teacher(), cache_dir=tmp_path, **settings)


def test_a_closed_form_and_gradient_descent_do_not_take_each_others_checkpoints(
    make_teacher: Any, tmp_path: Path
) -> None:
    distill(TEXTS, make_teacher(), cache_dir=tmp_path, objective="x2static")
    with pytest.raises(ValueError, match=r"another solver \(then one-pass, now sgd\)"):
        distill(TEXTS, make_teacher(), cache_dir=tmp_path, **SETTINGS["gradient descent"])


@pytest.mark.parametrize("damage", [halve, flip])
@pytest.mark.parametrize("alone", [False, True])
def test_if_none_is_whole_that_is_said_and_nothing_is_removed(
    make_teacher: Any, tmp_path: Path, damage: Any, alone: bool, always: None
) -> None:
    two_checkpoints(make_teacher, tmp_path)
    damage(tmp_path / NEWEST)
    if alone:
        (tmp_path / PREVIOUS).unlink()
    else:
        damage(tmp_path / PREVIOUS)
    files = {path: path.read_bytes() for path in tmp_path.iterdir()}
    teacher = make_teacher()
    with pytest.raises(ValueError, match=rf"is damaged and none before it is whole: remove it .*{NEWEST}") as raised:
        distill(TEXTS, teacher, cache_dir=tmp_path)
    assert "\n" not in str(raised.value)
    assert teacher.heard == []
    assert {path: path.read_bytes() for path in tmp_path.iterdir()} == files


@pytest.fixture(scope="module")
def saved(tmp_path_factory: pytest.TempPathFactory) -> Path:
    generator = np.random.default_rng(1)
    view = Moments(5, 3, second_moment=True)
    view.sums += generator.standard_normal((5, 3))
    view.counts += generator.integers(9, size=5)
    path = tmp_path_factory.mktemp("saved") / "reading"
    CorpusStatistics({"view": view}, 7, 8, 9).save(path, fingerprint={"seed": 1})
    return path


@given(position=st.floats(0, 1, exclude_max=True), bit=st.integers(0, 7))
def test_every_bit_that_has_changed_is_found(saved: Path, position: float, bit: int) -> None:
    whole = CorpusStatistics.load(saved)
    content = bytearray(saved.read_bytes())
    content[int(position * len(content))] ^= 1 << bit
    damaged = saved.with_name("damaged")
    damaged.write_bytes(content)
    try:
        reading, about = CorpusStatistics.load(damaged)
    except ValueError as error:
        assert "damaged' " in str(error)
    else:  # white space, or the name under which the checksum stands
        assert moments_file.checksum(reading.moments) == moments_file.checksum(whole[0].moments)
        assert (vars(reading) | {"moments": None}, about) == (vars(whole[0]) | {"moments": None}, whole[1])


def test_bits_of_arrays_are_all_found(saved: Path) -> None:
    content = saved.read_bytes()
    begin = 8 + int.from_bytes(content[:8], "little")
    assert len(content) - begin == 8 * (5 * 3 + 5 + 5 + 3 + 1 + 9)
    damaged = saved.with_name("damaged")
    for position in range(begin, len(content)):
        damaged.write_bytes(content[:position] + bytes([content[position] ^ 1]) + content[position + 1 :])
        with pytest.raises(ValueError, match="does not agree with its checksum"):
            load_moments(damaged)


# --- the disk ----------------------------------------------------------------------------------


def full(*args: Any, **settings: Any) -> None:
    raise SafetensorError("Error while serializing: I/O error: No space left on device (os error 28)")


def test_a_full_disk_is_said_once_and_does_not_end_the_training(
    make_teacher: Any, tmp_path: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch, always: None
) -> None:
    two_checkpoints(make_teacher, tmp_path)
    files = {path: path.read_bytes() for path in tmp_path.iterdir()}
    with monkeypatch.context() as patch:
        patch.setattr(moments_file, "save_file", full)
        model = distill(TEXTS, make_teacher(), cache_dir=tmp_path)
    assert_identical(model, distill(TEXTS, make_teacher()))
    (warning,) = (record.getMessage() for record in caplog.records if record.levelno >= logging.WARNING)
    assert re.search(r"^No checkpoint could be made: .*No space left on device.* make room for [\d,]+ MB in '", warning)
    assert {path: path.read_bytes() for path in tmp_path.iterdir()} == files
    assert_identical(distill(TEXTS, make_teacher(), cache_dir=tmp_path), model)


def test_a_file_that_cannot_grow_leaves_the_one_before(
    make_teacher: Any, tmp_path: Path, caplog: pytest.LogCaptureFixture, always: None
) -> None:
    resource = pytest.importorskip("resource", reason="needs a limit on the size of files")
    interrupt(TEXTS, make_teacher(5), tmp_path)
    kept = (tmp_path / NEWEST).read_bytes()
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, limits[1]))
    try:
        interrupt(TEXTS, make_teacher(9), tmp_path)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert caplog.text.count("No checkpoint could be made") == 1
    assert (tmp_path / NEWEST).read_bytes() == kept
    assert not list(tmp_path.glob("*.writing"))


@pytest.mark.parametrize("error", [SafetensorError("full"), OSError(errno.ENOSPC, "full"), MemoryError("too little")])
def test_a_write_that_fails_does_not_hide_why_the_training_broke_off(
    make_teacher: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, error: Any
) -> None:
    def fail(*args: Any, **settings: Any) -> None:
        raise error

    monkeypatch.setattr(moments_file, "save_file", fail)
    interrupt(TEXTS, make_teacher(5), tmp_path)
    assert re.search("No checkpoint could be made|could not be written", caplog.text)
    assert "goes on from there" not in caplog.text


def test_too_little_room_is_said_before_the_teacher_reads(
    make_teacher: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(checkpoint.shutil, "disk_usage", lambda folder: SimpleNamespace(free=50_000))
    teacher = make_teacher()
    with pytest.raises(OSError, match=r"has too little room for checkpoints, .* free \d MB, give another") as raised:
        distill(TEXTS, teacher, cache_dir=tmp_path)
    assert raised.value.errno == errno.ENOSPC
    assert teacher.heard == []


def test_a_folder_that_cannot_be_made_is_said_before_the_teacher_reads(make_teacher: Any, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    teacher = make_teacher()
    with pytest.raises(OSError, match=r"cache_dir='.*file' cannot be written to \(File exists\): give another"):
        distill(TEXTS, teacher, cache_dir=tmp_path / "file")
    assert teacher.heard == []


def test_what_a_killed_process_was_writing_is_removed(make_teacher: Any, tmp_path: Path) -> None:
    (tmp_path / f".{NEWEST}.0a1b2c3d.writing").write_bytes(bytes(1000))
    distill(TEXTS, make_teacher(), cache_dir=tmp_path)
    assert {path.name for path in tmp_path.iterdir()} - {"checkpoint.lock"} == {NEWEST, PREVIOUS}


@pytest.mark.parametrize(("takes", "share"), [(0.0, 0.0), (1.0, 0.02), (30.0, 0.06)])
def test_writing_takes_a_small_part_of_the_time(
    bert: tuple[Any, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, takes: float, share: float
) -> None:
    now, writes = [0.0], []
    monkeypatch.setattr(checkpoint, "time", SimpleNamespace(monotonic=lambda: now[0]))
    save = CorpusStatistics.save

    def slow(self: CorpusStatistics, *args: Any, **settings: Any) -> None:
        writes.append(now[0])
        now[0] += takes
        save(self, *args, **settings)

    class Slow(Interrupting):
        def read(self, texts: Any, layers: Any) -> Any:
            now[0] += 0.0 if texts == [identity._PROBE] else 10.0
            return super().read(texts, layers)

    monkeypatch.setattr(CorpusStatistics, "save", slow)
    teacher = Slow(*bert, device="cpu", dtype="float32", batch_tokens=1)
    distill(TEXTS * 20, teacher, cache_dir=tmp_path, objective="aggregate")
    periodic = writes[:-2]  # the corpus has ended, and all is complete
    assert len(periodic) >= 3
    assert len(periodic) * takes <= share * now[0]
    assert max(np.diff([0.0, *periodic])) <= max(60.0, 21 * takes) + 10.0  # and not less often than it should


# --- kill -9 -----------------------------------------------------------------------------------


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
@pytest.mark.parametrize("solver", ["one-pass", "sgd"])
def test_however_often_it_is_killed_the_vectors_are_those_of_a_training_that_was_not(
    tmp_path: Path, solver: str
) -> None:
    script = Path(__file__).parents[1] / "killed_training.py"
    done = subprocess.run(
        [sys.executable, script, tmp_path, "20", solver],
        capture_output=True,
        text=True,
        timeout=600,
        env=os.environ | {"PYTHONPATH": str(script.parents[1])},
    )
    assert done.returncode == 0, done.stderr
    counts = dict(re.findall(r"(\w+)=([\d.]+)", done.stdout))
    assert int(counts["at_random"]) >= 20
    assert int(counts["at_renames"]) >= 10
    assert int(counts["completed"]) >= 1
