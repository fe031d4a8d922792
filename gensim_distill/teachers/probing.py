"""A trial of a model when its teacher is constructed: which hidden states it returns, and whether padding affects them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np
import torch

from gensim_distill._utils.arrays import IntArray
from gensim_distill._utils.text import first_line

_LENGTH = 24
# Largest relative deviation of a hidden state when padding has other content. Its weight in attention is exactly 0.
_DEPENDENCE = 1e-4
# The same for other lengths, with the rounding of bfloat16.
_TOLERANCE = 0.1


class UnreadableError(ValueError):
    """Raised if a model, in its dtype, returns no usable hidden states."""


class Trial(NamedTuple):
    """The results of a trial of a model.

    Attributes
    ----------
    width, num_layers : int
        Dimensions of a hidden state, and the number of layers.
    padding : bool
        Whether texts of different lengths can be padded: the hidden states of a text do not depend on it.
    batches : bool
        Whether texts of one length can be in one batch.
    """

    width: int
    num_layers: int
    padding: bool
    batches: bool


@torch.inference_mode()
def try_model(
    forward: Callable[[IntArray, torch.Tensor], Sequence[torch.Tensor]],
    subject: str,
    vocab_size: int,
    pad_ids: Sequence[int],
    length: int,
) -> Trial:
    """Read some random tokens with a model, in batches that differ in their padding and in the other texts.

    Parameters
    ----------
    forward : callable
        Returns the hidden states of all layers for token ids and an attention mask.
    subject : str
        The subject of the sentences of error messages.
    vocab_size : int
    pad_ids : sequence of int
        Ids of padding tokens, the first for padding; none of them is in a text.
    length : int
        The largest number of subwords of a window.

    Returns
    -------
    Trial

    Raises
    ------
    UnreadableError
        If the model cannot read a text, or its hidden states have different shapes, are not finite or all the same.
    """
    longer = min(_LENGTH, length)
    shorter = max(1, longer // 2 - 3)
    rng = np.random.default_rng(0)
    tokens, others = rng.integers(0, vocab_size, (2, 2, longer))
    for ids in (tokens, others):
        for _ in pad_ids:
            ids[np.isin(ids, pad_ids)] += 1
            ids %= vocab_size
    mask = torch.ones((2, longer), dtype=torch.int64, device="cpu")
    mask[1, shorter:] = 0
    padded = tokens.copy()
    padded[1, shorter:] = pad_ids[0]
    others[1, :shorter] = tokens[1, :shorter]
    try:
        states = forward(padded, mask)
        elsewhere = forward(others, mask)
        single = forward(tokens[1:, :shorter], mask[1:, :shorter])
    except torch.OutOfMemoryError:
        raise
    except Exception as error:  # code of any model
        raise UnreadableError(f"{subject} cannot read text: {first_line(error)}.") from error
    _check_shapes(subject, states, (2, longer))
    _check_values(subject, states, single)
    if not np.array_equal(tokens[0], others[0]) and torch.equal(states[-1][0], elsewhere[-1][0]):
        raise _equal_states(subject)
    found = [layer[1, :shorter] for layer in states]
    padding = (
        _deviation(found, [layer[1, :shorter] for layer in elsewhere]) <= _DEPENDENCE
        and _deviation(found, [layer[0] for layer in single]) <= _TOLERANCE
    )
    batches = padding
    if not padding:
        beside = others[:, :shorter].copy()
        beside[1] = tokens[1, :shorter]
        pairs = [
            forward(np.stack([row, tokens[1, :shorter]]), mask[:, :shorter] | 1)
            for row in (beside[0], tokens[0, :shorter])
        ]
        one, other = ([layer[1] for layer in pair] for pair in pairs)
        batches = (
            _deviation(one, other) <= _DEPENDENCE and _deviation(one, [layer[0] for layer in single]) <= _TOLERANCE
        )
    return Trial(int(states[0].shape[-1]), len(states), padding, batches)


def _check_shapes(subject: str, states: Sequence[torch.Tensor], shape: tuple[int, int]) -> None:
    widths = sorted({int(layer.shape[-1]) for layer in states})
    if len(widths) > 1:
        raise UnreadableError(
            f"{subject} has layers of different numbers of dimensions, {widths}: such a model is not supported."
        )
    for layer in states:
        if tuple(layer.shape[:-1]) != shape:
            raise UnreadableError(
                f"{subject} has layers without a hidden state for each subword: such a model is not supported."
            )


def _check_values(subject: str, states: Sequence[torch.Tensor], single: Sequence[torch.Tensor]) -> None:
    for layer in (*(layer[0] for layer in states), *single):
        if not bool(torch.isfinite(layer).all()):
            advice = "use another teacher" if layer.dtype == torch.float32 else "use dtype='float32' or another teacher"
            raise UnreadableError(
                f"{subject} gives hidden states that are not finite in {str(layer.dtype).removeprefix('torch.')}: {advice}."
            )
    last = states[-1][0]
    if len(last) > 1 and bool((last == last[0]).all()):
        raise _equal_states(subject)


def _equal_states(subject: str) -> UnreadableError:
    return UnreadableError(
        f"{subject} gives the same hidden state for every token: its weights are damaged, or were never trained."
    )


def _deviation(one: Sequence[torch.Tensor], other: Sequence[torch.Tensor]) -> float:
    """Return the largest relative deviation of a hidden state."""
    largest = 0.0
    for a, b in zip(one, other):
        difference, norm = (a.float() - b.float()).norm(dim=-1), a.float().norm(dim=-1)
        largest = max(largest, float((difference / norm.clamp(min=1e-12)).max()))
    return largest
