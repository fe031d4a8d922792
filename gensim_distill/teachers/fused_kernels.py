"""Fused linear layers for a CPU: oneDNN adds bias and residual, and applies GELU, in the kernel of the matrix product.

In bfloat16, ``torch.nn.Linear`` copies the bias into its output first, and the following addition or GELU reads and writes
all of the output again. The weights are the same; the result differs only in that it is rounded once less.
"""

from __future__ import annotations

import copy
from typing import Any, TypeGuard

import torch
from torch import nn

# The names of activations in transformers, and of the linear layer before each in the same module.
_LINEAR_BEFORE = {"intermediate_act_fn": "dense", "activation": "lin1"}
# Largest relative deviation from the hidden states of the original model. With MiniLM, rounding causes 0.01.
_TOLERANCE = 0.05


class FusedLinear(nn.Module):
    """A linear layer with the weights of another, optionally followed by GELU, in one kernel; for inference only.

    Parameters
    ----------
    linear : torch.nn.Linear
    gelu : bool
        Whether GELU is applied.
    """

    def __init__(self, linear: nn.Linear, gelu: bool) -> None:
        super().__init__()
        self.weight, self.bias = linear.weight, linear.bias
        self._epilogue: tuple[str, list[float], str] = ("gelu", [], "none") if gelu else ("none", [], "")

    def forward(self, states: torch.Tensor) -> torch.Tensor:
        """Return the linear layer's output, after GELU if there is one."""
        product: torch.Tensor = torch.ops.mkldnn._linear_pointwise(states, self.weight, self.bias, *self._epilogue)
        return product


class FusedOutput(nn.Module):
    """The output of BERT's attention or feed-forward block, with the residual added in one kernel; for inference only.

    Parameters
    ----------
    linear : torch.nn.Linear
    norm : torch.nn.LayerNorm
    """

    def __init__(self, linear: nn.Linear, norm: nn.LayerNorm) -> None:
        super().__init__()
        self.dense, self.LayerNorm = linear, norm

    def forward(self, states: torch.Tensor, residual: torch.Tensor) -> torch.Tensor:
        """Return the layer norm of the sum of the linear layer's output and the residual."""
        product = torch.ops.mkldnn._linear_pointwise.binary(states, residual, self.dense.weight, self.dense.bias, "add")
        norm: torch.Tensor = self.LayerNorm(product)
        return norm


@torch.inference_mode()
def fuse(model: Any, pad_id: int) -> Any:
    """Return a copy of a model with fused layers, which shares its weights, or the model itself if that is not possible.

    Parameters
    ----------
    model : transformers.PreTrainedModel
        In evaluation mode. It is not changed.
    pad_id : int
        The id of a token, for a test of the copy.

    Returns
    -------
    transformers.PreTrainedModel
        The copy, if its hidden states of a few tokens are those of the model, and the model if they are not.
    """
    if model.device.type != "cpu" or model.dtype != torch.bfloat16 or not torch.backends.mkldnn.is_available():
        return model
    if not type(model).__module__.startswith("transformers."):
        return model  # code from the hub may use its layers in any way
    try:
        # The memo makes the copy share parameters and buffers.
        fused = copy.deepcopy(model, {id(tensor): tensor for tensor in (*model.parameters(), *model.buffers())})
        for module in list(fused.modules()):
            # Includes modules whose parents were replaced before, which does no harm.
            _fuse_children(module)
        tokens = torch.full((2, 8), pad_id, dtype=torch.int64, device="cpu")
        tokens[:, ::2] = torch.arange(8, device="cpu").view(2, 4) % model.config.vocab_size
        expected, found = (m(tokens, attention_mask=torch.ones_like(tokens)).last_hidden_state for m in (model, fused))
    except (
        AttributeError,
        NotImplementedError,
        RuntimeError,
        TypeError,
        ValueError,
    ):  # the kernels are private to torch
        return model
    close = (found.float() - expected.float()).norm() <= _TOLERANCE * expected.float().norm()
    return fused if close else model


def _fuse_children(module: nn.Module) -> None:
    """Replace the linear layers among a module's children by fused ones."""
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
    """Return whether a module is a linear layer, and neither a subclass of it nor one with hooks."""
    return type(module) is nn.Linear and not (module._forward_hooks or module._forward_pre_hooks)


def _is_output(module: Any) -> bool:
    """Return whether a module is the output of a block of BERT, or of a model with BERT's structure."""
    return (
        type(module).__name__.endswith("Output")
        and {name: type(child) for name, child in module.named_children()}
        == {"dense": nn.Linear, "LayerNorm": nn.LayerNorm, "dropout": nn.Dropout}
        and not any(child._forward_hooks or child._forward_pre_hooks for child in module.modules())
    )


def _is_gelu(module: Any) -> bool:
    """Return whether a module is the exact GELU, not one of its approximations."""
    if isinstance(module, nn.GELU):
        return module.approximate == "none"
    # GELUActivation of transformers.
    return getattr(module, "act", None) is nn.functional.gelu
