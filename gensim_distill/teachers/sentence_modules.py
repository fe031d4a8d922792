"""The modules of a sentence transformer that follow its transformer, as a text head."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from torch import nn

from gensim_distill._utils.text import short
from gensim_distill.teachers.loaded_weights import check_size
from gensim_distill.teachers.text_head import ACTIVATIONS, Dense, FloatArray, HeadLayer, LayerNorm, Normalize, TextHead

logger = logging.getLogger(__name__)

#: The kinds of modules whose weights are used, and those whose configuration is.
KINDS_WITH_WEIGHTS, KINDS_WITH_SETTINGS = ("Dense", "LayerNorm"), ("Dense", "Pooling")

# Keys of the configuration of a Pooling, each with the value of `pooling_mode` that replaced it in version 6.
_MODES = {
    "pooling_mode_cls_token": "cls",
    "pooling_mode_max_tokens": "max",
    "pooling_mode_mean_tokens": "mean",
    "pooling_mode_mean_sqrt_len_tokens": "mean_sqrt_len_tokens",
    "pooling_mode_weightedmean_tokens": "weightedmean",
    "pooling_mode_lasttoken": "lasttoken",
}
_POOLINGS = {"mean": "mean", "mean_sqrt_len_tokens": "mean", "cls": "first", "lasttoken": "last"}
_OUTPUT = "sentence_embedding"


@dataclass(frozen=True)
class SentenceModule:
    """A module of a sentence transformer.

    Attributes
    ----------
    type : str
        The name of its class, with that of its Python module.
    place : str
        Its folder, or its number, for messages.
    settings : dict
        Its configuration.
    weights : dict of str to numpy.ndarray of float32
    """

    type: str
    place: str
    settings: Mapping[str, Any] = field(default_factory=dict)
    weights: Mapping[str, FloatArray] = field(default_factory=dict)

    @property
    def kind(self) -> str:
        """The name of the class if it is one of sentence-transformers, else an empty string."""
        package, _, name = self.type.rpartition(".")
        return name if f"{package}.".startswith("sentence_transformers.") else ""


class _UnsupportedError(Exception):
    """A head that is valid and cannot be applied to pooled hidden states; the message is a reason."""


def head_of_modules(subject: str, modules: Iterable[SentenceModule]) -> TextHead:
    """Return the text head of which some modules consist.

    Parameters
    ----------
    subject : str
        The subject of messages.
    modules : iterable of SentenceModule
        Those after the transformer. Modules after one that is not supported are not iterated over.

    Returns
    -------
    TextHead
        The mean without layers, and a warning, if some module is not supported.

    Raises
    ------
    ValueError
        If a module is damaged.
    """
    try:
        return _assemble(subject, modules)
    except _UnsupportedError as reason:
        logger.warning(
            "%s makes its text vectors in a way that is not supported (%s): the mean of the hidden states is used in place of "
            "them.",
            subject,
            reason,
        )
        return TextHead()


def modules_of(sentence_transformer: Any) -> list[SentenceModule]:
    """Return the modules of a SentenceTransformer after the first.

    Parameters
    ----------
    sentence_transformer : sentence_transformers.SentenceTransformer

    Returns
    -------
    list of SentenceModule
    """
    modules = []
    for number, module in enumerate(list(sentence_transformer)[1:], 1):
        found = SentenceModule(f"{type(module).__module__}.{type(module).__name__}", f"module {number}")
        if found.kind in KINDS_WITH_SETTINGS:
            settings = dict(module.get_config_dict())
            if found.kind == "Dense":
                settings["activation_function"] = _activation_name(module.activation_function)
            found = SentenceModule(found.type, found.place, settings)
        if found.kind in KINDS_WITH_WEIGHTS:
            weights = {key: weight.detach().float().cpu().numpy() for key, weight in module.state_dict().items()}
            found = SentenceModule(found.type, found.place, found.settings, weights)
        modules.append(found)
    return modules


def _activation_name(activation: Any) -> str:
    """Return the full name of the class of an activation function, or a description of one with settings of its own."""
    kind = type(activation)
    default = getattr(nn, kind.__name__, None)
    is_default = kind is default and kind.__name__ in ACTIVATIONS and repr(activation) == repr(kind())
    return f"{kind.__module__}.{kind.__name__}" if is_default else short(activation)


def _assemble(subject: str, modules: Iterable[SentenceModule]) -> TextHead:
    mode, layers = None, list[HeadLayer]()
    for module in modules:
        if module.kind == "Dropout":
            continue
        if mode is None and module.kind == "Pooling":
            mode = _pooling_mode(subject, module)
        elif mode is not None and module.kind == "Dense":
            layers.append(_dense(subject, module))
        elif mode is not None and module.kind == "LayerNorm":
            layers.append(_layer_norm(subject, module))
        elif mode is not None and module.kind == "Normalize":
            layers.append(Normalize())
        else:
            raise _UnsupportedError(f"a module {short(module.kind or module.type)}")
    if mode is None:
        raise _UnsupportedError("no module Pooling")
    if mode == "mean_sqrt_len_tokens" and any(isinstance(layer, Dense) for layer in layers):
        # Without a dense layer, the length of the pooled vector is irrelevant.
        raise _UnsupportedError(f"pooling by {mode!r} before a module 'Dense'")
    return TextHead(_POOLINGS[mode], tuple(layers))


def _pooling_mode(subject: str, module: SentenceModule) -> str:
    modes: Any = module.settings.get("pooling_mode")
    if modes is None:
        modes = [mode for key, mode in _MODES.items() if module.settings.get(key)] or ["mean"]
    if isinstance(modes, str):
        modes = [modes]
    if not isinstance(modes, (list, tuple)) or not modes or not all(isinstance(mode, str) for mode in modes):
        raise ValueError(
            f"{subject} has a damaged configuration of its module Pooling: in {module.place}, pooling_mode={short(modes)} is not the "
            "name of a pooling or a list of names; download or save the teacher again, or use another."
        )
    if len(modes) > 1 or modes[0] not in _POOLINGS:
        raise _UnsupportedError("pooling by " + " and ".join(map(short, modes)))
    return str(modes[0])


def _dense(subject: str, module: SentenceModule) -> Dense:
    settings = module.settings
    for key in ("module_input_name", "module_output_name"):
        if settings.get(key) not in (None, _OUTPUT):
            raise _UnsupportedError(f"a module 'Dense' with {key}={short(settings[key])}")
    activation = settings.get("activation_function", "torch.nn.modules.activation.Tanh")
    if activation is None:
        activation = "torch.nn.Identity"
    package, _, name = str(activation).rpartition(".")
    if name not in ACTIVATIONS or not f"{package}.".startswith("torch.nn."):
        raise _UnsupportedError(f"a module 'Dense' with the activation function {short(activation)}")
    d_out, d_in = settings.get("out_features"), settings.get("in_features")
    if not (isinstance(d_out, int) and isinstance(d_in, int) and min(d_out, d_in) > 0):
        raise ValueError(
            f"{subject} has a damaged configuration of its module Dense: in {module.place}, in_features={short(d_in)} and "
            f"out_features={short(d_out)} must be numbers from 1; download or save the teacher again, or use another."
        )
    shapes: dict[str, tuple[int, ...]] = {"linear.weight": (d_out, d_in)}
    if settings.get("bias", True):
        shapes["linear.bias"] = (d_out,)
    residual = bool(settings.get("use_residual"))
    if residual and d_in != d_out:
        shapes["residual.weight"] = (d_out, d_in)
    weights = _checked_weights(subject, module, shapes)
    identity = np.eye(d_out, dtype=np.float32) if residual and d_in == d_out else None
    return Dense(weights["linear.weight"], weights.get("linear.bias"), name, weights.get("residual.weight", identity))


def _layer_norm(subject: str, module: SentenceModule) -> LayerNorm:
    size = len(np.atleast_1d(next(iter(module.weights.values()), np.zeros(0))))
    weights = _checked_weights(subject, module, {"norm.weight": (size,), "norm.bias": (size,)})
    return LayerNorm(weights["norm.weight"], weights["norm.bias"])


def _checked_weights(
    subject: str, module: SentenceModule, shapes: Mapping[str, tuple[Any, ...]]
) -> Mapping[str, FloatArray]:
    """Return the weights of a module if they have certain names and shapes and are finite."""
    found = {key: weight.shape for key, weight in module.weights.items()}
    if found != shapes:
        raise ValueError(
            f"{subject} has a module {module.kind} in {module.place} that does not fit its configuration: its weights have the shapes "
            f"{_listed(found)}, not {_listed(shapes)}; its files are damaged, or are those of different models: download or save "
            "it again."
        )
    for key, weight in module.weights.items():
        check_size(
            subject, f"{module.place}/{key}", float(np.abs([weight.min(), weight.max()]).max()) if weight.size else 0
        )
    return module.weights


def _listed(shapes: Mapping[str, tuple[Any, ...]]) -> str:
    return short({key: shapes[key] for key in sorted(shapes)})
