"""DistilledWord2Vec: its constructor, its delegation, and copies."""

from __future__ import annotations

import copy
import pickle
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from gensim.models import Word2Vec
from saved_models import assert_same_vectors, distill, train_more
from trained_models import Sentences

from gensim_distill import DistilledWord2Vec
from gensim_distill.encoding.text_encoder import TextEncoder
from gensim_distill.oov.inference import WordInference
from gensim_distill.oov.prediction import WordPrediction
from gensim_distill.word2vec import compatibility, memory, training, vocabulary


def test_word2vec_is_the_only_base_class() -> None:
    assert DistilledWord2Vec.__bases__ == (Word2Vec,)


@pytest.mark.parametrize(
    ("method", "source"),
    [
        ("scan_vocab", vocabulary.scan_corpus),
        ("prepare_vocab", vocabulary.prepare),
        ("init_weights", vocabulary.init_weights),
        ("update_weights", vocabulary.update_weights),
        ("add_words", vocabulary.add_words),
        ("estimate_memory", memory.estimate_model_memory),
        ("train", training.train),
        ("infer_vector", WordInference.infer_vector),
        ("infer_vectors", WordInference.infer_vectors),
        ("to_fasttext", WordInference.to_fasttext),
        ("predict_output_word", WordPrediction.predict),
        ("score", compatibility.score),
        ("encode", TextEncoder.encode),
    ],
)
def test_methods_have_the_docstring_of_their_delegate(method: str, source: Any) -> None:
    assert source.__doc__
    assert getattr(DistilledWord2Vec, method).__doc__ == source.__doc__


def test_teacher_is_loaded_with_the_options_of_the_constructor(teacher: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    calls: list[tuple[Any, dict[str, Any]]] = []

    def load_teacher(name: Any, **options: Any) -> Any:
        calls.append((name, options))
        return teacher

    monkeypatch.setattr("gensim_distill.teachers.reference.load_teacher", load_teacher)
    options: dict[str, Any] = {
        "device": "cpu",
        "dtype": "float32",
        "batch_tokens": 99,
        "max_length": 12,
        "revision": "v1",
        "trust_remote_code": True,
    }
    model = DistilledWord2Vec(teacher="some/name", **options)
    assert model.teacher is teacher
    assert calls == [("some/name", options)]
    calls.clear()
    DistilledWord2Vec(teacher="some/name")
    defaults = {"device": None, "dtype": "auto", "batch_tokens": "auto", "max_length": None}
    assert calls == [("some/name", defaults | {"revision": None, "trust_remote_code": False})]


def test_assigned_teacher_is_loaded_with_the_options_of_the_constructor(corpus: Sentences, folder: Path) -> None:
    model = DistilledWord2Vec(corpus, min_count=1, teacher=str(folder), dtype="float32", max_length=12, device="cpu")
    assert (model.teacher.max_length, model.teacher.dtype) == (12, torch.float32)
    model.teacher = str(folder)
    assert (model.teacher.max_length, model.teacher.dtype) == (12, torch.float32)


def test_unknown_attribute_raises(teacher: Any) -> None:
    model = DistilledWord2Vec(teacher=teacher)
    with pytest.raises(AttributeError, match="'DistilledWord2Vec' object has no attribute 'no_such_method'"):
        model.no_such_method()  # type: ignore[attr-defined]


# --- copies ----------------------------------------------------------------------------------


def test_deepcopy_is_independent_and_shares_the_teacher(corpus: Sentences, teacher: Any) -> None:
    model = distill(corpus, teacher)
    before, words = model.wv.vectors.copy(), list(model.wv.index_to_key)
    twin = copy.deepcopy(model)
    assert twin.teacher is model.teacher
    train_more(twin)
    assert model.wv.index_to_key == words
    np.testing.assert_array_equal(model.wv.vectors, before)
    assert_same_vectors(train_more(model), twin)


@pytest.mark.parametrize("settings", [{}, {"objective": "x2static", "solver": "sgd", "sample": 0}], ids=str)
@pytest.mark.parametrize(
    "how",
    [copy.copy, copy.deepcopy, lambda model: pickle.loads(pickle.dumps(model))],
    ids=["copy", "deepcopy", "pickle"],
)
def test_copies_have_the_vectors_and_can_be_trained(
    folder: Path, corpus: Sentences, how: Any, settings: dict[str, Any]
) -> None:
    model = DistilledWord2Vec(corpus, min_count=1, teacher=str(folder), workers=1, **settings)
    twin = how(model)
    np.testing.assert_array_equal(twin.wv.vectors, model.wv.vectors)
    assert str(twin) == str(model)
    twin.train(corpus[:3], total_examples=3, epochs=1)
    assert twin.train_count == model.train_count + 1
    assert twin.teacher.width == model.teacher.width


def test_copy_shares_a_teacher_without_a_name(corpus: Sentences, teacher: Any) -> None:
    model = DistilledWord2Vec(corpus, min_count=1, teacher=teacher)
    assert copy.copy(model).teacher is teacher
