"""Checkpoints on disk: locks, damage, and full disks."""

from __future__ import annotations

import errno
import logging
import os
import re
import stat
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from filelock import FileLock
from interrupted_training import NEWEST, PREVIOUS, SETTINGS, TEXTS, assert_identical, distill, interrupt
from platforms import needs_umask
from safetensors import SafetensorError

from gensim_distill.contexts.views import View
from gensim_distill.statistics import checkpoint_files, moments_file
from gensim_distill.statistics.checkpoint import Checkpoint
from gensim_distill.statistics.checkpoint_files import CheckpointFiles, CheckpointState, megabytes
from gensim_distill.statistics.corpus_statistics import CorpusStatistics
from gensim_distill.statistics.moments import Moments
from gensim_distill.statistics.moments_file import save_moments


def test_locked_folder_raises(make_teacher: Any, tmp_path: Path) -> None:
    with FileLock(tmp_path / "checkpoint.lock"), pytest.raises(RuntimeError, match="is in use by another training"):
        distill(TEXTS, make_teacher(), cache_dir=tmp_path)
    distill(TEXTS, make_teacher(), cache_dir=tmp_path)


def test_moments_without_document_count_raise(make_teacher: Any, tmp_path: Path) -> None:
    save_moments({"view": Moments(2, 3)}, tmp_path / NEWEST)
    with pytest.raises(
        ValueError, match=r"is damaged and no previous one is complete.*holds moments, but not the number"
    ):
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
def test_damaged_newest_checkpoint_resumes_from_the_previous_one(
    make_teacher: Any, tmp_path: Path, caplog: pytest.LogCaptureFixture, damage: Any, always: None
) -> None:
    two_checkpoints(make_teacher, tmp_path)
    damage(tmp_path / NEWEST)
    before = CorpusStatistics.load(tmp_path / PREVIOUS)[0].documents
    kept = (tmp_path / PREVIOUS).read_bytes()
    teacher = make_teacher(1)
    interrupt(TEXTS, teacher, tmp_path)
    warnings = [record.getMessage() for record in caplog.records if record.levelno == logging.WARNING]
    if damage is Path.unlink:  # as between two renames
        assert not warnings
    else:
        assert len(warnings) == 1
        assert re.match(
            rf"The newest .* is damaged, {NEWEST} .* the previous one, after {before} passages", warnings[0]
        )
    # A damaged file never replaces a complete one.
    assert (tmp_path / PREVIOUS).read_bytes() == kept
    assert CorpusStatistics.load(tmp_path / NEWEST)[0].documents == before + len(teacher.heard)
    assert_identical(distill(TEXTS, make_teacher(), cache_dir=tmp_path), distill(TEXTS, make_teacher()))


def test_contexts_damaged_after_the_previous_checkpoint_resume_from_it(
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


def test_incomplete_contexts_raise(make_teacher: Any, tmp_path: Path, always: None) -> None:
    settings = SETTINGS["gradient descent"]
    two_checkpoints(make_teacher, tmp_path, **settings)
    (tmp_path / "checkpoint-1.contexts").write_bytes(b"")
    with pytest.raises(ValueError, match=r"no previous one is complete: remove it .*contexts' is damaged"):
        distill(TEXTS, make_teacher(), cache_dir=tmp_path, **settings)


@pytest.mark.parametrize("damage", [halve, flip])
@pytest.mark.parametrize("has_previous", [True, False])
def test_damaged_checkpoints_raise_and_are_not_removed(
    make_teacher: Any, tmp_path: Path, damage: Any, has_previous: bool, always: None
) -> None:
    two_checkpoints(make_teacher, tmp_path)
    damage(tmp_path / NEWEST)
    if has_previous:
        damage(tmp_path / PREVIOUS)
    else:
        (tmp_path / PREVIOUS).unlink()
    files = {path: path.read_bytes() for path in tmp_path.iterdir()}
    teacher = make_teacher()
    with pytest.raises(
        ValueError, match=rf"is damaged and no previous one is complete: remove it .*{NEWEST}"
    ) as raised:
        distill(TEXTS, teacher, cache_dir=tmp_path)
    assert "\n" not in str(raised.value)
    assert teacher.heard == []
    assert {path: path.read_bytes() for path in tmp_path.iterdir()} == files


# --- the disk ----------------------------------------------------------------------------------


def full(*args: Any, **settings: Any) -> None:
    raise SafetensorError("Error while serializing: I/O error: No space left on device (os error 28)")


def test_full_disk_is_logged_once_and_training_continues(
    make_teacher: Any, tmp_path: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch, always: None
) -> None:
    two_checkpoints(make_teacher, tmp_path)
    files = {path: path.read_bytes() for path in tmp_path.iterdir()}
    with monkeypatch.context() as patch:
        patch.setattr(moments_file, "save_file", full)
        model = distill(TEXTS, make_teacher(), cache_dir=tmp_path)
    assert_identical(model, distill(TEXTS, make_teacher()))
    (warning,) = (record.getMessage() for record in caplog.records if record.levelno >= logging.WARNING)
    assert re.search(r"^No checkpoint could be written: .*No space left on device.* free [\d,]+ MB in '", warning)
    assert {path: path.read_bytes() for path in tmp_path.iterdir()} == files
    assert_identical(distill(TEXTS, make_teacher(), cache_dir=tmp_path), model)


def test_failed_write_keeps_the_previous_checkpoint(
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
    assert caplog.text.count("No checkpoint could be written") == 1
    assert (tmp_path / NEWEST).read_bytes() == kept
    assert not list(tmp_path.glob("*.writing"))


@pytest.mark.parametrize("error", [SafetensorError("full"), OSError(errno.ENOSPC, "full"), MemoryError("too little")])
def test_failed_write_does_not_hide_the_interruption(
    make_teacher: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, error: Any
) -> None:
    def fail(*args: Any, **settings: Any) -> None:
        raise error

    monkeypatch.setattr(moments_file, "save_file", fail)
    interrupt(TEXTS, make_teacher(5), tmp_path)
    assert re.search("could( not)? be written", caplog.text)
    assert "resumes from there" not in caplog.text


def test_too_little_disk_space_raises_before_the_teacher_reads(
    make_teacher: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(checkpoint_files.shutil, "disk_usage", lambda folder: SimpleNamespace(free=50_000))
    teacher = make_teacher()
    with pytest.raises(OSError, match=r"has too little space for checkpoints, .* free \d MB, use another") as raised:
        distill(TEXTS, teacher, cache_dir=tmp_path)
    assert raised.value.errno == errno.ENOSPC
    assert teacher.heard == []


def test_folder_that_cannot_be_created_raises_before_the_teacher_reads(make_teacher: Any, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    teacher = make_teacher()
    with pytest.raises(OSError, match=r"cache_dir='.*file' is not writable \(File exists\): use another"):
        distill(TEXTS, teacher, cache_dir=tmp_path / "file")
    assert teacher.heard == []


def test_partial_files_of_killed_processes_are_removed(make_teacher: Any, tmp_path: Path) -> None:
    (tmp_path / f".{NEWEST}.0a1b2c3d.writing").write_bytes(bytes(1000))
    (tmp_path / ".checkpoint-2.safetensors.0a1b2c3d.writing").mkdir()
    (tmp_path / ".checkpoint-2.safetensors.0a1b2c3d.writing" / ".tmpA1b2C3").write_bytes(bytes(1000))
    (tmp_path / ".tmpA1b2C3").write_bytes(b"of the user")
    distill(TEXTS, make_teacher(), cache_dir=tmp_path)
    assert {path.name for path in tmp_path.iterdir()} - {"checkpoint.lock"} == {NEWEST, PREVIOUS, ".tmpA1b2C3"}


@needs_umask
@pytest.mark.parametrize("kind", SETTINGS)
def test_files_have_the_permissions_of_the_umask(make_teacher: Any, tmp_path: Path, kind: str, always: None) -> None:
    before = os.umask(0o002)
    try:
        interrupt(TEXTS, make_teacher(15), tmp_path / "cache", **SETTINGS[kind])
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / "cache").stat().st_mode) == 0o775
    assert {stat.S_IMODE(path.stat().st_mode) for path in (tmp_path / "cache").iterdir()} == {0o664}


@pytest.mark.parametrize("name", [NEWEST, "checkpoint-1.contexts"])
def test_flipped_bits_and_truncation_raise_one_sentence(make_teacher: Any, tmp_path: Path, name: str) -> None:
    interrupt(TEXTS, make_teacher(15), tmp_path, **SETTINGS["gradient descent"])
    whole = (tmp_path / name).read_bytes()
    with Checkpoint(CorpusStatistics({}), tmp_path, contexts=0) as checkpoint:
        assert checkpoint.statistics.documents
    damaged = [whole[:size] for size in {*range(0, len(whole), 97), *range(300), len(whole) - 1}]
    damaged += [
        whole[:position] + bytes([whole[position] ^ 1 << position % 8]) + whole[position + 1 :]
        for position in {*range(300), *range(0, len(whole), 97), len(whole) - 1}
    ]
    # A flipped bit of the version makes it a newer one.
    message = "is damaged and no previous one is complete|was written by a newer version"
    for content in damaged:
        (tmp_path / name).write_bytes(content)
        with (
            pytest.raises(ValueError, match=message) as raised,
            Checkpoint(CorpusStatistics({}), tmp_path, contexts=0),
        ):
            pass
        assert "\n" not in str(raised.value)
        assert (tmp_path / name).read_bytes() == content


def test_state_loads_as_it_was_saved(tmp_path: Path) -> None:
    for shards in (3, 4):
        files = CheckpointFiles(tmp_path, 1)
        statistics = CorpusStatistics.empty([View((0,), "token")], vocabulary_size=3, width=2)
        files.save(CheckpointState(statistics, True, b"ab", shards, 7), {"seed": 1}, None)
        loaded = files.load({"seed": 1}, None)
        assert loaded is not None
        found = (loaded.complete, loaded.corpus_hash, loaded.shards, loaded.corpus_documents)
        assert found == (True, b"ab", shards, 7)
    assert len(files.existing()) == 2  # the previous one is kept


def test_disk_space_is_counted_exactly(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shutil.disk_usage", lambda folder: SimpleNamespace(free=100))
    files = CheckpointFiles(tmp_path, 1)
    Path(files.path).write_bytes(bytes(20))
    files.check_disk_space(50, 10, used=40)
    with pytest.raises(OSError, match=r"three times 1 MB, and contexts, 1 MB: free 1 MB"):
        files.check_disk_space(50, 10, used=39)
    with pytest.raises(OSError, match=r"three times 1 MB: free 1 MB"):
        files.check_disk_space(50, 0, used=29)
    assert [megabytes(size) for size in (0, 1, 10**9, 10**9 + 1)] == ["0 MB", "1 MB", "1,000 MB", "1,001 MB"]


def test_null_character_in_the_folder_raises() -> None:
    with pytest.raises(OSError, match=r"is not writable \(this is no name of a folder\)"):
        CheckpointFiles("a\0b", 1).lock()


def test_file_without_shards_has_none(tmp_path: Path) -> None:
    files = CheckpointFiles(tmp_path, 1)
    statistics = CorpusStatistics.empty([View((0,), "token")], vocabulary_size=3, width=2)
    statistics.save(files.path, fingerprint={"seed": 1}, hash="", complete=False)
    loaded = files.load({"seed": 1}, None)
    assert loaded is not None
    assert (loaded.shards, loaded.corpus_documents) == (0, 0)


def test_remove_deletes_the_files_of_one_training_only(tmp_path: Path) -> None:
    folder = tmp_path / "cache"
    files, other = CheckpointFiles(folder, 1), CheckpointFiles(folder, 2)
    files.remove()  # nothing is there yet
    assert list(folder.iterdir()) == []
    statistics = CorpusStatistics.empty([View((0,), "token")], vocabulary_size=3, width=2)
    for checkpoint in (files, files, other):
        checkpoint.save(CheckpointState(statistics), {}, None)
    Path(files.contexts_path).touch()
    (folder / f".{NEWEST}.0a1b2c3d.writing").write_bytes(b"of a killed process")
    Path(other.contexts_path).write_text("of another program", encoding="utf-8")
    files.remove()
    kept = {Path(path).name for path in (other.path, other.contexts_path)}
    assert {path.name for path in folder.iterdir()} == kept
    other.remove()
    assert [path.name for path in folder.iterdir()] == [Path(other.contexts_path).name]


def test_remove_leaves_a_locked_folder_and_folders_of_the_same_names(tmp_path: Path) -> None:
    files = CheckpointFiles(tmp_path, 1)
    Path(files.path).write_bytes(b"in use")
    with FileLock(tmp_path / "checkpoint.lock"), pytest.raises(RuntimeError, match="is in use by another training"):
        files.remove()
    assert Path(files.path).exists()
    Path(files.path).unlink()
    Path(files.path).mkdir()
    files.remove()
    assert [path.name for path in tmp_path.iterdir()] == [NEWEST]
