"""Models whose hidden states depend on padding, are not finite or have no usable shape."""

from __future__ import annotations

import copy
import logging
from typing import Any

import numpy as np
import pytest
import torch
import transformers
from slow_teacher import DOCUMENTS, assert_same, one_sentence, slow_contexts, token_states
from tiny_models import FAMILIES, spread_weights, tiny, tiny_model

from gensim_distill import load_teacher
from gensim_distill.teachers import TransformerTeacher
from gensim_distill.teachers.probing import try_model

_SETTINGS = {
    "hidden_size": 24,
    "num_hidden_layers": 2,
    "num_attention_heads": 2,
    "intermediate_size": 32,
    "max_position_embeddings": 128,
    "pad_token_id": 0,
}
#: Models in which padding reaches the hidden states of the text: mixed, convolved, or hashed with it.
DEPENDENT: dict[str, dict[str, Any]] = {
    "FNet": _SETTINGS,
    "ConvBert": _SETTINGS | {"embedding_size": 24, "conv_kernel_size": 5, "head_ratio": 1},
    "Nystromformer": _SETTINGS,
    "Yoso": _SETTINGS | {"num_hash": 4, "hash_code_len": 3},
}


def dependent(kind: str) -> tuple[Any, Any]:
    """Build a tiny model of a kind in `DEPENDENT`, with the tokenizer of the tiny BERT."""
    tokenizer = tiny("bert")[1]
    config = getattr(transformers, f"{kind}Config")(vocab_size=len(tokenizer), **DEPENDENT[kind])
    model = getattr(transformers, f"{kind}Model")(config).eval()
    spread_weights(model, 0)
    return model, tokenizer


@pytest.mark.parametrize("kind", DEPENDENT)
def test_model_that_depends_on_padding_is_read_without(kind: str, caplog: pytest.LogCaptureFixture) -> None:
    model, tokenizer = dependent(kind)
    with caplog.at_level(logging.INFO, "gensim_distill"):
        teacher = load_teacher((model, tokenizer))
    assert "depend on padding: its texts are read in batches of equal lengths" in caplog.text
    # Some of these have the same length.
    documents = [*DOCUMENTS, "Cats sleep.", "the dog ran", "a dog ran", "Dogs sleep."]
    assert_same(token_states(documents, teacher), slow_contexts(documents, model, tokenizer, [-1], "token"))


@pytest.mark.parametrize("dtype", ["float32", "bfloat16"])
@pytest.mark.parametrize("family", FAMILIES)
def test_models_of_known_families_are_padded(family: str, dtype: str, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO, "gensim_distill"):
        load_teacher(tiny(family), dtype=dtype)
    assert "padding" not in caplog.text


def mixing_texts(ids: np.ndarray, mask: torch.Tensor) -> list[torch.Tensor]:
    """Hidden states that depend on all texts of a batch."""
    states = torch.from_numpy(ids).float()[..., None].repeat(1, 1, 2)
    return [states + states.mean()]


def test_model_that_mixes_the_texts_of_a_batch_is_read_one_by_one() -> None:
    trial = try_model(mixing_texts, "teacher='x'", 50, [0], 64)
    assert (trial.padding, trial.batches) == (False, False)
    trial = try_model(lambda ids, mask: [torch.from_numpy(ids).float()[..., None]], "teacher='x'", 50, [0], 64)
    assert trial == (1, 1, True, True)


def test_texts_are_read_one_by_one(monkeypatch: pytest.MonkeyPatch) -> None:
    teacher = load_teacher(tiny("bert"))
    assert isinstance(teacher, TransformerTeacher)
    teacher._batches = teacher._pads = teacher._packs_sequences = False
    shapes = []
    forward = teacher._forward
    monkeypatch.setattr(teacher, "_forward", lambda ids, *rest: shapes.append(ids.shape) or forward(ids, *rest))
    list(teacher.read(["a dog ran", "a cat ran", "a dog"], [-1]))
    assert [rows for rows, _ in shapes] == [1, 1, 1]


@pytest.mark.parametrize("dtype", ["auto", "bfloat16"])
def test_model_that_cannot_compute_in_bfloat16(dtype: str, tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """FNet has no Fourier transform in bfloat16 on a CPU."""
    monkeypatch.setattr("gensim_distill.teachers.devices.cpu_has_bfloat16", lambda: True)
    for part in dependent("FNet"):
        part.save_pretrained(tmp_path)
    if dtype == "auto":
        assert load_teacher(tmp_path, device="cpu").dtype == torch.float32  # type: ignore[attr-defined]
    else:
        with pytest.raises(ValueError, match="cannot read text: .*BFloat16") as error:
            load_teacher(tmp_path, device="cpu", dtype=dtype)
        assert one_sentence(error)


def test_decoder_keeps_no_cache() -> None:
    model, tokenizer = tiny("gpt2")
    teacher = load_teacher((model, tokenizer))
    seen = []
    hook = model.register_forward_hook(lambda _, __, output: seen.append(output.past_key_values))
    try:
        list(teacher.read(["the dog sleeps"], [-1]))
    finally:
        hook.remove()
    assert seen == [None]


def test_layers_of_different_lengths_raise() -> None:
    tokenizer = tiny("bert")[1]
    config = transformers.FunnelConfig(
        vocab_size=len(tokenizer), d_model=24, n_head=3, d_head=8, d_inner=32, block_sizes=[1, 1]
    )
    with pytest.raises(ValueError, match="without a hidden state for each subword") as error:
        load_teacher((transformers.FunnelModel(config).eval(), tokenizer))
    assert one_sentence(error)


@pytest.mark.parametrize(
    ("change", "hint"),
    [
        (lambda model: model.encoder.layer[1].output.LayerNorm.weight.fill_(1e11), "not finite in float16|not finite"),
        (
            lambda model: [parameter.zero_() for parameter in model.parameters()],
            "the same hidden state for every token",
        ),
        (
            lambda model: model.embeddings.word_embeddings.weight.zero_(),
            "the same hidden state for every token",
        ),
        (
            lambda model: model.embeddings.word_embeddings.weight.fill_(0.5),
            "the same hidden state for every token",
        ),
        (lambda model: model.embeddings.LayerNorm.weight.fill_(torch.nan), "embeddings.LayerNorm.weight' of up to nan"),
    ],
    ids=["too large", "all zero", "zero embeddings", "equal embeddings", "nan"],
)
def test_unusable_hidden_states_raise(change: Any, hint: str) -> None:
    model, tokenizer = copy.deepcopy(tiny("bert")[0]), tiny("bert")[1]
    with torch.no_grad():
        change(model)
    if "float16" in hint:
        model.config.layer_norm_eps = float("nan")
        for module in model.modules():
            if isinstance(module, torch.nn.LayerNorm):
                module.eps = float("nan")
    with pytest.raises(ValueError, match=hint) as error:
        load_teacher((model, tokenizer))
    assert one_sentence(error)


def test_model_that_reads_no_tokens_raises() -> None:
    config = transformers.ViTConfig(
        hidden_size=24, num_hidden_layers=1, num_attention_heads=2, intermediate_size=32, image_size=8, patch_size=4
    )
    with pytest.raises(ValueError, match="teacher='ViTModel' cannot read text") as error:
        load_teacher((transformers.ViTModel(config), tiny("bert")[1]))
    assert one_sentence(error)


def test_short_windows_are_tried_at_their_length() -> None:
    tokenizer = tiny("bert")[1]
    model = tiny_model("bert", tokenizer, max_position_embeddings=3)
    assert load_teacher((model, tokenizer)).max_length == 3  # type: ignore[attr-defined]
