"""Vectors of whole texts, search among them, and the explanation of their similarity."""

from __future__ import annotations

from gensim_distill.encoding.cached_encoder import CachedTextEncoder
from gensim_distill.encoding.explanation import Explanation
from gensim_distill.encoding.text_encoder import TextEncoder
from gensim_distill.encoding.text_index import TextIndex

__all__ = ["CachedTextEncoder", "Explanation", "TextEncoder", "TextIndex"]
