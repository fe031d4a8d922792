"""Code blocks of a Markdown page: parse them, run them and check their output.

A comment before a block, invisible to readers, states its role:

``<!-- not run: REASON -->``
    Code that is not run.
``<!-- output -->``
    The output of the code before it.
``<!-- similar output -->``
    An output that differs between processors, such as clusters of rounded vectors: three of four words are the same.
``<!-- raises -->``
    The exception that the code before it raises, with any line wrapping; three dots match anything.
``<!-- logs -->``
    The warnings and errors that the code before it logs, likewise.
``<!-- run -->``
    Commands to run.
``<!-- python CODE -->``
    Code that is run and invisible to readers.
"""

from __future__ import annotations

import contextlib
import io
import logging
import os
import re
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

_BLOCK = re.compile(
    r"^<!-- python\n(?P<hidden>.*?)^-->$"
    r"|(?:^<!-- (?P<mark>not run|output|similar output|raises|logs|run)(?:: (?P<reason>[^\n]*?))? -->\n+)?"
    r"^```(?P<language>[\w{}-]*)[^\n]*\n(?P<code>.*?)^```$",
    flags=re.MULTILINE | re.DOTALL,
)


LEAST_SHARE = 0.75  # of the words of a similar output


@dataclass
class Block:
    """A code block, with its expected output, exception and log messages."""

    language: str
    code: str
    line: int
    not_run: str | None = None
    run: bool = False
    expected: dict[str, str] = field(default_factory=dict)


def blocks(page: str) -> list[Block]:
    """Return the code blocks of a page, each with its expectations."""
    found: list[Block] = []
    for match in _BLOCK.finditer(page):
        line = page.count("\n", 0, match.start("hidden" if match["hidden"] else "code")) + 1
        mark = match["mark"]
        if match["hidden"]:
            found.append(Block("python", match["hidden"], line))
        elif mark in ("output", "similar output", "raises", "logs"):
            assert found and found[-1].language == "python", f"line {line}: {mark} of no code"
            assert match["code"].strip(), f"line {line}: nothing is shown"
            found[-1].expected[mark] = match["code"]
        else:
            not_run = (match["reason"] or "") if mark == "not run" else None
            found.append(Block(match["language"], match["code"], line, not_run, run=mark == "run"))
    return found


def commands(page: str) -> list[str]:
    """Return the commands in the console blocks of a page."""
    return [
        command
        for block in blocks(page)
        if block.language == "console"
        for command in re.findall(r"^\$ (.+)$", block.code, flags=re.MULTILINE)
    ]


def run(block: Block, namespace: dict[str, Any], name: str) -> None:
    """Run a block of Python, and check its output, exception and log messages."""
    # The blank lines give tracebacks the line numbers of the page.
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
    if "similar output" in block.expected:
        shown = block.expected["similar output"]
        share = share_of_words(printed.getvalue(), shown)
        assert share >= LEAST_SHARE, f"line {block.line} prints {printed.getvalue()!r}, the page shows {shown!r}"
    for mark, was in (("raises", raised), ("logs", " ".join(log.messages))):
        if mark in block.expected:
            was, shown = _on_one_line(was), _on_one_line(block.expected[mark])
            # Three dots stand for messages of other packages and for addresses.
            pattern = ".*".join(map(re.escape, shown.split("...")))
            assert re.fullmatch(pattern, was), f"line {block.line} {mark}\n{was}\nthe page shows\n{shown}"
    if "logs" not in block.expected:
        assert not any("small random vector" in message for message in log.messages)  # every page learns vectors


def share_of_words(printed: str, shown: str) -> float:
    """Return the share of the words and numbers that two outputs have in common, in any order."""
    words, others = (Counter(re.findall(r"\w+", text)) for text in (printed, shown))
    return (words & others).total() / max(words.total(), others.total(), 1)


class _Log(logging.Handler):
    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.messages: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.messages.append(record.getMessage())


def _on_one_line(message: str) -> str:
    """Return a message on one line, with paths relative to the working directory."""
    for folder in {os.getcwd(), str(Path.cwd().resolve())}:
        message = message.replace(folder + os.sep, "")
    return " ".join(message.split())
