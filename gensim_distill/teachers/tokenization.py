"""The tokenizer of a transformer: compared with the embeddings and positions of the model, before anything is read."""

from __future__ import annotations

import itertools
import json
import math
from typing import Any

import numpy as np
from tokenizers import Tokenizer
from torch import nn

from gensim_distill._utils.arrays import IntArray
from gensim_distill._utils.text import first_line
from gensim_distill._utils.validation import is_whole
from gensim_distill.teachers.sequence_packing import first_position

# Tokenizers without a limit report numbers such as 1e30.
_NO_LIMIT = 1_000_000
# Attention over longer windows costs more than their context adds to the mean of a text.
_LONGEST_DEFAULT_WINDOW = 8192
# Names of learned positions, of which there is one for each subword of a window.
_POSITIONS = ("position_embeddings", "embed_positions", "wpe")
_UNKNOWN = "\U0010fffd"  # for private use, so that no vocabulary has it


def copy_tokenizer(tokenizer: Any, num_embeddings: int | None, subject: str) -> Tokenizer:
    """Return a copy of a tokenizer without truncation and padding, all of whose tokens have an embedding.

    Parameters
    ----------
    tokenizer : transformers.PreTrainedTokenizerFast
        It is not changed.
    num_embeddings : int or None
        The number of embeddings of the model; None if it is not known.
    subject : str
        The subject of the sentences of error messages.

    Returns
    -------
    tokenizers.Tokenizer

    Raises
    ------
    ValueError
        If the tokenizer has further tokens, special ones excepted that are never added to a text: a padding token, for
        instance, for which the embeddings were not resized. Such tokens are removed.
    """
    serialized = tokenizer.backend_tokenizer.to_str()
    copied = Tokenizer.from_str(serialized)
    vocabulary = copied.get_vocab(with_added_tokens=True)
    if num_embeddings is not None and vocabulary and max(vocabulary.values()) >= num_embeddings:
        content = json.loads(serialized)
        content["added_tokens"] = [
            token for token in content["added_tokens"] if not token["special"] or token["id"] < num_embeddings
        ]
        copied = Tokenizer.from_str(json.dumps(content))
        further = {token: i for token, i in copied.get_vocab(with_added_tokens=True).items() if i >= num_embeddings}
        if further:
            token = min(further, key=lambda token: (further[token], token))
            raise ValueError(
                f"{subject} has a tokenizer with tokens that have no embedding, {len(further)} in all, such as {token!r}, number "
                f"{further[token]:,} where the model has {num_embeddings:,} embeddings: pass the tokenizer of the model, or "
                "call model.resize_token_embeddings(len(tokenizer)) and train the new ones."
            )
    copied.no_truncation()
    copied.no_padding()
    return copied


def special_tokens(tokenizer: Tokenizer, num_embeddings: int | None, subject: str) -> tuple[IntArray, IntArray]:
    """Return the ids of the special tokens that the tokenizer adds before and after a text.

    Parameters
    ----------
    tokenizer : tokenizers.Tokenizer
    num_embeddings : int or None
    subject : str

    Raises
    ------
    ValueError
        If the tokenizer returns special tokens only, cannot read unknown characters, or adds tokens without embedding.
    """
    try:
        tokenizer.encode(_UNKNOWN)
        # Some tokenizers do not have the letter a.
        for text in itertools.chain("a", sorted(tokenizer.get_vocab(with_added_tokens=False))):
            encoding = tokenizer.encode(text, add_special_tokens=True)
            ids = np.array(encoding.ids, dtype=np.int64)
            inner = np.flatnonzero(np.array(encoding.special_tokens_mask) == 0)
            if len(inner):
                break
        else:
            raise ValueError(f"{subject} has a tokenizer without a vocabulary: it returns special tokens only.")
    except Exception as error:
        if isinstance(error, ValueError):
            raise
        # That of tokenizers inherits from Exception alone.
        raise ValueError(
            f"{subject} has a tokenizer that cannot read every character ({first_line(error)}): give it an unknown token that "
            "is in its vocabulary."
        ) from error
    before, behind = ids[: inner[0]], ids[inner[-1] + 1 :]
    if num_embeddings is not None and max(before.max(initial=0), behind.max(initial=0)) >= num_embeddings:
        raise ValueError(
            f"{subject} has a tokenizer that adds special tokens without an embedding to each text, of the numbers "
            f"{[*before.tolist(), *behind.tolist()]}, where the model has {num_embeddings:,}: pass the tokenizer of the model."
        )
    return before, behind


def count_embeddings(model: Any) -> int | None:
    """Return the number of tokens for which a model has an embedding; None if it has no plain table of them."""
    try:
        weight: Any = getattr(model.get_input_embeddings(), "weight", None)
    except (AttributeError, NotImplementedError):
        return None
    return len(weight) if getattr(weight, "ndim", 0) == 2 else None


def padding_ids(model: Any, tokenizer: Any, num_embeddings: int | None) -> list[int]:
    """Return the ids of padding tokens that have an embedding, that for padding first; padding is masked, so any will do."""
    limit = math.inf if num_embeddings is None else num_embeddings
    candidates = (tokenizer.pad_token_id, getattr(model.config, "pad_token_id", None))
    found = [int(i) for i in candidates if is_whole(i) and 0 <= i < limit]
    return list(dict.fromkeys(found)) or [0]


def window_size(model: Any, tokenizer: Any, max_length: int | None, subject: str) -> int:
    """Return the number of subwords of a forward pass, special tokens included.

    Parameters
    ----------
    model : transformers.PreTrainedModel
    tokenizer : transformers.PreTrainedTokenizerFast
    max_length : int or None
        The requested number; None for the largest that both support.
    subject : str

    Raises
    ------
    ValueError
        If the request is not a number, or is more than the model has positions.
    """
    if max_length is not None and not is_whole(max_length):
        raise ValueError(f"max_length={max_length!r} must be a number of subwords, or None for the longest window.")
    limits: list[int] = [_LONGEST_DEFAULT_WINDOW]
    theirs = tokenizer.model_max_length
    if theirs is not None:
        if not isinstance(theirs, (int, float)) or math.isnan(theirs) or theirs < 0:
            raise ValueError(
                f"{subject} has a tokenizer with model_max_length={theirs!r}, where a number of subwords was expected: "
                "correct it in its tokenizer_config.json."
            )
        if 0 < theirs < _NO_LIMIT:
            limits.append(int(theirs))
    positions = _count_positions(model)
    if positions is not None:
        if max_length is not None and max_length > positions:
            raise ValueError(f"max_length={max_length} is more than the {positions} positions of the teacher.")
        limits.append(positions)
    return min(limits) if max_length is None else int(max_length)


def _count_positions(model: Any) -> int | None:
    """Return the number of subwords for which a model has positions: by its configuration and by its tables."""
    configured = getattr(model.config, "max_position_embeddings", None)
    counts = [configured - first_position(model)] if is_whole(configured) and configured > 0 else []
    for name, module in model.named_modules():
        if name.rpartition(".")[2] in _POSITIONS and isinstance(module, nn.Embedding):
            reserved = first_position(model) if name.endswith("position_embeddings") else getattr(module, "offset", 0)
            counts.append(module.num_embeddings - reserved)
    return min(counts, default=None)
