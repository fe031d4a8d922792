"""DistilledVectorizer, a transformer for pipelines of scikit-learn."""

from __future__ import annotations

from gensim_distill.vectorizer.distilled_vectorizer import DistilledVectorizer

__all__ = ["DistilledVectorizer"]
