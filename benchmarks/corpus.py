"""The corpus of a benchmark: a file of tokenized sentences, lower-cased."""

from __future__ import annotations

import itertools
from collections.abc import Iterator

from gensim.models.word2vec import LineSentence


class Lines:
    """The first lines of a file, which may be compressed."""

    def __init__(self, path: str, limit: int | None) -> None:
        self.path, self.limit = path, limit

    def __iter__(self) -> Iterator[list[str]]:
        for tokens in itertools.islice(LineSentence(self.path), self.limit):
            yield [token.lower() for token in tokens]
