"""The public names, signatures and commands, as text that is stored in tests/package/public_names.txt.

    python -m tests.public_names

writes the file again after an intended change; its difference is part of the review.
"""

from __future__ import annotations

import importlib
import inspect
import pkgutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any, ForwardRef

import gensim_distill

STORED = Path(__file__).resolve().parent / "package" / "public_names.txt"
COMMAND = "python -m tests.public_names"


def describe() -> str:
    """Return a line for each public function, class, method, attribute and constant, and for each command and its options."""
    lines: list[str] = []
    for module in public_modules():
        lines += [
            f"# {module.__name__}",
            *sorted(line for name in module.__all__ for line in entries(module, name)),
            "",
        ]
    return "\n".join([*lines, "# command line", *commands(), ""])


def commands() -> Iterator[str]:
    """Yield a line for each command, with its arguments and options."""
    from typer.main import get_command

    from gensim_distill.cli.app import app

    group: Any = get_command(app)
    for name, command in sorted(group.commands.items()):
        options = (" ".join([*parameter.opts, *parameter.secondary_opts]) for parameter in command.params)
        yield f"gensim-distill {name}: {', '.join(options)}"


def public_modules() -> list[Any]:
    """Return the package and its public subpackages, which have ``__all__``."""
    names = [name for _, name, is_package in pkgutil.iter_modules(gensim_distill.__path__) if is_package]
    modules = [importlib.import_module(f"gensim_distill.{name}") for name in names if name not in ("_utils", "cli")]
    return [module for module in [gensim_distill, *modules] if hasattr(module, "__all__")]


def entries(module: Any, name: str) -> Iterator[str]:
    """Yield the lines of a public name."""
    value = getattr(module, name)
    if inspect.isclass(value):
        is_protocol = getattr(value, "_is_protocol", False)
        bases = [base.__name__ for base in value.__mro__[1:] if base.__module__ not in ("builtins", "typing", "abc")]
        yield f"class {name}{' (protocol)' if is_protocol else signature(value)}" + (
            f": {', '.join(bases)}" if bases else ""
        )
        for attribute, member in members(value):
            yield f"{name}.{attribute}{member}"
    elif callable(value) and hasattr(value, "__qualname__"):
        yield f"{name}{signature(value)}"
    else:
        yield f"{name}: {type(value).__name__}"


def members(kind: type) -> Iterator[tuple[str, str]]:
    """Yield the public methods and properties that the package defines, and their signatures."""
    for attribute in dir(kind):
        defined_by = next((base for base in kind.__mro__ if attribute in vars(base)), None)
        if attribute.startswith("_") or defined_by is None or not defined_by.__module__.startswith("gensim_distill"):
            continue
        member = vars(defined_by)[attribute]
        function = member.__func__ if isinstance(member, (classmethod, staticmethod)) else member
        if isinstance(member, property):
            returned = inspect.signature(member.fget).return_annotation if member.fget else inspect.Signature.empty
            yield attribute, f": {plain(returned)}" + ("" if member.fset is None else ", can be set")
        elif callable(function):
            mark = f" ({type(member).__name__})" if member is not function else ""
            yield attribute, f"{signature(function)}{mark}"
        else:
            yield attribute, ""


def signature(function: Any) -> str:
    """Return a signature with annotations as they are written, the same on each version of Python."""
    try:
        found = inspect.signature(function, follow_wrapped=inspect.isclass(function))
    except (TypeError, ValueError):
        return "(...)"
    parts, keyword_only = [], False
    for parameter in found.parameters.values():
        if parameter.kind is parameter.KEYWORD_ONLY and not keyword_only:
            parts.append("*")
        keyword_only = keyword_only or parameter.kind in (parameter.KEYWORD_ONLY, parameter.VAR_POSITIONAL)
        star = {parameter.VAR_POSITIONAL: "*", parameter.VAR_KEYWORD: "**"}.get(parameter.kind, "")
        if star == "*" and "*" in parts:
            parts.remove("*")
        text = f"{star}{parameter.name}"
        if parameter.annotation is not parameter.empty:
            text += f": {plain(parameter.annotation)}"
        if parameter.default is not parameter.empty:
            text += f" = {default(parameter.default)}"
        parts.append(text)
    returned = "" if found.return_annotation is found.empty else f" -> {plain(found.return_annotation)}"
    return f"({', '.join(parts)}){returned}"


def default(value: Any) -> str:
    """Return a default without addresses of objects."""
    if value.__class__.__module__ == "dataclasses":  # the mark of a default_factory
        return "..."
    if inspect.isclass(value) or inspect.isfunction(value) or inspect.ismethod(value) or inspect.isbuiltin(value):
        return str(value.__qualname__)
    return repr(value) if isinstance(value, (str, int, float, bool, tuple, type(None))) else "..."


def plain(annotation: Any) -> str:
    """Return an annotation as text."""
    if annotation is inspect.Signature.empty:
        return "Any"
    if isinstance(annotation, ForwardRef):
        return annotation.__forward_arg__
    return annotation if isinstance(annotation, str) else inspect.formatannotation(annotation)


if __name__ == "__main__":
    STORED.write_text(describe(), encoding="utf-8")
