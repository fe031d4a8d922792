"""What a teacher is: something that reads strings and gives a state for every subword."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol, runtime_checkable

from gensim_distill._utils.arrays import IntArray
from gensim_distill._utils.validation import is_whole


@dataclass(slots=True)
class StateBatch:
    """The teacher's states for some subwords of some texts.

    Attributes
    ----------
    texts : numpy.ndarray of int64, shape (n_subwords,)
        For each subword the position of its text in the list that the teacher was given.
    starts, ends : numpy.ndarray of int64, shape (n_subwords,)
        The characters of the text that each subword covers, half-open. Subwords that stand for no
        characters, such as ``[CLS]``, have ``start == end``: they count for the text alone.
    states : sequence of array-like, one a layer, each of shape (n_subwords, width)
        The states, a :class:`torch.Tensor` on any device or a numpy array, one entry for each of
        the layers asked for and in their order.
    """

    texts: IntArray
    starts: IntArray
    ends: IntArray
    states: Sequence[Any]


class Selected(Sequence[Any]):
    """States some of whose rows are those of subwords, the others of padding: a row is copied only where it is asked for.

    Parameters
    ----------
    layers : sequence of torch.Tensor, each of shape (n_rows, width)
    rows : torch.Tensor of int64, shape (n_subwords,)
        The rows of the subwords, in their order.
    """

    def __init__(self, layers: Sequence[Any], rows: Any) -> None:
        self.layers: Sequence[Any] = layers
        self.rows: Any = rows

    def __len__(self) -> int:
        return len(self.layers)

    def __getitem__(self, index: Any) -> Any:
        return (
            [layer[self.rows] for layer in self.layers[index]]
            if isinstance(index, slice)
            else self.layers[index][self.rows]
        )


@runtime_checkable
class Teacher(Protocol):
    """What :class:`~gensim_distill.DistilledWord2Vec` asks of a teacher.

    Any object with these three members will do; it need not inherit from this class.

    Attributes
    ----------
    width : int
        The length of a state.
    num_layers : int
        How many layers of states it has; layer 0 is the one nearest to the input.
    batch_tokens, batches_per_chunk : int, optional
        How many subwords are read in one forward pass, and how many such passes to make of the texts of one call: this says
        how many words :meth:`read` is given at once. By default 2,048 and 10.
    concurrent_reads : int, optional
        How many calls of :meth:`read` are worth running at once, in threads. One that has no such attribute is called
        in the thread of the caller alone.

    Examples
    --------
    A teacher that knows nothing but the length of each word:

    >>> import numpy as np
    >>> from gensim_distill import StateBatch, Teacher
    >>> class LengthTeacher:
    ...     width, num_layers = 1, 1
    ...     def read(self, texts, layers):
    ...         spans = [(i, k, k + 1) for i, text in enumerate(texts) for k in range(len(text))]
    ...         ids, starts, ends = np.array(spans, dtype=np.int64).reshape(-1, 3).T
    ...         yield StateBatch(ids, starts, ends, [np.ones((len(spans), 1), np.float32) for _ in layers])
    >>> isinstance(LengthTeacher(), Teacher)
    True
    """

    @property
    def width(self) -> int:
        """The length of a state."""
        ...

    @property
    def num_layers(self) -> int:
        """How many layers of states there are."""
        ...

    def read(self, texts: Sequence[str], layers: Sequence[int]) -> Iterable[StateBatch]:
        """Read some texts and give the states of all their subwords, each subword once.

        Parameters
        ----------
        texts : sequence of str
            The texts; empty ones give no states.
        layers : sequence of int
            The layers wanted, from 0 to ``num_layers - 1``.

        Yields
        ------
        StateBatch
            In any order; a text may be spread over several batches.
        """
        ...


def resolve_layers(layers: int | Sequence[int], num_layers: int) -> tuple[int, ...]:
    """Turn layer indices, negative ones counted from the last layer, into indices from zero.

    Raises
    ------
    ValueError
        If the teacher has no such layer, or none or one twice is named.

    Examples
    --------
    >>> from gensim_distill.teachers.protocol import resolve_layers
    >>> resolve_layers([0, -1], 7)
    (0, 6)
    """
    wanted = list(layers) if isinstance(layers, Iterable) else [layers]
    resolved = []
    for layer in wanted:
        if not is_whole(layer):
            raise TypeError(f"layers must be an integer or a list of integers, not {layer!r}.")
        if not -num_layers <= layer < num_layers:
            raise ValueError(
                f"The teacher has no layer {layer}: it has {num_layers}, from 0 (the embeddings) to {num_layers - 1} "
                f"(the last), or from -1 (the last) to {-num_layers}."
            )
        resolved.append(int(layer) % num_layers)
    if not resolved or len(set(resolved)) < len(resolved):
        raise ValueError(f"layers must name one or more different layers of the teacher, not {layers!r}.")
    return tuple(resolved)
