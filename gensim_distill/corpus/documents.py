"""Documents, the items of a corpus, and their text with the positions of its words."""

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
    """A document as text for the teacher and words for the vocabulary.

    Attributes
    ----------
    string : str
        The text that the teacher reads.
    keys : list of str
        The words under which the vocabulary counts them, in order.
    starts, ends : list of int
        The characters of each word in `string`, half-open; words do not overlap.
    """

    string: str
    keys: list[str]
    starts: list[int]
    ends: list[int]


def check_tokens(document: Any) -> list[str]:
    """Check that a document that is not a string is a collection of strings, and return these as a list.

    Parameters
    ----------
    document : object

    Returns
    -------
    list of str

    Raises
    ------
    TypeError
        If it is not, or can be read only once.
    """
    if isinstance(document, dict):
        raise TypeError(
            f"A document is a dict with the keys {sorted(map(str, document))}, where a list of tokens or a raw "
            "string was expected: pass the column of texts only, such as dataset['text']."
        )
    # A class of the user's may be its own iterator, have a length and start again.
    if isinstance(document, Iterator) and not isinstance(document, Sized):
        raise TypeError(
            f"A document is a {type(document).__name__}, which can be read once, but each document is read twice, "
            "for the vocabulary and for the teacher: make it a list of tokens."
        )
    if isinstance(document, bytes) or not isinstance(document, Iterable):
        raise TypeError(
            f"A document is {document!r} of type {type(document).__name__}, where a list of tokens or a raw string "
            "was expected: decode bytes, and remove or fill in missing values."
        )
    tokens = list(document)
    try:
        "".join(tokens)  # checks all types, faster than a loop
    except TypeError:
        token = next(token for token in tokens if not isinstance(token, str))
        raise TypeError(
            f"A document has the token {token!r} of type {type(token).__name__}, but the teacher reads strings "
            "only: convert the tokens to words, or to str, first."
        ) from None
    return tokens
