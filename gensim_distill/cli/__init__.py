"""The command ``gensim-distill``: everything from a folder of texts to vectors, without Python.

Nothing in here imports gensim, torch or numpy before a command needs them, so that help is there at once.
A new command is one new module with a function, and one line in `app.py`.
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
