"""Batches of passages, and of the longer passages of which they are parts."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field

import numpy as np

from gensim_distill._utils.arrays import IntArray
from gensim_distill.corpus.documents import Document, check_tokens
from gensim_distill.corpus.passage_candidates import Passages
from gensim_distill.corpus.passages import PassageSizes, count_words, divide
from gensim_distill.corpus.reader import TextReader
from gensim_distill.corpus.word_lookup import WordLookup

# The size of a batch in characters: five per token, and some for each passage, so that empty ones do not pile up.
_CHARACTERS, _CHARACTERS_PER_TOKEN, _CHARACTERS_PER_PASSAGE = 500_000, 5, 64


@dataclass(slots=True)
class PassageColumns:
    """Passages with the number of the document of each, and its size.

    Attributes
    ----------
    passages : list of (str or list of str)
    ordinals : list of int
    sizes : list of int
        As counted by :func:`~gensim_distill.corpus.passages.count_words`.
    """

    passages: list[Document] = field(default_factory=list)
    ordinals: list[int] = field(default_factory=list)
    sizes: list[int] = field(default_factory=list)

    def __len__(self) -> int:
        return len(self.sizes)


@dataclass(slots=True)
class PassageBatch:
    """Successive passages of a corpus.

    Attributes
    ----------
    passages : PassageColumns
        Lists of tokens are lists.
    texts : PassageColumns
        Longer passages, which consist of several of the passages.
    text_of : list of int
        The number of the longer passage of which each passage is a part, or -1.
    """

    passages: PassageColumns = field(default_factory=PassageColumns)
    texts: PassageColumns = field(default_factory=PassageColumns)
    text_of: list[int] = field(default_factory=list)

    def with_known_words(
        self, lookup: WordLookup, hash_of: Callable[[Document], int], part: int
    ) -> tuple[Passages, Passages]:
        """Return the passages, and the longer ones, that have words of the vocabulary.

        Parameters
        ----------
        lookup : WordLookup
            Finds the words of the vocabulary.
        hash_of : callable
            A function from a passage to its hash.
        part : int
            The number of the part of the corpus.

        Returns
        -------
        tuple of two Passages
        """
        rows, passage_of = self._known_words(lookup)
        text_of = np.array(self.text_of, dtype=np.int64)
        # The last one is that of passages which are no part of a longer one.
        text_hashes = np.array([*map(hash_of, self.texts.passages), 0], dtype=np.uint64)
        found, words, lengths = _distinct(passage_of, rows)
        hashes = [hash_of(self.passages.passages[i]) for i in found.tolist()]
        ordinals, sizes = (np.array(column)[found] for column in (self.passages.ordinals, self.passages.sizes))
        passages = Passages.of(hashes, text_hashes[text_of[found]], part, ordinals, sizes, words, lengths)
        if not len(self.texts):
            return passages, Passages.empty()
        in_text = text_of[passage_of] >= 0
        found, words, lengths = _distinct(text_of[passage_of[in_text]], rows[in_text])
        ordinals, sizes = (np.array(column)[found] for column in (self.texts.ordinals, self.texts.sizes))
        hashes_found = text_hashes[found]
        return passages, Passages.of(hashes_found, hashes_found, part, ordinals, sizes, words, lengths)

    def _known_words(self, lookup: WordLookup) -> tuple[IntArray, IntArray]:
        """Return the row of each known word, and the number of its passage."""
        passages = self.passages.passages
        if all(isinstance(passage, str) for passage in passages):
            rows, lengths = lookup.rows(passages)
            return rows, np.repeat(np.arange(len(lengths)), lengths)
        keys = list(map(lookup.reader.keys, passages))
        rows, known = lookup.rows_of_keys(list(itertools.chain.from_iterable(keys)))
        return rows, np.repeat(np.repeat(np.arange(len(keys)), list(map(len, keys))), known)


def _distinct(owners: IntArray, rows: IntArray) -> tuple[IntArray, IntArray, IntArray]:
    """Return the owners of words, the different words of each, concatenated, and the number of these of each."""
    size = int(rows.max(initial=0)) + 1
    pairs = np.unique(owners * size + rows)
    found, lengths = np.unique(pairs // size, return_counts=True)
    return found, pairs % size, lengths


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
            for part in divide(text, reader, sizes.words):
                passage = part if isinstance(part, str) else check_tokens(part)
                batch.passages.passages.append(passage)
                batch.passages.ordinals.append(ordinal)
                batch.passages.sizes.append(count_words(passage))
                batch.text_of.append(-1)
                size += _CHARACTERS_PER_PASSAGE + per_item * len(passage)
                if sizes.texts is None and size > _CHARACTERS:
                    yield batch
                    batch, size = PassageBatch(), 0
            number = len(batch.passages) - begin
            if sizes.texts is not None and number > 1:
                batch.text_of[begin:] = itertools.repeat(len(batch.texts), number)
                batch.texts.passages.append(text)
                batch.texts.ordinals.append(ordinal)
                batch.texts.sizes.append(sum(batch.passages.sizes[begin:]))
            if size > _CHARACTERS:
                yield batch
                batch, size = PassageBatch(), 0
    if len(batch.passages):
        yield batch
