"""Vectors of texts as features."""

from __future__ import annotations

import copy
import math
from typing import Any

import numpy as np
import pytest
import torch
from gensim.models import KeyedVectors
from hypothesis import given, settings
from hypothesis import strategies as st

from gensim_distill.contexts.teacher_pass import read_contexts
from gensim_distill.contexts.views import View
from gensim_distill.corpus.reader import TextReader
from gensim_distill.evaluation import (
    teacher_text_vectors,
    text_vectors,
)
from gensim_distill.teachers import TransformerTeacher
from gensim_distill.teachers.text_head import Dense, TextHead
from gensim_distill.vectors.keyed import keyed_vectors

VOCABULARY = [f"w{i}" for i in range(30)]


COUNTS = np.random.default_rng(9).integers(1, 1000, 30)


def random_vectors(counts: bool = True, vector_size: int = 6) -> KeyedVectors:
    rows = np.random.default_rng(0).normal(size=(30, vector_size)).astype(np.float32)
    return keyed_vectors(VOCABULARY, rows, COUNTS if counts else None)


def plain_means(vectors: KeyedVectors, texts: list[list[str]], frequency: dict[str, float], a: float) -> np.ndarray:
    means = np.zeros((len(texts), vectors.vector_size))
    for row, text in zip(means, texts):
        known = [word for word in text if word in vectors.key_to_index]
        for word in known:
            row += vectors[word] * a / (a + frequency[word]) / len(known)
    return means


tokens = st.lists(st.lists(st.sampled_from([*VOCABULARY[:12], "unknown"]), max_size=8), min_size=1, max_size=6)


@settings(max_examples=50)
@given(tokens, st.sampled_from([1e-4, 1e-2, 3.0]), st.booleans())
def test_features_are_weighted_means(texts: list[list[str]], a: float, counted: bool) -> None:
    vectors = random_vectors(counted)
    flat = [token for text in texts for token in text]
    if counted:
        frequency = dict(zip(VOCABULARY, COUNTS / COUNTS.sum()))
    else:
        frequency = {word: flat.count(word) / len(flat) for word in flat}
    found = text_vectors(vectors, texts, a=a)
    np.testing.assert_allclose(found.vectors, plain_means(vectors, texts, frequency, a), atol=1e-5)
    assert found.frequencies == ("vectors" if counted else "texts")
    assert (found.known_tokens, found.tokens) == (len(flat) - flat.count("unknown"), len(flat))
    assert found.without_words == sum(set(text) <= {"unknown"} for text in texts)


def test_infinite_a_is_the_plain_mean() -> None:
    vectors = random_vectors()
    found = text_vectors(vectors, [["w1", "w2", "w2"]], a=math.inf).vectors[0]
    np.testing.assert_allclose(found, (vectors["w1"] + 2 * vectors["w2"]) / 3, rtol=1e-5)


def test_tokens_are_looked_up_first_in_their_own_case() -> None:
    vectors = KeyedVectors(1)
    vectors.add_vectors(["us", "US", "rain"], [[1.0], [2.0], [3.0]])
    found = text_vectors(vectors, ["US", "us", "Us.", "RAIN!"], a=math.inf)
    assert found.vectors.ravel().tolist() == [2, 1, 1, 3]
    split = text_vectors(vectors, ["RAIN!", "rain us"], a=math.inf, splitter=str.split)
    assert split.vectors.ravel().tolist() == [0, 2]
    assert (split.known_tokens, split.tokens, split.without_words) == (2, 3, 1)


def test_frequencies_of_vectors_or_texts() -> None:
    texts = [["w1", "w2", "w2"]]
    counted, bare = random_vectors(), random_vectors(counts=False)
    np.testing.assert_array_equal(
        text_vectors(counted, texts, frequencies="texts").vectors, text_vectors(bare, texts).vectors
    )
    assert text_vectors(counted, texts, frequencies="texts").frequencies == "texts"
    with pytest.raises(ValueError, match="have no word counts"):
        text_vectors(bare, texts, frequencies="vectors")


@pytest.mark.parametrize("dtype", [np.float16, np.float64, np.int64])
def test_other_dtypes(dtype: Any) -> None:
    vectors = random_vectors()
    vectors.vectors = np.round(100 * vectors.vectors).astype(dtype)
    frequency = dict(zip(VOCABULARY, COUNTS / COUNTS.sum()))
    found = text_vectors(vectors, [["w1", "w2"]]).vectors
    np.testing.assert_allclose(found, plain_means(vectors, [["w1", "w2"]], frequency, 1e-3), rtol=1e-2)


def test_no_texts_and_empty_texts() -> None:
    assert text_vectors(random_vectors(), []).vectors.shape == (0, 6)
    assert not text_vectors(random_vectors(), ["", []]).vectors.any()


def test_used_vectors_must_be_finite() -> None:
    vectors = random_vectors()
    vectors.vectors[1] = np.nan
    with pytest.raises(ValueError, match="vector of 'w1' contains NaN"):
        text_vectors(vectors, [["w1"]])


def test_teacher_features_are_means_over_texts(teacher: TransformerTeacher, corpus: list[list[str]]) -> None:
    found = teacher_text_vectors(teacher, [*corpus, ""], layer=1)
    view = View((1,), "text")
    for text, mean in zip(corpus, found):
        (batch,) = read_contexts([text], TextReader(), teacher, [view], {})
        np.testing.assert_allclose(mean, batch[view.name].contexts[0], atol=1e-5)
    assert not found[-1].any()
    assert found.shape == (9, teacher.width)


@pytest.mark.parametrize("pooling", ["mean", "first", "last"])
def test_a_teacher_with_a_text_head_has_its_own_vectors(
    pooling: str, teacher: TransformerTeacher, bert: tuple[Any, Any], corpus: list[list[str]]
) -> None:
    twin = copy.copy(teacher)
    weight = np.random.default_rng(0).normal(size=(3, teacher.width)).astype(np.float32)
    twin.text_head = TextHead(pooling, (Dense(weight, bias=np.ones(3, dtype=np.float32)),))
    found = teacher_text_vectors(twin, [*corpus, ""])
    model, tokenizer = bert
    for text, vector in zip(corpus, found):
        string = TextReader().text(text).string
        with torch.no_grad():
            states = model(**tokenizer(string, return_tensors="pt")).last_hidden_state[0].numpy()
        pooled = {"mean": states.mean(axis=0), "first": states[0], "last": states[-1]}[pooling]
        np.testing.assert_allclose(vector, weight @ pooled + 1, atol=1e-4)
    assert not found[-1].any()
    np.testing.assert_array_equal(
        teacher_text_vectors(twin, corpus, layer=-1), teacher_text_vectors(teacher, corpus, layer=-1)
    )
