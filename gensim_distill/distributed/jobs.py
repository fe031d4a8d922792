"""The jobs of workers, each a function of a shard, and the functions that merge their results."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from gensim.utils import prune_vocab

from gensim_distill.contexts.teacher_pass import read_contexts
from gensim_distill.contexts.unknown_subwords import UnknownSubwords
from gensim_distill.contexts.views import View, passage_sizes
from gensim_distill.corpus.context_budget import ContextBudget
from gensim_distill.corpus.counting import WordCounts
from gensim_distill.corpus.documents import without_rows
from gensim_distill.corpus.passages import PassageSizes, divide_documents
from gensim_distill.corpus.reader import TextReader
from gensim_distill.statistics.corpus_statistics import CorpusStatistics, ShardStatistics
from gensim_distill.statistics.hashes import hash_documents
from gensim_distill.teachers import Teacher
from gensim_distill.teachers.serialization import SerializedTeacher


@dataclass
class CountWords:
    """The job that counts the words of a shard."""

    reader: TextReader

    def __call__(self, shard: Any, number: int, has_gpu: bool) -> tuple[WordCounts, int]:
        """Process a shard; see ``Job`` in :mod:`gensim_distill.distributed.actor_pool`."""
        counts = WordCounts()
        counts.add(without_rows(shard), self.reader)
        return counts, counts.documents


@dataclass
class ScanBudget:
    """The job that finds the passages of a shard from which a budget can select."""

    reader: TextReader
    contexts_per_word: int
    vocabulary: Mapping[str, int]
    seed: int
    sizes: PassageSizes

    def __call__(self, shard: Any, number: int, has_gpu: bool) -> tuple[ContextBudget, int]:
        """Process a shard; see ``Job`` in :mod:`gensim_distill.distributed.actor_pool`."""
        budget = ContextBudget(self.contexts_per_word, self.vocabulary, self.seed, self.reader, self.sizes)
        count = itertools.count()
        budget.scan((item for item, _ in zip(shard, count)), part=number)
        budget.drop_vocabulary()  # merging does not need it, and it would be sent with each shard
        return budget, next(count)


# The last teacher that was sent to this worker, by its token.
_TEACHERS: dict[str, Teacher] = {}


def _loaded(teacher: SerializedTeacher, has_gpu: bool) -> Teacher:
    """Return the teacher that was serialized, loaded once per worker."""
    if teacher.token not in _TEACHERS:
        _TEACHERS.clear()
        _TEACHERS[teacher.token] = teacher.load(has_gpu)
    return _TEACHERS[teacher.token]


@dataclass
class CollectStatistics:
    """The job that runs the teacher on a shard."""

    teacher: SerializedTeacher
    views: tuple[View, ...]
    reader: TextReader
    vocabulary: Mapping[str, int]
    budget: ContextBudget | None
    hashed: bool = False

    def __call__(self, shard: Any, number: int, has_gpu: bool) -> tuple[ShardStatistics, int]:
        """Process a shard; see ``Job`` in :mod:`gensim_distill.distributed.actor_pool`."""
        teacher = _loaded(self.teacher, has_gpu)
        documents = list(shard)
        if self.budget is None:
            selected = list(divide_documents(documents, self.reader, passage_sizes(self.views).largest))
        else:
            selected = list(self.budget.select(documents, part=number))
        # Only words that occur have a row: the vocabulary may be far larger than the shard.
        present = {
            key: self.vocabulary[key]
            for document in selected
            for key in self.reader.keys(document)
            if key in self.vocabulary
        }
        words = np.array(sorted(present.values()), dtype=np.int64)
        local_index = {key: index for index, key in enumerate(sorted(present, key=present.__getitem__))}
        statistics = CorpusStatistics.empty(self.views, len(words), teacher.width, list(local_index))
        unknown = UnknownSubwords()
        for contexts in read_contexts(
            selected, self.reader, teacher, self.views, local_index, is_shard=True, unknown=unknown
        ):
            statistics.add(contexts)
            del contexts  # frees the memory before the next ones are read
        for moments in statistics.moments.values():
            moments.round_sums()  # fewer bytes to send
        shard_hashes = (hash_documents(documents),) if self.hashed else ()
        return ShardStatistics(words, statistics, len(documents), shard_hashes, unknown), len(documents)


def hash_shard(shard: Any, number: int, has_gpu: bool) -> tuple[tuple[bytes, ...], int]:
    """Hash the documents of a shard; see ``Job`` in :mod:`gensim_distill.distributed.actor_pool`."""
    documents = list(shard)
    return (hash_documents(documents),), len(documents)


def join_hashes(parts: Sequence[tuple[bytes, ...]]) -> tuple[bytes, ...]:
    """Concatenate the hashes of shards."""
    return tuple(itertools.chain.from_iterable(parts))


def merge_counts(parts: Sequence[WordCounts], max_vocab_size: int | None, trim_rule: Any) -> WordCounts:
    """Merge counts in the order of their shards; see :func:`prune_counts`."""
    total = WordCounts()
    for part in parts:
        total.merge(part)
    prune_counts(total, max_vocab_size, trim_rule)
    return total


def prune_counts(counts: WordCounts, max_vocab_size: int | None, trim_rule: Any) -> None:
    """Remove the rarest words, as gensim does, while there are more than `max_vocab_size`."""
    min_reduce = 1
    while max_vocab_size and len(counts.words) > max_vocab_size and min_reduce <= max(counts.words.values()):
        prune_vocab(counts.words, min_reduce, trim_rule=trim_rule)
        min_reduce += 1


def merge_budgets(parts: Sequence[ContextBudget]) -> ContextBudget:
    """Merge budgets into the first of them."""
    total, *others = parts
    total.merge(*others)
    return total
