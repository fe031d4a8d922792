"""Teachers: anything that reads strings and gives states for their subwords.

A new kind of teacher is one new file here that fulfils :class:`~gensim_distill.teachers.base.Teacher`
and, if it is to be recognised by name or type, one branch in
:func:`~gensim_distill.load_teacher`.
"""

from gensim_distill.teachers.base import StateBatch, Teacher, resolve_layers
from gensim_distill.teachers.loading import load_teacher, teacher_source
from gensim_distill.teachers.transformer import TransformerTeacher

__all__ = ["StateBatch", "Teacher", "TransformerTeacher", "load_teacher", "resolve_layers", "teacher_source"]
