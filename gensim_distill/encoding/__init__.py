"""Vectors of whole texts, and the explanation of their similarity."""

from __future__ import annotations

from gensim_distill.encoding.cached_encoder import CachedTextEncoder
from gensim_distill.encoding.explanation import Explanation
from gensim_distill.encoding.text_encoder import TextEncoder

__all__ = ["CachedTextEncoder", "Explanation", "TextEncoder"]
