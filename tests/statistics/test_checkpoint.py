"""Interrupted training resumes, and ends with the same vectors."""

from __future__ import annotations

import logging
import os
import random
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from interrupted_training import SETTINGS, STRINGS, TEXTS, Interrupting, assert_identical, distill, interrupt

from gensim_distill import DistilledWord2Vec
from gensim_distill.statistics import checkpoint
from gensim_distill.statistics.corpus_statistics import CorpusStatistics
from gensim_distill.statistics.moments import Moments
from gensim_distill.teachers import identity


@pytest.mark.parametrize("part", [0.0, 0.2, 0.5, 0.8, 0.99])
@pytest.mark.parametrize("kind", SETTINGS)
def test_resumed_training_ends_with_the_same_vectors(make_teacher: Any, tmp_path: Path, kind: str, part: float) -> None:
    whole = make_teacher()
    expected = distill(TEXTS, whole, **SETTINGS[kind])
    calls = len(whole.begins)
    first, second = make_teacher(whole.begins[max(1, int(part * calls))]), make_teacher()
    interrupt(TEXTS, first, tmp_path, **SETTINGS[kind])
    assert_identical(distill(TEXTS, second, cache_dir=tmp_path, **SETTINGS[kind]), expected)
    # Only isolated words are read twice.
    in_corpus = [[text for text in teacher.heard if text in STRINGS] for teacher in (first, second, whole)]
    assert in_corpus[0] + in_corpus[1] == in_corpus[2]
    assert in_corpus[0]


@pytest.mark.parametrize("seed", range(3))
def test_training_resumes_after_many_interruptions(make_teacher: Any, tmp_path: Path, seed: int) -> None:
    raw = [" ".join(text) for text in TEXTS]
    chance = random.Random(seed)
    interruptions, model = 0, None
    while model is None:
        try:
            model = distill(raw, make_teacher(chance.randrange(1, 8)), cache_dir=tmp_path, objective="x2static")
        except KeyboardInterrupt:
            interruptions += 1
    assert interruptions > 2
    assert_identical(model, distill(raw, make_teacher(), objective="x2static"))


@pytest.mark.parametrize("kind", SETTINGS)
@pytest.mark.parametrize("part", [0.1, 0.5, 0.9])
def test_training_resumes_within_a_document(make_teacher: Any, tmp_path: Path, kind: str, part: float) -> None:
    documents = [[word for text in TEXTS for word in [*text, "."]] * times for times in (1, 2)]
    whole = make_teacher()
    expected = distill(documents, whole, **SETTINGS[kind])
    first = make_teacher(whole.begins[max(1, int(part * len(whole.begins)))])
    interrupt(documents, first, tmp_path, **SETTINGS[kind])
    assert_identical(distill(documents, make_teacher(), cache_dir=tmp_path, **SETTINGS[kind]), expected)


def test_training_resumes_after_the_corpus_failed(make_teacher: Any, tmp_path: Path) -> None:
    def broken(after: int) -> Iterator[list[str]]:
        yield from TEXTS[:after]
        raise OSError("the disk is gone")

    expected = DistilledWord2Vec(teacher=make_teacher(), min_count=1)
    expected.build_vocab(TEXTS)
    expected.train(iter(TEXTS))
    for after in (7, 13, 21):
        model = DistilledWord2Vec(teacher=make_teacher(), min_count=1, cache_dir=tmp_path / str(after))
        model.build_vocab(TEXTS)
        with pytest.raises(OSError, match="the disk is gone"):
            model.train(broken(after))
        again = DistilledWord2Vec(teacher=make_teacher(), min_count=1, cache_dir=tmp_path / str(after))
        again.build_vocab(TEXTS)
        words = again.train(iter(TEXTS))
        assert words == (sum(map(len, TEXTS)), sum(map(len, TEXTS)))
        assert_identical(again, expected)


@pytest.mark.parametrize("call", [2, 8, 17])
def test_partially_added_documents_are_not_saved(
    make_teacher: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, call: int
) -> None:
    expected = distill(TEXTS, make_teacher())
    add, calls = Moments.add, iter(range(1_000_000))

    def half(self: Moments, batch: Any) -> None:
        if next(calls) == call:
            self.total += 1.0  # as if it had begun
            raise KeyboardInterrupt
        add(self, batch)

    with monkeypatch.context() as patch:
        patch.setattr(Moments, "add", half)
        interrupt(TEXTS, make_teacher(), tmp_path)
    assert_identical(distill(TEXTS, make_teacher(), cache_dir=tmp_path), expected)


def test_complete_checkpoint_needs_no_teacher(make_teacher: Any, tmp_path: Path) -> None:
    expected = distill(TEXTS, make_teacher(), cache_dir=tmp_path)
    idle = make_teacher()
    assert_identical(distill(TEXTS, idle, cache_dir=tmp_path), expected)
    # Settings that only matter after the pass may change.
    shorter = distill(TEXTS, idle, cache_dir=tmp_path, vector_size=7, progress=None, workers=1, seed=9)
    assert shorter.wv.vectors.tobytes() == distill(TEXTS, make_teacher(), vector_size=7, seed=9).wv.vectors.tobytes()
    assert idle.heard == []


@pytest.mark.parametrize("part", [0.0, 0.3, 0.99])
def test_script_that_trains_twice_resumes_anywhere(make_teacher: Any, tmp_path: Path, part: float) -> None:
    more = [["the", "owl", "sees", "the", "fox"], ["a", "lazy", "owl", "sleeps"], ["the", "dog", "barks"]] * 3

    def script(first: Any, second: Any, **settings: Any) -> DistilledWord2Vec:
        model = distill(TEXTS, first, **settings)
        model.build_vocab(more, update=True)
        model.teacher = second
        model.train(more)
        return model

    whole = make_teacher()
    expected = script(make_teacher(), whole)
    last = whole.begins[int(part * len(whole.begins))]
    with pytest.raises(KeyboardInterrupt):
        script(make_teacher(), make_teacher(last), cache_dir=tmp_path)
    idle, rest = make_teacher(), make_teacher()
    assert_identical(script(idle, rest, cache_dir=tmp_path), expected)
    assert idle.heard == []
    # Isolated words, which take little time after the corpus, are read again from the first one.
    isolated = next(number for number, text in enumerate(whole.heard) if " " not in text)
    assert rest.heard == whole.heard[min(last, isolated) :]


def test_log_says_how_to_resume(make_teacher: Any, tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, "gensim_distill")
    interrupt(TEXTS, make_teacher(9), tmp_path)
    (interrupted,) = (record.getMessage() for record in caplog.records if "Interrupted" in record.getMessage())
    assert re.match(
        r"Interrupted after \d+ passages, .*checkpoint-1\.safetensors': the same call resumes from there", interrupted
    )
    distill(TEXTS, make_teacher(), cache_dir=tmp_path)
    resumed = re.search(r"Resuming after (\d+) passages", caplog.text)
    assert resumed and resumed[1] == re.search(r"after (\d+)", interrupted)[1]
    assert not [record for record in caplog.records if record.levelno > logging.INFO]


def test_shorter_corpus_raises(make_teacher: Any, tmp_path: Path) -> None:
    for texts in (TEXTS, TEXTS[:3]):
        model = DistilledWord2Vec(teacher=make_teacher(20), min_count=1, cache_dir=tmp_path)
        model.build_vocab(TEXTS)
        with pytest.raises(KeyboardInterrupt if texts is TEXTS else ValueError) as raised:
            model.train(texts)
    assert "was made with a different corpus, whose first" in str(raised.value)


@pytest.mark.parametrize(("takes", "share"), [(0.0, 0.0), (1.0, 0.02), (30.0, 0.06)])
def test_writing_takes_a_small_part_of_the_time(
    bert: tuple[Any, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, takes: float, share: float
) -> None:
    now, writes = [0.0], []
    monkeypatch.setattr(checkpoint, "time", SimpleNamespace(monotonic=lambda: now[0]))
    save = CorpusStatistics.save

    def slow(self: CorpusStatistics, *args: Any, **settings: Any) -> None:
        writes.append(now[0])
        now[0] += takes
        save(self, *args, **settings)

    class Slow(Interrupting):
        def read(self, texts: Any, layers: Any) -> Any:
            now[0] += 0.0 if texts == [identity._PROBE] else 10.0
            return super().read(texts, layers)

    monkeypatch.setattr(CorpusStatistics, "save", slow)
    teacher = Slow(*bert, device="cpu", dtype="float32", batch_tokens=1)
    distill(TEXTS * 20, teacher, cache_dir=tmp_path, objective="aggregate")
    periodic = writes[:-2]  # without those at the end of the corpus and of the training
    assert len(periodic) >= 3
    assert len(periodic) * takes <= share * now[0]
    assert max(np.diff([0.0, *periodic])) <= max(60.0, 21 * takes) + 10.0  # and not less often than it should


# --- kill -9 -----------------------------------------------------------------------------------


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
@pytest.mark.parametrize("solver", ["one-pass", "sgd"])
def test_killed_training_ends_with_the_same_vectors(tmp_path: Path, solver: str) -> None:
    script = Path(__file__).parents[1] / "killed_training.py"
    done = subprocess.run(
        [sys.executable, script, tmp_path, "8", solver],
        capture_output=True,
        text=True,
        timeout=900,
        env=os.environ | {"PYTHONPATH": str(script.parents[1])},
    )
    assert done.returncode == 0, done.stderr
    counts = dict(re.findall(r"(\w+)=([\d.]+)", done.stdout))
    assert int(counts["at_random"]) >= 8
    assert int(counts["at_renames"]) >= 2
    assert int(counts["completed"]) >= 1
