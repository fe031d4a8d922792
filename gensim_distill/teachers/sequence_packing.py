"""Several short texts in one row of a batch, each seeing itself alone: no padding, and lengths that kernels like.

In a batch of sentences padded to the longest, a part of what the teacher computes is for nothing; and the
attention kernels of a CPU need up to twice the time for a length that is no multiple of 16. Rows of one length
into which texts are laid end to end, with a mask that keeps them apart and positions that begin anew, have neither.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import torch

from gensim_distill._utils.arrays import IntArray
from gensim_distill.teachers.windows import Window

#: The length of a row, in subwords: many sentences fit, and attention still costs little beside the rest of a layer.
ROW = 96

# Models in which nothing but the mask and the positions tells one text from another in the same row. Positions relative
# to others in the row (T5, MPNet) would do too, but are not in the mask's power where a model keeps them apart itself.
_ABSOLUTE_POSITIONS = frozenset({"bert", "camembert", "data2vec-text", "electra", "roberta", "xlm-roberta"})
# How far states may be from those of padded texts. With MiniLM bfloat16 does .01 to them, a mask that leaks .5.
_TOLERANCE = 0.05


def fill(windows: Sequence[Window], extra: int, size: int = ROW) -> list[list[Window]]:
    """Lay windows into rows: the longest first, each into the row where it leaves the least room (best fit decreasing).

    Parameters
    ----------
    windows : sequence of Window
        None longer than a row.
    extra : int
        Special tokens that are added to each window.
    size : int, optional
        Subwords in a row.

    Examples
    --------
    >>> from gensim_distill.teachers.sequence_packing import fill
    >>> from gensim_distill.teachers.windows import Window
    >>> rows = fill([Window(i, 0, length, 0, length) for i, length in enumerate([3, 6, 5, 2])], extra=0, size=8)
    >>> [[len(window) for window in row] for row in rows]
    [[6, 2], [5, 3]]
    """
    rows: list[list[Window]] = []
    with_room: list[list[list[Window]]] = [[] for _ in range(size + 1)]
    rooms = 0  # a bit for each room that some row has: the least that is enough is found without a search
    for window in sorted(windows, key=len, reverse=True):
        length = len(window) + extra
        enough = rooms >> length
        if enough:
            room = length + (enough & -enough).bit_length() - 1
            row = with_room[room].pop()
            if not with_room[room]:
                rooms &= ~(1 << room)
        else:
            room, row = size, []
            rows.append(row)
        row.append(window)
        left = room - length
        with_room[left].append(row)
        rooms |= 1 << left
    return rows


def separating_mask(texts: IntArray, dtype: torch.dtype) -> torch.Tensor:
    """Give what is added to attention so that a subword sees those of its own text alone, (rows, 1, length, length).

    Parameters
    ----------
    texts : numpy.ndarray of int64, shape (rows, length)
        A number for each text, and one for padding, which sees itself.
    dtype : torch.dtype
        That of the model.
    """
    apart = torch.from_numpy(texts[:, None, :, None] != texts[:, None, None, :])
    return torch.zeros(apart.shape, dtype=dtype).masked_fill_(apart, torch.finfo(dtype).min)


def first_position(model: Any) -> int:
    """Give the position of a text's first subword: 0, but in RoBERTa and its kin one behind the padding index."""
    for name, module in model.named_modules():
        if name.endswith("position_embeddings") and getattr(module, "padding_idx", None) is not None:
            return int(module.padding_idx) + 1
    return 0


@torch.inference_mode()
def can_share_rows(model: Any, pad_id: int) -> bool:
    """Tell whether a model on the CPU reads two texts in a row as it reads each by itself, as tried out here."""
    if model.device.type != "cpu" or model.config.model_type not in _ABSOLUTE_POSITIONS:
        return False
    if getattr(model.config, "is_decoder", False) or getattr(model.config, "_attn_implementation", "") != "sdpa":
        return False
    lengths = np.array([5, 3])
    tokens = np.random.default_rng(0).integers(0, model.config.vocab_size, lengths.sum())
    tokens[tokens == pad_id] = (pad_id + 1) % model.config.vocab_size
    padded = np.full((2, 5), pad_id)
    there = np.arange(5) < lengths[:, None]
    padded[there] = tokens
    positions = np.concatenate([np.arange(length) for length in lengths]) + first_position(model)
    mask = separating_mask(np.repeat([0, 1], lengths)[None], model.dtype)
    try:
        apart = model(input_ids=torch.from_numpy(padded), attention_mask=torch.from_numpy(there.astype(np.int64)))
        shared = model(
            input_ids=torch.from_numpy(tokens[None]),
            attention_mask=mask,
            position_ids=torch.from_numpy(positions[None]),
        )
    except (RuntimeError, TypeError, ValueError, IndexError):  # an older transformers that knows no such mask
        return False
    wanted = apart.last_hidden_state[torch.from_numpy(there)].float()
    return bool((shared.last_hidden_state[0].float() - wanted).norm() <= _TOLERANCE * wanted.norm())
