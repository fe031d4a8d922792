"""Workers and drivers that die, and jobs that fail."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from gensim.models.word2vec import LineSentence
from platforms import needs_signals
from ray_testing import LINES, SharedPool, assert_equal_models, distill, interrupted, ray_corpus
from recording_teacher import WORKER_ENVIRONMENT, RecordingTeacher

from gensim_distill import DistilledWord2Vec, TextReader
from gensim_distill.distributed import RayCorpus
from gensim_distill.teachers import TransformerTeacher

ray = pytest.importorskip("ray")


@needs_signals
def test_killed_worker_repeats_only_its_shard(
    pool: SharedPool, file: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    log = tmp_path / "reads"

    def kill() -> None:
        while not log.exists() or len(log.read_text(encoding="utf-8").splitlines()) < 6:
            time.sleep(0.02)
        os.kill(int(log.read_text(encoding="utf-8").split("\n")[-2].split()[0]), signal.SIGKILL)

    every: dict[str, Any] = {"objective": "aggregate", "dtype": "auto", "contexts_per_word": None}
    one = distill(LineSentence(str(file)), RecordingTeacher(tmp_path / "one"), **every)
    killer = threading.Thread(target=kill, daemon=True)
    killer.start()
    corpus = ray_corpus(pool, file)
    model = distill(corpus, RecordingTeacher(log), **every)
    killer.join(timeout=60)
    assert not killer.is_alive()
    assert_equal_models(one, model)
    assert caplog.text.count("A worker died") == 1
    reads = [line.split() for line in log.read_text(encoding="utf-8").splitlines()]
    largest = max(int(number) for _, number in reads)
    assert len({process for process, _ in reads}) in (2, 3)  # the new actor may start too late
    assert len(LINES) < sum(int(number) for _, number in reads) <= len(LINES) + largest


def test_shard_that_crashes_three_workers_is_named(pool: SharedPool, file: Path, tmp_path: Path) -> None:
    model = DistilledWord2Vec(
        teacher=RecordingTeacher(tmp_path / "log", exits=True), min_count=1, objective="aggregate"
    )
    model.build_vocab(LineSentence(str(file)))
    before = model.wv.vectors.copy()
    with pytest.raises(RuntimeError, match=r"The shard '.*corpus.txt' from byte 0 failed 3 times"):
        model.train(ray_corpus(pool, file, shard_bytes=10**6))
    np.testing.assert_array_equal(model.wv.vectors, before)


class BrokenTeacher(TransformerTeacher):
    def read(self, texts: Any, layers: Any) -> Any:
        raise MemoryError("out of memory in the teacher")


def fail_on_bears(word: str) -> str:
    if word == "bears":
        raise KeyError("bears are not supported")
    return word


def test_error_of_the_job_is_raised_unchanged(
    pool: SharedPool, file: Path, bert: tuple[Any, Any], teacher: Any
) -> None:
    before = pool.closed_by_errors
    with pytest.raises(MemoryError, match="out of memory in the teacher"):
        distill(ray_corpus(pool, file), BrokenTeacher(*bert), dtype="auto")
    with pytest.raises(KeyError, match="bears are not supported"):
        distill(ray_corpus(pool, file), teacher, reader=TextReader(key=fail_on_bears))
    assert pool.closed_by_errors >= before + 2  # busy actors would go on


def test_teacher_that_cannot_be_pickled_raises(pool: SharedPool, file: Path) -> None:
    class Locked(RecordingTeacher):
        def __init__(self) -> None:
            self.lock = threading.Lock()

    with pytest.raises(TypeError, match="cannot be sent to the workers"):
        distill(ray_corpus(pool, file), Locked(), objective="aggregate", dtype="auto")


@pytest.mark.parametrize("budget", [None, 2])
def test_interrupted_training_resumes_with_the_fetched_statistics(
    pool: SharedPool, file: Path, teacher: Any, tmp_path: Path, budget: int | None, caplog: pytest.LogCaptureFixture
) -> None:
    settings: dict[str, Any] = {"dtype": "auto", "contexts_per_word": budget}
    uninterrupted = distill(ray_corpus(pool, file, shard_bytes=100), teacher, **settings)
    cache = tmp_path / "cache"
    with pytest.raises(KeyboardInterrupt):
        distill(interrupted(pool, file, 3, shard_bytes=100), teacher, **settings, cache_dir=cache)
    corpus = interrupted(pool, file, shard_bytes=100)
    parts = -(-len(corpus.shards()) // 16)
    assert parts > 4
    resumed = distill(corpus, teacher, **settings, cache_dir=cache)
    assert corpus.fetched == parts - 3
    np.testing.assert_array_equal(resumed.wv.vectors, uninterrupted.wv.vectors)
    caplog.clear()
    corpus = interrupted(pool, file, shard_bytes=100)
    again = distill(corpus, teacher, **settings, cache_dir=cache)
    assert corpus.fetched == 0
    np.testing.assert_array_equal(again.wv.vectors, uninterrupted.wv.vectors)
    assert "supplied example count" not in caplog.text


def test_checkpoint_of_different_shards_raises(pool: SharedPool, file: Path, teacher: Any, tmp_path: Path) -> None:
    settings: dict[str, Any] = {"dtype": "auto", "contexts_per_word": None, "cache_dir": tmp_path / "cache"}
    with pytest.raises(KeyboardInterrupt):
        distill(interrupted(pool, file, 1, shard_bytes=100), teacher, **settings)
    with pytest.raises(ValueError, match=r"a different shard_bytes \(then 100, now 200\)"):
        distill(ray_corpus(pool, file, shard_bytes=200), teacher, **settings)
    with pytest.raises(ValueError, match=r"a different shard_bytes \(then 100, now None\)"):
        distill(LineSentence(str(file)), teacher, **settings)
    other = tmp_path / "other.txt"
    for place in (8, -2):  # after all words have occurred, so that the order of the vocabulary does not change
        moved = list(LINES)
        moved[place], moved[place + 1] = moved[place + 1], moved[place]
        other.write_text("\n".join(moved) + "\n", encoding="utf-8")
        if place > 0:
            with pytest.raises(ValueError, match="a different corpus, whose first 16 shards are not the same"):
                distill(ray_corpus(pool, other, shard_bytes=100), teacher, **settings)
    # The difference is in a shard that has not been read yet.
    distill(ray_corpus(pool, other, shard_bytes=100), teacher, **settings)
    with pytest.raises(ValueError, match="a different corpus, whose first [0-9]+ shards are not the same"):
        distill(ray_corpus(pool, file, shard_bytes=100), teacher, **settings)


DRIVER = """
import sys
from pathlib import Path
import numpy as np
import ray
from gensim_distill import DistilledWord2Vec
from gensim_distill.statistics import checkpoint
from gensim_distill.distributed import RayCorpus
from recording_teacher import WORKER_ENVIRONMENT, RecordingTeacher

address, corpus, folder = sys.argv[1:]
ray.init(address=address, log_to_driver=False, logging_level="error", runtime_env={"env_vars": WORKER_ENVIRONMENT})
checkpoint.INTERVAL = checkpoint.INTERVAL_PER_WRITE_TIME = 0.0
model = DistilledWord2Vec(
    RayCorpus(corpus, num_workers=2, shard_bytes=150),
    teacher=RecordingTeacher(Path(folder) / "reads"),
    objective="aggregate",
    contexts_per_word=None,
    min_count=2,
    cache_dir=Path(folder) / "cache",
)
np.save(Path(folder) / "vectors.npy", model.wv.vectors)
"""


@needs_signals
def test_killed_driver_resumes(pool: SharedPool, file: Path, tmp_path: Path) -> None:
    expected = distill(
        ray_corpus(pool, file, shard_bytes=150),
        RecordingTeacher(tmp_path / "uninterrupted"),
        objective="aggregate",
        dtype="auto",
        contexts_per_word=None,
    )
    pool.end()  # the driver has its own actors
    address = ray.get_runtime_context().gcs_address
    random = np.random.default_rng(0)
    killed, before, shards = 0, 0, len(RayCorpus(file, num_workers=2, shard_bytes=150).shards())
    for run in range(9):
        found = _newest(tmp_path / "cache")
        driver = subprocess.Popen(
            [sys.executable, "-c", DRIVER, address, str(file), str(tmp_path)], env=os.environ | WORKER_ENVIRONMENT
        )
        while run < 1 and driver.poll() is None and _newest(tmp_path / "cache") == found:
            time.sleep(0.01)
        if run < 1:
            time.sleep(random.uniform(0, 0.5))
            driver.send_signal(signal.SIGKILL)
        if driver.wait() == 0:
            break
        assert driver.returncode == -signal.SIGKILL
        killed, before = killed + 1, len(_lines(tmp_path / "reads"))
    assert killed == 1
    np.testing.assert_array_equal(np.load(tmp_path / "vectors.npy"), expected.wv.vectors)
    # Saved shards are not read again.
    assert shards <= len(_lines(tmp_path / "reads")) < shards + before


def _lines(path: Path) -> list[str]:
    return path.read_text(encoding="utf-8").splitlines()


def _newest(folder: Path) -> float:
    """Return when the newest checkpoint was written."""
    return max((path.stat().st_mtime for path in folder.glob("*.safetensors")), default=0.0)
