"""Long texts: windows over their subwords, and batches of windows."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from slow_teacher import (
    READER,
    assert_same,
    mean_or_nothing,
    token_states,
)
from tiny_models import FAMILIES, POSITIONS, tiny
from transformers import PreTrainedTokenizerFast

from gensim_distill import DistilledWord2Vec, load_teacher
from gensim_distill.corpus.documents import DocumentText
from gensim_distill.teachers import TransformerTeacher
from gensim_distill.teachers.windows import Window, batch_windows, split_windows


@settings(max_examples=300, deadline=None)
@given(length=st.integers(0, 200), size=st.integers(1, 40), data=st.data())
def test_windows_keep_each_subword_once_with_context(length: int, size: int, data: st.DataObject) -> None:
    word_starts = np.array(sorted(data.draw(st.sets(st.integers(0, max(length - 1, 0)), max_size=60))), dtype=np.int64)
    windows = list(split_windows(7, word_starts, length, size))
    assert [i for window in windows for i in range(window.keep_begin, window.keep_end)] == list(range(length))
    for window in windows:
        assert window.text == 7
        assert len(window) <= size
        assert 0 <= window.begin <= window.keep_begin < window.keep_end <= window.end <= length
        # An eighth of the window on either side, as far as the text has it.
        assert window.keep_begin - window.begin >= min(size // 8, window.keep_begin)
        assert window.end - window.keep_end >= min(size // 8, length - window.keep_end)


@settings(max_examples=300, deadline=None)
@given(length=st.integers(1, 200), size=st.integers(2, 40), data=st.data())
def test_windows_end_between_words_if_possible(length: int, size: int, data: st.DataObject) -> None:
    word_starts = np.array(sorted(data.draw(st.sets(st.integers(0, length - 1), max_size=60))), dtype=np.int64)
    *windows, _ = split_windows(0, word_starts, length, size)
    for window in windows:
        latest = window.begin + size - size // 8
        near = [start for start in word_starts if window.keep_begin + size // 2 < start <= latest]
        assert window.keep_end == max(near, default=latest)


@settings(max_examples=200, deadline=None)
@given(lengths=st.lists(st.integers(1, 50), max_size=30), extra=st.integers(0, 3), batch_tokens=st.integers(1, 200))
def test_batches_have_each_window_once_within_the_limit(lengths: list[int], extra: int, batch_tokens: int) -> None:
    windows = [Window(i, 0, length, 0, length) for i, length in enumerate(lengths)]
    made = list(batch_windows(windows, extra, batch_tokens))
    assert sorted(window.text for batch in made for window in batch) == list(range(len(lengths)))
    for batch in made:
        assert len(batch) == 1 or len(batch) * (max(map(len, batch)) + extra) <= batch_tokens


WINDOWS_OF_EIGHT = [
    # read from, keep from, keep to, read to
    (0, 0, 7, 8),
    (6, 7, 13, 14),
    (12, 13, 20, 20),
]


def test_windows_of_a_long_text_are_read_separately(bert: tuple[Any, Any]) -> None:
    model, tokenizer = bert
    tokens = ("the dog cat fox and " * 4).split()
    ids = tokenizer(" ".join(tokens), add_special_tokens=False)["input_ids"]
    assert len(ids) == len(tokens) == 20
    expected = []
    for begin, keep_begin, keep_end, end in WINDOWS_OF_EIGHT:
        window = [tokenizer.cls_token_id, *ids[begin:end], tokenizer.sep_token_id]
        with torch.no_grad():
            states = model(input_ids=torch.tensor([window])).last_hidden_state[0].numpy()
        expected += list(states[1 + keep_begin - begin : 1 + keep_end - begin])
    assert_same(token_states([tokens], load_teacher(bert, max_length=10)), expected)


LONG_TEXT = (
    "The quick brown fox jumps over the lazy dog. Größere Bären schlafen, café! " * 3
    + "x" * 90
    + " 敏捷的棕色狐狸跳过懒狗敏捷的棕色狐狸跳过懒狗 the dog sleeps"
)


def read_by_windows(model: Any, tokenizer: Any, text: DocumentText, size: int) -> list[Any]:
    """Run the model by hand on each window of a text, and average over the words."""
    encoding = tokenizer(text.string, return_offsets_mapping=True, return_special_tokens_mask=True)
    special = np.array(encoding["special_tokens_mask"], dtype=bool)
    inner = np.flatnonzero(~special)
    ids = np.array(encoding["input_ids"])
    prefix, suffix = ids[: inner[0]], ids[inner[-1] + 1 :]
    offsets = [encoding["offset_mapping"][i] for i in inner]
    # Where a text may be cut: in front of a subword that begins with whitespace, or behind it.
    breaks = [i for i, (a, _) in enumerate(offsets) if any(c.isspace() for c in text.string[max(a - 1, 0) : a + 1])]
    body = model.get_encoder() if model.config.is_encoder_decoder else model
    states: list[np.ndarray] = []
    for window in split_windows(0, np.array(breaks), len(inner), size - len(prefix) - len(suffix)):
        read = np.concatenate([prefix, ids[inner][window.begin : window.end], suffix])
        with torch.no_grad():
            read_states = body(input_ids=torch.tensor(read[None])).last_hidden_state[0].numpy()
        first = len(prefix) - window.begin
        states += list(read_states[first + window.keep_begin : first + window.keep_end])
    return [
        mean_or_nothing([x for x, (a, b) in zip(states, offsets) if a < b and a < end and b > start])
        for start, end in zip(text.starts, text.ends)
    ]


@pytest.mark.parametrize("batch_tokens", [1, 100_000], ids=["each window alone", "padded"])
@pytest.mark.parametrize("family", ["bert", "roberta", "gpt2", "xlm-roberta", "t5"])
def test_words_of_a_long_text_have_states_of_their_window(family: str, batch_tokens: int) -> None:
    model, tokenizer = tiny(family)
    teacher = load_teacher((model, tokenizer), max_length=20, batch_tokens=batch_tokens)
    for item in (LONG_TEXT, LONG_TEXT.split()):
        found = token_states([item, "Cats sleep."], teacher)
        assert all(state is not None for state in found)
        assert_same(found[:-2], read_by_windows(model, tokenizer, READER.text(item), size=20))


@pytest.mark.parametrize("family", ["bert", "roberta"])
def test_text_without_space_in_first_window(family: str) -> None:
    model, tokenizer = tiny(family)
    text = ["敏捷的棕色狐狸跳过懒狗" * 20, "the", "dog"]
    found = token_states([text], load_teacher((model, tokenizer)))
    assert_same(found, read_by_windows(model, tokenizer, READER.text(text), size=POSITIONS))


def test_all_words_of_a_long_text_are_counted(bert: tuple[Any, Any]) -> None:
    text = ["dog", "cat", "fox", "the"] * 100  # six windows of 64
    model = DistilledWord2Vec([text], min_count=1, teacher=bert, objective="x2static", context="token")
    assert model.learned.moments is not None
    [moments] = model.learned.moments.values()
    assert dict(zip(model.wv.index_to_key, moments.counts.tolist())) == dict.fromkeys(set(text), 100)


@pytest.mark.parametrize("family", FAMILIES)
def test_default_window_is_the_number_of_positions(family: str) -> None:
    """RoBERTa and XLM-R are configured with two positions more here, which they need for padding."""
    teacher = load_teacher(tiny(family))
    assert isinstance(teacher, TransformerTeacher)
    assert teacher.max_length == (8192 if family == "t5" else POSITIONS)
    words = token_states(["dog " * 1000], teacher)
    assert len(words) == 1000 and all(np.isfinite(state).all() for state in words)


def test_window_is_limited_by_the_tokenizer(bert: tuple[Any, Any]) -> None:
    model, tokenizer = bert
    limited = PreTrainedTokenizerFast(tokenizer_object=tokenizer.backend_tokenizer, model_max_length=12)
    teacher = load_teacher((model, limited))
    assert isinstance(teacher, TransformerTeacher)
    assert teacher.max_length == 12
