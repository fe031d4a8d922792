"""Batches of passages, and of the longer passages of which they are parts."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from gensim_distill.corpus.documents import Document, check_tokens
from gensim_distill.corpus.passages import PassageSizes, divide
from gensim_distill.corpus.reader import TextReader

# The size of a batch in characters: five per token, and some for each passage, so that empty ones do not pile up.
_CHARACTERS, _CHARACTERS_PER_TOKEN, _CHARACTERS_PER_PASSAGE = 500_000, 5, 64


@dataclass(slots=True)
class PassageBatch:
    """Successive passages of a corpus.

    Attributes
    ----------
    passages : list of (str or list of str)
    ordinals : list of int
        The number of the document of each passage.
    texts : list of (str or list of str)
        Longer passages, which consist of several of the passages.
    text_of : list of int
        The number of the longer passage of which each passage is a part, or -1.
    """

    passages: list[str | list[str]] = field(default_factory=list)
    ordinals: list[int] = field(default_factory=list)
    texts: list[Document] = field(default_factory=list)
    text_of: list[int] = field(default_factory=list)


def passage_batches(documents: Iterable[Document], reader: TextReader, sizes: PassageSizes) -> Iterator[PassageBatch]:
    """Yield the passages of documents in batches, in order.

    Parameters
    ----------
    documents : iterable of str or of lists of str
        They are streamed.
    reader : TextReader
    sizes : PassageSizes

    Yields
    ------
    PassageBatch
        Longer passages are in one batch with their parts.
    """
    batch, size = PassageBatch(), 0
    for ordinal, document in enumerate(documents):
        per_item = 1 if isinstance(document, str) else _CHARACTERS_PER_TOKEN
        for text in divide(document, reader, sizes.texts):
            begin = len(batch.passages)
            for passage in divide(text, reader, sizes.words):
                batch.passages.append(passage if isinstance(passage, str) else check_tokens(passage))
                batch.ordinals.append(ordinal)
                batch.text_of.append(-1)
                size += _CHARACTERS_PER_PASSAGE + per_item * len(batch.passages[-1])
                if sizes.texts is None and size > _CHARACTERS:
                    yield batch
                    batch, size = PassageBatch(), 0
            number = len(batch.passages) - begin
            if sizes.texts is not None and number > 1:
                batch.text_of[begin:] = itertools.repeat(len(batch.texts), number)
                batch.texts.append(text)
            if size > _CHARACTERS:
                yield batch
                batch, size = PassageBatch(), 0
    if batch.passages:
        yield batch
