"""Progress bars."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Iterator
from typing import Any, TypeVar

from tqdm.auto import tqdm

_Item = TypeVar("_Item")
_bar_class: Any = tqdm


def progress_bar(stage: str, progress: bool | None, total: int | None = None, unit: str = "document") -> Any:
    """Open a progress bar on standard error.

    Parameters
    ----------
    stage : str
        Its label.
    progress : bool or None
        Whether to show it; None shows it on a terminal only.
    total : int, optional
        The number of units, if it is known.
    unit : str, optional

    Returns
    -------
    tqdm.tqdm
        Or an object of the class of :func:`use_bar_class`.
    """
    disable = None if progress is None else not progress
    return _bar_class(desc=stage, total=total, unit=unit, unit_scale=True, disable=disable)


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
