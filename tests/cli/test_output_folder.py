"""The output folder of ``gensim-distill train``: what is not its own remains."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from cli_runner import LITTLE, messages, run, write_lines

from gensim_distill.cli.errors import CommandError
from gensim_distill.cli.output_folder import check_output_folder, is_training_folder, remove_checkpoint

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


def test_places_that_are_no_output_folder_raise(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    link = tmp_path / "link"
    link.symlink_to(tmp_path / "none")
    home_link = tmp_path / "home-link"
    home_link.symlink_to(tmp_path)
    for place, message in [
        ("/", "is the root folder"),
        ("/tmp/..", "is the root folder"),
        (tmp_path, "is the home folder"),
        (home_link, "is the home folder"),
        (os.devnull, "is a file, not a folder"),
        (link, "is a link to a place that does not exist"),
        (write_lines(tmp_path / "file", "a"), "is a file, not a folder"),
        (write_lines(tmp_path / "inner" / "checkpoint", "a").parent, "checkpoint' is a file, where a folder is needed"),
    ]:
        with pytest.raises(CommandError, match=message):
            check_output_folder(Path(place), [], overwrite=True)
    real = tmp_path / "real"
    real.mkdir()
    (tmp_path / "good").symlink_to(real)
    check_output_folder(tmp_path / "good", [], overwrite=False)


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
