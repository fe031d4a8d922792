"""Workers of a distributed corpus end with the first error of a model."""

from __future__ import annotations

import traceback
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from conftest import CORPUS

from gensim_distill import DistilledWord2Vec, TextReader
from gensim_distill.corpus.counting import WordCounts
from gensim_distill.distributed.protocol import DistributedCorpus


class CountedWorkers:
    """A distributed corpus without workers, which records whether they run, and which may fail."""

    def __init__(self, fails_at: str = "", error: BaseException | None = None) -> None:
        self.running = False
        self.fails_at, self.error = fails_at, error or OSError("the machine is gone")

    def __iter__(self) -> Iterator[list[str]]:
        return iter(CORPUS)

    def _call(self, name: str) -> None:
        self.running = True
        if self.fails_at == name:
            raise self.error

    def shard_size(self) -> int:
        return 1

    def start(self) -> None:
        self._call("start")

    def count_words(self, reader: TextReader, *args: Any) -> WordCounts:
        self._call("count_words")
        counts = WordCounts()
        counts.add(self, reader)
        return counts

    def iter_shard_statistics(self, *args: Any, **settings: Any) -> Iterator[Any]:
        self._call("iter_shard_statistics")
        yield from ()

    def shard_hashes(self, *args: Any) -> Iterator[bytes]:
        yield from ()

    def read_isolated_words(self, *args: Any) -> Iterator[Any]:
        self._call("read_isolated_words")
        yield from ()

    def close(self) -> None:
        self.running = False


def trim(word: str, count: int, min_count: int) -> int:
    raise ZeroDivisionError("in the rule")


@pytest.mark.parametrize(
    "construct",
    [
        lambda corpus, teacher: DistilledWord2Vec(corpus, teacher="/no/such/teacher"),
        lambda corpus, teacher: DistilledWord2Vec(corpus, teacher=teacher, vector_size=10**6),
        lambda corpus, teacher: DistilledWord2Vec(corpus, teacher=teacher, layers=99),
        lambda corpus, teacher: DistilledWord2Vec(corpus, teacher=teacher, min_count=10**6),
        lambda corpus, teacher: DistilledWord2Vec(sentences=corpus, teacher=teacher, min_count=1, trim_rule=trim),
        lambda corpus, teacher: DistilledWord2Vec(teacher=teacher, min_count=10**6).build_vocab(corpus),
        lambda corpus, teacher: DistilledWord2Vec(teacher=teacher, min_count=10**6).build_vocab(corpus_iterable=corpus),
        lambda corpus, teacher: DistilledWord2Vec(teacher=teacher).train(corpus),
    ],
    ids=["teacher", "vector_size", "layers", "min_count", "trim_rule", "build_vocab", "keyword", "train"],
)
def test_workers_end_when_the_model_fails(construct: Callable[..., Any], teacher: Any) -> None:
    corpus = CountedWorkers()
    corpus.start()
    assert isinstance(corpus, DistributedCorpus)
    with pytest.raises(Exception, match=r"."):
        construct(corpus, teacher)
    assert not corpus.running


@pytest.mark.parametrize("fails_at", ["start", "count_words", "iter_shard_statistics"])
@pytest.mark.parametrize("error", [OSError("the machine is gone"), KeyboardInterrupt(), SystemExit(3)])
def test_workers_end_when_the_corpus_fails(fails_at: str, error: BaseException, teacher: Any) -> None:
    corpus = CountedWorkers(fails_at, error)
    with pytest.raises(type(error)):
        DistilledWord2Vec(corpus, teacher=teacher, min_count=1, objective="aggregate", contexts_per_word=None)
    assert not corpus.running


def test_interruption_is_one_sentence(teacher: Any) -> None:
    corpus = CountedWorkers("iter_shard_statistics", KeyboardInterrupt())
    with pytest.raises(KeyboardInterrupt, match=r"^Interrupted, and the workers have ended: .*\.$") as raised:
        DistilledWord2Vec(corpus, teacher=teacher, min_count=1, objective="aggregate", contexts_per_word=None)
    lines = "".join(traceback.format_exception(raised.value)).splitlines()
    assert len(lines) < 12
    assert not any("iter_shard_statistics" in line for line in lines)
