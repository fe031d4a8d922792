"""Functions that are options: registered ones, those of a Python file of the user, those of modules.

A function of a file or module is code that is run, so only the command line may name the file or module. A configuration file
may name registered functions, and functions of the file that the command line names.
"""

from __future__ import annotations

import functools
import importlib
import importlib.util
import os
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

from gensim_distill.cli.errors import CommandError, usage_error

#: The functions that a configuration file may name, by their paths.
REGISTERED = (
    "builtins:str.lower",
    "builtins:str.casefold",
    "builtins:str.upper",
    "builtins:str.strip",
    "builtins:str.split",
    "builtins:str.splitlines",
    "builtins:hash",
    "gensim_distill.corpus.splitting:lower",
    "gensim_distill.corpus.splitting:split_words",
    "gensim_distill.corpus.splitting:split_sentences",
)


def is_registered(path: str) -> bool:
    """Return whether a function is one of `REGISTERED`."""
    return path in REGISTERED


def is_in_file(path: str, file: Path | None) -> bool:
    """Return whether the path of a function, ``name`` or ``module:name``, is that of a function in a file."""
    module, _, name = path.rpartition(":")
    return file is not None and name.isidentifier() and module in ("", file.stem)


def load_function(path: str, flag: str, file: Path | None = None) -> Any:
    """Return a function of a file, or import it by its path.

    Parameters
    ----------
    path : str
        ``name`` for a function in the file, or ``package.module:function``.
    flag : str
        The option, for error messages.
    file : pathlib.Path, optional
        A Python file, which is run.

    Raises
    ------
    CommandError
        If there is no such function.
    """
    if file is None or not is_in_file(path, file):
        return import_function(path, flag)
    module, name = load_file(file), path.rpartition(":")[2]
    function = getattr(module, name, None)
    # Not what the file imports from elsewhere, which a configuration file must not reach.
    if not callable(function) or getattr(function, "__module__", None) != module.__name__:
        raise usage_error(f"{flag} {path!r}: {str(file)!r} defines no function {name!r}.")
    return function


def import_function(path: str, flag: str) -> Any:
    """Import a function by its path, such as ``package.module:function``; modules may be in the working directory.

    Parameters
    ----------
    path : str
    flag : str
        The option, for error messages.

    Raises
    ------
    CommandError
        If there is no such function.
    """
    module, colon, name = path.partition(":")
    if not colon:
        module, _, name = path.rpartition(".")
    if os.getcwd() not in sys.path:
        sys.path.append(os.getcwd())  # last, so that no file in it hides the module of a library
    try:
        function = functools.reduce(getattr, name.split("."), importlib.import_module(module))
    except (ImportError, AttributeError, ValueError) as error:
        raise usage_error(
            f"{flag} {path!r}: there is no such function ({error}): expected package.module:function, or a function in the "
            "file of --functions."
        ) from error
    except (Exception, SystemExit) as error:
        raise usage_error(f"{flag} {path!r}: the module raises {type(error).__name__} ({error}).") from error
    if not callable(function):
        raise usage_error(f"{flag} {path!r} is of type {type(function).__name__}: expected a function.")
    return function


def load_file(file: Path) -> ModuleType:
    """Run a Python file as a module of its name, under which a saved model finds its functions again.

    Raises
    ------
    CommandError
        If there is no such file, its name is that of another module, or it raises an error.
    """
    name, place = file.stem, str(file.resolve())
    loaded = sys.modules.get(name)
    if loaded is not None and getattr(loaded, "__file__", None) == place:
        return loaded
    if not file.is_file():
        raise CommandError(f"--functions {str(file)!r}: there is no such file.")
    if file.suffix != ".py" or not name.isidentifier():
        raise usage_error(f"--functions {str(file)!r}: expected a Python file such as my_functions.py.")
    known = None if loaded is not None else importlib.util.find_spec(name)
    if loaded is not None or (known is not None and os.path.realpath(str(known.origin)) != place):
        raise usage_error(f"--functions {str(file)!r} has the name of another module, {name!r}: rename the file.")
    spec = importlib.util.spec_from_file_location(name, place)
    assert spec is not None and spec.loader is not None  # which the suffix ensures
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    try:
        spec.loader.exec_module(module)
    except (Exception, SystemExit) as error:
        del sys.modules[name]
        raise usage_error(f"--functions {str(file)!r} raises {type(error).__name__} ({error}).") from error
    return module
