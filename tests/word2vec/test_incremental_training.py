"""Training on, training again, training that breaks off; and what gensim's users watch while it runs."""

from __future__ import annotations

import copy
import itertools
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from gensim.models import Word2Vec
from gensim.models.callbacks import CallbackAny2Vec

from gensim_distill import DistilledWord2Vec
from gensim_distill.objectives import OBJECTIVES
from gensim_distill.teachers import TransformerTeacher

Sentences = list[list[str]]

MORE = [
    ["the", "owl", "sees", "the", "fox"],
    ["a", "lazy", "owl", "and", "a", "brown", "bear", "sleep", "all", "day"],
    ["the", "dog", "barks", "at", "new_york", "and", "at", "the", "owl", "."],
    [],
    ["the", "bear", "eats", "honey", ",", "the", "owl", "eats", "hens"],
]

ONE_PASS: dict[str, dict[str, Any]] = {
    **{name: {"objective": name} for name in OBJECTIVES},
    "aggregate, three layers": {"objective": "aggregate", "layers": [0, 1, -1]},
    "aggregate, window": {"objective": "aggregate", "context": 2},
    "x2static, sentences": {"objective": "x2static", "context": "sentence", "whitening": 0.25},
    "hybrid, shorter": {"objective": "hybrid", "vector_size": 9},
}
SGD: dict[str, Any] = {
    "objective": "x2static", "solver": "sgd", "sample": 0, "alpha": 0.1, "workers": 1, "epochs": 3,
}  # fmt: skip


def distill(corpus: Any, teacher: Any, **settings: Any) -> DistilledWord2Vec:
    return DistilledWord2Vec(
        corpus, teacher=teacher, **({"min_count": 1, "progress": False, "contexts_per_word": None} | settings)
    )


def train(model: DistilledWord2Vec, corpus: Any) -> tuple[int, int]:
    return model.train(corpus, total_examples=len(list(corpus)), epochs=model.epochs)


def assert_same_by_word(a: DistilledWord2Vec, b: DistilledWord2Vec, tolerance: float = 1e-5) -> None:
    """Check that two models give each word the same vector, whatever the order of the words."""
    assert set(a.wv.key_to_index) == set(b.wv.key_to_index)
    words = a.wv.index_to_key
    scale = np.linalg.norm(b.wv.vectors, axis=1).mean()
    np.testing.assert_allclose(a.wv[words] / scale, b.wv[words] / scale, atol=tolerance)
    assert [a.wv.get_vecattr(w, "count") for w in words] == [b.wv.get_vecattr(w, "count") for w in words]


class BreaksOff:
    """A corpus whose source fails after some texts."""

    def __init__(self, texts: Sentences) -> None:
        self.texts = texts

    def __iter__(self) -> Iterator[list[str]]:
        yield from self.texts
        raise OSError("the disk is gone")


# --- more text, one pass ---------------------------------------------------------------------


@pytest.mark.parametrize("kind", ONE_PASS)
def test_training_on_with_more_text_gives_the_vectors_of_one_pass_over_both(
    corpus: Sentences, teacher: Any, kind: str
) -> None:
    model = distill(corpus, teacher, **ONE_PASS[kind])
    model.build_vocab(MORE, update=True)
    train(model, MORE)
    assert "owl" in model.wv
    assert_same_by_word(model, distill(corpus + MORE, teacher, **ONE_PASS[kind]))


@pytest.mark.parametrize("kind", ONE_PASS)
def test_a_corpus_may_be_trained_on_part_by_part_in_any_order(corpus: Sentences, teacher: Any, kind: str) -> None:
    model = DistilledWord2Vec(teacher=teacher, min_count=1, **ONE_PASS[kind])
    model.build_vocab(corpus + MORE)
    for part in (MORE, corpus[5:], corpus[:5]):
        train(model, part)
    assert_same_by_word(model, distill(corpus + MORE, teacher, **ONE_PASS[kind]))


def test_several_updates_in_turn_give_the_vectors_of_one_pass(corpus: Sentences, teacher: Any) -> None:
    model = distill(corpus[:2], teacher)
    for start in range(2, 8, 2):
        model.build_vocab(corpus[start : start + 2], update=True)
        train(model, corpus[start : start + 2])
    assert_same_by_word(model, distill(corpus, teacher))


def test_words_that_were_there_keep_their_places_and_new_ones_come_behind(corpus: Sentences, teacher: Any) -> None:
    model = distill(corpus, teacher)
    old = list(model.wv.index_to_key)
    model.build_vocab(MORE, update=True)
    assert model.wv.index_to_key[: len(old)] == old
    assert model.wv.index_to_key[len(old) :] == ["owl", "sees", "bear", "sleep"]


def test_min_count_holds_for_the_new_text_too(corpus: Sentences, teacher: Any) -> None:
    model = distill(corpus, teacher, min_count=2)
    model.build_vocab(MORE, update=True)
    train(model, MORE)
    assert "owl" in model.wv
    assert "sees" not in model.wv
    assert np.isfinite(model.wv.vectors).all()


@pytest.mark.parametrize("settings", [*ONE_PASS.values(), SGD], ids=str)
def test_updating_the_vocabulary_alone_keeps_the_vectors_of_old_words(
    corpus: Sentences, teacher: Any, settings: dict[str, Any]
) -> None:
    model = distill(corpus, teacher, **settings)
    before = model.wv.vectors.copy()
    model.build_vocab(MORE, update=True)
    np.testing.assert_array_equal(model.wv.vectors[: len(before)], before)
    assert model.wv.vectors.shape == (len(model.wv), model.vector_size)


def test_text_without_new_words_needs_no_new_vocabulary(corpus: Sentences, teacher: Any) -> None:
    model = distill(corpus, teacher, contexts_per_word=None)
    whole = DistilledWord2Vec(teacher=teacher, min_count=1, contexts_per_word=None)
    whole.build_vocab(corpus)
    train(model, MORE)
    train(whole, corpus + MORE)
    assert_same_by_word(model, whole)


def test_words_outside_the_vocabulary_are_read_and_counted_but_get_no_vector(corpus: Sentences, teacher: Any) -> None:
    model = distill(corpus, teacher)
    trained, raw = train(model, MORE)
    assert raw == sum(map(len, MORE))
    assert trained == sum(word in model.wv for sentence in MORE for word in sentence) < raw
    assert "owl" not in model.wv


# Not "hybrid": to it, meeting the same contexts twice is more evidence, and words are shrunk less.
@pytest.mark.parametrize("kind", [kind for kind in ONE_PASS if not kind.startswith("hybrid")])
def test_training_again_on_the_same_text_gives_the_same_vectors(corpus: Sentences, teacher: Any, kind: str) -> None:
    model = distill(corpus, teacher, **ONE_PASS[kind])
    first = copy.deepcopy(model)
    assert train(model, corpus) == (sum(map(len, corpus)),) * 2
    assert_same_by_word(model, first)
    assert model.train_count == 2


def test_the_teacher_reads_each_word_alone_only_once(corpus: Sentences, bert: tuple[Any, Any]) -> None:
    class Listening(TransformerTeacher):
        heard: list[str] = []  # noqa: RUF012 one teacher, one list

        def read(self, texts: Any, layers: Any) -> Any:
            self.heard += texts
            return super().read(texts, layers)

    listener = Listening(*bert)
    model = distill(corpus, listener, objective="hybrid")
    assert sorted(listener.heard[len(corpus) :]) == sorted(w.replace("_", " ") for w in model.wv.index_to_key)
    model.build_vocab(MORE, update=True)
    listener.heard.clear()
    train(model, MORE)
    assert listener.heard[len(MORE) :] == ["owl", "sees", "bear", "sleep"]


def test_building_the_vocabulary_anew_forgets_what_was_learned(corpus: Sentences, teacher: Any) -> None:
    for settings in (*ONE_PASS.values(), SGD):
        model = distill(corpus, teacher, **settings)
        model.build_vocab(MORE)
        assert "cats" not in model.wv
        train(model, MORE)
        if model.solver == "one-pass":  # gradient descent draws by how often it was called, too
            assert_same_by_word(model, distill(MORE, teacher, **settings))


@pytest.mark.parametrize("settings", [ONE_PASS["hybrid"], SGD], ids=str)
def test_an_update_before_there_is_a_vocabulary_raises_gensims_error(
    corpus: Sentences, teacher: Any, settings: dict[str, Any]
) -> None:
    message = "First build the vocabulary of your model with a corpus before doing an online update"
    with pytest.raises(RuntimeError, match=message):
        Word2Vec(min_count=1).build_vocab(corpus, update=True)
    model = DistilledWord2Vec(teacher=teacher, min_count=1, **settings)
    with pytest.raises(RuntimeError, match=message):
        model.build_vocab(corpus, update=True)
    model.build_vocab(corpus)
    train(model, corpus)
    assert_same_by_word(model, distill(corpus, teacher, **settings))


# --- more text, gradient descent -------------------------------------------------------------


def test_gradient_descent_goes_on_from_its_weights(corpus: Sentences, teacher: Any) -> None:
    model = distill(corpus, teacher, **SGD)
    before = model.wv.vectors.copy()
    model.train(corpus, total_examples=len(corpus), epochs=1, start_alpha=1e-6, end_alpha=1e-6)
    np.testing.assert_allclose(model.wv.vectors, before, atol=1e-3)
    assert np.any(model.wv.vectors != before)
    model.train(corpus, total_examples=len(corpus), epochs=5, start_alpha=0.1, end_alpha=0.1)
    assert np.abs(model.wv.vectors - before).max() > 0.01


def test_gradient_descent_learns_new_words_and_keeps_old_ones_that_are_not_met(corpus: Sentences, teacher: Any) -> None:
    model = distill(corpus, teacher, **SGD, negative=1)
    before = model.wv.vectors.copy()
    only_new = [["owl"]]
    model.build_vocab(only_new, update=True)
    untrained = model.wv["owl"].copy()
    model.train(only_new, total_examples=1, epochs=1)
    assert np.abs(model.wv["owl"] - untrained).max() > 0.01
    # The one noise word that was drawn is all that may have changed.
    assert np.any(model.wv.vectors[: len(before)] != before, axis=1).sum() <= 1


def test_the_loss_falls_as_gradient_descent_goes_on(corpus: Sentences, teacher: Any) -> None:
    model = distill(corpus, teacher, **SGD, compute_loss=True)
    losses = []
    for _ in range(5):
        model.train(corpus, total_examples=len(corpus), epochs=2, compute_loss=True, start_alpha=0.1, end_alpha=0.1)
        losses.append(model.get_latest_training_loss())
    assert losses[-1] < losses[0]


# --- training that breaks off ----------------------------------------------------------------


@pytest.mark.parametrize("settings", [*ONE_PASS.values(), SGD], ids=str)
def test_a_pass_that_breaks_off_leaves_the_model_as_it_was(
    corpus: Sentences, bert: tuple[Any, Any], settings: dict[str, Any]
) -> None:
    small = TransformerTeacher(*bert, batch_tokens=4)  # so that the first texts are read before the source fails
    model = distill(corpus, small, **settings)
    model.build_vocab(MORE, update=True)
    untouched = copy.deepcopy(model)
    with pytest.raises(OSError, match="the disk is gone"):
        model.train(BreaksOff(corpus * 3), total_examples=24, epochs=2)
    np.testing.assert_array_equal(model.wv.vectors, untouched.wv.vectors)
    assert model.train_count == untouched.train_count == 1
    for each in (model, untouched):
        train(each, MORE)
    np.testing.assert_array_equal(model.wv.vectors, untouched.wv.vectors)


def test_a_teacher_that_fails_on_the_words_alone_leaves_the_model_as_it_was(
    corpus: Sentences, bert: tuple[Any, Any]
) -> None:
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


@pytest.mark.parametrize("solver", ["one-pass", "sgd"])
def test_a_vocabulary_pass_that_breaks_off_leaves_the_model_as_it_was(
    corpus: Sentences, teacher: Any, solver: str
) -> None:
    model = distill(corpus, teacher, objective="x2static", solver=solver, sample=0, workers=1)
    untouched = copy.deepcopy(model)
    with pytest.raises(OSError, match="the disk is gone"):
        model.build_vocab(BreaksOff(MORE), update=True)
    with pytest.raises(TypeError, match="token 3"):
        model.build_vocab([*MORE, ["owl", 3]], update=True)
    assert_same_by_word(model, untouched)
    for each in (model, untouched):
        each.build_vocab(MORE, update=True)
        train(each, MORE)
    assert_same_by_word(model, untouched)


def test_contexts_in_a_temporary_place_are_removed_whatever_happens(
    corpus: Sentences, teacher: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    seen: list[int] = []

    class Looking(CallbackAny2Vec):
        def on_epoch_begin(self, model: Any) -> None:
            seen.append(len(list(tmp_path.rglob("*"))))

    model = distill(corpus, teacher, **SGD, callbacks=[Looking()])
    assert min(seen) >= 2  # a folder, and what is in it
    assert list(tmp_path.iterdir()) == []
    with pytest.raises(OSError, match="the disk is gone"):
        model.train(BreaksOff(corpus), total_examples=8, epochs=1)
    assert list(tmp_path.iterdir()) == []


# --- what a user can watch -------------------------------------------------------------------


class Recorder(CallbackAny2Vec):
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


def recorders() -> tuple[list[tuple[str, str]], list[Recorder]]:
    calls: list[tuple[str, str]] = []
    return calls, [Recorder("first", calls), Recorder("second", calls)]


@pytest.mark.parametrize(("solver", "epochs"), [("one-pass", 1), ("sgd", 1), ("sgd", 3)])
def test_callbacks_are_called_in_gensims_order(corpus: Sentences, teacher: Any, solver: str, epochs: int) -> None:
    ours, our_callbacks = recorders()
    gensims, their_callbacks = recorders()
    model = distill(corpus, teacher, objective="x2static", solver=solver, epochs=epochs, callbacks=our_callbacks)
    Word2Vec(corpus, min_count=1, epochs=epochs, callbacks=their_callbacks)
    assert ours == gensims

    ours.clear(), gensims.clear()
    model.train(corpus, total_examples=8, epochs=epochs, callbacks=iter(our_callbacks))
    Word2Vec(corpus, min_count=1, epochs=epochs, callbacks=their_callbacks)
    assert ours == gensims


def test_the_one_pass_solver_has_one_epoch_however_many_are_asked_for(corpus: Sentences, teacher: Any) -> None:
    calls, callbacks = recorders()
    distill(corpus, teacher, epochs=7, callbacks=callbacks[:1])
    assert [hook for _, hook in calls] == ["train begins", "epoch begins", "epoch ends", "train ends"]


@pytest.mark.parametrize("solver", ["one-pass", "sgd"])
def test_callbacks_at_the_end_of_an_epoch_see_what_was_learned(corpus: Sentences, teacher: Any, solver: str) -> None:
    seen: list[np.ndarray] = []

    class Looking(CallbackAny2Vec):
        def on_epoch_begin(self, model: Any) -> None:
            seen.append(model.wv.vectors.copy())

        def on_epoch_end(self, model: Any) -> None:
            seen.append(model.wv.vectors.copy())

    settings = SGD | {"solver": solver}
    model = distill(corpus, teacher, **settings, callbacks=[Looking()])
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
        # gensim tells of the beginning of a training and of its end.
        events.append([event for event, _ in itertools.groupby(event["event"] for event in model.lifecycle_events)])
    assert events[0] == events[1]
    assert {"created", "build_vocab", "train", "saving", "loaded"} <= set(events[0])


def test_the_event_of_a_pass_says_what_was_done(corpus: Sentences, teacher: Any) -> None:
    model = distill(corpus, teacher, objective="aggregate")
    (message,) = (event["msg"] for event in model.lifecycle_events if event["event"] == "train")
    words = sum(map(len, corpus))
    assert message.startswith(f"Aggregate of 8 documents, {words} raw words ({words} of the vocabulary), took ")
    assert model.total_train_time > 0


@pytest.mark.parametrize("settings", [*ONE_PASS.values(), SGD, SGD | {"hs": 1, "negative": 0}], ids=str)
def test_the_estimate_of_memory_is_what_the_arrays_take(
    corpus: Sentences, teacher: Any, settings: dict[str, Any]
) -> None:
    model = distill(corpus, teacher, **settings)
    report = model.estimate_memory()
    assert report["vectors"] == model.wv.vectors.nbytes
    if model.solver == "sgd":
        assert report["syn1neg"] == (model.syn1neg.nbytes if model.negative else 0)
        assert report["syn1"] == (model.syn1.nbytes if model.hs else 0)
    else:
        arrays = [array for moments in model.learned.moments.values() for array in vars(moments).values()]
        taken = sum(array.nbytes for array in arrays if isinstance(array, np.ndarray))
        assert report["moments"] == pytest.approx(taken, rel=0.05)
    assert report["total"] == sum(report.values()) - report["total"]
    assert model.estimate_memory(vocab_size=1_000_000)["vectors"] == 4_000_000 * model.vector_size
    assert model.estimate_memory(report={"mine": 5})["mine"] == 5


@pytest.mark.parametrize(
    ("settings", "stages"),
    [
        (ONE_PASS["hybrid"], ["Vocabulary", "Teacher", "Isolated words"]),
        (ONE_PASS["aggregate"], ["Vocabulary", "Teacher"]),
        (SGD | {"epochs": 2}, ["Vocabulary", "Teacher", "Epoch 1 of 2", "Epoch 2 of 2"]),
    ],
    ids=["hybrid", "aggregate", "sgd"],
)
def test_each_long_stage_shows_its_progress_on_stderr_if_asked(
    corpus: Sentences, teacher: Any, settings: dict[str, Any], stages: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    distill(corpus, teacher, **settings, progress=True)
    output = capsys.readouterr()
    assert output.out == ""
    places = [output.err.index(f"{stage}:") for stage in stages]
    assert places == sorted(places)
    assert "8/8 " in output.err.replace("8.00/8.00 ", "8/8 ")

    # None: on a terminal alone, and here is none.
    for progress in (False, None):
        distill(corpus, teacher, **settings, progress=progress)
        output = capsys.readouterr()
        assert (output.out, output.err) == ("", "")


def test_warnings_tell_of_a_count_that_does_not_agree(
    corpus: Sentences, teacher: Any, caplog: pytest.LogCaptureFixture
) -> None:
    model = distill(corpus, teacher)
    assert "expected count" not in caplog.text
    model.train(corpus, total_examples=9)
    assert "supplied example count (8) did not equal expected count (9)" in caplog.text


def test_training_on_nothing_says_so_and_changes_nothing(
    corpus: Sentences, teacher: Any, caplog: pytest.LogCaptureFixture
) -> None:
    model = DistilledWord2Vec(teacher=teacher, min_count=1)
    model.build_vocab(corpus)
    assert model.train(iter([])) == (0, 0)
    assert "train() called with an empty iterator" in caplog.text
    model.train(corpus)
    assert_same_by_word(model, distill(corpus, teacher))


def test_an_estimator_of_loss_is_said_to_have_no_meaning_in_one_pass(
    corpus: Sentences, teacher: Any, caplog: pytest.LogCaptureFixture
) -> None:
    distill(corpus, teacher, compute_loss=True)
    assert "compute_loss has no meaning here" in caplog.text


# --- the length of the vectors ---------------------------------------------------------------


@pytest.mark.parametrize("kind", OBJECTIVES)
def test_shorter_vectors_keep_the_dot_products_as_well_as_so_few_numbers_can(
    corpus: Sentences, teacher: Any, kind: str
) -> None:
    full = distill(corpus, teacher, **ONE_PASS[kind]).wv.vectors.astype(np.float64)
    assert full.shape[1] == 32
    for size in (1, 10, 31, 32):
        short = distill(corpus, teacher, **ONE_PASS[kind], vector_size=size).wv.vectors
        assert short.shape == (len(full), size)
        u, s, _ = np.linalg.svd(full, full_matrices=False)
        best = (u[:, :size] * s[:size]) @ (u[:, :size] * s[:size]).T
        np.testing.assert_allclose(short @ short.T, best, atol=1e-4 * s[0] ** 2)


def test_shorter_vectors_of_gradient_descent_are_those_of_its_weights(corpus: Sentences, teacher: Any) -> None:
    full, short = distill(corpus, teacher, **SGD), distill(corpus, teacher, **SGD, vector_size=5)
    assert short.wv.vectors.shape == (len(full.wv), 5)
    assert short.syn1neg.shape == (len(full.wv), 32)
    np.testing.assert_array_equal(short.syn1neg, full.syn1neg)
    u, s, _ = np.linalg.svd(full.syn1neg.astype(np.float64), full_matrices=False)
    best = (u[:, :5] * s[:5]) @ (u[:, :5] * s[:5]).T
    np.testing.assert_allclose(short.wv.vectors @ short.wv.vectors.T, best, atol=1e-4 * s[0] ** 2)
