"""The exact identity of a teacher: all that its hidden states depend on."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from typing import Any

import pytest
import torch
from tokenizers import Tokenizer

from gensim_distill.teachers import TransformerTeacher
from gensim_distill.teachers.exact_identity import exact_identity
from gensim_distill.teachers.identity import teacher_identity
from gensim_distill.teachers.serialization import serialize_teacher


class OtherTeacher(TransformerTeacher):
    """A subclass, whose methods may change hidden states."""


def described(model: Any, tokenizer: Any, kind: Callable[..., Any] = TransformerTeacher) -> Any:
    teacher = kind(model, tokenizer, device="cpu", dtype="float32")
    return exact_identity(teacher, teacher_identity(teacher))


def change_weight(model: Any, tokenizer: Any) -> None:
    model.encoder.layer[0].intermediate.dense.weight.data[0, 1] += 1


def change_embedding(model: Any, tokenizer: Any) -> None:
    model.embeddings.word_embeddings.weight.data[-1, 3] += 1


def change_activation(model: Any, tokenizer: Any) -> None:
    model.config.hidden_act = "relu"


def change_heads(model: Any, tokenizer: Any) -> None:
    model.config.num_attention_heads = 2


def change_buffer(model: Any, tokenizer: Any) -> None:
    model.embeddings.token_type_ids = torch.ones_like(model.embeddings.token_type_ids)


def change_tokenizer(model: Any, tokenizer: Any) -> None:
    settings = json.loads(tokenizer.backend_tokenizer.to_str())
    vocabulary = settings["model"]["vocab"]
    one, other = list(vocabulary)[-2:]
    vocabulary[one], vocabulary[other] = vocabulary[other], vocabulary[one]
    tokenizer._tokenizer = Tokenizer.from_str(json.dumps(settings))


@pytest.mark.parametrize(
    "change", [change_weight, change_embedding, change_activation, change_heads, change_buffer, change_tokenizer]
)
def test_everything_that_hidden_states_depend_on_counts(change: Callable[[Any, Any], None], bert: Any) -> None:
    model, tokenizer = copy.deepcopy(bert)
    assert described(model, tokenizer) == described(*bert)
    change(model, tokenizer)
    assert described(model, tokenizer) != described(*bert)


def test_a_subclass_differs_from_its_base(bert: Any) -> None:
    assert described(*bert, OtherTeacher) != described(*bert)


def test_names_and_processes_do_not_count(bert: Any) -> None:
    model = copy.deepcopy(bert[0])
    model.config._name_or_path = "elsewhere"
    teacher = TransformerTeacher(model, bert[1], device="cpu", dtype="float32")
    copied: Any = serialize_teacher(teacher)
    copied = copied.load(use_gpu=False)
    assert exact_identity(copied, teacher_identity(copied)) == described(*bert)
