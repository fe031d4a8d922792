"""Distributed training on Ray."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from gensim_distill.distributed.ray_corpus import RayCorpus

__all__ = ["RayCorpus"]


def __getattr__(name: str) -> Any:
    # Models import this package's protocol; RayCorpus imports torch.
    if name == "RayCorpus":
        from gensim_distill.distributed.ray_corpus import RayCorpus

        return RayCorpus
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
