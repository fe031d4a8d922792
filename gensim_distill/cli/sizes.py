"""Numbers and sizes on disk, as messages have them, and how to make results smaller."""

from __future__ import annotations

import shlex
from pathlib import Path


def format_bytes(size: float) -> str:
    """Return a number of bytes for people.

    Examples
    --------
    >>> from gensim_distill.cli.sizes import format_bytes
    >>> format_bytes(2_560_000_000), format_bytes(119_400_000), format_bytes(2_500_000), format_bytes(40_000)
    ('2.6 GB', '119 MB', '2.5 MB', '0.04 MB')
    """
    if size >= 1e9:
        return f"{size / 1e9:,.1f} GB"
    return f"{size / 1e6:,.0f} MB" if size >= 1e7 else f"{size / 1e6:.{1 if size >= 1e5 else 2}f} MB"


def amount(number: int, noun: str) -> str:
    """Return a number with a noun, in the plural except for one.

    Examples
    --------
    >>> from gensim_distill.cli.sizes import amount
    >>> amount(1, "document"), amount(1_200, "document")
    ('1 document', '1,200 documents')
    """
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


def size_of(path: Path) -> int:
    """Return the number of bytes of a file, or of all files below a folder."""
    files = [path] if path.is_file() else [file for file in path.rglob("*") if file.is_file()]
    return sum(file.stat().st_size for file in files)


def pieces_advice(folder: str | Path, size: float) -> str:
    """Return the message on the part of a training that is rows of pieces of words, and how to write fewer.

    Parameters
    ----------
    folder : str or path
        The folder of the training.
    size : float
        The bytes of the rows.
    """
    return (
        f"{format_bytes(size)} of the result are rows of pieces of words, by which texts with out-of-vocabulary words have vectors. For a "
        'smaller copy, which model2vec reads and gensim-distill does not (pip install "gensim-distill[export]"): '
        f"gensim-distill export {shlex.quote(str(folder))} small --format model2vec --max-pieces 10000"
    )
