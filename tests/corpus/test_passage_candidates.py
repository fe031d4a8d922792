"""Candidates: whatever the sizes of blocks, the passages are those of a plain search."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gensim_distill.corpus import passage_candidates
from gensim_distill.corpus.passage_candidates import NO_LIMIT, Passages

NUM_WORDS = 6
WORDS_OF_PASSAGES = st.lists(st.sets(st.integers(0, NUM_WORDS - 1), max_size=NUM_WORDS), max_size=12)


def passages_of(words: list[set[int]]) -> Passages:
    """Return passages with these words, whose hashes are 10, 20 and so on."""
    numbers = np.arange(len(words))
    flat = np.array([word for found in words for word in sorted(found)], dtype=np.int32)
    hashes = (10 * (numbers + 1)).astype(np.uint64)
    lengths = np.array([len(found) for found in words], dtype=np.int64)
    return Passages(hashes, hashes, numbers, numbers, numbers, numbers, lengths, flat, lengths)


@pytest.fixture(params=[1, 5, 1_000], autouse=True)
def block_size(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(passage_candidates, "_BLOCK", request.param)


@given(words=WORDS_OF_PASSAGES, number=st.integers(1, 4))
def test_first_passages_of_each_word(words: list[set[int]], number: int) -> None:
    first, limits = passages_of(words).first_of_each_word(number, NUM_WORDS)
    of_words = [[passage for passage, found in enumerate(words) if word in found] for word in range(NUM_WORDS)]
    assert first.tolist() == sorted({passage for passages in of_words for passage in passages[:number]})
    assert limits.tolist() == [
        10 * (passages[number - 1] + 1) if len(passages) >= number else NO_LIMIT for passages in of_words
    ]


@given(words=WORDS_OF_PASSAGES)
def test_passages_of_each_word(words: list[set[int]]) -> None:
    bounds, passages = passages_of(words).by_word(NUM_WORDS)
    assert [passages[begin:end].tolist() for begin, end in itertools.pairwise(bounds)] == [
        [passage for passage, found in enumerate(words) if word in found] for word in range(NUM_WORDS)
    ]


@given(words=WORDS_OF_PASSAGES, data=st.data())
def test_some_of_the_passages_in_any_order(words: list[set[int]], data: st.DataObject) -> None:
    wanted = data.draw(st.permutations(range(len(words))))[: data.draw(st.integers(0, len(words)))]
    taken = passages_of(words).take(np.array(wanted, dtype=np.int64))
    assert taken.ordinals.tolist() == wanted
    ends = np.cumsum(taken.lengths)
    assert [set(taken.words[end - size : end].tolist()) for end, size in zip(ends, taken.lengths)] == [
        words[passage] for passage in wanted
    ]
