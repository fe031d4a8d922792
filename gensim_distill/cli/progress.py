"""Progress as JSON lines, for programs that run the command line."""

from __future__ import annotations

import contextlib
import io
import json
import sys
from collections.abc import Iterator
from typing import Any


@contextlib.contextmanager
def progress_as_json() -> Iterator[None]:
    """Replace progress bars by JSON objects on standard output, at most one line per second."""
    from tqdm.std import tqdm

    from gensim_distill._utils.progress import use_bar_class

    class JsonLines(tqdm):
        """A progress bar that is drawn as a line of JSON."""

        def __init__(self, *args: Any, **settings: Any) -> None:
            super().__init__(*args, **(settings | {"file": io.StringIO(), "mininterval": 1.0, "disable": False}))

        def display(self, msg: str | None = None, pos: int | None = None) -> bool:
            state = self.format_dict
            rate = state["rate"] or (state["n"] / state["elapsed"] if state["elapsed"] else None)
            left = None if not rate or state["total"] is None else max(state["total"] - state["n"], 0) / rate
            event = {
                "event": "progress",
                "stage": state["prefix"],
                "unit": state["unit"],
                "done": state["n"],
                "total": state["total"],
                "per_second": rate and round(rate, 3),
                "seconds": round(state["elapsed"], 3),
                "seconds_left": None if left is None else round(left, 3),
            }
            print(json.dumps(event), file=sys.stdout, flush=True)
            return True

    with use_bar_class(JsonLines):
        yield
