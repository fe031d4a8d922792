"""`Reader`: small valid files, and the function of the package that reads them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from fuzzing.mutations import SMALL


@dataclass(frozen=True)
class Reader:
    """A reader of files.

    Attributes
    ----------
    name : str
    make : callable
        ``make(folder, variant)`` writes valid files into an empty folder; variants differ in content.
    read : callable
        ``read(folder)`` reads the files, uses the result, and returns values to compare.
    checked : bool
        Whether the files have checksums, so that other content must raise an error.
    allowed : tuple of str
        The mutations to choose from; empty for all.
    also_right : callable or None
        Changes a folder to one whose content is a right result too, such as an earlier checkpoint.
    """

    name: str
    make: Callable[[Path, int], None]
    read: Callable[[Path], Any]
    checked: bool = False
    allowed: tuple[str, ...] = ()
    also_right: Callable[[Path], None] | None = None


def trusted(name: str, make: Callable[[Path, int], None], read: Callable[[Path], Any], **settings: Any) -> Reader:
    """Return a reader of pickles: they are trusted, so files are damaged by accident only."""
    return Reader(name, make, read, allowed=SMALL, **settings)
