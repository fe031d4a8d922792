"""Faster linear layers on a CPU: oneDNN adds bias and residual, and takes GELU, while a product is still in the cache.

By itself ``torch.nn.Linear`` in bfloat16 copies the bias to where the product goes, and what comes behind it, a sum or
GELU, reads and writes all of it again. Neither the weights nor what is computed is another, but that it is rounded
once less.
"""

from __future__ import annotations

import copy
from typing import Any, TypeGuard

import torch
from torch import nn

# What a transformer calls an activation, and the linear layer before it in the same module.
_LINEAR_BEFORE = {"intermediate_act_fn": "dense", "activation": "lin1"}
# How far states may be from those of the model itself, relative to their length. With MiniLM rounding does .01 to them.
_TOLERANCE = 0.05


class FusedLinear(nn.Module):
    """A linear layer with the weights of another, and GELU behind it if wanted, in one kernel; for reading alone."""

    def __init__(self, linear: nn.Linear, gelu: bool) -> None:
        super().__init__()
        self.weight, self.bias = linear.weight, linear.bias
        self._behind: tuple[str, list[float], str] = ("gelu", [], "none") if gelu else ("none", [], "")

    def forward(self, states: torch.Tensor) -> torch.Tensor:
        """Give the product with the weights, with what is behind it."""
        product: torch.Tensor = torch.ops.mkldnn._linear_pointwise(states, self.weight, self.bias, *self._behind)
        return product


class FusedOutput(nn.Module):
    """The end of each half of a layer of BERT: a linear layer, the residual, and the norm of their sum; for reading alone."""

    def __init__(self, linear: nn.Linear, norm: nn.LayerNorm) -> None:
        super().__init__()
        self.dense, self.LayerNorm = linear, norm

    def forward(self, states: torch.Tensor, residual: torch.Tensor) -> torch.Tensor:
        """Give the norm of the sum."""
        product = torch.ops.mkldnn._linear_pointwise.binary(states, residual, self.dense.weight, self.dense.bias, "add")
        norm: torch.Tensor = self.LayerNorm(product)
        return norm


@torch.inference_mode()
def fuse(model: Any, pad_id: int) -> Any:
    """Give a model of the same weights that reads faster, or the model itself where there is none.

    Parameters
    ----------
    model : transformers.PreTrainedModel
        In evaluation. It stays as it is: what is given back has modules of its own, but the same parameters.
    pad_id : int
        A token that the trial may be made with.

    Returns
    -------
    transformers.PreTrainedModel
        As tried out here, it reads as the model does.
    """
    if model.device.type != "cpu" or model.dtype != torch.bfloat16 or not torch.backends.mkldnn.is_available():
        return model
    if not type(model).__module__.startswith("transformers."):
        return model  # the code of other authors may do anything with its layers
    try:
        # Of parameters and buffers no copy is made.
        fused = copy.deepcopy(model, {id(tensor): tensor for tensor in (*model.parameters(), *model.buffers())})
        for module in list(fused.modules()):
            # Those that are no part of it any more, because what they were in was replaced, do no harm.
            _fuse_children(module)
        tokens = torch.full((2, 8), pad_id)
        tokens[:, ::2] = torch.arange(8).view(2, 4) % model.config.vocab_size
        wanted, got = (m(tokens, attention_mask=torch.ones_like(tokens)).last_hidden_state for m in (model, fused))
    except (AttributeError, NotImplementedError, RuntimeError, TypeError, ValueError):  # the kernel is private to torch
        return model
    near = (got.float() - wanted.float()).norm() <= _TOLERANCE * wanted.float().norm()
    return fused if near else model


def _fuse_children(module: nn.Module) -> None:
    """Put faster layers in the place of the linear ones that a module has."""
    for activation, name in _LINEAR_BEFORE.items():
        if _is_gelu(getattr(module, activation, None)) and _is_plain(getattr(module, name, None)):
            setattr(module, name, FusedLinear(getattr(module, name), gelu=True))
            setattr(module, activation, nn.Identity())
    children: dict[str, Any] = dict(module.named_children())
    for name, child in children.items():
        if _is_plain(child):
            setattr(module, name, FusedLinear(child, gelu=False))
        elif _is_output(child):
            setattr(module, name, FusedOutput(child.dense, child.LayerNorm))


def _is_plain(module: Any) -> TypeGuard[nn.Linear]:
    """Tell whether a module is a linear layer, and nobody has made anything else of it."""
    return type(module) is nn.Linear and not (module._forward_hooks or module._forward_pre_hooks)


def _is_output(module: Any) -> bool:
    """Tell whether a module is the end of a half of a layer of BERT, or of a model that was made after it."""
    return (
        type(module).__name__.endswith("Output")
        and {name: type(child) for name, child in module.named_children()}
        == {"dense": nn.Linear, "LayerNorm": nn.LayerNorm, "dropout": nn.Dropout}
        and not any(child._forward_hooks or child._forward_pre_hooks for child in module.modules())
    )


def _is_gelu(module: Any) -> bool:
    """Tell whether a module is GELU itself, not one of its approximations."""
    if isinstance(module, nn.GELU):
        return module.approximate == "none"
    # GELUActivation of transformers, in which this may also be a slower way to the same.
    return getattr(module, "act", None) is nn.functional.gelu
