"""Sending a teacher to another process or machine, where the device may be another one."""

from __future__ import annotations

import copy
import uuid
from dataclasses import dataclass, field
from typing import Any

import torch

from gensim_distill.teachers.devices import choose_device, choose_dtype
from gensim_distill.teachers.protocol import Teacher
from gensim_distill.teachers.transformer import TransformerTeacher


@dataclass(frozen=True)
class SerializedTeacher:
    """A teacher that can be pickled.

    The weights themselves are sent, not the name they were loaded by: a model that was trained further,
    or lies in a folder that only one machine has, is the same everywhere, and a hub is asked once.

    Attributes
    ----------
    model : torch.nn.Module or Teacher
        The model of a transformer, on the CPU; of a class of the user's own the teacher itself.
    tokenizer : transformers.PreTrainedTokenizerFast or None
    options : dict
        How the teacher was made: dtype, batch_tokens and max_length.
    device_type : str
        The kind of device that it was on.
    token : str
        Made anew for each, so that one that has come a second time is known without being unpacked again.
    """

    model: Any
    tokenizer: Any = None
    options: dict[str, Any] | None = None
    device_type: str = "cpu"
    token: str = field(default_factory=lambda: uuid.uuid4().hex)

    @classmethod
    def of(cls, teacher: Teacher) -> SerializedTeacher:
        """Pack a teacher. One of a class of your own, a subclass of TransformerTeacher too, stays what it is, on the CPU."""
        if not isinstance(teacher, TransformerTeacher):
            return cls(teacher)
        model = copy.deepcopy(teacher.model).to("cpu")
        _remove_capturing_hooks(model)
        if type(teacher) is not TransformerTeacher:
            twin = copy.copy(teacher)
            twin.model, twin.device = model, torch.device("cpu")
            return cls(twin)
        options = {name: teacher.options[name] for name in ("dtype", "batch_tokens", "max_length")}
        if options["dtype"] == "auto":
            options["dtype"] = teacher.dtype
            options["auto"] = True
        return cls(model, teacher.tokenizer, options, teacher.device.type)

    def unpack(self, use_gpu: bool) -> Teacher:
        """Make the teacher here, on the GPU or the CPU.

        A number format that was chosen for another kind of device is chosen anew for this one.
        """
        model = self.model.model if isinstance(self.model, TransformerTeacher) else self.model
        if isinstance(model, torch.nn.Module):
            # A process must have made a model of this class once, or transformers knows not where in it states
            # are captured; one without memory for its weights will do.
            with torch.device("meta"):
                type(model)(copy.deepcopy(model.config))
        if self.options is None:
            teacher: Teacher = self.model
            return teacher
        options = dict(self.options)
        device = choose_device(None if use_gpu else torch.device("cpu"))
        if options.pop("auto", False) and device.type != self.device_type:
            options["dtype"] = choose_dtype("auto", device)
        return TransformerTeacher(self.model, self.tokenizer, device=device, **options)


def _remove_capturing_hooks(model: torch.nn.Module) -> None:
    """Remove what transformers leaves in a model that has given hidden states once, and puts there again when needed.

    It cannot be pickled.
    """
    for module in model.modules():
        for number, hook in list(module._forward_hooks.items()):
            if str(getattr(hook, "__module__", "")).startswith("transformers."):
                del module._forward_hooks[number]
        module.__dict__.pop("_output_capturing_hooks_installed", None)
