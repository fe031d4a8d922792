"""Teachers: models that read texts and return hidden states for their subwords.

A teacher is any object that fulfills :class:`~gensim_distill.teachers.protocol.Teacher`. To support another kind of value
of ``teacher=``, write its class in a new module here and add one line to ``LOADERS`` in
:mod:`gensim_distill.teachers.loading`; the documentation has a page on it, "How to add a teacher".
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from gensim_distill._utils.default_teacher import DEFAULT_TEACHER
from gensim_distill.teachers.loading import load_teacher
from gensim_distill.teachers.protocol import StateBatch, Teacher, resolve_layers, teacher_source
from gensim_distill.teachers.text_head import TextHead, text_head_of

if TYPE_CHECKING:
    from gensim_distill.teachers.transformer import TransformerTeacher

__all__ = [
    "DEFAULT_TEACHER",
    "StateBatch",
    "Teacher",
    "TextHead",
    "TransformerTeacher",
    "load_teacher",
    "resolve_layers",
    "teacher_source",
    "text_head_of",
]


def __getattr__(name: str) -> Any:
    # Imported on first use: it imports torch, which takes seconds.
    if name == "TransformerTeacher":
        from gensim_distill.teachers.transformer import TransformerTeacher

        return TransformerTeacher
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
