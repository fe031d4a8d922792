"""Distributed training on two workers equals training in one process; wrong corpora raise early."""

from __future__ import annotations

import random
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from conftest import CORPUS
from gensim.models.word2vec import LineSentence
from ray_testing import LINES, SharedPool, SharedPoolCorpus, assert_equal_models, distill, ray_corpus
from text_objective import KeepsTexts

from gensim_distill import DistilledWord2Vec
from gensim_distill.distributed import RayCorpus
from gensim_distill.objectives import OBJECTIVES

ray = pytest.importorskip("ray")


def test_ray_dataset_as_corpus(cluster: None, teacher: Any, request: pytest.FixtureRequest) -> None:
    # Without the shared actors at first: a dataset needs CPUs to be executed.
    rows = [{"sentence": line, "tokens": line.split(), "missing": None} for line in LINES]
    dataset = ray.data.from_items(rows, override_num_blocks=3).materialize()
    with pytest.raises(ValueError, match="no column 'text': column= must be one of 'sentence', 'tokens', 'missing'"):
        RayCorpus(dataset)
    with pytest.raises(TypeError, match="Column 'missing' has None of type NoneType"):
        list(RayCorpus(dataset, column="missing", num_workers=2))
    assert list(RayCorpus(dataset, column="tokens", num_workers=2)) == CORPUS * 25
    half = RayCorpus(dataset.filter(lambda row: "dog" in row["tokens"]), column="tokens", num_workers=2)
    assert list(half) == [tokens for tokens in CORPUS * 25 if "dog" in tokens]
    corpus = SharedPoolCorpus(dataset, column="sentence", num_workers=2, shard_bytes=400)
    assert len(corpus.shards()) > 6
    corpus._pool = request.getfixturevalue("pool")
    assert list(corpus) == CORPUS * 25
    assert_equal_models(distill(CORPUS * 25, teacher, dtype="auto"), distill(corpus, teacher, dtype="auto"))


@pytest.mark.parametrize("objective", [*OBJECTIVES, KeepsTexts()], ids=str)
def test_two_workers_equal_one_process(pool: SharedPool, file: Path, folder: Path, objective: Any) -> None:
    one = distill(LineSentence(str(file)), folder, objective=objective)
    corpus = ray_corpus(pool, file)
    assert len(corpus.shards()) > 16
    assert_equal_models(one, distill(corpus, folder, objective=objective))


def test_result_is_deterministic(pool: SharedPool, file: Path, teacher: Any) -> None:
    first, second = (distill(ray_corpus(pool, file), teacher, dtype="auto") for _ in range(2))
    np.testing.assert_array_equal(first.wv.vectors, second.wv.vectors)


def test_build_vocab_and_train_separately_and_incrementally(
    pool: SharedPool, file: Path, teacher: Any, tmp_path: Path
) -> None:
    more = tmp_path / "more.txt"
    more.write_text("an owl sees the fox\nan owl sees the dog\n", encoding="utf-8")
    models = [DistilledWord2Vec(teacher=teacher, min_count=2) for _ in range(2)]
    for model, corpora in zip(
        models, ([LineSentence(str(p)) for p in (file, more)], [ray_corpus(pool, p) for p in (file, more)])
    ):
        model.build_vocab(corpora[0])
        model.train(corpora[0], total_examples=model.corpus_count, epochs=1)
        model.build_vocab(corpora[1], update=True)
        model.train(corpora[1], total_examples=model.corpus_count, epochs=1)
    assert "owl" in models[1].wv
    assert_equal_models(*models)


def test_raw_text_is_not_tokenized(pool: SharedPool, teacher: Any, tmp_path: Path) -> None:
    texts = ["The quick fox jumps over the lazy dog!", "A lazy Dog sleeps; the fox runs away.", "The cat sleeps."] * 9
    (tmp_path / "raw.txt").write_text("\n\n".join(texts), encoding="utf-8")
    corpus = ray_corpus(pool, tmp_path / "raw.txt", tokenized=False)
    assert list(corpus) == texts
    # Three texts in 32 dimensions: most components have no variance, and the vectors there are rounding of float32.
    assert_equal_models(distill(texts, teacher), distill(corpus, teacher), tolerance=1e-6)


@pytest.mark.parametrize(
    "settings", [{"contexts_per_word": 2}, {"objective": "x2static"}, {"context": "text"}], ids=str
)
def test_long_documents_are_divided_as_in_one_process(
    pool: SharedPool, teacher: Any, tmp_path: Path, settings: dict[str, Any]
) -> None:
    draw = random.Random(1)
    sentences = [f"{' '.join(tokens).capitalize()}." for tokens in CORPUS]
    texts = [" ".join(draw.choices(sentences, k=draw.randint(1, 60))) for _ in range(20)]
    (tmp_path / "raw.txt").write_text("\n".join(texts), encoding="utf-8")
    corpus = ray_corpus(pool, tmp_path / "raw.txt", tokenized=False)
    assert len(corpus.shards()) > 2
    assert_equal_models(distill(texts, teacher, **settings), distill(corpus, teacher, **settings))


def test_budget_selects_the_same_documents_with_any_shards(pool: SharedPool, teacher: Any, tmp_path: Path) -> None:
    draw = np.random.default_rng(0)
    words = sorted({word for tokens in CORPUS for word in tokens})
    texts = [list(draw.choice(words, 6)) for _ in range(300)]
    (tmp_path / "c.txt").write_text("\n".join(map(" ".join, texts)), encoding="utf-8")
    one = distill(texts, teacher, contexts_per_word=3)
    assert sum(moments.total_count for moments in one.learned.moments.values()) > 0
    for shard_bytes in (300, 2_000, 1_000_000):
        corpus = ray_corpus(pool, tmp_path / "c.txt", shard_bytes=shard_bytes)
        assert_equal_models(one, distill(corpus, teacher, contexts_per_word=3))


class ChangingCorpus(SharedPoolCorpus):
    """A corpus some of whose lines are reversed when the teacher has its turn."""

    def _run(self, job: Any, merge: Any, shards: Any, stage: str, *args: Any, **kwargs: Any) -> Any:
        if stage == "Teacher":
            path = Path(self._files[0].path)
            lines = path.read_text(encoding="utf-8").splitlines()
            changed = [" ".join(line.split()[::-1]) if i % self.every == 0 else line for i, line in enumerate(lines)]
            path.write_text("\n".join(changed), encoding="utf-8")
        return super()._run(job, merge, shards, stage, *args, **kwargs)

    every = 1


def test_documents_that_change_between_passes_raise_or_are_logged(
    pool: SharedPool, teacher: Any, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    words = sorted({word for tokens in CORPUS for word in tokens})
    texts = [words[i % 20 : i % 20 + 4] + words[: i % 17] for i in range(100)]
    for every in (2, 1):
        (tmp_path / "c.txt").write_text("\n".join(map(" ".join, texts)), encoding="utf-8")
        corpus = ChangingCorpus(str(tmp_path / "c.txt"), num_workers=2, shard_bytes=400)
        corpus.every = every
        corpus._pool = pool
        if every == 1:
            with pytest.raises(ValueError, match="differs from pass to pass: .* contexts_per_word=None"):
                distill(corpus, teacher)
        else:
            distill(corpus, teacher)
            assert "The corpus differs from pass to pass" in caplog.text


def test_unknown_subwords_of_all_shards_are_logged_once(
    pool: SharedPool, teacher: Any, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "c.txt").write_text("ሰላም ለሁሉም\nthe dog\nthe dog\n" * 40, encoding="utf-8")
    distill(ray_corpus(pool, tmp_path / "c.txt"), teacher)
    [message] = [record.getMessage() for record in caplog.records if "unknown_subwords" in record.name]
    assert "as in 'ሰላም', 'ለሁሉም'" in message


def test_max_vocab_size_bounds_the_counts(pool: SharedPool, file: Path, teacher: Any) -> None:
    model = distill(ray_corpus(pool, file), teacher, max_vocab_size=10)
    assert 0 < len(model.wv) <= 10
    assert model.wv.index_to_key[0] == "the"


def test_progress_counts_documents(
    pool: SharedPool, file: Path, teacher: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    distill(ray_corpus(pool, file), teacher, progress=True)
    shown = capsys.readouterr().err
    places = [shown.index(f"{stage}:") for stage in ("Vocabulary", "Teacher", "Isolated words")]
    assert places == sorted(places)
    assert "100%|██████████| 200 of 200 documents [" in shown


def test_file_that_is_not_text_is_named_before_the_teacher_reads(
    pool: SharedPool, folder: Path, tmp_path: Path
) -> None:
    binary, damaged = tmp_path / "a.bin", tmp_path / "a.txt.gz"
    binary.write_bytes(b"good line\n\x80\x81 bad line\n")
    damaged.write_bytes(b"not a gzip file")
    with pytest.raises(ValueError, match="a.bin' is not text in UTF-8: at byte 10"):
        distill(ray_corpus(pool, binary), folder)
    with pytest.raises(ValueError, match="a.txt.gz' is damaged, or not compressed as its name says"):
        distill(ray_corpus(pool, damaged), folder)


def test_corpus_is_not_divided_before_the_teacher_is_loaded(file: Path) -> None:
    class Uncut(RayCorpus):
        def start(self) -> None:
            pass

        def shards(self) -> Any:
            raise AssertionError("a dataset would be executed for a teacher that does not exist")

    with pytest.raises(Exception, match="no/such/teacher"):
        distill(Uncut(file, num_workers=2), "no/such/teacher/anywhere", cache_dir=file.parent / "unused")


def test_empty_corpus_raises(pool: SharedPool, folder: Path, tmp_path: Path) -> None:
    (tmp_path / "empty.txt").write_text("\n\n", encoding="utf-8")
    with pytest.raises(RuntimeError, match="The corpus has 0 documents and no words"):
        distill(ray_corpus(pool, tmp_path / "empty.txt"), folder)


def test_gradient_descent_raises_before_the_teacher_is_loaded(file: Path) -> None:
    with pytest.raises(ValueError, match="cannot be divided among workers"):
        distill(RayCorpus(file), "no/such/teacher/anywhere", objective="x2static", solver="sgd")


def test_without_ray_the_extra_is_named() -> None:
    code = "import sys; sys.modules['ray'] = None; from gensim_distill.distributed import RayCorpus; RayCorpus('x')"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert 'A corpus on Ray needs ray: pip install "gensim-distill[ray]"' in done.stderr
    code = "import sys, gensim_distill.distributed; assert not any(m.startswith('ray') for m in sys.modules)"
    subprocess.run([sys.executable, "-c", code], check=True)


def test_workers_end_when_the_teacher_is_not_found(pool: SharedPool, file: Path) -> None:
    corpus = RayCorpus(file, num_workers=1, num_cpus=0.1)
    corpus.start()
    started = corpus._pool
    assert started is not None and not started.closed
    with pytest.raises(ValueError, match="/no/such/teacher"):
        DistilledWord2Vec(corpus, teacher="/no/such/teacher")
    assert started.closed


def test_byte_order_mark_is_no_part_of_a_word(tmp_path: Path) -> None:
    (tmp_path / "marked.txt").write_text("\ufeffthe dog\nthe cat\n", encoding="utf-8")
    assert list(RayCorpus(tmp_path / "marked.txt", num_workers=1)) == [["the", "dog"], ["the", "cat"]]
