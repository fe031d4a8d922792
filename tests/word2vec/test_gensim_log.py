"""Messages of gensim that do not hold: downsampling, memory of an update, temporary paths."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Any

import pytest
from trained_models import MORE, SGD, Sentences, distill, train

from gensim_distill import DistilledWord2Vec


@pytest.fixture
def log(caplog: pytest.LogCaptureFixture) -> pytest.LogCaptureFixture:
    caplog.set_level(logging.INFO)
    return caplog


def test_one_pass_says_nothing_of_downsampling(corpus: Sentences, teacher: Any, log: pytest.LogCaptureFixture) -> None:
    model = distill(corpus, teacher, objective="aggregate")
    model.build_vocab(MORE, update=True)
    report = model.prepare_vocab(dry_run=True)
    events = str(model.lifecycle_events)
    assert "retains" in log.text and "retains" in events
    assert "downsampl" not in log.text and "downsampl" not in events
    assert (report["downsample_unique"], report["downsample_total"]) == (0, report["retain_total"])


def test_gradient_descent_names_what_has_an_effect(
    corpus: Sentences, teacher: Any, log: pytest.LogCaptureFixture
) -> None:
    model = distill(corpus, teacher, **SGD | {"sample": 1e-3, "epochs": 1})
    assert "sample=0.001 downsamples" in log.text
    events = [event["msg"] for event in model.lifecycle_events if "msg" in event]
    [downsampling] = [message for message in events if message.startswith("downsampling leaves")]
    assert "%" in downsampling and "%%" not in downsampling
    [begin] = [message for message in events if message.startswith("training model")]
    assert begin.endswith(" using hs=0 sample=0.001 negative=10")


def test_the_memory_of_an_update_is_that_of_all_words(
    corpus: Sentences, teacher: Any, log: pytest.LogCaptureFixture
) -> None:
    model = distill(corpus, teacher, objective="aggregate")
    log.clear()
    model.build_vocab(MORE[:1], update=True)
    assert f"estimated required memory for {len(model.wv)} words" in log.text
    report = model.prepare_vocab(update=True, dry_run=True)
    assert report["num_retained_words"] == 0


def test_saving_names_the_files_that_are_written(
    corpus: Sentences, teacher: Any, tmp_path: Path, log: pytest.LogCaptureFixture
) -> None:
    model = distill(corpus, teacher, objective="aggregate")
    log.clear()
    path = str(tmp_path / "model")
    model.save(path, sep_limit=0)
    logged = [record.getMessage() for record in log.records]
    assert logged[-1] == f"saved {path}" and logged.count(logged[-1]) == 1
    [stored] = [message for message in logged if message.startswith("storing np array 'vectors' ")]
    assert Path(stored.split()[-1]).exists()
    assert "writing" not in log.text
    log.clear()
    loaded = DistilledWord2Vec.load(path)
    loaded.teacher = teacher
    train(loaded, MORE)
    assert "downsampl" not in log.text


def test_a_failed_save_is_not_logged_as_saved(
    corpus: Sentences, teacher: Any, tmp_path: Path, log: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*args: Any) -> None:
        raise OSError("the disk is full")

    model = distill(corpus, teacher, objective="aggregate")
    monkeypatch.setattr("gensim_distill.word2vec.persistence.append_checksum", fail)
    log.clear()
    with pytest.raises(OSError, match="the disk is full"):
        model.save(str(tmp_path / "model"))
    assert "saved" not in log.text
