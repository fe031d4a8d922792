"""The passes on a local Ray cluster of two workers: the same model as in one process, whoever dies."""

from __future__ import annotations

import gzip
import lzma
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from conftest import CORPUS
from gensim.models.word2vec import LineSentence
from recording_teacher import WORKER_ENVIRONMENT, RecordingTeacher

from gensim_distill import DistilledWord2Vec, TextReader
from gensim_distill.corpus.context_budget import ContextBudget
from gensim_distill.distributed import RayCorpus
from gensim_distill.distributed.actor_pool import ActorPool
from gensim_distill.objectives import OBJECTIVES
from gensim_distill.teachers import TransformerTeacher

ray = pytest.importorskip("ray")

LINES = [" ".join(tokens) for tokens in CORPUS * 25]


@pytest.fixture(scope="module", autouse=True)
def cluster() -> Iterator[None]:
    ray.init(
        num_cpus=2,
        include_dashboard=False,
        log_to_driver=False,
        logging_level="error",
        runtime_env={"env_vars": WORKER_ENVIRONMENT},
    )
    yield
    ray.shutdown()


@pytest.fixture(scope="module")
def pool(cluster: None) -> Iterator[ActorPool]:
    """Two workers for all tests that need none of their own: to start them takes seconds."""
    shared = ActorPool(2, num_cpus=1, num_gpus=0)
    yield shared
    shared.close()


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("corpus") / "corpus.txt"
    path.write_text("\n".join(LINES) + "\n", encoding="utf-8")
    return path


class Borrowing(RayCorpus):
    """A corpus that leaves its workers to the next."""

    def close(self) -> None:
        self._pool = None


def on(pool: ActorPool, source: Any, **settings: Any) -> RayCorpus:
    corpus = Borrowing(source, num_workers=2, **({"shard_bytes": 400} | settings))
    corpus.shards()  # a dataset is executed before workers take all places
    if pool.closed:  # after an error they are ended
        pool.__init__(2, num_cpus=1, num_gpus=0)  # type: ignore[misc]
    corpus._pool = pool
    return corpus


def distill(corpus: Any, teacher: Any, **settings: Any) -> DistilledWord2Vec:
    return DistilledWord2Vec(corpus, teacher=teacher, **({"min_count": 2, "dtype": "float32"} | settings))


def assert_same(one: DistilledWord2Vec, other: DistilledWord2Vec) -> None:
    assert one.wv.index_to_key == other.wv.index_to_key
    assert one.corpus_count == other.corpus_count
    assert one.corpus_total_words == other.corpus_total_words
    np.testing.assert_array_equal(one.wv.expandos["count"], other.wv.expandos["count"])
    scale = np.linalg.norm(one.wv.vectors, axis=1).mean()
    # Directions of nearly equal variance may be turned into each other by a rounding; products of vectors stay.
    products, others = (model.wv.vectors @ model.wv.vectors.T / scale**2 for model in (one, other))
    np.testing.assert_allclose(products, others, atol=1e-3)
    for name, moments in one.learned.moments.items():
        np.testing.assert_array_equal(moments.counts, other.learned.moments[name].counts)
        assert moments.total_count == other.learned.moments[name].total_count


# --- the same as one process -----------------------------------------------------------------


@pytest.mark.parametrize("objective", OBJECTIVES)
def test_two_workers_make_the_model_of_one_process(pool: ActorPool, file: Path, folder: Path, objective: str) -> None:
    one = distill(LineSentence(str(file)), folder, objective=objective)
    corpus = on(pool, file)
    assert len(corpus.shards()) > 16
    assert_same(one, distill(corpus, folder, objective=objective))


def test_the_result_is_the_same_every_time(pool: ActorPool, file: Path, teacher: Any) -> None:
    first, second = (distill(on(pool, file), teacher, dtype="auto") for _ in range(2))
    np.testing.assert_array_equal(first.wv.vectors, second.wv.vectors)


def test_vocabulary_and_training_may_be_called_by_themselves_and_go_on(
    pool: ActorPool, file: Path, teacher: Any, tmp_path: Path
) -> None:
    more = tmp_path / "more.txt"
    more.write_text("an owl sees the fox\nan owl sees the dog\n", encoding="utf-8")
    models = [DistilledWord2Vec(teacher=teacher, min_count=2) for _ in range(2)]
    for model, corpora in zip(
        models, ([LineSentence(str(p)) for p in (file, more)], [on(pool, p) for p in (file, more)])
    ):
        model.build_vocab(corpora[0])
        model.train(corpora[0], total_examples=model.corpus_count, epochs=1)
        model.build_vocab(corpora[1], update=True)
        model.train(corpora[1], total_examples=model.corpus_count, epochs=1)
    assert "owl" in models[1].wv
    assert_same(*models)


@pytest.mark.parametrize("name", ["a.txt.gz", "a.txt.xz"])
def test_compressed_files_are_cut_too(pool: ActorPool, file: Path, folder: Path, tmp_path: Path, name: str) -> None:
    opener: Any = gzip.open if name.endswith("gz") else lzma.open
    text = file.read_bytes()
    for part, path in ((text[: len(text) // 2], name), (text[len(text) // 2 :], "b" + name)):
        with opener(tmp_path / path, "wb") as out:
            out.write(part)
    corpus = RayCorpus(tmp_path / f"*{name}", num_workers=2, shard_bytes=150)
    assert len(corpus.shards()) > 4
    # The half line at the end of one file and the other half in the next are two texts, as for gensim.
    expected = [*LineSentence(str(tmp_path / name)), *LineSentence(str(tmp_path / f"b{name}"))]
    assert list(corpus) == expected


def test_raw_text_is_read_as_it_is_written(pool: ActorPool, teacher: Any, tmp_path: Path) -> None:
    texts = ["The quick fox jumps over the lazy dog!", "A lazy Dog sleeps; the fox runs away.", "The cat sleeps."] * 9
    (tmp_path / "raw.txt").write_text("\n\n".join(texts), encoding="utf-8")
    corpus = on(pool, tmp_path / "raw.txt", tokenized=False)
    assert list(corpus) == texts
    assert_same(distill(texts, teacher), distill(corpus, teacher))


def test_a_ray_dataset_is_a_corpus(pool: ActorPool, teacher: Any) -> None:
    pool.close()  # a dataset needs a place to be executed
    rows = [{"sentence": line, "tokens": line.split(), "missing": None} for line in LINES]
    dataset = ray.data.from_items(rows, override_num_blocks=3).materialize()
    with pytest.raises(ValueError, match="no column 'text': column= must be one of 'sentence', 'tokens', 'missing'"):
        RayCorpus(dataset)
    with pytest.raises(TypeError, match="Column 'missing' has None of type NoneType"):
        list(RayCorpus(dataset, column="missing", num_workers=2))
    assert list(RayCorpus(dataset, column="tokens", num_workers=2)) == CORPUS * 25
    half = RayCorpus(dataset.filter(lambda row: "dog" in row["tokens"]), column="tokens", num_workers=2)
    assert list(half) == [tokens for tokens in CORPUS * 25 if "dog" in tokens]
    corpus = on(pool, dataset, column="sentence")
    assert len(corpus.shards()) > 6
    assert list(corpus) == CORPUS * 25
    assert_same(distill(CORPUS * 25, teacher, dtype="auto"), distill(corpus, teacher, dtype="auto"))


def test_every_line_is_in_one_shard_wherever_the_bytes_are_cut(file: Path, tmp_path: Path) -> None:
    odd = tmp_path / "odd.txt"
    odd.write_text("één\n\n  \nzwei drei\r\n" + "x " * 11_000 + "\nlast", encoding="utf-8")
    for path in (file, odd):
        expected = list(LineSentence(str(path)))
        for shard_bytes in (7, 16, 20_000) if path == odd else (50, 777):
            corpus = RayCorpus(path, shard_bytes=shard_bytes, num_workers=2)
            assert list(corpus) == expected


def test_uris_and_globs_find_their_files_in_order(tmp_path: Path) -> None:
    for name in ("b.txt", "a.txt", "sub/c.txt", "other.md", ".hidden.txt"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(f"from {name}\n", encoding="utf-8")
    names = {
        f"{tmp_path}/*.txt": ["a.txt", "b.txt"],
        f"file://{tmp_path}/*.txt": ["a.txt", "b.txt"],
        f"file://{tmp_path}/**/*.txt": ["a.txt", "b.txt", "sub/c.txt"],
        f"file://{tmp_path}/sub/": ["sub/c.txt"],
        f"file://{tmp_path}/b.txt": ["b.txt"],
        str(tmp_path): ["a.txt", "b.txt", "other.md"],
    }
    for source, found in names.items():
        assert list(RayCorpus(source, num_workers=2)) == [["from", name] for name in found], source
    assert list(RayCorpus([tmp_path / "b.txt", f"{tmp_path}/a*"], num_workers=2)) == [
        ["from", "b.txt"],
        ["from", "a.txt"],
    ]


@pytest.mark.skipif(not hasattr(ContextBudget, "merge"), reason="budgets of several shards cannot be merged yet")
def test_a_budget_makes_the_same_choice_however_the_corpus_is_cut(
    pool: ActorPool, teacher: Any, tmp_path: Path
) -> None:
    random = np.random.default_rng(0)
    words = sorted({word for tokens in CORPUS for word in tokens})
    texts = [list(random.choice(words, 6)) for _ in range(300)]
    (tmp_path / "c.txt").write_text("\n".join(map(" ".join, texts)), encoding="utf-8")
    one = distill(texts, teacher, contexts_per_word=3)
    assert sum(moments.total_count for moments in one.learned.moments.values()) > 0
    for shard_bytes in (300, 2_000, 1_000_000):
        corpus = on(pool, tmp_path / "c.txt", shard_bytes=shard_bytes)
        assert_same(one, distill(corpus, teacher, contexts_per_word=3))


def test_max_vocab_size_bounds_the_counts(pool: ActorPool, file: Path, teacher: Any) -> None:
    model = distill(on(pool, file), teacher, max_vocab_size=10)
    assert 0 < len(model.wv) <= 10
    assert model.wv.index_to_key[0] == "the"


def test_progress_is_shown_in_texts(
    pool: ActorPool, file: Path, teacher: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    distill(on(pool, file), teacher, progress=True)
    shown = capsys.readouterr().err
    places = [shown.index(f"{stage}:") for stage in ("Vocabulary", "Teacher", "Isolated words")]
    assert places == sorted(places)
    assert "200/200 " in shown


# --- workers that die, work that fails -------------------------------------------------------


def test_a_worker_that_is_killed_costs_its_shard_alone(
    pool: ActorPool, file: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    log = tmp_path / "reads"

    def kill() -> None:
        while not log.exists() or len(log.read_text().splitlines()) < 6:
            time.sleep(0.02)
        os.kill(int(log.read_text().split("\n")[-2].split()[0]), signal.SIGKILL)

    every: dict[str, Any] = {"objective": "aggregate", "dtype": "auto", "contexts_per_word": None}
    one = distill(LineSentence(str(file)), RecordingTeacher(tmp_path / "one"), **every)
    killer = threading.Thread(target=kill, daemon=True)
    killer.start()
    corpus = on(pool, file)
    model = distill(corpus, RecordingTeacher(log), **every)
    killer.join(timeout=1)
    assert not killer.is_alive()
    assert_same(one, model)
    assert caplog.text.count("A worker died") == 1
    reads = [line.split() for line in log.read_text().splitlines()]
    largest = max(int(number) for _, number in reads)
    assert len({process for process, _ in reads}) in (2, 3)  # the new worker may come when all is done
    assert len(LINES) < sum(int(number) for _, number in reads) <= len(LINES) + largest


def test_a_shard_that_kills_every_worker_is_named_in_the_end(pool: ActorPool, file: Path, tmp_path: Path) -> None:
    model = DistilledWord2Vec(
        teacher=RecordingTeacher(tmp_path / "log", exits=True), min_count=1, objective="aggregate"
    )
    model.build_vocab(LineSentence(str(file)))
    before = model.wv.vectors.copy()
    with pytest.raises(RuntimeError, match=r"The shard '.*corpus.txt' from byte 0 failed 3 times"):
        model.train(on(pool, file, shard_bytes=10**6))
    np.testing.assert_array_equal(model.wv.vectors, before)


class BrokenTeacher(TransformerTeacher):
    def read(self, texts: Any, layers: Any) -> Any:
        raise MemoryError("the teacher's own trouble")


def fail_on_bears(word: str) -> str:
    if word == "bears":
        raise KeyError("no bears, please")
    return word


def test_an_error_of_the_work_itself_is_passed_on_at_once(
    pool: ActorPool, file: Path, bert: tuple[Any, Any], teacher: Any
) -> None:
    with pytest.raises(MemoryError, match="the teacher's own trouble"):
        distill(on(pool, file), BrokenTeacher(*bert), dtype="auto")
    with pytest.raises(KeyError, match="no bears, please"):
        distill(on(pool, file), teacher, reader=TextReader(key=fail_on_bears))


def test_what_cannot_be_sent_is_said_to_be_so(pool: ActorPool, file: Path) -> None:
    class Locked(RecordingTeacher):
        def __init__(self) -> None:
            self.lock = threading.Lock()

    with pytest.raises(TypeError, match="cannot be sent to the workers"):
        distill(on(pool, file), Locked(), objective="aggregate", dtype="auto")


# --- a driver that dies ----------------------------------------------------------------------


class Stopping(Borrowing):
    """A corpus that is interrupted when the driver has fetched so many sums of shards, and counts what it gives."""

    given, most = 0, 10**9

    def iter_shard_statistics(self, *arguments: Any, **settings: Any) -> Any:
        for part in super().iter_shard_statistics(*arguments, **settings):
            if self.given == self.most:
                raise KeyboardInterrupt
            self.given += 1
            yield part


def stopping(pool: ActorPool, source: Any, most: int = 10**9, **settings: Any) -> Any:
    corpus = on(pool, source, **settings)
    corpus.__class__ = Stopping
    corpus.most = most  # type: ignore[attr-defined]
    return corpus


@pytest.mark.parametrize("budget", [None, 2])
def test_what_was_fetched_is_kept_and_the_same_call_goes_on(
    pool: ActorPool, file: Path, teacher: Any, tmp_path: Path, budget: int | None, caplog: pytest.LogCaptureFixture
) -> None:
    settings: dict[str, Any] = {"dtype": "auto", "contexts_per_word": budget}
    undisturbed = distill(on(pool, file, shard_bytes=100), teacher, **settings)
    cache = tmp_path / "cache"
    with pytest.raises(KeyboardInterrupt):
        distill(stopping(pool, file, 3, shard_bytes=100), teacher, **settings, cache_dir=cache)
    corpus = stopping(pool, file, shard_bytes=100)
    parts = -(-len(corpus.shards()) // 16)
    assert parts > 4
    gone_on = distill(corpus, teacher, **settings, cache_dir=cache)
    assert corpus.given == parts - 3
    np.testing.assert_array_equal(gone_on.wv.vectors, undisturbed.wv.vectors)
    caplog.clear()
    corpus = stopping(pool, file, shard_bytes=100)
    again = distill(corpus, teacher, **settings, cache_dir=cache)
    assert corpus.given == 0
    np.testing.assert_array_equal(again.wv.vectors, undisturbed.wv.vectors)
    assert "supplied example count" not in caplog.text


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


def test_a_driver_that_is_killed_goes_on_where_it_was(pool: ActorPool, file: Path, tmp_path: Path) -> None:
    pool.close()  # the driver has its own
    address = ray.get_runtime_context().gcs_address
    random = np.random.default_rng(0)
    killed, shards = 0, len(RayCorpus(file, num_workers=2, shard_bytes=150).shards())
    for turn in range(9):
        found = _newest(tmp_path / "cache")
        driver = subprocess.Popen(
            [sys.executable, "-c", DRIVER, address, str(file), str(tmp_path)], env=os.environ | WORKER_ENVIRONMENT
        )
        while turn < 2 and driver.poll() is None and _newest(tmp_path / "cache") == found:
            time.sleep(0.01)
        if turn < 2:
            time.sleep(random.uniform(0, 0.5))
            driver.send_signal(signal.SIGKILL)
        if driver.wait() == 0:
            break
        assert driver.returncode == -signal.SIGKILL
        killed += 1
    assert killed == 2
    expected = distill(
        on(pool, file, shard_bytes=150),
        RecordingTeacher(tmp_path / "undisturbed"),
        objective="aggregate",
        dtype="auto",
        contexts_per_word=None,
    )
    np.testing.assert_array_equal(np.load(tmp_path / "vectors.npy"), expected.wv.vectors)
    # What a life had kept was not read again: lives of their own would have read three times as much.
    assert shards <= len((tmp_path / "reads").read_text().splitlines()) < 2 * shards


def _newest(folder: Path) -> float:
    """Tell when the newest checkpoint was written."""
    return max((path.stat().st_mtime for path in folder.glob("*.safetensors")), default=0.0)


def test_a_checkpoint_of_other_shards_is_refused(pool: ActorPool, file: Path, teacher: Any, tmp_path: Path) -> None:
    settings: dict[str, Any] = {"dtype": "auto", "contexts_per_word": None, "cache_dir": tmp_path / "cache"}
    with pytest.raises(KeyboardInterrupt):
        distill(stopping(pool, file, 1, shard_bytes=100), teacher, **settings)
    with pytest.raises(ValueError, match=r"a different shard_bytes \(then 100, now 200\)"):
        distill(on(pool, file, shard_bytes=200), teacher, **settings)
    with pytest.raises(ValueError, match=r"a different shard_bytes \(then 100, now None\)"):
        distill(LineSentence(str(file)), teacher, **settings)
    other = tmp_path / "other.txt"
    for place in (8, -2):  # where all words have been met before, so that the vocabulary stays in its order
        moved = list(LINES)
        moved[place], moved[place + 1] = moved[place + 1], moved[place]
        other.write_text("\n".join(moved) + "\n", encoding="utf-8")
        if place > 0:
            with pytest.raises(ValueError, match="a different corpus, whose first 16 shards are not the same"):
                distill(on(pool, other, shard_bytes=100), teacher, **settings)
    # What has changed is in a part that has not been read yet.
    distill(on(pool, other, shard_bytes=100), teacher, **settings)
    with pytest.raises(ValueError, match="a different corpus, whose first [0-9]+ shards are not the same"):
        distill(on(pool, file, shard_bytes=100), teacher, **settings)


# --- what is wrong with a corpus, early ------------------------------------------------------


def test_files_that_are_not_there_are_named_at_once(tmp_path: Path) -> None:
    for source, message in (
        (tmp_path / "gone.txt", "There is no file or folder .*gone.txt"),
        (f"{tmp_path}/*.text", r"\*.text. matches no files"),
        (tmp_path, "matches no files"),
        (f"file://{tmp_path}/gone.txt", "There is no file or folder .*gone.txt"),
        (f"file://{tmp_path}/gone/*.txt", "matches no files"),
    ):
        with pytest.raises(FileNotFoundError, match=message):
            RayCorpus(source)
    with pytest.raises(ValueError, match="cannot be opened"):
        RayCorpus("nowhere://bucket/*.txt")
    with pytest.raises(ValueError, match="is empty"):
        RayCorpus([])
    with pytest.raises(TypeError, match="ray.data.from_items"):
        RayCorpus([["the", "dog"]])
    with pytest.raises(TypeError, match="must be a path, glob or URI"):
        RayCorpus(3)
    (tmp_path / "a.zip").write_bytes(b"PK")
    with pytest.raises(ValueError, match="is not supported"):
        RayCorpus(tmp_path)
    for settings in ({"num_workers": 0}, {"shard_bytes": 0}, {"num_cpus": 0}):
        with pytest.raises(ValueError, match=next(iter(settings))):
            RayCorpus(__file__, **settings)


def test_a_file_that_is_not_text_is_named_before_the_teacher_reads(
    pool: ActorPool, folder: Path, tmp_path: Path
) -> None:
    binary, damaged = tmp_path / "a.bin", tmp_path / "a.txt.gz"
    binary.write_bytes(b"good line\n\x80\x81 bad line\n")
    damaged.write_bytes(b"this is no gzip")
    with pytest.raises(ValueError, match="a.bin' is not text in UTF-8: at byte 10"):
        distill(on(pool, binary), folder)
    with pytest.raises(ValueError, match="a.txt.gz' is damaged, or not compressed as its name says"):
        distill(on(pool, damaged), folder)


def test_a_corpus_is_not_cut_before_the_teacher_is_there(file: Path) -> None:
    class Uncut(RayCorpus):
        def start(self) -> None:
            pass

        def shards(self) -> Any:
            raise AssertionError("a dataset would be executed for a teacher that cannot be had")

    with pytest.raises(Exception, match="no/such/teacher"):
        distill(Uncut(file, num_workers=2), "no/such/teacher/anywhere", cache_dir=file.parent / "unused")


def test_an_empty_corpus_says_so(pool: ActorPool, folder: Path, tmp_path: Path) -> None:
    (tmp_path / "empty.txt").write_text("\n\n", encoding="utf-8")
    with pytest.raises(RuntimeError, match="The corpus has 0 texts and no words"):
        distill(on(pool, tmp_path / "empty.txt"), folder)


def test_gradient_descent_is_refused_before_the_teacher_is_loaded(file: Path) -> None:
    with pytest.raises(ValueError, match="cannot be divided among workers"):
        distill(RayCorpus(file), "no/such/teacher/anywhere", objective="x2static", solver="sgd")


def test_without_ray_the_extra_is_named() -> None:
    code = "import sys; sys.modules['ray'] = None; from gensim_distill.distributed import RayCorpus; RayCorpus('x')"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert 'A corpus on Ray needs ray: pip install "gensim-distill[ray]"' in done.stderr
    code = "import sys, gensim_distill.distributed; assert not any(m.startswith('ray') for m in sys.modules)"
    subprocess.run([sys.executable, "-c", code], check=True)
