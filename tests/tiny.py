"""A tiny BERT with random weights, its tokenizer, and a teacher that records what it reads."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import torch
from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors, trainers
from transformers import BertConfig, BertModel, PreTrainedTokenizerFast

from gensim_distill.teachers import TransformerTeacher


def tiny_bert(texts: Iterable[str], **config: Any) -> tuple[Any, Any]:
    """Build a BERT (WordPiece) and its tokenizer; `config` overrides the settings of the model."""
    specials = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
    tokenizer = Tokenizer(models.WordPiece(unk_token="[UNK]"))
    tokenizer.normalizer = normalizers.BertNormalizer(lowercase=True)
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    tokenizer.train_from_iterator(list(texts), trainers.WordPieceTrainer(vocab_size=120, special_tokens=specials))
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


class ListeningTeacher(TransformerTeacher):
    """A teacher that records the texts that it reads."""

    def __init__(self, *args: Any, **settings: Any) -> None:
        super().__init__(*args, **settings)
        self.heard: list[str] = []

    def read(self, texts: Any, layers: Any) -> Any:
        self.heard += texts
        return super().read(texts, layers)
