"""The one-pass solver and texts: the table, its dimensions, and corpora with too few of them."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest
from text_corpora import TextCorpus

from gensim_distill import DistilledWord2Vec, TextReader
from gensim_distill.linalg.bags import bags_of_words
from gensim_distill.objectives import Hybrid, Text
from gensim_distill.objectives.hybrid_views import HybridViews
from gensim_distill.objectives.protocol import TextFit
from gensim_distill.solvers import text_pieces
from gensim_distill.solvers.learned_state import LearnedState
from gensim_distill.solvers.one_pass import OnePassSolver
from gensim_distill.solvers.settings import PassSettings, Vocabulary
from gensim_distill.solvers.text_tables import fit_texts, principal_directions_of_texts
from gensim_distill.statistics.text_store import TextSample, TextStore
from gensim_distill.teachers import TextHead, TransformerTeacher
from gensim_distill.teachers.text_head import Dense

WORDS, WIDTH = 30, 6


class Store(TextStore):
    """A store with given texts."""

    def __init__(self, texts: TextSample) -> None:
        super().__init__(texts.vectors.shape[1])
        self.texts = texts

    def sample(self) -> TextSample:
        return self.texts


class Teacher:
    """A teacher that is not read, with a text head."""

    width, num_layers = WIDTH, 7

    def __init__(self, text_head: TextHead | None = None) -> None:
        self.text_head = text_head


class TeacherOfPieces(Teacher):
    """A teacher that lists two subwords, and has embeddings of their digits."""

    def subword_strings(self) -> list[str]:
        return ["00", "x", "012"]

    def subword_embeddings(self, words: Sequence[str]) -> np.ndarray:
        return np.array([[word.count(str(digit)) for digit in range(10)] for word in words], np.float32)


@pytest.fixture(scope="module")
def corpus_of_texts() -> TextCorpus:
    return TextCorpus(Text(), WORDS, WIDTH)


def fit(corpus: TextCorpus, teacher: Any = None, objective: Any = None, **options: Any) -> Any:
    objective = objective or Text()
    settings = PassSettings(teacher or Teacher(), TextReader(), tuple(objective.views(7)))
    words = [str(word) for word in range(WORDS)]
    vocabulary = Vocabulary(words, {}, counts=corpus.frequencies * 1_000)
    texts = options.pop("texts", corpus.texts)
    projection, table, _ = fit_texts(objective, corpus.moments, Store(texts), settings, vocabulary, **options)
    return projection, table


def test_table_is_that_of_the_objective(corpus_of_texts: TextCorpus) -> None:
    projection, table = fit(corpus_of_texts)
    expected = Text().fit_texts(corpus_of_texts.moments, corpus_of_texts.texts, corpus_of_texts.frequencies)
    np.testing.assert_allclose(table.rows, expected.rows, atol=1e-5)
    assert table.pieces == () and table.piece_rows.shape == (0, WIDTH)
    np.testing.assert_array_equal(projection.weights, expected.projection.weights)


@pytest.mark.parametrize("objective", [Text(), Hybrid()])
def test_views_of_words_are_computed_once(monkeypatch: pytest.MonkeyPatch, objective: Any) -> None:
    corpus, predictors = TextCorpus(objective), HybridViews.predictors
    rows_computed: list[Any] = []

    def count(views: HybridViews, moments: Any, rows: Any) -> np.ndarray:
        rows_computed.append(rows)
        return predictors(views, moments, rows)

    monkeypatch.setattr(HybridViews, "predictors", count)
    settings = PassSettings(Teacher(), TextReader(), tuple(objective.views(7)))
    words = [str(word) for word in range(WORDS)]
    state = LearnedState(moments=dict(corpus.moments), texts=Store(corpus.texts))
    vectors = OnePassSolver(objective, settings, Vocabulary(words, {}, counts=corpus.frequencies * 1_000)).fit(state)
    assert rows_computed == [slice(0, WORDS)]
    assert state.projection is not None
    np.testing.assert_allclose(vectors, state.projection.vectors(corpus.moments), atol=1e-6)


def test_vectors_of_texts_pass_through_the_head_of_the_teacher(corpus_of_texts: TextCorpus) -> None:
    weight = np.random.default_rng(1).normal(size=(3, WIDTH)).astype(np.float32)
    _, table = fit(corpus_of_texts, Teacher(TextHead("mean", (Dense(weight),))))
    texts = corpus_of_texts.texts
    transformed = TextSample(texts.words, texts.lengths, (texts.vectors @ weight.T).astype(np.float32))
    np.testing.assert_allclose(table.rows, fit(corpus_of_texts, texts=transformed)[1].rows, atol=1e-4)


def test_smaller_tables_keep_the_similarities_of_texts(
    corpus_of_texts: TextCorpus, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(text_pieces, "MIN_WORDS", 1)
    teacher = TeacherOfPieces()
    _, table = fit(corpus_of_texts, teacher)
    for size in (WIDTH, WIDTH + 1):
        assert fit(corpus_of_texts, teacher, vector_size=size)[1].vector_size == WIDTH
    _, small = fit(corpus_of_texts, teacher, vector_size=4)
    assert small.rows.shape == (WORDS, 4) and small.piece_rows.shape == (2, 4)
    assert table.pieces == small.pieces == ("00", "012")
    directions = principal_directions_of_texts(table.rows, corpus_of_texts.texts, 4)
    np.testing.assert_allclose(small.rows, table.rows @ directions, atol=1e-5)
    np.testing.assert_allclose(small.piece_rows, table.piece_rows @ directions, atol=1e-5)
    sums = corpus_of_texts.bags @ table.rows
    units = sums / np.linalg.norm(sums, axis=1, keepdims=True)
    kept = np.sum((units @ directions) ** 2) / np.sum(units**2)
    assert kept == pytest.approx(np.linalg.eigvalsh(units.T @ units)[-4:].sum() / np.sum(units**2), rel=1e-4)


def test_small_vocabularies_have_no_pieces(corpus_of_texts: TextCorpus, monkeypatch: pytest.MonkeyPatch) -> None:
    for least, pieces in ((WORDS + 1, ()), (WORDS, ("00", "012"))):
        monkeypatch.setattr(text_pieces, "MIN_WORDS", least)
        assert fit(corpus_of_texts, TeacherOfPieces())[1].pieces == pieces


def test_few_texts_are_not_learned_from(corpus_of_texts: TextCorpus, caplog: pytest.LogCaptureFixture) -> None:
    texts = corpus_of_texts.texts
    few = TextSample(texts.words[: texts.lengths[:7].sum()], texts.lengths[:7], texts.vectors[:7])
    with caplog.at_level(logging.INFO):
        projection, table = fit(corpus_of_texts, texts=few)
    assert table is None
    np.testing.assert_array_equal(projection.vectors(corpus_of_texts.moments), Text().vectors(corpus_of_texts.moments))
    assert "The teacher read 7 texts" in caplog.text


def test_texts_with_equal_vectors_have_no_table(corpus_of_texts: TextCorpus) -> None:
    texts = corpus_of_texts.texts
    equal = TextSample(texts.words, texts.lengths, np.ones_like(texts.vectors))
    assert fit(corpus_of_texts, texts=equal)[1] is None


@pytest.mark.parametrize("rows", [np.zeros((2, 3)), np.full((WORDS, 3), np.nan), np.zeros(WORDS), np.zeros((WORDS, 0))])
def test_wrong_rows_of_an_objective_raise(corpus_of_texts: TextCorpus, rows: np.ndarray) -> None:
    class Wrong(Text):
        def fit_texts(self, *arguments: Any) -> TextFit:
            return TextFit(self.fit(arguments[0]), rows)

    with pytest.raises(
        ValueError,
        match=r"Wrong.fit_texts\(\) returned rows of shape .* one row of finite numbers for each of the 30 words",
    ):
        fit(corpus_of_texts, objective=Wrong())


@pytest.mark.parametrize("objective", ["hybrid", "text"])
def test_models_have_a_table_of_texts(corpus: list[list[str]], teacher: TransformerTeacher, objective: Any) -> None:
    model = DistilledWord2Vec(corpus, teacher=teacher, min_count=2, objective=objective, contexts_per_word=None)
    table, texts = model.learned.text_table, model.learned.texts
    assert table is not None and texts is not None
    assert table.rows.shape == (len(model.wv), teacher.width)
    sample = texts.sample()
    sums = bags_of_words(sample.words, sample.lengths, len(table.rows)) @ table.rows
    vectors = sample.vectors - sample.vectors.astype(np.float32).mean(axis=0)
    cosines = np.einsum("nd,nd->n", sums, vectors) / np.linalg.norm(sums, axis=1) / np.linalg.norm(vectors, axis=1)
    assert cosines.mean() > 0.5
    small = DistilledWord2Vec(
        corpus, teacher=teacher, min_count=2, objective=objective, contexts_per_word=None, vector_size=5
    )
    assert small.learned.text_table is not None
    assert small.learned.text_table.vector_size == 5


def test_objectives_without_texts_have_no_table(corpus: list[list[str]], teacher: TransformerTeacher) -> None:
    model = DistilledWord2Vec(corpus, teacher=teacher, min_count=2, objective="aggregate")
    assert model.learned.text_table is None


def test_frequencies_are_counted_in_texts_if_counts_are_unknown() -> None:
    words = Vocabulary(["a", "b"], {"a": 0, "b": 1})
    np.testing.assert_array_equal(words.frequencies(np.array([1, 1])), [0, 1])
    counted = Vocabulary(["a", "b"], {"a": 0, "b": 1}, counts=np.array([3, 1]))
    np.testing.assert_array_equal(counted.frequencies(np.array([1, 1])), [0.75, 0.25])
    added = Vocabulary(["a", "b"], {"a": 0, "b": 1}, counts=np.array([3]))
    np.testing.assert_array_equal(added.frequencies(np.array([1, 1])), [1, 0])


@pytest.mark.parametrize("result", [None, (None, np.ones((30, 2)))])
def test_other_results_of_an_objective_raise(corpus_of_texts: TextCorpus, result: Any) -> None:
    class Wrong(Text):
        def fit_texts(self, *arguments: Any) -> TextFit:
            return result  # type: ignore[no-any-return]

    with pytest.raises(TypeError, match=r"Wrong.fit_texts\(\) returned .*: it must return a TextFit"):
        fit(corpus_of_texts, objective=Wrong())
