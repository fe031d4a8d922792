"""The weights of a loaded model: all of them, numbers of a plausible size, in memory instead of in a mapped file."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from typing import Any

import torch

from gensim_distill.teachers.architecture import encoder_of, is_pooler

_DIGITS = re.compile(r"\d+")
# A flipped bit in an exponent gives numbers around 1e37; weights of trained models are below 1e4.
_LARGEST_WEIGHT = 1e12


def check_loaded(name: str, model: Any, info: Mapping[str, Collection[Any]]) -> None:
    """Check that all weights on which hidden states depend were loaded; transformers makes up the others at random.

    Parameters
    ----------
    name : str
        The hub name or folder of the model, for the error message.
    model : transformers.PreTrainedModel
    info : mapping of str to collection
        What ``from_pretrained`` returns for ``output_loading_info=True``.

    Raises
    ------
    ValueError
        If weights are missing or have another shape, if the files have weights of further layers, or if the model has none.
    """
    if getattr(model.config, "num_hidden_layers", None) == 0:
        raise ValueError(
            f"teacher={name!r} has a config.json with num_hidden_layers=0, so that it has no hidden states: save the model again "
            "with save_pretrained."
        )
    used = _names_of_used_weights(model)
    missing = sorted(key for key in info["missing_keys"] if key in used)
    if missing:
        raise ValueError(
            f"teacher={name!r} lacks {len(missing)} of the {len(used)} weights that its config.json describes, such as {missing[0]!r}, "
            "which would be random numbers: its files are incomplete, damaged, or those of another model; download or "
            "save it again."
        )
    # Older versions of transformers return names without shapes.
    mismatched = [entry if isinstance(entry, tuple) else (entry,) for entry in info["mismatched_keys"]]
    for key, *shapes in sorted(mismatched):
        if key in used:
            found = f"have the shape {tuple(shapes[0])}, not {tuple(shapes[1])}" if shapes else "have another shape"
            raise ValueError(
                f"teacher={name!r} does not fit its config.json: its weights {key!r} {found}; its files are damaged, or are "
                "those of different models: download or save it again."
            )
    patterns = {_DIGITS.sub("#", key) for key in used}
    for key in sorted(info["unexpected_keys"]):
        # Weights of a head are expected; weights that differ by a number only belong to a layer. The name may begin with that of the model.
        pattern = _DIGITS.sub("#", key)
        if "#" in pattern and (pattern in patterns or pattern.partition(".")[2] in patterns):
            raise ValueError(
                f"teacher={name!r} has weights of more layers than its config.json describes, such as {key!r}: if the "
                "number there is intended, save the model again with save_pretrained."
            )


def detach_from_files(model: Any) -> None:
    """Copy weights on the CPU from memory-mapped files into memory.

    transformers maps files of weights whose dtype needs no conversion. If such a file was written again in place, the weights
    of a loaded model changed, and if it became shorter, the process ended with a bus error.

    Parameters
    ----------
    model : transformers.PreTrainedModel
        It keeps its parameters; their data are replaced, one by one.
    """
    for weight in (*model.parameters(), *model.buffers()):
        # Quantized weights are of subclasses, which hold converted tensors.
        if weight.device.type == "cpu" and type(weight.data) is torch.Tensor:
            weight.data = weight.data.clone()


@torch.no_grad()
def check_finite(name: str, model: Any) -> None:
    """Check that all weights are finite, and not as large as a flipped bit makes them.

    Parameters
    ----------
    name : str
        The name of the model, for the error message.
    model : torch.nn.Module

    Raises
    ------
    ValueError
        If some weights are not.
    """
    weights = {
        key: weight
        for key, weight in model.named_parameters()
        if weight.is_floating_point() and weight.numel() and not weight.is_meta and weight.dtype.itemsize > 1
    }
    if not weights:
        return
    # On the device, with one transfer for all of them. Both ends are NaN if any weight is.
    device = next(iter(weights.values())).device
    ends = torch.stack([torch.stack(torch.aminmax(w)).float().to(device) for w in weights.values()]).cpu()
    for key, size in zip(weights, ends.abs().amax(dim=1).tolist()):
        check_size(f"teacher={name!r}", key, size)


def check_size(subject: str, key: str, size: float) -> None:
    """Check that the largest absolute value of some weights is a plausible one.

    Parameters
    ----------
    subject : str
        The subject of the error message.
    key : str
        The name of the weights.
    size : float

    Raises
    ------
    ValueError
        If it is NaN, infinite, or as large as a flipped bit makes it.
    """
    if not size <= _LARGEST_WEIGHT:
        raise ValueError(
            f"{subject} has weights {key!r} of up to {size:.3g}, so that it cannot give hidden states: its files are "
            "damaged, or its training diverged; use another teacher, or download or save it again."
        )


def _names_of_used_weights(model: Any) -> set[str]:
    """Return the names of a model's weights that are in its encoder and not in a pooler."""
    encoder = encoder_of(model)
    used = {id(weight) for key, weight in encoder.state_dict(keep_vars=True).items() if not is_pooler(key)}
    return {key for key, weight in model.state_dict(keep_vars=True).items() if id(weight) in used}
