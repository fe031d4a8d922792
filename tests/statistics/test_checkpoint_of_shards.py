"""Checkpoints of a distributed corpus, and what a checkpoint keeps when a pass is interrupted or finished."""

from __future__ import annotations

import errno
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import ArrayLike

from gensim_distill.contexts.scopes import ContextBatch
from gensim_distill.contexts.views import View
from gensim_distill.statistics.checkpoint import Checkpoint
from gensim_distill.statistics.checkpoint_files import CheckpointFiles
from gensim_distill.statistics.corpus_statistics import CorpusStatistics, ShardStatistics
from gensim_distill.statistics.text_store import TextStore

VIEW = View((0,), "token")
WORDS, WIDTH = 4, 3


def statistics() -> CorpusStatistics:
    return CorpusStatistics.empty([VIEW], WORDS, WIDTH)


def contexts_of(words: ArrayLike) -> dict[str, ContextBatch]:
    """Return the contexts of one document: ones."""
    found = np.asarray(words)
    contexts = np.ones((len(found), WIDTH), dtype=np.float32)
    return {VIEW.name: ContextBatch(found, np.arange(len(found)), contexts, np.array([len(found)]))}


def shard(words: Sequence[int], *hashes: bytes) -> ShardStatistics:
    """Return the statistics of a document, with rows for its words only."""
    own = np.unique(words)
    found = CorpusStatistics.empty([VIEW], len(own), WIDTH)
    found.add(contexts_of(np.searchsorted(own, words)))
    return ShardStatistics(own, found, corpus_documents=3, shard_hashes=hashes)


def interrupt_after(shards: Sequence[ShardStatistics], folder: Path) -> None:
    with pytest.raises(KeyboardInterrupt), Checkpoint(statistics(), folder) as checkpoint:
        for each in shards:
            checkpoint.add_shard(each)
        raise KeyboardInterrupt


def test_shards_are_added_up_and_resumed(tmp_path: Path) -> None:
    interrupt_after([shard([0, 1], b"first"), shard([1, 3, 3], b"second", b"third")], tmp_path)
    with Checkpoint(statistics(), tmp_path) as checkpoint:
        assert (checkpoint.shards, checkpoint.corpus_documents, checkpoint.statistics.documents) == (3, 6, 2)
        assert checkpoint.statistics.moments[VIEW.name].counts.tolist() == [1, 2, 0, 2]
        checkpoint.check_shards([b"first", b"second", b"third"])


@pytest.mark.parametrize(
    "others",
    [
        [],
        [b"first"],
        [b"second", b"first"],
        [b"first", b"other"],
        [b"other", b"second"],
        [b"first", b"second", b"third"],
        [b"first", b"second", b"first", b"second"],
    ],
)
def test_other_shards_raise(tmp_path: Path, others: list[bytes]) -> None:
    interrupt_after([shard([0], b"first"), shard([1], b"second")], tmp_path)
    with Checkpoint(statistics(), tmp_path) as checkpoint:
        with pytest.raises(ValueError, match="made with a different corpus, whose first 2 shards are not the same"):
            checkpoint.check_shards(others)
        checkpoint.check_shards([b"first", b"second"])


def test_a_pass_that_reads_nothing_leaves_no_contexts(tmp_path: Path) -> None:
    with pytest.raises(KeyboardInterrupt), Checkpoint(statistics(), tmp_path, contexts=100) as checkpoint:
        assert checkpoint.store is not None
        checkpoint.store.add(contexts_of([0, 1])[VIEW.name])
        raise KeyboardInterrupt
    assert [path.name for path in tmp_path.iterdir() if path.suffix != ".lock"] == []


def test_finished_statistics_have_the_given_moments_and_texts(tmp_path: Path) -> None:
    first = statistics()
    first.texts = TextStore(WIDTH)
    with Checkpoint(first, tmp_path) as checkpoint:
        checkpoint.add_shard(ShardStatistics(np.arange(WORDS), statistics(), shard_hashes=(b"first",)))
        own = statistics()
        own.add(contexts_of([2]))
        checkpoint.finish(own.moments)
    again = statistics()
    again.texts = TextStore(WIDTH)
    with Checkpoint(again, tmp_path) as checkpoint:
        assert checkpoint.complete
        assert checkpoint.statistics.texts is None
        assert checkpoint.statistics.moments[VIEW.name].counts.tolist() == [0, 0, 1, 0]


def test_statistics_that_the_caller_may_have_changed_are_not_saved(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    attempts = []

    def full(*args: Any) -> None:
        attempts.append(args)
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(CheckpointFiles, "save", full)
    with pytest.raises(KeyboardInterrupt), Checkpoint(statistics(), tmp_path) as checkpoint:
        checkpoint.add_shard(shard([0, 1], b"first"))
        checkpoint.end_of_corpus()
        checkpoint.statistics.moments[VIEW.name].sums += 1.0
        raise KeyboardInterrupt
    assert len(attempts) == 1


def test_stored_contexts_need_no_more_disk_space(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []
    monkeypatch.setattr(CheckpointFiles, "check_disk_space", lambda self, *sizes: asked.append(sizes))
    with pytest.raises(KeyboardInterrupt), Checkpoint(statistics(), tmp_path, size=500, contexts=100) as checkpoint:
        assert list(checkpoint.skip_processed([["0", "1"]])) == [["0", "1"]]
        checkpoint.add(contexts_of([0, 1]))
        raise KeyboardInterrupt
    [contexts] = tmp_path.glob("*contexts*")
    with Checkpoint(statistics(), tmp_path, size=500, contexts=100):
        pass
    with Checkpoint(statistics(), tmp_path / "other"):
        pass
    assert asked == [(500, 100, 0), (500, 100, contexts.stat().st_size), (0, 0, 0)]
