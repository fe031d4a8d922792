"""Packages that only parts of this one need."""

from __future__ import annotations

import importlib
from typing import Any


def needs(module: str, what: str, extra: str) -> Any:
    """Import a module of an extra, or say how to get it.

    Raises
    ------
    ImportError
        If it is not installed.
    """
    try:
        return importlib.import_module(module)
    except ImportError as error:
        top = module.partition(".")[0]
        package = {"sklearn": "scikit-learn", "umap": "umap-learn"}.get(top, top)
        raise ImportError(f'{what} needs {package}: pip install "gensim-distill[{extra}]".') from error
