"""The scikit-learn transformer :class:`DistilledVectorizer`."""

from __future__ import annotations

from gensim_distill.teachers.teacher_memory import teacher_memory
from gensim_distill.vectorizer.distillation import statistics_memory
from gensim_distill.vectorizer.distilled_vectorizer import DistilledVectorizer

__all__ = ["DistilledVectorizer", "statistics_memory", "teacher_memory"]
