"""The files of a saved model: they are replaced together, keep to the umask, and damage is one sentence."""

from __future__ import annotations

import os
import pickle
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from platforms import needs_links, needs_pipes, needs_posix, needs_umask, set_home
from saved_models import MORE, SETTINGS, assert_same_vectors, distill, train_more
from slow_teacher import one_sentence
from trained_models import Sentences

from gensim_distill import DistilledWord2Vec

SGD = SETTINGS["x2static by sgd"]
TESTS = Path(__file__).parents[1]


def names_in(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


@pytest.fixture
def model(corpus: Sentences, teacher: Any) -> DistilledWord2Vec:
    return distill(corpus, teacher, objective="aggregate")


# --- paths ---------------------------------------------------------------------------------------


COLON = pytest.param("a:b.model", marks=needs_posix("colons in names of files"))


@pytest.mark.parametrize("name", ["model", "model.gz", COLON, "a b.model", "modèle", "m" * 200])
def test_paths_of_any_name_are_saved_and_loaded(
    model: DistilledWord2Vec, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.chdir(tmp_path)
    for path in (tmp_path / name, Path(name), name, os.fsencode(name)):
        model.save(path)
        assert_same_vectors(DistilledWord2Vec.load(path), model)


@pytest.mark.parametrize("name", ["", "a\0b"])
def test_a_path_that_is_no_name_raises_and_leaves_nothing(
    model: DistilledWord2Vec, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(OSError, match="this is no name of a file"):
        model.save(name)
    assert not names_in(tmp_path)


def test_path_below_the_home_folder(model: DistilledWord2Vec, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    set_home(monkeypatch, tmp_path)
    model.save("~/model")
    assert names_in(tmp_path) == ["model", "model.moments.safetensors"]
    assert_same_vectors(DistilledWord2Vec.load("~/model"), model)


@needs_links
def test_symbolic_link_stays_and_its_file_is_replaced(model: DistilledWord2Vec, tmp_path: Path) -> None:
    (tmp_path / "versions").mkdir()
    (tmp_path / "latest").symlink_to(tmp_path / "versions" / "1")
    model.save(tmp_path / "latest", sep_limit=0)
    assert (tmp_path / "latest").is_symlink()
    for path in (tmp_path / "latest", tmp_path / "versions" / "1"):
        assert_same_vectors(DistilledWord2Vec.load(path, mmap="r"), model)


@needs_pipes
def test_place_that_cannot_be_written_raises_before_saving(model: DistilledWord2Vec, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    (tmp_path / "folder").mkdir()
    os.mkfifo(tmp_path / "pipe")
    for path, message in {
        tmp_path / "none" / "model": "no such folder as .*none.: create it first",
        tmp_path / "file" / "model": "no such folder as",
        tmp_path / "folder": "it is a directory: add the name of a file",
        tmp_path / "pipe": "is a device, a pipe or a socket",
    }.items():
        with pytest.raises(OSError, match=message):
            model.save(path)
    with pytest.raises(ValueError, match="to the URL 's3://bucket/model'"):
        model.save("s3://bucket/model")
    with pytest.raises(TypeError, match="pass a path, or a file that is opened for writing in binary mode"):
        model.save(3)
    with (
        open(tmp_path / "text", "w", encoding="utf-8") as file,
        pytest.raises(TypeError, match="opened for writing in binary mode"),
    ):
        model.save(file)
    model.hashfxn = lambda word: 1
    for place in (tmp_path / "model", open(os.devnull, "wb")):  # noqa: SIM115 it is empty
        with pytest.raises(ValueError, match="one of its attributes cannot be .*defined in a module"):
            model.save(place)
    assert names_in(tmp_path) == ["file", "folder", "pipe", "text"]


# --- one set of files ------------------------------------------------------------------------------


def test_killed_saves_leave_the_old_or_the_new_model(tmp_path: Path) -> None:
    pytest.importorskip("fcntl", reason="needs fork")
    environment = os.environ | {"PYTHONPATH": os.pathsep.join([str(TESTS), *sys.path])}
    done = subprocess.run(
        [sys.executable, TESTS / "killed_saving.py", tmp_path / "models", "20"],
        capture_output=True, text=True, check=False, env=environment,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert "left=['model', 'model.moments.safetensors']" in done.stdout


@pytest.mark.parametrize("division", [{}, {"sep_limit": 0}])
@pytest.mark.parametrize("settings", [{"objective": "aggregate"}, SGD], ids=["one-pass", "sgd"])
def test_full_disk_keeps_the_old_model_and_the_one_in_memory(
    corpus: Sentences, teacher: Any, tmp_path: Path, division: dict[str, Any], settings: dict[str, Any]
) -> None:
    resource = pytest.importorskip("resource", reason="needs a limit on the size of files")
    old = distill(corpus[:5], teacher, **settings)
    new, untouched = (distill(corpus, teacher, **settings) for _ in range(2))
    old.save(tmp_path / "model", sep_limit=0)
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    limits, failures = resource.getrlimit(resource.RLIMIT_FSIZE), 0
    sizes = (0, 100, 150, 400, 1_000, 3_000, 5_000, 7_000, 10_000, 15_000)
    for size in sizes:
        resource.setrlimit(resource.RLIMIT_FSIZE, (size, limits[1]))  # as if the disk were full
        try:
            new.save(tmp_path / "model", **division)
        except OSError as error:
            failures += 1
            assert str(tmp_path / "model") in str(error)
        else:
            break
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, limits)
        assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == before
    assert failures > 3
    present = old if failures == len(sizes) else new
    loaded = DistilledWord2Vec.load(tmp_path / "model")
    loaded.teacher = teacher
    assert_same_vectors(loaded, present)
    train_more(loaded)
    assert_same_vectors(train_more(new), train_more(untouched))


def test_mapped_model_can_be_saved_over_itself(model: DistilledWord2Vec, tmp_path: Path) -> None:
    model.save(tmp_path / "model", sep_limit=0)
    for division in ({"sep_limit": 0}, {}):
        mapped = DistilledWord2Vec.load(tmp_path / "model", mmap="r")
        mapped.save(tmp_path / "model", **division)
        assert_same_vectors(mapped, model)
        assert_same_vectors(DistilledWord2Vec.load(tmp_path / "model"), model)


@pytest.mark.parametrize("mmap", ["w+", "write", "readwrite", True])
def test_wrong_mode_of_mapping_raises_before_files_are_opened(
    model: DistilledWord2Vec, tmp_path: Path, mmap: Any
) -> None:
    """In the mode "w+" numpy empties the files."""
    model.save(tmp_path / "model", sep_limit=0)
    for settings in ((mmap,), {"mmap": mmap}):
        with pytest.raises(
            ValueError, match=r"mmap=.* must be 'r', 'r\+' or 'c'.*, or None to read the arrays into memory"
        ):
            if isinstance(settings, dict):
                DistilledWord2Vec.load(tmp_path / "model", **settings)
            else:
                DistilledWord2Vec.load(tmp_path / "model", *settings)
    for right in (None, False, "r", "r+", "c"):
        assert_same_vectors(DistilledWord2Vec.load(tmp_path / "model", right), model)


def test_arrays_of_an_earlier_division_are_removed(model: DistilledWord2Vec, tmp_path: Path) -> None:
    model.save(tmp_path / "model", sep_limit=0)
    assert names_in(tmp_path) == [
        "model", "model.moments.safetensors", "model.wv.vectors.npy", "model.wv.vectors_lockf.npy",
    ]  # fmt: skip
    (tmp_path / "model.notes.npy").write_bytes(b"of the user")
    model.save(tmp_path / "model")
    assert names_in(tmp_path) == ["model", "model.moments.safetensors", "model.notes.npy"]


def test_model_in_one_file_does_not_need_arrays_of_an_earlier_save(model: DistilledWord2Vec, tmp_path: Path) -> None:
    model.save(tmp_path / "model", sep_limit=0)
    for number, one in enumerate((model, DistilledWord2Vec.load(tmp_path / "model"))):
        with open(tmp_path / f"{number}", "wb") as file:
            one.save(file)
        assert_same_vectors(DistilledWord2Vec.load(tmp_path / f"{number}"), model)


def test_vectors_saved_beside_the_model_keep_their_files(
    model: DistilledWord2Vec, corpus: Sentences, teacher: Any, tmp_path: Path
) -> None:
    other = distill(corpus[:5], teacher)
    other.wv.save(str(tmp_path / "model.wv"), sep_limit=0)
    for division in ({"sep_limit": 0}, {}, {"sep_limit": 0}):
        model.save(tmp_path / "model", **division)
        assert_same_vectors(DistilledWord2Vec.load(tmp_path / "model"), model)
        assert_same_vectors(type(other.wv).load(str(tmp_path / "model.wv")), other)


def test_model_saved_without_its_statistics_ignores_those_of_another(
    model: DistilledWord2Vec, corpus: Sentences, teacher: Any, tmp_path: Path
) -> None:
    model.save(tmp_path / "model")
    kept = (tmp_path / "model.moments.safetensors").read_bytes()
    (tmp_path / "model.moments.safetensors").unlink()
    without = DistilledWord2Vec.load(tmp_path / "model")
    distill(corpus[:5], teacher).save(tmp_path / "model")
    without.save(tmp_path / "model")
    assert DistilledWord2Vec.load(tmp_path / "model").learned.moments is None
    (tmp_path / "model.moments.safetensors").write_bytes(kept)
    assert DistilledWord2Vec.load(tmp_path / "model").learned.moments is not None


def test_folders_of_killed_saves_are_removed(model: DistilledWord2Vec, tmp_path: Path) -> None:
    pytest.importorskip("fcntl", reason="needs locks of folders")
    (tmp_path / ".model.0a1b2c3d.writing").mkdir()
    (tmp_path / ".model.0a1b2c3d.writing" / ".tmpA1b2C3").write_bytes(bytes(1000))
    (tmp_path / ".model.notes.writing").mkdir()
    model.save(tmp_path / "model")
    assert names_in(tmp_path) == [".model.notes.writing", "model", "model.moments.safetensors"]


@needs_umask
@pytest.mark.parametrize("umask", [0o022, 0o002, 0o077])
def test_permissions_are_those_of_the_umask(model: DistilledWord2Vec, tmp_path: Path, umask: int) -> None:
    before = os.umask(umask)
    try:
        model.save(tmp_path / "model", sep_limit=0)
    finally:
        os.umask(before)
    modes = {stat.S_IMODE(path.stat().st_mode) for path in tmp_path.iterdir()}
    assert modes == {0o666 & ~umask}


# --- damage ----------------------------------------------------------------------------------------


def positions(size: int) -> Iterator[int]:
    yield from range(0, size, max(1, size // 60))
    yield from range(max(0, size - 60), size)


@pytest.mark.parametrize("name", ["model", "model.gz", "model.wv.vectors.npy", "model.moments.safetensors"])
def test_truncated_files_raise_one_sentence(model: DistilledWord2Vec, tmp_path: Path, name: str) -> None:
    model.save(tmp_path / "model", sep_limit=0)
    model.save(tmp_path / "model.gz")
    path, main = tmp_path / name, tmp_path / ("model.gz" if name.endswith(".gz") else "model")
    whole = path.read_bytes()
    for size in positions(len(whole)):
        path.write_bytes(whole[:size])
        try:
            assert_same_vectors(DistilledWord2Vec.load(main), model)
        except ValueError as error:
            assert str(main) in str(error), size
            assert "\n" not in str(error), size
        else:
            assert name == "model" and size == whole.rindex(b"\n"), size  # exactly the version and the checksum are cut


def test_model_cut_after_the_byte_of_an_end_is_not_unpickled(model: DistilledWord2Vec, tmp_path: Path) -> None:
    path = tmp_path / "model"
    model.save(path)
    whole = path.read_bytes()
    dots = [
        position for position in range(200, whole.rindex(b"\n") - 1) if whole[position : position + 1] == pickle.STOP
    ]
    assert dots
    for position in dots[:: max(len(dots) // 20, 1)]:
        path.write_bytes(whole[: position + 1])
        with pytest.raises(ValueError, match="its end, with its checksum, is cut or changed"):
            DistilledWord2Vec.load(path)


@pytest.mark.parametrize("name", ["model", "model.moments.safetensors"])
def test_flipped_bit_raises_one_sentence(model: DistilledWord2Vec, tmp_path: Path, name: str) -> None:
    model.save(tmp_path / "model")
    path = tmp_path / name
    whole = path.read_bytes()
    for position in positions(len(whole)):
        path.write_bytes(whole[:position] + bytes([whole[position] ^ 16]) + whole[position + 1 :])
        with pytest.raises(ValueError, match=str(tmp_path / "model")) as raised:
            DistilledWord2Vec.load(tmp_path / "model")
        assert "\n" not in str(raised.value)


@pytest.mark.parametrize("mmap", [None, "r"])
def test_damaged_header_of_an_array_raises_one_sentence(
    model: DistilledWord2Vec, tmp_path: Path, mmap: str | None
) -> None:
    model.save(tmp_path / "model", sep_limit=0)
    path = tmp_path / "model.wv.vectors.npy"
    whole = path.read_bytes()
    for position in range(128):
        for bit in (1, 2, 4, 8):
            path.write_bytes(whole[:position] + bytes([whole[position] ^ bit]) + whole[position + 1 :])
            try:
                assert_same_vectors(DistilledWord2Vec.load(tmp_path / "model", mmap=mmap), model)
            except ValueError as error:
                assert "model' cannot be loaded" in str(error)


@pytest.mark.parametrize("content", [b"", b"hello\n", pickle.dumps({"a": 1}), pickle.dumps(np.eye(2)), bytes(200)])
def test_file_of_another_kind_raises_one_sentence(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "other").write_bytes(content)
    with pytest.raises(ValueError, match="other' cannot be loaded as a model") as raised:
        DistilledWord2Vec.load(tmp_path / "other")
    assert one_sentence(raised)


def test_missing_files_raise_one_sentence(model: DistilledWord2Vec, tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match="gone"):
        DistilledWord2Vec.load(tmp_path / "gone")
    with pytest.raises(IsADirectoryError, match=r"this is a folder.*model/distilled\.model in one of"):
        DistilledWord2Vec.load(tmp_path)
    (tmp_path / "vectors" / "model").mkdir(parents=True)
    (tmp_path / "vectors" / "model" / "distilled.model").touch()
    (tmp_path / "vectors" / "settings.toml").write_text("# The settings of gensim-distill", encoding="utf-8")
    for folder in (tmp_path / "vectors", tmp_path / "vectors" / "model"):
        with pytest.raises(IsADirectoryError) as raised_for_folder:
            DistilledWord2Vec.load(folder)
        assert repr(str(tmp_path / "vectors" / "model" / "distilled.model")) in str(raised_for_folder.value)
    with pytest.raises(TypeError, match="loaded from the path of its file"):
        DistilledWord2Vec.load(3)
    model.save(tmp_path / "model", sep_limit=0)
    (tmp_path / "model.wv.vectors.npy").unlink()
    with pytest.raises(FileNotFoundError, match="one is missing beside it.*wv.vectors.npy"):
        DistilledWord2Vec.load(tmp_path / "model")


def test_model_replaced_while_it_is_loaded_is_read_again(
    model: DistilledWord2Vec, corpus: Sentences, teacher: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = distill(corpus + MORE, teacher, objective="aggregate")
    model.save(tmp_path / "model", sep_limit=0)
    read, replaced = np.load, []

    def load(*args: Any, **kwargs: Any) -> Any:
        if not replaced:
            replaced.append(True)
            other.save(tmp_path / "model", sep_limit=0)
        return read(*args, **kwargs)

    monkeypatch.setattr(np, "load", load)
    assert_same_vectors(DistilledWord2Vec.load(tmp_path / "model"), other)
