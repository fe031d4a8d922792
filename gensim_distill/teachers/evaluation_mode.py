"""Evaluation mode of a model that may be the user's, in training mode, and shared by several teachers and threads."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Iterator
from typing import Any

_LOCK = threading.Lock()
# Modules in training mode that are read now, with the number of readers. They are few, and none of them is left behind.
_SUSPENDED: dict[Any, int] = {}


@contextlib.contextmanager
def evaluation_mode(model: Any) -> Iterator[None]:
    """Set a model to evaluation mode, without dropout, as long as any reader is inside for any of its modules.

    Parameters
    ----------
    model : torch.nn.Module
        Afterwards each of its modules is in the mode in which it was.
    """
    with _LOCK:
        suspended = [module for module in model.modules() if module.training or module in _SUSPENDED]
        for module in suspended:
            module.training = False
            _SUSPENDED[module] = _SUSPENDED.get(module, 0) + 1
    try:
        yield
    finally:
        with _LOCK:
            for module in suspended:
                _SUSPENDED[module] -= 1
                if not _SUSPENDED[module]:
                    del _SUSPENDED[module]
                    module.training = True
