"""Progress for programs: a line of JSON every second or so, in place of bars."""

from __future__ import annotations

import contextlib
import io
import json
import sys
from collections.abc import Iterator
from typing import Any


@contextlib.contextmanager
def progress_as_json() -> Iterator[None]:
    """While this lasts, progress is told on standard output, one JSON object a line."""
    from tqdm.std import tqdm

    from gensim_distill._utils import progress

    class JsonLines(tqdm):
        """A progress bar whose every drawing is a line of JSON."""

        def __init__(self, *args: Any, **settings: Any) -> None:
            super().__init__(*args, **(settings | {"file": io.StringIO(), "mininterval": 1.0, "disable": False}))

        def display(self, msg: Any = None, pos: Any = None) -> bool:
            known = self.format_dict
            rate = known["rate"] or (known["n"] / known["elapsed"] if known["elapsed"] else None)
            left = None if not rate or known["total"] is None else max(known["total"] - known["n"], 0) / rate
            event = {
                "event": "progress",
                "stage": known["prefix"],
                "unit": known["unit"],
                "done": known["n"],
                "total": known["total"],
                "per_second": rate and round(rate, 3),
                "seconds": round(known["elapsed"], 3),
                "seconds_left": None if left is None else round(left, 3),
            }
            print(json.dumps(event), file=sys.stdout, flush=True)
            return True

    before = progress.bar_class
    progress.bar_class = JsonLines
    try:
        yield
    finally:
        progress.bar_class = before
