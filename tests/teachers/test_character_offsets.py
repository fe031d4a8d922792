"""Hidden states belong to the right words, whatever characters a tokenizer removes, inserts or expands."""

from __future__ import annotations

import copy
import pickle
from functools import cache

import numpy as np
import pytest
import torch
from tiny_models import FAMILIES, byte_level_tokenizer, removing_normalizer, tiny, tiny_model, unigram_tokenizer
from tokenizers import normalizers, pre_tokenizers, processors

from gensim_distill import TextReader
from gensim_distill.contexts.teacher_pass import read_contexts
from gensim_distill.contexts.views import View
from gensim_distill.corpus.documents import Document
from gensim_distill.teachers import TransformerTeacher

torch.set_num_threads(1)

VIEW = View((2,), "token")
SPECIALS = {"cls_token": "<s>", "pad_token": "<pad>", "sep_token": "</s>", "unk_token": "<unk>", "mask_token": "<mask>"}


@cache
def teacher_of(family: str) -> TransformerTeacher:
    if family == "sentencepiece":
        normalizer = normalizers.Sequence([removing_normalizer("\x01\x02\x7f"), normalizers.NFKC()])
        tokenizer = unigram_tokenizer("<s> $A </s>", normalizer, **SPECIALS)
        return TransformerTeacher(tiny_model("xlm-roberta", tokenizer), tokenizer, device="cpu", dtype="float32")
    if family == "byte-level with a prefix":
        tokenizer = byte_level_tokenizer("roberta", **SPECIALS)
        backend = tokenizer.backend_tokenizer
        backend.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=True)
        ends = [(token, backend.token_to_id(token)) for token in ("</s>", "<s>")]
        backend.post_processor = processors.RobertaProcessing(*ends, trim_offsets=True, add_prefix_space=True)
        return TransformerTeacher(tiny_model("roberta", tokenizer), tokenizer, device="cpu", dtype="float32")
    return TransformerTeacher(*tiny(family), device="cpu", dtype="float32")


EVERY = (*FAMILIES, "sentencepiece", "byte-level with a prefix")


def contexts(family: str, document: Document, reader: TextReader | None = None) -> list[np.ndarray | None]:
    [batch] = read_contexts([document], reader or TextReader(), teacher_of(family), [VIEW], {})
    return [None if row < 0 else batch[VIEW.name].contexts[row] for row in batch[VIEW.name].rows.tolist()]


def token_ids(family: str, text: str) -> list[int]:
    return teacher_of(family)._tokenize([text])[0].ids.tolist()


def assert_same(one: list[np.ndarray | None], other: list[np.ndarray | None]) -> None:
    assert [context is None for context in one] == [context is None for context in other]
    for first, second in zip(one, other):
        if first is not None and second is not None:
            np.testing.assert_allclose(first, second, atol=1e-5)


# Words, and the same words as many normalizers make them.
PAIRS = [
    (["\x01the", "lazy", "dog"], ["the", "lazy", "dog"]),
    (["\x02\x01\x7fa", "cat", "sleeps"], ["a", "cat", "sleeps"]),
    (["the", "\x01lazy\x02", "d\x7fog"], ["the", "lazy", "dog"]),
    (["\x01\x01", "the", "dog"], ["", "the", "dog"]),
    (["ﬁsh", "and", "oﬃce"], ["fish", "and", "office"]),
    (["cafe\u0301", "est", "fermé"], ["café", "est", "fermé"]),
    (["do\u00adg", "\u00ada", "cat"], ["dog", "a", "cat"]),
    (["\u200bdog", "a\u200c", "c\u200dat"], ["dog", "a", "cat"]),
    (["\ufeffdog", "a\u2060", "cat"], ["dog", "a", "cat"]),
    (["Ｄog", "㎏", "½", "②"], ["Dog", "kg", "1⁄2", "2"]),
    (["the", "…", "ǆ", "ŉ"], ["the", "...", "dž", "ʼn"]),
    (["dog", "🏳️‍🌈", "👩‍👩‍👧", "cat"], ["dog", "🏳🌈", "👩👩👧", "cat"]),
]


@pytest.mark.parametrize("family", EVERY)
def test_words_have_the_states_of_their_normalized_forms(family: str) -> None:
    for written, normalized in PAIRS:
        if token_ids(family, " ".join(written)) == token_ids(family, " ".join(normalized)):
            assert_same(contexts(family, written), contexts(family, normalized))


@pytest.mark.parametrize("before", ["\x01", "\x02\x7f", "\x7f\x01\x01"])
def test_removed_characters_at_the_beginning_shift_no_offsets(before: str) -> None:
    plain = contexts("sentencepiece", "the lazy dog sleeps")
    assert_same(contexts("sentencepiece", f"{before}the lazy dog sleeps"), plain)
    assert_same(contexts("sentencepiece", f"{before}the la{before}zy dog{before} sleeps".split(" ")), plain)
    behind = contexts("sentencepiece", ["the", f"<s>{before}lazy", "dog"])
    assert_same(behind, contexts("sentencepiece", ["the", "<s>lazy", "dog"]))


def test_texts_of_removed_characters_only_have_no_subwords() -> None:
    assert contexts("sentencepiece", ["\x01", "\x02\x7f"]) == [None, None]
    assert contexts("sentencepiece", ["\x01", "dog"])[0] is None


@pytest.mark.parametrize("family", EVERY)
@pytest.mark.parametrize("letters", ["a", "ab", "abc"])
def test_words_behind_a_special_token_have_states(family: str, letters: str) -> None:
    special = next(iter(teacher_of(family).tokenizer.all_special_tokens), "the")
    pieces = [special, *letters, special, "b", " ", "c"]
    spans = [(len("".join(pieces[:i])), len("".join(pieces[: i + 1]))) for i in range(len(pieces))]
    text = "".join(pieces)
    found = contexts(family, text, TextReader(word_splitter=lambda _: spans, key=str))
    words = [text[a:b] for a, b in spans]
    assert all(context is not None for word, context in zip(words, found) if word.strip())


@pytest.mark.parametrize("family", EVERY)
def test_offsets_are_inside_the_text(family: str) -> None:
    texts = [" ".join(words) for pair in PAIRS for words in pair] + ["", " ", "\x01", "\u0301", "\ud800a", "İİİ ŉŉ"]
    encoded, _ = teacher_of(family)._tokenize(texts)
    for text, offsets in zip(texts, np.split(encoded.characters, encoded.begins[1:-1])):
        assert (offsets >= 0).all()
        assert (offsets <= len(text)).all()
        assert (offsets[:, 0] <= offsets[:, 1]).all()


def test_copies_of_a_teacher_remove_the_same_characters() -> None:
    removed = teacher_of("sentencepiece")._removed
    for copied in (pickle.loads(pickle.dumps(removed)), copy.deepcopy(removed)):
        kept = copied.kept("\x01a\x02b\n")
        assert kept is not None
        assert kept.tolist() == [1, 3, 4]
        assert copied.kept("a\nb") is None
