"""Output folders inside the folders of a corpus are no part of it."""

from __future__ import annotations

import errno
import os
import re
from pathlib import Path
from typing import Any

import pytest
from cli_runner import LITTLE, messages, run, run_json, write_lines
from platforms import needs_links, needs_pipes

from gensim_distill.cli.corpus_files import find_corpus
from gensim_distill.cli.errors import CommandError
from gensim_distill.cli.own_files import own_files_of
from gensim_distill.cli.run_config import merge_settings


def corpus_names(
    folder: Path, *corpus: str, output: str = "vectors", config: Path | None = None, **options: str
) -> list[str]:
    settings = merge_settings({"corpus": list(corpus), "output": str(folder / output), **options})
    found = find_corpus(settings.run, quiet=True, own=own_files_of(settings, config))
    return [str(path.relative_to(folder)) for path in found.paths]


@pytest.fixture
def corpus(tmp_path: Path, lines: list[str]) -> Path:
    """Return a folder with two texts, the folders of two trainings, and folders of similar names."""
    write_lines(tmp_path / "a.txt", *lines)
    write_lines(tmp_path / "sub" / "b.txt", "The fox.")
    write_lines(tmp_path / "similar" / "vocabulary.txt", "The hen.")
    write_lines(tmp_path / "similar" / "settings.toml", "some = 'settings'")
    for name in ("vectors", "sub/earlier"):
        write_lines(tmp_path / name / "settings.toml", "# The settings of gensim-distill 1")
        write_lines(tmp_path / name / "vocabulary.txt", "fox 3")
        write_lines(tmp_path / name / "notes.txt", "My notes")
        (tmp_path / name / "checkpoint").mkdir()
        write_lines(tmp_path / name / "checkpoint" / "text.txt", "spooled")
    return tmp_path


TEXTS = ["a.txt", "similar/settings.toml", "similar/vocabulary.txt", "sub/b.txt"]


def test_trainings_in_a_corpus_folder_are_left_out(corpus: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(corpus)
    assert corpus_names(corpus, str(corpus)) == TEXTS
    assert corpus_names(corpus, ".") == TEXTS
    assert corpus_names(corpus, "**/*.txt") == [name for name in TEXTS if name.endswith(".txt")]
    assert corpus_names(corpus, ".", output="new") == TEXTS
    assert corpus_names(corpus, "vectors", output="vectors") == ["vectors/notes.txt"]


@needs_links
def test_a_link_to_a_training_is_the_training(corpus: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(corpus)
    (corpus / "link").symlink_to(corpus / "vectors")
    assert corpus_names(corpus, ".", output="link") == TEXTS


def test_the_output_folder_that_a_shell_adds_is_left_out(corpus: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(corpus)
    (corpus / "vectors" / "notes.txt").unlink()
    assert corpus_names(corpus, "a.txt", "sub", "vectors") == ["a.txt", "sub/b.txt"]
    assert "is the output folder, not a corpus" in messages(run("train", "vectors", "-o", "vectors", code=3))
    assert "only files of a training" in messages(run("train", "vectors", "-o", "new", code=3))
    message = messages(run("train", "a.txt", "vectors/vocabulary.txt", "-o", "vectors", code=3))
    assert "is a file of the output folder, not a corpus" in message


def test_settings_functions_and_checkpoints_in_a_corpus_folder_are_left_out(corpus: Path) -> None:
    config = write_lines(corpus / "config.toml", "min_count = 1")
    functions = write_lines(corpus / "functions.py", "")
    write_lines(corpus / "cache" / "checkpoint-1.safetensors", "checkpoint")
    write_lines(corpus / "cache" / "mine.txt", "mine")
    found = corpus_names(corpus, str(corpus), config=config, cache_dir=str(corpus / "cache"), functions=functions)
    assert found == sorted([*TEXTS, "cache/mine.txt"])


def test_training_into_the_corpus_folder_resumes_and_is_finished(
    tmp_path: Path, lines: list[str], folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_lines(tmp_path / "texts" / "a.txt", *lines)
    monkeypatch.chdir(tmp_path / "texts")
    arguments = ["train", ".", "--teacher", folder, *LITTLE, "-o", "vectors"]
    run(*arguments)
    again = run(*arguments)
    assert "is finished already" in messages(again) and "Ignored in" in messages(again)
    run(*arguments, "--overwrite", "--formats", "word2vec")
    assert run_json("info", "vectors")["corpus"]["files"] == 1
    run("train", ".", "--teacher", folder, *LITTLE, "-o", ".", "--overwrite")
    assert run_json("info", ".")["corpus"]["documents"] == len(lines)
    assert "is finished already" in messages(run("train", ".", "--teacher", folder, *LITTLE, "-o", "."))


@needs_pipes
def test_pipes_and_devices_are_no_corpus(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    for path in (tmp_path / "pipe", os.devnull):
        message = messages(run("train", path, "-o", tmp_path / "out", code=3))
        assert "is not a regular file" in message and "use - for standard input" in message


@needs_pipes
def test_links_in_a_corpus_folder_are_read_or_named(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    outside = write_lines(tmp_path / "outside" / "b.txt", "The fox.")
    inside = write_lines(tmp_path / "corpus" / "a.txt", "The dog.").parent
    (inside / "linked.txt").symlink_to(outside)
    assert corpus_names(tmp_path, str(inside)) == ["corpus/a.txt", "corpus/linked.txt"] and not caplog.records
    (inside / "loop").symlink_to(inside)
    (inside / "broken.txt").symlink_to(tmp_path / "nothing")
    os.mkfifo(inside / "pipe.txt")
    assert corpus_names(tmp_path, str(inside)) == ["corpus/a.txt", "corpus/linked.txt"]
    assert "3 links to folders or to nothing, or pipes, such as" in caplog.text and "loop" in caplog.text
    (inside / "same.txt").symlink_to(inside / "a.txt")
    with pytest.raises(CommandError, match="same.txt' is passed twice"):
        corpus_names(tmp_path, str(inside))


def test_a_subfolder_that_cannot_be_read_raises(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = write_lines(tmp_path / "corpus" / "a.txt", "The dog.").parent
    write_lines(folder / ".hidden" / "b.txt", "The fox.")
    closed = write_lines(folder / "closed" / "c.txt", "The cat.").parent
    scan = os.scandir

    def scandir(path: str) -> Any:
        if Path(path).name in ("closed", ".hidden"):
            raise PermissionError(errno.EACCES, "Permission denied", path)
        return scan(path)

    monkeypatch.setattr(os, "scandir", scandir)
    with pytest.raises(PermissionError, match=re.escape(str(closed))):
        corpus_names(tmp_path, str(folder))
