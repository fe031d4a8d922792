"""Tokenizers that do not fit their model: compared when a teacher is constructed."""

from __future__ import annotations

import copy
from typing import Any

import pytest
import torch
from slow_teacher import DOCUMENTS, assert_same, one_sentence, token_states
from tiny_models import POSITIONS, tiny, tiny_model, wordpiece_tokenizer
from tokenizers import Tokenizer, models, pre_tokenizers, processors
from transformers import PreTrainedTokenizerFast

from gensim_distill import load_teacher


def expected() -> list[Any]:
    return token_states(DOCUMENTS, load_teacher(tiny("bert")))


def assert_raises(teacher: Any, hint: str) -> None:
    with pytest.raises(ValueError, match=hint) as error:
        load_teacher(teacher)
    assert one_sentence(error)
    assert str(error.value).startswith("teacher=")


def test_tokens_without_embedding_raise() -> None:
    tokenizer = copy.deepcopy(tiny("bert")[1])
    tokenizer.add_tokens(["covid", "brexit"])
    assert_raises(
        (tiny("bert")[0], tokenizer),
        "tokens that have no embedding, 2 in all, such as 'covid', number 160 where .* 160",
    )


def test_tokenizer_of_a_larger_model_raises() -> None:
    small, large = wordpiece_tokenizer(100), wordpiece_tokenizer(160)
    assert_raises((tiny_model("bert", small), large), r"tokens that have no embedding, \d+ in all")


def test_vocabulary_with_holes_is_compared_by_its_largest_number() -> None:
    words = {"[UNK]": 0, "the": 1, "dog": 2, "[PAD]": 3, "cat": 500}
    tokenizer = Tokenizer(models.WordLevel(words, unk_token="[UNK]"))
    tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()
    fast = PreTrainedTokenizerFast(tokenizer_object=tokenizer, unk_token="[UNK]", pad_token="[PAD]")
    assert len(fast) == 5
    assert_raises(
        (tiny_model("gpt2", fast), fast), "tokens that have no embedding, 1 in all, such as 'cat', number 500"
    )
    teacher = load_teacher((tiny_model("gpt2", fast, vocab_size=501), fast))
    assert all(state is not None for state in token_states(["the cat dog"], teacher))


@pytest.mark.parametrize("token", [{"pad_token": "<new pad>"}, {"additional_special_tokens": ["<a>", "<b>"]}], ids=str)
def test_special_tokens_without_embedding_are_no_harm(token: dict[str, Any]) -> None:
    """A padding token, for instance, for which the embeddings were not resized; padding is masked."""
    tokenizer = copy.deepcopy(tiny("bert")[1])
    tokenizer.add_special_tokens(token)
    assert len(tokenizer) > 160
    teacher = load_teacher((tiny("bert")[0], tokenizer))
    assert_same(token_states(DOCUMENTS, teacher), expected())
    # In a text such a token is ordinary text.
    assert all(state is not None for state in token_states([["<new", "pad>", "<a>"], "<new pad> <a>"], teacher))


def test_special_token_without_embedding_in_each_text_raises() -> None:
    tokenizer = copy.deepcopy(tiny("bert")[1])
    tokenizer.add_special_tokens({"cls_token": "<new>"})
    tokenizer.backend_tokenizer.post_processor = processors.TemplateProcessing(
        single="<new> $A", special_tokens=[("<new>", tokenizer.cls_token_id)]
    )
    assert_raises((tiny("bert")[0], tokenizer), r"adds special tokens without an embedding to each text, .*\[160\]")


@pytest.mark.parametrize("family", ["bert", "gpt2"])
@pytest.mark.parametrize("number", [-1, 100_000, None])
def test_padding_token_without_embedding_in_the_configuration(family: str, number: int | None) -> None:
    model, tokenizer = tiny(family)
    other = tiny_model(family, tokenizer)
    other.config.pad_token_id = number
    bare = PreTrainedTokenizerFast(tokenizer_object=tokenizer.backend_tokenizer)
    assert bare.pad_token_id is None
    assert_same(
        token_states(DOCUMENTS, load_teacher((other, bare))), token_states(DOCUMENTS, load_teacher((model, tokenizer)))
    )


def test_tokenizer_without_special_tokens() -> None:
    model, tokenizer = tiny("bert")
    bare = PreTrainedTokenizerFast(tokenizer_object=Tokenizer.from_str(tokenizer.backend_tokenizer.to_str()))
    bare.backend_tokenizer.post_processor = processors.Sequence([])
    teacher = load_teacher((model, bare))
    assert teacher.num_special_tokens == 0  # type: ignore[attr-defined]
    assert all(state is not None for state in token_states(["the dog", "cats sleep"], teacher))


@pytest.mark.parametrize("unknown", ["[UNK]", "[MISSING]"])
def test_tokenizer_without_its_unknown_token_raises(unknown: str) -> None:
    tokenizer = Tokenizer(models.WordLevel({"the": 0, "dog": 1}, unk_token=unknown))
    tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()
    fast = PreTrainedTokenizerFast(tokenizer_object=tokenizer)
    assert_raises((tiny_model("gpt2", fast), fast), "cannot read every character .*: give it an unknown token")


@pytest.mark.parametrize("length", ["x", -5, float("nan"), [3]], ids=repr)
def test_invalid_model_max_length_raises(length: Any) -> None:
    model, tokenizer = tiny("bert")
    other = PreTrainedTokenizerFast(tokenizer_object=tokenizer.backend_tokenizer)
    other.model_max_length = length
    assert_raises((model, other), "model_max_length=.* where a number of subwords was expected")


@pytest.mark.parametrize("length", [0, None, 1e30, 4096, 10**9], ids=repr)
def test_window_is_limited_to_positions(length: Any) -> None:
    model, tokenizer = tiny("bert")
    other = PreTrainedTokenizerFast(tokenizer_object=tokenizer.backend_tokenizer)
    other.model_max_length = length
    assert load_teacher((model, other)).max_length == POSITIONS  # type: ignore[attr-defined]


@pytest.mark.parametrize("family", ["bert", "gpt2", "roberta"])
def test_table_of_positions_counts_more_than_the_configuration(family: str) -> None:
    tokenizer = tiny(family)[1]
    model = tiny_model(family, tokenizer)
    model.config.max_position_embeddings = 4096
    teacher = load_teacher((model, tokenizer))
    assert teacher.max_length == POSITIONS  # type: ignore[attr-defined]
    [batch] = teacher.read(["the " * 110], [-1])
    assert torch.isfinite(batch.states[0]).all()
