"""LearnedState: reset, alignment, copy, pickling, and its file of statistics."""

from __future__ import annotations

import copy
import pickle
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from reference import random_moments
from text_objective import KeepsTexts, assert_same_texts, words_of_texts

from gensim_distill import DistilledWord2Vec
from gensim_distill.contexts.scopes import ContextBatch
from gensim_distill.contexts.views import View
from gensim_distill.objectives import Aggregate, Hybrid, X2Static
from gensim_distill.objectives.text_table import TextTable
from gensim_distill.solvers.learned_state import LearnedState, most_counts
from gensim_distill.statistics.text_store import TextStore

WORDS = ["a", "b", "c", "d", "owl"]


@pytest.fixture
def state() -> LearnedState:
    """A state of five words with all attributes set."""
    moments = random_moments(X2Static(), 5)
    texts = TextStore(6, WORDS)
    for words in ([0, 1], [2, 4, 4], [1]):
        vector = np.full((1, 6), words[0], dtype=np.float32)
        texts.add(ContextBatch(np.array(words), np.zeros(len(words), np.int64), vector, np.array([len(words)])))
    return LearnedState(
        moments=moments,
        texts=texts,
        projection=X2Static().fit(moments),
        directions=np.eye(6, 2, dtype=np.float32),
        text_table=TextTable(np.eye(5, 3, dtype=np.float32), ("ow",), np.ones((1, 3), dtype=np.float32)),
        whitener=(np.eye(6), np.zeros(6)),
        words_without_contexts=("owl",),
        epoch_losses=[3.0, 2.0],
        words=list(WORDS),
        statistics_id="1",
    )


def test_reset_forgets_everything(state: LearnedState) -> None:
    state.context_classifier(next(iter(state.moments or {})))
    state.reset()
    assert state == LearnedState()
    assert vars(state) == vars(LearnedState())


def test_reset_does_not_share_containers() -> None:
    one, other = LearnedState(), LearnedState()
    one.reset()
    assert one.moments is not None
    one.moments["token.1"] = random_moments(X2Static(), 2).popitem()[1]
    one.epoch_losses.append(1.0)
    other.reset()
    assert other.moments == {}
    assert other.epoch_losses == []


def test_align_moves_rows_to_their_words(state: LearnedState) -> None:
    assert state.moments is not None
    (before,) = state.moments.values()
    state.align(["new", "d", "c", "a", "owl"])  # without "b"
    assert state.text_table is not None and state.text_table.pieces == ("ow",)
    np.testing.assert_array_equal(state.text_table.rows, [[0, 0, 0], [0, 0, 0], [0, 0, 1], [1, 0, 0], [0, 0, 0]])
    assert state.texts is not None
    assert sorted(words_of_texts(state.texts, state.words or [])) == [["a"], ["c", "owl", "owl"]]
    (after,) = state.moments.values()
    for name in ("sums", "counts", "untokenizable"):
        old, new = getattr(before, name), getattr(after, name)
        np.testing.assert_array_equal(new[1:], old[[3, 2, 0, 4]])
        assert not new[0].any()
    np.testing.assert_array_equal(after.outer, before.outer)
    assert after.total_count == before.total_count
    assert state.words == ["new", "d", "c", "a", "owl"]
    assert state.words_without_contexts == ("owl",)
    state.align(["a"])
    assert state.words_without_contexts == ()


def test_align_without_moments_keeps_the_words() -> None:
    state = LearnedState(moments=None, words=["a"])
    state.align(["b", "a"])
    assert state.moments is None
    assert state.words == ["b", "a"]


def test_align_of_unknown_words_raises_if_their_number_differs(state: LearnedState) -> None:
    state.words = None  # as in models of earlier versions
    with pytest.raises(ValueError, match="saved without their words by an earlier version"):
        state.align(["a", "b"])
    state.align(["a", "b", "c", "d", "e"])
    assert state.words == ["a", "b", "c", "d", "e"]


def test_copy_aligns_and_resets_independently(state: LearnedState) -> None:
    twin = state.copy()
    twin.align([*WORDS, "more"])
    twin.epoch_losses.append(1.0)
    assert [moments.vocabulary_size for moments in (state.moments or {}).values()] == [5]
    assert state.words == WORDS
    assert state.epoch_losses == [3.0, 2.0]
    twin.reset()
    assert twin.texts is None
    assert len(words_of_texts(state.texts, WORDS)) == 3
    assert state.projection is not None
    assert LearnedState(moments=None).copy().moments is None


@pytest.mark.parametrize("objective", ["aggregate", "hybrid", "x2static"])
def test_training_a_copied_model_does_not_change_the_original(
    corpus: list[list[str]], teacher: Any, objective: str
) -> None:
    model = DistilledWord2Vec(corpus, min_count=1, teacher=teacher, objective=objective, progress=False)
    before = copy.deepcopy(model.learned.moments)
    twin = copy.copy(model)
    more = [["the", "owl", "sees", "the", "fox"]]
    twin.train(more)
    twin.learned.reset()
    assert model.learned.moments.keys() == before.keys()
    for name, moments in model.learned.moments.items():
        np.testing.assert_array_equal(moments.sums, before[name].sums)
        np.testing.assert_array_equal(moments.counts, before[name].counts)
        assert moments.total_count == before[name].total_count


def test_pickle_omits_the_classifier(state: LearnedState) -> None:
    (name,) = state.moments or {}
    classifier = state.context_classifier(name)
    again = pickle.loads(pickle.dumps(state))
    assert again._classifier is None
    assert state.context_classifier(name) is classifier
    context = np.ones(6)
    np.testing.assert_allclose(again.context_classifier(name).scores(context), classifier.scores(context))
    np.testing.assert_array_equal(again.directions, state.directions)
    assert (again.words_without_contexts, again.epoch_losses, again.statistics_id) == (("owl",), [3.0, 2.0], "1")


def test_classifier_is_fitted_again_when_moments_change(state: LearnedState) -> None:
    (name,) = state.moments or {}
    first = state.context_classifier(name)
    assert state.context_classifier(name) is first
    state.align([*WORDS, "more"])
    grown = state.context_classifier(name)
    assert grown is not first
    state.moments = random_moments(X2Static(), 6)
    assert state.context_classifier(name) is not grown


def test_saved_statistics_can_be_loaded(state: LearnedState, tmp_path: Path) -> None:
    path = tmp_path / "statistics"
    state.save_statistics(path)
    assert state.statistics_id not in ("", "1")
    moments, state.moments = state.moments, None
    texts, state.texts = state.texts, None
    state.load_statistics(path)
    assert_same_texts(state.texts, texts)
    assert state.moments is not None
    assert moments is not None
    assert state.moments.keys() == moments.keys()
    for name, own in state.moments.items():
        np.testing.assert_array_equal(own.sums, moments[name].sums)
        np.testing.assert_array_equal(own.counts, moments[name].counts)


def test_statistics_of_another_model_raise(state: LearnedState, tmp_path: Path) -> None:
    path, other = tmp_path / "statistics", state.copy()
    state.save_statistics(path)
    before = other.moments
    with pytest.raises(ValueError, match=r"statistics' holds the statistics of another model: put back the file"):
        other.load_statistics(path)
    assert other.moments is before


def test_saving_again_invalidates_the_earlier_file(state: LearnedState, tmp_path: Path) -> None:
    state.save_statistics(tmp_path / "first")
    state.save_statistics(tmp_path / "second")
    state.load_statistics(tmp_path / "second")
    with pytest.raises(ValueError, match="of another model"):
        state.load_statistics(tmp_path / "first")


def test_context_counts_ignore_isolated_words() -> None:
    views = Hybrid().views(4)
    state = LearnedState(moments=random_moments(Hybrid(), 5))
    assert state.moments is not None
    corpus_views = [view for view in views if not view.isolated and not view.keeps_texts]
    expected = np.max([state.moments[view.name].counts for view in corpus_views], axis=0)
    np.testing.assert_array_equal(state.context_counts(views, 5), expected)
    assert LearnedState(moments=None).context_counts([View((1,), "token")], 3).tolist() == [0, 0, 0]


def test_context_counts_ignore_texts(state: LearnedState) -> None:
    objective = KeepsTexts()
    state.moments = random_moments(Aggregate(), 5)
    (counts,) = (own.counts for own in state.moments.values())
    np.testing.assert_array_equal(state.context_counts(objective.views(4), 5), counts)


def test_pickle_of_an_earlier_version_has_no_texts(state: LearnedState) -> None:
    attributes = state.__getstate__()
    for name in ("texts", "text_table"):
        del attributes[name]
    earlier = LearnedState.__new__(LearnedState)
    earlier.__setstate__(attributes)
    state.assign(earlier)
    assert state.texts is None
    assert state.text_table is None
    assert state.words == WORDS


def test_most_counts_is_the_maximum_of_each_word() -> None:
    assert most_counts([np.array([1, 5]), np.array([3, 2])], 2).tolist() == [3, 5]
    assert most_counts([], 2).tolist() == [0, 0]


def test_vectors_are_projected_onto_the_directions(state: LearnedState) -> None:
    vectors = np.arange(12.0).reshape(2, 6)
    np.testing.assert_array_equal(state.reduce_dimensions(vectors), vectors[:, :2])
    state.directions = None
    np.testing.assert_array_equal(state.reduce_dimensions(vectors), vectors)
