"""TransformerTeacher: hidden states of words against a slow reference, for all families of models."""

from __future__ import annotations

import copy
import itertools
from typing import Any

import numpy as np
import pytest
import torch
import transformers
from hypothesis import given, settings
from hypothesis import strategies as st
from slow_teacher import (
    CLOSE,
    DOCUMENTS,
    assert_same,
    contexts_of,
    slow_contexts,
    token_states,
)
from tiny_models import FAMILIES, WORDPIECE, tiny, tiny_model
from tokenizers import Tokenizer, models, pre_tokenizers, processors, trainers
from transformers import PreTrainedTokenizerFast

from gensim_distill import DistilledWord2Vec, load_teacher
from gensim_distill.contexts.views import View
from gensim_distill.corpus.documents import Document
from gensim_distill.teachers import TransformerTeacher, resolve_layers

# --- all families of models and tokenizers -------------------------------------------------------

LAYERS = {"first": [0], "last": [-1], "several": [0, -2, -1]}
SCOPES: list[str | int] = ["token", 1, "sentence", "text"]


@pytest.mark.parametrize("batch_tokens", [1, 100_000], ids=["each text alone", "padded"])
@pytest.mark.parametrize("family", FAMILIES)
def test_contexts_equal_slow_reference(family: str, batch_tokens: int) -> None:
    model, tokenizer = tiny(family)
    teacher = load_teacher((model, tokenizer), batch_tokens=batch_tokens)
    assert (teacher.width, teacher.num_layers) == (24, 3)
    chosen = {name: resolve_layers(layers, 3) for name, layers in LAYERS.items()}
    views = {(name, scope): View(layers, scope) for name, layers in chosen.items() for scope in SCOPES}

    found = contexts_of(DOCUMENTS, teacher, list(views.values()))

    for name, layers in LAYERS.items():
        for scope in SCOPES:
            assert_same(found[views[name, scope].name], slow_contexts(DOCUMENTS, model, tokenizer, layers, scope))


@pytest.mark.parametrize("family", FAMILIES)
def test_aggregate_vectors_equal_centered_means_of_reference(family: str, corpus: list[list[str]]) -> None:
    model, tokenizer = tiny(family)
    distilled = DistilledWord2Vec(
        corpus, min_count=1, teacher=(model, tokenizer), objective="aggregate", layers=[-1], device="cpu"
    )
    states: dict[str, list[np.ndarray]] = {}
    for word, state in zip(itertools.chain(*corpus), slow_contexts(corpus, model, tokenizer, [-1], "token")):
        states.setdefault(word, []).append(state)
    means = np.array([np.mean(states[word], axis=0) for word in distilled.wv.index_to_key])
    np.testing.assert_allclose(distilled.wv.vectors, means - means.mean(axis=0), **CLOSE)


@pytest.mark.parametrize("family", WORDPIECE)
def test_word_states_equal_those_of_pretokenized_input(family: str) -> None:
    """The same as above by another road: the tokenizer is given the tokens and says which word each subword is of."""
    model, tokenizer = tiny(family)
    texts = [["The", "café", "sleeps", ",", "don't", "it", "?"], ["Größere", "foxes", "(", "eat", ")", "3.5", "hens"]]
    expected = []
    for tokens in texts:
        encoding = tokenizer(tokens, is_split_into_words=True, return_tensors="pt", return_token_type_ids=False)
        with torch.no_grad():
            states = model(**encoding).last_hidden_state[0].numpy()
        for word in range(len(tokens)):
            expected.append(states[[i == word for i in encoding.word_ids()]].mean(axis=0))
    assert_same(token_states(texts, load_teacher((model, tokenizer))), expected)


def test_occurrences_of_a_word_have_different_states(teacher: TransformerTeacher) -> None:
    one, _, other, _ = token_states([["dog", "cat"], ["dog", "bear"]], teacher)
    assert np.abs(one - other).max() > 1e-4


@pytest.mark.parametrize(
    ("family", "head"),
    [
        ("bert", "BertForMaskedLM"),
        ("distilbert", "DistilBertForSequenceClassification"),
        ("gpt2", "GPT2LMHeadModel"),
        ("roberta", "RobertaForTokenClassification"),
        ("t5", "T5ForConditionalGeneration"),
        ("t5", "T5EncoderModel"),
    ],
)
def test_head_of_a_model_is_ignored(family: str, head: str) -> None:
    _, tokenizer = tiny(family)
    torch.manual_seed(0)
    model = getattr(transformers, head)(copy.deepcopy(tiny(family)[0].config)).eval()
    ids = tokenizer("the dog sleeps", return_tensors="pt")["input_ids"]
    with torch.no_grad():
        output = (model.encoder if family == "t5" else model)(input_ids=ids, output_hidden_states=True)
    states = output.hidden_states[-1][0].numpy()
    [found, *_] = contexts_of(["the dog sleeps"], load_teacher((model, tokenizer)), [View((2,), "text")])["text.2"]
    np.testing.assert_allclose(found, states.mean(axis=0), **CLOSE)


def test_padding_does_not_affect_mobilebert() -> None:
    """MobileBERT joins each embedding with its neighbors', so that of padding reaches the last token of a text."""
    tokenizer = tiny("mobilebert")[1]
    model = tiny_model("mobilebert", tokenizer)
    model.embeddings.word_embeddings.weight.data[tokenizer.pad_token_id] = 1.0
    found = token_states(DOCUMENTS, load_teacher((model, tokenizer), batch_tokens=100_000))
    assert_same(found, slow_contexts(DOCUMENTS, model, tokenizer, [-1], "token"))


def test_tokenizer_without_latin_letters() -> None:
    tokenizer = Tokenizer(models.BPE())  # without an unknown token, so "a" is nothing to it
    tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()
    tokenizer.train_from_iterator(["лиса и собака"], trainers.BpeTrainer(special_tokens=["<s>"], show_progress=False))
    tokenizer.post_processor = processors.TemplateProcessing(single="<s> $A", special_tokens=[("<s>", 0)])
    fast = PreTrainedTokenizerFast(tokenizer_object=tokenizer, bos_token="<s>")
    model = tiny_model("gpt2", fast)
    texts = ["лиса и собака", "собака"]
    found = token_states(texts, load_teacher((model, fast)))
    assert_same(found, slow_contexts(texts, model, fast, [-1], "token"))


def test_bfloat16_is_close_to_float32(bert: tuple[Any, Any]) -> None:
    exact = token_states(DOCUMENTS, load_teacher(bert))
    rounded = token_states(DOCUMENTS, load_teacher(bert, dtype="bfloat16"))
    pairs = [(one, other) for one, other in zip(exact, rounded) if one is not None]
    assert {rounded.dtype for _, rounded in pairs} == {np.dtype(np.float32)}
    assert 1e-6 < max(np.abs(one - other).max() for one, other in pairs) < 0.1


@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a GPU")
@pytest.mark.parametrize("family", FAMILIES)
def test_gpu_is_close_to_cpu(family: str) -> None:
    expected = token_states(DOCUMENTS, load_teacher(tiny(family), device="cpu"))
    found = token_states(DOCUMENTS, load_teacher(tiny(family), device="cuda"))
    assert [state is None for state in found] == [state is None for state in expected]
    for one, other in zip(found, expected):
        if other is not None:
            np.testing.assert_allclose(one, other, atol=1e-2)


def test_read_yields_each_subword_once_with_its_characters(bert: tuple[Any, Any]) -> None:
    texts = ["the café sleeps", "", "\u200b", "dog"]
    seen = []
    for batch in load_teacher(bert, batch_tokens=1).read(texts, [0, 3]):
        assert [tuple(states.shape) for states in batch.states] == [(len(batch.texts), 32)] * 2
        seen += list(zip(batch.texts.tolist(), batch.starts.tolist(), batch.ends.tolist()))
    expected = [(i, *span) for i in (0, 3) for span in bert[1](texts[i], return_offsets_mapping=True)["offset_mapping"]]
    assert sorted(seen) == sorted(expected)


# --- any Unicode ---------------------------------------------------------------------------------

INVISIBLE = ["", " ", "\t", "\u00a0", "\u200b", "\u200d", "\u00ad", "\ufeff", "\u0301", "\x00", "\u202e"]


@pytest.mark.parametrize("token", INVISIBLE, ids=ascii)
def test_token_without_subwords_has_no_state(token: str) -> None:
    model, tokenizer = tiny("bert")
    texts = [["the", token, "dog"], [token], [token, "cat"]]
    found = token_states(texts, load_teacher((model, tokenizer)))
    assert [state is None for state in found] == [False, True, False, True, True, False]
    assert_same(found, slow_contexts(texts, model, tokenizer, [-1], "token"))


def test_byte_level_tokenizer_reads_zero_width_characters() -> None:
    model, tokenizer = tiny("gpt2")
    found = token_states([["the", "\u200b", "dog", ""]], load_teacher((model, tokenizer)))
    assert [state is None for state in found] == [False, False, False, True]


@pytest.mark.parametrize("family", ["bert", "gpt2", "t5"])
@settings(max_examples=60, deadline=None)
@given(item=st.one_of(st.text(max_size=25), st.lists(st.text(max_size=5), max_size=5)))
def test_any_string_equals_slow_reference(family: str, item: Document) -> None:
    model, tokenizer = tiny(family)
    teacher = load_teacher((model, tokenizer))
    assert_same(token_states([item], teacher), slow_contexts([item], model, tokenizer, [-1], "token"))


@pytest.mark.parametrize("text", [["the", "d\ud83dog", "cat"], "the d\ud83dog cat"], ids=["tokens", "raw text"])
def test_lone_surrogate_is_read(bert: tuple[Any, Any], text: Document) -> None:
    """Where JSON was cut in the middle of an emoji, Python has a string that no tokenizer takes."""
    found = token_states([text, "the cat"], load_teacher(bert))
    for word in (found[0], found[-3], *found[-2:]):
        assert word is not None and np.isfinite(word).all()


def test_untokenizable_words_are_counted_and_logged(bert: tuple[Any, Any], caplog: pytest.LogCaptureFixture) -> None:
    corpus = [["the", "\u200b", "dog"], ["\u200b", "cat", ""], ["the", "\u0301", "dog"]]
    model = DistilledWord2Vec(corpus, min_count=1, teacher=bert, objective="aggregate")

    assert model.learned.moments is not None
    [moments] = model.learned.moments.values()
    untokenizable = dict(zip(model.wv.index_to_key, moments.untokenizable.tolist()))
    assert untokenizable == {"the": 0, "dog": 0, "cat": 0, "\u200b": 2, "\u0301": 1, "": 1}
    assert dict(zip(model.wv.index_to_key, moments.counts.tolist())) == {
        "the": 2, "dog": 2, "cat": 1, "\u200b": 0, "\u0301": 0, "": 0,
    }  # fmt: skip
    [warning] = [record.getMessage() for record in caplog.records if "no context" in record.getMessage()]
    assert warning.startswith("3 of 6 words have no context that the teacher could read")
    assert all(repr(word) in warning for word in ("\u200b", "\u0301", ""))
    assert 0 < np.abs(model.wv["\u200b"]).max() <= 1 / model.vector_size


def test_no_warning_if_all_words_have_contexts(
    bert: tuple[Any, Any], corpus: list[list[str]], caplog: pytest.LogCaptureFixture
) -> None:
    DistilledWord2Vec(corpus, min_count=1, teacher=bert, objective="aggregate")
    assert "no context" not in caplog.text
