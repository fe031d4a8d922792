"""What workers do with the shards of a corpus, and how what comes of it is merged."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from gensim.utils import prune_vocab

from gensim_distill.contexts.teacher_pass import read_contexts
from gensim_distill.contexts.views import View
from gensim_distill.corpus.context_budget import ContextBudget
from gensim_distill.corpus.counting import WordCounts
from gensim_distill.corpus.reader import TextReader
from gensim_distill.statistics.corpus_statistics import CorpusStatistics, ShardStatistics
from gensim_distill.statistics.hashes import hash_documents
from gensim_distill.teachers import Teacher
from gensim_distill.teachers.serialization import SerializedTeacher


@dataclass
class CountWords:
    """The job of counting the words of a shard."""

    reader: TextReader

    def __call__(self, shard: Any, number: int, has_gpu: bool) -> tuple[WordCounts, int]:
        """Do it; see ``Job`` in :mod:`gensim_distill.distributed.actor_pool`."""
        counts = WordCounts()
        for item in shard:
            counts.add(item, self.reader.keys(item))
        return counts, counts.documents


@dataclass
class ScanBudget:
    """The job of finding out which texts of a shard a budget has to choose from."""

    reader: TextReader
    contexts_per_word: int
    vocabulary: Mapping[str, int]
    seed: int

    def __call__(self, shard: Any, number: int, has_gpu: bool) -> tuple[Any, int]:
        """Do it; see ``Job`` in :mod:`gensim_distill.distributed.actor_pool`."""
        budget: Any = ContextBudget(self.contexts_per_word, self.vocabulary, self.seed)
        count = itertools.count()
        budget.scan((self.reader.keys(item) for item, _ in zip(shard, count)), part=number)
        budget._vocabulary = {}  # those that merge need it not, and it would be sent with each shard
        return budget, next(count)


# Of this worker: the teacher that it was sent last, by its token.
_TEACHERS: dict[str, Teacher] = {}


def _unpacked(packed: SerializedTeacher, has_gpu: bool) -> Teacher:
    if packed.token not in _TEACHERS:
        _TEACHERS.clear()
        _TEACHERS[packed.token] = packed.load(has_gpu)
    return _TEACHERS[packed.token]


@dataclass
class CollectStatistics:
    """The job of reading a shard with the teacher."""

    packed: SerializedTeacher
    views: tuple[View, ...]
    reader: TextReader
    vocabulary: Mapping[str, int]
    budget: Any
    hashed: bool = False

    def __call__(self, shard: Any, number: int, has_gpu: bool) -> tuple[ShardStatistics, int]:
        """Do it; see ``Job`` in :mod:`gensim_distill.distributed.actor_pool`."""
        teacher = _unpacked(self.packed, has_gpu)
        items = list(shard)
        chosen = items if self.budget is None else list(self.budget.select(items, self.reader.keys, part=number))
        # Only words that occur have a row: the shard is small, and the vocabulary may not be.
        present = {key: self.vocabulary[key] for i in chosen for key in self.reader.keys(i) if key in self.vocabulary}
        words = np.array(sorted(present.values()), dtype=np.int64)
        local = {key: place for place, key in enumerate(sorted(present, key=present.__getitem__))}
        reading = CorpusStatistics.empty(self.views, len(words), teacher.width)
        for contexts in read_contexts(chosen, self.reader, teacher, self.views, local, whole=False):
            reading.add(contexts)
            del contexts  # which would stay while the next are read
        for moments in reading.moments.values():
            moments.round_sums()  # once for each shard; to write and to read what it gives takes a part of the time
        hashes = (hash_documents(items),) if self.hashed else ()
        return ShardStatistics(words, reading, len(items), hashes), len(items)


def hash_shard(shard: Any, number: int, has_gpu: bool) -> tuple[tuple[bytes, ...], int]:
    """Do the job of hashing the texts of a shard."""
    items = list(shard)
    return (hash_documents(items),), len(items)


def join_hashes(parts: Sequence[tuple[bytes, ...]]) -> tuple[bytes, ...]:
    """Lay the hashes of shards end to end."""
    return tuple(itertools.chain.from_iterable(parts))


def merge_counts(parts: Sequence[WordCounts], max_vocab_size: int | None, trim_rule: Any) -> WordCounts:
    """Add counts up in the order of their shards."""
    total = WordCounts()
    for part in parts:
        total.merge(part)
    prune_counts(total, max_vocab_size, trim_rule)
    return total


def prune_counts(counts: WordCounts, max_vocab_size: int | None, trim_rule: Any) -> None:
    """Leave out the rarest words, as gensim does, while there are too many."""
    least = 1
    while max_vocab_size and len(counts.words) > max_vocab_size and least <= max(counts.words.values()):
        prune_vocab(counts.words, least, trim_rule=trim_rule)
        least += 1


def merge_budgets(parts: Sequence[Any]) -> Any:
    """Merge budgets, into the first of them."""
    total, *others = parts
    total.merge(*others)
    return total
