"""Faster layers on a CPU read as the model's own do."""

from __future__ import annotations

import copy
import pickle
from typing import Any

import numpy as np
import pytest
import torch
from tiny_models import FAMILIES, tiny
from torch import nn
from transformers.models.bert.modeling_bert import BertOutput

from gensim_distill.teachers import TransformerTeacher
from gensim_distill.teachers.fused_kernels import FusedLinear, FusedOutput, fuse

TEXTS = [f"the {'quick ' * (i % 9)}brown fox jumps over the lazy dog." for i in range(40)]

needs_kernels = pytest.mark.skipif(
    not torch.backends.mkldnn.is_available() or not hasattr(torch.ops.mkldnn, "_linear_pointwise"),
    reason="this torch is built without the kernels",
)


def teacher_of(family: str, dtype: str = "bfloat16") -> TransformerTeacher:
    model, tokenizer = tiny(family)
    return TransformerTeacher(copy.deepcopy(model), tokenizer, dtype=dtype)


def states(teacher: TransformerTeacher) -> np.ndarray:
    layers = list(range(teacher.num_layers))
    batches = list(teacher.read(TEXTS, layers))
    texts = np.concatenate([batch.texts for batch in batches])
    by_layer = [np.concatenate([np.asarray(batch.states[i].float()) for batch in batches]) for i in layers]
    return np.stack(by_layer)[:, np.argsort(texts, kind="stable")]


def fused_modules(model: Any) -> set[type]:
    return {type(module) for module in model.modules()} & {FusedLinear, FusedOutput}


@pytest.mark.parametrize("family", FAMILIES)
def test_fused_layers_are_as_accurate_as_original_layers(family: str) -> None:
    exact, teacher = states(teacher_of(family, "float32")), teacher_of(family)
    fused = states(teacher)
    teacher._fused = teacher.model
    plain = states(teacher)
    assert np.linalg.norm(fused - exact) <= 1.2 * np.linalg.norm(plain - exact)
    assert np.linalg.norm(plain - exact) < 0.05 * np.linalg.norm(exact)


@needs_kernels
def test_bert_is_fused_and_the_model_is_not_changed() -> None:
    teacher = teacher_of("bert")
    assert fused_modules(teacher._fused) == {FusedLinear, FusedOutput}
    assert not fused_modules(teacher.model)
    shared = {id(parameter) for parameter in teacher.model.parameters()}
    assert {id(parameter) for parameter in teacher._fused.parameters()} == shared
    first = teacher._fused.encoder.layer[0]
    assert isinstance(first.output, FusedOutput)
    assert isinstance(first.intermediate.intermediate_act_fn, nn.Identity)


def test_float32_model_is_not_fused() -> None:
    teacher = teacher_of("bert", "float32")
    assert teacher._fused is teacher.model


def test_fused_layers_share_changed_weights() -> None:
    teacher = teacher_of("bert")
    before = states(teacher)
    with torch.no_grad():
        teacher.model.encoder.layer[0].output.dense.weight.mul_(-1)
    after = states(teacher)
    assert not np.allclose(before, after, atol=0.1)
    again = TransformerTeacher(copy.deepcopy(teacher.model), teacher.tokenizer)
    np.testing.assert_array_equal(states(again), after)


@needs_kernels
def test_copied_teacher_has_its_own_fused_layers() -> None:
    teacher = teacher_of("bert")
    twin = copy.copy(teacher)
    twin.model = copy.deepcopy(teacher.model)
    with torch.no_grad():
        twin.model.encoder.layer[0].output.dense.weight.mul_(-1)
    assert not np.allclose(states(twin), states(teacher), atol=0.1)
    assert twin._fused is not teacher._fused and fused_modules(twin._fused)
    assert "_fused" in teacher.__getstate__() and teacher.__getstate__()["_fused"] is None


@needs_kernels
def test_fused_layers_can_be_pickled() -> None:
    model = teacher_of("bert").model
    layer = FusedLinear(model.encoder.layer[0].intermediate.dense, gelu=True)
    again = pickle.loads(pickle.dumps(layer))
    given = torch.randn(3, layer.weight.shape[1]).bfloat16()
    with torch.inference_mode():
        assert torch.equal(again(given), layer(given))


class OtherOutput(BertOutput):
    """Looks like the end of a layer of BERT, and is none."""

    def forward(self, hidden_states: torch.Tensor, input_tensor: torch.Tensor) -> torch.Tensor:
        return self.LayerNorm(self.dense(hidden_states)) - input_tensor


def test_model_with_different_fused_output_is_not_fused() -> None:
    model = teacher_of("bert").model
    layer = model.encoder.layer[-1]
    assert type(layer.output) is BertOutput
    layer.output = OtherOutput(model.config).to(torch.bfloat16).eval()
    assert fuse(model, 0) is model


@needs_kernels
def test_layers_with_hooks_are_not_fused() -> None:
    teacher, seen = teacher_of("bert"), []
    model = teacher.model
    model.encoder.layer[0].intermediate.dense.register_forward_hook(lambda *_: seen.append("dense"))
    model.encoder.layer[1].output.LayerNorm.register_forward_hook(lambda *_: seen.append("norm"))
    TransformerTeacher(model, teacher.tokenizer)
    assert {"dense", "norm"} <= set(seen)
    fused = fuse(model, 0)
    assert fused is not model and type(fused.encoder.layer[0].intermediate.dense) is nn.Linear
    seen.clear()
    with torch.inference_mode():
        fused(torch.ones((1, 4), dtype=torch.int64))
    assert seen == ["dense", "norm"]


def test_remote_code_is_not_fused() -> None:
    model = teacher_of("bert").model
    theirs = type("TheirBert", (type(model),), {"__module__": "their_module"})
    model.__class__ = theirs
    assert fuse(model, 0) is model
