"""Pooling: mean hidden states over spans, such as words, sentences and whole texts.

The spans, and the pooling if it is not the mean, are those of a :class:`Level`; see :mod:`gensim_distill.contexts.scopes`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from gensim_distill._utils.arrays import IntArray
from gensim_distill.teachers.batches import check_states
from gensim_distill.teachers.protocol import SelectedRows, StateBatch

# torch takes seconds to import: it is imported where there are hidden states.
if TYPE_CHECKING:
    import torch

_ROWS_IN_CACHE = 256  # rows of several layers that fit into the cache of a CPU


@dataclass(slots=True)
class Spans:
    """Spans of characters in several texts, over which hidden states are pooled.

    Attributes
    ----------
    texts, starts, ends : numpy.ndarray of int64, shape (n_spans,)
        The text of each span and its characters there, half-open; sorted by text and position, and without overlap.
    """

    texts: IntArray
    starts: IntArray
    ends: IntArray

    def __len__(self) -> int:
        return len(self.texts)


@dataclass(slots=True)
class PooledStates:
    """The mean hidden states of spans.

    Attributes
    ----------
    states : dict of tuple of int to torch.Tensor of float32, shape (n_spans, width)
        For each set of layers the mean over these and over the subwords of each span; zeros for a span without subwords.
        On the device of the hidden states, or on the CPU if that does not compute in float64.
    subwords : numpy.ndarray of int64, shape (n_spans,)
        The number of subwords of each span; 0 if the teacher's tokenizer ignores it.
    """

    states: dict[tuple[int, ...], torch.Tensor]
    subwords: IntArray


@dataclass(slots=True)
class Level:
    """The spans and the layers of a pooling.

    Attributes
    ----------
    spans : Spans or None
        Such as words or sentences; None for the whole texts, special tokens included.
    layer_sets : set of tuple of int
        The sets of layers. The mean over the layers is taken first, batch by batch, so that several layers cost as much
        as one afterwards.
    pooling : {"mean", "first", "last"}, optional
        Over the subwords of a span; "first" and "last" are for whole texts. Of a text that is read in several windows, it is
        the mean over the first or last subword of each window, so that no part of the text is without effect.
    """

    spans: Spans | None
    layer_sets: set[tuple[int, ...]]
    pooling: str = "mean"


class SpanPool:
    """Sums of hidden states over the spans of a level, batch by batch, on the device of the teacher.

    A subword belongs to every span with which it shares a character: to two words, if the tokenizer has merged
    characters of both. Subwords without characters belong to no span.

    Parameters
    ----------
    lengths : sequence of int
        The number of characters of each text.
    level : Level
    """

    def __init__(self, lengths: Sequence[int], level: Level) -> None:
        # Positions in the concatenation of all texts, with gaps, so that one binary search serves a whole batch.
        self._base = np.concatenate([[0], np.cumsum(np.asarray(lengths, dtype=np.int64) + 1)])
        spans = level.spans
        self._spans = spans
        self._size = len(lengths) if spans is None else len(spans)
        if spans is not None:
            self._starts = self._base[spans.texts] + spans.starts
            self._ends = self._base[spans.texts] + spans.ends
        self._layer_sets = level.layer_sets
        self._pooling = level.pooling
        self._sums: dict[tuple[int, ...], torch.Tensor] = {}
        self._counts = np.zeros(self._size, dtype=np.int64)

    def add(
        self, batch: StateBatch, means: Mapping[tuple[int, ...], torch.Tensor], selected: torch.Tensor | None
    ) -> None:
        """Add the hidden states of a batch to the sums of their spans.

        Parameters
        ----------
        batch : StateBatch
        means : mapping of tuple of int to torch.Tensor of float32
            The means over each set of layers.
        selected : torch.Tensor of int64 or None
            The rows of the subwords in these; the others are padding. None if there is no padding.
        """
        import torch
        from torch.nn.functional import embedding_bag

        from gensim_distill.teachers.devices import to_device

        subwords, segments = self._assign(batch)
        self._counts += np.bincount(segments, minlength=self._size)
        # The subwords of a span are successive: runs of them are gathered and summed at once, then the few runs are added.
        begins = np.flatnonzero(np.diff(segments, prepend=-1))
        for layers in self._layer_sets:
            states = means[layers]
            if layers not in self._sums:
                self._sums[layers] = torch.zeros(
                    (self._size, states.shape[1]), dtype=torch.float32, device=states.device
                )
            rows, runs, target = (to_device(a, states.device) for a in (subwords, begins, segments[begins]))
            if selected is not None:
                rows = selected.index_select(0, rows)
            self._sums[layers].index_add_(0, target, embedding_bag(rows, states, runs, mode="sum"))

    def means(self, width: int) -> PooledStates:
        """Return the mean hidden states of the spans, and release the sums."""
        import torch

        from gensim_distill.teachers.devices import computes_float64, to_device

        divisor = np.maximum(self._counts, 1).astype(np.float32)[:, None]
        states = {}
        for layers in self._layer_sets:
            sums = self._sums.pop(layers, None)
            if sums is None:
                sums = torch.zeros((self._size, width), dtype=torch.float32, device="cpu")
            if not computes_float64(sums.device):
                sums = sums.cpu()
            # In place: these are the largest arrays of a pass.
            states[layers] = sums.div_(to_device(divisor, sums.device))
        return PooledStates(states=states, subwords=self._counts)

    def _assign(self, batch: StateBatch) -> tuple[IntArray, IntArray]:
        """Return pairs of a subword of the batch and a span to which it belongs, as two arrays."""
        if self._spans is None:
            subwords = (
                np.arange(len(batch.texts)) if self._pooling == "mean" else _ends_of_windows(batch, self._pooling)
            )
            return subwords, batch.texts[subwords]
        starts, ends = self._base[batch.texts] + batch.starts, self._base[batch.texts] + batch.ends
        first = np.searchsorted(self._ends, starts, side="right")
        last = np.searchsorted(self._starts, ends, side="left")
        spans_each = np.where(ends > starts, np.maximum(last - first, 0), 0)
        subwords = np.repeat(np.arange(len(starts)), spans_each)
        # The spans of each subword, from `first` on.
        runs = np.cumsum(spans_each) - spans_each
        segments = np.repeat(first - runs, spans_each) + np.arange(len(subwords))
        keep = self._starts[segments] < self._ends[segments]
        return subwords[keep], segments[keep]


def _ends_of_windows(batch: StateBatch, end: str) -> IntArray:
    """Return the first or the last subword of each window of a batch."""
    numbers = batch.texts if batch.windows is None else batch.windows
    change = (np.diff(numbers) != 0) | (np.diff(batch.texts) != 0)
    outside = np.ones(min(len(numbers), 1), dtype=bool)
    return np.flatnonzero(np.concatenate([outside, change] if end == "first" else [change, outside]))


def _padded_states(batch: StateBatch) -> tuple[Sequence[Any], torch.Tensor | None]:
    """Return the hidden states of a batch including padding, and the rows of its subwords, None if there is no padding."""
    states = batch.states
    return (states.layers, states.rows) if isinstance(states, SelectedRows) else (states, None)


def _mean(layers: Sequence[torch.Tensor]) -> torch.Tensor:
    """Return the mean of layers in float32."""
    import torch

    if len(layers) == 1:
        return layers[0].to(torch.float32)
    mean = torch.empty(layers[0].shape, dtype=torch.float32, device=layers[0].device)
    # On a CPU a few rows at a time, which stay in its cache from layer to layer.
    size = _ROWS_IN_CACHE if mean.device.type == "cpu" else max(len(mean), 1)
    for part, first, *others in zip(mean.split(size), *(layer.split(size) for layer in layers)):
        part.copy_(first)
        for other in others:
            part += other
        part /= len(layers)
    return mean


def pool(
    batches: Iterable[StateBatch],
    lengths: Sequence[int],
    levels: Mapping[str, Level],
    layers: Sequence[int],
    width: int,
) -> dict[str, PooledStates]:
    """Pool the hidden states of texts over the spans of one or more levels.

    Parameters
    ----------
    batches : iterable of StateBatch
        The hidden states of all subwords of the texts.
    lengths : sequence of int
        The number of characters of each text.
    levels : mapping of str to Level
        The spans, such as words and sentences, and their layers.
    layers : sequence of int
        The layers in the batches.
    width : int
        The number of dimensions of a hidden state.

    Returns
    -------
    dict of str to PooledStates
        By the names of `levels`.

    Raises
    ------
    TypeError
        If the hidden states are not arrays of numbers.
    ValueError
        If the hidden states do not have the expected shapes, or are not finite.

    Examples
    --------
    >>> import numpy as np
    >>> from gensim_distill import StateBatch
    >>> from gensim_distill.contexts.pooling import Level, Spans, pool
    >>> batch = StateBatch(np.array([0, 0]), np.array([0, 2]), np.array([2, 4]), [np.array([[1.0], [3.0]])])
    >>> one_word = Level(Spans(np.array([0]), np.array([0]), np.array([4])), {(0,)})
    >>> pool([batch], [4], {"words": one_word}, [0], 1)["words"].states[0,].tolist()
    [[2.0]]
    """
    pools = {name: SpanPool(lengths, level) for name, level in levels.items()}
    layer_sets = set().union(*(level.layer_sets for level in levels.values()))
    places = {layer_set: [list(layers).index(layer) for layer in layer_set] for layer_set in layer_sets}
    for batch in batches:
        given, selected = _padded_states(batch)
        tensors = check_states(given, len(batch.texts) if selected is None else None, len(layers), width)
        mean = {layer_set: _mean([tensors[place] for place in where]) for layer_set, where in places.items()}
        for span_pool in pools.values():
            span_pool.add(batch, mean, selected)
    means = {name: pooled.means(width) for name, pooled in pools.items()}
    _check_finite(means.values())
    return means


def _check_finite(levels: Iterable[PooledStates]) -> None:
    """Raise an error if hidden states are not finite: a single one would make the statistics of the whole corpus useless."""
    # All sums first, so that a device is waited for once.
    checks = [states.sum() for level in levels for states in level.states.values()]
    if not np.isfinite([float(value) for value in checks]).all():
        raise ValueError(
            "The teacher returned hidden states that are not finite: if it computes in float16, use dtype='float32' or "
            "'bfloat16'."
        )
