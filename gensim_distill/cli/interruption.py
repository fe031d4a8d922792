"""Interruptions of a command by signals."""

from __future__ import annotations

import contextlib
import signal
from collections.abc import Iterator
from typing import Any

#: The signals that end a command like Ctrl-C: of a scheduler, and of a terminal or connection that is closed.
_SIGNALS = ("SIGTERM", "SIGHUP")


class Terminated(KeyboardInterrupt):
    """A signal that ends the command.

    Parameters
    ----------
    number : int
        The number of the signal.
    """

    def __init__(self, number: int = signal.SIGTERM) -> None:
        super().__init__()
        self.number = number


@contextlib.contextmanager
def signals_as_interrupts() -> Iterator[None]:
    """Raise :class:`Terminated` on SIGTERM and SIGHUP inside the block, so that it ends like Ctrl-C: with a checkpoint, and without temporary files.

    A signal that is ignored, as SIGHUP is under ``nohup``, stays ignored. Outside the main thread, which alone can handle
    signals, the block changes nothing.
    """

    def terminate(number: int, frame: Any) -> None:
        raise Terminated(number)

    before: dict[int, Any] = {}
    try:
        for name in _SIGNALS:
            number = getattr(signal, name, None)  # Windows has no SIGHUP
            if number is not None and signal.getsignal(number) is not signal.SIG_IGN:
                before[number] = signal.signal(number, terminate)
    except ValueError:  # not the main thread
        yield
        return
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def exit_status(interruption: BaseException) -> int:
    """Return the exit code of an interrupted command: 128 and the number of the signal, as in shells."""
    return 128 + (interruption.number if isinstance(interruption, Terminated) else signal.SIGINT)
