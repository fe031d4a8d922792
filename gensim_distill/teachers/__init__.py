"""Teachers: anything that reads strings and gives states for their subwords.

A new kind of teacher is one new file here that fulfills :class:`~gensim_distill.teachers.protocol.Teacher`
and, if it is to be recognized by name or type, one branch in
:func:`~gensim_distill.load_teacher`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from gensim_distill.teachers.loading import load_teacher, teacher_source
from gensim_distill.teachers.protocol import StateBatch, Teacher, resolve_layers

if TYPE_CHECKING:
    from gensim_distill.teachers.transformer import TransformerTeacher

__all__ = ["StateBatch", "Teacher", "TransformerTeacher", "load_teacher", "resolve_layers", "teacher_source"]


def __getattr__(name: str) -> Any:
    # It brings torch, whose import takes seconds: only when asked for.
    if name == "TransformerTeacher":
        from gensim_distill.teachers.transformer import TransformerTeacher

        return TransformerTeacher
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
