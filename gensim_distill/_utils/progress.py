"""Progress bars."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Iterable, Iterator
from typing import Any, TypeVar

from tqdm import tqdm as terminal_tqdm
from tqdm.auto import tqdm

_Item = TypeVar("_Item")
_KNOWN_TOTAL = "{desc}: {percentage:3.0f}%|{bar}| {n:,} of {total:,} {unit}s [{elapsed}<{remaining}]"
_UNKNOWN_TOTAL = "{desc}: {n:,} {unit}s [{elapsed}]"
_SECONDS_BETWEEN_LINES = 30.0


class Bar(terminal_tqdm):  # type: ignore[misc]
    """A progress bar in a terminal, with whole numbers of its units."""

    @staticmethod
    def format_meter(n: Any, total: Any, elapsed: float, **settings: Any) -> str:
        """Return the bar as text; without a share if there are more units than the total."""
        known = bool(total) and n <= total
        settings |= {"bar_format": _KNOWN_TOTAL if known else _UNKNOWN_TOTAL, "unit_scale": False}
        return str(terminal_tqdm.format_meter(n, total if known else None, elapsed, **settings))


class Lines(Bar):
    """Progress as a line of text every half minute, where standard error is a pipe or a file."""

    def __init__(self, *args: Any, **settings: Any) -> None:
        regular = {"mininterval": _SECONDS_BETWEEN_LINES, "maxinterval": 10 * _SECONDS_BETWEEN_LINES, "miniters": 1}
        super().__init__(*args, **(settings | regular | {"disable": False, "delay": 1e-9, "leave": False}))

    def display(self, msg: str | None = None, pos: int | None = None) -> bool:
        """Print the line, except when the bar is opened or closed."""
        if msg is None:
            state = self.format_dict
            share = f", {state['n'] / state['total']:.0%}" if state["total"] and state["n"] <= state["total"] else ""
            of_all = f" of {state['total']:,}" if share else ""
            text = f"{state['prefix']}: {state['n']:,}{of_all} {state['unit']}s{share}"
            with contextlib.suppress(OSError, ValueError):  # the pipe is closed
                print(text, file=sys.stderr, flush=True)
        return True

    def close(self) -> None:
        """End the progress without a line."""
        if not getattr(self, "disable", True):
            self.disable: bool = True
            self._decr_instances(self)


_is_notebook = any(base.__name__ == "tqdm_notebook" for base in tqdm.__mro__)
_bar_class: Any = tqdm if _is_notebook else Bar


def progress_bar(stage: str, progress: bool | None, total: int | None = None, unit: str = "document") -> Any:
    """Open a progress bar on standard error.

    Parameters
    ----------
    stage : str
        Its label.
    progress : bool or None
        Whether to show it; None shows it on a terminal, and elsewhere prints a line every half minute.
    total : int, optional
        The number of units, if it is known.
    unit : str, optional
        Their name in the singular.

    Returns
    -------
    tqdm.tqdm
        Or an object of the class of :func:`use_bar_class`.
    """
    if progress is None and _bar_class is Bar and not _is_terminal(sys.stderr):
        return Lines(desc=stage, total=total, unit=unit)
    disable = None if progress is None else not progress
    return _bar_class(desc=stage, total=total, unit=unit, unit_scale=_bar_class is tqdm, disable=disable)


def _is_terminal(stream: Any) -> bool:
    try:
        return bool(stream.isatty())
    except (AttributeError, ValueError):  # no stream, or a closed one
        return False


def iter_with_progress(items: Iterable[_Item], bar: Any) -> Iterator[_Item]:
    """Yield items, and advance a progress bar by one after each.

    Examples
    --------
    >>> from gensim_distill._utils.progress import iter_with_progress, progress_bar
    >>> with progress_bar("Teacher", False) as bar:
    ...     list(iter_with_progress(["a", "b"], bar))
    ['a', 'b']
    """
    for item in items:
        yield item
        bar.update()


@contextlib.contextmanager
def use_bar_class(bar_class: type[Any]) -> Iterator[None]:
    """Use another class of progress bars than tqdm's inside the block.

    Parameters
    ----------
    bar_class : type
        A subclass of tqdm, or a class with the same interface.

    Examples
    --------
    >>> import tqdm
    >>> from gensim_distill._utils.progress import progress_bar, use_bar_class
    >>> class Silent(tqdm.tqdm):
    ...     def display(self, *args, **kwargs): ...
    >>> with use_bar_class(Silent), progress_bar("Teacher", True, total=2) as bar:
    ...     _ = bar.update(2)
    >>> bar.n
    2
    """
    global _bar_class
    before, _bar_class = _bar_class, bar_class
    try:
        yield
    finally:
        _bar_class = before
