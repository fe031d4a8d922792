"""Objects that the garbage collector ignores for a time."""

from __future__ import annotations

import gc
import weakref
from collections.abc import Iterator
from typing import Any

import pytest
from tiny import ListeningTeacher

from gensim_distill import DistilledWord2Vec
from gensim_distill._utils.garbage import freeze_existing_objects


class Cycle:
    """An object that only the garbage collector can free."""

    def __init__(self) -> None:
        self.itself = self


def test_objects_are_frozen_until_the_end_even_if_it_is_an_error() -> None:
    with pytest.raises(KeyError), freeze_existing_objects():
        assert gc.get_freeze_count() > 0
        raise KeyError
    assert gc.get_freeze_count() == 0


def test_garbage_is_collected_meanwhile_and_afterwards() -> None:
    before = weakref.ref(Cycle())
    with freeze_existing_objects():
        during = weakref.ref(Cycle())
        gc.collect()
        assert during() is None
    gc.collect()
    assert before() is None


def test_what_the_user_has_frozen_stays_frozen() -> None:
    gc.freeze()
    try:
        before = gc.get_freeze_count()
        with freeze_existing_objects():
            assert gc.get_freeze_count() <= before
        assert 0 < gc.get_freeze_count() <= before
    finally:
        gc.unfreeze()


@pytest.mark.parametrize("solver", ["one-pass", "sgd"])
def test_trainings_freeze_objects_while_they_read(
    corpus: list[list[str]], listener: ListeningTeacher, solver: Any
) -> None:
    seen = []

    class Corpus:
        def __iter__(self) -> Iterator[list[str]]:
            seen.append(gc.get_freeze_count() > 0)
            return iter(corpus)

    model = DistilledWord2Vec(
        teacher=listener,
        objective="x2static",
        solver=solver,
        min_count=1,
        epochs=1,
        contexts_per_word=None,
        progress=False,
    )
    model.build_vocab(Corpus())
    assert not any(seen)
    seen.clear()
    model.train(Corpus(), total_examples=len(corpus), epochs=1)
    assert all(seen)
    assert gc.get_freeze_count() == 0
