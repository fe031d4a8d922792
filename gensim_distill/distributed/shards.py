"""Shards: parts of a corpus that refer to their documents and read them only on a worker."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from gensim.models.word2vec import MAX_WORDS_IN_BATCH

from gensim_distill._utils.extras import needs
from gensim_distill.corpus.documents import Document
from gensim_distill.distributed.files import TextFile

# A compressed file can only be read from its beginning, so the bytes to decompress grow with the square of its shards.
_MAX_COMPRESSED_SHARDS = 64


@dataclass(frozen=True)
class LineShard:
    """The lines of a file that begin in a range of its bytes, one document each.

    As in :class:`gensim.models.word2vec.LineSentence`, empty lines are skipped, and a tokenized line of more than
    10,000 tokens is split into several documents.

    Attributes
    ----------
    file : TextFile
    start, end : int
        The range of bytes, decompressed; an `end` of None is the end of the file.
    tokenized : bool
        Whether lines are tokens separated by spaces; otherwise they are raw text.
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
                stream.readline()  # the rest of a line of the previous shard
            position = stream.tell()
            while self.end is None or position < self.end:
                line = stream.readline()
                if not line:
                    return
                try:
                    # A byte-order mark at the beginning of a file is no part of its first word.
                    string = line.decode("utf-8" if position else "utf-8-sig")
                except UnicodeDecodeError as error:
                    raise ValueError(
                        f"{self.file.path!r} is not text in UTF-8: at byte {position + error.start} it has "
                        f"{line[error.start : error.start + 1]!r}. Files must have one document per line."
                    ) from error
                if "\0" in string:
                    raise ValueError(
                        f"{self.file.path!r} is not a text file, or not in UTF-8: the line at byte {position} has a zero byte. Files "
                        "must have one document per line."
                    )
                for part in string.split("\r"):  # a file may also have "\r" only
                    yield from documents_of(part, self.tokenized)
                position += len(line)


@dataclass(frozen=True)
class RowShard:
    """A range of rows of a block of a Ray Dataset, in the cluster's object store.

    Attributes
    ----------
    block : ray.ObjectRef
        The block, an Arrow table.
    number : int
        The number of the block.
    column : str
        The column with the documents.
    start, end : int
        The range of rows.
    tokenized : bool
        Whether strings are tokens separated by spaces; otherwise they are raw text.
    """

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
                yield from documents_of(value, self.tokenized)
            elif isinstance(value, list):
                yield value
            else:
                raise TypeError(
                    f"Column {self.column!r} has {value!r} of type {type(value).__name__} in row {self.start + row} of {self}: "
                    "expected a string or a list of tokens."
                )


@dataclass(frozen=True)
class DocumentShard:
    """Documents that are sent to the worker themselves."""

    documents: Sequence[Document]

    def __iter__(self) -> Iterator[Document]:
        return iter(self.documents)


def documents_of(string: str, tokenized: bool) -> Iterator[Document]:
    """Yield the documents of a line: the line itself, or its tokens; none for an empty line.

    Examples
    --------
    >>> from gensim_distill.distributed.shards import documents_of
    >>> list(documents_of("Hello , world !", tokenized=True)), list(documents_of("Hello, world!", tokenized=False))
    ([['Hello', ',', 'world', '!']], ['Hello, world!'])
    """
    if not tokenized:
        stripped = string.strip()
        if stripped:
            yield stripped
        return
    tokens = string.replace("\ufeff", "").split()  # without a byte-order mark
    for start in range(0, len(tokens), MAX_WORDS_IN_BATCH):
        yield tokens[start : start + MAX_WORDS_IN_BATCH]


def divide_file(file: TextFile, length: int | None, shard_bytes: int, tokenized: bool) -> list[LineShard]:
    """Divide a file into shards.

    Parameters
    ----------
    file : TextFile
    length : int or None
        The size of the file in bytes, decompressed; with None the whole file is one shard.
    shard_bytes : int
        The size of a shard; compressed files have at most 64 shards, which may be larger.
    tokenized : bool
        As in :class:`LineShard`.
    """
    if length is None:
        return [LineShard(file, 0, None, tokenized)]
    if file.compressed:
        shard_bytes = max(shard_bytes, -(-length // _MAX_COMPRESSED_SHARDS))
    return [
        LineShard(file, start, min(start + shard_bytes, length), tokenized) for start in range(0, length, shard_bytes)
    ]
