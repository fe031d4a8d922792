"""Several texts in one row of a batch."""

from __future__ import annotations

import copy
from typing import Any

import numpy as np
import pytest
import torch
import transformers
from hypothesis import given
from hypothesis import strategies as st
from tiny_models import FAMILIES, tiny, tiny_model

from gensim_distill import load_teacher
from gensim_distill.teachers.sequence_packing import PACKED_LENGTH, pack_windows, separating_mask
from gensim_distill.teachers.windows import Window

#: transformers 4 has no masks that separate texts, so that its batches are padded.
PACKING = int(transformers.__version__.partition(".")[0]) >= 5
SHARING = {"bert", "electra", "roberta", "xlm-roberta"} if PACKING else set()
needs_packing = pytest.mark.skipif(not PACKING, reason="needs transformers 5, whose masks separate texts")
TEXTS = [f"the {'quick ' * (i % 9)}brown fox jumps over the lazy dog." for i in range(40)]


def read(teacher: Any, texts: list[str]) -> tuple[list[np.ndarray], list[tuple[int, ...]]]:
    """Return the hidden states of each text at the last layer, and the shapes of the inputs of the model."""
    shapes: list[tuple[int, ...]] = []
    hook = teacher._fused.register_forward_pre_hook(
        lambda _, __, given: shapes.append(tuple(given.get("input_ids", given["attention_mask"]).shape[:2])),
        with_kwargs=True,
    )
    try:
        batches = list(teacher.read(texts, [-1]))
    finally:
        hook.remove()
    states = [
        np.concatenate([np.asarray(batch.states[0].float())[batch.texts == i] for batch in batches])
        for i in range(len(texts))
    ]
    return states, shapes


@given(st.lists(st.integers(1, 20)), st.integers(0, 3))
def test_packing_keeps_all_windows_and_the_length_limit(lengths: list[int], extra: int) -> None:
    windows = [Window(i, 0, length, 0, length) for i, length in enumerate(lengths)]
    rows = pack_windows(windows, extra, size=24)
    assert sorted(window.text for row in rows for window in row) == list(range(len(windows)))
    assert all(0 < sum(len(window) + extra for window in row) <= 24 for row in rows)
    # Of two rows with room, the second was begun because the first had too little.
    assert len([row for row in rows if sum(len(window) + extra for window in row) <= 12]) <= 1


def test_mask_separates_texts() -> None:
    mask = separating_mask(np.array([[0, 0, 1, -1]]), torch.float32, torch.device("cpu"))[0, 0]
    assert ((mask == 0).int().tolist()) == [[1, 1, 0, 0], [1, 1, 0, 0], [0, 0, 1, 0], [0, 0, 0, 1]]
    assert bool(torch.isfinite(torch.softmax(mask, -1)).all())


@pytest.mark.parametrize("family", FAMILIES)
def test_packed_texts_equal_separate_texts(family: str) -> None:
    teacher = load_teacher(tiny(family))
    together, shapes = read(teacher, TEXTS)
    alone = [read(teacher, [text])[0][0] for text in TEXTS]
    for one, other in zip(together, alone):
        np.testing.assert_allclose(one, other, rtol=1e-4, atol=1e-5)
    # A model of another kind has a row for each text.
    assert (sum(rows for rows, _ in shapes) < len(TEXTS)) == (family in SHARING)


@needs_packing
def test_packing_with_bfloat16_and_training_mode() -> None:
    model, tokenizer = copy.deepcopy(tiny("bert")[0]), tiny("bert")[1]
    teacher = load_teacher((model.train(), tokenizer), dtype="bfloat16")
    states, shapes = read(teacher, TEXTS)
    assert model.training
    assert shapes and all(length == PACKED_LENGTH for _, length in shapes)
    for one, other in zip(states, read(load_teacher(tiny("bert")), TEXTS)[0]):
        np.testing.assert_allclose(one, other, atol=0.1)


@needs_packing
def test_long_text_is_not_packed() -> None:
    teacher = load_teacher(tiny("bert"))
    texts = [*TEXTS, "fox " * 110]
    states, shapes = read(teacher, texts)
    assert any(length > PACKED_LENGTH for _, length in shapes) and any(length == PACKED_LENGTH for _, length in shapes)
    np.testing.assert_allclose(states[-1], read(teacher, texts[-1:])[0][0], rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("change", ["eager", "small batches", "decoder"])
def test_unsupported_models_are_not_packed(change: str) -> None:
    tokenizer = tiny("bert")[1]
    model = tiny_model("bert", tokenizer, **({"is_decoder": True} if change == "decoder" else {}))
    if change == "eager":
        model.set_attn_implementation("eager")
    teacher = load_teacher((model, tokenizer), batch_tokens=100 if change == "small batches" else "auto")
    _, shapes = read(teacher, TEXTS)
    assert sum(rows for rows, _ in shapes) == len(TEXTS)
