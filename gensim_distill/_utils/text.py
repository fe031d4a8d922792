"""Short texts for messages and pages: the first line of an error, a table in Markdown."""

from __future__ import annotations

import re
import reprlib
from collections.abc import Collection, Sequence

_LONGEST_LINE = 200
_repr = reprlib.Repr()
_repr.maxstring = _repr.maxother = 80

# Control characters, line and paragraph separators, marks that reverse the order of text, and lone surrogates.
_CONTROLS = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]")


def escape_controls(text: str) -> str:
    r"""Return a text with escapes in place of characters that a terminal executes or that hide other text.

    Examples
    --------
    >>> from gensim_distill._utils.text import escape_controls
    >>> print(escape_controls("größer\x1b[2J"))
    größer\x1b[2J
    """
    return _CONTROLS.sub(lambda match: ascii(match[0])[1:-1], text)


def first_line(error: BaseException) -> str:
    r"""Return the first line of an error's message without its final period, or the error's type if there is none.

    Examples
    --------
    >>> from gensim_distill._utils.text import first_line
    >>> first_line(ValueError("Bad value.\nA long explanation.")), first_line(KeyboardInterrupt())
    ('Bad value', 'KeyboardInterrupt')
    """
    lines = str(error).strip().splitlines() or [type(error).__name__]
    return lines[0][:_LONGEST_LINE].rstrip(".:; ")


def short(value: object) -> str:
    """Return a value as in Python code, in one line and shortened.

    Examples
    --------
    >>> from gensim_distill._utils.text import short
    >>> short(1.5), short(["a"] * 100)
    ('1.5', "['a', 'a', 'a', 'a', 'a', 'a', ...]")
    """
    return " ".join(_repr.repr(value).split())


def plain_string(string: str) -> str:
    """Return a string of the type str itself, not of a subclass such as numpy's."""
    return string if type(string) is str else str.__str__(string)


def markdown_table(header: Sequence[str], rows: Sequence[Sequence[str]], left: Collection[int] = (0,)) -> str:
    r"""Return a table in Markdown.

    Parameters
    ----------
    header : sequence of str
        The names of the columns.
    rows : sequence of sequence of str
        The cells, in Markdown; vertical bars, line breaks and control characters in them are replaced.
    left : collection of int, optional
        The columns that are aligned to the left; the others, numbers, to the right. By default the first.

    Examples
    --------
    >>> from gensim_distill._utils.text import markdown_table
    >>> print(markdown_table(["model", "score"], [["a|b", "0.5"]]))
    | model | score |
    | --- | ---: |
    | a\|b | 0.5 |
    """
    rule = ["---" if column in left else "---:" for column in range(len(header))]
    cells = [[escape_controls(cell.replace("\n", " ")).replace("|", "\\|") for cell in row] for row in [header, *rows]]
    return "\n".join(f"| {' | '.join(row)} |" for row in [cells[0], rule, *cells[1:]])
