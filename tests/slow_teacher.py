"""A slow reference for the contexts of words: one text at a time, without padding, averaged in a plain loop."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
import pytest
import torch

from gensim_distill import Teacher, TextReader
from gensim_distill.contexts.teacher_pass import read_contexts
from gensim_distill.contexts.views import View
from gensim_distill.corpus.documents import Document
from gensim_distill.teachers import resolve_layers

READER = TextReader()

DOCUMENTS: list[Document] = [
    "The quick brown fox jumps over the lazy dog. It ran away!  Why? Nobody knows",
    "Cats sleep.",
    ["the", "dog", ".", "a", "quick", "cat", "eats", "new_york", "!", "honey"],
    "Le café de l'été — Größere  Bären,\tand\n\nNew York: 3.5 km…",
    ["hens"],
    [],
    "Быстрая лиса 敏捷的 棕色。السريع 👩‍👩‍👧 e\u0301te\u0301 ﬁn",
    "",
    "\u200b",
    ["the", "", "\u200b", "dog", " ", "cat"],
]

# The tolerance of float32: in a padded batch the order of sums differs.
CLOSE = {"atol": 1e-5, "rtol": 1e-5}


@torch.no_grad()
def read_alone(model: Any, tokenizer: Any, string: str) -> tuple[np.ndarray, list[tuple[int, int]], list[int]]:
    """Return the hidden states (layers, subwords, width), the offsets, and a mask of the special tokens."""
    encoding = tokenizer(string, return_offsets_mapping=True, return_special_tokens_mask=True)
    if not encoding["input_ids"]:
        return np.zeros((1, 0, 1)), [], []
    body = model.get_encoder() if model.config.is_encoder_decoder else model
    output = body(input_ids=torch.tensor([encoding["input_ids"]]), output_hidden_states=True)
    states = torch.stack(output.hidden_states)[:, 0].float().numpy()
    return states, encoding["offset_mapping"], encoding["special_tokens_mask"]


def mean_or_nothing(states: list[np.ndarray]) -> np.ndarray | None:
    return np.mean(states, axis=0) if states else None


def slow_contexts(
    items: Iterable[Document], model: Any, tokenizer: Any, layers: Sequence[int], scope: str | int
) -> list[Any]:
    """Return the context of every word of some documents, None for a word without one."""
    contexts: list[Any] = []
    for item in items:
        text = READER.text(item)
        states, offsets, special = read_alone(model, tokenizer, text.string)
        if all(special):  # nothing to read
            contexts += [None] * len(text.keys)
            continue
        states = np.mean([states[layer] for layer in layers], axis=0)

        def over(start: int, end: int, states: Any = states, offsets: Any = offsets) -> np.ndarray | None:
            return mean_or_nothing([x for x, (a, b) in zip(states, offsets) if a < b and a < end and b > start])

        words = [over(start, end) if start < end else None for start, end in zip(text.starts, text.ends)]
        if scope == "token":
            contexts += words
        elif scope == "text":
            contexts += [states.mean(axis=0)] * len(words)
        elif scope == "sentence":
            for word_start in text.starts:
                mine = [s for s in READER.sentences(item, text) if s[0] <= word_start < s[1]]
                contexts.append(over(*mine[0]) if mine else None)
        else:
            for i in range(len(words)):
                near = words[max(0, i - int(scope)) : i + int(scope) + 1]
                contexts.append(mean_or_nothing([word for word in near if word is not None]))
    return contexts


def contexts_of(items: Iterable[Document], teacher: Teacher, views: Sequence[View]) -> dict[str, list[Any]]:
    """Return, by view, the context of every word as the package computes it, None for a word without one."""
    contexts: dict[str, list[Any]] = {view.name: [] for view in views}
    for chunk in read_contexts(items, READER, teacher, views, {}):
        for name, batch in chunk.items():
            contexts[name] += [batch.contexts[row] if row >= 0 else None for row in batch.rows]
    return contexts


def token_states(items: Iterable[Document], teacher: Teacher, layer: int = -1) -> list[Any]:
    layers = resolve_layers(layer, teacher.num_layers)
    return contexts_of(items, teacher, [View(layers, "token")])[View(layers, "token").name]


def assert_same(found: Sequence[Any], expected: Sequence[Any]) -> None:
    assert [context is None for context in found] == [context is None for context in expected]
    for one, other in zip(found, expected):
        if one is not None:
            np.testing.assert_allclose(one, other, **CLOSE)


def one_sentence(error: pytest.ExceptionInfo[BaseException]) -> bool:
    """Return whether a message is one complete sentence of moderate length."""
    message = str(error.value)
    return "\n" not in message and message.endswith((".", ".)")) and len(message) < 500
