"""Tiny models of many families with random weights, and their tokenizers, trained on a few texts."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache
from typing import Any

import numpy as np
import torch
import transformers
from tiny import train_wordpiece
from tokenizers import Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, processors, trainers
from transformers import PreTrainedTokenizerFast

#: Training texts of the tokenizers, in several scripts.
TRAINING_TEXTS = [
    "The quick brown fox jumps over the lazy dog. The dog sleeps; the fox runs away!",
    "A lazy dog, a quick cat. Cats and dogs, foxes and hens; the cat sleeps all day.",
    "Brown bears eat honey while the quick foxes eat hens. New York is far away.",
    "Größere Bären schlafen länger. Le café est fermé, l'été aussi. Señor Núñez comió.",
    "Быстрая лиса прыгает через ленивую собаку. 敏捷的棕色狐狸跳过懒狗。 الثعلب البني السريع",
]

WORDPIECE = ("bert", "distilbert", "mobilebert", "electra")
BYTE_LEVEL = ("roberta", "gpt2", "modernbert")
UNIGRAM = ("albert", "xlm-roberta", "deberta-v2", "t5")
FAMILIES = WORDPIECE + BYTE_LEVEL + UNIGRAM

#: The number of positions of models with learned positions, special tokens included.
POSITIONS = 128

_BERT_SPECIALS = {
    "pad_token": "[PAD]", "unk_token": "[UNK]", "cls_token": "[CLS]", "sep_token": "[SEP]", "mask_token": "[MASK]",
}  # fmt: skip
_ROBERTA_SPECIALS = {
    "cls_token": "<s>", "pad_token": "<pad>", "sep_token": "</s>", "unk_token": "<unk>", "mask_token": "<mask>",
}  # fmt: skip


@cache
def tiny(family: str) -> tuple[Any, Any]:
    """Return the tiny model of a family and its tokenizer; they are shared, so tests must not change them."""
    tokenizer = _TOKENIZERS[family]()
    return tiny_model(family, tokenizer), tokenizer


def tiny_model(family: str, tokenizer: Any, seed: int = 0, **overrides: Any) -> Any:
    """Build a model of two layers for a tokenizer; `overrides` are settings of its configuration."""
    kind, settings = _MODELS[family]
    tokens = {"vocab_size": len(tokenizer), "pad_token_id": tokenizer.pad_token_id}
    for name in ("bos", "eos", "cls", "sep"):
        tokens[f"{name}_token_id"] = getattr(tokenizer, f"{name}_token_id")
    model_class = getattr(transformers, f"{kind}Model")
    model = model_class(getattr(transformers, f"{kind}Config")(**(tokens | settings | overrides)))
    spread_weights(model, seed)
    if family == "mobilebert":
        # The last token's hidden state depends on this row; test_padding_does_not_affect_mobilebert is about that.
        model.embeddings.word_embeddings.weight.data[tokenizer.pad_token_id] = 0
    return model.eval()


def wordpiece_tokenizer(vocab_size: int = 160) -> Any:
    """Train a tokenizer such as BERT's: lowercased, without accents, split at punctuation."""
    tokenizer = Tokenizer(models.WordPiece(unk_token="[UNK]"))
    tokenizer.normalizer = normalizers.BertNormalizer(lowercase=True)
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    train_wordpiece(tokenizer, TRAINING_TEXTS, vocab_size, list(_BERT_SPECIALS.values()))
    return _wrap(tokenizer, "[CLS] $A [SEP]", **_BERT_SPECIALS)


def byte_level_tokenizer(template: str | None, **specials: str) -> Any:
    """Train a byte-level BPE such as GPT-2's, whose subwords may begin with the space before a word."""
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=340,
        special_tokens=list(specials.values()),
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    tokenizer.train_from_iterator(TRAINING_TEXTS, trainer)
    # As in the originals: the offsets of RoBERTa exclude the space, the others include it.
    if template == "roberta":
        tokenizer.post_processor = processors.RobertaProcessing(
            ("</s>", tokenizer.token_to_id("</s>")), ("<s>", tokenizer.token_to_id("<s>")), add_prefix_space=False
        )
        return PreTrainedTokenizerFast(tokenizer_object=tokenizer, **specials)
    if template is None:
        tokenizer.post_processor = processors.ByteLevel(trim_offsets=False)
        return PreTrainedTokenizerFast(tokenizer_object=tokenizer, **specials)
    return _wrap(tokenizer, template, **specials)


def unigram_tokenizer(
    template: str, normalizer: Any, before: Sequence[Any] = (), vocab_size: int = 160, **specials: str
) -> Any:
    """Train a tokenizer such as SentencePiece's, where the space before a word is its first character."""
    tokenizer = Tokenizer(models.Unigram())
    tokenizer.normalizer = normalizer
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence([*before, pre_tokenizers.Metaspace()])
    tokenizer.decoder = decoders.Metaspace()
    trainer = trainers.UnigramTrainer(
        vocab_size=vocab_size,
        special_tokens=list(specials.values()),
        unk_token=specials["unk_token"],
        show_progress=False,
    )
    tokenizer.train_from_iterator(TRAINING_TEXTS, trainer)
    return _wrap(tokenizer, template, **specials)


def removing_normalizer(characters: str) -> Any:
    """Return a normalizer of SentencePiece's kind that removes some ASCII characters: their trie, and one empty string."""
    units = np.zeros(1024, dtype="<u4")
    units[0] = 256 << 10
    for code in characters.encode("ascii"):
        units[256 | code] = code | 1 << 8 | 768 << 10  # the leaf of the character is at 512 | code
    return normalizers.Precompiled(units.nbytes.to_bytes(4, "little") + units.tobytes() + b"\0")


def _wrap(tokenizer: Tokenizer, template: str, **specials: str) -> Any:
    in_template = [token for token in template.split() if token != "$A"]
    tokenizer.post_processor = processors.TemplateProcessing(
        single=template, special_tokens=[(token, tokenizer.token_to_id(token)) for token in in_template]
    )
    return PreTrainedTokenizerFast(tokenizer_object=tokenizer, **specials)


def spread_weights(model: Any, seed: int) -> None:
    """Draw weights that are large enough for hidden states to depend visibly on context and position."""
    generator = torch.Generator().manual_seed(seed)
    for name, parameter in model.named_parameters():
        if parameter.ndim > 1:
            scale = 0.8 * parameter.shape[-1] ** -0.5
            parameter.data = scale * torch.randn(parameter.shape, generator=generator)
        elif name.endswith("bias"):
            parameter.data = 0.1 * torch.randn(parameter.shape, generator=generator)


_TOKENIZERS: dict[str, Callable[[], Any]] = {
    "bert": wordpiece_tokenizer,
    "distilbert": wordpiece_tokenizer,
    "mobilebert": wordpiece_tokenizer,
    "electra": wordpiece_tokenizer,
    "roberta": lambda: byte_level_tokenizer("roberta", **_ROBERTA_SPECIALS),
    "gpt2": lambda: byte_level_tokenizer(None),  # neither special tokens nor a pad token
    "modernbert": lambda: byte_level_tokenizer("[CLS] $A [SEP]", **_BERT_SPECIALS),
    "albert": lambda: unigram_tokenizer(
        "[CLS] $A [SEP]",
        normalizers.Sequence(
            [
                normalizers.Replace("``", '"'),
                normalizers.NFKD(),
                normalizers.StripAccents(),
                normalizers.Lowercase(),
                normalizers.Replace(Regex(" {2,}"), " "),
            ]
        ),
        before=[pre_tokenizers.WhitespaceSplit()],
        **(_BERT_SPECIALS | {"pad_token": "<pad>", "unk_token": "<unk>"}),
    ),
    "xlm-roberta": lambda: unigram_tokenizer("<s> $A </s>", normalizers.NFKC(), **_ROBERTA_SPECIALS),
    "deberta-v2": lambda: unigram_tokenizer(
        "[CLS] $A [SEP]",
        normalizers.Sequence([normalizers.Strip(), normalizers.NFKC()]),
        before=[pre_tokenizers.Punctuation()],
        **_BERT_SPECIALS,
    ),
    "t5": lambda: unigram_tokenizer(
        "$A </s>", normalizers.NFKC(), pad_token="<pad>", eos_token="</s>", unk_token="<unk>"
    ),
}

_ENCODER = {"hidden_size": 24, "num_hidden_layers": 2, "num_attention_heads": 3, "intermediate_size": 32}
_LEARNED = _ENCODER | {"max_position_embeddings": POSITIONS}

_MODELS: dict[str, tuple[str, dict[str, Any]]] = {
    "bert": ("Bert", _LEARNED),
    "distilbert": (
        "DistilBert",
        {"dim": 24, "n_layers": 2, "n_heads": 3, "hidden_dim": 32, "max_position_embeddings": POSITIONS},
    ),
    "mobilebert": (
        "MobileBert",
        _LEARNED | {"embedding_size": 12, "intra_bottleneck_size": 12, "num_feedforward_networks": 2},
    ),
    "electra": ("Electra", _LEARNED | {"embedding_size": 12}),
    "roberta": ("Roberta", _ENCODER | {"max_position_embeddings": POSITIONS + 2, "type_vocab_size": 1}),
    "gpt2": ("GPT2", {"n_embd": 24, "n_layer": 2, "n_head": 3, "n_positions": POSITIONS}),
    # Attention over 4 subwords on either side in every other layer: less than the padded length.
    "modernbert": ("ModernBert", _LEARNED | {"global_attn_every_n_layers": 2, "local_attention": 8}),
    "albert": ("Albert", _LEARNED | {"embedding_size": 12}),
    "xlm-roberta": ("XLMRoberta", _ENCODER | {"max_position_embeddings": POSITIONS + 2, "type_vocab_size": 1}),
    "deberta-v2": (
        "DebertaV2",
        _LEARNED
        | {
            "relative_attention": True,
            "pos_att_type": ["p2c", "c2p"],
            "position_buckets": 8,
            "share_att_key": True,
            "norm_rel_ebd": "layer_norm",
            "position_biased_input": False,
            "type_vocab_size": 0,
        },
    ),
    "t5": (
        "T5",
        {
            "d_model": 24, "d_kv": 8, "d_ff": 32, "num_layers": 2, "num_decoder_layers": 1, "num_heads": 3,
            "relative_attention_num_buckets": 8, "decoder_start_token_id": 0,
        },
    ),
}  # fmt: skip
