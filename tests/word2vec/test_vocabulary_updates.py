"""Updates and resets of the vocabulary."""

from __future__ import annotations

import copy
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from gensim.models import KeyedVectors, Word2Vec
from trained_models import MORE, ONE_PASS, SGD, FailingCorpus, Sentences, assert_same_by_word, distill, train

from gensim_distill import DistilledWord2Vec


def test_update_appends_new_words(corpus: Sentences, teacher: Any) -> None:
    model = distill(corpus, teacher)
    old = list(model.wv.index_to_key)
    model.build_vocab(MORE, update=True)
    assert model.wv.index_to_key[: len(old)] == old
    assert model.wv.index_to_key[len(old) :] == ["owl", "sees", "bear", "sleep"]


def test_min_count_applies_to_updates(corpus: Sentences, teacher: Any) -> None:
    model = distill(corpus, teacher, min_count=2)
    model.build_vocab(MORE, update=True)
    train(model, MORE)
    assert "owl" in model.wv
    assert "sees" not in model.wv
    assert np.isfinite(model.wv.vectors).all()


@pytest.mark.parametrize("settings", [*ONE_PASS.values(), SGD], ids=str)
def test_update_without_training_keeps_vectors(corpus: Sentences, teacher: Any, settings: dict[str, Any]) -> None:
    model = distill(corpus, teacher, **settings)
    before = model.wv.vectors.copy()
    model.build_vocab(MORE, update=True)
    np.testing.assert_array_equal(model.wv.vectors[: len(before)], before)
    assert model.wv.vectors.shape == (len(model.wv), model.vector_size)


def test_build_vocab_resets_the_model(corpus: Sentences, teacher: Any) -> None:
    for settings in (*ONE_PASS.values(), SGD):
        model = distill(corpus, teacher, **settings)
        model.build_vocab(MORE)
        assert "cats" not in model.wv
        train(model, MORE)
        if model.solver == "one-pass":  # the random numbers of gradient descent depend on train_count
            assert_same_by_word(model, distill(MORE, teacher, **settings))


@pytest.mark.parametrize("settings", [ONE_PASS["hybrid"], SGD], ids=str)
def test_update_without_a_vocabulary_raises_as_in_gensim(
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


@pytest.mark.parametrize("solver", ["one-pass", "sgd"])
def test_failed_update_does_not_change_the_model(corpus: Sentences, teacher: Any, solver: str) -> None:
    model = distill(corpus, teacher, objective="x2static", solver=solver, sample=0, workers=1)
    untouched = copy.deepcopy(model)
    with pytest.raises(OSError, match="the disk is gone"):
        model.build_vocab(FailingCorpus(MORE), update=True)
    with pytest.raises(TypeError, match="token 3"):
        model.build_vocab([*MORE, ["owl", 3]], update=True)
    assert_same_by_word(model, untouched)
    for each in (model, untouched):
        each.build_vocab(MORE, update=True)
        train(each, MORE)
    assert_same_by_word(model, untouched)


def test_training_raises_if_wv_was_assigned(corpus: Sentences, teacher: Any, tmp_path: Path) -> None:
    path = str(tmp_path / "vectors.bin")
    DistilledWord2Vec(corpus, min_count=1, teacher=teacher).wv.save_word2vec_format(path, binary=True)
    model = DistilledWord2Vec(teacher=teacher)
    model.wv = KeyedVectors.load_word2vec_format(path, binary=True)
    with pytest.raises(ValueError, match="assigned from elsewhere"):
        model.train(corpus, total_examples=len(corpus), epochs=1)


@pytest.mark.parametrize("settings", [ONE_PASS["x2static"], SGD], ids=str)
def test_another_vocabulary_begins_with_random_vectors(
    corpus: Sentences, teacher: Any, settings: dict[str, Any]
) -> None:
    """Not with the vectors that other words had in the same rows."""
    model, fresh = distill(corpus, teacher, **settings), DistilledWord2Vec(teacher=teacher, min_count=1, **settings)
    for each in (model, fresh):
        each.build_vocab(MORE)
    np.testing.assert_array_equal(model.wv.vectors, fresh.wv.vectors)
