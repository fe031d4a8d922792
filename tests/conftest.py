"""Fixtures that all tests share: a small corpus and a teacher that reads it in milliseconds."""

from __future__ import annotations

import os

# Tests must not access a hub: a name that is not on disk fails at once.
os.environ["HF_HUB_OFFLINE"] = "1"
# A second thread slows down such small models, here and in programs that tests start.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
os.environ.setdefault("OMP_NUM_THREADS", "1")

import logging
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import huggingface_hub
import hypothesis
import pytest
import torch
from local_hub import Hub, end_sessions, set_offline
from tiny import ListeningTeacher, tiny_bert

from gensim_distill import DistilledWord2Vec
from gensim_distill.teachers import TransformerTeacher

# The examples of properties are the same each time, so that no run fails by chance; `make properties` draws others. Time
# limits would fail on slow machines.
hypothesis.settings.register_profile("same", deadline=None, derandomize=True)
hypothesis.settings.register_profile("random", deadline=None, print_blob=True)
hypothesis.settings.load_profile("same")

torch.set_num_threads(1)

#: A program of a user, for type checkers.
collect_ignore = ["consumer_program.py"]

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


#: The files whose tests take longest. They are first: parallel runs assign whole files, and one of these at the end would leave
#: all other processes without work.
LONGEST = [
    "docs/test_docs.py",
    "distributed/test_ray_corpus.py",
    "docs/test_examples.py",
    "distributed/test_job_run.py",
    "docs/test_notebooks.py",
    "benchmarks/test_comparison.py",
    "benchmarks/test_gpu_check.py",
    "fuzzing/test_fuzzing.py",
    "docs/test_readme.py",
    "cli/test_documented_commands.py",
    "statistics/test_checkpoint.py",
    "report/test_browser.py",
    "package/test_extras.py",
]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Move the longest files to the front; the order within files stays."""
    root = Path(__file__).parent
    ranks = {root / name: rank for rank, name in enumerate(LONGEST)}
    items.sort(key=lambda item: ranks.get(item.path, len(ranks)))


@pytest.fixture(autouse=True)
def one_thread() -> Iterator[None]:
    """Set the number of threads of torch to 1 again, which examples and benchmarks change: tests count what a single one does."""
    yield
    torch.set_num_threads(1)


@pytest.fixture(autouse=True)
def _loggers_as_before() -> Iterator[None]:
    """Fail a test that leaves a logger of the package disabled or with another level: later tests would see no warnings."""
    before = _changed_loggers()
    yield
    assert _changed_loggers() == before


def _changed_loggers() -> dict[str, tuple[int, bool, bool]]:
    """Return the level, propagation and disabling of the loggers of the package that do not have the defaults of these."""
    settings = {
        name: (logger.level, logger.propagate, logger.disabled)
        for name, logger in logging.root.manager.loggerDict.items()
        if name.startswith("gensim_distill") and isinstance(logger, logging.Logger)
    }
    return {name: setting for name, setting in settings.items() if setting != (logging.NOTSET, True, False)}


@pytest.fixture
def corpus() -> list[list[str]]:
    """Eight short sentences, as lists of tokens."""
    return [list(sentence) for sentence in CORPUS]


@pytest.fixture(scope="session")
def bert() -> tuple[Any, Any]:
    """A BERT of three layers and 32 dimensions with random weights, and its tokenizer."""
    return tiny_bert([" ".join(sentence) for sentence in CORPUS])


@pytest.fixture(scope="session")
def teacher(bert: tuple[Any, Any]) -> TransformerTeacher:
    """A teacher of the tiny BERT, in float32 on the CPU."""
    return TransformerTeacher(*bert, device="cpu", dtype="float32")


@pytest.fixture
def listener(bert: tuple[Any, Any]) -> ListeningTeacher:
    """The same teacher, which records the texts that it reads."""
    return ListeningTeacher(*bert, device="cpu", dtype="float32")


@pytest.fixture(scope="session")
def folder(bert: tuple[Any, Any], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder in which the tiny BERT was saved by `save_pretrained`."""
    path = tmp_path_factory.mktemp("teachers") / "tiny-bert"
    for part in bert:
        part.save_pretrained(path)
    return path


@pytest.fixture
def distill(teacher: TransformerTeacher) -> Callable[..., DistilledWord2Vec]:
    """A function that trains a model of all words with the means of the last layer."""

    def make(*args: Any, **settings: Any) -> DistilledWord2Vec:
        plain = {"min_count": 1, "teacher": teacher, "objective": "aggregate", "contexts_per_word": None}
        return DistilledWord2Vec(*args, **(plain | settings))

    return make


@pytest.fixture
def hub(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Hub]:
    """Return a local hub, which is asked in place of the real one, with a cache of its own."""
    # Other tests run in offline mode; this server is local, and has no Xet.
    set_offline(monkeypatch, False)
    monkeypatch.setattr(huggingface_hub.constants, "HF_HUB_DISABLE_XET", True)
    monkeypatch.setattr(huggingface_hub.constants, "HF_HUB_CACHE", str(tmp_path / "hub-cache"))
    monkeypatch.setattr(huggingface_hub, "get_token", lambda: None)
    server = Hub()
    monkeypatch.setattr(huggingface_hub.constants, "ENDPOINT", server.address)
    template = huggingface_hub.constants.HUGGINGFACE_CO_URL_TEMPLATE
    template = server.address + template[template.index("/{repo_id}") :]
    for module in (huggingface_hub.constants, huggingface_hub.file_download):  # versions before 1.0 have a copy
        monkeypatch.setattr(module, "HUGGINGFACE_CO_URL_TEMPLATE", template, raising=False)
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    yield server
    server.shutdown()
    server.server_close()
    thread.join(timeout=10)
    end_sessions()
