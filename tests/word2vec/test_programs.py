"""Programs written for gensim's Word2Vec, of the kinds that one meets, with the class replaced."""

from __future__ import annotations

import copy
import logging
import pickle
import random
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import pytest
from gensim.models import KeyedVectors, Word2Vec
from gensim.models.callbacks import CallbackAny2Vec
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline

from gensim_distill import DistilledWord2Vec

Sentences = list[list[str]]


class Distilled(DistilledWord2Vec):
    """The class with a teacher: all that a user changes in a program that is not his own."""

    teachers: ClassVar[list[str]] = []

    def __init__(self, *args: Any, **settings: Any) -> None:
        super().__init__(*args, **({"teacher": self.teachers[-1]} | settings))


@pytest.fixture
def replaced(folder: Path, monkeypatch: pytest.MonkeyPatch) -> type[Distilled]:
    monkeypatch.setattr(Distilled, "teachers", [str(folder)])
    return Distilled


def warnings_of(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [record.getMessage() for record in caplog.records if record.levelno >= logging.WARNING]


# --- random walks over a graph ---------------------------------------------------------------


def walks(seed: int = 0) -> Sentences:
    """Walk over two rings of five nodes that one edge joins."""
    neighbors = {node: [(node + 1) % 5 + node // 5 * 5, (node - 1) % 5 + node // 5 * 5] for node in range(10)}
    neighbors[0] = [*neighbors[0], 5]
    generator = random.Random(seed)
    found = []
    for start in list(neighbors) * 8:
        walk = [start]
        while len(walk) < 12:
            walk.append(generator.choice(neighbors[walk[-1]]))
        found.append([str(node) for node in walk])
    return found


def test_walks_over_a_graph_as_node2vec_trains_on_them(replaced: Any, caplog: pytest.LogCaptureFixture) -> None:
    model = replaced(
        walks(), vector_size=16, window=5, min_count=0, sg=1, hs=1, negative=0, workers=4, epochs=3, seed=42
    )
    assert sorted(model.wv.index_to_key, key=int) == [str(node) for node in range(10)]
    assert np.stack([model.wv[str(node)] for node in range(10)]).shape == (10, 16)
    assert model.wv.similarity("1", "2") <= 1
    # Nothing that was given is passed over in silence, and nothing is said twice.
    said = warnings_of(caplog)
    assert len(said) == 2
    assert "sg=1 has no effect" in said[0]
    assert "epochs=3, hs=1, negative=0 have no effect" in said[1]


def test_walks_of_numbers_are_refused_with_what_to_do(replaced: Any) -> None:
    with pytest.raises(TypeError, match="turn the tokens into words, or str, first"):
        replaced([[1, 2, 3], [3, 2, 1]], min_count=0)


# --- wrappers for scikit-learn ---------------------------------------------------------------


WAYS: list[dict[str, Any]] = [
    {},
    {"objective": "aggregate"},
    {"objective": "x2static"},
    {"objective": "x2static", "solver": "sgd", "sample": 0, "workers": 1, "epochs": 2},
]


@pytest.mark.parametrize("settings", WAYS, ids=str)
def test_a_seed_of_none_is_drawn(replaced: Any, corpus: Sentences, tmp_path: Path, settings: dict[str, Any]) -> None:
    model = replaced(corpus, min_count=1, seed=None, cache_dir=tmp_path, **settings)
    assert isinstance(model.seed, int)
    again = replaced(corpus, min_count=1, seed=model.seed, cache_dir=tmp_path, **settings)
    np.testing.assert_array_equal(again.wv.vectors, model.wv.vectors)


@pytest.mark.parametrize("settings", WAYS, ids=str)
def test_a_program_that_has_numpy_raise_as_gensims_own_script_does(
    replaced: Any, corpus: Sentences, settings: dict[str, Any]
) -> None:
    with np.errstate(all="raise"):
        vectors = replaced(corpus, min_count=1, **settings).wv.vectors
    np.testing.assert_array_equal(vectors, replaced(corpus, min_count=1, **settings).wv.vectors)


def test_a_callback_that_waits_for_a_later_epoch_is_not_left_waiting_in_silence(
    replaced: Any, corpus: Sentences, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    replaced(corpus, min_count=1, epochs=4, callbacks=[Progress(tmp_path)])
    assert any(line.startswith("Callbacks are called for one epoch, not for 4") for line in warnings_of(caplog))
    caplog.clear()
    replaced(corpus, min_count=1, epochs=1, callbacks=[Progress(tmp_path)])
    assert not warnings_of(caplog)


def test_a_subclass_whose_part_of_the_loop_would_never_be_called_is_refused(replaced: Any, corpus: Sentences) -> None:
    class Reversed(replaced):
        calls = 0

        def _do_train_job(self, sentences: Any, *rest: Any) -> Any:
            Reversed.calls += 1
            return super()._do_train_job(sentences, *rest)

    with pytest.raises(NotImplementedError, match=r"Reversed overrides _do_train_job.*change the corpus instead"):
        Reversed(corpus, min_count=1)
    Reversed(corpus, min_count=1, **WAYS[-1])
    assert Reversed.calls


class Document:
    """Tokens with a length, which go through themselves and begin anew at the end, as those of spec2vec do."""

    def __init__(self, tokens: list[str]) -> None:
        self.tokens, self.place = tokens, 0

    def __len__(self) -> int:
        return len(self.tokens)

    def __iter__(self) -> Document:
        return self

    def __next__(self) -> str:
        if self.place == len(self.tokens):
            self.place = 0
            raise StopIteration
        self.place += 1
        return self.tokens[self.place - 1]


def test_documents_that_go_through_themselves_again_and_again(replaced: Any, corpus: Sentences) -> None:
    model = replaced([Document(tokens) for tokens in corpus], min_count=1)
    np.testing.assert_array_equal(model.wv.vectors, replaced(corpus, min_count=1).wv.vectors)


class MeanVectors(TransformerMixin, BaseEstimator):  # type: ignore[misc]
    """Texts as means of word vectors, as a hundred programs do it."""

    def __init__(self, model_class: Any = Word2Vec, vector_size: int = 16, window: int = 5, min_count: int = 1) -> None:
        self.model_class = model_class
        self.vector_size = vector_size
        self.window = window
        self.min_count = min_count

    def fit(self, texts: Sentences, y: Any = None) -> MeanVectors:
        self.model_ = self.model_class(
            sentences=texts, vector_size=self.vector_size, window=self.window, min_count=self.min_count, workers=1
        )
        return self

    def transform(self, texts: Sentences) -> np.ndarray:
        known = self.model_.wv.key_to_index
        rows = []
        for text in texts:
            vectors = [self.model_.wv[word] for word in text if word in known]
            rows.append(np.mean(vectors or [np.zeros(self.model_.vector_size)], axis=0))
        return np.array(rows)


def test_a_wrapper_for_scikit_learn(replaced: Any, corpus: Sentences) -> None:
    labels = ["dog" in text for text in corpus]
    pipeline = make_pipeline(MeanVectors(replaced, vector_size=32), LogisticRegression(C=100))
    assert pipeline.fit(corpus, labels).score(corpus, labels) > 0.8
    assert pipeline.predict([["unheard", "of"]]).shape == (1,)
    # scikit-learn's tools copy what they are given.
    again = copy.deepcopy(pipeline)
    np.testing.assert_array_equal(again[0].transform(corpus), pipeline[0].transform(corpus))


# --- training step by step, with callbacks -----------------------------------------------------


class Progress(CallbackAny2Vec):
    """Prints the loss of each epoch, and saves the model after it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.epoch = 0
        self.before = 0.0
        self.lines: list[str] = []

    def on_train_begin(self, model: Word2Vec) -> None:
        self.lines.append(f"begin {model}")

    def on_epoch_begin(self, model: Word2Vec) -> None:
        self.lines.append(f"epoch {self.epoch}")

    def on_epoch_end(self, model: Word2Vec) -> None:
        loss = model.get_latest_training_loss()
        self.lines.append(f"loss {loss - self.before:.2f}")
        self.before = loss
        self.epoch += 1
        model.save(str(self.folder / f"{self.epoch}.model"))

    def on_train_end(self, model: Word2Vec) -> None:
        self.lines.append("end")


@pytest.mark.parametrize("settings", [{}, {"objective": "x2static", "solver": "sgd", "sample": 0}], ids=str)
def test_training_step_by_step_with_a_callback(
    replaced: Any, corpus: Sentences, tmp_path: Path, settings: dict[str, Any]
) -> None:
    model = replaced(min_count=1, workers=1, epochs=3, **settings)
    model.build_vocab(corpus, progress_per=3)
    progress = Progress(tmp_path)
    trained, raw = model.train(
        corpus, total_examples=model.corpus_count, epochs=model.epochs, compute_loss=True, callbacks=[progress]
    )
    epochs = 3 if settings else 1
    assert [line.split()[0] for line in progress.lines] == ["begin", *["epoch", "loss"] * epochs, "end"]
    assert raw == epochs * sum(map(len, corpus))
    assert 0 < trained <= raw
    losses = [float(line.split()[1]) for line in progress.lines if line.startswith("loss")]
    assert all(loss > 0 for loss in losses) if settings else losses == [0.0]
    # What was saved at the end of an epoch can be loaded and trained on.
    last = DistilledWord2Vec.load(str(tmp_path / f"{epochs}.model"))
    np.testing.assert_array_equal(last.wv.vectors, model.wv.vectors)
    last.train([["the", "dog", "runs"]], total_examples=1, epochs=1)
    assert np.isfinite(last.wv.vectors).all()


def test_the_learning_rate_lowered_by_hand_is_said_to_have_no_effect_once(
    replaced: Any, corpus: Sentences, caplog: pytest.LogCaptureFixture
) -> None:
    model = replaced(min_count=1, objective="x2static")
    model.build_vocab(corpus)
    model.train(corpus, total_examples=model.corpus_count, epochs=1)
    once = model.wv.vectors.copy()
    assert warnings_of(caplog) == []
    for _ in range(3):
        model.alpha -= 0.002
        model.min_alpha = model.alpha
        model.train(corpus, total_examples=model.corpus_count, epochs=model.epochs)
    (said,) = warnings_of(caplog)
    assert "alpha=0.023, min_alpha=0.023 have no effect" in said
    assert "pass other text each time" in said
    np.testing.assert_allclose(model.wv.vectors, once, atol=1e-5)


# --- going on, day after day -----------------------------------------------------------------


def test_a_model_that_is_kept_on_disk_and_updated(replaced: Any, corpus: Sentences, tmp_path: Path) -> None:
    path = str(tmp_path / "word2vec.model")
    first = replaced(corpus[:5], min_count=1)
    first.save(path)
    before = len(first.wv)
    model = replaced.load(path)
    model.build_vocab(corpus[5:], update=True)
    model.train(corpus[5:], total_examples=len(corpus[5:]), epochs=1)
    model.save(path)
    assert len(replaced.load(path).wv) > before
    model.wv.save_word2vec_format(str(tmp_path / "vectors.txt"), binary=False)
    vectors = KeyedVectors.load_word2vec_format(str(tmp_path / "vectors.txt"))
    assert vectors.most_similar("the", topn=1)[0][0] == model.wv.most_similar("the", topn=1)[0][0]


def test_a_file_of_gensims_own_word2vec_is_loaded_as_that(
    corpus: Sentences, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    path = str(tmp_path / "plain.model")
    plain = Word2Vec(corpus, min_count=1, vector_size=8)
    plain.save(path)
    loaded = DistilledWord2Vec.load(path)
    assert type(loaded) is Word2Vec
    np.testing.assert_array_equal(loaded.wv.vectors, plain.wv.vectors)
    (said,) = warnings_of(caplog)
    assert "holds a Word2Vec without a teacher" in said


# --- copies ----------------------------------------------------------------------------------


@pytest.mark.parametrize("settings", [{}, {"objective": "x2static", "solver": "sgd", "sample": 0}], ids=str)
@pytest.mark.parametrize(
    "how",
    [copy.copy, copy.deepcopy, lambda model: pickle.loads(pickle.dumps(model))],
    ids=["copy", "deepcopy", "pickle"],
)
def test_a_copy_has_the_vectors_and_can_train_on(
    folder: Path, corpus: Sentences, how: Any, settings: dict[str, Any]
) -> None:
    model = DistilledWord2Vec(corpus, min_count=1, teacher=str(folder), workers=1, **settings)
    twin = how(model)
    np.testing.assert_array_equal(twin.wv.vectors, model.wv.vectors)
    assert str(twin) == str(model)
    twin.train(corpus[:3], total_examples=3, epochs=1)
    assert twin.train_count == model.train_count + 1
    assert twin.teacher.width == model.teacher.width


def test_a_shallow_copy_shares_a_teacher_that_has_no_name(corpus: Sentences, teacher: Any) -> None:
    model = DistilledWord2Vec(corpus, min_count=1, teacher=teacher)
    assert copy.copy(model).teacher is teacher


# --- settings --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({}, []),
        ({"workers": 8, "batch_words": 100, "shrink_windows": False, "epochs": 1, "hashfxn": len}, []),
        ({"cbow_mean": 0}, ["cbow_mean=0 has no effect: the teacher's context replaces input vectors"]),
        ({"window": 10}, ["window=10 has no effect: the context of a word is set by context="]),
        ({"window": 2, "context": "window", "objective": "x2static"}, []),
        ({"alpha": 0.1, "sample": 0}, ["alpha=0.1, sample=0 have no effect: the one-pass solver sums statistics"]),
        ({"alpha": 0.1, "sample": 0, "objective": "x2static", "solver": "sgd"}, []),
    ],
    ids=str,
)
def test_what_has_no_effect_is_said_if_it_was_given(
    corpus: Sentences, teacher: Any, caplog: pytest.LogCaptureFixture, settings: dict[str, Any], said: list[str]
) -> None:
    DistilledWord2Vec(min_count=1, teacher=teacher, **settings).build_vocab(corpus)
    assert [message[: len(start)] for message, start in zip(warnings_of(caplog), said, strict=True)] == said


def test_an_argument_that_train_does_not_know_is_refused(corpus: Sentences, teacher: Any) -> None:
    model = DistilledWord2Vec(corpus, min_count=1, teacher=teacher)
    with pytest.raises(TypeError, match="train\\(\\) has no argument iter"):
        model.train(corpus, total_examples=len(corpus), epochs=1, iter=5)


def test_vectors_wider_than_objective_and_teacher_are_refused_with_what_helps(corpus: Sentences, teacher: Any) -> None:
    with pytest.raises(ValueError, match=r"from 1 to 32.*objective='hybrid' for up to 96, or a larger teacher"):
        DistilledWord2Vec(corpus, vector_size=64, teacher=teacher, objective="aggregate")
    with pytest.raises(ValueError, match=r"use None for the default, 32, or a larger teacher"):
        DistilledWord2Vec(corpus, vector_size=300, teacher=teacher)
    assert DistilledWord2Vec(corpus, vector_size=64, teacher=teacher, min_count=1).wv.vectors.shape[1] == 64


def test_vectors_that_were_put_in_place_of_wv_are_not_trained_over(
    corpus: Sentences, teacher: Any, tmp_path: Path
) -> None:
    path = str(tmp_path / "vectors.bin")
    DistilledWord2Vec(corpus, min_count=1, teacher=teacher).wv.save_word2vec_format(path, binary=True)
    model = DistilledWord2Vec(teacher=teacher)
    model.wv = KeyedVectors.load_word2vec_format(path, binary=True)
    with pytest.raises(ValueError, match="assigned from elsewhere"):
        model.train(corpus, total_examples=len(corpus), epochs=1)


def test_output_weights_of_the_closed_form_are_its_vectors_and_a_tree_it_has_not(
    corpus: Sentences, teacher: Any
) -> None:
    model = DistilledWord2Vec(corpus, min_count=1, teacher=teacher)
    assert model.syn1neg is model.wv.vectors
    assert not hasattr(model, "syn1")
    with pytest.raises(AttributeError, match="There is no syn1: .* solver='sgd', hs=1"):
        _ = model.syn1
    with pytest.raises(AttributeError, match="has no attribute 'syn0'"):
        _ = model.syn0


# --- locks -----------------------------------------------------------------------------------


@pytest.mark.parametrize("settings", [{}, {"objective": "x2static", "solver": "sgd", "sample": 0}], ids=str)
def test_locked_vectors_do_not_move(corpus: Sentences, teacher: Any, settings: dict[str, Any]) -> None:
    def trained(factors: list[float] | None) -> tuple[np.ndarray, np.ndarray]:
        model = DistilledWord2Vec(min_count=1, teacher=teacher, workers=1, **settings)
        model.build_vocab(corpus)
        before = model.wv.vectors.copy()
        if factors is not None:
            model.wv.vectors_lockf = np.ones(len(model.wv), dtype=np.float32)
            model.wv.vectors_lockf[: len(factors)] = factors
        model.train(corpus, total_examples=model.corpus_count, epochs=1)
        return before, model.wv.vectors

    before, free = trained(None)
    _, held = trained([0.0, 1.0, 0.5])
    np.testing.assert_array_equal(held[0], before[0])
    np.testing.assert_allclose(held[1], free[1], atol=1e-6)
    np.testing.assert_allclose(held[2], (before[2] + free[2]) / 2, atol=1e-6)
    np.testing.assert_allclose(held[3:], free[3:], atol=1e-6)
    assert not np.allclose(held[1:], before[1:], atol=1e-3)
    _, frozen = trained([0.0] * len(before))
    np.testing.assert_array_equal(frozen, before)
