"""Sequence packing: several short texts in one sequence of a batch, without padding.

In a batch of sentences that are padded to the longest, a part of the computation is wasted, and the attention kernels of a
CPU are up to twice as slow at a length that is not a multiple of 16. Packed sequences have one length: texts are
concatenated, with an attention mask that separates them and positions that restart at 0.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import torch

from gensim_distill._utils.arrays import IntArray
from gensim_distill.teachers.devices import to_device
from gensim_distill.teachers.windows import Window

#: The length of a packed sequence, in subwords: it holds several sentences, and attention is still a small part of a layer.
PACKED_LENGTH = 96

# Models in which only mask and positions separate the texts of a sequence. Relative positions (T5, MPNet) would work
# too, unless the model builds its own mask.
_ABSOLUTE_POSITIONS = frozenset({"bert", "camembert", "data2vec-text", "electra", "roberta", "xlm-roberta"})
# Largest relative deviation from the hidden states of padded texts. With MiniLM, bfloat16 alone causes 0.01, and a mask
# that leaks 0.5.
_TOLERANCE = 0.05


def pack_windows(windows: Sequence[Window], extra: int, size: int = PACKED_LENGTH) -> list[list[Window]]:
    """Pack windows into sequences by best-fit decreasing: the longest first, each where it leaves the least space.

    Parameters
    ----------
    windows : sequence of Window
        None of them longer than a sequence.
    extra : int
        The number of special tokens that are added to each window.
    size : int, optional
        The number of subwords of a sequence.

    Returns
    -------
    list of list of Window
        The windows of each sequence.

    Examples
    --------
    >>> from gensim_distill.teachers.sequence_packing import pack_windows
    >>> from gensim_distill.teachers.windows import Window
    >>> windows = [Window(i, 0, length, 0, length) for i, length in enumerate([3, 6, 5, 2])]
    >>> [[len(window) for window in sequence] for sequence in pack_windows(windows, extra=0, size=8)]
    [[6, 2], [5, 3]]
    """
    sequences: list[list[Window]] = []
    by_space: list[list[list[Window]]] = [[] for _ in range(size + 1)]
    spaces = 0  # a bit for each space that some sequence has left, so that the smallest sufficient one needs no search
    for window in sorted(windows, key=len, reverse=True):
        length = len(window) + extra
        sufficient = spaces >> length
        if sufficient:
            space = length + (sufficient & -sufficient).bit_length() - 1
            sequence = by_space[space].pop()
            if not by_space[space]:
                spaces &= ~(1 << space)
        else:
            space, sequence = size, []
            sequences.append(sequence)
        sequence.append(window)
        left = space - length
        by_space[left].append(sequence)
        spaces |= 1 << left
    return sequences


def sequences_per_batch(number: int, batch_tokens: int, device_type: str) -> int:
    """Return the number of packed sequences per batch; on a GPU, batches have equal sizes, since a small one does not use all of it.

    Parameters
    ----------
    number : int
        The number of sequences.
    batch_tokens : int
    device_type : str
        The type of the device, such as ``"cpu"``.

    Examples
    --------
    >>> from gensim_distill.teachers.sequence_packing import sequences_per_batch
    >>> sequences_per_batch(22, 1_000, "cpu"), sequences_per_batch(22, 1_000, "cuda")
    (10, 8)
    """
    size = max(batch_tokens // PACKED_LENGTH, 1)
    return size if device_type == "cpu" else -(-number // max(-(-number // size), 1)) or size


def separating_mask(texts: IntArray, dtype: torch.dtype, device: torch.device) -> torch.Tensor:
    """Return an additive attention mask with which each subword attends to its own text only.

    Parameters
    ----------
    texts : numpy.ndarray of int64, shape (n_sequences, length)
        The number of each subword's text; padding has one number too and attends to itself.
    dtype : torch.dtype
        The dtype of the model.
    device : torch.device
        Where the mask is computed; it is `length` times as large as `texts`.

    Returns
    -------
    torch.Tensor of dtype, shape (n_sequences, 1, length, length)
    """
    numbers = to_device(texts, device)
    apart = numbers[:, None, :, None] != numbers[:, None, None, :]
    return torch.zeros(apart.shape, dtype=dtype, device=device).masked_fill_(apart, torch.finfo(dtype).min)


def first_position(model: Any) -> int:
    """Return the position of a text's first subword: 0, or in models such as RoBERTa one more than the padding index."""
    for name, module in model.named_modules():
        if name.endswith("position_embeddings") and getattr(module, "padding_idx", None) is not None:
            return int(module.padding_idx) + 1
    return 0


@torch.inference_mode()
def supports_packing(model: Any, pad_id: int) -> bool:
    """Return whether a model on a CPU or CUDA has the same hidden states for packed texts as for padded ones, by trying it.

    Parameters
    ----------
    model : transformers.PreTrainedModel
        In evaluation mode.
    pad_id : int
        The id of the padding token.

    Returns
    -------
    bool
    """
    if model.device.type not in ("cpu", "cuda") or model.config.model_type not in _ABSOLUTE_POSITIONS:
        return False
    if getattr(model.config, "is_decoder", False) or getattr(model.config, "_attn_implementation", "") != "sdpa":
        return False
    lengths = np.array([5, 3])
    tokens = np.random.default_rng(0).integers(0, model.config.vocab_size, lengths.sum())
    tokens[tokens == pad_id] = (pad_id + 1) % model.config.vocab_size
    padded = np.full((2, 5), pad_id)
    present = np.arange(5) < lengths[:, None]
    padded[present] = tokens
    positions = np.concatenate([np.arange(length) for length in lengths]) + first_position(model)
    device = model.device
    mask = separating_mask(np.repeat([0, 1], lengths)[None], model.dtype, device)
    try:
        apart = model(input_ids=to_device(padded, device), attention_mask=to_device(present.astype(np.int64), device))
        packed = model(
            input_ids=to_device(tokens[None], device),
            attention_mask=mask,
            position_ids=to_device(positions[None], device),
        )
    except (RuntimeError, TypeError, ValueError, IndexError):  # this version of transformers has no such masks
        return False
    expected = apart.last_hidden_state[to_device(present, device)].float()
    return bool((packed.last_hidden_state[0].float() - expected).norm() <= _TOLERANCE * expected.norm())
