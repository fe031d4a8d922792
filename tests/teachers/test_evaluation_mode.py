"""Models in training mode, read by several teachers and threads at once; default dtypes and devices of torch."""

from __future__ import annotations

import contextlib
import copy
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from slow_teacher import DOCUMENTS, assert_same, slow_contexts, token_states
from tiny_models import tiny, tiny_model

from gensim_distill import DistilledWord2Vec, load_teacher
from gensim_distill.teachers.evaluation_mode import evaluation_mode


@pytest.fixture
def training() -> Iterator[tuple[Any, Any]]:
    """A model in training mode, with some of its layers frozen, and its tokenizer."""
    model, tokenizer = tiny_model("bert", tiny("bert")[1]), tiny("bert")[1]
    model.train()
    model.encoder.layer[0].eval()
    before = {name: module.training for name, module in model.named_modules()}
    yield model, tokenizer
    assert {name: module.training for name, module in model.named_modules()} == before


def test_evaluation_mode_lasts_until_the_last_reader_leaves(training: tuple[Any, Any]) -> None:
    model = training[0]
    outer, inner = evaluation_mode(model), evaluation_mode(model.encoder)
    outer.__enter__()
    inner.__enter__()
    assert not any(module.training for module in model.modules())
    outer.__exit__(None, None, None)
    assert model.training and not any(module.training for module in model.encoder.modules())
    inner.__exit__(None, None, None)


def test_second_teacher_reads_without_dropout_while_the_first_reads(training: tuple[Any, Any]) -> None:
    """Of each batch, the states were computed while the other teacher was between two of its batches."""
    expected = slow_contexts(DOCUMENTS, tiny_model("bert", training[1]), training[1], [-1], "token")
    teachers = [load_teacher(training), load_teacher(training)]
    found: list[list[Any]] = [[], []]

    def read(i: int) -> None:
        found[i] = [token_states(DOCUMENTS, teachers[i]) for _ in range(8)]

    threads = [threading.Thread(target=read, args=(i,)) for i in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for states in (*found[0], *found[1]):
        assert_same(states, expected)


def test_training_mode_is_restored_after_an_error(training: tuple[Any, Any]) -> None:
    with pytest.raises(IndexError), evaluation_mode(training[0]):
        training[0](torch.tensor([[10**6]]))


@pytest.fixture
def defaults() -> Iterator[None]:
    """Restore the default dtype of torch."""
    yield
    torch.set_default_dtype(torch.float32)


@pytest.mark.usefixtures("defaults")
@pytest.mark.parametrize("default", ["float64", "bfloat16", "device"])
@pytest.mark.parametrize("family", ["bert", "deberta-v2", "t5", "gpt2"])
def test_defaults_of_torch_have_no_effect(family: str, default: str, tmp_path: Path) -> None:
    model, tokenizer = tiny(family)
    for part in (model, tokenizer):
        part.save_pretrained(tmp_path)
    expected = [token_states(DOCUMENTS, load_teacher(given)) for given in ((model, tokenizer), tmp_path)]
    if default != "device":
        torch.set_default_dtype(getattr(torch, default))
    # Not set_default_device, after which torch 2.6 has no default that transformers could ask for.
    with torch.device("meta") if default == "device" else contextlib.nullcontext():
        found = [token_states(DOCUMENTS, load_teacher(given)) for given in ((model, tokenizer), tmp_path)]
    for one, other in zip(found, expected):
        assert_same(one, other)


@pytest.mark.usefixtures("defaults")
def test_training_with_another_default_dtype(bert: tuple[Any, Any], corpus: list[list[str]]) -> None:
    settings: dict[str, Any] = {"teacher": bert, "min_count": 1, "seed": 1}
    expected = DistilledWord2Vec(corpus, **settings)
    torch.set_default_dtype(torch.float64)
    found = DistilledWord2Vec(corpus, **settings)
    assert found.wv.vectors.dtype == np.float32
    np.testing.assert_array_equal(found.wv.vectors, expected.wv.vectors)


def test_teachers_are_loaded_in_threads(folder: Path) -> None:
    expected = token_states(DOCUMENTS, load_teacher(folder, device="cpu", dtype="bfloat16"))
    found: list[Any] = []

    def load() -> None:
        found.append(token_states(DOCUMENTS, load_teacher(folder, device="cpu", dtype="bfloat16")))

    threads = [threading.Thread(target=load) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert torch.get_default_dtype() == torch.float32
    assert len(found) == 6
    for states in found:
        assert_same(states, expected)


def test_user_model_is_unchanged(training: tuple[Any, Any]) -> None:
    model, tokenizer = training
    before = copy.deepcopy(model.config.to_dict())
    token_states(DOCUMENTS, load_teacher((model, tokenizer), dtype="bfloat16"))
    token_states(DOCUMENTS, load_teacher((model, tokenizer)))
    assert model.config.to_dict() == before
    assert {parameter.dtype for parameter in model.parameters()} == {torch.float32}
    assert all(parameter.requires_grad for parameter in model.parameters())
