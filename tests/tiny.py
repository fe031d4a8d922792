"""A tiny BERT with random weights, its tokenizer, and a teacher that records what it reads."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

import torch
from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors
from transformers import BertConfig, BertModel, PreTrainedTokenizerFast

from gensim_distill.teachers import TransformerTeacher


def tiny_bert(texts: Iterable[str], **config: Any) -> tuple[Any, Any]:
    """Build a BERT (WordPiece) and its tokenizer; `config` overrides the settings of the model."""
    specials = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
    tokenizer = Tokenizer(models.WordPiece(unk_token="[UNK]"))
    tokenizer.normalizer = normalizers.BertNormalizer(lowercase=True)
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    train_wordpiece(tokenizer, texts, 120, specials)
    tokenizer.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]", special_tokens=[(t, tokenizer.token_to_id(t)) for t in ("[CLS]", "[SEP]")]
    )
    fast = PreTrainedTokenizerFast(
        tokenizer_object=tokenizer,
        pad_token="[PAD]",
        unk_token="[UNK]",
        cls_token="[CLS]",
        sep_token="[SEP]",
        mask_token="[MASK]",
    )
    settings = {
        "vocab_size": len(fast),
        "hidden_size": 32,
        "num_hidden_layers": 3,
        "num_attention_heads": 4,
        "intermediate_size": 48,
        "max_position_embeddings": 64,
        "pad_token_id": fast.pad_token_id,
    }
    torch.manual_seed(0)
    return BertModel(BertConfig(**(settings | config))).eval(), fast


def train_wordpiece(tokenizer: Tokenizer, texts: Iterable[str], vocab_size: int, specials: Sequence[str]) -> None:
    """Train the WordPiece model of a tokenizer by merging the most frequent pairs.

    The trainer of the library breaks ties at random, so that each run of the tests would have other models.
    """
    normalized = map(tokenizer.normalizer.normalize_str, texts)
    counts = Counter(word for text in normalized for word, _ in tokenizer.pre_tokenizer.pre_tokenize_str(text))
    words = {word: [word[0], *(f"##{letter}" for letter in word[1:])] for word in counts}
    vocabulary = dict.fromkeys([*specials, *sorted({piece for pieces in words.values() for piece in pieces})])
    while len(vocabulary) < vocab_size:
        pairs: Counter[tuple[str, str]] = Counter()
        for word, pieces in words.items():
            for pair in itertools.pairwise(pieces):
                pairs[pair] += counts[word]
        if not pairs:
            break
        first, second = min(pairs, key=lambda pair: (-pairs[pair], pair))
        merged = first + second.removeprefix("##")
        vocabulary[merged] = None
        for pieces in words.values():
            for place in range(len(pieces) - 2, -1, -1):
                if pieces[place : place + 2] == [first, second]:
                    pieces[place : place + 2] = [merged]
    numbers = {piece: number for number, piece in enumerate(vocabulary)}
    tokenizer.model = models.WordPiece(numbers, unk_token="[UNK]")


class ListeningTeacher(TransformerTeacher):
    """A teacher that records the texts that it reads."""

    def __init__(self, *args: Any, **settings: Any) -> None:
        super().__init__(*args, **settings)
        self.heard: list[str] = []

    def read(self, texts: Any, layers: Any) -> Any:
        self.heard += texts
        return super().read(texts, layers)
