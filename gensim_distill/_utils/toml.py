"""Reading TOML files of settings."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from gensim_distill._utils.extras import needs
from gensim_distill._utils.text import first_line

_LARGEST_FILE = 10_000_000  # bytes


def read_toml(path: Path) -> dict[str, Any]:
    """Read a TOML file.

    Raises
    ------
    ValueError
        If it is not valid TOML, or is too large for settings.
    """
    if sys.version_info >= (3, 11):
        import tomllib
    else:
        tomllib = needs("tomli", "Reading a TOML file", "cli")
    with open(path, "rb") as file:
        content = file.read(_LARGEST_FILE + 1)
    if len(content) > _LARGEST_FILE:
        raise ValueError(f"{str(path)!r} has more than {_LARGEST_FILE:,} bytes: expected a TOML file of settings.")
    try:
        table: dict[str, Any] = tomllib.loads(content.decode("utf-8-sig"))
        return table
    except (
        ValueError,
        RecursionError,
    ) as error:  # its own errors and those of numbers, dates and UTF-8 are ValueErrors
        raise ValueError(f"{str(path)!r} is not a valid TOML file ({first_line(error)}).") from error
