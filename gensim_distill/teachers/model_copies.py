"""Copies of a model: on another device, in another dtype, and in a form that can be pickled."""

from __future__ import annotations

import copy
from typing import Any

import torch
from torch import nn


def copy_model(model: Any, device: torch.device, dtype: torch.dtype | None = None) -> Any:
    """Return a copy of a model on a device and in a dtype, without a second copy of its weights where they are now.

    Parameters
    ----------
    model : transformers.PreTrainedModel
        It is not changed. Weights that are on the device and in the dtype are shared.
    device : torch.device
    dtype : torch.dtype, optional
        By default the dtype of each weight.

    Returns
    -------
    transformers.PreTrainedModel
    """
    # The memo replaces each parameter and buffer of the copy.
    memo: dict[int, Any] = {}
    for tensor in (*model.parameters(), *model.buffers()):
        moved = tensor.detach().to(device=device, dtype=dtype if tensor.is_floating_point() else None)
        if moved.data_ptr() == tensor.data_ptr() and moved.device == tensor.device:
            memo[id(tensor)] = tensor
        elif isinstance(tensor, nn.Parameter):
            memo[id(tensor)] = nn.Parameter(moved, requires_grad=tensor.requires_grad)
        else:
            memo[id(tensor)] = moved
    # For tensors that are neither parameters nor buffers.
    return copy.deepcopy(model, memo).to(device=device, dtype=dtype)


def picklable_model(model: Any) -> Any:
    """Return a copy of a model on the CPU that can be pickled, which shares weights that are there.

    Without the hooks of transformers that capture hidden states: they cannot be pickled, and are added again when needed.

    Parameters
    ----------
    model : transformers.PreTrainedModel

    Returns
    -------
    transformers.PreTrainedModel
    """
    model = copy_model(model, torch.device("cpu"))
    for module in model.modules():
        for number, hook in list(module._forward_hooks.items()):
            if str(getattr(hook, "__module__", "")).startswith("transformers."):
                del module._forward_hooks[number]
    _forget_hooks(model)
    return model


def register_model_class(model: Any) -> None:
    """Construct a model of the same class once in this process, on the meta device, which takes no memory.

    transformers registers in the constructor which modules' outputs are captured as hidden states; unpickling skips it.

    Parameters
    ----------
    model : transformers.PreTrainedModel
        A model that was unpickled.
    """
    with torch.device("meta"):
        type(model)(copy.deepcopy(model.config))
    _forget_hooks(model)


def _forget_hooks(model: Any) -> None:
    """Mark a model as one without hooks, so that transformers adds them again."""
    for module in model.modules():
        module.__dict__.pop("_output_capturing_hooks_installed", None)
