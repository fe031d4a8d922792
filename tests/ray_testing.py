"""Corpora on Ray that share actors, for the tests of distributed training."""

from __future__ import annotations

from typing import Any

import numpy as np
from conftest import CORPUS
from text_objective import assert_same_texts

from gensim_distill import DistilledWord2Vec
from gensim_distill.distributed import RayCorpus
from gensim_distill.distributed.actor_pool import ActorPool

LINES = [" ".join(tokens) for tokens in CORPUS * 25]


class SharedPool(ActorPool):
    """Actors that live on after the errors of a training, since they take seconds to start; closing waits until they are idle."""

    closed_by_errors = 0

    def close(self) -> None:
        self.closed_by_errors += 1
        for pending in (self._starting, self._busy):
            for reference, actor in list(pending.items()):
                del pending[reference]
                try:
                    self._ray.get(reference)
                except self._ray.exceptions.RayActorError:
                    self._start()
                except Exception:  # of the job, which an actor survives
                    self._idle.append(actor)
                else:
                    self._idle.append(actor)

    def end(self) -> None:
        super().close()


class SharedPoolCorpus(RayCorpus):
    """A corpus that leaves its actors running for the next one."""

    def close(self) -> None:
        self._pool = None


def ray_corpus(pool: ActorPool, source: Any, **settings: Any) -> RayCorpus:
    corpus = SharedPoolCorpus(source, num_workers=2, **({"shard_bytes": 400} | settings))
    corpus._pool = pool
    return corpus


def distill(corpus: Any, teacher: Any, **settings: Any) -> DistilledWord2Vec:
    return DistilledWord2Vec(corpus, teacher=teacher, **({"min_count": 2, "dtype": "float32"} | settings))


def assert_equal_models(one: DistilledWord2Vec, other: DistilledWord2Vec, tolerance: float = 1e-4) -> None:
    """Check that two models have the same counts and statistics, up to a share of the largest, and the same products of vectors."""
    assert one.wv.index_to_key == other.wv.index_to_key
    assert one.corpus_count == other.corpus_count
    assert one.corpus_total_words == other.corpus_total_words
    np.testing.assert_array_equal(one.wv.expandos["count"], other.wv.expandos["count"])
    scale = np.linalg.norm(one.wv.vectors, axis=1).mean()
    # A teacher's rounding depends on the batch that a text is in, and shards are other batches: statistics differ by
    # rounding. In the components without variance, beyond the rank of a few texts, vectors are rounding alone, and components of
    # nearly equal variance rotate; products of vectors do not change by either.
    products, others = (model.wv.vectors @ model.wv.vectors.T / scale**2 for model in (one, other))
    np.testing.assert_allclose(products, others, atol=10 * tolerance)
    for name, moments in one.learned.moments.items():
        np.testing.assert_array_equal(moments.counts, other.learned.moments[name].counts)
        assert moments.total_count == other.learned.moments[name].total_count
        sums, others = moments.sums, other.learned.moments[name].sums
        np.testing.assert_allclose(sums, others, rtol=0, atol=tolerance * np.abs(sums).max(initial=0))
    assert_same_texts(one.learned.texts, other.learned.texts, tolerance=0.01)


class InterruptedCorpus(SharedPoolCorpus):
    """A corpus that raises KeyboardInterrupt once the driver has fetched `most` groups of shards, and counts them."""

    fetched, most = 0, 10**9

    def iter_shard_statistics(self, *arguments: Any, **settings: Any) -> Any:
        for part in super().iter_shard_statistics(*arguments, **settings):
            if self.fetched == self.most:
                raise KeyboardInterrupt
            self.fetched += 1
            yield part


def interrupted(pool: ActorPool, source: Any, most: int = 10**9, **settings: Any) -> Any:
    corpus = ray_corpus(pool, source, **settings)
    corpus.__class__ = InterruptedCorpus
    corpus.most = most  # type: ignore[attr-defined]
    return corpus
