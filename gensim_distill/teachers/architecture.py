"""The part of a transformer that reads a text, and the properties of its architecture that matter for reading."""

from __future__ import annotations

import inspect
import re
from typing import Any

# Rotary embeddings of these types depend on the longest text so far.
_CHANGING_ROTARY = re.compile("dynamic|longrope")


def encoder_of(model: Any) -> Any:
    """Return the part of a model that reads a text: the encoder of an encoder-decoder, the base model below a head.

    Parameters
    ----------
    model : transformers.PreTrainedModel

    Returns
    -------
    transformers.PreTrainedModel

    Raises
    ------
    TypeError
        If it is not a model of transformers.
    """
    if not hasattr(model, "config"):
        model = getattr(model, "module", model)  # as in DataParallel
    given, model = model, getattr(model, "base_model", model)
    if isinstance(given, type) or not all(hasattr(model, name) for name in ("config", "device", "dtype")):
        raise TypeError(
            f"The teacher's model is of type {type(given).__name__}, where a model of transformers, such as AutoModel loads, was "
            "expected: pass teacher=(model, tokenizer), or the name of the model."
        )
    # The configuration of an encoder that was saved without its decoder denies that there is one.
    if "decoder_input_ids" in forward_parameters(model) and hasattr(model, "get_encoder"):
        model = model.get_encoder()
    return model


def forward_parameters(model: Any) -> frozenset[str]:
    """Return the names of the parameters of a model's forward pass."""
    return frozenset(inspect.signature(type(model).forward).parameters)


def is_pooler(parameter: str) -> bool:
    """Return whether a parameter belongs to the pooler, which no hidden state depends on.

    Models without a trained pooler get a random one in each process.

    Parameters
    ----------
    parameter : str
        The name of the parameter in the model that :func:`encoder_of` returns.
    """
    return parameter.startswith("pooler.")


def is_thread_safe(model: Any) -> bool:
    """Return whether a model is known to change no attributes in a forward pass, so that threads can share it."""
    rotary = str([getattr(model.config, name, None) for name in ("rope_parameters", "rope_scaling")])
    # Code from the hub may do anything.
    return type(model).__module__.startswith("transformers.") and not _CHANGING_ROTARY.search(rotary)
