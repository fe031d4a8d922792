"""Vectors of whole texts."""

from __future__ import annotations

from gensim_distill.encoding.cached_encoder import CachedTextEncoder
from gensim_distill.encoding.text_encoder import TextEncoder

__all__ = ["CachedTextEncoder", "TextEncoder"]
