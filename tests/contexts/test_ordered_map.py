"""Readings in several threads give what one thread would have given, in order, and end when they are told to."""

from __future__ import annotations

import copy
import threading
import time
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from gensim_distill import DistilledWord2Vec, TextReader
from gensim_distill.contexts.ordered_map import map_in_order
from gensim_distill.contexts.teacher_pass import read_contexts
from gensim_distill.contexts.views import View
from gensim_distill.teachers import TransformerTeacher


@given(st.lists(st.integers(0, 3), max_size=20), st.integers(1, 4))
def test_results_are_in_order(delays: list[int], threads: int) -> None:
    def work(item: tuple[int, int], stopped: threading.Event) -> int:
        time.sleep(item[1] / 1000)
        return item[0]

    assert list(map_in_order(work, enumerate(delays), threads)) == list(range(len(delays)))


@pytest.mark.parametrize("threads", [1, 2, 4])
def test_results_before_an_error_are_yielded_first(threads: int) -> None:
    def items() -> Iterator[int]:
        yield from range(7)
        raise ConnectionError("the corpus broke off")

    def work(item: int, stopped: threading.Event) -> int:
        time.sleep(0.002 * (item % 3))
        if item == 20:
            raise MemoryError("the teacher broke off")
        return item

    given_first: list[int] = []
    with pytest.raises(ConnectionError, match="the corpus broke off"):
        for result in map_in_order(work, items(), threads):
            given_first.append(result)
    assert given_first == list(range(7))
    given_first.clear()
    with pytest.raises(MemoryError, match="the teacher broke off"):
        for result in map_in_order(work, range(15, 30), threads):
            given_first.append(result)
    assert given_first == list(range(15, 20))


def test_items_are_drawn_lazily_in_the_callers_thread() -> None:
    taken, threads = [], set()

    def items() -> Iterator[int]:
        for item in range(100):
            taken.append(item)
            threads.add(threading.current_thread())
            yield item

    results = map_in_order(lambda item, stopped: item, items(), 3)
    for _ in range(5):
        next(results)
    assert len(taken) <= 5 + 3
    results.close()  # type: ignore[attr-defined]
    assert threads == {threading.current_thread()}


def test_closing_stops_running_threads() -> None:
    def work(item: int, stopped: threading.Event) -> int:
        for _ in range(1000):
            if item and stopped.is_set():
                break
            time.sleep(0.01 * bool(item))
        return item

    results = map_in_order(work, range(10), 2)
    assert next(results) == 0
    began = time.perf_counter()
    results.close()  # type: ignore[attr-defined]
    assert time.perf_counter() - began < 5  # of 10 seconds that each takes


def test_number_of_torch_threads_is_restored() -> None:
    inside = set()

    def work(item: int, stopped: threading.Event) -> None:
        inside.add(torch.get_num_threads())

    before = torch.get_num_threads()
    try:
        torch.set_num_threads(4)
        list(map_in_order(work, range(8), 2))
        assert inside == {2}
        assert torch.get_num_threads() == 4
        later: list[int] = []
        thread = threading.Thread(target=lambda: later.append(torch.get_num_threads()))
        thread.start()
        thread.join()
        assert later == [4]
    finally:
        torch.set_num_threads(before)


CORPUS = [
    [f"{word}{number % 7}" for word in ("the", "quick", "brown", "fox")[: 1 + number % 4]] for number in range(200)
]


def small_batches(bert: tuple[Any, Any]) -> TransformerTeacher:
    """A teacher that makes many chunks of a short corpus."""
    return TransformerTeacher(*bert, device="cpu", dtype="float32", batch_tokens=8)


def contexts(teacher: TransformerTeacher, threads: int, monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    monkeypatch.setattr(TransformerTeacher, "concurrent_reads", threads)
    views = [View((0, 1, 2, 3), "token"), View((3,), "text", second_moment=True)]
    return list(read_contexts(CORPUS, TextReader(), teacher, views, {"the0": 0, "the1": 1}))


def test_contexts_do_not_depend_on_threads(bert: tuple[Any, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    teacher = small_batches(bert)
    one = contexts(teacher, 1, monkeypatch)
    several = contexts(teacher, 4, monkeypatch)
    assert len(one) == len(several) > 5
    for a, b in zip(one, several):
        for view in a:
            np.testing.assert_array_equal(a[view].words, b[view].words)
            np.testing.assert_array_equal(a[view].rows, b[view].rows)
            np.testing.assert_allclose(a[view].contexts, b[view].contexts, atol=1e-5)


def test_model_in_training_mode_with_threads(bert: tuple[Any, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    teacher = small_batches((copy.deepcopy(bert[0]), bert[1]))  # the other is shared with other tests
    expected = contexts(teacher, 1, monkeypatch)
    teacher.model.train()
    for _ in range(3):
        for a, b in zip(expected, contexts(teacher, 4, monkeypatch)):
            for view in a:
                np.testing.assert_allclose(a[view].contexts, b[view].contexts, atol=1e-5)
        assert all(module.training for module in teacher.model.modules())


def test_vectors_do_not_depend_on_threads(bert: tuple[Any, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    vectors = []
    for threads in (2, 2, 3, 5):
        monkeypatch.setattr(TransformerTeacher, "concurrent_reads", threads)
        model = DistilledWord2Vec(CORPUS, teacher=small_batches(bert), min_count=1, contexts_per_word=None)
        vectors.append(model.wv.vectors)
    for other in vectors[1:]:
        np.testing.assert_array_equal(vectors[0], other)


def test_nested_maps_restore_torch_threads() -> None:
    cores = torch.get_num_threads()
    seen = []

    def work(item: int, stopped: threading.Event) -> int:
        return torch.get_num_threads()

    outer = map_in_order(work, range(6), threads=2)
    seen.append(next(outer))
    # Another map begins and ends meanwhile.
    seen += list(map_in_order(work, range(6), threads=2))
    seen += list(outer)
    assert set(seen) == {max(1, cores // 2)} or cores == 1
    assert torch.get_num_threads() == cores
