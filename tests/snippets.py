"""The code blocks of a Markdown page: what they are, what is to come of them, and how they are run.

A comment before a block, which readers do not see, says what it is:

``<!-- not run: REASON -->``
    Code that cannot run here.
``<!-- output -->``
    What the code before it prints.
``<!-- raises -->``
    The exception that the code before it ends with, wrapped as one likes; three dots stand for anything.
``<!-- logs -->``
    What the code before it logs, as warnings or errors, likewise.
``<!-- run -->``
    Commands that are to be run.
``<!-- python CODE -->``
    Code that readers do not see.
"""

from __future__ import annotations

import contextlib
import io
import logging
import os
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

_BLOCK = re.compile(
    r"^<!-- python\n(?P<hidden>.*?)^-->$"
    r"|(?:^<!-- (?P<mark>not run|output|raises|logs|run)(?:: (?P<reason>[^\n]*?))? -->\n+)?"
    r"^```(?P<language>[\w-]*)\n(?P<code>.*?)^```$",
    flags=re.MULTILINE | re.DOTALL,
)


@dataclass
class Block:
    """A piece of code, with what it is expected to print, raise or log."""

    language: str
    code: str
    line: int
    not_run: str | None = None
    run: bool = False
    expected: dict[str, str] = field(default_factory=dict)


def blocks(page: str) -> list[Block]:
    """Give the code blocks of a page; what is expected of a block is put with it."""
    found: list[Block] = []
    for match in _BLOCK.finditer(page):
        line = page.count("\n", 0, match.start("hidden" if match["hidden"] else "code")) + 1
        mark = match["mark"]
        if match["hidden"]:
            found.append(Block("python", match["hidden"], line))
        elif mark in ("output", "raises", "logs"):
            assert found and found[-1].language == "python", f"line {line}: {mark} of no code"
            assert match["code"].strip(), f"line {line}: nothing is shown"
            found[-1].expected[mark] = match["code"]
        else:
            not_run = (match["reason"] or "") if mark == "not run" else None
            found.append(Block(match["language"], match["code"], line, not_run, run=mark == "run"))
    return found


def commands(page: str) -> list[str]:
    """Give the commands in the console blocks of a page."""
    return [
        command
        for block in blocks(page)
        if block.language == "console"
        for command in re.findall(r"^\$ (.+)$", block.code, flags=re.MULTILINE)
    ]


def run(block: Block, namespace: dict[str, Any], name: str) -> None:
    """Run a block of Python, and hold what it prints, raises and logs against what is expected of it."""
    # Blank lines before it, so that a traceback has the line of the page.
    code = compile("\n" * (block.line - 1) + block.code, name, "exec", dont_inherit=True)
    printed, log = io.StringIO(), _Log()
    raised = ""
    logger = logging.getLogger("gensim_distill")
    logger.addHandler(log)
    try:
        with contextlib.redirect_stdout(printed):
            exec(code, namespace)
    except Exception as error:
        if "raises" not in block.expected:
            raise
        raised = f"{type(error).__name__}: {error}"
    finally:
        logger.removeHandler(log)
    if "output" in block.expected:
        shown = block.expected["output"]
        assert printed.getvalue() == shown, f"line {block.line} prints {printed.getvalue()!r}, the page shows {shown!r}"
    for mark, was in (("raises", raised), ("logs", " ".join(log.messages))):
        if mark in block.expected:
            was, shown = _on_one_line(was), _on_one_line(block.expected[mark])
            # What other packages say, and where an object is in memory, is left open.
            pattern = ".*".join(map(re.escape, shown.split("...")))
            assert re.fullmatch(pattern, was), f"line {block.line} {mark}\n{was}\nthe page shows\n{shown}"
    if "logs" not in block.expected:
        assert not any("small random vector" in message for message in log.messages)  # every page learns something


class _Log(logging.Handler):
    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.messages: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.messages.append(record.getMessage())


def _on_one_line(message: str) -> str:
    """Wrap nothing, and let paths begin where the page is run."""
    for folder in {os.getcwd(), str(Path.cwd().resolve())}:
        message = message.replace(folder + os.sep, "")
    return " ".join(message.split())
