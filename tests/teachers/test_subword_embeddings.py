"""Tests of the input embeddings of words."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import torch
from tiny_models import tiny

from gensim_distill import load_teacher
from gensim_distill.teachers.subword_embeddings import has_input_embeddings


@pytest.mark.parametrize("family", ["bert", "gpt2"])
def test_the_embedding_of_a_word_is_the_mean_over_its_subwords(family: str) -> None:
    model, tokenizer = tiny(family)
    words = ["graph", "", "unbelievable", "a", "\ud800"]
    found = load_teacher((model, tokenizer)).subword_embeddings(words)  # type: ignore[attr-defined]

    weight = model.get_input_embeddings().weight.detach().float()
    for word, row in zip(words[:-1], found):
        ids = tokenizer(word, add_special_tokens=False)["input_ids"]
        expected = weight[ids].mean(0).numpy() if ids else np.zeros(weight.shape[1])
        np.testing.assert_allclose(row, expected, rtol=1e-5, atol=1e-6)
    assert found.dtype == np.float32 and found.shape == (5, weight.shape[1])


def test_no_words_have_no_embeddings() -> None:
    assert load_teacher(tiny("bert")).subword_embeddings([]).shape[0] == 0  # type: ignore[attr-defined]


def test_a_teacher_whose_embeddings_are_no_matrix_has_no_subword_strings(monkeypatch: pytest.MonkeyPatch) -> None:
    for embeddings in (None, SimpleNamespace(weight=torch.zeros(3, 2, dtype=torch.int8)), SimpleNamespace()):
        assert not has_input_embeddings(SimpleNamespace(get_input_embeddings=lambda own=embeddings: own))

    teacher: Any = load_teacher(tiny("bert"))
    monkeypatch.setattr(teacher.model, "get_input_embeddings", lambda: None)
    assert teacher.subword_strings() == []


def test_damaged_embeddings_are_detected(monkeypatch: pytest.MonkeyPatch) -> None:
    teacher: Any = load_teacher(tiny("bert"))
    weight = torch.full((1_000, 4), float("nan"))
    monkeypatch.setattr(teacher.model, "get_input_embeddings", lambda: SimpleNamespace(weight=weight))
    with pytest.raises(ValueError, match="input embeddings of the teacher are not all finite"):
        teacher.subword_embeddings(["graph"])
