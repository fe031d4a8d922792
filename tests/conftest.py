"""Fixtures that all tests share: small corpora and a teacher small enough to read them in milliseconds."""

from __future__ import annotations

import os

# Nothing in the tests may ask a hub; a name that is not on disk must fail at once.
os.environ["HF_HUB_OFFLINE"] = "1"
# The models are so small that a second thread costs more than it brings, here and in programs that tests start.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
os.environ.setdefault("OMP_NUM_THREADS", "1")

from pathlib import Path
from typing import Any

import hypothesis
import pytest
import torch
from tiny import ListeningTeacher, tiny_bert

from gensim_distill.teachers import TransformerTeacher

# Machines differ; how long an example takes says nothing about whether it is right.
hypothesis.settings.register_profile("no deadline", deadline=None)
hypothesis.settings.load_profile("no deadline")

torch.set_num_threads(1)

CORPUS = [
    ["the", "quick", "brown", "fox", "jumps", "over", "the", "lazy", "dog", "."],
    ["the", "dog", "sleeps", ".", "the", "fox", "runs", "away", "!"],
    ["a", "lazy", "dog", "and", "a", "quick", "cat"],
    ["cats", "and", "dogs", ",", "foxes", "and", "hens"],
    ["the", "cat", "sleeps", "all", "day", ";", "the", "dog", "barks", "at", "the", "cat"],
    ["brown", "bears", "eat", "honey", "while", "the", "quick", "fox", "eats", "hens"],
    ["new_york", "is", "far", "away", "from", "the", "brown", "bears"],
    ["the", "dog", "eats", ",", "the", "cat", "eats", ",", "the", "fox", "eats"],
]


@pytest.fixture
def corpus() -> list[list[str]]:
    """Eight short sentences, as lists of tokens."""
    return [list(sentence) for sentence in CORPUS]


@pytest.fixture(scope="session")
def bert() -> tuple[Any, Any]:
    """A BERT of three layers, 32 wide, with random weights, and its tokenizer."""
    return tiny_bert([" ".join(sentence) for sentence in CORPUS])


@pytest.fixture(scope="session")
def teacher(bert: tuple[Any, Any]) -> TransformerTeacher:
    """The same as a teacher, in float32 on the CPU."""
    return TransformerTeacher(*bert, device="cpu", dtype="float32")


@pytest.fixture
def listener(bert: tuple[Any, Any]) -> ListeningTeacher:
    """The same, with a memory of what it was given to read."""
    return ListeningTeacher(*bert, device="cpu", dtype="float32")


@pytest.fixture(scope="session")
def folder(bert: tuple[Any, Any], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The tiny BERT in a folder, as `save_pretrained` leaves it."""
    path = tmp_path_factory.mktemp("teachers") / "tiny-bert"
    for part in bert:
        part.save_pretrained(path)
    return path
