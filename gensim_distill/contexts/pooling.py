"""From subwords to spans: the mean of a teacher's states over words, sentences and texts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from gensim_distill._utils.arrays import IntArray
from gensim_distill.contexts.buffers import Rooms
from gensim_distill.teachers.protocol import SelectedRows, StateBatch

# Importing torch takes seconds, and much can be done without a teacher: it is imported where states are.
if TYPE_CHECKING:
    import torch

_ROWS_IN_CACHE = 256


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
    states : dict of tuple of int to numpy.ndarray of float32, shape (n_spans, width)
        For each choice of layers the mean over them and over the subwords of each span; zeros where
        there are none.
    subwords : numpy.ndarray of int64, shape (n_spans,)
        How many subwords each mean is over; 0 for a span that the teacher's tokenizer leaves out.
    """

    states: dict[tuple[int, ...], np.ndarray]
    subwords: IntArray


@dataclass(slots=True)
class Level:
    """What to pool over, and which layers.

    Attributes
    ----------
    spans : Spans or None
        Words or sentences, say; None for the texts themselves, special tokens included.
    choices : set of tuple of int
        The choices of layers that are wanted; the mean over the layers of each is taken first, while
        there are but a few states, and costs the same as one layer from there on.
    """

    spans: Spans | None
    choices: set[tuple[int, ...]]


class Pool:
    """Sums states over the spans of a level, batch by batch, on the device where the states are.

    A subword belongs to every span whose characters it shares: to two words, if the tokenizer
    has merged across a border between them. Subwords without characters belong to none.

    Parameters
    ----------
    lengths : sequence of int
        The number of characters of each text.
    level : Level
        What to pool over.
    rooms : Rooms
        Where the memory of the sums comes from.
    """

    def __init__(self, lengths: Sequence[int], level: Level, rooms: Rooms) -> None:
        self._rooms = rooms
        # All texts laid end to end, with a gap, so that one sorted search serves a whole batch.
        self._base = np.concatenate([[0], np.cumsum(np.asarray(lengths, dtype=np.int64) + 1)])
        spans = level.spans
        self._spans = spans
        self._size = len(lengths) if spans is None else len(spans)
        if spans is not None:
            self._starts = self._base[spans.texts] + spans.starts
            self._ends = self._base[spans.texts] + spans.ends
        self._choices = level.choices
        self._sums: dict[tuple[int, ...], torch.Tensor] = {}
        self._counts = np.zeros(self._size, dtype=np.int64)

    def add(
        self, batch: StateBatch, means: Mapping[tuple[int, ...], torch.Tensor], selected: torch.Tensor | None
    ) -> None:
        """Add the states of a batch, the means over each choice of layers, to the sums of the spans that they belong to.

        Rows that are not `selected` are padding.
        """
        import torch
        from torch.nn.functional import embedding_bag

        subwords, segments = self._assign(batch)
        self._counts += np.bincount(segments, minlength=self._size)
        # The subwords of a span follow each other: each run is summed as it is gathered, and runs are few.
        begins = np.flatnonzero(np.diff(segments, prepend=-1))
        for choice in self._choices:
            states = means[choice]
            if choice not in self._sums:
                self._sums[choice] = _zeros(self._size, states.shape[1], states.device, self._rooms)
            rows, runs, target = (torch.from_numpy(a).to(states.device) for a in (subwords, begins, segments[begins]))
            if selected is not None:
                rows = selected[rows]
            self._sums[choice].index_add_(0, target, embedding_bag(rows, states, runs, mode="sum"))

    def means(self, width: int) -> PooledStates:
        """Give the mean states of the spans, and forget them."""
        import torch

        divisor = torch.from_numpy(np.maximum(self._counts, 1).astype(np.float32)[:, None])
        states = {}
        for choice in self._choices:
            # Divided in place: these are the largest arrays of a pass.
            sums = self._sums.pop(choice, None)
            means = torch.zeros((self._size, width)) if sums is None else sums.cpu().div_(divisor)
            states[choice] = means.numpy()
        return PooledStates(states=states, subwords=self._counts)

    def _assign(self, batch: StateBatch) -> tuple[IntArray, IntArray]:
        """Pair the subwords of a batch with the spans they belong to."""
        if self._spans is None:
            return np.arange(len(batch.texts)), batch.texts
        starts, ends = self._base[batch.texts] + batch.starts, self._base[batch.texts] + batch.ends
        first = np.searchsorted(self._ends, starts, side="right")
        last = np.searchsorted(self._starts, ends, side="left")
        spans_each = np.where(ends > starts, np.maximum(last - first, 0), 0)
        subwords = np.repeat(np.arange(len(starts)), spans_each)
        # Count up from `first` within each subword's run of spans.
        runs = np.cumsum(spans_each) - spans_each
        segments = np.repeat(first - runs, spans_each) + np.arange(len(subwords))
        keep = self._starts[segments] < self._ends[segments]
        return subwords[keep], segments[keep]


def _zeros(rows: int, width: int, device: torch.device, rooms: Rooms) -> torch.Tensor:
    """Give zeros; these are the largest arrays of a pass, and on a CPU their memory is used again."""
    import torch

    if device.type != "cpu":
        return torch.zeros((rows, width), device=device)
    return torch.from_numpy(rooms.array((rows, width))).zero_()


def _laid_out(batch: StateBatch) -> tuple[Sequence[Any], torch.Tensor | None]:
    """Give the states of a batch with those of padding, and the rows of its subwords; None if there is no padding."""
    states = batch.states
    return (states.layers, states.rows) if isinstance(states, SelectedRows) else (states, None)


def _mean(layers: Sequence[torch.Tensor]) -> torch.Tensor:
    """Give the mean of some layers in float32."""
    import torch

    if len(layers) == 1:
        return layers[0].to(torch.float32)
    mean = torch.empty(layers[0].shape, device=layers[0].device)
    # On a CPU so few rows at a time that they stay in its cache from layer to layer.
    size = _ROWS_IN_CACHE if mean.device.type == "cpu" else max(len(mean), 1)
    for begin in range(0, len(mean), size):
        part = mean[begin : begin + size].copy_(layers[0][begin : begin + size])
        for layer in layers[1:]:
            part += layer[begin : begin + size]
        part /= len(layers)
    return mean


def _as_tensor(states: Any) -> torch.Tensor:
    """Give states without a gradient, and those of numpy, which may be views, read-only or in float64, in float32."""
    import torch

    if isinstance(states, torch.Tensor):
        return states.detach()
    return torch.from_numpy(np.array(states, dtype=np.float32))


def pool(
    batches: Iterable[StateBatch],
    lengths: Sequence[int],
    levels: Mapping[str, Level],
    layers: Sequence[int],
    width: int,
    rooms: Rooms | None = None,
) -> dict[str, PooledStates]:
    """Pool all states of some texts over several levels of spans at once.

    Parameters
    ----------
    batches : iterable of StateBatch
        What a teacher gives for the texts.
    lengths : sequence of int
        The number of characters of each text.
    levels : mapping of str to Level
        What to pool over, such as words and sentences.
    layers : sequence of int
        The layers that the teacher was asked for.
    width : int
        The length of a state.
    rooms : Rooms, optional
        Where the memory of the means comes from, if there are others before and after them.

    Returns
    -------
    dict of str to PooledStates

    Raises
    ------
    ValueError
        If the teacher's states do not have the shapes that they should have, or are not finite.
    """
    rooms = rooms or Rooms(kept=0)
    pools = {name: Pool(lengths, level, rooms) for name, level in levels.items()}
    # Once for all levels.
    places = {c: [list(layers).index(layer) for layer in c] for level in levels.values() for c in level.choices}
    for batch in batches:
        given, selected = _laid_out(batch)
        number = len(batch.texts) if selected is None else len(given[0])
        shapes = [tuple(states.shape) for states in given]
        if shapes != [(number, width)] * len(layers):
            raise ValueError(
                f"The teacher gave states of the shapes {shapes} for {number} subwords: expected {len(layers)} of "
                f"the shape {(number, width)}, one a layer."
            )
        mean = {choice: _mean([_as_tensor(given[place]) for place in where]) for choice, where in places.items()}
        for level in pools.values():
            level.add(batch, mean, selected)
    means = {name: pooled.means(width) for name, pooled in pools.items()}
    # One such state would spoil the sums of a whole corpus.
    if not all(np.isfinite(states.sum()) for level in means.values() for states in level.states.values()):
        raise ValueError(
            "The teacher gave states that are not finite numbers: if it computes in float16, give dtype='float32' or "
            "'bfloat16'."
        )
    return means
