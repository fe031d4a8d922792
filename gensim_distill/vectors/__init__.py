"""Reading and writing word vectors of any format."""

from __future__ import annotations

from gensim_distill.vectors.load import load_vectors
from gensim_distill.vectors.safetensors import load_safetensors

__all__ = ["load_safetensors", "load_vectors"]
