"""The settings of an unfinished training, when a command that would go on with it fails."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from cli_runner import messages, run, write_lines

from gensim_distill.cli.errors import CommandError
from gensim_distill.cli.kept_settings import make_folder
from gensim_distill.cli.run_config import read_toml
from gensim_distill.statistics.checkpoint import Checkpoint

OPTIONS = ["--min-count", "1", "--batch-tokens", "16"]
AGAIN = "another --output, or --overwrite to start again"


@pytest.fixture
def unfinished(text_file: Path, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the output folder of a training that an error ended after some documents."""
    write_lines(text_file, *(text_file.read_text(encoding="utf-8").splitlines() * 30))
    add: Callable[..., None] = Checkpoint.add
    numbers = itertools.count()

    def failing(*arguments: Any) -> None:
        if next(numbers) == 1:
            raise RuntimeError("the device is gone")
        add(*arguments)

    with monkeypatch.context() as patched:
        patched.setattr(Checkpoint, "add", failing)
        output = tmp_path / "out"
        result = run(
            "train", text_file, "--teacher", folder, *OPTIONS, "-o", output, "--contexts-per-word", "none", code=1
        )
    assert "documents: the same command resumes from there" in result.stderr
    return output


def test_a_refused_command_keeps_the_settings_of_an_unfinished_training(
    unfinished: Path, text_file: Path, folder: Path, tmp_path: Path
) -> None:
    settings = unfinished / "settings.toml"
    before = settings.read_bytes()
    other = write_lines(tmp_path / "other.txt", "Nothing of this was read before.", "Nor was this.")
    documents = text_file.read_text(encoding="utf-8").splitlines()
    turned = write_lines(tmp_path / "turned.txt", *documents[:5], *reversed(documents[5:]))  # the same vocabulary
    as_before = ["--contexts-per-word", "none"]
    for corpus, teacher, options, expected in [
        (
            text_file,
            folder,
            ["--contexts-per-word", "3"],
            "different --contexts-per-word (then None, now 3): use the same settings, " + AGAIN,
        ),
        (text_file, folder, [*as_before, "--objective", "x2static", "--layers", "1"], "different objective"),
        (text_file, tmp_path / "none", as_before, "there is no such folder"),
        (other, folder, as_before, "different corpus: use the same settings, " + AGAIN),
        (turned, folder, as_before, "the same documents in the same order, " + AGAIN),
        (other, folder, [*as_before, "--min-count", "1000"], "No word is left"),
    ]:
        result = run("train", corpus, "--teacher", teacher, *OPTIONS, *options, "-o", unfinished, code=3)
        assert settings.read_bytes() == before
        assert expected in messages(result).splitlines()[-1]
    command = ["train", text_file, "--teacher", folder, *OPTIONS, *as_before, "-o", unfinished, "--formats", "glove"]
    assert "Found a checkpoint of" in run(*command).stderr
    assert read_toml(settings)["formats"] == ["glove"]


def test_a_folder_of_checkpoints_is_named_in_its_errors(text_file: Path, folder: Path, tmp_path: Path) -> None:
    cache = ["--cache-dir", tmp_path / "cache"]
    command = ["train", text_file, "--teacher", folder, *OPTIONS, *cache]
    run(*command, "-o", tmp_path / "out", "--contexts-per-word", "none")
    result = run(*command, "-o", tmp_path / "new" / "out", "--contexts-per-word", "3", code=3)
    assert "another --cache-dir, or remove the file" in messages(result)
    assert not (tmp_path / "new").exists()


def test_a_first_command_that_fails_leaves_no_folder(text_file: Path, folder: Path, tmp_path: Path) -> None:
    existing = tmp_path / "existing"
    existing.mkdir()
    for output in (tmp_path / "new" / "out", existing):
        for teacher, count in [(tmp_path / "none", 1), (folder, 1000)]:
            run("train", text_file, "--teacher", teacher, "--min-count", count, "-o", output, code=3)
            assert not (tmp_path / "new").exists()
            assert list(existing.iterdir()) == []


def test_a_failure_with_overwrite_keeps_the_settings_of_the_vectors(trained: Path, text_file: Path) -> None:
    before = (trained / "settings.toml").read_bytes()
    run("train", text_file, "--teacher", trained / "none", "-o", trained, "--overwrite", code=3)
    assert (trained / "settings.toml").read_bytes() == before


def test_a_folder_that_cannot_be_created_is_one_sentence(vector_file: Path, text_file: Path) -> None:
    place = vector_file / "out"  # below a file
    message = f"The folder {str(place)!r} cannot be created (Not a directory): use another one."
    assert message in messages(run("search", text_file, "cat", "-m", vector_file, "--save", place, code=3))
    with pytest.raises(CommandError, match="cannot be created"):
        make_folder(place)
