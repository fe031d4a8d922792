"""A corpus file of one tokenized document per line, as gensim's LineSentence reads it, with errors that name file and line."""

from __future__ import annotations

import io
import os
from collections.abc import Iterator
from typing import IO

from gensim.models.word2vec import MAX_WORDS_IN_BATCH

from gensim_distill._utils.compression import READ_ERRORS, ending_by_content, open_by_name
from gensim_distill._utils.encodings import wide_encoding

_PIECE = 1 << 20  # characters of a line held at once
_BYTE_ORDER_MARK = "\ufeff"


class LineFile:
    r"""An iterable of the documents of a file, lists of tokens that are separated by whitespace; it can be iterated again.

    As in :class:`gensim.models.word2vec.LineSentence`, empty lines are skipped, and a line of more than 10,000 tokens is divided
    into several documents. Lines may also end in ``\r\n`` or ``\r``. A byte-order mark is never part of a token.

    Parameters
    ----------
    path : str or path
        A file in UTF-8, plain or compressed as its name says (.gz, .bz2, .xz, and .zst if it can be read by smart_open).

    Raises
    ------
    ValueError
        When iterated, if the file is damaged, is no text or is not in UTF-8.
    """

    def __init__(self, path: str | os.PathLike[str]) -> None:
        self.path = os.fspath(path)

    def __repr__(self) -> str:
        return f"LineFile({self.path!r})"

    def __iter__(self) -> Iterator[list[str]]:
        try:
            try:
                with open_by_name(self.path) as file, io.TextIOWrapper(file, encoding="utf-8") as text:
                    yield from self._documents(text)
            except UnicodeDecodeError as error:
                # The file is read again, and its damage may then appear.
                raise ValueError(self._wrong_encoding()) from error
        except READ_ERRORS as error:
            if isinstance(error, OSError) and error.errno is not None:
                raise
            raise ValueError(f"{self.path!r} is damaged, or not compressed as its name says ({error}).") from error

    def _documents(self, text: IO[str]) -> Iterator[list[str]]:
        number, rest = 1, ""
        tokens: list[str] = []
        # A piece is at least as long as a token that it continues, so that a long token takes linear time.
        while piece := text.readline(max(_PIECE, len(rest))):
            if "\0" in piece:
                raise ValueError(
                    f"{self.path!r} is not a text file, or not in UTF-8: line {number} has a zero byte. Expected are documents in "
                    "UTF-8, one per line."
                )
            ended = piece.endswith("\n")
            piece = rest + piece.replace(_BYTE_ORDER_MARK, "")
            tokens += piece.split()
            rest = ""
            if ended:
                number += 1
            elif piece and not piece[-1].isspace():
                rest = tokens.pop()
            while len(tokens) >= MAX_WORDS_IN_BATCH:
                yield tokens[:MAX_WORDS_IN_BATCH]
                del tokens[:MAX_WORDS_IN_BATCH]
            if ended and tokens:
                yield tokens
                tokens = []
        if rest:
            tokens.append(rest)
        if tokens:
            yield tokens

    def _wrong_encoding(self) -> str:
        """Return a sentence on a file that is not in UTF-8, which is read again for the number of the line."""
        with open_by_name(self.path) as file:
            start = file.read(4)
        ending = ending_by_content(self.path)
        if ending is not None and not self.path.endswith(ending):
            return f"{self.path!r} is compressed, and its name does not say so: rename it to one that ends in {ending}."
        name = wide_encoding(start)
        if name is not None:
            return f"{self.path!r} is in {name}, where UTF-8 was expected: convert it, such as by iconv -f {name} -t UTF-8."
        with open_by_name(self.path) as file, io.TextIOWrapper(file, encoding="latin-1") as lines:
            for number, line in enumerate(lines, 1):
                try:
                    line.encode("latin-1").decode("utf-8")
                except UnicodeDecodeError as error:
                    found = error.object[error.start : error.end]
                    return (
                        f"{self.path!r} is not in UTF-8: line {number} has {found!r}. Convert it, such as by "
                        "iconv -f ISO-8859-1 -t UTF-8 if it is in Latin-1."
                    )
        return f"{self.path!r} is not in UTF-8."  # it changed meanwhile
