"""Progress bars."""

from __future__ import annotations

from typing import Any

from tqdm.auto import tqdm

#: What makes progress bars: tqdm, or a class like it that a program puts here to show progress in its own way.
bar_class: Any = tqdm


def progress_bar(stage: str, progress: bool | None, total: int | None = None, unit: str = "text") -> Any:
    """Open a progress bar on standard error; with None for `progress` it is shown on a terminal only."""
    disable = None if progress is None else not progress
    return bar_class(desc=stage, total=total, unit=unit, unit_scale=True, disable=disable)
