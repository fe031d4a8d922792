"""Pooling subword states over words, sentences and texts, against a double loop in plain Python."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from gensim_distill import StateBatch
from gensim_distill.contexts.pooling import Level, PooledStates, Spans, pool

WIDTH = 2

#: A text and the characters there that a word, a sentence or a subword covers: (text, start, end).
Place = tuple[int, int, int]


def arrays(places: list[Place]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    texts, starts, ends = np.array(places, dtype=np.int64).reshape(-1, 3).T
    return texts, starts, ends


def pooled_over(spans: list[Place] | None, lengths: list[int], subwords: list[Place], states: Any) -> PooledStates:
    """Pool one batch of one layer."""
    level = Level(None if spans is None else Spans(*arrays(spans)), {(0,)})
    return pool([StateBatch(*arrays(subwords), [states])], lengths, {"level": level}, [0], WIDTH)["level"]


def share_a_character(one: Place, other: Place) -> bool:
    return one[0] == other[0] and bool(set(range(*one[1:])) & set(range(*other[1:])))


def plain_means(chosen: list[list[bool]], states: np.ndarray) -> tuple[np.ndarray, list[int]]:
    """Average the states that are chosen for each span; zeros where there are none."""
    means = [states[row].mean(axis=0) if any(row) else np.zeros(WIDTH) for row in chosen]
    return np.array(means).reshape(-1, WIDTH), [sum(row) for row in chosen]


@st.composite
def readings(draw: st.DrawFn) -> tuple[list[int], list[Place], list[Place]]:
    """Lengths of some texts, spans in them in order and without overlap, and subwords anywhere, in any order."""
    lengths = draw(st.lists(st.integers(0, 8), max_size=4))
    spans: list[Place] = []
    subwords: list[Place] = []
    for text, length in enumerate(lengths):
        borders = sorted(draw(st.lists(st.integers(0, length), max_size=8)))
        spans += [(text, start, end) for start, end in zip(borders[::2], borders[1::2])]
        pairs = draw(st.lists(st.tuples(st.integers(0, length), st.integers(0, length)), max_size=6))
        subwords += [(text, min(pair), max(pair)) for pair in pairs]
    return lengths, spans, draw(st.permutations(subwords))


@pytest.mark.parametrize(
    "kind",
    [
        pytest.param(lambda states: states, id="numpy float64"),
        pytest.param(lambda states: states.astype(np.float32), id="numpy float32"),
        pytest.param(torch.from_numpy, id="torch float64"),
        pytest.param(lambda states: torch.from_numpy(states).float(), id="torch float32"),
    ],
)
@settings(max_examples=100, deadline=None)
@given(reading=readings(), data=st.data())
def test_pool_equals_double_loop(
    kind: Callable[[np.ndarray], Any], reading: tuple[list[int], list[Place], list[Place]], data: st.DataObject
) -> None:
    lengths, spans, subwords = reading
    layers = {layer: np.random.default_rng(layer).normal(size=(len(subwords), WIDTH)) for layer in (3, 1)}
    ends = [0, *sorted(data.draw(st.lists(st.integers(0, len(subwords)), max_size=2))), len(subwords)]
    batches = [
        StateBatch(*arrays(subwords[begin:end]), [kind(states[begin:end]) for states in layers.values()])
        for begin, end in itertools.pairwise(ends)
    ]
    levels = {"words": Level(Spans(*arrays(spans)), {(1,), (3, 1)}), "texts": Level(None, {(3,)})}

    pooled = pool(batches, lengths, levels, list(layers), WIDTH)

    in_words = [[share_a_character(span, subword) for subword in subwords] for span in spans]
    in_texts = [[subword[0] == text for subword in subwords] for text in range(len(lengths))]
    expected = [
        ("words", (1,), in_words, layers[1]),
        ("words", (3, 1), in_words, (layers[3] + layers[1]) / 2),
        ("texts", (3,), in_texts, layers[3]),
    ]
    for level, choice, chosen, states in expected:
        means, counts = plain_means(chosen, states)
        np.testing.assert_allclose(pooled[level].states[choice], means, atol=1e-6)
        np.testing.assert_array_equal(pooled[level].subwords, counts)


def test_subword_of_two_words_counts_for_both() -> None:
    words = [(0, 0, 2), (0, 3, 5)]
    pooled = pooled_over(words, [5], [(0, 0, 1), (0, 1, 4)], np.array([[1.0, 0.0], [3.0, 0.0]]))
    np.testing.assert_array_equal(pooled.states[(0,)][:, 0], [2.0, 3.0])


def test_subwords_without_characters_count_for_the_text_only() -> None:
    special_and_word = [(0, 0, 0), (0, 0, 3), (0, 3, 3)]
    states = np.array([[10.0, 0.0], [1.0, 0.0], [10.0, 0.0]])
    assert pooled_over([(0, 0, 3)], [3], special_and_word, states).states[(0,)][0, 0] == 1.0
    assert pooled_over(None, [3], special_and_word, states).states[(0,)][0, 0] == 7.0


@pytest.mark.parametrize(
    ("texts", "windows", "first", "last"),
    [
        pytest.param([1, 1, 0, 0], None, [2.0, 0.0], [3.0, 1.0], id="two texts"),
        pytest.param([0, 0, 1, 1], [5, 5, 5, 5], [0.0, 2.0], [1.0, 3.0], id="texts with the same number of window"),
        pytest.param([0, 0, 0, 1], [0, 0, 1, 2], [1.0, 3.0], [1.5, 3.0], id="two windows of a text"),
        pytest.param([0, 1, 1, 0], [0, 1, 1, 2], [1.5, 1.0], [1.5, 2.0], id="windows that are apart"),
        pytest.param([], [], [0.0, 0.0], [0.0, 0.0], id="no subwords"),
    ],
)
def test_first_and_last_subword_of_texts(
    texts: list[int], windows: list[int] | None, first: list[float], last: list[float]
) -> None:
    number = len(texts)
    places = np.zeros(number, dtype=np.int64)
    states = np.arange(number, dtype=np.float32)[:, None].repeat(WIDTH, axis=1)
    batch = StateBatch(
        np.array(texts, dtype=np.int64),
        places,
        places,
        [states],
        windows=None if windows is None else np.array(windows),
    )
    levels = {end: Level(None, {(0,)}, end) for end in ("first", "last")}
    pooled = pool([batch], [1, 1], levels, [0], WIDTH)
    for end, expected in (("first", first), ("last", last)):
        np.testing.assert_array_equal(pooled[end].states[(0,)][:, 0], expected)
        assert (pooled[end].subwords > 0).tolist() == [text in texts for text in (0, 1)]


def test_texts_are_separated() -> None:
    words = [(0, 0, 3), (1, 0, 3)]
    pooled = pooled_over(words, [3, 3], [(0, 2, 3), (1, 0, 1)], np.array([[1.0, 0.0], [2.0, 0.0]]))
    np.testing.assert_array_equal(pooled.states[(0,)][:, 0], [1.0, 2.0])
    np.testing.assert_array_equal(pooled.subwords, [1, 1])


def test_means_without_states_are_zeros() -> None:
    words = Level(Spans(*arrays([(0, 0, 2), (0, 3, 4)])), {(0, 5)})
    pooled = pool([], [4], {"words": words}, [0, 5], WIDTH)["words"]
    np.testing.assert_array_equal(pooled.states[(0, 5)], np.zeros((2, WIDTH)))
    np.testing.assert_array_equal(pooled.subwords, [0, 0])


@pytest.mark.parametrize("dtype", [torch.bfloat16, torch.float16, torch.float32, torch.float64])
def test_sums_are_in_float32_for_any_dtype(dtype: torch.dtype) -> None:
    # In bfloat16 a running sum of ones stops at 256, in float16 at 2,048.
    pooled = pooled_over([(0, 0, 1)], [1], [(0, 0, 1)] * 5000, torch.ones((5000, WIDTH), dtype=dtype))
    assert pooled.states[(0,)].dtype == torch.float32
    np.testing.assert_array_equal(pooled.states[(0,)], [[1.0, 1.0]])


STATES = np.array([[1.0, 2.0], [3.0, 4.0]], dtype=np.float32)


def read_only() -> np.ndarray:
    states = STATES.copy()
    states.flags.writeable = False
    return states


@pytest.mark.parametrize(
    "make",
    [
        pytest.param(read_only, id="a read-only array"),
        pytest.param(lambda: np.ascontiguousarray(STATES[::-1])[::-1], id="an array with negative strides"),
        pytest.param(lambda: torch.from_numpy(STATES.copy()).requires_grad_(), id="a tensor with a gradient"),
    ],
)
@pytest.mark.filterwarnings("error")
def test_any_kind_of_array_is_accepted(make: Callable[[], Any]) -> None:
    """A teacher of the user's own may give what its library gives: views, memory maps, tensors with gradients."""
    pooled = pooled_over([(0, 0, 2), (0, 2, 4)], [4], [(0, 0, 2), (0, 2, 4)], make())
    np.testing.assert_array_equal(pooled.states[(0,)], STATES)


@pytest.mark.parametrize(
    ("states", "found"),
    [
        pytest.param([np.zeros((3, WIDTH))], r"\(3, 2\)", id="a state too many"),
        pytest.param([np.zeros((2, WIDTH + 1))], r"\(2, 3\)", id="states too wide"),
        pytest.param([torch.zeros(2)], r"\(2,\)", id="no width"),
        pytest.param([np.zeros((2, WIDTH))] * 2, r"\(2, 2\), \(2, 2\)", id="a layer too many"),
        pytest.param([], r"\[\]", id="no layer"),
    ],
)
def test_wrong_shapes_raise(states: list[Any], found: str) -> None:
    batch = StateBatch(*arrays([(0, 0, 1), (0, 1, 2)]), states)
    with pytest.raises(ValueError, match=rf"shapes \[?{found}\]? for 2 subwords: expected 1 of the shape \(2, 2\)"):
        pool([batch], [2], {"texts": Level(None, {(0,)})}, [0], WIDTH)


@pytest.mark.parametrize("wrong", [np.nan, np.inf])
def test_states_that_are_not_finite_raise(wrong: float) -> None:
    states = np.ones((3, 2), dtype=np.float32)
    states[1, 0] = wrong
    none = np.zeros(3, dtype=np.int64)
    batch = StateBatch(none, none, none, [states])
    with pytest.raises(ValueError, match="use dtype='float32'"):
        pool([batch], [5], {"texts": Level(None, {(0,)})}, [0], 2)
