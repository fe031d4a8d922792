"""The command ``gensim-distill``: training, evaluation, exports and reports without Python.

A command imports gensim, torch and numpy only when it runs, so that ``--help`` is fast. A new command is one module
with a function and one line in ``app.py``.
"""

from __future__ import annotations

import sys


def main() -> None:
    """Run the command line; the entry point of ``gensim-distill`` and of ``python -m gensim_distill``."""
    from gensim_distill._utils.extras import needs

    try:
        needs("typer", "The command gensim-distill", "cli")
    except ImportError as error:
        print(f"gensim-distill: {error}", file=sys.stderr)
        raise SystemExit(1) from None
    from gensim_distill.cli.app import app

    app(prog_name="gensim-distill")
