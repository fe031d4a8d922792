"""OnePassSolver: statistics and vectors without a model, compared with those of DistilledWord2Vec."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from solver_inputs import WIDTH, WordTeacher, count_vocabulary
from text_objective import KeepsTexts, assert_same_texts, words_of_texts

from gensim_distill import DistilledWord2Vec, TextReader
from gensim_distill.objectives import Aggregate, Hybrid, Objective, X2Static
from gensim_distill.solvers.learned_state import LearnedState
from gensim_distill.solvers.one_pass import OnePassSolver
from gensim_distill.solvers.settings import PassSettings, Vocabulary
from gensim_distill.statistics.checksum import checksum
from gensim_distill.teachers.text_head import TextHead

Sentences = list[list[str]]


def make_solver(objective: Objective, vocabulary: Vocabulary, **settings: Any) -> OnePassSolver:
    teacher = WordTeacher()
    views = tuple(objective.views(teacher.num_layers))
    return OnePassSolver(objective, PassSettings(teacher, TextReader(), views, progress=False, **settings), vocabulary)


@pytest.mark.parametrize("objective", [Aggregate(), X2Static()], ids=["aggregate", "x2static"])
def test_vectors_equal_those_of_the_model(corpus: Sentences, objective: Any) -> None:
    model = DistilledWord2Vec(
        corpus, min_count=1, teacher=WordTeacher(), objective=objective, contexts_per_word=None, progress=False
    )
    vocabulary = count_vocabulary(corpus)
    solver, state = make_solver(objective, vocabulary), LearnedState()
    state.moments = solver.collect(corpus, {}).moments
    vectors = solver.fit(state)
    assert vectors.shape == (len(vocabulary), WIDTH)
    np.testing.assert_allclose(vectors, model.wv[vocabulary.words], atol=1e-5)
    assert type(state.projection) is type(model.learned.projection)


def test_collect_counts_documents_and_words(corpus: Sentences) -> None:
    words = ["the", "dog", "owl"]
    solver = make_solver(Aggregate(), Vocabulary(words, {word: row for row, word in enumerate(words)}))
    statistics = solver.collect([*corpus, []], {})
    assert statistics.documents == len(corpus) + 1
    assert statistics.raw_words == sum(map(len, corpus))
    assert statistics.trained_words == sum(text.count("the") + text.count("dog") for text in corpus)
    (moments,) = statistics.moments.values()
    assert moments.counts.tolist() == [sum(text.count(word) for text in corpus) for word in words]


def test_collect_adds_to_earlier_statistics_without_changing_them(corpus: Sentences) -> None:
    solver = make_solver(Aggregate(), count_vocabulary(corpus))
    at_once = solver.collect(corpus, {}).moments
    first = solver.collect(corpus[:5], {}).moments
    counts = {name: moments.counts.copy() for name, moments in first.items()}
    both = solver.collect(corpus[5:], first, number=2).moments
    for name, moments in at_once.items():
        np.testing.assert_array_equal(both[name].counts, moments.counts)
        np.testing.assert_allclose(both[name].sums, moments.sums, atol=1e-5)
        np.testing.assert_array_equal(first[name].counts, counts[name])


def test_collect_reads_each_isolated_word_once(corpus: Sentences) -> None:
    solver = make_solver(Hybrid(), vocabulary := count_vocabulary(corpus))
    (view,) = solver.settings.isolated_views
    first = solver.collect(corpus, {}).moments
    second = solver.collect(corpus, first, number=2).moments
    for moments in (first[view.name], second[view.name]):
        assert moments.counts.tolist() == [1] * len(vocabulary)


def test_collect_resumes_a_complete_checkpoint(corpus: Sentences, tmp_path: Path) -> None:
    solver = make_solver(Aggregate(), count_vocabulary(corpus), cache_dir=str(tmp_path))
    first = solver.collect(corpus, {})
    again = solver.collect(corpus, {})
    for name, moments in first.moments.items():
        np.testing.assert_array_equal(again.moments[name].sums, moments.sums)
    assert again.documents == first.documents == len(corpus)


def test_fit_of_words_without_contexts_returns_zeros(corpus: Sentences) -> None:
    words = ["the", "dog", "owl"]
    solver = make_solver(Aggregate(), Vocabulary(words, {word: row for row, word in enumerate(words)}))
    state = LearnedState(moments=solver.collect(corpus, {}).moments)
    assert np.any(solver.fit(state), axis=1).tolist() == [True, True, False]


def test_unexpected_number_of_documents_is_logged(corpus: Sentences, caplog: pytest.LogCaptureFixture) -> None:
    solver = make_solver(Aggregate(), count_vocabulary(corpus))
    solver.collect(corpus, {}, expected=len(corpus))
    assert caplog.text == ""
    solver.collect(corpus, {}, expected=9)
    assert "supplied example count (8) did not equal expected count (9)" in caplog.text


def test_texts_beside_statistics_do_not_change_these(corpus: Sentences) -> None:
    vocabulary = count_vocabulary(corpus)
    alone = make_solver(Aggregate(), vocabulary).collect(corpus, {})
    beside = make_solver(KeepsTexts(), vocabulary).collect(corpus, {})
    assert alone.texts is None
    assert checksum(beside.moments) == checksum(alone.moments)
    assert (beside.documents, beside.raw_words) == (alone.documents, alone.raw_words)


def test_collected_texts_are_the_sentences_with_their_mean_hidden_states(corpus: Sentences) -> None:
    vocabulary, teacher = count_vocabulary(corpus), WordTeacher()
    store = make_solver(KeepsTexts(), vocabulary).collect([*corpus, corpus[0]], {}).texts
    reader, expected = TextReader(), {}
    for document in corpus:
        text = reader.text(document)
        [batch] = teacher.read([text.string], [1])
        for start, end in reader.sentences(document, text):
            inside = (batch.starts >= start) & (batch.ends <= end)
            words = tuple(sorted(key for key, place in zip(text.keys, text.starts) if start <= place < end))
            expected[words] = batch.states[0][inside].mean(axis=0)
    assert store is not None
    found = {tuple(words): row for row, words in enumerate(words_of_texts(store, list(vocabulary.words)))}
    assert found.keys() == expected.keys()
    for words, row in found.items():
        np.testing.assert_allclose(store.sample().vectors[row], expected[words], atol=0.01)


def test_texts_of_two_trainings_equal_those_of_one(corpus: Sentences, tmp_path: Path) -> None:
    vocabulary = count_vocabulary(corpus)
    at_once = make_solver(KeepsTexts(), vocabulary).collect(corpus, {}).texts
    for settings in ({}, {"cache_dir": str(tmp_path)}):
        solver = make_solver(KeepsTexts(), vocabulary, **settings)
        first = solver.collect(corpus[:5], {})
        kept = first.texts and first.texts.to_arrays()
        both = solver.collect(corpus[5:], first.moments, first.texts, number=2)
        assert_same_texts(both.texts, at_once)
        assert first.texts and kept
        for name, array in first.texts.to_arrays().items():
            np.testing.assert_array_equal(array, kept[name])


def test_checkpoint_of_other_texts_raises(corpus: Sentences, tmp_path: Path) -> None:
    vocabulary = count_vocabulary(corpus)
    solver = make_solver(KeepsTexts(), vocabulary, cache_dir=str(tmp_path))
    first = solver.collect(corpus, {})
    solver.collect(corpus, first.moments, first.texts, number=2)
    with pytest.raises(ValueError, match="made with a different earlier training: "):
        solver.collect(corpus, first.moments, number=2)
    solver.settings.teacher.text_head = TextHead("first")  # type: ignore[attr-defined]
    with pytest.raises(ValueError, match=r"pooling of texts \(then mean, now first\)"):
        solver.collect(corpus, {})
