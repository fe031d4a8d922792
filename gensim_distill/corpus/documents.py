"""Documents, the items of a corpus, and their text with the positions of its words."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping, Sequence, Sized
from dataclasses import dataclass
from typing import Any, TypeAlias

from gensim_distill._utils.text import short

#: An item of a corpus: a raw string, or its tokens.
Document: TypeAlias = str | Iterable[str]
#: Half-open character offsets ``(start, end)`` into a string.
Span: TypeAlias = tuple[int, int]

_NO_TOKENS = (bytes, bytearray, memoryview)
_FIRST_ROWS = 10
# Stands for a NUL inside a token or a string that is hashed; UTF-8 does not have it.
_NUL = b"\xff"
#: The number of words in a token that is longer than phrases are.
LONG_TOKEN = 4


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
        If it is not, has no order, or can be read only once.
    """
    if type(document) is not list and type(document) is not tuple:
        _check_collection(document)
    tokens = list(document)
    try:
        "".join(tokens)  # checks all types, faster than a loop
    except TypeError:
        token = next(token for token in tokens if not isinstance(token, str))
        raise TypeError(
            f"A document has the token {short(token)} of type {type(token).__name__}, but the teacher reads strings "
            "only: convert the tokens to words, or to str, first."
        ) from None
    return tokens


def _check_collection(document: Any) -> None:
    """Raise an error if a document is no collection, has no order, or can be read only once."""
    if isinstance(document, Mapping) or hasattr(document, "columns"):
        keys = sorted(map(str, document)) if isinstance(document, Mapping) else list(document.columns)
        raise TypeError(
            f"A document is a {type(document).__name__} with the keys {short(keys)}, where a list of tokens or a raw "
            "string was expected: pass the column of texts only, such as dataset['text']."
        )
    if isinstance(document, (set, frozenset)):
        raise TypeError(
            f"A document is a {type(document).__name__}, whose words have no order, and the teacher reads them in order: pass "
            "a list of tokens or a raw string."
        )
    # A class of the user's may be its own iterator, have a length and start again.
    if isinstance(document, Iterator) and not isinstance(document, Sized):
        raise TypeError(
            f"A document is a {type(document).__name__}, which can be read once, but documents are read several times, "
            "for the vocabulary, the context budget and the teacher: make it a list of tokens."
        )
    if isinstance(document, _NO_TOKENS) or not isinstance(document, Iterable) or getattr(document, "ndim", 1) == 0:
        raise TypeError(
            f"A document is {short(document)} of type {type(document).__name__}, where a list of tokens or a raw string "
            f"was expected: {_advice(document)}."
        )


def encode_document(document: Document) -> bytes:
    r"""Return the content of a document as bytes, to be hashed: those of different documents differ.

    The bytes of a string are its UTF-8. Tokens follow a NUL each, since the teacher reads them differently.

    Parameters
    ----------
    document : str or sequence of str

    Examples
    --------
    >>> from gensim_distill.corpus.documents import encode_document
    >>> encode_document("a b"), encode_document(["a", "b"])
    (b'a b', b'\x00a\x00b')
    """
    if isinstance(document, str):
        encoded = document.encode("utf-8", "surrogatepass")
        return encoded.replace(b"\0", _NUL) if b"\0" in encoded else encoded
    tokens = check_tokens(document)
    encoded = "\0".join(["", *tokens]).encode("utf-8", "surrogatepass")
    if encoded.count(b"\0") > len(tokens):
        parts = [token.encode("utf-8", "surrogatepass").replace(b"\0", _NUL) for token in tokens]
        encoded = b"\0".join([b"", *parts])
    return encoded


def without_rows(documents: Iterable[Document]) -> Iterator[Document]:
    """Yield the documents of a corpus, unless the first ones are rows of a table or lists of sentences.

    Their cells or sentences would count as words. They are recognized by the length of their longest tokens.

    Parameters
    ----------
    documents : iterable of str or of lists of str

    Yields
    ------
    str or list of str

    Raises
    ------
    TypeError
        If the first 10 documents are rows, or all of a smaller corpus.
    """
    source = iter(documents)
    rows: list[list[str]] = []
    for document in source:
        tokens = [""] if isinstance(document, str) else check_tokens(document)
        if tokens:
            if longest_token(tokens) > 1:
                rows.append(tokens)
                _check_rows(rows if len(rows) == _FIRST_ROWS else [])
            if longest_token(tokens) <= 1 or len(rows) == _FIRST_ROWS:
                yield document
                yield from source
                return
        yield document
    _check_rows(rows)


def longest_token(tokens: Iterable[str]) -> int:
    """Return the number of words, separated by whitespace, in the longest of some tokens."""
    return max((len(token.split()) for token in tokens), default=0)


def check_unknown_tokens(documents: Sequence[Sequence[str]]) -> None:
    """Check documents of which no token is known: their tokens should not be whole texts.

    Parameters
    ----------
    documents : sequence of sequence of str

    Raises
    ------
    TypeError
        If each of them has a token of four words or more.
    """
    if documents and all(longest_token(tokens) >= LONG_TOKEN for tokens in documents):
        raise TypeError(
            f"Texts are lists whose tokens are whole texts, as in rows of a table: the first one has {short(documents[0][0])}. "
            "Pass the texts themselves, such as [row[0] for row in rows]."
        )


def _check_rows(documents: list[list[str]]) -> None:
    """Raise an error if documents, with whitespace in a token of each, are rows of a table or lists of sentences."""
    lengths = list(map(longest_token, documents))
    if documents and (all(len(tokens) == 1 for tokens in documents) or sum(lengths) >= len(lengths) * LONG_TOKEN):
        text = max(documents[0], key=len)
        raise TypeError(
            f"Documents are lists whose tokens are whole texts, as in rows of a table: the first one has {short(text)}, which "
            "would be one word. Pass the texts themselves, such as [row[0] for row in rows], or a list of tokens for each document."
        )


def _advice(document: Any) -> str:
    if isinstance(document, _NO_TOKENS):
        return "decode bytes"
    if isinstance(document, os.PathLike):
        return "read the file, or pass its path as corpus_file= if it has one tokenized document per line"
    if hasattr(document, "as_py"):
        return "convert the column of pyarrow's by its to_pylist()"
    return "decode bytes, and remove or fill in missing values"
