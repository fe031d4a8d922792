"""The command ``gensim-distill``: training, evaluation, exports and reports without Python.

A command imports gensim, torch and numpy only when it runs, so that ``--help`` is fast. A new command is one module
with a function and one line in ``app.py``.
"""

from __future__ import annotations

import io
import os
import sys


def main() -> None:
    """Run the command line; the entry point of ``gensim-distill`` and of ``python -m gensim_distill``."""
    try:
        _run()
    except KeyboardInterrupt:  # while modules were imported; commands handle it themselves
        print("gensim-distill: interrupted.", file=sys.stderr)
        raise SystemExit(130) from None


def _run() -> None:
    from gensim_distill._utils.extras import needs

    _prepare_streams()
    try:
        needs("typer", "The command gensim-distill", "cli")
    except ImportError as error:
        print(f"gensim-distill: {error}", file=sys.stderr)
        raise SystemExit(1) from None
    from gensim_distill.cli.app import app

    app(prog_name="gensim-distill")


def _prepare_streams() -> None:
    """Set streams to escape what their encodings lack, and keep files that are opened from the numbers of closed streams."""
    descriptor = os.open(os.devnull, os.O_RDWR)
    while descriptor <= 2:
        descriptor = os.open(os.devnull, os.O_RDWR)
    os.close(descriptor)
    if sys.stderr is None:
        sys.stderr = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115 open until the process ends
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
