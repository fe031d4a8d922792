"""The protocol of a distributed corpus."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Protocol, runtime_checkable

from gensim_distill.contexts.views import View
from gensim_distill.corpus.counting import WordCounts
from gensim_distill.corpus.documents import Document
from gensim_distill.corpus.reader import TextReader
from gensim_distill.statistics.corpus_statistics import ShardStatistics
from gensim_distill.teachers.protocol import Teacher


@runtime_checkable
class DistributedCorpus(Protocol):
    """A corpus with workers of its own, which count its words and run the teacher on it.

    The results must equal those of one process that iterates over its documents. The protocol consists of methods
    only, because ``isinstance`` would compute the value of a property.

    The methods share these parameters:

    reader : TextReader
        Splits documents into words.
    teacher : Teacher
    views : sequence of View
        The contexts to collect statistics of.
    vocabulary : mapping of str to int
        The index of each word.
    progress : bool or None
        Whether to show a progress bar; None shows it on a terminal.
    """

    def shard_size(self) -> int:
        """Return the approximate size in bytes of a shard, the part of the corpus that a worker processes at a time."""
        ...

    def start(self) -> None:
        """Start the workers without waiting for them."""
        ...

    def count_words(
        self,
        reader: TextReader,
        max_vocab_size: int | None,
        trim_rule: Callable[[str, int, int], int] | None,
        progress: bool | None,
    ) -> WordCounts:
        """Count the words of the corpus.

        Parameters
        ----------
        reader, progress
        max_vocab_size, trim_rule
            As in :class:`gensim.models.Word2Vec`.
        """
        ...

    def iter_shard_statistics(
        self,
        reader: TextReader,
        teacher: Teacher,
        views: Sequence[View],
        vocabulary: Mapping[str, int],
        contexts_per_word: int | None,
        seed: int,
        progress: bool | None,
        expected_documents: int | None,
        processed_shards: int | None,
    ) -> Iterator[ShardStatistics]:
        """Run the teacher on the corpus, and yield the statistics of successive shards.

        Parameters
        ----------
        reader, teacher, views, vocabulary, progress
        contexts_per_word : int or None
            The budget; None reads every document.
        seed : int
            The seed of the budget.
        expected_documents : int or None
            The number of documents, for the progress bar.
        processed_shards : int or None
            The number of shards to skip because a checkpoint has their statistics. With a number, the statistics
            include the hashes of their shards; with None, no shards are skipped and none are hashed.
        """
        ...

    def shard_hashes(self, number: int | None, progress: bool | None) -> Iterator[bytes]:
        """Yield the hashes of the first `number` shards, of all with None, without the teacher."""
        ...

    def read_isolated_words(
        self,
        reader: TextReader,
        teacher: Teacher,
        views: Sequence[View],
        words: Sequence[Document],
        vocabulary: Mapping[str, int],
        progress: bool | None,
    ) -> Iterator[ShardStatistics]:
        """Run the teacher on isolated words, and yield their statistics; each of `words` is a document of one word."""
        ...

    def close(self) -> None:
        """End the workers; a later call of another method starts them again."""
        ...
