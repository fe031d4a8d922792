"""From subwords to spans: the mean of a teacher's states over words, sentences and texts."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch

from gensim_distill.teachers.base import IntArray, StateBatch


@dataclass(slots=True)
class Spans:
    """Spans of characters in several texts, to pool over.

    Attributes
    ----------
    texts, starts, ends : numpy.ndarray of int64, shape (n_spans,)
        The text of each span and its characters there, half-open; sorted by text and place, and
        without overlap.
    """

    texts: IntArray
    starts: IntArray
    ends: IntArray

    def __len__(self) -> int:
        return len(self.texts)


@dataclass(slots=True)
class PooledStates:
    """Mean states of some spans.

    Attributes
    ----------
    states : dict of int to numpy.ndarray of float32, shape (n_spans, width)
        For each layer the mean over the subwords of each span; zeros where there are none.
    subwords : numpy.ndarray of int64, shape (n_spans,)
        How many subwords each mean is over; 0 for a span that the teacher's tokenizer leaves out.
    """

    states: dict[int, np.ndarray]
    subwords: IntArray


class Pool:
    """Sums states over spans, batch by batch, on the device where the states are.

    A subword belongs to every span whose characters it shares: to two words, if the tokenizer
    has merged across a border between them. Subwords without characters belong to none.

    Parameters
    ----------
    lengths : sequence of int
        The number of characters of each text.
    spans : Spans or None
        What to pool over; None for the texts themselves, special tokens included.
    layers : sequence of int
        The layers whose states the batches hold.
    """

    def __init__(self, lengths: Sequence[int], spans: Spans | None, layers: Sequence[int]) -> None:
        # All texts laid end to end, with a gap, so that one sorted search serves a whole batch.
        self._base = np.concatenate([[0], np.cumsum(np.asarray(lengths, dtype=np.int64) + 1)])
        self._layers = list(layers)
        self._size = len(lengths) if spans is None else len(spans)
        self._empty: Any = None
        if spans is None:
            self._starts = self._ends = None
        else:
            self._starts = self._base[spans.texts] + spans.starts
            self._ends = self._base[spans.texts] + spans.ends
            self._empty = spans.starts == spans.ends
        self._sums: dict[int, torch.Tensor] = {}
        self._counts = np.zeros(self._size, dtype=np.int64)

    def add(self, batch: StateBatch) -> None:
        """Add the states of a batch to the sums of the spans that they belong to."""
        subwords, segments = self._assign(batch)
        self._counts += np.bincount(segments, minlength=self._size)
        for layer, states in zip(self._layers, batch.states):
            states = torch.as_tensor(states)
            if layer not in self._sums:
                self._sums[layer] = torch.zeros((self._size, states.shape[1]), device=states.device)
            rows = states[torch.from_numpy(subwords).to(states.device)].float()
            self._sums[layer].index_add_(0, torch.from_numpy(segments).to(states.device), rows)

    def means(self, width: int) -> PooledStates:
        """Give the mean states of the spans."""
        divisor = np.maximum(self._counts, 1).astype(np.float32)[:, None]
        states = {}
        for layer in self._layers:
            sums = self._sums.get(layer)
            states[layer] = np.zeros((self._size, width), np.float32) if sums is None else sums.cpu().numpy() / divisor
        return PooledStates(states=states, subwords=self._counts)

    def _assign(self, batch: StateBatch) -> tuple[IntArray, IntArray]:
        """Pair the subwords of a batch with the spans they belong to."""
        if self._starts is None or self._ends is None:
            return np.arange(len(batch.texts)), batch.texts
        starts, ends = self._base[batch.texts] + batch.starts, self._base[batch.texts] + batch.ends
        first = np.searchsorted(self._ends, starts, side="right")
        last = np.searchsorted(self._starts, ends, side="left")
        spans_each = np.where(ends > starts, np.maximum(last - first, 0), 0)
        subwords = np.repeat(np.arange(len(starts)), spans_each)
        # Count up from `first` within each subword's run of spans.
        runs = np.cumsum(spans_each) - spans_each
        segments = np.repeat(first - runs, spans_each) + np.arange(len(subwords))
        keep = ~self._empty[segments]
        return subwords[keep], segments[keep]


def pool(
    batches: Iterable[StateBatch],
    lengths: Sequence[int],
    levels: dict[str, Spans | None],
    layers: Sequence[int],
    width: int,
) -> dict[str, PooledStates]:
    """Pool all states of some texts over several levels of spans at once.

    Parameters
    ----------
    batches : iterable of StateBatch
        What a teacher gives for the texts.
    lengths : sequence of int
        The number of characters of each text.
    levels : dict of str to Spans or None
        The spans of each level, such as words and sentences; None stands for whole texts.
    layers : sequence of int
        The layers that the teacher was asked for.
    width : int
        The length of a state.

    Returns
    -------
    dict of str to PooledStates
    """
    pools = {level: Pool(lengths, spans, layers) for level, spans in levels.items()}
    for batch in batches:
        if len(batch.states) != len(layers) or any(
            tuple(states.shape) != (len(batch.texts), width) for states in batch.states
        ):
            raise ValueError(
                f"The teacher gave states of the shapes {[tuple(states.shape) for states in batch.states]} for "
                f"{len(batch.texts)} subwords: expected {len(layers)} of the shape {(len(batch.texts), width)}, one a layer."
            )
        for level in pools.values():
            level.add(batch)
    return {level: pooled.means(width) for level, pooled in pools.items()}
