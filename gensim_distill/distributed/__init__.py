"""Distributed training on Ray."""

from __future__ import annotations

from gensim_distill.distributed.ray_corpus import RayCorpus

__all__ = ["RayCorpus"]
