"""Incremental training: more documents, with and without new words."""

from __future__ import annotations

import copy
from typing import Any

import numpy as np
import pytest
from tiny import ListeningTeacher
from trained_models import MORE, ONE_PASS, SGD, Sentences, assert_same_by_word, distill, train

from gensim_distill import DistilledWord2Vec

# --- one-pass solver -------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ONE_PASS)
def test_incremental_training_equals_one_pass(corpus: Sentences, teacher: Any, kind: str) -> None:
    model = distill(corpus, teacher, **ONE_PASS[kind])
    model.build_vocab(MORE, update=True)
    train(model, MORE)
    assert "owl" in model.wv
    assert_same_by_word(model, distill(corpus + MORE, teacher, **ONE_PASS[kind]))


@pytest.mark.parametrize("kind", ONE_PASS)
def test_parts_of_a_corpus_can_be_trained_in_any_order(corpus: Sentences, teacher: Any, kind: str) -> None:
    model = DistilledWord2Vec(teacher=teacher, min_count=1, **ONE_PASS[kind])
    model.build_vocab(corpus + MORE)
    for part in (MORE, corpus[5:], corpus[:5]):
        train(model, part)
    assert_same_by_word(model, distill(corpus + MORE, teacher, **ONE_PASS[kind]))


def test_several_updates_equal_one_pass(corpus: Sentences, teacher: Any) -> None:
    model = distill(corpus[:2], teacher)
    for start in range(2, 8, 2):
        model.build_vocab(corpus[start : start + 2], update=True)
        train(model, corpus[start : start + 2])
    assert_same_by_word(model, distill(corpus, teacher))


def test_documents_without_new_words_need_no_new_vocabulary(corpus: Sentences, teacher: Any) -> None:
    model = distill(corpus, teacher, contexts_per_word=None)
    whole = DistilledWord2Vec(teacher=teacher, min_count=1, contexts_per_word=None)
    whole.build_vocab(corpus)
    train(model, MORE)
    train(whole, corpus + MORE)
    assert_same_by_word(model, whole)


def test_oov_words_are_counted_without_a_vector(corpus: Sentences, teacher: Any) -> None:
    model = distill(corpus, teacher)
    trained, raw = train(model, MORE)
    assert raw == sum(map(len, MORE))
    assert trained == sum(word in model.wv for sentence in MORE for word in sentence) < raw
    assert "owl" not in model.wv


# Not "hybrid" and "text", which shrink the mean of more contexts less.
@pytest.mark.parametrize("kind", [kind for kind in ONE_PASS if not kind.startswith(("hybrid", "text"))])
def test_training_again_on_the_same_corpus_keeps_the_vectors(corpus: Sentences, teacher: Any, kind: str) -> None:
    model = distill(corpus, teacher, **ONE_PASS[kind])
    first = copy.deepcopy(model)
    assert train(model, corpus) == (sum(map(len, corpus)),) * 2
    assert_same_by_word(model, first)
    assert model.train_count == 2


def test_isolated_words_are_read_once(corpus: Sentences, listener: ListeningTeacher) -> None:
    model = distill(corpus, listener, objective="hybrid")
    assert sorted(listener.heard[len(corpus) :]) == sorted(w.replace("_", " ") for w in model.wv.index_to_key)
    model.build_vocab(MORE, update=True)
    listener.heard.clear()
    train(model, MORE)
    assert listener.heard[len(MORE) :] == ["owl", "sees", "bear", "sleep"]


# --- gradient descent ------------------------------------------------------------------------


def test_gradient_descent_continues_from_its_weights(corpus: Sentences, teacher: Any) -> None:
    model = distill(corpus, teacher, **SGD)
    before = model.wv.vectors.copy()
    model.train(corpus, total_examples=len(corpus), epochs=1, start_alpha=1e-6, end_alpha=1e-6)
    np.testing.assert_allclose(model.wv.vectors, before, atol=1e-3)
    assert np.any(model.wv.vectors != before)
    model.train(corpus, total_examples=len(corpus), epochs=5, start_alpha=0.1, end_alpha=0.1)
    assert np.abs(model.wv.vectors - before).max() > 0.01


def test_gradient_descent_learns_new_words_and_keeps_others(corpus: Sentences, teacher: Any) -> None:
    model = distill(corpus, teacher, **SGD, negative=1)
    before = model.wv.vectors.copy()
    only_new = [["owl"]]
    model.build_vocab(only_new, update=True)
    untrained = model.wv["owl"].copy()
    model.train(only_new, total_examples=1, epochs=1)
    assert np.abs(model.wv["owl"] - untrained).max() > 0.01
    # Only the noise word that was drawn may have changed.
    assert np.any(model.wv.vectors[: len(before)] != before, axis=1).sum() <= 1


def test_loss_falls_with_incremental_training(corpus: Sentences, teacher: Any) -> None:
    model = distill(corpus, teacher, **SGD, compute_loss=True)
    losses = []
    for _ in range(5):
        model.train(corpus, total_examples=len(corpus), epochs=2, compute_loss=True, start_alpha=0.1, end_alpha=0.1)
        losses.append(model.get_latest_training_loss())
    assert losses[-1] < losses[0]
