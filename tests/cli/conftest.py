"""A small corpus in a file, a training on it, and a file of vectors."""

from __future__ import annotations

from pathlib import Path

import pytest
from cli_runner import LITTLE, run, write_lines
from gensim.models import KeyedVectors

LINES = [
    "The quick brown fox jumps over the lazy dog.",
    "The dog sleeps. The fox runs away!",
    "A lazy dog and a quick cat.",
    "Cats and dogs, foxes and hens.",
    "The cat sleeps all day; the dog barks at the cat.",
]


@pytest.fixture
def lines() -> list[str]:
    """Return five documents."""
    return list(LINES)


@pytest.fixture
def text_file(tmp_path: Path) -> Path:
    """Return a file of five documents, one per line."""
    return write_lines(tmp_path / "corpus" / "text.txt", *LINES)


@pytest.fixture
def trained(text_file: Path, folder: Path, tmp_path: Path) -> Path:
    """Return the output folder of a training."""
    output = tmp_path / "out"
    run("train", text_file, "--teacher", folder, *LITTLE, "-o", output, "--quiet")
    return output


@pytest.fixture(scope="session")
def trained_once(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the output folder of the same training, which tests must not change."""
    place = tmp_path_factory.mktemp("trained")
    write_lines(place / "text.txt", *LINES)
    run("train", place / "text.txt", "--teacher", folder, *LITTLE, "-o", place / "out", "--quiet")
    return place / "out"


@pytest.fixture
def trained_vectors(trained: Path) -> KeyedVectors:
    """Return the vectors of the training."""
    return KeyedVectors.load_word2vec_format(
        str(trained / "vectors.bin"), fvocab=str(trained / "vocabulary.txt"), binary=True
    )


@pytest.fixture
def vector_file(tmp_path: Path) -> Path:
    """Return a file with vectors of three words and two dimensions."""
    return write_lines(tmp_path / "some.vec", "3 2", "cat 1 0", "dog 0.9 0.1", "car 0 1")
