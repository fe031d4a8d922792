"""train(): failures, callbacks, lifecycle events, progress bars and counts."""

from __future__ import annotations

import copy
import gc
import itertools
import weakref
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import pytest
from gensim.models import Word2Vec
from gensim.models.callbacks import CallbackAny2Vec
from trained_models import MORE, ONE_PASS, SGD, FailingCorpus, Sentences, assert_same_by_word, distill, train

from gensim_distill import DistilledWord2Vec
from gensim_distill.objectives import Hybrid
from gensim_distill.teachers import TransformerTeacher

# --- interrupted training --------------------------------------------------------------------


@pytest.mark.parametrize("settings", [*ONE_PASS.values(), SGD], ids=str)
def test_failed_pass_does_not_change_the_model(
    corpus: Sentences, bert: tuple[Any, Any], settings: dict[str, Any]
) -> None:
    small = TransformerTeacher(*bert, batch_tokens=4)  # so that the first documents are read before the source fails
    model = distill(corpus, small, **settings)
    model.build_vocab(MORE, update=True)
    untouched = copy.deepcopy(model)
    with pytest.raises(OSError, match="the disk is gone"):
        model.train(FailingCorpus(corpus * 3), total_examples=24, epochs=2)
    np.testing.assert_array_equal(model.wv.vectors, untouched.wv.vectors)
    assert model.train_count == untouched.train_count == 1
    for each in (model, untouched):
        train(each, MORE)
    np.testing.assert_array_equal(model.wv.vectors, untouched.wv.vectors)


def test_failed_read_of_isolated_words_does_not_change_the_model(corpus: Sentences, bert: tuple[Any, Any]) -> None:
    class Failing(TransformerTeacher):
        broken = False

        def read(self, texts: Any, layers: Any) -> Any:
            if self.broken and "owl" in texts:
                raise MemoryError("out of memory")
            return super().read(texts, layers)

    teacher = Failing(*bert)
    model = distill(corpus, teacher, objective="hybrid")
    model.build_vocab(MORE, update=True)
    teacher.broken = True
    with pytest.raises(MemoryError):
        train(model, MORE)
    teacher.broken = False
    train(model, MORE)
    assert_same_by_word(model, distill(corpus + MORE, teacher, objective="hybrid"))


class FailingObjective(Hybrid):
    """A hybrid whose `fit_texts` fails once."""

    errors: ClassVar[list[BaseException]] = []

    def fit_texts(self, *arguments: Any) -> Any:
        if self.errors:
            raise self.errors.pop()
        return super().fit_texts(*arguments)


@pytest.mark.parametrize("error", [ValueError("no fit"), MemoryError(), KeyboardInterrupt()], ids=repr)
@pytest.mark.parametrize("number", [1, 2])
def test_failed_fit_does_not_count(corpus: Sentences, teacher: Any, error: BaseException, number: int) -> None:
    model, same = (distill(None, teacher, objective=FailingObjective(), vector_size=9) for _ in range(2))
    for each in (model, same):
        each.build_vocab(corpus + MORE)
        if number == 2:
            train(each, MORE)
            each.add_words(["wolf"])
    before = copy.deepcopy(model)
    FailingObjective.errors.append(error)
    with pytest.raises(type(error)):
        train(model, corpus)
    np.testing.assert_array_equal(model.wv.vectors, before.wv.vectors)
    assert model.train_count == before.train_count == number - 1
    for each in (model, same):
        train(each, corpus)
    np.testing.assert_array_equal(model.wv.vectors, same.wv.vectors)
    for name, moments in same.learned.moments.items():
        np.testing.assert_array_equal(model.learned.moments[name].sums, moments.sums)


@pytest.mark.parametrize("part", ["compute_vectors", "WordInference.place_words_without_contexts", "warn_untrained"])
def test_failed_placement_does_not_count(
    corpus: Sentences, teacher: Any, part: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    model = distill(MORE, teacher, objective="hybrid")
    model.add_words(["wolf"])
    same = copy.deepcopy(model)

    def fail(*args: Any) -> Any:
        raise MemoryError

    monkeypatch.setattr(f"gensim_distill.word2vec.training.{part}", fail)
    with pytest.raises(MemoryError):
        train(model, corpus)
    monkeypatch.undo()
    np.testing.assert_array_equal(model.wv.vectors, same.wv.vectors)
    assert model.learned.words_without_contexts == ("wolf",)
    for each in (model, same):
        train(each, corpus)
    np.testing.assert_array_equal(model.wv.vectors, same.wv.vectors)


@pytest.mark.parametrize("settings", [{"objective": "hybrid"}, SGD, SGD | {"hs": 1, "negative": 0}], ids=str)
def test_model_with_read_only_vectors_is_trained(
    corpus: Sentences, teacher: Any, settings: dict[str, Any], tmp_path: Path
) -> None:
    path = str(tmp_path / "model")
    distill(corpus, teacher, **settings).save(path, sep_limit=0)  # all arrays in files of their own
    files = {file.name: file.read_bytes() for file in tmp_path.iterdir()}
    mapped, same = DistilledWord2Vec.load(path, mmap="r"), DistilledWord2Vec.load(path)
    assert not mapped.wv.vectors.flags.writeable
    for model in (mapped, same):
        model.teacher = teacher
        train(model, MORE)
    np.testing.assert_array_equal(mapped.wv.vectors, same.wv.vectors)
    assert {file.name: file.read_bytes() for file in tmp_path.iterdir()} == files
    mapped.wv.vectors.flags.writeable = False
    mapped.build_vocab(MORE, update=True)
    mapped.wv.vectors.flags.writeable = False
    train(mapped, MORE)
    assert "owl" in mapped.wv


def test_temporary_contexts_are_removed(
    corpus: Sentences, teacher: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    seen: list[int] = []

    class Watcher(CallbackAny2Vec):
        def on_epoch_begin(self, model: Any) -> None:
            seen.append(len(list(tmp_path.rglob("*"))))

    model = distill(corpus, teacher, **SGD, callbacks=[Watcher()])
    assert min(seen) >= 2  # a folder and its files
    assert list(tmp_path.iterdir()) == []
    with pytest.raises(OSError, match="the disk is gone"):
        model.train(FailingCorpus(corpus), total_examples=8, epochs=1)
    assert list(tmp_path.iterdir()) == []


# --- callbacks, events, progress -------------------------------------------------------------


class HookRecorder(CallbackAny2Vec):
    def __init__(self, name: str, calls: list[tuple[str, str]]) -> None:
        self.name, self.calls = name, calls

    def on_train_begin(self, model: Any) -> None:
        self.calls.append((self.name, "train begins"))

    def on_epoch_begin(self, model: Any) -> None:
        self.calls.append((self.name, "epoch begins"))

    def on_epoch_end(self, model: Any) -> None:
        self.calls.append((self.name, "epoch ends"))

    def on_train_end(self, model: Any) -> None:
        self.calls.append((self.name, "train ends"))


def two_recorders() -> tuple[list[tuple[str, str]], list[HookRecorder]]:
    calls: list[tuple[str, str]] = []
    return calls, [HookRecorder("first", calls), HookRecorder("second", calls)]


@pytest.mark.parametrize(("solver", "epochs"), [("one-pass", 1), ("sgd", 1), ("sgd", 3)])
def test_callbacks_are_called_in_gensims_order(corpus: Sentences, teacher: Any, solver: str, epochs: int) -> None:
    ours, our_callbacks = two_recorders()
    gensims, their_callbacks = two_recorders()
    model = distill(corpus, teacher, objective="x2static", solver=solver, epochs=epochs, callbacks=our_callbacks)
    Word2Vec(corpus, min_count=1, epochs=epochs, callbacks=their_callbacks)
    assert ours == gensims

    ours.clear(), gensims.clear()
    model.train(corpus, total_examples=8, epochs=epochs, callbacks=iter(our_callbacks))
    Word2Vec(corpus, min_count=1, epochs=epochs, callbacks=their_callbacks)
    assert ours == gensims


def test_one_pass_solver_has_one_epoch(corpus: Sentences, teacher: Any) -> None:
    calls, callbacks = two_recorders()
    distill(corpus, teacher, epochs=7, callbacks=callbacks[:1])
    assert [hook for _, hook in calls] == ["train begins", "epoch begins", "epoch ends", "train ends"]


@pytest.mark.parametrize("solver", ["one-pass", "sgd"])
def test_callbacks_at_the_end_of_an_epoch_see_new_vectors(corpus: Sentences, teacher: Any, solver: str) -> None:
    seen: list[np.ndarray] = []

    class Watcher(CallbackAny2Vec):
        def on_epoch_begin(self, model: Any) -> None:
            seen.append(model.wv.vectors.copy())

        def on_epoch_end(self, model: Any) -> None:
            seen.append(model.wv.vectors.copy())

    settings = SGD | {"solver": solver}
    model = distill(corpus, teacher, **settings, callbacks=[Watcher()])
    assert not np.array_equal(seen[0], seen[1])
    np.testing.assert_array_equal(seen[-1], model.wv.vectors)


@pytest.mark.parametrize("solver", ["one-pass", "sgd"])
def test_lifecycle_events_are_those_of_gensim(corpus: Sentences, teacher: Any, solver: str, tmp_path: Path) -> None:
    models: list[Any] = [distill(corpus, teacher, objective="x2static", solver=solver), Word2Vec(corpus, min_count=1)]
    events = []
    for model in models:
        model.build_vocab(MORE, update=True)
        model.train(MORE, total_examples=5, epochs=1)
        model.save(str(tmp_path / "model"))
        model = type(model).load(str(tmp_path / "model"))
        # gensim logs the beginning and the end of a training.
        events.append([event for event, _ in itertools.groupby(event["event"] for event in model.lifecycle_events)])
    assert events[0] == events[1]
    assert {"created", "build_vocab", "train", "saving", "loaded"} <= set(events[0])


def test_event_of_a_pass_has_its_counts(corpus: Sentences, teacher: Any) -> None:
    model = distill(corpus, teacher, objective="aggregate")
    (message,) = (event["msg"] for event in model.lifecycle_events if event["event"] == "train")
    words = sum(map(len, corpus))
    assert message.startswith(f"Aggregate of 8 passages, {words} raw words ({words} of the vocabulary), took ")
    assert model.total_train_time > 0


@pytest.mark.parametrize(
    ("settings", "stages"),
    [
        (ONE_PASS["hybrid"], ["Vocabulary", "Teacher", "Isolated words"]),
        (ONE_PASS["aggregate"], ["Vocabulary", "Teacher"]),
        (SGD | {"epochs": 2}, ["Vocabulary", "Teacher", "Epoch 1 of 2", "Epoch 2 of 2"]),
    ],
    ids=["hybrid", "aggregate", "sgd"],
)
def test_progress_bars_of_each_stage_are_on_stderr(
    corpus: Sentences, teacher: Any, settings: dict[str, Any], stages: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    distill(corpus, teacher, **settings, progress=True)
    output = capsys.readouterr()
    assert output.out == ""
    positions = [output.err.index(f"{stage}:") for stage in stages]
    assert positions == sorted(positions)
    assert "100%|██████████| 8 of 8 documents [" in output.err

    # None shows progress bars on a terminal only.
    for progress in (False, None):
        distill(corpus, teacher, **settings, progress=progress)
        output = capsys.readouterr()
        assert (output.out, output.err) == ("", "")


# --- counts and arguments --------------------------------------------------------------------


def test_unexpected_number_of_documents_is_logged(
    corpus: Sentences, teacher: Any, caplog: pytest.LogCaptureFixture
) -> None:
    model = distill(corpus, teacher)
    assert "expected count" not in caplog.text
    model.train(corpus, total_examples=9)
    assert "supplied example count (8) did not equal expected count (9)" in caplog.text


def test_empty_training_is_logged_and_changes_nothing(
    corpus: Sentences, teacher: Any, caplog: pytest.LogCaptureFixture
) -> None:
    model = DistilledWord2Vec(teacher=teacher, min_count=1)
    model.build_vocab(corpus)
    assert model.train(iter([])) == (0, 0)
    assert "train() called with an empty iterator" in caplog.text
    model.train(corpus)
    assert_same_by_word(model, distill(corpus, teacher))


@pytest.mark.parametrize("settings", [*ONE_PASS.values(), SGD], ids=str)
def test_a_deleted_model_leaves_memory_without_a_garbage_collection(
    corpus: Sentences, teacher: Any, settings: dict[str, Any]
) -> None:
    # The next training freezes garbage that is not collected yet, so that it stayed until the end.
    gc.collect()
    gc.disable()
    try:
        model = distill(corpus, teacher, **settings)
        train(model, MORE)
        vectors = weakref.ref(model.wv)
        del model
        assert vectors() is None
    finally:
        gc.enable()


def test_unknown_argument_of_train_raises(corpus: Sentences, teacher: Any) -> None:
    model = DistilledWord2Vec(corpus, min_count=1, teacher=teacher)
    with pytest.raises(TypeError, match="train\\(\\) has no parameter 'steps'\\.$"):
        model.train(corpus, total_examples=len(corpus), epochs=1, steps=5)


@pytest.mark.parametrize("callbacks", [[5], [CallbackAny2Vec], (None,), ["saver"]], ids=repr)
@pytest.mark.parametrize("solver", ["one-pass", "sgd"])
def test_callbacks_that_are_none_raise(corpus: Sentences, teacher: Any, solver: Any, callbacks: Any) -> None:
    settings: dict[str, Any] = {"objective": "x2static", "solver": solver}
    with pytest.raises(
        TypeError, match="callbacks has .*, where an instance of a subclass of gensim's CallbackAny2Vec"
    ):
        DistilledWord2Vec(corpus, min_count=1, teacher=teacher, callbacks=callbacks, **settings)
    model = distill(corpus, teacher, **settings)
    with pytest.raises(TypeError, match="callbacks has"):
        model.train(corpus, total_examples=len(corpus), epochs=1, callbacks=callbacks)


def test_duplicate_documents_raise_no_warning_with_a_budget(
    corpus: Sentences, teacher: Any, caplog: pytest.LogCaptureFixture
) -> None:
    distill(corpus * 3, teacher, **SGD, contexts_per_word=50)
    assert "did not equal expected count" not in caplog.text


@pytest.mark.parametrize("settings", [{}, {"hs": 1, "negative": 0}], ids=str)
def test_gradient_descent_on_one_word_says_why_it_learns_nothing(
    teacher: Any, caplog: pytest.LogCaptureFixture, settings: dict[str, Any]
) -> None:
    distill([["cat", "cat"]] * 3, teacher, **SGD, **settings)
    assert "1 of 1 words have no other word from which gradient descent could distinguish them" in caplog.text
