"""Optional dependencies."""

from __future__ import annotations

import importlib
from typing import Any

from gensim_distill._utils.text import first_line


def needs(module: str, what: str, extra: str) -> Any:
    """Import a module of an optional dependency.

    Parameters
    ----------
    module : str
        The name of the module, such as ``"sklearn.linear_model"``.
    what : str
        The feature that needs it, for the error message.
    extra : str
        The extra of this package that installs it.

    Returns
    -------
    module

    Raises
    ------
    ImportError
        If it is not installed, with the command that installs it, or if it cannot be imported.
    """
    try:
        return importlib.import_module(module)
    except ImportError as error:
        top = module.partition(".")[0]
        package = {"sklearn": "scikit-learn", "umap": "umap-learn", "ir_measures": "ir-measures"}.get(top, top)
        command = f'pip install "gensim-distill[{extra}]"'
        if isinstance(error, ModuleNotFoundError) and (error.name or top).partition(".")[0] == top:
            raise ImportError(f"{what} needs {package}: {command}.") from error
        raise ImportError(
            f"{what} needs {package}, which is installed but cannot be imported ({first_line(error)}): install versions that fit "
            f"together, for example into a new environment by {command}."
        ) from error
