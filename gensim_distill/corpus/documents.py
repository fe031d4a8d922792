"""Documents: the items of a corpus, and their text with the spans of its words."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sized
from dataclasses import dataclass
from typing import Any, TypeAlias

#: An item of a corpus: a raw string, or its tokens.
Document: TypeAlias = str | Iterable[str]
#: Half-open character offsets ``(start, end)`` into a string.
Span: TypeAlias = tuple[int, int]


@dataclass(slots=True)
class DocumentText:
    """One item of the corpus, ready to be read by a teacher.

    Attributes
    ----------
    string : str
        What the teacher reads.
    keys : list of str
        The words as the vocabulary knows them, in order.
    starts, ends : list of int
        Character offsets into `string` of each word, half-open; words do not overlap.
    """

    string: str
    keys: list[str]
    starts: list[int]
    ends: list[int]


def check_tokens(item: Any) -> list[str]:
    """Give the tokens of an item as a list, or say what is wrong with the item.

    Raises
    ------
    TypeError
        If the item is not a list of strings.
    """
    if isinstance(item, dict):
        raise TypeError(
            f"A corpus item is a dict with the keys {sorted(map(str, item))}, where a list of tokens or a raw "
            "string was expected: give the column of texts alone, such as dataset['text']."
        )
    # A document of one's own that goes through itself may have a length, and begin anew.
    if isinstance(item, Iterator) and not isinstance(item, Sized):
        raise TypeError(
            f"A corpus item is a {type(item).__name__}, which can be read once, where each item is read twice, for the "
            "vocabulary and for the teacher: make it a list of tokens."
        )
    if isinstance(item, bytes) or not isinstance(item, Iterable):
        raise TypeError(
            f"A corpus item is {item!r} of type {type(item).__name__}, where a list of tokens or a raw string was "
            "expected: decode bytes, and leave out or fill in missing values."
        )
    tokens = list(item)
    try:
        "".join(tokens)  # which looks at each of them, faster than a loop could
    except TypeError:
        token = next(token for token in tokens if not isinstance(token, str))
        raise TypeError(
            f"A corpus item holds the token {token!r} of type {type(token).__name__}, where the teacher can read "
            "strings only: turn the tokens into words, or str, first."
        ) from None
    return tokens
