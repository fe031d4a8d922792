"""Shards: parts of a corpus that say where the documents are and do not hold them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from gensim.models.word2vec import MAX_WORDS_IN_BATCH

from gensim_distill._utils.extras import needs
from gensim_distill.corpus.documents import Document
from gensim_distill.distributed.files import TextFile

# A compressed file can be entered at its beginning only, so that what is read of it to find the places
# of its shards grows with their number.
_MOST_COMPRESSED = 64


@dataclass(frozen=True)
class LineShard:
    """Those lines of a file that begin in a range of its bytes, each a text.

    As in :class:`gensim.models.word2vec.LineSentence` empty lines are no texts, and a tokenized line
    of more than 10,000 tokens is several.
    """

    file: TextFile
    start: int
    end: int | None
    tokenized: bool

    def __str__(self) -> str:
        return f"{self.file.path!r} from byte {self.start}"

    def __iter__(self) -> Iterator[Document]:
        with self.file.named_errors(), self.file.open() as stream:
            if self.start:
                stream.seek(self.start - 1)
                stream.readline()  # the end of a line that begins in the shard before
            position = stream.tell()
            while self.end is None or position < self.end:
                line = stream.readline()
                if not line:
                    return
                try:
                    string = line.decode("utf-8")
                except UnicodeDecodeError as error:
                    raise ValueError(
                        f"{self.file.path!r} is not text in UTF-8: at byte {position + error.start} it has "
                        f"{line[error.start : error.start + 1]!r}. Give files of one text a line."
                    ) from error
                yield from items_of(string, self.tokenized)
                position += len(line)


@dataclass(frozen=True)
class RowShard:
    """Some rows of a block of a Ray Dataset, which stays where it is until it is read."""

    block: Any
    number: int
    column: str
    start: int
    end: int
    tokenized: bool

    def __str__(self) -> str:
        return f"block {self.number} of the dataset from row {self.start}"

    def __iter__(self) -> Iterator[Document]:
        table = needs("ray", "A corpus on Ray", "ray").get(self.block)
        for row, value in enumerate(table.column(self.column).slice(self.start, self.end - self.start).to_pylist()):
            if isinstance(value, str):
                yield from items_of(value, self.tokenized)
            elif isinstance(value, list):
                yield value
            else:
                raise TypeError(
                    f"Column {self.column!r} holds {value!r} of type {type(value).__name__} in row {self.start + row} of {self}, "
                    "where a string or a list of tokens was expected."
                )


@dataclass(frozen=True)
class ItemShard:
    """Items that are sent as they are."""

    items: Sequence[Document]

    def __iter__(self) -> Iterator[Document]:
        return iter(self.items)


def items_of(string: str, tokenized: bool) -> Iterator[Document]:
    """Give the items of a line: itself, or its tokens; none of an empty one.

    Examples
    --------
    >>> from gensim_distill.distributed.shards import items_of
    >>> list(items_of("Hello , world !", tokenized=True)), list(items_of("Hello, world!", tokenized=False))
    ([['Hello', ',', 'world', '!']], ['Hello, world!'])
    """
    if not tokenized:
        stripped = string.strip()
        if stripped:
            yield stripped
        return
    tokens = string.split()
    for start in range(0, len(tokens), MAX_WORDS_IN_BATCH):
        yield tokens[start : start + MAX_WORDS_IN_BATCH]


def divide_file(file: TextFile, length: int | None, shard_bytes: int, tokenized: bool) -> list[LineShard]:
    """Return the shards of a file, each of about so many bytes; one whose length is not known stays whole."""
    if length is None:
        return [LineShard(file, 0, None, tokenized)]
    if file.compressed:
        shard_bytes = max(shard_bytes, -(-length // _MOST_COMPRESSED))
    return [
        LineShard(file, start, min(start + shard_bytes, length), tokenized) for start in range(0, length, shard_bytes)
    ]
