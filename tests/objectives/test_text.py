"""The text objective: from statistics and texts to word vectors and rows of words."""

from __future__ import annotations

import numpy as np
import pytest
from text_corpora import TextCorpus

from gensim_distill.linalg import normalize
from gensim_distill.objectives.protocol import TextObjective
from gensim_distill.objectives.text import Text
from gensim_distill.objectives.text_regression import TextRegression, targets_of_texts, weights_of_words
from gensim_distill.statistics.text_store import TextSample

WORDS, WIDTH = 30, 6


@pytest.fixture(scope="module")
def corpus() -> TextCorpus:
    return TextCorpus(Text(), WORDS, WIDTH)


def test_it_implements_the_protocol() -> None:
    assert isinstance(Text(), TextObjective)


def test_sums_of_rows_have_the_direction_of_the_text(corpus: TextCorpus) -> None:
    fit = Text().fit_texts(corpus.moments, corpus.texts, corpus.frequencies)
    sums, targets = corpus.bags @ fit.rows, targets_of_texts(corpus.texts.vectors)[0]
    cosines = np.einsum("nd,nd->n", sums, targets) / np.linalg.norm(sums, axis=1) / np.linalg.norm(targets, axis=1)
    assert cosines.mean() > 0.9


def test_word_vectors_are_the_normalized_linear_part(corpus: TextCorpus) -> None:
    projection = Text().fit_texts(corpus.moments, corpus.texts, corpus.frequencies).projection
    vectors = projection.vectors(corpus.moments)
    assert vectors.shape == (WORDS, Text().width(WIDTH))
    predictors = projection.views.predictors(corpus.moments, slice(None))  # type: ignore[attr-defined]
    weights = weights_of_words(corpus.frequencies)
    regression = TextRegression.fit(corpus.texts, lambda words: predictors[words], weights)
    np.testing.assert_allclose(vectors, normalize(predictors @ regression.word_map), atol=1e-5)


@pytest.mark.parametrize("width", [2, 9])
def test_vectors_of_texts_may_have_other_dimensions(corpus: TextCorpus, width: int) -> None:
    head = np.random.default_rng(1).normal(size=(WIDTH, width)).astype(np.float32)
    texts = TextSample(corpus.texts.words, corpus.texts.lengths, corpus.texts.vectors @ head)
    fit = Text().fit_texts(corpus.moments, texts, corpus.frequencies)
    assert fit.rows.shape == (WORDS, width)
    vectors = fit.projection.vectors(corpus.moments)
    assert vectors.shape == (WORDS, WIDTH)
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1, rtol=1e-5)
    assert not vectors[:, width:].any()


def test_without_texts_vectors_are_the_sum_of_views_of_hidden_states(corpus: TextCorpus) -> None:
    projection = Text().fit(corpus.moments)
    assert projection.weights.dtype == np.float32
    all_layers, top_layers, isolated, _ = np.split(projection.views.predictors(corpus.moments, slice(None)), 4, axis=1)
    np.testing.assert_allclose(Text().vectors(corpus.moments), normalize(all_layers + top_layers + isolated), atol=1e-6)


def test_fit_is_deterministic_and_reported(corpus: TextCorpus) -> None:
    first, second = (Text().fit_texts(corpus.moments, corpus.texts, corpus.frequencies) for _ in range(2))
    np.testing.assert_array_equal(first.rows, second.rows)
    report = first.projection.report  # type: ignore[attr-defined]
    assert report.texts == len(corpus.texts)
    assert report.explained > 0.5
