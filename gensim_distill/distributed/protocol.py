"""What a distributed corpus is: one with workers of its own."""

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
    """A corpus that has workers of its own, which count its words and let teachers read it.

    What they give must be the same as if the items, over which it can be iterated, were gone through here.

    It has methods only: to see whether an attribute is there would compute it.
    """

    def shard_size(self) -> int:
        """Give about how many bytes of it are a shard, the part that a worker reads at a time."""
        ...

    def start(self) -> None:
        """Start the workers, who will soon be needed, and do not wait for them."""
        ...

    def count_words(
        self,
        reader: TextReader,
        max_vocab_size: int | None,
        trim_rule: Callable[[str, int, int], int] | None,
        progress: bool | None,
    ) -> WordCounts:
        """Count the words of the corpus."""
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
        """Let teachers read the corpus, or what the budget leaves of it, and give what they gather part by part.

        With a number for `processed_shards`, so many shards have been read before, and what is given tells the hashes of its own.
        """
        ...

    def shard_hashes(self, number: int | None, progress: bool | None) -> Iterator[bytes]:
        """Give the hashes of the first shards, or of all, without a teacher."""
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
        """Let teachers read words by themselves."""
        ...

    def close(self) -> None:
        """End the workers, which will not be needed for now."""
        ...
