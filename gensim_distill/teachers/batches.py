"""Checks of the batches that a teacher returns, each with an error of one sentence."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from gensim_distill._utils.arrays import IntArray
from gensim_distill.teachers.protocol import StateBatch, Teacher

_MAX_SHAPES = 4  # shapes that a message names

# torch takes seconds to import: it is imported where there are hidden states.
if TYPE_CHECKING:
    import torch


def read_batches(teacher: Teacher, texts: Sequence[str], layers: Sequence[int]) -> Iterator[StateBatch]:
    """Call ``teacher.read`` and check the positions in the batches that it yields.

    Parameters
    ----------
    teacher : Teacher
    texts : sequence of str
    layers : sequence of int

    Yields
    ------
    StateBatch
        Its positions are arrays of int64.

    Raises
    ------
    TypeError
        If `read` does not return an iterable of :class:`StateBatch`.
    ValueError
        If positions or hidden states have wrong shapes, dtypes or values.
    """
    batches = teacher.read(texts, layers)
    if not isinstance(batches, Iterable):
        raise TypeError(
            f"The teacher's read() returned an object of type {type(batches).__name__}: it must yield StateBatch objects."
        )
    lengths = np.fromiter(map(len, texts), dtype=np.int64, count=len(texts))
    for batch in batches:
        yield _checked(batch, lengths)


def check_states(states: Any, number: int | None, num_layers: int, width: int) -> list[torch.Tensor]:
    """Check the hidden states of a batch, and return them as tensors without gradients, one per layer.

    Parameters
    ----------
    states : sequence of array-like
    number : int or None
        The number of rows; None accepts any, if all layers have the same.
    num_layers, width : int
        The number of requested layers, and the dimensions of the teacher.

    Raises
    ------
    TypeError
        If they are not arrays of numbers.
    ValueError
        If their shapes are wrong.
    """
    expected = (
        f"expected {num_layers} of the shape {('n_subwords' if number is None else number, width)}, one per layer."
    )
    if not isinstance(states, Iterable):
        raise TypeError(f"The teacher returned hidden states of type {type(states).__name__}: {expected}")
    tensors = []
    for layer in states:
        try:
            tensors.append(_as_tensor(layer))
        except (TypeError, ValueError) as error:
            raise TypeError(
                f"The teacher returned hidden states of a layer as {type(layer).__name__} that is not an array of real numbers: "
                f"{expected}"
            ) from error
    shapes = [tuple(tensor.shape) for tensor in tensors]
    rows = shapes[0][:1] if number is None and shapes else (number,)
    if shapes != [(*rows, width)] * num_layers:
        named = f"[{', '.join(map(str, shapes[:_MAX_SHAPES]))}{', ...' if len(shapes) > _MAX_SHAPES else ''}]"
        raise ValueError(
            f"The teacher returned hidden states of the shapes {named} for {rows[0] if rows else 0} subwords: {expected}"
        )
    return tensors


def _checked(batch: Any, lengths: IntArray) -> StateBatch:
    """Check the positions of a batch, and return it with arrays of int64."""
    if not all(hasattr(batch, name) for name in ("texts", "starts", "ends", "states")):
        raise TypeError(
            f"The teacher's read() yielded an object of type {type(batch).__name__}: it must yield StateBatch objects."
        )
    texts, starts, ends = (_positions(name, getattr(batch, name)) for name in ("texts", "starts", "ends"))
    if not len(texts) == len(starts) == len(ends):
        raise ValueError(
            f"The teacher returned a batch with {len(texts)} texts, {len(starts)} starts and {len(ends)} ends: each subword "
            "needs one of each."
        )
    wrong = np.flatnonzero((texts < 0) | (texts >= len(lengths)))
    if len(wrong):
        raise ValueError(
            f"The teacher returned a subword of text {texts[wrong[0]]}, but was given {len(lengths)} texts: texts must be "
            "positions in the list that it reads, from 0."
        )
    wrong = np.flatnonzero((starts < 0) | (starts > ends) | (ends > lengths[texts]))
    if len(wrong):
        first = wrong[0]
        raise ValueError(
            f"The teacher returned a subword from character {starts[first]} to {ends[first]} of a text of {lengths[texts[first]]} "
            "characters: starts and ends must be positions in the text, and no start after its end."
        )
    unknown = getattr(batch, "unknown", None)
    if unknown is not None:
        unknown = np.asarray(unknown)
        if unknown.shape != texts.shape or unknown.dtype != np.bool_:
            raise ValueError(
                f"The teacher returned unknown of shape {unknown.shape} and dtype {unknown.dtype} for {len(texts)} subwords: it "
                "must be None, or a boolean per subword."
            )
    windows = getattr(batch, "windows", None)
    if windows is not None and len(windows := _positions("windows", windows)) != len(texts):
        raise ValueError(
            f"The teacher returned {len(windows)} windows for {len(texts)} subwords: it must be None, or a number per subword."
        )
    return StateBatch(texts, starts, ends, batch.states, unknown, windows)


def _positions(name: str, values: Any) -> IntArray:
    try:
        array = np.asarray(values)
    except (TypeError, ValueError, RuntimeError):  # ragged lists, or tensors on a GPU
        array = np.empty((), dtype=np.object_)
    if array.ndim != 1 or (array.dtype.kind not in "iu" and len(array)):
        raise ValueError(
            f"The teacher returned {name} of shape {array.shape} and dtype {array.dtype}: it must be an array of integers, one "
            "per subword."
        )
    return array.astype(np.int64, copy=False)


def _as_tensor(states: Any) -> torch.Tensor:
    """Return hidden states as a tensor without gradient; numpy arrays, which may be read-only or views, as a copy in float32."""
    import torch

    if isinstance(states, torch.Tensor):
        if states.is_complex():
            raise TypeError("complex numbers")
        return states.detach()
    array = np.asarray(states)
    if array.dtype.kind in "cSU":
        raise TypeError("complex numbers or strings")
    return torch.from_numpy(np.array(array, dtype=np.float32))
