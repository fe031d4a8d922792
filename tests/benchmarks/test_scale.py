"""The corpora of the benchmark of long corpora: any length, the vocabulary that is asked for, and the same each time."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from benchmarks.speed.scale import Source, compounds
from benchmarks.speed.training_stages import Clock

WORDS = ["river", "stone", "garden", "winter", "music", "candle", "window", "of", "a", "2nd"]


@pytest.fixture
def source(tmp_path: Path) -> Source:
    lines = [" ".join(WORDS[(start + step) % 10] for step in range(start % 5 + 2)) for start in range(40)]
    (tmp_path / "corpus.txt").write_text("\n".join([*lines, "Rare words"]), encoding="utf-8")
    return Source.read(str(tmp_path / "corpus.txt"), None, 10)


@pytest.mark.parametrize("words", [500, 20_000])
def test_corpora_of_any_length_have_the_vocabulary(source: Source, words: int) -> None:
    lines = list(source.lines(words, 30, seed=1))
    assert words <= sum(map(len, lines)) < words + 10
    assert {word for line in lines for word in line} == set(source.vocabulary(30))
    assert lines == list(source.lines(words, 30, seed=1)) != list(source.lines(words, 30, seed=2))


def test_rare_words_become_common_ones_without_compounds(source: Source) -> None:
    assert {word for line in source.lines(2_000, 10, seed=1) for word in line} == set(WORDS)


def test_compounds_are_distinct_and_new() -> None:
    made = compounds(WORDS, 45)
    assert len(set(made)) == 45 and not set(made) & set(WORDS) and made == compounds(WORDS, 45)


def test_the_items_of_a_generator_add_their_time_to_a_stage() -> None:
    clock = Clock()

    def items() -> Iterator[int]:
        yield sum(range(300_000))
        yield 2

    timed = clock.timed("selection", items)
    assert len(list(timed())) == 2 and clock.cores["selection"] > 0.001 and "selection" not in clock.wall
