"""Text heads: poolings and layers, their digest, and that of a teacher without one."""

from __future__ import annotations

import pickle
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import torch
from torch import nn

from gensim_distill.teachers.text_head import (
    ACTIVATIONS,
    Dense,
    LayerNorm,
    Normalize,
    TextHead,
    text_head_of,
)

RANDOM = np.random.default_rng(1)
VECTORS = RANDOM.standard_normal((7, 5)).astype(np.float32)


def array(*shape: int) -> Any:
    return np.random.default_rng(shape).standard_normal(shape).astype(np.float32)


@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_dense_layer_is_that_of_torch(activation: str) -> None:
    weight, bias, residual = array(3, 5), array(3), array(2, 3, 5)[1]
    found = TextHead("mean", (Dense(weight, bias, activation, residual),)).transform(VECTORS)
    weights = map(torch.from_numpy, (weight, bias))
    expected = getattr(nn, activation)()(nn.functional.linear(torch.from_numpy(VECTORS), *weights)).numpy()
    assert found.dtype == np.float32
    np.testing.assert_allclose(found, expected + VECTORS @ residual.T, atol=1e-5)


def test_norms_are_those_of_torch() -> None:
    norm = nn.LayerNorm(5, eps=1e-3)
    norm.weight.data, norm.bias.data = torch.from_numpy(array(5)), torch.from_numpy(array(1, 5)[0])
    layers = (LayerNorm(norm.weight.detach().numpy(), norm.bias.detach().numpy(), 1e-3), Normalize())
    found = TextHead("mean", layers).transform(VECTORS)
    expected = nn.functional.normalize(norm(torch.from_numpy(VECTORS)), dim=-1)
    np.testing.assert_allclose(found, expected.detach().numpy(), atol=1e-6)
    assert not Normalize().apply(np.zeros((1, 3), np.float32)).any()


def test_width_is_that_of_the_last_dense_layer() -> None:
    assert TextHead().width is None
    assert TextHead("mean", (Normalize(),)).width is None
    assert TextHead("mean", (Dense(array(3, 5)), Dense(array(2, 3)), Normalize())).width == 2


def test_head_without_layers_returns_float32_of_half_precision() -> None:
    found = TextHead().transform(VECTORS.astype(np.float16))
    assert found.dtype == np.float32
    np.testing.assert_allclose(found, VECTORS, atol=2e-3)


def test_digest_depends_on_pooling_layers_and_weights_but_not_on_their_dtype() -> None:
    weight = array(5, 5)
    heads = [
        TextHead(),
        TextHead("first"),
        TextHead("last"),
        TextHead("mean", (Normalize(),)),
        TextHead("mean", (Dense(weight),)),
        TextHead("mean", (Dense(weight, activation="Tanh"),)),
        TextHead("mean", (Dense(weight, bias=array(5)),)),
        TextHead("mean", (Dense(weight, residual=weight),)),
        TextHead("mean", (Dense(-weight),)),
        TextHead("mean", (Dense(weight), Normalize())),
        TextHead("mean", (LayerNorm(array(5), array(5)),)),
        TextHead("mean", (LayerNorm(array(5), array(5), 1e-3),)),
    ]
    assert len({head.digest() for head in heads}) == len(set(heads)) == len(heads)
    half = torch.from_numpy(weight).to(torch.bfloat16).float().numpy()
    assert TextHead("mean", (Dense(half),)) == heads[4]
    assert pickle.loads(pickle.dumps(heads[9])) == heads[9]
    assert heads[0] != "mean"


def test_teacher_without_head_has_the_mean() -> None:
    assert text_head_of(object()) == text_head_of(SimpleNamespace(text_head=None)) == TextHead("mean")
    assert text_head_of(SimpleNamespace(text_head=TextHead("last"))).pooling == "last"


def test_other_values_raise() -> None:
    with pytest.raises(TypeError, match=r"teacher.text_head is of type str: it must be a .*TextHead"):
        text_head_of(SimpleNamespace(text_head="mean"))
    with pytest.raises(ValueError, match="pooling must be one of 'mean', 'first', 'last', not 'cls'"):
        TextHead("cls")
    with pytest.raises(ValueError, match=r"activation must be one of Identity, .*, not 'Swish'"):
        Dense(array(2, 2), activation="Swish")


@pytest.mark.parametrize(
    ("apply", "shape"),
    [
        (lambda vectors: None, r"\(\)"),
        (lambda vectors: vectors[:, 0], r"\(2,\)"),
        (lambda vectors: vectors[1:], r"\(1, 5\)"),
        (lambda vectors: np.hstack([vectors, vectors]), r"\(2, 10\)"),
        (lambda vectors: vectors * np.nan, r"\(2, 5\)"),
        (lambda vectors: [["a"] * 5] * 2, r"\(2, 5\)"),
    ],
)
def test_layers_with_wrong_output_raise_before_a_text_is_read(apply: Any, shape: str) -> None:
    layer: Any = SimpleNamespace(input_width=None, output_width=None, apply=apply)
    with pytest.raises(ValueError, match=f"layer 1, .*, returned an array of the shape {shape} .* check its weights"):
        text_head_of(SimpleNamespace(width=5, text_head=TextHead("mean", (layer,))))
