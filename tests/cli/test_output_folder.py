"""The output folder of ``gensim-distill train``: what is not its own remains."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from cli_runner import LITTLE, messages, run, write_lines
from platforms import needs_links, needs_pipes, set_home

from gensim_distill._utils.temporary_folders import held
from gensim_distill._utils.training_folder import is_training_folder
from gensim_distill.cli.errors import CommandError
from gensim_distill.cli.output_folder import check_output_folder, remove_checkpoint

FOREIGN = [
    "checkpoint-500/model.safetensors",
    "checkpoint-1/model.safetensors",
    "checkpoint.pt",
    "checkpoints/a.txt",
    "checkpoint-1.safetensors.bak",
    "checkpoint-1.ckpt",
]


def contents(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.mark.parametrize("cache", [False, True])
def test_checkpoints_of_other_programs_remain(text_file: Path, folder: Path, tmp_path: Path, cache: bool) -> None:
    output = tmp_path / "out"
    place = tmp_path / "cache" if cache else output / "checkpoint"
    for name in FOREIGN:
        write_lines(place / name, "hours of work")
    before = contents(place)
    arguments = ["train", text_file, "--teacher", folder, *LITTLE, "-o", output]
    arguments += ["--cache-dir", place] if cache else []
    run(*arguments)
    run(*arguments, "--overwrite", "--seed", "2")
    after = contents(place)
    assert {name: after[name] for name in before} == before
    assert cache or after == before


def test_files_of_other_programs_with_names_of_results_are_not_replaced(
    text_file: Path, folder: Path, tmp_path: Path
) -> None:
    arguments = ["train", text_file, "--teacher", folder, *LITTLE, "--overwrite", "--formats", "word2vec,glove", "-o"]
    for name in (
        "vectors.bin",
        "vocabulary.txt",
        "settings.toml",
        "training.json",
        "model/a.bin",
        "vectors.txt",
        "glove.txt",
    ):
        output = tmp_path / f"with-{name.replace('/', '-')}"
        mine = write_lines(output / name, "mine")
        message = messages(run(*arguments, output, code=3))
        assert f"contains {name.partition('/')[0]!r}, which `gensim-distill train` did not write" in message
        assert contents(output) == {name: b"mine\n"} and mine.is_file()


def test_settings_of_other_programs_are_no_training(tmp_path: Path) -> None:
    output = write_lines(tmp_path / "out" / "settings.toml", "[default]", 'corpus = "x"').parent
    assert not is_training_folder(output)
    with pytest.raises(CommandError, match=r"contains other files, such as 'settings.toml'"):
        check_output_folder(output, [], overwrite=False)
    write_lines(output / "settings.toml", 'corpus = ["x"]', 'teacher = "y"', 'objective = "hybrid"')
    assert is_training_folder(output)


@needs_links
def test_places_that_are_no_output_folder_raise(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    set_home(monkeypatch, tmp_path)
    link = tmp_path / "link"
    link.symlink_to(tmp_path / "none")
    home_link = tmp_path / "home-link"
    home_link.symlink_to(tmp_path)
    for place, message in [
        ("/", "is the root folder"),
        (tmp_path.parents[-2] / "..", "is the root folder"),
        (tmp_path, "is the home folder"),
        (home_link, "is the home folder"),
        (os.devnull, "is a file, not a folder"),
        (link, "is a link to a place that does not exist"),
        (write_lines(tmp_path / "file", "a"), "is a file, not a folder"),
        (tmp_path / "file" / "a" / "b", "is below .*file', which is a file: use another path"),
        (write_lines(tmp_path / "inner" / "checkpoint", "a").parent, "checkpoint' is a file, where a folder is needed"),
    ]:
        with pytest.raises((CommandError, FileExistsError), match=message):
            check_output_folder(Path(place), [], overwrite=True)
    real = tmp_path / "real"
    real.mkdir()
    (tmp_path / "good").symlink_to(real)
    check_output_folder(tmp_path / "good", [], overwrite=False)


@needs_links
def test_links_to_files_are_replaced_and_their_targets_remain(trained: Path, text_file: Path, folder: Path) -> None:
    mine = write_lines(trained.parent / "mine.bin", "mine")
    for name in ("vectors.bin", "settings.toml", "training.json"):
        (trained / name).unlink()
        (trained / name).symlink_to(mine)
    (trained / "settings.toml").unlink()
    write_lines(trained / "settings.toml", "# The settings of gensim-distill")
    run("train", text_file, "--teacher", folder, *LITTLE, "-o", trained, "--overwrite")
    assert mine.read_text(encoding="utf-8") == "mine\n"


def test_a_file_that_is_no_checkpoint_is_not_removed(tmp_path: Path) -> None:
    mine = write_lines(tmp_path / "cache" / "checkpoint-1.safetensors", "mine")
    with pytest.raises(CommandError, match="is not a checkpoint of gensim-distill, or is damaged"):
        remove_checkpoint(mine.parent)
    assert mine.is_file()


def test_locks_and_contexts_of_other_programs_remain(tmp_path: Path) -> None:
    lock = write_lines(tmp_path / "one" / "checkpoint.lock", "mine")
    with pytest.raises(OSError, match="is not a lock of gensim-distill"):
        remove_checkpoint(lock.parent)
    contexts = write_lines(tmp_path / "two" / "checkpoint-1.contexts", "mine")
    remove_checkpoint(contexts.parent)
    assert lock.read_text(encoding="utf-8") == contexts.read_text(encoding="utf-8") == "mine\n"


@needs_pipes
def test_a_pipe_instead_of_settings_is_no_training(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "settings.toml")
    assert not is_training_folder(tmp_path)


def test_files_of_formats_that_are_no_longer_written_are_removed(text_file: Path, folder: Path, tmp_path: Path) -> None:
    output = tmp_path / "out"
    arguments = ["train", text_file, "--teacher", folder, *LITTLE, "-o", output, "--overwrite", "--formats"]
    run(*arguments, "word2vec,kv,glove,safetensors,tensorboard")
    mine = write_lines(output / "tensorboard" / "mine.txt", "mine")
    run(*arguments, "glove")
    assert {path.name for path in output.iterdir()} == {
        "glove.txt", "model", "settings.toml", "tensorboard", "text-encoder", "training.json", "vectors.bin", "vocabulary.txt",
    }  # fmt: skip
    assert mine.is_file()
    run(*arguments, "word2vec,glove")


@pytest.mark.parametrize("kind", [pytest.param("link", marks=needs_links), "foreign file"])
def test_an_export_that_cannot_be_replaced_ends_a_training_before_it_begins(
    kind: str, text_file: Path, folder: Path, tmp_path: Path
) -> None:
    output = tmp_path / "out"
    arguments = ["train", text_file, "--teacher", folder, *LITTLE, "-o", output, "--overwrite", "--formats"]
    run(*arguments, "glove,safetensors")
    if kind == "link":
        (output / "glove.txt").rename(tmp_path / "glove.txt")
        (output / "glove.txt").symlink_to(tmp_path / "glove.txt")
    else:
        write_lines(output / "safetensors" / "mine.txt", "mine")
    before = contents(output)
    message = messages(run(*arguments, "glove,safetensors", "--vector-size", "5", code=3))
    assert ("is a symbolic link" if kind == "link" else "has files that are not of the export, 'mine.txt'") in message
    assert contents(output) == before


def test_one_training_at_a_time_writes_to_a_folder(trained: Path, text_file: Path, folder: Path) -> None:
    before = contents(trained)
    arguments = ["train", text_file, "--teacher", folder, *LITTLE, "-o", trained, "--overwrite", "--seed", "2"]
    with held(trained):
        assert "is in use by another training" in messages(run(*arguments, code=1))
    assert contents(trained) == before


def test_a_folder_named_by_a_tilde_is_a_folder_if_it_exists(
    text_file: Path, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "~").mkdir()
    run("train", text_file, "--teacher", folder, *LITTLE, "-o", "~", "--formats", "word2vec,kv")
    assert {"vectors.bin", "vectors.txt", "vectors.kv", "model"} <= set(os.listdir(tmp_path / "~"))
