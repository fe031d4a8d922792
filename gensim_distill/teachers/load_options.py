"""The options with which a teacher is loaded.

They are separate from the registry of loaders, so that the module of a teacher can import them and be imported by it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from gensim_distill.teachers.text_head import TextHead

if TYPE_CHECKING:
    import torch


@dataclass(frozen=True)
class LoadOptions:
    """The keyword arguments of :func:`~gensim_distill.load_teacher`, for the functions of ``LOADERS``.

    Attributes
    ----------
    device, dtype, batch_tokens, max_length, revision, trust_remote_code, text_head
        See :func:`~gensim_distill.load_teacher`.
    """

    device: str | torch.device | None = None
    dtype: str | torch.dtype = "auto"
    batch_tokens: int | str = "auto"
    max_length: int | None = None
    revision: str | None = None
    trust_remote_code: bool = False
    text_head: TextHead | None = None
