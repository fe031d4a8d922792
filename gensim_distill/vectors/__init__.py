"""Read and write word vectors: files of word2vec, GloVe and fastText, and folders of safetensors."""

from __future__ import annotations

from gensim_distill.vectors.load import load_vectors
from gensim_distill.vectors.safetensors import load_safetensors, save_safetensors

__all__ = ["load_safetensors", "load_vectors", "save_safetensors"]
