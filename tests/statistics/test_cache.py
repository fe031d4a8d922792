"""Caches of statistics: bounds, damaged files, processes that wait for each other."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from platforms import needs_links

from gensim_distill.contexts.views import View
from gensim_distill.statistics.cache import StatisticsFolder, StatisticsMemory, cache_key
from gensim_distill.statistics.corpus_statistics import CorpusStatistics

VIEW = View((0,), "token")


class Collection:
    """Statistics that count how often they are collected."""

    def __init__(self, value: float = 1.0, seconds: float = 0.0) -> None:
        self.value, self.seconds, self.calls = value, seconds, 0

    def __call__(self) -> CorpusStatistics:
        self.calls += 1
        time.sleep(self.seconds)
        statistics = CorpusStatistics.empty([VIEW], vocabulary_size=3, width=2)
        statistics.moments[VIEW.name].sums += self.value
        statistics.documents = 5
        return statistics


@pytest.fixture(params=["memory", "folder"])
def make_cache(request: pytest.FixtureRequest, tmp_path: Path) -> Callable[[], Any]:
    """Return a function that returns the cache, as another process would open it if it is on disk."""
    memory = StatisticsMemory()
    return (lambda: memory) if request.param == "memory" else (lambda: StatisticsFolder(tmp_path / "kept"))


def test_statistics_are_collected_once_for_each_key(make_cache: Callable[[], Any]) -> None:
    collections = {"a": Collection(1.0), "b": Collection(2.0)}
    for key in "abab":
        found = make_cache().get(key, collections[key])
        np.testing.assert_array_equal(found.moments[VIEW.name].sums, np.full((3, 2), collections[key].value))
        assert found.documents == 5
    assert [made.calls for made in collections.values()] == [1, 1]


def test_threads_wait_for_statistics_that_another_one_collects(make_cache: Callable[[], Any]) -> None:
    collection = Collection(seconds=0.2)
    threads = [threading.Thread(target=lambda: make_cache().get("a", collection)) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert collection.calls == 1


def test_a_failure_keeps_nothing_and_locks_nothing(make_cache: Callable[[], Any]) -> None:
    def fail() -> CorpusStatistics:
        raise OSError("the disk is gone")

    with pytest.raises(OSError, match="the disk is gone"):
        make_cache().get("a", fail)
    collection = Collection()
    make_cache().get("a", collection)
    assert collection.calls == 1


def test_memory_drops_what_was_not_used_for_the_longest_time() -> None:
    size = Collection()().nbytes
    memory = StatisticsMemory(2 * size)
    collections = {key: Collection() for key in "abc"}
    for key in "abacab":
        memory.get(key, collections[key])
        assert memory.nbytes <= 2 * size
    assert {key: made.calls for key, made in collections.items()} == {"a": 1, "b": 2, "c": 1}
    memory.max_bytes = size
    assert memory.nbytes == size
    with pytest.raises(ValueError, match="max_bytes=-1 must be a whole number from 0"):
        memory.max_bytes = -1
    with pytest.raises(ValueError, match="max_bytes=-1 must be a whole number from 0"):
        StatisticsMemory(-1)
    nothing = StatisticsMemory(0)
    nothing.get("a", collections["a"])
    assert nothing.nbytes == 0


def test_folder_with_a_null_character_raises() -> None:
    with pytest.raises(OSError, match=r"cache_dir='a\\x00b' is not writable \(this is no name of a folder\)"):
        StatisticsFolder("a\0b")


def test_damaged_and_exchanged_files_are_collected_again(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    folder, collection = StatisticsFolder(tmp_path), Collection()
    folder.get("a", collection)
    folder.get("b", collection)
    path = tmp_path / "statistics-a.safetensors"
    whole = path.read_bytes()
    for damaged in (whole[:-7], b"", (tmp_path / "statistics-b.safetensors").read_bytes()):
        path.write_bytes(damaged)
        caplog.clear()
        with caplog.at_level(logging.WARNING):
            folder.get("a", collection)
        assert "The teacher reads the texts again, since their statistics are damaged" in caplog.text
        folder.get("a", collection)
    assert collection.calls == 5


@pytest.mark.parametrize("name", ["statistics-a.safetensors", "statistics-a.safetensors.lock"])
def test_something_else_in_the_place_of_a_file_is_no_error(
    name: str, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / name / "folder").mkdir(parents=True)
    with caplog.at_level(logging.WARNING):
        assert StatisticsFolder(tmp_path).get("a", Collection()).documents == 5
    assert "directory" in caplog.text
    assert "read" in caplog.text


@needs_links
def test_a_file_that_cannot_be_read_is_collected_again(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    path = tmp_path / "statistics-a.safetensors"
    path.symlink_to(path)
    with caplog.at_level(logging.WARNING):
        assert StatisticsFolder(tmp_path).get("a", Collection()).documents == 5
    assert "The teacher reads the texts again" in caplog.text
    assert path.is_file()


def test_statistics_that_cannot_be_written_are_returned(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(*args: Any, **kwargs: Any) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(CorpusStatistics, "save", fail)
    with caplog.at_level(logging.WARNING):
        assert StatisticsFolder(tmp_path).get("a", Collection()).documents == 5
    assert "Statistics were not saved, so the same texts will be read again" in caplog.text


def test_keys_depend_on_settings_teacher_and_corpus() -> None:
    # That of folders of earlier versions.
    assert cache_key({"seed": 1}, {"weights": "ab"}, b"corpus") == "f1226e5e3c7929222bb71397a894efcd"
    assert cache_key({"seed": 1, "dtype": 2}, {}, b"") == cache_key({"dtype": 2, "seed": 1}, {}, b"")
    key = cache_key({"teacher": {"states": [0.1]}, "seed": 1}, {"digest": "a"}, b"corpus")
    assert key == cache_key({"teacher": {"states": [0.2]}, "seed": 1}, {"digest": "a"}, b"corpus")
    assert key != cache_key({"seed": 2}, {"digest": "a"}, b"corpus")
    assert key != cache_key({"seed": 1}, {"digest": "b"}, b"corpus")
    assert key != cache_key({"seed": 1}, {"digest": "a"}, b"other")
